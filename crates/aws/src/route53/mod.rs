//! Amazon Route 53.

mod hosted_zone;
mod record_set;

use std::sync::Arc;

use aws_sdk_route53::types::HostedZone;
use innovate_model::HandlerError;

use crate::context::Context;
use crate::failure::Failure;
use crate::registry::Registration;

pub(crate) const HANDLERS: &[Registration] = &[hosted_zone::HANDLER, record_set::HANDLER];

const LIST_ZONES: &str = "ListHostedZones";
const LIST_ZONES_ACTION: &str = "route53:ListHostedZones";

/// The hosted zones of the account.
#[derive(Debug, Default)]
struct Zones {
    items: Vec<HostedZone>,
    /// What ended the listing before its last page.
    failure: Option<HandlerError>,
}

impl Zones {
    /// The end of a listing that is made from these zones.
    fn end(&self) -> Result<(), HandlerError> {
        self.failure.clone().map_or(Ok(()), Err)
    }
}

/// The hosted zones of the account, listed once.
async fn zones(cx: &Context) -> Result<Arc<Zones>, HandlerError> {
    cx.once(LIST_ZONES_ACTION, || async {
        let mut zones = Zones::default();
        let mut pages = cx.route53().list_hosted_zones().max_items(100).into_paginator().send();
        while let Some(page) = pages.next().await {
            match page.failed(LIST_ZONES_ACTION) {
                Ok(page) => zones.items.extend(page.hosted_zones),
                Err(error) => {
                    zones.failure = Some(error);
                    break;
                }
            }
        }
        Ok(zones)
    })
    .await
}

/// An id without the kind that Route 53 puts before it: `Z1` of `/hostedzone/Z1`.
fn bare(id: &str) -> &str {
    id.rsplit('/').next().unwrap_or(id)
}
