//! `AWS::CloudWatch::CompositeAlarm`, from
//! <https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_DescribeAlarms.html>.

use aws_sdk_cloudwatch::types::CompositeAlarm;
use innovate_model::{Facet, HandlerError, Listing, Properties, Reach};
use serde_json::Value;

use super::{Alarm, DESCRIBE_ALARMS, TAGS, alarms, tagging};
use crate::context::Context;
use crate::property::object;
use crate::registry::{Call, Read, Registration};

const DESCRIBE: Facet = Facet {
    operation: "DescribeAlarms",
    action: DESCRIBE_ALARMS,
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

pub(crate) const HANDLER: Registration = Registration {
    type_name: "AWS::CloudWatch::CompositeAlarm",
    reach: Reach::Regional,
    list: &[DESCRIBE],
    lister: |cx, listing| Box::pin(list(cx, listing)),
    reads: &[Read { facet: TAGS, call: Call::Each(|cx, alarm| Box::pin(tagging(cx, alarm))) }],
};

async fn list(cx: &Context, listing: &mut Listing) -> Result<(), HandlerError> {
    let alarms = alarms(cx).await?;
    for alarm in &alarms.items {
        let Alarm::Composite(alarm) = alarm else { continue };
        let Some(name) = alarm.alarm_name() else { continue };
        let mut resource = cx.resource(HANDLER.type_name, name);
        resource.arn = alarm.alarm_arn().map(ToOwned::to_owned);
        resource.properties = properties(name, alarm);
        listing.resources.push(resource);
    }
    alarms.end()
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
