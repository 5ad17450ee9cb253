//! `AWS::GuardDuty::Detector`, from <https://docs.aws.amazon.com/guardduty/latest/APIReference/API_GetDetector.html>.

use aws_sdk_guardduty::types::{
    DataSourceConfigurationsResult, DataSourceStatus, DetectorFeatureConfigurationResult, DetectorFeatureResult, DetectorStatus,
};
use innovate_model::{Facet, HandlerError, Listing, Properties, Reach, Resource};

use crate::context::Context;
use crate::failure::Failure;
use crate::property::{list as objects, object};
use crate::registry::{Call, Read, Registration};

const LIST: Facet = Facet { operation: "ListDetectors", action: "guardduty:ListDetectors", properties: &["Id"] };

const GET: Facet = Facet {
    operation: "GetDetector",
    action: "guardduty:GetDetector",
    properties: &["DataSources", "Enable", "Features", "FindingPublishingFrequency", "Tags"],
};

pub(crate) const HANDLER: Registration = Registration {
    type_name: "AWS::GuardDuty::Detector",
    reach: Reach::Regional,
    list: &[LIST],
    lister: |cx, listing| Box::pin(list(cx, listing)),
    reads: &[Read { facet: GET, call: Call::Each(|cx, detector| Box::pin(get(cx, detector))) }],
};

async fn list(cx: &Context, listing: &mut Listing) -> Result<(), HandlerError> {
    let mut pages = cx.guardduty().list_detectors().max_results(50).into_paginator().send();
    while let Some(page) = pages.next().await {
        for id in page.failed(LIST.action)?.detector_ids() {
            let mut resource = cx.resource(HANDLER.type_name, id);
            resource.arn = Some(cx.arn("guardduty", &format!("detector/{id}")));
            resource.properties = object! { "Id" => id };
            listing.resources.push(resource);
        }
    }
    Ok(())
}

async fn get(cx: &Context, detector: &Resource) -> Result<Properties, HandlerError> {
    let answer = cx.guardduty().get_detector().detector_id(&detector.id).send().await.failed(GET.action)?;
    #[allow(deprecated, reason = "the schema has both the sources of data and the features that came after them")]
    let sources = answer.data_sources().map(data_sources);
    let mut features: Vec<&DetectorFeatureConfigurationResult> =
        answer.features().iter().filter(|feature| !feature.name().is_some_and(is_foundational)).collect();
    features.sort_by_key(|feature| feature.name().map(|name| name.as_str().to_owned()));
    let features = objects(features.into_iter().map(feature));
    let mut tags: Vec<(&String, &String)> = answer.tags().into_iter().flatten().collect();
    tags.sort_unstable();
    let tags = objects(tags.into_iter().map(|(key, value)| object! { "Key" => key, "Value" => value }));
    Ok(object! {
        "DataSources" => sources,
        "Enable" => answer.status().map(|status| *status == DetectorStatus::Enabled),
        "Features" => (!features.is_empty()).then_some(features),
        "FindingPublishingFrequency" => answer.finding_publishing_frequency().map(|frequency| frequency.as_str()),
        "Tags" => (!tags.is_empty()).then_some(tags),
    })
}

/// Whether every detector has the feature, so that nothing can be set of it and the schema does not know it.
fn is_foundational(feature: &DetectorFeatureResult) -> bool {
    matches!(feature, DetectorFeatureResult::CloudTrail | DetectorFeatureResult::DnsLogs | DetectorFeatureResult::FlowLogs)
}

fn feature(feature: &DetectorFeatureConfigurationResult) -> Properties {
    let additional = objects(feature.additional_configuration().iter().map(|additional| {
        object! {
            "Name" => additional.name().map(|name| name.as_str()),
            "Status" => additional.status().map(|status| status.as_str()),
        }
    }));
    object! {
        "AdditionalConfiguration" => (!additional.is_empty()).then_some(additional),
        "Name" => feature.name().map(|name| name.as_str()),
        "Status" => feature.status().map(|status| status.as_str()),
    }
}

fn data_sources(sources: &DataSourceConfigurationsResult) -> Properties {
    let enabled = |status: &DataSourceStatus| *status == DataSourceStatus::Enabled;
    let audit_logs = sources.kubernetes().and_then(|kubernetes| kubernetes.audit_logs()).and_then(|logs| logs.status());
    let scan = sources.malware_protection().and_then(|malware| malware.scan_ec2_instance_with_findings());
    let volumes = scan.and_then(|scan| scan.ebs_volumes()).and_then(|volumes| volumes.status());
    let s3_logs = sources.s3_logs().and_then(|logs| logs.status());
    object! {
        "Kubernetes" => audit_logs.map(|status| object! { "AuditLogs" => object! { "Enable" => enabled(status) } }),
        "MalwareProtection" => volumes.map(|status| {
            object! { "ScanEc2InstanceWithFindings" => object! { "EbsVolumes" => enabled(status) } }
        }),
        "S3Logs" => s3_logs.map(|status| object! { "Enable" => enabled(status) }),
    }
}
