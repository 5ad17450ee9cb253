//! AWS IAM Identity Center, the successor of AWS Single Sign-On.

mod assignment;
mod instance;
mod permission_set;

use std::sync::Arc;

use aws_sdk_ssoadmin::types::InstanceMetadata;
use innovate_model::{Facet, HandlerError};

use crate::context::Context;
use crate::failure::Failure;
use crate::registry::Registration;

pub(crate) const HANDLERS: &[Registration] = &[assignment::HANDLER, instance::HANDLER, permission_set::HANDLER];

const LIST_INSTANCES: &str = "sso:ListInstances";

/// Tells the instances that the other listings go through.
const INSTANCES: Facet = Facet { operation: "ListInstances", action: LIST_INSTANCES, properties: &[] };

const LIST_PERMISSION_SETS: &str = "sso:ListPermissionSets";

const TAGS: Facet = Facet { operation: "ListTagsForResource", action: "sso:ListTagsForResource", properties: &["Tags"] };

/// What a listing gave, and what failed of it.
#[derive(Debug)]
struct Found<T> {
    items: Vec<T>,
    failures: Vec<HandlerError>,
}

/// The instances that this account owns and that live in this Region, read once.
async fn instances(cx: &Context) -> Result<Arc<Found<InstanceMetadata>>, HandlerError> {
    cx.once(LIST_INSTANCES, || async {
        let mut found = Found { items: Vec::new(), failures: Vec::new() };
        let mut pages = cx.ssoadmin().list_instances().into_paginator().send();
        while let Some(page) = pages.next().await {
            match page.failed(LIST_INSTANCES) {
                // The organization's instance is shown to every member account, and in every Region to which it is replicated.
                Ok(page) => found.items.extend(page.instances.unwrap_or_default().into_iter().filter(|instance| {
                    instance.owner_account_id().is_none_or(|owner| owner == cx.account())
                        && instance.primary_region().is_none_or(|region| region == cx.region())
                })),
                Err(error) => {
                    found.failures.push(error);
                    break;
                }
            }
        }
        Ok(found)
    })
    .await
}

/// A permission set and the instance that it belongs to, by their ARNs.
#[derive(Debug)]
struct PermissionSet {
    instance: String,
    arn: String,
}

/// The permission sets of all instances, read once.
async fn permission_sets(cx: &Context) -> Result<Arc<Found<PermissionSet>>, HandlerError> {
    cx.once(LIST_PERMISSION_SETS, || async {
        let instances = instances(cx).await?;
        let mut found = Found { items: Vec::new(), failures: instances.failures.clone() };
        for instance in instances.items.iter().filter_map(|instance| instance.instance_arn()) {
            let mut pages = cx.ssoadmin().list_permission_sets().instance_arn(instance).max_results(100).into_paginator().send();
            while let Some(page) = pages.next().await {
                match page.failed(LIST_PERMISSION_SETS) {
                    Ok(page) => found.items.extend(
                        page.permission_sets
                            .unwrap_or_default()
                            .into_iter()
                            .map(|arn| PermissionSet { instance: instance.to_owned(), arn }),
                    ),
                    Err(error) => {
                        found.failures.push(error);
                        break;
                    }
                }
            }
        }
        Ok(found)
    })
    .await
}
