//! `AWS::EC2::VPCEndpoint`, from <https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeVpcEndpoints.html>.

use aws_sdk_ec2::types::{State, VpcEndpoint};
use innovate_model::{Facet, HandlerError, Listing, Properties, Reach};
use serde_json::Value;

use crate::context::Context;
use crate::failure::Failure;
use crate::property::{document, object, tags};
use crate::registry::Registration;

const DESCRIBE: Facet = Facet {
    operation: "DescribeVpcEndpoints",
    action: "ec2:DescribeVpcEndpoints",
    properties: &[
        "CreationTimestamp",
        "DnsEntries",
        "Id",
        "IpAddressType",
        "NetworkInterfaceIds",
        "PolicyDocument",
        "PrivateDnsEnabled",
        "ResourceConfigurationArn",
        "RouteTableIds",
        "SecurityGroupIds",
        "ServiceName",
        "ServiceNetworkArn",
        "ServiceRegion",
        "SubnetIds",
        "Tags",
        "VpcEndpointType",
        "VpcId",
    ],
};

pub(crate) const HANDLER: Registration = Registration {
    type_name: "AWS::EC2::VPCEndpoint",
    reach: Reach::Regional,
    list: &[DESCRIBE],
    lister: |cx, listing| Box::pin(list(cx, listing)),
    reads: &[],
};

async fn list(cx: &Context, listing: &mut Listing) -> Result<(), HandlerError> {
    let mut pages = cx.ec2().describe_vpc_endpoints().max_results(1000).into_paginator().send();
    while let Some(page) = pages.next().await {
        for endpoint in page.failed(DESCRIBE.action)?.vpc_endpoints() {
            if matches!(endpoint.state(), Some(State::Deleted | State::Failed | State::Rejected | State::Expired)) {
                continue;
            }
            let Some(id) = endpoint.vpc_endpoint_id() else { continue };
            let mut resource = cx.resource(HANDLER.type_name, id);
            resource.arn = Some(cx.arn("ec2", &format!("vpc-endpoint/{id}")));
            resource.properties = properties(id, endpoint)?;
            listing.resources.push(resource);
        }
    }
    Ok(())
}

fn properties(id: &str, endpoint: &VpcEndpoint) -> Result<Properties, HandlerError> {
    let entries: Vec<Value> = endpoint
        .dns_entries()
        .iter()
        .filter_map(|entry| Some(Value::from(format!("{}:{}", entry.hosted_zone_id()?, entry.dns_name()?))))
        .collect();
    let groups: Vec<Value> = endpoint.groups().iter().filter_map(|group| group.group_id()).map(Value::from).collect();
    Ok(object! {
        "CreationTimestamp" => endpoint.creation_timestamp(),
        "DnsEntries" => (!entries.is_empty()).then_some(entries),
        "Id" => id,
        "IpAddressType" => endpoint.ip_address_type().map(|kind| kind.as_str()),
        "NetworkInterfaceIds" => endpoint.network_interface_ids(),
        "PolicyDocument" => endpoint.policy_document().map(|text| document(text, DESCRIBE.action)).transpose()?,
        "PrivateDnsEnabled" => endpoint.private_dns_enabled(),
        "ResourceConfigurationArn" => endpoint.resource_configuration_arn(),
        "RouteTableIds" => endpoint.route_table_ids(),
        "SecurityGroupIds" => (!groups.is_empty()).then_some(groups),
        "ServiceName" => endpoint.service_name(),
        "ServiceNetworkArn" => endpoint.service_network_arn(),
        "ServiceRegion" => endpoint.service_region(),
        "SubnetIds" => endpoint.subnet_ids(),
        "Tags" => tags!(endpoint.tags()),
        "VpcEndpointType" => endpoint.vpc_endpoint_type().map(|kind| kind.as_str()),
        "VpcId" => endpoint.vpc_id(),
    })
}
