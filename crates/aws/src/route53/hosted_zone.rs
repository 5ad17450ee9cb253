//! `AWS::Route53::HostedZone`, from <https://docs.aws.amazon.com/Route53/latest/APIReference/API_ListHostedZones.html> and
//! <https://docs.aws.amazon.com/Route53/latest/APIReference/API_GetHostedZone.html>.

use std::collections::HashMap;
use std::sync::Arc;

use aws_sdk_route53::types::{AcceleratedRecoveryStatus, TagResourceType};
use innovate_model::{Facet, HandlerError, Listing, Properties, Reach, Resource};

use super::{LIST_ZONES, LIST_ZONES_ACTION, bare, zones};
use crate::context::Context;
use crate::failure::Failure;
use crate::property::{list as objects, object, tags};
use crate::registry::{Call, Read, Registration};

const LIST: Facet =
    Facet { operation: LIST_ZONES, action: LIST_ZONES_ACTION, properties: &["HostedZoneConfig", "HostedZoneFeatures", "Id", "Name"] };

const GET: Facet =
    Facet { operation: "GetHostedZone", action: "route53:GetHostedZone", properties: &["DelegationSetId", "NameServers", "VPCs"] };

const QUERY_LOGGING: Facet =
    Facet { operation: "ListQueryLoggingConfigs", action: "route53:ListQueryLoggingConfigs", properties: &["QueryLoggingConfig"] };

const TAGS: Facet = Facet { operation: "ListTagsForResources", action: "route53:ListTagsForResources", properties: &["HostedZoneTags"] };

pub(crate) const HANDLER: Registration = Registration {
    type_name: "AWS::Route53::HostedZone",
    reach: Reach::Global,
    list: &[LIST],
    lister: |cx, listing| Box::pin(list(cx, listing)),
    reads: &[
        Read { facet: GET, call: Call::Each(|cx, zone| Box::pin(get(cx, zone))) },
        Read { facet: QUERY_LOGGING, call: Call::Each(|cx, zone| Box::pin(query_logging(cx, zone))) },
        Read { facet: TAGS, call: Call::Batch(10, |cx, zones| Box::pin(list_tags(cx, zones))) },
    ],
};

async fn list(cx: &Context, listing: &mut Listing) -> Result<(), HandlerError> {
    let zones = zones(cx).await?;
    for zone in &zones.items {
        let id = bare(zone.id());
        let mut resource = cx.resource(HANDLER.type_name, id);
        resource.arn = Some(format!("arn:{}:route53:::hostedzone/{id}", cx.partition()));
        let comment = zone.config().and_then(|config| config.comment()).filter(|comment| !comment.is_empty());
        let recovery = zone.features().and_then(|features| features.accelerated_recovery_status());
        resource.properties = object! {
            "HostedZoneConfig" => comment.map(|comment| object! { "Comment" => comment }),
            "HostedZoneFeatures" => recovery.map(|status| {
                object! { "EnableAcceleratedRecovery" => *status == AcceleratedRecoveryStatus::Enabled }
            }),
            "Id" => id,
            "Name" => zone.name(),
        };
        listing.resources.push(resource);
    }
    zones.end()
}

async fn get(cx: &Context, zone: &Resource) -> Result<Properties, HandlerError> {
    let answer = cx.route53().get_hosted_zone().id(&zone.id).send().await.failed(GET.action)?;
    let delegation = answer.delegation_set();
    // Only a private zone has VPCs, and only a public one name servers.
    let vpcs = objects(answer.vpcs().iter().map(|vpc| {
        object! { "VPCId" => vpc.vpc_id(), "VPCRegion" => vpc.vpc_region().map(|region| region.as_str()) }
    }));
    Ok(object! {
        "DelegationSetId" => delegation.and_then(|delegation| delegation.id()).map(bare),
        "NameServers" => delegation.map(|delegation| delegation.name_servers()),
        "VPCs" => (!vpcs.is_empty()).then_some(vpcs),
    })
}

async fn query_logging(cx: &Context, zone: &Resource) -> Result<Properties, HandlerError> {
    let groups: Arc<HashMap<String, String>> = cx
        .once(QUERY_LOGGING.action, || async {
            let mut groups = HashMap::new();
            let mut pages = cx.route53().list_query_logging_configs().max_results(100).into_paginator().send();
            while let Some(page) = pages.next().await {
                for config in page.failed(QUERY_LOGGING.action)?.query_logging_configs() {
                    groups.insert(bare(config.hosted_zone_id()).to_owned(), config.cloud_watch_logs_log_group_arn().to_owned());
                }
            }
            Ok(groups)
        })
        .await?;
    let config = groups.get(&zone.id).map(|group| object! { "CloudWatchLogsLogGroupArn" => group });
    Ok(object! { "QueryLoggingConfig" => config })
}

async fn list_tags(cx: &Context, zones: &[Resource]) -> Result<Vec<Properties>, HandlerError> {
    let ids: Vec<String> = zones.iter().map(|zone| zone.id.clone()).collect();
    let call = cx.route53().list_tags_for_resources().resource_type(TagResourceType::Hostedzone).set_resource_ids(Some(ids));
    let answer = call.send().await.failed(TAGS.action)?;
    let of_zone = |zone: &Resource| answer.resource_tag_sets().iter().find(|set| set.resource_id() == Some(zone.id.as_str()));
    Ok(zones.iter().map(|zone| object! { "HostedZoneTags" => of_zone(zone).and_then(|set| tags!(set.tags())) }).collect())
}
