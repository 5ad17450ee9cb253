//! `AWS::IAM::Role`, from <https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetAccountAuthorizationDetails.html> and
//! <https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListRoles.html>.

use std::collections::HashMap;

use innovate_model::{Facet, HandlerError, HandlerErrorCode, Listing, Properties, Reach, Resource};

use super::{DETAILS, DETAILS_ACTION, attached, details, inline, put_or_gap};
use crate::context::Context;
use crate::failure::Failure;
use crate::property::{document, object, tags};
use crate::registry::{Call, Read, Registration};

const LIST: Facet = Facet {
    operation: DETAILS,
    action: DETAILS_ACTION,
    properties: &[
        "Arn",
        "AssumeRolePolicyDocument",
        "ManagedPolicyArns",
        "Path",
        "PermissionsBoundary",
        "Policies",
        "RoleId",
        "RoleName",
        "Tags",
    ],
};

/// One paginated call for all roles: the authorization details lack these two.
const SETTINGS: Facet = Facet { operation: "ListRoles", action: "iam:ListRoles", properties: &["Description", "MaxSessionDuration"] };

pub(crate) const HANDLER: Registration = Registration {
    type_name: "AWS::IAM::Role",
    reach: Reach::Global,
    list: &[LIST],
    lister: |cx, listing| Box::pin(list(cx, listing)),
    reads: &[Read { facet: SETTINGS, call: Call::Each(|cx, role| Box::pin(settings(cx, role))) }],
};

async fn list(cx: &Context, listing: &mut Listing) -> Result<(), HandlerError> {
    let details = details(cx).await?;
    for role in &details.roles {
        let Some(name) = role.role_name() else { continue };
        let mut resource = cx.resource(HANDLER.type_name, name);
        resource.arn = role.arn().map(ToOwned::to_owned);
        resource.properties = object! {
            "Arn" => role.arn(),
            "ManagedPolicyArns" => attached(role.attached_managed_policies()),
            "Path" => role.path().unwrap_or("/"),
            "PermissionsBoundary" => role.permissions_boundary().and_then(|boundary| boundary.permissions_boundary_arn()),
            "RoleId" => role.role_id(),
            "RoleName" => name,
            "Tags" => tags!(role.tags()),
        };
        let trust = role.assume_role_policy_document().map(|text| document(text, LIST.action)).transpose();
        put_or_gap(&mut resource, "AssumeRolePolicyDocument", trust);
        put_or_gap(&mut resource, "Policies", inline(role.role_policy_list()));
        listing.resources.push(resource);
    }
    details.end()
}

async fn settings(cx: &Context, role: &Resource) -> Result<Properties, HandlerError> {
    let settings = cx
        .once(SETTINGS.action, || async {
            let mut settings = HashMap::new();
            let mut pages = cx.iam().list_roles().max_items(1000).into_paginator().send();
            while let Some(page) = pages.next().await {
                for role in page.failed(SETTINGS.action)?.roles() {
                    let properties = object! { "Description" => role.description(), "MaxSessionDuration" => role.max_session_duration() };
                    settings.insert(role.role_name().to_owned(), properties);
                }
            }
            Ok(settings)
        })
        .await?;
    settings
        .get(&role.id)
        .cloned()
        .ok_or_else(|| HandlerError::new(HandlerErrorCode::NotFound, SETTINGS.action, "the role was removed while it was read"))
}
