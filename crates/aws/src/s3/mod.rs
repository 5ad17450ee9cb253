//! Amazon S3.

mod account_public_access_block;
mod bucket;
mod bucket_acl;
mod bucket_policy;

use std::sync::Arc;

use innovate_model::HandlerError;

use crate::context::Context;
use crate::listed::Listed;
use crate::registry::Registration;

pub(crate) const HANDLERS: &[Registration] =
    &[account_public_access_block::HANDLER, bucket::HANDLER, bucket_acl::HANDLER, bucket_policy::HANDLER];

const LIST_BUCKETS: &str = "ListBuckets";
const LIST_BUCKETS_ACTION: &str = "s3:ListAllMyBuckets";

/// A bucket by its name, and the Region that holds it.
#[derive(Debug)]
struct Bucket {
    name: String,
    region: String,
}

/// The buckets of the account, listed once.
async fn buckets(cx: &Context) -> Result<Arc<Listed<Bucket>>, HandlerError> {
    cx.once(LIST_BUCKETS_ACTION, || async {
        // Only a paginated listing answers with the Region of each bucket.
        let pages = cx.s3(cx.region()).list_buckets().max_buckets(1000).into_paginator().send();
        let bucket = |bucket: aws_sdk_s3::types::Bucket| {
            let region = bucket.bucket_region.unwrap_or_else(|| cx.region().to_owned());
            Some(Bucket { name: bucket.name?, region })
        };
        Ok(Listed::of(pages, LIST_BUCKETS_ACTION, |page| Some(page.buckets?.into_iter().filter_map(bucket).collect())).await)
    })
    .await
}

/// The ARN of a bucket.
fn bucket_arn(cx: &Context, name: &str) -> String {
    format!("arn:{}:s3:::{name}", cx.partition())
}
