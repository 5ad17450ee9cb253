//! `AWS::EC2::SubnetNetworkAclAssociation`, from <https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeNetworkAcls.html>.

use innovate_model::{Facet, HandlerError, Listing, Reach};

use super::{DESCRIBE_NETWORK_ACLS, network_acls};
use crate::context::Context;
use crate::property::object;
use crate::registry::Registration;

const DESCRIBE: Facet =
    Facet { operation: "DescribeNetworkAcls", action: DESCRIBE_NETWORK_ACLS, properties: &["AssociationId", "NetworkAclId", "SubnetId"] };

pub(crate) const HANDLER: Registration = Registration {
    type_name: "AWS::EC2::SubnetNetworkAclAssociation",
    reach: Reach::Regional,
    list: &[DESCRIBE],
    lister: |cx, listing| Box::pin(list(cx, listing)),
    reads: &[],
};

async fn list(cx: &Context, listing: &mut Listing) -> Result<(), HandlerError> {
    let acls = network_acls(cx).await?;
    for association in acls.items.iter().flat_map(|acl| acl.associations()) {
        let Some(id) = association.network_acl_association_id() else { continue };
        let mut resource = cx.resource(HANDLER.type_name, id);
        resource.properties = object! {
            "AssociationId" => id,
            "NetworkAclId" => association.network_acl_id(),
            "SubnetId" => association.subnet_id(),
        };
        listing.resources.push(resource);
    }
    acls.end()
}
