//! Amazon CloudWatch.

mod alarm;
mod composite_alarm;

use std::sync::Arc;

use aws_sdk_cloudwatch::types::{AlarmType, CompositeAlarm, MetricAlarm};
use innovate_model::{Facet, HandlerError, Properties, Resource};

use crate::context::Context;
use crate::failure::Failure;
use crate::listed::Listed;
use crate::property::{object, tags};
use crate::registry::Registration;

pub(crate) const HANDLERS: &[Registration] = &[alarm::HANDLER, composite_alarm::HANDLER];

const DESCRIBE_ALARMS: &str = "cloudwatch:DescribeAlarms";

const TAGS: Facet = Facet { operation: "ListTagsForResource", action: "cloudwatch:ListTagsForResource", properties: &["Tags"] };

/// An alarm of either kind: one call tells of both.
#[derive(Debug)]
enum Alarm {
    Metric(Box<MetricAlarm>),
    Composite(Box<CompositeAlarm>),
}

/// The alarms of this account and Region, listed once.
async fn alarms(cx: &Context) -> Result<Arc<Listed<Alarm>>, HandlerError> {
    cx.once(DESCRIBE_ALARMS, || async {
        let call = cx.cloudwatch().describe_alarms().alarm_types(AlarmType::MetricAlarm).alarm_types(AlarmType::CompositeAlarm);
        let pages = call.max_records(100).into_paginator().send();
        let of_page = |page: aws_sdk_cloudwatch::operation::describe_alarms::DescribeAlarmsOutput| {
            let metric = page.metric_alarms.unwrap_or_default().into_iter().map(|alarm| Alarm::Metric(Box::new(alarm)));
            let composite = page.composite_alarms.unwrap_or_default().into_iter().map(|alarm| Alarm::Composite(Box::new(alarm)));
            Some(metric.chain(composite).collect())
        };
        Ok(Listed::of(pages, DESCRIBE_ALARMS, of_page).await)
    })
    .await
}

async fn tagging(cx: &Context, alarm: &Resource) -> Result<Properties, HandlerError> {
    let answer = cx.cloudwatch().list_tags_for_resource().set_resource_arn(alarm.arn.clone()).send().await.failed(TAGS.action)?;
    Ok(object! { "Tags" => tags!(answer.tags()) })
}
