//! `AWS::CloudTrail::Trail`, from <https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_DescribeTrails.html>.

use std::collections::HashMap;

use aws_sdk_cloudtrail::types::{AdvancedEventSelector, EventSelector, Tag};
use innovate_model::{Facet, HandlerError, Listing, Properties, Reach, Resource};
use serde_json::Value;

use crate::context::Context;
use crate::failure::{Failure, service_code};
use crate::property::{list as objects, object};
use crate::registry::{Call, Read, Registration};

const DESCRIBE: Facet = Facet {
    operation: "DescribeTrails",
    action: "cloudtrail:DescribeTrails",
    properties: &[
        "Arn",
        "CloudWatchLogsLogGroupArn",
        "CloudWatchLogsRoleArn",
        "EnableLogFileValidation",
        "IncludeGlobalServiceEvents",
        "IsMultiRegionTrail",
        "IsOrganizationTrail",
        "KMSKeyId",
        "S3BucketName",
        "S3KeyPrefix",
        "SnsTopicArn",
        "SnsTopicName",
        "TrailName",
    ],
};

const STATUS: Facet = Facet { operation: "GetTrailStatus", action: "cloudtrail:GetTrailStatus", properties: &["IsLogging"] };

const EVENT_SELECTORS: Facet = Facet {
    operation: "GetEventSelectors",
    action: "cloudtrail:GetEventSelectors",
    properties: &["AdvancedEventSelectors", "EventSelectors"],
};

const INSIGHT_SELECTORS: Facet =
    Facet { operation: "GetInsightSelectors", action: "cloudtrail:GetInsightSelectors", properties: &["InsightSelectors"] };

const TAGS: Facet = Facet { operation: "ListTags", action: "cloudtrail:ListTags", properties: &["Tags"] };

pub(crate) const HANDLER: Registration = Registration {
    type_name: "AWS::CloudTrail::Trail",
    reach: Reach::Regional,
    list: &[DESCRIBE],
    lister: |cx, listing| Box::pin(list(cx, listing)),
    reads: &[
        Read { facet: STATUS, call: Call::Each(|cx, trail| Box::pin(status(cx, trail))) },
        Read { facet: EVENT_SELECTORS, call: Call::Each(|cx, trail| Box::pin(event_selectors(cx, trail))) },
        Read { facet: INSIGHT_SELECTORS, call: Call::Each(|cx, trail| Box::pin(insight_selectors(cx, trail))) },
        Read { facet: TAGS, call: Call::Batch(20, |cx, trails| Box::pin(list_tags(cx, trails))) },
    ],
};

async fn list(cx: &Context, listing: &mut Listing) -> Result<(), HandlerError> {
    let answer = cx.cloudtrail().describe_trails().include_shadow_trails(false).send().await.failed(DESCRIBE.action)?;
    for trail in answer.trail_list() {
        let (Some(name), Some(arn)) = (trail.name(), trail.trail_arn()) else { continue };
        // An organization's trail is shown in every member account; it is read where it is owned.
        if arn.split(':').nth(4) != Some(cx.account()) {
            continue;
        }
        let mut resource = cx.resource(HANDLER.type_name, name);
        resource.arn = Some(arn.to_owned());
        #[allow(deprecated, reason = "the schema has both the name and the ARN of the topic")]
        let topic = trail.sns_topic_name();
        resource.properties = object! {
            "Arn" => arn,
            "CloudWatchLogsLogGroupArn" => trail.cloud_watch_logs_log_group_arn(),
            "CloudWatchLogsRoleArn" => trail.cloud_watch_logs_role_arn(),
            "EnableLogFileValidation" => trail.log_file_validation_enabled().unwrap_or(false),
            "IncludeGlobalServiceEvents" => trail.include_global_service_events(),
            "IsMultiRegionTrail" => trail.is_multi_region_trail().unwrap_or(false),
            "IsOrganizationTrail" => trail.is_organization_trail().unwrap_or(false),
            "KMSKeyId" => trail.kms_key_id(),
            "S3BucketName" => trail.s3_bucket_name(),
            "S3KeyPrefix" => trail.s3_key_prefix(),
            "SnsTopicArn" => trail.sns_topic_arn(),
            "SnsTopicName" => topic,
            "TrailName" => name,
        };
        listing.resources.push(resource);
    }
    Ok(())
}

/// The name by which a call finds the trail: the ARN, unambiguous among the trails that other Regions and accounts show here.
fn name(trail: &Resource) -> &str {
    trail.arn.as_deref().unwrap_or(&trail.id)
}

async fn status(cx: &Context, trail: &Resource) -> Result<Properties, HandlerError> {
    let answer = cx.cloudtrail().get_trail_status().name(name(trail)).send().await.failed(STATUS.action)?;
    Ok(object! { "IsLogging" => answer.is_logging() })
}

async fn event_selectors(cx: &Context, trail: &Resource) -> Result<Properties, HandlerError> {
    let answer = cx.cloudtrail().get_event_selectors().trail_name(name(trail)).send().await.failed(EVENT_SELECTORS.action)?;
    let advanced = objects(answer.advanced_event_selectors().iter().map(advanced_event_selector));
    let basic = objects(answer.event_selectors().iter().map(event_selector));
    // A trail has the one kind or the other.
    Ok(object! {
        "AdvancedEventSelectors" => (!advanced.is_empty()).then_some(advanced),
        "EventSelectors" => (!basic.is_empty()).then_some(basic),
    })
}

fn event_selector(selector: &EventSelector) -> Properties {
    let resources = objects(selector.data_resources().iter().map(|resource| {
        object! { "Type" => resource.r#type(), "Values" => resource.values() }
    }));
    object! {
        "DataResources" => (!resources.is_empty()).then_some(resources),
        "ExcludeManagementEventSources" => selector.exclude_management_event_sources(),
        "IncludeManagementEvents" => selector.include_management_events().unwrap_or(true),
        "ReadWriteType" => selector.read_write_type().map(|kind| kind.as_str()),
    }
}

fn advanced_event_selector(selector: &AdvancedEventSelector) -> Properties {
    let fields = objects(selector.field_selectors().iter().map(|field| {
        object! {
            "EndsWith" => field.ends_with(),
            "Equals" => field.equals(),
            "Field" => field.field(),
            "NotEndsWith" => field.not_ends_with(),
            "NotEquals" => field.not_equals(),
            "NotStartsWith" => field.not_starts_with(),
            "StartsWith" => field.starts_with(),
        }
    }));
    object! { "FieldSelectors" => fields, "Name" => selector.name() }
}

async fn insight_selectors(cx: &Context, trail: &Resource) -> Result<Properties, HandlerError> {
    let answer = cx.cloudtrail().get_insight_selectors().trail_name(name(trail)).send().await;
    if let Err(error) = &answer
        && service_code(error) == Some("InsightNotEnabledException")
    {
        return Ok(Properties::new());
    }
    let answer = answer.failed(INSIGHT_SELECTORS.action)?;
    let selectors = objects(answer.insight_selectors().iter().map(|selector| {
        let categories: Vec<Value> = selector.event_categories().iter().map(|category| Value::from(category.as_str())).collect();
        object! {
            "EventCategories" => (!categories.is_empty()).then_some(categories),
            "InsightType" => selector.insight_type().map(|kind| kind.as_str()),
        }
    }));
    Ok(object! { "InsightSelectors" => (!selectors.is_empty()).then_some(selectors) })
}

async fn list_tags(cx: &Context, trails: &[Resource]) -> Result<Vec<Properties>, HandlerError> {
    let ids: Vec<String> = trails.iter().map(|trail| name(trail).to_owned()).collect();
    let mut found: HashMap<String, Vec<Tag>> = HashMap::new();
    let mut pages = cx.cloudtrail().list_tags().set_resource_id_list(Some(ids)).into_paginator().send();
    while let Some(page) = pages.next().await {
        for resource in page.failed(TAGS.action)?.resource_tag_list() {
            let Some(id) = resource.resource_id() else { continue };
            found.entry(id.to_owned()).or_default().extend_from_slice(resource.tags_list());
        }
    }
    Ok(trails
        .iter()
        .map(|trail| {
            let mut tags = found.remove(name(trail)).unwrap_or_default();
            tags.sort_by(|a, b| a.key().cmp(b.key()));
            let tags = objects(tags.iter().map(|tag| object! { "Key" => tag.key(), "Value" => tag.value().unwrap_or_default() }));
            object! { "Tags" => (!tags.is_empty()).then_some(tags) }
        })
        .collect())
}
