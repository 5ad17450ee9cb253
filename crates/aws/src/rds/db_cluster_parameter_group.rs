//! `AWS::RDS::DBClusterParameterGroup`, from
//! <https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_DescribeDBClusterParameterGroups.html> and
//! <https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_DescribeDBClusterParameters.html>.

use innovate_model::{Facet, HandlerError, Listing, Properties, Reach, Resource};

use super::{PAGE, TAGS, is_rds, put_parameters, tagging, text};
use crate::context::Context;
use crate::failure::Failure;
use crate::property::object;
use crate::registry::{Call, Read, Registration};

const DESCRIBE: Facet = Facet {
    operation: "DescribeDBClusterParameterGroups",
    action: "rds:DescribeDBClusterParameterGroups",
    properties: &["DBClusterParameterGroupName", "Description", "Family"],
};

const PARAMETERS: Facet =
    Facet { operation: "DescribeDBClusterParameters", action: "rds:DescribeDBClusterParameters", properties: &["Parameters"] };

pub(crate) const HANDLER: Registration = Registration {
    type_name: "AWS::RDS::DBClusterParameterGroup",
    reach: Reach::Regional,
    list: &[DESCRIBE],
    lister: |cx, listing| Box::pin(list(cx, listing)),
    reads: &[
        Read { facet: PARAMETERS, call: Call::Each(|cx, group| Box::pin(parameters(cx, group))) },
        Read { facet: TAGS, call: Call::Each(|cx, group| Box::pin(tagging(cx, group))) },
    ],
};

async fn list(cx: &Context, listing: &mut Listing) -> Result<(), HandlerError> {
    let mut pages = cx.rds().describe_db_cluster_parameter_groups().max_records(PAGE).into_paginator().send();
    while let Some(page) = pages.next().await {
        for group in page.failed(DESCRIBE.action)?.db_cluster_parameter_groups() {
            let Some(name) = text(group.db_cluster_parameter_group_name()) else { continue };
            if !is_rds(group.db_parameter_group_family()) {
                continue;
            }
            let arn =
                text(group.db_cluster_parameter_group_arn()).map_or_else(|| cx.arn("rds", &format!("cluster-pg:{name}")), str::to_owned);
            let mut resource = cx.resource(HANDLER.type_name, name);
            resource.arn = Some(arn);
            resource.properties = object! {
                "DBClusterParameterGroupName" => name,
                "Description" => group.description().unwrap_or_default(),
                "Family" => group.db_parameter_group_family().unwrap_or_default(),
            };
            listing.resources.push(resource);
        }
    }
    Ok(())
}

async fn parameters(cx: &Context, group: &Resource) -> Result<Properties, HandlerError> {
    let mut found = Properties::new();
    let call = cx.rds().describe_db_cluster_parameters().db_cluster_parameter_group_name(&group.id).max_records(PAGE);
    let mut pages = call.into_paginator().send();
    while let Some(page) = pages.next().await {
        put_parameters(&mut found, page.failed(PARAMETERS.action)?.parameters());
    }
    Ok(object! { "Parameters" => found })
}
