//! `AWS::EKS::PodIdentityAssociation`, from
//! <https://docs.aws.amazon.com/eks/latest/APIReference/API_ListPodIdentityAssociations.html> and
//! <https://docs.aws.amazon.com/eks/latest/APIReference/API_DescribePodIdentityAssociation.html>.

use innovate_model::{Facet, HandlerError, Listing, Properties, Reach, Resource};

use super::{CLUSTERS, each_cluster, empty, gone, pairs};
use crate::context::Context;
use crate::failure::Failure;
use crate::property::object;
use crate::registry::{Call, Read, Registration};

const LIST: Facet = Facet {
    operation: "ListPodIdentityAssociations",
    action: "eks:ListPodIdentityAssociations",
    properties: &["AssociationArn", "AssociationId", "ClusterName", "Namespace", "ServiceAccount"],
};

const DESCRIBE: Facet = Facet {
    operation: "DescribePodIdentityAssociation",
    action: "eks:DescribePodIdentityAssociation",
    properties: &["DisableSessionTags", "ExternalId", "Policy", "RoleArn", "Tags", "TargetRoleArn"],
};

pub(crate) const HANDLER: Registration = Registration {
    type_name: "AWS::EKS::PodIdentityAssociation",
    reach: Reach::Regional,
    list: &[CLUSTERS, LIST],
    lister: |cx, listing| Box::pin(each_cluster(cx, listing, |cx, cluster, listing| Box::pin(list(cx, cluster, listing)))),
    reads: &[Read { facet: DESCRIBE, call: Call::Each(|cx, association| Box::pin(describe(cx, association))) }],
};

async fn list(cx: &Context, cluster: &str, listing: &mut Listing) -> Result<(), HandlerError> {
    let mut pages = cx.eks().list_pod_identity_associations().cluster_name(cluster).max_results(100).into_paginator().send();
    while let Some(page) = pages.next().await {
        if gone(&page) {
            break;
        }
        for association in page.failed(LIST.action)?.associations() {
            let Some(arn) = association.association_arn() else { continue };
            let mut resource = cx.resource(HANDLER.type_name, arn);
            resource.arn = Some(arn.to_owned());
            resource.properties = object! {
                "AssociationArn" => arn,
                "AssociationId" => association.association_id(),
                "ClusterName" => cluster,
                "Namespace" => association.namespace(),
                "ServiceAccount" => association.service_account(),
            };
            listing.resources.push(resource);
        }
    }
    Ok(())
}

async fn describe(cx: &Context, association: &Resource) -> Result<Properties, HandlerError> {
    let cluster = association.text("ClusterName").unwrap_or_default();
    let id = association.text("AssociationId").unwrap_or_default();
    let call = cx.eks().describe_pod_identity_association().cluster_name(cluster).association_id(id);
    let answer = call.send().await.failed(DESCRIBE.action)?;
    let association = answer.association().ok_or_else(|| empty(DESCRIBE.action))?;
    Ok(object! {
        "DisableSessionTags" => association.disable_session_tags(),
        "ExternalId" => association.external_id(),
        "Policy" => association.policy(),
        "RoleArn" => association.role_arn(),
        "Tags" => pairs(association.tags()),
        "TargetRoleArn" => association.target_role_arn(),
    })
}
