//! Amazon S3.

mod account_public_access_block;
mod bucket;
mod bucket_acl;
mod bucket_policy;

use std::sync::Arc;

use innovate_model::HandlerError;

use crate::context::Context;
use crate::failure::Failure;
use crate::registry::Registration;

pub(crate) const HANDLERS: &[Registration] =
    &[account_public_access_block::HANDLER, bucket::HANDLER, bucket_acl::HANDLER, bucket_policy::HANDLER];

const LIST_BUCKETS: &str = "ListBuckets";
const LIST_BUCKETS_ACTION: &str = "s3:ListAllMyBuckets";

/// The buckets of the account.
#[derive(Debug, Default)]
struct Buckets {
    items: Vec<Bucket>,
    /// What ended the listing before its last page.
    failure: Option<HandlerError>,
}

/// A bucket by its name, and the Region that holds it.
#[derive(Debug)]
struct Bucket {
    name: String,
    region: String,
}

impl Buckets {
    /// The end of a listing that is made from these buckets.
    fn end(&self) -> Result<(), HandlerError> {
        self.failure.clone().map_or(Ok(()), Err)
    }
}

/// The buckets of the account, listed once.
async fn buckets(cx: &Context) -> Result<Arc<Buckets>, HandlerError> {
    cx.once(LIST_BUCKETS_ACTION, || async {
        let mut buckets = Buckets::default();
        // Only a paginated listing answers with the Region of each bucket.
        let mut pages = cx.s3(cx.region()).list_buckets().max_buckets(1000).into_paginator().send();
        while let Some(page) = pages.next().await {
            match page.failed(LIST_BUCKETS_ACTION) {
                Ok(page) => buckets.items.extend(page.buckets().iter().filter_map(|bucket| {
                    let region = bucket.bucket_region().unwrap_or(cx.region()).to_owned();
                    Some(Bucket { name: bucket.name()?.to_owned(), region })
                })),
                Err(error) => {
                    buckets.failure = Some(error);
                    break;
                }
            }
        }
        Ok(buckets)
    })
    .await
}

/// The ARN of a bucket.
fn bucket_arn(cx: &Context, name: &str) -> String {
    format!("arn:{}:s3:::{name}", cx.partition())
}
