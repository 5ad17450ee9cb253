//! `AWS::EC2::FlowLog`, from <https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeFlowLogs.html>.

use innovate_model::{Facet, HandlerError, Listing, Reach};

use crate::context::Context;
use crate::failure::Failure;
use crate::property::{list as objects, object, tags};
use crate::registry::Registration;

const DESCRIBE: Facet = Facet {
    operation: "DescribeFlowLogs",
    action: "ec2:DescribeFlowLogs",
    properties: &[
        "DeliverCrossAccountRole",
        "DeliverLogsPermissionArn",
        "DestinationOptions",
        "Id",
        "LogDestination",
        "LogDestinationType",
        "LogFormat",
        "LogGroupName",
        "MaxAggregationInterval",
        "ResourceId",
        "ResourceType",
        "TagFieldSpecifications",
        "Tags",
        "TrafficType",
    ],
};

pub(crate) const HANDLER: Registration = Registration {
    type_name: "AWS::EC2::FlowLog",
    reach: Reach::Regional,
    list: &[DESCRIBE],
    lister: |cx, listing| Box::pin(list(cx, listing)),
    reads: &[],
};

async fn list(cx: &Context, listing: &mut Listing) -> Result<(), HandlerError> {
    let mut pages = cx.ec2().describe_flow_logs().max_results(1000).into_paginator().send();
    while let Some(page) = pages.next().await {
        for log in page.failed(DESCRIBE.action)?.flow_logs() {
            let Some(id) = log.flow_log_id() else { continue };
            let mut resource = cx.resource(HANDLER.type_name, id);
            resource.arn = Some(cx.arn("ec2", &format!("vpc-flow-log/{id}")));
            let options = log.destination_options().map(|options| {
                object! {
                    "FileFormat" => options.file_format().map(|format| format.as_str()),
                    "HiveCompatiblePartitions" => options.hive_compatible_partitions(),
                    "PerHourPartition" => options.per_hour_partition(),
                }
            });
            let fields = objects(log.tag_field_specifications().iter().map(|field| {
                object! {
                    "ResourceType" => field.resource_type().map(|kind| kind.as_str()),
                    "TagKeys" => field.tag_keys(),
                }
            }));
            resource.properties = object! {
                "DeliverCrossAccountRole" => log.deliver_cross_account_role(),
                "DeliverLogsPermissionArn" => log.deliver_logs_permission_arn(),
                "DestinationOptions" => options,
                "Id" => id,
                "LogDestination" => log.log_destination(),
                "LogDestinationType" => log.log_destination_type().map(|kind| kind.as_str()),
                "LogFormat" => log.log_format(),
                "LogGroupName" => log.log_group_name(),
                "MaxAggregationInterval" => log.max_aggregation_interval(),
                "ResourceId" => log.resource_id(),
                "ResourceType" => log.resource_id().and_then(resource_type),
                "TagFieldSpecifications" => (!fields.is_empty()).then_some(fields),
                "Tags" => tags!(log.tags()),
                "TrafficType" => log.traffic_type().map(|kind| kind.as_str()),
            };
            listing.resources.push(resource);
        }
    }
    Ok(())
}

/// What a flow log watches, which the API tells by the prefix of the id alone.
fn resource_type(id: &str) -> Option<&'static str> {
    match id.rsplit_once('-')?.0 {
        "eni" => Some("NetworkInterface"),
        "nat" => Some("RegionalNatGateway"),
        "subnet" => Some("Subnet"),
        "tgw" => Some("TransitGateway"),
        "tgw-attach" => Some("TransitGatewayAttachment"),
        "vpc" => Some("VPC"),
        _ => None,
    }
}
