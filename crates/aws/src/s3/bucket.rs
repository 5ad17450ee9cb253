//! `AWS::S3::Bucket`, from <https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListBuckets.html> and one call an aspect.

use aws_sdk_s3::types::{LifecycleRule, ObjectLockEnabled, Tag};
use innovate_model::{Facet, HandlerError, Listing, Properties, Reach, Resource};
use serde_json::Value;

use super::{LIST_BUCKETS, LIST_BUCKETS_ACTION, bucket_arn, buckets};
use crate::context::Context;
use crate::failure::{Failure, service_code};
use crate::property::{Put, list as objects, object, tags};
use crate::registry::{Call, Read, Registration};

const LIST: Facet = Facet { operation: LIST_BUCKETS, action: LIST_BUCKETS_ACTION, properties: &["Arn", "BucketName"] };

const ENCRYPTION: Facet =
    Facet { operation: "GetBucketEncryption", action: "s3:GetEncryptionConfiguration", properties: &["BucketEncryption"] };

const PUBLIC_ACCESS_BLOCK: Facet =
    Facet { operation: "GetPublicAccessBlock", action: "s3:GetBucketPublicAccessBlock", properties: &["PublicAccessBlockConfiguration"] };

const VERSIONING: Facet =
    Facet { operation: "GetBucketVersioning", action: "s3:GetBucketVersioning", properties: &["VersioningConfiguration"] };

const LOGGING: Facet = Facet { operation: "GetBucketLogging", action: "s3:GetBucketLogging", properties: &["LoggingConfiguration"] };

const OWNERSHIP: Facet =
    Facet { operation: "GetBucketOwnershipControls", action: "s3:GetBucketOwnershipControls", properties: &["OwnershipControls"] };

const OBJECT_LOCK: Facet = Facet {
    operation: "GetObjectLockConfiguration",
    action: "s3:GetBucketObjectLockConfiguration",
    properties: &["ObjectLockConfiguration", "ObjectLockEnabled"],
};

const LIFECYCLE: Facet =
    Facet { operation: "GetBucketLifecycleConfiguration", action: "s3:GetLifecycleConfiguration", properties: &["LifecycleConfiguration"] };

const TAGS: Facet = Facet { operation: "GetBucketTagging", action: "s3:GetBucketTagging", properties: &["Tags"] };

pub(crate) const HANDLER: Registration = Registration {
    type_name: "AWS::S3::Bucket",
    reach: Reach::Global,
    list: &[LIST],
    lister: |cx, listing| Box::pin(list(cx, listing)),
    reads: &[
        Read { facet: ENCRYPTION, call: Call::Each(|cx, bucket| Box::pin(encryption(cx, bucket))) },
        Read { facet: PUBLIC_ACCESS_BLOCK, call: Call::Each(|cx, bucket| Box::pin(public_access_block(cx, bucket))) },
        Read { facet: VERSIONING, call: Call::Each(|cx, bucket| Box::pin(versioning(cx, bucket))) },
        Read { facet: LOGGING, call: Call::Each(|cx, bucket| Box::pin(logging(cx, bucket))) },
        Read { facet: OWNERSHIP, call: Call::Each(|cx, bucket| Box::pin(ownership(cx, bucket))) },
        Read { facet: OBJECT_LOCK, call: Call::Each(|cx, bucket| Box::pin(object_lock(cx, bucket))) },
        Read { facet: LIFECYCLE, call: Call::Each(|cx, bucket| Box::pin(lifecycle(cx, bucket))) },
        Read { facet: TAGS, call: Call::Each(|cx, bucket| Box::pin(tagging(cx, bucket))) },
    ],
};

async fn list(cx: &Context, listing: &mut Listing) -> Result<(), HandlerError> {
    let buckets = buckets(cx).await?;
    for bucket in &buckets.items {
        let mut resource = cx.resource(HANDLER.type_name, &bucket.name);
        resource.region.clone_from(&bucket.region);
        let arn = bucket_arn(cx, &bucket.name);
        resource.properties = object! { "Arn" => &arn, "BucketName" => &bucket.name };
        resource.arn = Some(arn);
        listing.resources.push(resource);
    }
    buckets.end()
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

async fn public_access_block(cx: &Context, bucket: &Resource) -> Result<Properties, HandlerError> {
    let answer = cx.s3(&bucket.region).get_public_access_block().bucket(&bucket.id).send().await;
    let configuration = match &answer {
        Err(error) if service_code(error) == Some("NoSuchPublicAccessBlockConfiguration") => None,
        _ => answer.failed(PUBLIC_ACCESS_BLOCK.action)?.public_access_block_configuration,
    };
    let block = configuration.as_ref();
    let configuration = object! {
        "BlockPublicAcls" => block.and_then(|block| block.block_public_acls()).unwrap_or(false),
        "BlockPublicPolicy" => block.and_then(|block| block.block_public_policy()).unwrap_or(false),
        "IgnorePublicAcls" => block.and_then(|block| block.ignore_public_acls()).unwrap_or(false),
        "RestrictPublicBuckets" => block.and_then(|block| block.restrict_public_buckets()).unwrap_or(false),
    };
    Ok(object! { "PublicAccessBlockConfiguration" => configuration })
}

async fn versioning(cx: &Context, bucket: &Resource) -> Result<Properties, HandlerError> {
    let answer = cx.s3(&bucket.region).get_bucket_versioning().bucket(&bucket.id).send().await.failed(VERSIONING.action)?;
    // A bucket that was never versioned has no status.
    let configuration = answer.status().map(|status| object! { "Status" => status.as_str() });
    Ok(object! { "VersioningConfiguration" => configuration })
}

async fn logging(cx: &Context, bucket: &Resource) -> Result<Properties, HandlerError> {
    let answer = cx.s3(&bucket.region).get_bucket_logging().bucket(&bucket.id).send().await.failed(LOGGING.action)?;
    let configuration = answer.logging_enabled().map(|logging| {
        let format = logging.target_object_key_format();
        let partitioned = format.and_then(|format| format.partitioned_prefix());
        let format = match (format.and_then(|format| format.simple_prefix()), partitioned) {
            (Some(_), _) => Some(object! { "SimplePrefix" => Properties::new() }),
            (None, Some(partitioned)) => {
                let source = partitioned.partition_date_source().map(|source| source.as_str());
                Some(object! { "PartitionedPrefix" => object! { "PartitionDateSource" => source } })
            }
            (None, None) => None,
        };
        object! {
            "DestinationBucketName" => logging.target_bucket(),
            "LogFilePrefix" => logging.target_prefix(),
            "TargetObjectKeyFormat" => format,
        }
    });
    Ok(object! { "LoggingConfiguration" => configuration })
}

async fn ownership(cx: &Context, bucket: &Resource) -> Result<Properties, HandlerError> {
    let answer = cx.s3(&bucket.region).get_bucket_ownership_controls().bucket(&bucket.id).send().await;
    let rules = match &answer {
        // Without controls the uploading account owns the object.
        Err(error) if service_code(error) == Some("OwnershipControlsNotFoundError") => {
            objects([object! { "ObjectOwnership" => "ObjectWriter" }])
        }
        _ => {
            let answer = answer.failed(OWNERSHIP.action)?;
            let rules = answer.ownership_controls().map(|controls| controls.rules()).unwrap_or_default();
            objects(rules.iter().map(|rule| object! { "ObjectOwnership" => rule.object_ownership().as_str() }))
        }
    };
    Ok(object! { "OwnershipControls" => object! { "Rules" => rules } })
}

async fn object_lock(cx: &Context, bucket: &Resource) -> Result<Properties, HandlerError> {
    let answer = cx.s3(&bucket.region).get_object_lock_configuration().bucket(&bucket.id).send().await;
    if let Err(error) = &answer
        && service_code(error) == Some("ObjectLockConfigurationNotFoundError")
    {
        return Ok(object! { "ObjectLockEnabled" => false });
    }
    let answer = answer.failed(OBJECT_LOCK.action)?;
    let Some(lock) = answer.object_lock_configuration() else { return Ok(object! { "ObjectLockEnabled" => false }) };
    let rule = lock.rule().map(|rule| {
        let retention = rule.default_retention().map(|retention| {
            let hold = retention.default_event_hold().map(|hold| object! { "Days" => hold.days(), "Years" => hold.years() });
            object! {
                "Days" => retention.days(),
                "DefaultEventHold" => hold,
                "Mode" => retention.mode().map(|mode| mode.as_str()),
                "Years" => retention.years(),
            }
        });
        object! { "DefaultRetention" => retention }
    });
    let enabled = lock.object_lock_enabled();
    Ok(object! {
        "ObjectLockConfiguration" => object! { "ObjectLockEnabled" => enabled.map(|enabled| enabled.as_str()), "Rule" => rule },
        "ObjectLockEnabled" => enabled == Some(&ObjectLockEnabled::Enabled),
    })
}

async fn lifecycle(cx: &Context, bucket: &Resource) -> Result<Properties, HandlerError> {
    let answer = cx.s3(&bucket.region).get_bucket_lifecycle_configuration().bucket(&bucket.id).send().await;
    if let Err(error) = &answer
        && service_code(error) == Some("NoSuchLifecycleConfiguration")
    {
        return Ok(Properties::new());
    }
    let answer = answer.failed(LIFECYCLE.action)?;
    let configuration = object! {
        "Rules" => objects(answer.rules().iter().map(lifecycle_rule)),
        "TransitionDefaultMinimumObjectSize" => answer.transition_default_minimum_object_size().map(|size| size.as_str()),
    };
    Ok(object! { "LifecycleConfiguration" => configuration })
}

fn lifecycle_rule(rule: &LifecycleRule) -> Properties {
    let filter = rule.filter();
    let and = filter.and_then(|filter| filter.and());
    let larger = filter.and_then(|filter| filter.object_size_greater_than()).or(and.and_then(|and| and.object_size_greater_than()));
    let smaller = filter.and_then(|filter| filter.object_size_less_than()).or(and.and_then(|and| and.object_size_less_than()));
    #[allow(deprecated, reason = "rules from before filters have their prefix here")]
    let prefix = rule.prefix().or(filter.and_then(|filter| filter.prefix())).or(and.and_then(|and| and.prefix()));
    let filtered: Vec<&Tag> =
        filter.and_then(|filter| filter.tag()).into_iter().chain(and.map(|and| and.tags()).unwrap_or_default()).collect();
    let expiration = rule.expiration();
    let transitions = objects(rule.transitions().iter().map(|transition| {
        object! {
            "StorageClass" => transition.storage_class().map(|class| class.as_str()),
            "TransitionDate" => transition.date(),
            "TransitionInDays" => transition.days(),
        }
    }));
    let noncurrent_transitions = objects(rule.noncurrent_version_transitions().iter().map(|transition| {
        object! {
            "NewerNoncurrentVersions" => transition.newer_noncurrent_versions(),
            "StorageClass" => transition.storage_class().map(|class| class.as_str()),
            "TransitionInDays" => transition.noncurrent_days(),
        }
    }));
    let mut properties = object! {
        "AbortIncompleteMultipartUpload" => rule.abort_incomplete_multipart_upload().map(|abort| {
            object! { "DaysAfterInitiation" => abort.days_after_initiation() }
        }),
        "ExpirationDate" => expiration.and_then(|expiration| expiration.date()),
        "ExpirationInDays" => expiration.and_then(|expiration| expiration.days()),
        "ExpiredObjectDeleteMarker" => expiration.and_then(|expiration| expiration.expired_object_delete_marker()),
        "Id" => rule.id(),
        "NoncurrentVersionExpiration" => rule.noncurrent_version_expiration().map(|expiration| {
            object! {
                "NewerNoncurrentVersions" => expiration.newer_noncurrent_versions(),
                "NoncurrentDays" => expiration.noncurrent_days(),
            }
        }),
        "ObjectSizeGreaterThan" => larger.map(|size| size.to_string()),
        "ObjectSizeLessThan" => smaller.map(|size| size.to_string()),
        "Prefix" => prefix,
        "Status" => rule.status().as_str(),
        "TagFilters" => tags!(filtered),
    };
    for (name, transitions) in [("NoncurrentVersionTransitions", noncurrent_transitions), ("Transitions", transitions)] {
        properties.put(name, (!transitions.is_empty()).then_some(transitions));
    }
    properties
}

async fn tagging(cx: &Context, bucket: &Resource) -> Result<Properties, HandlerError> {
    let answer = cx.s3(&bucket.region).get_bucket_tagging().bucket(&bucket.id).send().await;
    if let Err(error) = &answer
        && service_code(error) == Some("NoSuchTagSet")
    {
        return Ok(Properties::new());
    }
    Ok(object! { "Tags" => tags!(answer.failed(TAGS.action)?.tag_set()) })
}
