//! `AWS::S3::Bucket`, from <https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListBuckets.html> and one call an aspect.

use innovate_model::{Facet, HandlerError, Listing, Properties, Reach, Resource};
use serde_json::Value;

use crate::context::Context;
use crate::failure::{Failure, service_code};
use crate::property::{list as objects, object};
use crate::registry::{Call, Read, Registration};

const LIST: Facet = Facet { operation: "ListBuckets", action: "s3:ListAllMyBuckets", properties: &["Arn", "BucketName"] };

const ENCRYPTION: Facet =
    Facet { operation: "GetBucketEncryption", action: "s3:GetEncryptionConfiguration", properties: &["BucketEncryption"] };

pub(crate) const HANDLER: Registration = Registration {
    type_name: "AWS::S3::Bucket",
    reach: Reach::Global,
    list: &[LIST],
    lister: |cx, listing| Box::pin(list(cx, listing)),
    reads: &[Read { facet: ENCRYPTION, call: Call::Each(|cx, bucket| Box::pin(encryption(cx, bucket))) }],
};

async fn list(cx: &Context, listing: &mut Listing) -> Result<(), HandlerError> {
    // Only a paginated listing answers with the Region of each bucket.
    let mut pages = cx.s3(cx.region()).list_buckets().max_buckets(1000).into_paginator().send();
    while let Some(page) = pages.next().await {
        for bucket in page.failed(LIST.action)?.buckets() {
            let Some(name) = bucket.name() else { continue };
            let mut resource = cx.resource(HANDLER.type_name, name);
            resource.region = bucket.bucket_region().unwrap_or(cx.region()).to_owned();
            let arn = format!("arn:{}:s3:::{name}", cx.partition());
            resource.properties = object! { "Arn" => &arn, "BucketName" => name };
            resource.arn = Some(arn);
            listing.resources.push(resource);
        }
    }
    Ok(())
}

async fn encryption(cx: &Context, bucket: &Resource) -> Result<Properties, HandlerError> {
    let answer = cx.s3(&bucket.region).get_bucket_encryption().bucket(&bucket.id).send().await;
    if let Err(error) = &answer
        && service_code(error) == Some("ServerSideEncryptionConfigurationNotFoundError")
    {
        return Ok(Properties::new());
    }
    let answer = answer.failed(ENCRYPTION.action)?;
    let rules = answer.server_side_encryption_configuration().map(|c| c.rules()).unwrap_or_default();
    let rules = objects(rules.iter().map(|rule| {
        let default = rule.apply_server_side_encryption_by_default().map(|default| {
            object! {
                "SSEAlgorithm" => default.sse_algorithm().as_str(),
                "KMSMasterKeyID" => default.kms_master_key_id(),
            }
        });
        object! { "ServerSideEncryptionByDefault" => default, "BucketKeyEnabled" => rule.bucket_key_enabled() }
    }));
    Ok(object! { "BucketEncryption" => object! { "ServerSideEncryptionConfiguration" => Value::Array(rules) } })
}
