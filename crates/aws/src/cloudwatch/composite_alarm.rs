//! `AWS::CloudWatch::CompositeAlarm`, from
//! <https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_DescribeAlarms.html>.

use aws_sdk_cloudwatch::types::{AlarmType, CompositeAlarm};
use innovate_model::{Facet, HandlerError, Listing, Properties, Reach, Resource};
use serde_json::Value;

use crate::context::Context;
use crate::failure::Failure;
use crate::property::{object, tags};
use crate::registry::{Call, Read, Registration};

const DESCRIBE: Facet = Facet {
    operation: "DescribeAlarms",
    action: "cloudwatch:DescribeAlarms",
    properties: &[
        "ActionConfiguration",
        "ActionsEnabled",
        "ActionsSuppressor",
        "ActionsSuppressorExtensionPeriod",
        "ActionsSuppressorWaitPeriod",
        "AlarmActions",
        "AlarmDescription",
        "AlarmName",
        "AlarmRule",
        "Arn",
        "InsufficientDataActions",
        "OKActions",
    ],
};

const TAGS: Facet = Facet { operation: "ListTagsForResource", action: "cloudwatch:ListTagsForResource", properties: &["Tags"] };

pub(crate) const HANDLER: Registration = Registration {
    type_name: "AWS::CloudWatch::CompositeAlarm",
    reach: Reach::Regional,
    list: &[DESCRIBE],
    lister: |cx, listing| Box::pin(list(cx, listing)),
    reads: &[Read { facet: TAGS, call: Call::Each(|cx, alarm| Box::pin(list_tags(cx, alarm))) }],
};

async fn list(cx: &Context, listing: &mut Listing) -> Result<(), HandlerError> {
    let call = cx.cloudwatch().describe_alarms().alarm_types(AlarmType::CompositeAlarm).max_records(100);
    let mut pages = call.into_paginator().send();
    while let Some(page) = pages.next().await {
        for alarm in page.failed(DESCRIBE.action)?.composite_alarms() {
            let Some(name) = alarm.alarm_name() else { continue };
            let mut resource = cx.resource(HANDLER.type_name, name);
            resource.arn = alarm.alarm_arn().map(ToOwned::to_owned);
            resource.properties = properties(name, alarm);
            listing.resources.push(resource);
        }
    }
    Ok(())
}

fn properties(name: &str, alarm: &CompositeAlarm) -> Properties {
    let propagation = alarm.action_configuration().and_then(|configuration| configuration.alarm_tags_propagation()).map(|propagation| {
        object! {
            "Enabled" => propagation.enabled(),
            "ExcludedTagKeys" => propagation.excluded_tag_keys(),
            "IncludedTagKeys" => propagation.included_tag_keys(),
        }
    });
    // An alarm that tells nobody is one of interest: its empty list stays.
    let actions: Vec<Value> = alarm.alarm_actions().iter().map(|action| Value::from(action.as_str())).collect();
    object! {
        "ActionConfiguration" => propagation.map(|propagation| object! { "AlarmTagsPropagation" => propagation }),
        "ActionsEnabled" => alarm.actions_enabled(),
        "ActionsSuppressor" => alarm.actions_suppressor(),
        "ActionsSuppressorExtensionPeriod" => alarm.actions_suppressor_extension_period(),
        "ActionsSuppressorWaitPeriod" => alarm.actions_suppressor_wait_period(),
        "AlarmActions" => actions,
        "AlarmDescription" => alarm.alarm_description(),
        "AlarmName" => name,
        "AlarmRule" => alarm.alarm_rule(),
        "Arn" => alarm.alarm_arn(),
        "InsufficientDataActions" => alarm.insufficient_data_actions(),
        "OKActions" => alarm.ok_actions(),
    }
}

async fn list_tags(cx: &Context, alarm: &Resource) -> Result<Properties, HandlerError> {
    let answer = cx.cloudwatch().list_tags_for_resource().set_resource_arn(alarm.arn.clone()).send().await.failed(TAGS.action)?;
    Ok(object! { "Tags" => tags!(answer.tags()) })
}
