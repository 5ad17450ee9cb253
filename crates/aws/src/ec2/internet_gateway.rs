//! `AWS::EC2::InternetGateway`, from <https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeInternetGateways.html>.

use innovate_model::{Facet, HandlerError, Listing, Reach};

use super::{DESCRIBE_INTERNET_GATEWAYS, internet_gateways};
use crate::context::Context;
use crate::property::{object, tags};
use crate::registry::Registration;

const DESCRIBE: Facet =
    Facet { operation: "DescribeInternetGateways", action: DESCRIBE_INTERNET_GATEWAYS, properties: &["InternetGatewayId", "Tags"] };

pub(crate) const HANDLER: Registration = Registration {
    type_name: "AWS::EC2::InternetGateway",
    reach: Reach::Regional,
    list: &[DESCRIBE],
    lister: |cx, listing| Box::pin(list(cx, listing)),
    reads: &[],
};

async fn list(cx: &Context, listing: &mut Listing) -> Result<(), HandlerError> {
    let gateways = internet_gateways(cx).await?;
    for gateway in &gateways.items {
        let Some(id) = gateway.internet_gateway_id() else { continue };
        let mut resource = cx.resource(HANDLER.type_name, id);
        resource.arn = Some(cx.arn("ec2", &format!("internet-gateway/{id}")));
        resource.properties = object! { "InternetGatewayId" => id, "Tags" => tags!(gateway.tags()) };
        listing.resources.push(resource);
    }
    gateways.end()
}
