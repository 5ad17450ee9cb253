//! `AWS::EKS::Addon`, from <https://docs.aws.amazon.com/eks/latest/APIReference/API_ListAddons.html> and
//! <https://docs.aws.amazon.com/eks/latest/APIReference/API_DescribeAddon.html>.

use innovate_model::{Facet, HandlerError, Listing, Properties, Reach, Resource};

use super::{CLUSTERS, each_cluster, empty, gone, pairs};
use crate::context::Context;
use crate::failure::Failure;
use crate::property::object;
use crate::registry::{Call, Read, Registration};

const LIST: Facet = Facet { operation: "ListAddons", action: "eks:ListAddons", properties: &["AddonName", "ClusterName"] };

// Not `ConfigurationValues`: it holds the environment of the add-on's containers.
const DESCRIBE: Facet = Facet {
    operation: "DescribeAddon",
    action: "eks:DescribeAddon",
    properties: &["AddonVersion", "Arn", "NamespaceConfig", "ServiceAccountRoleArn", "Tags"],
};

pub(crate) const HANDLER: Registration = Registration {
    type_name: "AWS::EKS::Addon",
    reach: Reach::Regional,
    list: &[CLUSTERS, LIST],
    lister: |cx, listing| Box::pin(each_cluster(cx, listing, |cx, cluster, listing| Box::pin(list(cx, cluster, listing)))),
    reads: &[Read { facet: DESCRIBE, call: Call::Each(|cx, addon| Box::pin(describe(cx, addon))) }],
};

async fn list(cx: &Context, cluster: &str, listing: &mut Listing) -> Result<(), HandlerError> {
    let mut pages = cx.eks().list_addons().cluster_name(cluster).max_results(100).into_paginator().send();
    while let Some(page) = pages.next().await {
        if gone(&page) {
            break;
        }
        for name in page.failed(LIST.action)?.addons() {
            let mut resource = cx.resource(HANDLER.type_name, format!("{cluster}|{name}"));
            resource.properties = object! { "AddonName" => name, "ClusterName" => cluster };
            listing.resources.push(resource);
        }
    }
    Ok(())
}

async fn describe(cx: &Context, addon: &Resource) -> Result<Properties, HandlerError> {
    let cluster = addon.text("ClusterName").unwrap_or_default();
    let name = addon.text("AddonName").unwrap_or_default();
    let answer = cx.eks().describe_addon().cluster_name(cluster).addon_name(name).send().await.failed(DESCRIBE.action)?;
    let addon = answer.addon().ok_or_else(|| empty(DESCRIBE.action))?;
    let namespace = addon.namespace_config().and_then(|config| config.namespace());
    Ok(object! {
        "AddonVersion" => addon.addon_version(),
        "Arn" => addon.addon_arn(),
        "NamespaceConfig" => namespace.map(|namespace| object! { "Namespace" => namespace }),
        "ServiceAccountRoleArn" => addon.service_account_role_arn(),
        "Tags" => pairs(addon.tags()),
    })
}
