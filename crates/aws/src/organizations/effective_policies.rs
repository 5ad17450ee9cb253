//! `Innovate::Organizations::EffectivePolicies`, from
//! <https://docs.aws.amazon.com/organizations/latest/APIReference/API_ListPoliciesForTarget.html>.

use std::sync::Arc;

use aws_sdk_organizations::types::{ParentType, PolicySummary, PolicyType};
use innovate_model::{Facet, HandlerError, HandlerErrorCode, Listing, Properties, Reach, Resource};
use serde_json::Value;

use super::{DESCRIBE_POLICY, LIST_ACCOUNTS, LIST_PARENTS, LIST_ROOTS, Memo, accounts, active, content, enabled, parent, roots};
use crate::context::Context;
use crate::failure::Failure;
use crate::property::{list as objects, object};
use crate::registry::{Call, Read, Registration};

const LIST: Facet = Facet { operation: "ListAccounts", action: LIST_ACCOUNTS, properties: &["AccountId"] };

const LEVELS: Facet = Facet { operation: "ListPoliciesForTarget", action: "organizations:ListPoliciesForTarget", properties: &["Levels"] };

// Named with the calls of the listing, as a read has one facet: the further calls that the levels take.
const ROOTS: Facet = Facet { operation: "ListRoots", action: LIST_ROOTS, properties: &[] };
const PARENTS: Facet = Facet { operation: "ListParents", action: LIST_PARENTS, properties: &[] };
const DESCRIBE: Facet = Facet { operation: "DescribePolicy", action: DESCRIBE_POLICY, properties: &[] };

/// Units nest five deep; more levels than this are a circle.
const MOST_LEVELS: usize = 32;

pub(crate) const HANDLER: Registration = Registration {
    type_name: "Innovate::Organizations::EffectivePolicies",
    reach: Reach::Organization,
    list: &[LIST, ROOTS, PARENTS, DESCRIBE],
    lister: |cx, listing| Box::pin(list(cx, listing)),
    reads: &[Read { facet: LEVELS, call: Call::Each(|cx, account| Box::pin(levels(cx, account))) }],
};

async fn list(cx: &Context, listing: &mut Listing) -> Result<(), HandlerError> {
    let accounts = accounts(cx).await?;
    for id in accounts.items.iter().filter(|account| active(account)).filter_map(|account| account.id()) {
        let mut resource = cx.resource(HANDLER.type_name, id);
        resource.properties = object! { "AccountId" => id };
        listing.resources.push(resource);
    }
    accounts.end()
}

async fn levels(cx: &Context, account: &Resource) -> Result<Properties, HandlerError> {
    let roots = roots(cx).await?;
    if !enabled(&roots, &PolicyType::ServiceControlPolicy) {
        return Ok(object! { "Levels" => Vec::<Value>::new() });
    }
    let mut levels = Vec::new();
    for (target, kind) in path(cx, &account.id).await? {
        let mut policies = Vec::new();
        for policy in attached(cx, &target).await?.iter() {
            let Some(id) = policy.id() else { continue };
            let content = content(cx, id).await?;
            policies.push(object! {
                "AwsManaged" => policy.aws_managed(),
                "Content" => Value::clone(&content),
                "Id" => id,
                "Name" => policy.name(),
            });
        }
        levels.push(object! { "Policies" => objects(policies), "TargetId" => target, "TargetType" => kind });
    }
    Ok(object! { "Levels" => objects(levels) })
}

/// The root, the units and the account itself, each with its kind.
async fn path(cx: &Context, account: &str) -> Result<Vec<(String, &'static str)>, HandlerError> {
    let mut path = vec![(account.to_owned(), "ACCOUNT")];
    let mut child = account.to_owned();
    while path.len() < MOST_LEVELS {
        let parent = parent(cx, &child).await?;
        child = parent.id().unwrap_or_default().to_owned();
        if parent.r#type() == Some(&ParentType::Root) {
            path.push((child, "ROOT"));
            path.reverse();
            return Ok(path);
        }
        path.push((child.clone(), "ORGANIZATIONAL_UNIT"));
    }
    Err(HandlerError::new(HandlerErrorCode::MalformedAnswer, LIST_PARENTS, format!("no root is above {account}")))
}

/// The service control policies that are attached to a root, unit or account.
async fn attached(cx: &Context, target: &str) -> Result<Arc<Vec<PolicySummary>>, HandlerError> {
    let memo = cx.once(LEVELS.action, || async { Ok(Memo::<Vec<PolicySummary>>::default()) }).await?;
    memo.get(target, || async {
        let mut policies = Vec::new();
        let call = cx.organizations().list_policies_for_target().target_id(target).filter(PolicyType::ServiceControlPolicy);
        let mut pages = call.into_paginator().send();
        while let Some(page) = pages.next().await {
            policies.extend(page.failed(LEVELS.action)?.policies.unwrap_or_default());
        }
        policies.sort_by(|a, b| a.id().cmp(&b.id()));
        Ok(policies)
    })
    .await
}
