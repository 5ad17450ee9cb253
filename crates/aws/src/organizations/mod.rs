//! AWS Organizations.

mod account;
mod effective_policies;
mod organization;
mod organizational_unit;
mod policy;
mod root;

use std::sync::Arc;

use aws_sdk_organizations::types::{Account, AccountState, AccountStatus, Parent, PolicyType, PolicyTypeStatus, Root};
use innovate_model::{Facet, HandlerError, HandlerErrorCode, Properties, Resource};
use serde_json::Value;

use crate::context::Context;
use crate::failure::Failure;
use crate::listed::Listed;
use crate::memo::Memo;
use crate::property::{document, object, tags};
use crate::registry::Registration;

pub(crate) const HANDLERS: &[Registration] =
    &[account::HANDLER, effective_policies::HANDLER, organization::HANDLER, organizational_unit::HANDLER, policy::HANDLER, root::HANDLER];

const LIST_ROOTS: &str = "organizations:ListRoots";
const LIST_ACCOUNTS: &str = "organizations:ListAccounts";
const LIST_PARENTS: &str = "organizations:ListParents";
const DESCRIBE_POLICY: &str = "organizations:DescribePolicy";

const TAGS: Facet = Facet { operation: "ListTagsForResource", action: "organizations:ListTagsForResource", properties: &["Tags"] };

/// The roots of the organization, of which there is one, read once.
async fn roots(cx: &Context) -> Result<Arc<Vec<Root>>, HandlerError> {
    cx.once(LIST_ROOTS, || async {
        let mut roots = Vec::new();
        let mut pages = cx.organizations().list_roots().into_paginator().send();
        while let Some(page) = pages.next().await {
            roots.extend(page.failed(LIST_ROOTS)?.roots.unwrap_or_default());
        }
        Ok(roots)
    })
    .await
}

/// Whether policies of a type are in effect.
fn enabled(roots: &[Root], kind: &PolicyType) -> bool {
    roots
        .iter()
        .flat_map(Root::policy_types)
        .any(|summary| summary.r#type() == Some(kind) && summary.status() == Some(&PolicyTypeStatus::Enabled))
}

/// The accounts of the organization, listed once.
async fn accounts(cx: &Context) -> Result<Arc<Listed<Account>>, HandlerError> {
    cx.once(LIST_ACCOUNTS, || async {
        let pages = cx.organizations().list_accounts().into_paginator().send();
        Ok(Listed::of(pages, LIST_ACCOUNTS, |page| page.accounts).await)
    })
    .await
}

/// Whether an account can be used. `State` replaces `Status`, but older partitions answer with `Status` alone.
fn active(account: &Account) -> bool {
    match (account.state(), account.status()) {
        (Some(state), _) => *state == AccountState::Active,
        (None, Some(status)) => *status == AccountStatus::Active,
        (None, None) => true,
    }
}

/// The one parent of an account or unit: the root or a unit.
async fn parent(cx: &Context, child: &str) -> Result<Arc<Parent>, HandlerError> {
    let memo = cx.once(LIST_PARENTS, || async { Ok(Memo::<Parent>::default()) }).await?;
    memo.get(child, || async {
        let mut pages = cx.organizations().list_parents().child_id(child).into_paginator().send();
        while let Some(page) = pages.next().await {
            if let Some(parent) = page.failed(LIST_PARENTS)?.parents.unwrap_or_default().pop() {
                return Ok(parent);
            }
        }
        Err(HandlerError::new(HandlerErrorCode::MalformedAnswer, LIST_PARENTS, format!("the answer holds no parent of {child}")))
    })
    .await
}

/// The document of a policy.
async fn content(cx: &Context, policy: &str) -> Result<Arc<Value>, HandlerError> {
    let memo = cx.once(DESCRIBE_POLICY, || async { Ok(Memo::<Value>::default()) }).await?;
    memo.get(policy, || async {
        let answer = cx.organizations().describe_policy().policy_id(policy).send().await.failed(DESCRIBE_POLICY)?;
        match answer.policy().and_then(|policy| policy.content()) {
            Some(text) => document(text, DESCRIBE_POLICY),
            None => Err(HandlerError::new(HandlerErrorCode::MalformedAnswer, DESCRIBE_POLICY, "the answer holds no content")),
        }
    })
    .await
}

/// The tags of an account, unit, policy or root.
async fn tags_of(cx: &Context, resource: &Resource) -> Result<Properties, HandlerError> {
    let mut tags = Vec::new();
    let mut pages = cx.organizations().list_tags_for_resource().resource_id(&resource.id).into_paginator().send();
    while let Some(page) = pages.next().await {
        tags.extend(page.failed(TAGS.action)?.tags.unwrap_or_default());
    }
    Ok(object! { "Tags" => tags!(tags) })
}
