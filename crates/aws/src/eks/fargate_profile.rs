//! `AWS::EKS::FargateProfile`, from <https://docs.aws.amazon.com/eks/latest/APIReference/API_ListFargateProfiles.html> and
//! <https://docs.aws.amazon.com/eks/latest/APIReference/API_DescribeFargateProfile.html>.

use innovate_model::{Facet, HandlerError, Listing, Properties, Reach, Resource};

use super::{CLUSTERS, each_cluster, empty, gone, pairs, sorted};
use crate::context::Context;
use crate::failure::Failure;
use crate::property::{list as objects, object};
use crate::registry::{Call, Read, Registration};

const LIST: Facet =
    Facet { operation: "ListFargateProfiles", action: "eks:ListFargateProfiles", properties: &["ClusterName", "FargateProfileName"] };

const DESCRIBE: Facet = Facet {
    operation: "DescribeFargateProfile",
    action: "eks:DescribeFargateProfile",
    properties: &["Arn", "PodExecutionRoleArn", "Selectors", "Subnets", "Tags"],
};

pub(crate) const HANDLER: Registration = Registration {
    type_name: "AWS::EKS::FargateProfile",
    reach: Reach::Regional,
    list: &[CLUSTERS, LIST],
    lister: |cx, listing| Box::pin(each_cluster(cx, listing, |cx, cluster, listing| Box::pin(list(cx, cluster, listing)))),
    reads: &[Read { facet: DESCRIBE, call: Call::Each(|cx, profile| Box::pin(describe(cx, profile))) }],
};

async fn list(cx: &Context, cluster: &str, listing: &mut Listing) -> Result<(), HandlerError> {
    let mut pages = cx.eks().list_fargate_profiles().cluster_name(cluster).max_results(100).into_paginator().send();
    while let Some(page) = pages.next().await {
        if gone(&page) {
            break;
        }
        for name in page.failed(LIST.action)?.fargate_profile_names() {
            let mut resource = cx.resource(HANDLER.type_name, format!("{cluster}|{name}"));
            resource.properties = object! { "ClusterName" => cluster, "FargateProfileName" => name };
            listing.resources.push(resource);
        }
    }
    Ok(())
}

async fn describe(cx: &Context, profile: &Resource) -> Result<Properties, HandlerError> {
    let cluster = profile.text("ClusterName").unwrap_or_default();
    let name = profile.text("FargateProfileName").unwrap_or_default();
    let call = cx.eks().describe_fargate_profile().cluster_name(cluster).fargate_profile_name(name);
    let answer = call.send().await.failed(DESCRIBE.action)?;
    let profile = answer.fargate_profile().ok_or_else(|| empty(DESCRIBE.action))?;
    let selectors = objects(
        profile.selectors().iter().map(|selector| object! { "Labels" => pairs(selector.labels()), "Namespace" => selector.namespace() }),
    );
    Ok(object! {
        "Arn" => profile.fargate_profile_arn(),
        "PodExecutionRoleArn" => profile.pod_execution_role_arn(),
        "Selectors" => selectors,
        "Subnets" => sorted(profile.subnets()),
        "Tags" => pairs(profile.tags()),
    })
}
