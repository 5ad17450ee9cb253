//! Amazon EKS.

mod access_entry;
mod addon;
mod cluster;
mod fargate_profile;
mod nodegroup;
mod pod_identity_association;

use std::collections::HashMap;
use std::sync::Arc;

use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use futures::future::BoxFuture;
use innovate_model::{Facet, HandlerError, HandlerErrorCode, Listing, Properties};
use serde_json::Value;

use crate::context::Context;
use crate::failure::service_code;
use crate::listed::Listed;
use crate::property::{Put, list as objects, object};
use crate::registry::Registration;

pub(crate) const HANDLERS: &[Registration] = &[
    access_entry::HANDLER,
    addon::HANDLER,
    cluster::HANDLER,
    fargate_profile::HANDLER,
    nodegroup::HANDLER,
    pod_identity_association::HANDLER,
];

/// Lists what belongs to one cluster.
type ListCall = for<'a> fn(&'a Context, &'a str, &'a mut Listing) -> BoxFuture<'a, Result<(), HandlerError>>;

const LIST_CLUSTERS: &str = "eks:ListClusters";
const DESCRIBE_CLUSTER: &str = "eks:DescribeCluster";

/// The clusters, for the types that are listed cluster by cluster.
const CLUSTERS: Facet = Facet { operation: "ListClusters", action: LIST_CLUSTERS, properties: &[] };

/// The clusters of the account and Region, listed once.
async fn clusters(cx: &Context) -> Result<Arc<Listed<String>>, HandlerError> {
    cx.once(LIST_CLUSTERS, || async {
        let pages = cx.eks().list_clusters().max_results(100).into_paginator().send();
        Ok(Listed::of(pages, LIST_CLUSTERS, |page| page.clusters).await)
    })
    .await
}

/// Lists what belongs to a cluster, for each of them: a cluster whose listing fails does not end the others.
async fn each_cluster(cx: &Context, listing: &mut Listing, list: ListCall) -> Result<(), HandlerError> {
    let clusters = clusters(cx).await?;
    for cluster in &clusters.items {
        if let Err(error) = list(cx, cluster, listing).await {
            listing.failures.push(error);
        }
    }
    clusters.end()
}

/// Whether the answer says that the cluster was deleted since it was listed.
fn gone<T, E: ProvideErrorMetadata>(answer: &Result<T, SdkError<E, HttpResponse>>) -> bool {
    answer.as_ref().err().and_then(service_code) == Some("ResourceNotFoundException")
}

/// The error of an answer that lacks what it describes.
fn empty(action: &'static str) -> HandlerError {
    HandlerError::new(HandlerErrorCode::MalformedAnswer, action, "the answer describes nothing")
}

/// A set as a list, in order.
fn sorted(values: &[String]) -> Vec<Value> {
    let mut values = values.to_vec();
    values.sort_unstable();
    values.into_iter().map(Value::from).collect()
}

/// A map as CloudFormation's list of `Key` and `Value`, in order of the keys; none where it is empty.
fn pairs(map: Option<&HashMap<String, String>>) -> Option<Vec<Value>> {
    let mut pairs: Vec<(&String, &String)> = map?.iter().collect();
    pairs.sort_unstable();
    (!pairs.is_empty()).then(|| objects(pairs.into_iter().map(|(key, value)| object! { "Key" => key, "Value" => value })))
}

/// A map as an object, in order of the keys; none where it is empty.
fn map(map: Option<&HashMap<String, String>>) -> Option<Properties> {
    let mut pairs: Vec<(&String, &String)> = map?.iter().collect();
    pairs.sort_unstable();
    let mut properties = Properties::new();
    for (key, value) in pairs {
        properties.put(key, value);
    }
    (!properties.is_empty()).then_some(properties)
}
