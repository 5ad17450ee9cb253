//! Elastic Load Balancing: Application, Network and Gateway Load Balancers.

mod action;
mod listener;
mod listener_rule;
mod load_balancer;
mod target_group;

use std::collections::HashMap;
use std::sync::Arc;

use aws_sdk_elasticloadbalancingv2::types::{Listener, LoadBalancer, Tag};
use futures::stream::{self, StreamExt};
use innovate_model::{Facet, HandlerError, Properties, Resource};
use serde_json::Value;

use crate::context::Context;
use crate::failure::{Failure, service_code};
use crate::property::{list as objects, object};
use crate::registry::Registration;

pub(crate) const HANDLERS: &[Registration] = &[listener::HANDLER, listener_rule::HANDLER, load_balancer::HANDLER, target_group::HANDLER];

const LOAD_BALANCERS: &str = "DescribeLoadBalancers";
const LOAD_BALANCERS_ACTION: &str = "elasticloadbalancing:DescribeLoadBalancers";

const LISTENERS: &str = "DescribeListeners";
const LISTENERS_ACTION: &str = "elasticloadbalancing:DescribeListeners";

const TAGS: Facet = Facet { operation: "DescribeTags", action: "elasticloadbalancing:DescribeTags", properties: &["Tags"] };

/// Resources that one call for tags takes.
const AT_ONE_TAG_CALL: usize = 20;

/// Items of a page, the most that the service gives.
const PAGE: i32 = 400;

/// Load balancers or listeners that are listed at the same time.
const AT_ONCE: usize = 4;

/// The load balancers of this account and Region.
#[derive(Debug, Default)]
struct LoadBalancers {
    items: Vec<LoadBalancer>,
    /// What ended the listing before its last page.
    failure: Option<HandlerError>,
}

impl LoadBalancers {
    /// The end of a listing that is made from these load balancers.
    fn end(&self) -> Result<(), HandlerError> {
        self.failure.clone().map_or(Ok(()), Err)
    }
}

/// The load balancers of this account and Region, listed once.
async fn load_balancers(cx: &Context) -> Result<Arc<LoadBalancers>, HandlerError> {
    cx.once(LOAD_BALANCERS_ACTION, || async {
        let mut balancers = LoadBalancers::default();
        let mut pages = cx.elasticloadbalancingv2().describe_load_balancers().page_size(PAGE).into_paginator().send();
        while let Some(page) = pages.next().await {
            match page.failed(LOAD_BALANCERS_ACTION) {
                Ok(page) => balancers.items.extend(page.load_balancers.unwrap_or_default()),
                Err(error) => {
                    balancers.failure = Some(error);
                    break;
                }
            }
        }
        Ok(balancers)
    })
    .await
}

/// The listeners of this account and Region.
#[derive(Debug, Default)]
struct Listeners {
    items: Vec<Listener>,
    /// Load balancers whose listeners could not be listed.
    failures: Vec<HandlerError>,
    /// What ended the listing of the load balancers before its last page.
    failure: Option<HandlerError>,
}

impl Listeners {
    /// The end of a listing that is made from these listeners.
    fn end(&self) -> Result<(), HandlerError> {
        self.failure.clone().map_or(Ok(()), Err)
    }
}

/// The listeners of every load balancer, listed once.
async fn listeners(cx: &Context) -> Result<Arc<Listeners>, HandlerError> {
    cx.once(LISTENERS_ACTION, || async {
        let balancers = load_balancers(cx).await?;
        let mut listeners = Listeners { failure: balancers.failure.clone(), ..Listeners::default() };
        let arns = balancers.items.iter().filter_map(|balancer| balancer.load_balancer_arn());
        let calls: Vec<_> = arns.map(|arn| of_load_balancer(cx, arn)).collect();
        let mut answers = stream::iter(calls).buffered(AT_ONCE);
        while let Some((items, failure)) = answers.next().await {
            listeners.items.extend(items);
            listeners.failures.extend(failure);
        }
        Ok(listeners)
    })
    .await
}

/// The listeners of one load balancer, and what ended their listing before its last page.
async fn of_load_balancer(cx: &Context, arn: &str) -> (Vec<Listener>, Option<HandlerError>) {
    let mut items = Vec::new();
    let mut pages = cx.elasticloadbalancingv2().describe_listeners().load_balancer_arn(arn).page_size(PAGE).into_paginator().send();
    while let Some(page) = pages.next().await {
        // A load balancer that was deleted since it was listed has no listeners either.
        if let Err(error) = &page
            && service_code(error) == Some("LoadBalancerNotFound")
        {
            break;
        }
        match page.failed(LISTENERS_ACTION) {
            Ok(page) => items.extend(page.listeners.unwrap_or_default()),
            Err(error) => return (items, Some(error)),
        }
    }
    (items, None)
}

/// The tags of up to [`AT_ONE_TAG_CALL`] resources, whose ids are their ARNs.
async fn tags(cx: &Context, resources: &[Resource]) -> Result<Vec<Properties>, HandlerError> {
    let arns: Vec<String> = resources.iter().map(|resource| resource.id.clone()).collect();
    let answer = cx.elasticloadbalancingv2().describe_tags().set_resource_arns(Some(arns)).send().await.failed(TAGS.action)?;
    let found: HashMap<&str, &[Tag]> =
        answer.tag_descriptions().iter().filter_map(|description| Some((description.resource_arn()?, description.tags()))).collect();
    let tags = |resource: &Resource| {
        let tags = found.get(resource.id.as_str()).copied().unwrap_or_default();
        let tags = attributes(tags.iter().map(|tag| (tag.key(), Some(tag.value().unwrap_or_default()))));
        object! { "Tags" => (!tags.is_empty()).then_some(tags) }
    };
    Ok(resources.iter().map(tags).collect())
}

/// A list of `Key` and `Value`, in order of the keys.
fn attributes<'a>(pairs: impl Iterator<Item = (Option<&'a str>, Option<&'a str>)>) -> Vec<Value> {
    let mut pairs: Vec<_> = pairs.collect();
    pairs.sort_unstable();
    objects(pairs.into_iter().map(|(key, value)| object! { "Key" => key, "Value" => value }))
}
