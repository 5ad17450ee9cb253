//! `AWS::EC2::Subnet`, from <https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeSubnets.html>.

use aws_sdk_ec2::types::{Subnet, SubnetCidrBlockStateCode};
use innovate_model::{Facet, HandlerError, Listing, Properties, Reach};
use serde_json::Value;

use crate::context::Context;
use crate::failure::Failure;
use crate::property::{object, tags};
use crate::registry::Registration;

const DESCRIBE: Facet = Facet {
    operation: "DescribeSubnets",
    action: "ec2:DescribeSubnets",
    properties: &[
        "AssignIpv6AddressOnCreation",
        "AvailabilityZone",
        "AvailabilityZoneId",
        "BlockPublicAccessStates",
        "CidrBlock",
        "EnableDns64",
        "EnableLniAtDeviceIndex",
        "Ipv6CidrBlock",
        "Ipv6CidrBlocks",
        "Ipv6Native",
        "MapPublicIpOnLaunch",
        "OutpostArn",
        "PrivateDnsNameOptionsOnLaunch",
        "SubnetId",
        "Tags",
        "VpcId",
    ],
};

pub(crate) const HANDLER: Registration = Registration {
    type_name: "AWS::EC2::Subnet",
    reach: Reach::Regional,
    list: &[DESCRIBE],
    lister: |cx, listing| Box::pin(list(cx, listing)),
    reads: &[],
};

async fn list(cx: &Context, listing: &mut Listing) -> Result<(), HandlerError> {
    let mut pages = cx.ec2().describe_subnets().max_results(1000).into_paginator().send();
    while let Some(page) = pages.next().await {
        // A subnet that another account shares is here too: what runs in it is judged by its routes.
        for subnet in page.failed(DESCRIBE.action)?.subnets() {
            let Some(id) = subnet.subnet_id() else { continue };
            let mut resource = cx.resource(HANDLER.type_name, id);
            resource.arn = subnet.subnet_arn().map(ToOwned::to_owned);
            resource.properties = properties(id, subnet);
            listing.resources.push(resource);
        }
    }
    Ok(())
}

fn properties(id: &str, subnet: &Subnet) -> Properties {
    let blocks: Vec<&str> = subnet
        .ipv6_cidr_block_association_set()
        .iter()
        .filter(|block| {
            let state = block.ipv6_cidr_block_state().and_then(|state| state.state());
            state.is_none_or(|state| *state == SubnetCidrBlockStateCode::Associated)
        })
        .filter_map(|block| block.ipv6_cidr_block())
        .collect();
    let names = subnet.private_dns_name_options_on_launch().map(|options| {
        object! {
            "EnableResourceNameDnsAAAARecord" => options.enable_resource_name_dns_aaaa_record(),
            "EnableResourceNameDnsARecord" => options.enable_resource_name_dns_a_record(),
            "HostnameType" => options.hostname_type().map(|kind| kind.as_str()),
        }
    });
    let block = subnet.block_public_access_states().map(|states| {
        object! { "InternetGatewayBlockMode" => states.internet_gateway_block_mode().map(|mode| mode.as_str()) }
    });
    object! {
        "AssignIpv6AddressOnCreation" => subnet.assign_ipv6_address_on_creation(),
        "AvailabilityZone" => subnet.availability_zone(),
        "AvailabilityZoneId" => subnet.availability_zone_id(),
        "BlockPublicAccessStates" => block,
        "CidrBlock" => subnet.cidr_block(),
        "EnableDns64" => subnet.enable_dns64(),
        "EnableLniAtDeviceIndex" => subnet.enable_lni_at_device_index(),
        "Ipv6CidrBlock" => blocks.first().copied(),
        "Ipv6CidrBlocks" => (!blocks.is_empty()).then(|| blocks.iter().copied().map(Value::from).collect::<Vec<_>>()),
        "Ipv6Native" => subnet.ipv6_native(),
        "MapPublicIpOnLaunch" => subnet.map_public_ip_on_launch().unwrap_or(false),
        "OutpostArn" => subnet.outpost_arn(),
        "PrivateDnsNameOptionsOnLaunch" => names,
        "SubnetId" => id,
        "Tags" => tags!(subnet.tags()),
        "VpcId" => subnet.vpc_id(),
    }
}
