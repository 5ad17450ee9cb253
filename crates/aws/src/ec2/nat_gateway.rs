//! `AWS::EC2::NatGateway`, from <https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeNatGateways.html>.

use aws_sdk_ec2::types::{NatGateway, NatGatewayState};
use innovate_model::{Facet, HandlerError, Listing, Properties, Reach};
use serde_json::Value;

use crate::context::Context;
use crate::failure::Failure;
use crate::property::{object, tags};
use crate::registry::Registration;

const DESCRIBE: Facet = Facet {
    operation: "DescribeNatGateways",
    action: "ec2:DescribeNatGateways",
    properties: &[
        "AllocationId",
        "AvailabilityMode",
        "ConnectivityType",
        "EniId",
        "NatGatewayId",
        "PrivateIpAddress",
        "RouteTableId",
        "SecondaryAllocationIds",
        "SecondaryPrivateIpAddresses",
        "SubnetId",
        "Tags",
        "VpcId",
    ],
};

pub(crate) const HANDLER: Registration = Registration {
    type_name: "AWS::EC2::NatGateway",
    reach: Reach::Regional,
    list: &[DESCRIBE],
    lister: |cx, listing| Box::pin(list(cx, listing)),
    reads: &[],
};

async fn list(cx: &Context, listing: &mut Listing) -> Result<(), HandlerError> {
    let mut pages = cx.ec2().describe_nat_gateways().max_results(1000).into_paginator().send();
    while let Some(page) = pages.next().await {
        for gateway in page.failed(DESCRIBE.action)?.nat_gateways() {
            // A gateway is told of for an hour after its end.
            if matches!(gateway.state(), Some(NatGatewayState::Deleted | NatGatewayState::Failed)) {
                continue;
            }
            let Some(id) = gateway.nat_gateway_id() else { continue };
            let mut resource = cx.resource(HANDLER.type_name, id);
            resource.arn = Some(cx.arn("ec2", &format!("natgateway/{id}")));
            resource.properties = properties(id, gateway);
            listing.resources.push(resource);
        }
    }
    Ok(())
}

fn properties(id: &str, gateway: &NatGateway) -> Properties {
    // Only one of several addresses says that it is the primary one; one alone need not say so.
    let addresses = gateway.nat_gateway_addresses();
    let primary = addresses.iter().find(|address| address.is_primary() == Some(true)).or(addresses.first());
    let secondary = || addresses.iter().filter(|address| address.is_primary() == Some(false));
    let allocations: Vec<Value> = secondary().filter_map(|address| address.allocation_id()).map(Value::from).collect();
    let private: Vec<Value> = secondary().filter_map(|address| address.private_ip()).map(Value::from).collect();
    object! {
        "AllocationId" => primary.and_then(|address| address.allocation_id()),
        "AvailabilityMode" => gateway.availability_mode().map(|mode| mode.as_str()),
        "ConnectivityType" => gateway.connectivity_type().map_or("public", |kind| kind.as_str()),
        "EniId" => primary.and_then(|address| address.network_interface_id()),
        "NatGatewayId" => id,
        "PrivateIpAddress" => primary.and_then(|address| address.private_ip()),
        "RouteTableId" => gateway.route_table_id(),
        "SecondaryAllocationIds" => (!allocations.is_empty()).then_some(allocations),
        "SecondaryPrivateIpAddresses" => (!private.is_empty()).then_some(private),
        "SubnetId" => gateway.subnet_id(),
        "Tags" => tags!(gateway.tags()),
        "VpcId" => gateway.vpc_id(),
    }
}
