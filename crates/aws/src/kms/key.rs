//! `AWS::KMS::Key`, those of the customer, from <https://docs.aws.amazon.com/kms/latest/APIReference/API_ListKeys.html> and
//! <https://docs.aws.amazon.com/kms/latest/APIReference/API_DescribeKey.html>.

use aws_sdk_kms::types::{KeyManagerType, Tag};
use futures::stream::{self, StreamExt};
use innovate_model::{Facet, HandlerError, HandlerErrorCode, Listing, Properties, Reach, Resource};

use crate::context::Context;
use crate::failure::{Failure, service_code};
use crate::property::{Put, document, list as objects, object};
use crate::registry::{Call, Read, Registration};

const LIST: Facet = Facet { operation: "ListKeys", action: "kms:ListKeys", properties: &["Arn", "KeyId"] };

const DESCRIBE: Facet = Facet {
    operation: "DescribeKey",
    action: "kms:DescribeKey",
    properties: &["Description", "Enabled", "KeySpec", "KeyUsage", "MultiRegion", "Origin"],
};

const POLICY: Facet = Facet { operation: "GetKeyPolicy", action: "kms:GetKeyPolicy", properties: &["KeyPolicy"] };

const ROTATION: Facet = Facet {
    operation: "GetKeyRotationStatus",
    action: "kms:GetKeyRotationStatus",
    properties: &["EnableKeyRotation", "RotationPeriodInDays"],
};

const TAGS: Facet = Facet { operation: "ListResourceTags", action: "kms:ListResourceTags", properties: &["Tags"] };

/// Keys that are described at the same time.
const AT_ONCE: usize = 8;

pub(crate) const HANDLER: Registration = Registration {
    type_name: "AWS::KMS::Key",
    reach: Reach::Regional,
    list: &[LIST, DESCRIBE],
    lister: |cx, listing| Box::pin(list(cx, listing)),
    reads: &[
        Read { facet: POLICY, call: Call::Each(|cx, key| Box::pin(policy(cx, key))) },
        Read { facet: ROTATION, call: Call::Each(|cx, key| Box::pin(rotation(cx, key))) },
        Read { facet: TAGS, call: Call::Each(|cx, key| Box::pin(tags(cx, key))) },
    ],
};

async fn list(cx: &Context, listing: &mut Listing) -> Result<(), HandlerError> {
    let mut pages = cx.kms().list_keys().limit(1000).into_paginator().send();
    while let Some(page) = pages.next().await {
        let page = page.failed(LIST.action)?;
        // Only its description tells whether a key is the customer's or AWS's.
        let calls: Vec<_> = page.keys().iter().filter_map(|key| key.key_id()).map(|id| describe(cx, id)).collect();
        let mut answers = stream::iter(calls).buffered(AT_ONCE);
        while let Some(answer) = answers.next().await {
            match answer {
                Ok(resource) => listing.resources.extend(resource),
                Err(error) => listing.failures.push(error),
            }
        }
    }
    Ok(())
}

/// The key where it is the customer's.
async fn describe(cx: &Context, id: &str) -> Result<Option<Resource>, HandlerError> {
    let answer = cx.kms().describe_key().key_id(id).send().await;
    // A key that was deleted since it was listed.
    if let Err(error) = &answer
        && service_code(error) == Some("NotFoundException")
    {
        return Ok(None);
    }
    let answer = answer.failed(DESCRIBE.action)?;
    let Some(key) = answer.key_metadata().filter(|key| key.key_manager() != Some(&KeyManagerType::Aws)) else { return Ok(None) };
    let mut resource = cx.resource(HANDLER.type_name, id);
    resource.arn = key.arn().map(ToOwned::to_owned);
    resource.properties = object! {
        "Arn" => key.arn(),
        "Description" => key.description(),
        "Enabled" => key.enabled(),
        "KeyId" => id,
        "MultiRegion" => key.multi_region().unwrap_or(false),
    };
    let origin = key.origin().map(|origin| origin.as_str());
    let usage = key.key_usage().map(|usage| usage.as_str());
    let spec = key.key_spec().map(|spec| spec.as_str());
    put_known(&mut resource, "KeySpec", spec, |spec| !spec.starts_with("ML_KEM_"));
    put_known(&mut resource, "KeyUsage", usage, |usage| usage != "ENCAPSULATE_DECAPSULATE");
    put_known(&mut resource, "Origin", origin, |origin| !matches!(origin, "AWS_CLOUDHSM" | "EXTERNAL_KEY_STORE"));
    Ok(Some(resource))
}

/// Sets a property, or notes that the schema has no word for its value: CloudFormation can't make every kind of key.
fn put_known(resource: &mut Resource, name: &str, value: Option<&str>, known: impl Fn(&str) -> bool) {
    match value {
        Some(value) if !known(value) => {
            let message = format!("the schema of {} has no `{name}` of `{value}`", HANDLER.type_name);
            let error = HandlerError::new(HandlerErrorCode::MalformedAnswer, DESCRIBE.action, message);
            resource.add_gap(format!("/{name}"), error.into());
        }
        value => {
            resource.properties.put(name, value);
        }
    }
}

async fn policy(cx: &Context, key: &Resource) -> Result<Properties, HandlerError> {
    let answer = cx.kms().get_key_policy().key_id(&key.id).policy_name("default").send().await.failed(POLICY.action)?;
    let policy = answer.policy().map(|text| document(text, POLICY.action)).transpose()?;
    Ok(object! { "KeyPolicy" => policy })
}

async fn rotation(cx: &Context, key: &Resource) -> Result<Properties, HandlerError> {
    let answer = cx.kms().get_key_rotation_status().key_id(&key.id).send().await;
    // Asymmetric and HMAC keys and keys of custom key stores are never rotated.
    if let Err(error) = &answer
        && service_code(error) == Some("UnsupportedOperationException")
    {
        return Ok(Properties::new());
    }
    let answer = answer.failed(ROTATION.action)?;
    Ok(object! { "EnableKeyRotation" => answer.key_rotation_enabled(), "RotationPeriodInDays" => answer.rotation_period_in_days() })
}

async fn tags(cx: &Context, key: &Resource) -> Result<Properties, HandlerError> {
    let mut tags: Vec<Tag> = Vec::new();
    let mut pages = cx.kms().list_resource_tags().key_id(&key.id).into_paginator().send();
    while let Some(page) = pages.next().await {
        tags.extend(page.failed(TAGS.action)?.tags.unwrap_or_default());
    }
    tags.sort_by(|a, b| a.tag_key().cmp(b.tag_key()));
    let tags = objects(tags.iter().map(|tag| object! { "Key" => tag.tag_key(), "Value" => tag.tag_value() }));
    Ok(object! { "Tags" => (!tags.is_empty()).then_some(tags) })
}
