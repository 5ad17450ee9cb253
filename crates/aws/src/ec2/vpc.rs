//! `AWS::EC2::VPC`, from <https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeVpcs.html> and
//! <https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeVpcAttribute.html>.

use aws_sdk_ec2::types::{Vpc, VpcAttributeName, VpcCidrBlockState, VpcCidrBlockStateCode};
use innovate_model::{Facet, HandlerError, Listing, Properties, Reach, Resource};
use serde_json::Value;

use super::{DESCRIBE_NETWORK_ACLS, DESCRIBE_SECURITY_GROUPS, network_acls, security_groups};
use crate::context::Context;
use crate::failure::Failure;
use crate::property::{object, tags};
use crate::registry::{Call, Read, Registration};

const DESCRIBE: Facet = Facet {
    operation: "DescribeVpcs",
    action: "ec2:DescribeVpcs",
    properties: &["CidrBlock", "CidrBlockAssociations", "InstanceTenancy", "Ipv6CidrBlocks", "Tags", "VpcId"],
};

const DNS_HOSTNAMES: Facet =
    Facet { operation: "DescribeVpcAttribute", action: "ec2:DescribeVpcAttribute", properties: &["EnableDnsHostnames"] };

const DNS_SUPPORT: Facet =
    Facet { operation: "DescribeVpcAttribute", action: "ec2:DescribeVpcAttribute", properties: &["EnableDnsSupport"] };

const DEFAULT_GROUP: Facet =
    Facet { operation: "DescribeSecurityGroups", action: DESCRIBE_SECURITY_GROUPS, properties: &["DefaultSecurityGroup"] };

const DEFAULT_ACL: Facet = Facet { operation: "DescribeNetworkAcls", action: DESCRIBE_NETWORK_ACLS, properties: &["DefaultNetworkAcl"] };

pub(crate) const HANDLER: Registration = Registration {
    type_name: "AWS::EC2::VPC",
    reach: Reach::Regional,
    list: &[DESCRIBE],
    lister: |cx, listing| Box::pin(list(cx, listing)),
    reads: &[
        Read { facet: DNS_HOSTNAMES, call: Call::Each(|cx, vpc| Box::pin(dns_hostnames(cx, vpc))) },
        Read { facet: DNS_SUPPORT, call: Call::Each(|cx, vpc| Box::pin(dns_support(cx, vpc))) },
        Read { facet: DEFAULT_GROUP, call: Call::Each(|cx, vpc| Box::pin(default_group(cx, vpc))) },
        Read { facet: DEFAULT_ACL, call: Call::Each(|cx, vpc| Box::pin(default_acl(cx, vpc))) },
    ],
};

async fn list(cx: &Context, listing: &mut Listing) -> Result<(), HandlerError> {
    let mut pages = cx.ec2().describe_vpcs().max_results(1000).into_paginator().send();
    while let Some(page) = pages.next().await {
        for vpc in page.failed(DESCRIBE.action)?.vpcs() {
            // A VPC with shared subnets is seen by all that share them, but its flow logs only by its owner.
            if vpc.owner_id().is_some_and(|owner| owner != cx.account()) {
                continue;
            }
            let Some(id) = vpc.vpc_id() else { continue };
            let mut resource = cx.resource(HANDLER.type_name, id);
            resource.arn = Some(cx.arn("ec2", &format!("vpc/{id}")));
            resource.properties = properties(id, vpc);
            listing.resources.push(resource);
        }
    }
    Ok(())
}

fn properties(id: &str, vpc: &Vpc) -> Properties {
    let associated = |state: Option<&VpcCidrBlockState>| {
        state.and_then(|state| state.state()).is_none_or(|state| *state == VpcCidrBlockStateCode::Associated)
    };
    let ipv4: Vec<Value> = vpc
        .cidr_block_association_set()
        .iter()
        .filter(|block| associated(block.cidr_block_state()))
        .filter_map(|block| block.association_id())
        .map(Value::from)
        .collect();
    let ipv6: Vec<Value> = vpc
        .ipv6_cidr_block_association_set()
        .iter()
        .filter(|block| associated(block.ipv6_cidr_block_state()))
        .filter_map(|block| block.ipv6_cidr_block())
        .map(Value::from)
        .collect();
    object! {
        "CidrBlock" => vpc.cidr_block(),
        "CidrBlockAssociations" => (!ipv4.is_empty()).then_some(ipv4),
        "InstanceTenancy" => vpc.instance_tenancy().map(|tenancy| tenancy.as_str()),
        "Ipv6CidrBlocks" => (!ipv6.is_empty()).then_some(ipv6),
        "Tags" => tags!(vpc.tags()),
        "VpcId" => id,
    }
}

async fn dns_hostnames(cx: &Context, vpc: &Resource) -> Result<Properties, HandlerError> {
    let call = cx.ec2().describe_vpc_attribute().vpc_id(&vpc.id).attribute(VpcAttributeName::EnableDnsHostnames);
    let answer = call.send().await.failed(DNS_HOSTNAMES.action)?;
    Ok(object! { "EnableDnsHostnames" => answer.enable_dns_hostnames().and_then(|value| value.value()) })
}

async fn dns_support(cx: &Context, vpc: &Resource) -> Result<Properties, HandlerError> {
    let call = cx.ec2().describe_vpc_attribute().vpc_id(&vpc.id).attribute(VpcAttributeName::EnableDnsSupport);
    let answer = call.send().await.failed(DNS_SUPPORT.action)?;
    Ok(object! { "EnableDnsSupport" => answer.enable_dns_support().and_then(|value| value.value()) })
}

async fn default_group(cx: &Context, vpc: &Resource) -> Result<Properties, HandlerError> {
    let groups = security_groups(cx).await?;
    let group = groups.items.iter().find(|group| group.vpc_id() == Some(&vpc.id) && group.group_name() == Some("default"));
    match group {
        Some(group) => Ok(object! { "DefaultSecurityGroup" => group.group_id() }),
        None => groups.end().map(|()| Properties::new()),
    }
}

async fn default_acl(cx: &Context, vpc: &Resource) -> Result<Properties, HandlerError> {
    let acls = network_acls(cx).await?;
    match acls.items.iter().find(|acl| acl.vpc_id() == Some(&vpc.id) && acl.is_default() == Some(true)) {
        Some(acl) => Ok(object! { "DefaultNetworkAcl" => acl.network_acl_id() }),
        None => acls.end().map(|()| Properties::new()),
    }
}
