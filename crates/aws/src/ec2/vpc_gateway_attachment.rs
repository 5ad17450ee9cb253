//! `AWS::EC2::VPCGatewayAttachment`: the internet and virtual private gateways of each VPC, from
//! <https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeInternetGateways.html> and
//! <https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeVpnGateways.html>, which has no pages.

use aws_sdk_ec2::types::AttachmentStatus;
use innovate_model::{Facet, HandlerError, Listing, Reach};

use super::{DESCRIBE_INTERNET_GATEWAYS, internet_gateways};
use crate::context::Context;
use crate::failure::Failure;
use crate::property::object;
use crate::registry::Registration;

const INTERNET: Facet = Facet {
    operation: "DescribeInternetGateways",
    action: DESCRIBE_INTERNET_GATEWAYS,
    properties: &["AttachmentType", "InternetGatewayId", "VpcId"],
};

const VPN: Facet =
    Facet { operation: "DescribeVpnGateways", action: "ec2:DescribeVpnGateways", properties: &["AttachmentType", "VpcId", "VpnGatewayId"] };

pub(crate) const HANDLER: Registration = Registration {
    type_name: "AWS::EC2::VPCGatewayAttachment",
    reach: Reach::Regional,
    list: &[INTERNET, VPN],
    lister: |cx, listing| Box::pin(list(cx, listing)),
    reads: &[],
};

async fn list(cx: &Context, listing: &mut Listing) -> Result<(), HandlerError> {
    let gateways = internet_gateways(cx).await?;
    for gateway in &gateways.items {
        for vpc in gateway.attachments().iter().filter_map(|attachment| attachment.vpc_id()) {
            let mut resource = cx.resource(HANDLER.type_name, format!("IGW|{vpc}"));
            resource.properties =
                object! { "AttachmentType" => "IGW", "InternetGatewayId" => gateway.internet_gateway_id(), "VpcId" => vpc };
            listing.resources.push(resource);
        }
    }
    let answer = cx.ec2().describe_vpn_gateways().send().await.failed(VPN.action)?;
    for gateway in answer.vpn_gateways() {
        // Attachments of the past are told of too.
        let attached = gateway.vpc_attachments().iter().filter(|attachment| attachment.state() != Some(&AttachmentStatus::Detached));
        for vpc in attached.filter_map(|attachment| attachment.vpc_id()) {
            let mut resource = cx.resource(HANDLER.type_name, format!("VGW|{vpc}"));
            resource.properties = object! { "AttachmentType" => "VGW", "VpcId" => vpc, "VpnGatewayId" => gateway.vpn_gateway_id() };
            listing.resources.push(resource);
        }
    }
    gateways.end()
}
