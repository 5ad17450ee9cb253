//! `AWS::CloudWatch::Alarm`, from <https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_DescribeAlarms.html>.

use aws_sdk_cloudwatch::types::{Dimension, MetricDataQuery};
use innovate_model::{Facet, HandlerError, Listing, Properties, Reach};
use serde_json::Value;

use super::{Alarm, DESCRIBE_ALARMS, TAGS, alarms, tagging};
use crate::context::Context;
use crate::property::{list as objects, object};
use crate::registry::{Call, Read, Registration};

const DESCRIBE: Facet = Facet {
    operation: "DescribeAlarms",
    action: DESCRIBE_ALARMS,
    properties: &[
        "ActionsEnabled",
        "AlarmActions",
        "AlarmDescription",
        "AlarmName",
        "Arn",
        "ComparisonOperator",
        "DatapointsToAlarm",
        "Dimensions",
        "EvaluateLowSampleCountPercentile",
        "EvaluationCriteria",
        "EvaluationInterval",
        "EvaluationPeriods",
        "ExtendedStatistic",
        "InsufficientDataActions",
        "MetricName",
        "Metrics",
        "Namespace",
        "OKActions",
        "Period",
        "Statistic",
        "Threshold",
        "ThresholdMetricId",
        "TreatMissingData",
        "Unit",
    ],
};

pub(crate) const HANDLER: Registration = Registration {
    type_name: "AWS::CloudWatch::Alarm",
    reach: Reach::Regional,
    list: &[DESCRIBE],
    lister: |cx, listing| Box::pin(list(cx, listing)),
    reads: &[Read { facet: TAGS, call: Call::Each(|cx, alarm| Box::pin(tagging(cx, alarm))) }],
};

async fn list(cx: &Context, listing: &mut Listing) -> Result<(), HandlerError> {
    let alarms = alarms(cx).await?;
    for alarm in &alarms.items {
        let Alarm::Metric(alarm) = alarm else { continue };
        let Some(name) = alarm.alarm_name() else { continue };
        let mut resource = cx.resource(HANDLER.type_name, name);
        resource.arn = alarm.alarm_arn().map(ToOwned::to_owned);
        let criteria = alarm.evaluation_criteria().and_then(|criteria| criteria.as_prom_ql_criteria().ok()).map(|criteria| {
            object! {
                "PendingPeriod" => criteria.pending_period(),
                "Query" => criteria.query(),
                "RecoveryPeriod" => criteria.recovery_period(),
            }
        });
        let metrics = objects(alarm.metrics().iter().map(metric));
        // An alarm that tells nobody is one of interest: its empty list stays.
        let actions: Vec<Value> = alarm.alarm_actions().iter().map(|action| Value::from(action.as_str())).collect();
        resource.properties = object! {
            "ActionsEnabled" => alarm.actions_enabled(),
            "AlarmActions" => actions,
            "AlarmDescription" => alarm.alarm_description(),
            "AlarmName" => name,
            "Arn" => alarm.alarm_arn(),
            "ComparisonOperator" => alarm.comparison_operator().map(|operator| operator.as_str()),
            "DatapointsToAlarm" => alarm.datapoints_to_alarm(),
            "Dimensions" => dimensions(alarm.dimensions()),
            "EvaluateLowSampleCountPercentile" => alarm.evaluate_low_sample_count_percentile(),
            "EvaluationCriteria" => criteria.map(|criteria| object! { "PromQLCriteria" => criteria }),
            "EvaluationInterval" => alarm.evaluation_interval(),
            "EvaluationPeriods" => alarm.evaluation_periods(),
            "ExtendedStatistic" => alarm.extended_statistic(),
            "InsufficientDataActions" => alarm.insufficient_data_actions(),
            "MetricName" => alarm.metric_name(),
            "Metrics" => (!metrics.is_empty()).then_some(metrics),
            "Namespace" => alarm.namespace(),
            "OKActions" => alarm.ok_actions(),
            "Period" => alarm.period(),
            "Statistic" => alarm.statistic().map(|statistic| statistic.as_str()),
            "Threshold" => alarm.threshold(),
            "ThresholdMetricId" => alarm.threshold_metric_id(),
            "TreatMissingData" => alarm.treat_missing_data().unwrap_or("missing"),
            "Unit" => alarm.unit().map(|unit| unit.as_str()),
        };
        listing.resources.push(resource);
    }
    alarms.end()
}

fn dimensions(dimensions: &[Dimension]) -> Option<Vec<Value>> {
    let dimensions = objects(dimensions.iter().map(|dimension| object! { "Name" => dimension.name(), "Value" => dimension.value() }));
    (!dimensions.is_empty()).then_some(dimensions)
}

fn metric(query: &MetricDataQuery) -> Properties {
    let stat = query.metric_stat().map(|stat| {
        let metric = stat.metric().map(|metric| {
            object! {
                "Dimensions" => dimensions(metric.dimensions()),
                "MetricName" => metric.metric_name(),
                "Namespace" => metric.namespace(),
            }
        });
        object! {
            "Metric" => metric,
            "Period" => stat.period(),
            "Stat" => stat.stat(),
            "Unit" => stat.unit().map(|unit| unit.as_str()),
        }
    });
    object! {
        "AccountId" => query.account_id(),
        "Expression" => query.expression(),
        "Id" => query.id(),
        "Label" => query.label(),
        "MetricStat" => stat,
        "Period" => query.period(),
        "ReturnData" => query.return_data(),
    }
}
