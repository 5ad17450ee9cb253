//! Amazon EC2 and VPC.

mod ebs_encryption_by_default;
mod eip;
mod flow_log;
mod instance;
mod internet_gateway;
mod launch_template;
mod main_route_table_association;
mod nat_gateway;
mod network_acl;
mod network_acl_entry;
mod route;
mod route_table;
mod security_group;
mod snapshot;
mod snapshot_block_public_access;
mod subnet;
mod subnet_network_acl_association;
mod subnet_route_table_association;
mod volume;
mod vpc;
mod vpc_endpoint;
mod vpc_gateway_attachment;

use std::sync::Arc;

use aws_sdk_ec2::types::{InternetGateway, NetworkAcl, RouteTable, SecurityGroup};
use innovate_model::HandlerError;

use crate::context::Context;
use crate::listed::Listed;
use crate::registry::Registration;

pub(crate) const HANDLERS: &[Registration] = &[
    ebs_encryption_by_default::HANDLER,
    eip::HANDLER,
    flow_log::HANDLER,
    instance::HANDLER,
    internet_gateway::HANDLER,
    launch_template::HANDLER,
    main_route_table_association::HANDLER,
    nat_gateway::HANDLER,
    network_acl::HANDLER,
    network_acl_entry::HANDLER,
    route::HANDLER,
    route_table::HANDLER,
    security_group::HANDLER,
    snapshot::HANDLER,
    snapshot_block_public_access::HANDLER,
    subnet::HANDLER,
    subnet_network_acl_association::HANDLER,
    subnet_route_table_association::HANDLER,
    volume::HANDLER,
    vpc::HANDLER,
    vpc_endpoint::HANDLER,
    vpc_gateway_attachment::HANDLER,
];

const DESCRIBE_INTERNET_GATEWAYS: &str = "ec2:DescribeInternetGateways";
const DESCRIBE_NETWORK_ACLS: &str = "ec2:DescribeNetworkAcls";
const DESCRIBE_ROUTE_TABLES: &str = "ec2:DescribeRouteTables";
const DESCRIBE_SECURITY_GROUPS: &str = "ec2:DescribeSecurityGroups";

/// The internet gateways of this account and Region, with what they are attached to; listed once.
async fn internet_gateways(cx: &Context) -> Result<Arc<Listed<InternetGateway>>, HandlerError> {
    cx.once(DESCRIBE_INTERNET_GATEWAYS, || async {
        let pages = cx.ec2().describe_internet_gateways().max_results(1000).into_paginator().send();
        Ok(Listed::of(pages, DESCRIBE_INTERNET_GATEWAYS, |page| page.internet_gateways).await)
    })
    .await
}

/// The network ACLs of this account and Region, with their entries and subnets; listed once.
async fn network_acls(cx: &Context) -> Result<Arc<Listed<NetworkAcl>>, HandlerError> {
    cx.once(DESCRIBE_NETWORK_ACLS, || async {
        let pages = cx.ec2().describe_network_acls().max_results(1000).into_paginator().send();
        Ok(Listed::of(pages, DESCRIBE_NETWORK_ACLS, |page| page.network_acls).await)
    })
    .await
}

/// The route tables of this account and Region, with their routes and associations; listed once.
async fn route_tables(cx: &Context) -> Result<Arc<Listed<RouteTable>>, HandlerError> {
    cx.once(DESCRIBE_ROUTE_TABLES, || async {
        let pages = cx.ec2().describe_route_tables().max_results(100).into_paginator().send();
        Ok(Listed::of(pages, DESCRIBE_ROUTE_TABLES, |page| page.route_tables).await)
    })
    .await
}

/// The security groups of this account and Region, listed once.
async fn security_groups(cx: &Context) -> Result<Arc<Listed<SecurityGroup>>, HandlerError> {
    cx.once(DESCRIBE_SECURITY_GROUPS, || async {
        let pages = cx.ec2().describe_security_groups().max_results(1000).into_paginator().send();
        Ok(Listed::of(pages, DESCRIBE_SECURITY_GROUPS, |page| page.security_groups).await)
    })
    .await
}
