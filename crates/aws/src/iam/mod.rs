//! AWS Identity and Access Management.

mod group;
mod instance_profile;
mod managed_policy;
mod oidc_provider;
mod password_policy;
mod report;
mod role;
mod root_user;
mod user;
mod user_credentials;

use std::sync::Arc;

use aws_sdk_iam::types::{AttachedPolicy, EntityType, GroupDetail, ManagedPolicyDetail, PolicyDetail, RoleDetail, UserDetail};
use innovate_model::{HandlerError, HandlerErrorCode, Resource};
use serde_json::Value;

use crate::context::Context;
use crate::failure::Failure;
use crate::property::{IntoProperty, Put, document, list, object};
use crate::registry::Registration;

pub(crate) const HANDLERS: &[Registration] = &[
    group::HANDLER,
    instance_profile::HANDLER,
    managed_policy::HANDLER,
    oidc_provider::HANDLER,
    password_policy::HANDLER,
    role::HANDLER,
    root_user::HANDLER,
    user::HANDLER,
    user_credentials::HANDLER,
];

/// The operation that answers for users, groups, roles and policies together.
const DETAILS: &str = "GetAccountAuthorizationDetails";
const DETAILS_ACTION: &str = "iam:GetAccountAuthorizationDetails";

/// Who is in the account and what they are allowed.
#[derive(Debug, Default)]
struct Details {
    users: Vec<UserDetail>,
    groups: Vec<GroupDetail>,
    roles: Vec<RoleDetail>,
    policies: Vec<ManagedPolicyDetail>,
    /// What ended the listing before its last page.
    failure: Option<HandlerError>,
}

impl Details {
    /// The end of a listing that is made from these details.
    fn end(&self) -> Result<(), HandlerError> {
        self.failure.clone().map_or(Ok(()), Err)
    }
}

/// The authorization details of the account, read once.
async fn details(cx: &Context) -> Result<Arc<Details>, HandlerError> {
    cx.once(DETAILS_ACTION, || async {
        let mut details = Details::default();
        let kinds = [EntityType::User, EntityType::Group, EntityType::Role, EntityType::LocalManagedPolicy];
        let mut pages =
            cx.iam().get_account_authorization_details().set_filter(Some(kinds.to_vec())).max_items(1000).into_paginator().send();
        while let Some(page) = pages.next().await {
            match page.failed(DETAILS_ACTION) {
                Ok(page) => {
                    details.users.extend(page.user_detail_list.unwrap_or_default());
                    details.groups.extend(page.group_detail_list.unwrap_or_default());
                    details.roles.extend(page.role_detail_list.unwrap_or_default());
                    details.policies.extend(page.policies.unwrap_or_default());
                }
                Err(error) => {
                    details.failure = Some(error);
                    break;
                }
            }
        }
        Ok(details)
    })
    .await
}

/// The inline policies of a user, group or role.
fn inline(policies: &[PolicyDetail]) -> Result<Vec<Value>, HandlerError> {
    let mut inline = Vec::with_capacity(policies.len());
    for policy in policies {
        let text = policy.policy_document().map(|text| document(text, DETAILS_ACTION)).transpose()?;
        inline.push(object! { "PolicyName" => policy.policy_name(), "PolicyDocument" => text });
    }
    Ok(list(inline))
}

/// The ARNs of the managed policies of a user, group or role.
fn attached(policies: &[AttachedPolicy]) -> Vec<Value> {
    policies.iter().filter_map(|policy| policy.policy_arn()).map(Value::from).collect()
}

/// Sets a property, or notes why it can't be told.
fn put_or_gap(resource: &mut Resource, name: &str, value: Result<impl IntoProperty, HandlerError>) {
    match value {
        Ok(value) => {
            resource.properties.put(name, value);
        }
        Err(error) => resource.add_gap(format!("/{name}"), error.into()),
    }
}

/// An answer that is not of the documented form.
fn malformed(action: &'static str, message: impl Into<String>) -> HandlerError {
    HandlerError::new(HandlerErrorCode::MalformedAnswer, action, message)
}
