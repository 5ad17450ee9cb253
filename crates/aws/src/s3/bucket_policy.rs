//! `AWS::S3::BucketPolicy`, from <https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketPolicy.html>.

use futures::stream::{self, StreamExt};
use innovate_model::{Facet, HandlerError, Listing, Reach, Resource};

use super::{Bucket, LIST_BUCKETS, LIST_BUCKETS_ACTION, buckets};
use crate::context::Context;
use crate::failure::{Failure, service_code};
use crate::property::{document, object};
use crate::registry::Registration;

const LIST: Facet = Facet { operation: LIST_BUCKETS, action: LIST_BUCKETS_ACTION, properties: &["Bucket"] };

const GET: Facet = Facet { operation: "GetBucketPolicy", action: "s3:GetBucketPolicy", properties: &["PolicyDocument"] };

/// Buckets that are asked for their policy at the same time.
const AT_ONCE: usize = 8;

pub(crate) const HANDLER: Registration = Registration {
    type_name: "AWS::S3::BucketPolicy",
    reach: Reach::Global,
    list: &[LIST, GET],
    lister: |cx, listing| Box::pin(list(cx, listing)),
    reads: &[],
};

async fn list(cx: &Context, listing: &mut Listing) -> Result<(), HandlerError> {
    let buckets = buckets(cx).await?;
    let calls: Vec<_> = buckets.items.iter().map(|bucket| policy(cx, bucket)).collect();
    let mut answers = stream::iter(calls).buffered(AT_ONCE);
    while let Some(answer) = answers.next().await {
        match answer {
            Ok(resource) => listing.resources.extend(resource),
            Err(error) => listing.failures.push(error),
        }
    }
    buckets.end()
}

/// The policy of a bucket that has one.
async fn policy(cx: &Context, bucket: &Bucket) -> Result<Option<Resource>, HandlerError> {
    let answer = cx.s3(&bucket.region).get_bucket_policy().bucket(&bucket.name).send().await;
    // A bucket that was deleted since it was listed has no policy either.
    if let Err(error) = &answer
        && matches!(service_code(error), Some("NoSuchBucketPolicy" | "NoSuchBucket"))
    {
        return Ok(None);
    }
    let answer = answer.failed(GET.action)?;
    let Some(text) = answer.policy() else { return Ok(None) };
    let mut resource = cx.resource(HANDLER.type_name, &bucket.name);
    resource.region.clone_from(&bucket.region);
    resource.properties = object! { "Bucket" => &bucket.name, "PolicyDocument" => document(text, GET.action)? };
    Ok(Some(resource))
}
