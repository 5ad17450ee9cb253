//! `AWS::EKS::AccessEntry`, from <https://docs.aws.amazon.com/eks/latest/APIReference/API_ListAccessEntries.html>,
//! <https://docs.aws.amazon.com/eks/latest/APIReference/API_DescribeAccessEntry.html> and
//! <https://docs.aws.amazon.com/eks/latest/APIReference/API_ListAssociatedAccessPolicies.html>.

use aws_sdk_eks::types::{AssociatedAccessPolicy, AuthenticationMode};
use innovate_model::{Facet, HandlerError, Listing, Properties, Reach, Resource};

use super::{CLUSTERS, DESCRIBE_CLUSTER, each_cluster, empty, gone, pairs, sorted};
use crate::context::Context;
use crate::failure::{Failure, service_code};
use crate::property::{list as objects, object};
use crate::registry::{Call, Read, Registration};

const MODE: Facet = Facet { operation: "DescribeCluster", action: DESCRIBE_CLUSTER, properties: &[] };

const LIST: Facet = Facet { operation: "ListAccessEntries", action: "eks:ListAccessEntries", properties: &["ClusterName", "PrincipalArn"] };

const DESCRIBE: Facet = Facet {
    operation: "DescribeAccessEntry",
    action: "eks:DescribeAccessEntry",
    properties: &["AccessEntryArn", "KubernetesGroups", "Tags", "Type", "Username"],
};

const POLICIES: Facet =
    Facet { operation: "ListAssociatedAccessPolicies", action: "eks:ListAssociatedAccessPolicies", properties: &["AccessPolicies"] };

pub(crate) const HANDLER: Registration = Registration {
    type_name: "AWS::EKS::AccessEntry",
    reach: Reach::Regional,
    list: &[CLUSTERS, LIST, MODE],
    lister: |cx, listing| Box::pin(each_cluster(cx, listing, |cx, cluster, listing| Box::pin(list(cx, cluster, listing)))),
    reads: &[
        Read { facet: DESCRIBE, call: Call::Each(|cx, entry| Box::pin(describe(cx, entry))) },
        Read { facet: POLICIES, call: Call::Each(|cx, entry| Box::pin(policies(cx, entry))) },
    ],
};

async fn list(cx: &Context, cluster: &str, listing: &mut Listing) -> Result<(), HandlerError> {
    let mut pages = cx.eks().list_access_entries().cluster_name(cluster).max_results(100).into_paginator().send();
    while let Some(page) = pages.next().await {
        if gone(&page) {
            break;
        }
        // A cluster that is entered by its ConfigMap alone has no access entries and refuses the call.
        if let Err(error) = &page
            && service_code(error) == Some("InvalidRequestException")
            && by_config_map(cx, cluster).await?
        {
            break;
        }
        for principal in page.failed(LIST.action)?.access_entries() {
            let mut resource = cx.resource(HANDLER.type_name, format!("{principal}|{cluster}"));
            resource.properties = object! { "ClusterName" => cluster, "PrincipalArn" => principal };
            listing.resources.push(resource);
        }
    }
    Ok(())
}

/// Whether the authentication mode of the cluster is `CONFIG_MAP`.
async fn by_config_map(cx: &Context, cluster: &str) -> Result<bool, HandlerError> {
    let answer = cx.eks().describe_cluster().name(cluster).send().await.failed(MODE.action)?;
    let mode = answer.cluster().and_then(|cluster| cluster.access_config()?.authentication_mode());
    Ok(mode == Some(&AuthenticationMode::ConfigMap))
}

async fn describe(cx: &Context, entry: &Resource) -> Result<Properties, HandlerError> {
    let cluster = entry.text("ClusterName").unwrap_or_default();
    let principal = entry.text("PrincipalArn").unwrap_or_default();
    let answer = cx.eks().describe_access_entry().cluster_name(cluster).principal_arn(principal).send().await.failed(DESCRIBE.action)?;
    let entry = answer.access_entry().ok_or_else(|| empty(DESCRIBE.action))?;
    Ok(object! {
        "AccessEntryArn" => entry.access_entry_arn(),
        "KubernetesGroups" => sorted(entry.kubernetes_groups()),
        "Tags" => pairs(entry.tags()),
        "Type" => entry.r#type(),
        "Username" => entry.username(),
    })
}

async fn policies(cx: &Context, entry: &Resource) -> Result<Properties, HandlerError> {
    let cluster = entry.text("ClusterName").unwrap_or_default();
    let principal = entry.text("PrincipalArn").unwrap_or_default();
    let call = cx.eks().list_associated_access_policies().cluster_name(cluster).principal_arn(principal).max_results(100);
    let mut policies: Vec<AssociatedAccessPolicy> = Vec::new();
    let mut pages = call.into_paginator().send();
    while let Some(page) = pages.next().await {
        policies.extend(page.failed(POLICIES.action)?.associated_access_policies.unwrap_or_default());
    }
    policies.sort_by(|a, b| a.policy_arn().cmp(&b.policy_arn()));
    let policies = objects(policies.iter().map(|policy| {
        let scope = policy.access_scope().map(|scope| {
            let namespaces = sorted(scope.namespaces());
            object! {
                "Namespaces" => (!namespaces.is_empty()).then_some(namespaces),
                "Type" => scope.r#type().map(|kind| kind.as_str()),
            }
        });
        object! { "AccessScope" => scope, "PolicyArn" => policy.policy_arn() }
    }));
    Ok(object! { "AccessPolicies" => policies })
}
