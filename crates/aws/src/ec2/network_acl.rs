//! `AWS::EC2::NetworkAcl`, from <https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeNetworkAcls.html>.

use innovate_model::{Facet, HandlerError, Listing, Reach};

use super::{DESCRIBE_NETWORK_ACLS, network_acls};
use crate::context::Context;
use crate::property::{object, tags};
use crate::registry::Registration;

const DESCRIBE: Facet = Facet { operation: "DescribeNetworkAcls", action: DESCRIBE_NETWORK_ACLS, properties: &["Id", "Tags", "VpcId"] };

pub(crate) const HANDLER: Registration = Registration {
    type_name: "AWS::EC2::NetworkAcl",
    reach: Reach::Regional,
    list: &[DESCRIBE],
    lister: |cx, listing| Box::pin(list(cx, listing)),
    reads: &[],
};

async fn list(cx: &Context, listing: &mut Listing) -> Result<(), HandlerError> {
    let acls = network_acls(cx).await?;
    for acl in &acls.items {
        let Some(id) = acl.network_acl_id() else { continue };
        let mut resource = cx.resource(HANDLER.type_name, id);
        resource.arn = Some(cx.arn("ec2", &format!("network-acl/{id}")));
        resource.properties = object! { "Id" => id, "Tags" => tags!(acl.tags()), "VpcId" => acl.vpc_id() };
        listing.resources.push(resource);
    }
    acls.end()
}
