//! `AWS::RDS::DBSubnetGroup`, from <https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_DescribeDBSubnetGroups.html>.

use innovate_model::{Facet, HandlerError, Listing, Reach};
use serde_json::Value;

use super::{PAGE, TAGS, tagging, text};
use crate::context::Context;
use crate::failure::Failure;
use crate::property::object;
use crate::registry::{Call, Read, Registration};

const DESCRIBE: Facet = Facet {
    operation: "DescribeDBSubnetGroups",
    action: "rds:DescribeDBSubnetGroups",
    properties: &["DBSubnetGroupArn", "DBSubnetGroupDescription", "DBSubnetGroupName", "SubnetIds"],
};

pub(crate) const HANDLER: Registration = Registration {
    type_name: "AWS::RDS::DBSubnetGroup",
    reach: Reach::Regional,
    list: &[DESCRIBE],
    lister: |cx, listing| Box::pin(list(cx, listing)),
    reads: &[Read { facet: TAGS, call: Call::Each(|cx, group| Box::pin(tagging(cx, group))) }],
};

async fn list(cx: &Context, listing: &mut Listing) -> Result<(), HandlerError> {
    let mut pages = cx.rds().describe_db_subnet_groups().max_records(PAGE).into_paginator().send();
    while let Some(page) = pages.next().await {
        for group in page.failed(DESCRIBE.action)?.db_subnet_groups() {
            let Some(name) = text(group.db_subnet_group_name()) else { continue };
            let arn = text(group.db_subnet_group_arn()).map_or_else(|| cx.arn("rds", &format!("subgrp:{name}")), str::to_owned);
            let mut resource = cx.resource(HANDLER.type_name, name);
            resource.properties = object! {
                "DBSubnetGroupArn" => &arn,
                "DBSubnetGroupDescription" => group.db_subnet_group_description().unwrap_or_default(),
                "DBSubnetGroupName" => name,
                "SubnetIds" => group.subnets().iter().filter_map(|subnet| subnet.subnet_identifier()).map(Value::from).collect::<Vec<_>>(),
            };
            resource.arn = Some(arn);
            listing.resources.push(resource);
        }
    }
    Ok(())
}
