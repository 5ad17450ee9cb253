//! `AWS::ElasticLoadBalancingV2::TargetGroup`, from
//! <https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_DescribeTargetGroups.html>.

use aws_sdk_elasticloadbalancingv2::types::TargetGroup;
use innovate_model::{Facet, HandlerError, Listing, Properties, Reach, Resource};
use serde_json::Value;

use super::{AT_ONE_TAG_CALL, PAGE, TAGS, attributes, tags};
use crate::context::Context;
use crate::failure::Failure;
use crate::property::object;
use crate::registry::{Call, Read, Registration};

const DESCRIBE: Facet = Facet {
    operation: "DescribeTargetGroups",
    action: "elasticloadbalancing:DescribeTargetGroups",
    properties: &[
        "HealthCheckEnabled",
        "HealthCheckIntervalSeconds",
        "HealthCheckPath",
        "HealthCheckPort",
        "HealthCheckProtocol",
        "HealthCheckTimeoutSeconds",
        "HealthyThresholdCount",
        "IpAddressType",
        "LoadBalancerArns",
        "Matcher",
        "Name",
        "Port",
        "Protocol",
        "ProtocolVersion",
        "TargetControlPort",
        "TargetGroupArn",
        "TargetGroupFullName",
        "TargetGroupName",
        "TargetType",
        "UnhealthyThresholdCount",
        "VpcId",
    ],
};

const ATTRIBUTES: Facet = Facet {
    operation: "DescribeTargetGroupAttributes",
    action: "elasticloadbalancing:DescribeTargetGroupAttributes",
    properties: &["TargetGroupAttributes"],
};

pub(crate) const HANDLER: Registration = Registration {
    type_name: "AWS::ElasticLoadBalancingV2::TargetGroup",
    reach: Reach::Regional,
    list: &[DESCRIBE],
    lister: |cx, listing| Box::pin(list(cx, listing)),
    reads: &[
        Read { facet: ATTRIBUTES, call: Call::Each(|cx, group| Box::pin(describe_attributes(cx, group))) },
        Read { facet: TAGS, call: Call::Batch(AT_ONE_TAG_CALL, |cx, groups| Box::pin(tags(cx, groups))) },
    ],
};

async fn list(cx: &Context, listing: &mut Listing) -> Result<(), HandlerError> {
    let mut pages = cx.elasticloadbalancingv2().describe_target_groups().page_size(PAGE).into_paginator().send();
    while let Some(page) = pages.next().await {
        for group in page.failed(DESCRIBE.action)?.target_groups() {
            let Some(arn) = group.target_group_arn() else { continue };
            let mut resource = cx.resource(HANDLER.type_name, arn);
            resource.arn = Some(arn.to_owned());
            resource.properties = properties(arn, group);
            listing.resources.push(resource);
        }
    }
    Ok(())
}

fn properties(arn: &str, group: &TargetGroup) -> Properties {
    let mut balancers: Vec<&String> = group.load_balancer_arns().iter().collect();
    balancers.sort_unstable();
    // A group that no load balancer sends to is one of interest: its empty list stays.
    let balancers: Vec<Value> = balancers.into_iter().map(|arn| Value::from(arn.as_str())).collect();
    object! {
        "HealthCheckEnabled" => group.health_check_enabled(),
        "HealthCheckIntervalSeconds" => group.health_check_interval_seconds(),
        "HealthCheckPath" => group.health_check_path(),
        "HealthCheckPort" => group.health_check_port(),
        "HealthCheckProtocol" => group.health_check_protocol().map(|protocol| protocol.as_str()),
        "HealthCheckTimeoutSeconds" => group.health_check_timeout_seconds(),
        "HealthyThresholdCount" => group.healthy_threshold_count(),
        "IpAddressType" => group.ip_address_type().map(|kind| kind.as_str()),
        "LoadBalancerArns" => balancers,
        "Matcher" => group.matcher().map(|matcher| {
            object! { "GrpcCode" => matcher.grpc_code(), "HttpCode" => matcher.http_code() }
        }),
        "Name" => group.target_group_name(),
        "Port" => group.port(),
        "Protocol" => group.protocol().map(|protocol| protocol.as_str()),
        "ProtocolVersion" => group.protocol_version(),
        "TargetControlPort" => group.target_control_port(),
        "TargetGroupArn" => arn,
        "TargetGroupFullName" => arn.rsplit(':').next(),
        "TargetGroupName" => group.target_group_name(),
        "TargetType" => group.target_type().map(|kind| kind.as_str()),
        "UnhealthyThresholdCount" => group.unhealthy_threshold_count(),
        "VpcId" => group.vpc_id(),
    }
}

async fn describe_attributes(cx: &Context, group: &Resource) -> Result<Properties, HandlerError> {
    let call = cx.elasticloadbalancingv2().describe_target_group_attributes().target_group_arn(&group.id);
    let answer = call.send().await.failed(ATTRIBUTES.action)?;
    let pairs = answer.attributes().iter().map(|attribute| (attribute.key(), attribute.value()));
    Ok(object! { "TargetGroupAttributes" => attributes(pairs) })
}
