//! `AWS::Route53::RecordSet`, from <https://docs.aws.amazon.com/Route53/latest/APIReference/API_ListResourceRecordSets.html>.

use aws_sdk_route53::types::ResourceRecordSet;
use innovate_model::{Facet, HandlerError, Listing, Properties, Reach};
use serde_json::Value;

use super::{LIST_ZONES, LIST_ZONES_ACTION, bare, zones};
use crate::context::Context;
use crate::failure::{Failure, service_code};
use crate::property::object;
use crate::registry::Registration;

const ZONES: Facet = Facet { operation: LIST_ZONES, action: LIST_ZONES_ACTION, properties: &["HostedZoneId"] };

const LIST: Facet = Facet {
    operation: "ListResourceRecordSets",
    action: "route53:ListResourceRecordSets",
    properties: &[
        "AliasTarget",
        "CidrRoutingConfig",
        "Failover",
        "GeoLocation",
        "GeoProximityLocation",
        "HealthCheckId",
        "MultiValueAnswer",
        "Name",
        "Region",
        "ResourceRecords",
        "SetIdentifier",
        "TTL",
        "Type",
        "Weight",
    ],
};

pub(crate) const HANDLER: Registration = Registration {
    type_name: "AWS::Route53::RecordSet",
    reach: Reach::Global,
    list: &[ZONES, LIST],
    lister: |cx, listing| Box::pin(list(cx, listing)),
    reads: &[],
};

async fn list(cx: &Context, listing: &mut Listing) -> Result<(), HandlerError> {
    let zones = zones(cx).await?;
    // One zone after the other: Route 53 takes five requests a second of an account.
    for zone in &zones.items {
        if let Err(error) = records(cx, bare(zone.id()), listing).await {
            listing.failures.push(error);
        }
    }
    zones.end()
}

/// The records of one zone.
async fn records(cx: &Context, zone: &str, listing: &mut Listing) -> Result<(), HandlerError> {
    let mut call = cx.route53().list_resource_record_sets().hosted_zone_id(zone).max_items(300);
    loop {
        let answer = call.send().await;
        // A zone that was deleted since it was listed has no records either.
        if let Err(error) = &answer
            && service_code(error) == Some("NoSuchHostedZone")
        {
            return Ok(());
        }
        let answer = answer.failed(LIST.action)?;
        for record in answer.resource_record_sets() {
            let properties = properties(zone, record);
            let identifier = ["Name", "HostedZoneId", "Type", "SetIdentifier"];
            let parts: Vec<&str> = identifier.iter().filter_map(|name| properties.get(*name)).filter_map(Value::as_str).collect();
            let mut resource = cx.resource(HANDLER.type_name, parts.join("|"));
            resource.properties = properties;
            listing.resources.push(resource);
        }
        if !answer.is_truncated() {
            return Ok(());
        }
        call = cx
            .route53()
            .list_resource_record_sets()
            .hosted_zone_id(zone)
            .max_items(300)
            .set_start_record_name(answer.next_record_name)
            .set_start_record_type(answer.next_record_type)
            .set_start_record_identifier(answer.next_record_identifier);
    }
}

fn properties(zone: &str, record: &ResourceRecordSet) -> Properties {
    let alias = record.alias_target().map(|alias| {
        object! {
            "DNSName" => name(alias.dns_name()),
            "EvaluateTargetHealth" => alias.evaluate_target_health(),
            "HostedZoneId" => bare(alias.hosted_zone_id()),
        }
    });
    let cidr = record.cidr_routing_config().map(|cidr| {
        object! { "CollectionId" => cidr.collection_id(), "LocationName" => cidr.location_name() }
    });
    let location = record.geo_location().map(|location| {
        object! {
            "ContinentCode" => location.continent_code(),
            "CountryCode" => location.country_code(),
            "SubdivisionCode" => location.subdivision_code(),
        }
    });
    let proximity = record.geo_proximity_location().map(|proximity| {
        let coordinates = proximity.coordinates().map(|coordinates| {
            object! { "Latitude" => coordinates.latitude(), "Longitude" => coordinates.longitude() }
        });
        object! {
            "AWSRegion" => proximity.aws_region(),
            "Bias" => proximity.bias(),
            "Coordinates" => coordinates,
            "LocalZoneGroup" => proximity.local_zone_group(),
        }
    });
    let records: Vec<Value> = record.resource_records().iter().map(|record| Value::from(record.value())).collect();
    object! {
        "AliasTarget" => alias,
        "CidrRoutingConfig" => cidr,
        "Failover" => record.failover().map(|failover| failover.as_str()),
        "GeoLocation" => location,
        "GeoProximityLocation" => proximity,
        "HealthCheckId" => record.health_check_id(),
        "HostedZoneId" => zone,
        "MultiValueAnswer" => record.multi_value_answer(),
        "Name" => name(record.name()),
        "Region" => record.region().map(|region| region.as_str()),
        "ResourceRecords" => (!records.is_empty()).then_some(records),
        "SetIdentifier" => record.set_identifier(),
        "TTL" => record.ttl().map(|seconds| seconds.to_string()),
        "Type" => record.r#type().as_str(),
        "Weight" => record.weight(),
    }
}

/// A domain name as one writes it: Route 53 answers `\052` for `*`.
fn name(name: &str) -> String {
    name.replace("\\052", "*")
}
