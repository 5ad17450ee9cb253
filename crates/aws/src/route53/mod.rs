//! Amazon Route 53.

mod hosted_zone;
mod record_set;

use std::sync::Arc;

use aws_sdk_route53::types::HostedZone;
use innovate_model::HandlerError;

use crate::context::Context;
use crate::listed::Listed;
use crate::registry::Registration;

pub(crate) const HANDLERS: &[Registration] = &[hosted_zone::HANDLER, record_set::HANDLER];

const LIST_ZONES: &str = "ListHostedZones";
const LIST_ZONES_ACTION: &str = "route53:ListHostedZones";

/// The hosted zones of the account, listed once.
async fn zones(cx: &Context) -> Result<Arc<Listed<HostedZone>>, HandlerError> {
    cx.once(LIST_ZONES_ACTION, || async {
        let pages = cx.route53().list_hosted_zones().max_items(100).into_paginator().send();
        Ok(Listed::of(pages, LIST_ZONES_ACTION, |page| Some(page.hosted_zones)).await)
    })
    .await
}

/// An id without the kind that Route 53 puts before it: `Z1` of `/hostedzone/Z1`.
fn bare(id: &str) -> &str {
    id.rsplit('/').next().unwrap_or(id)
}
