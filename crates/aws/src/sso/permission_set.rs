//! `AWS::SSO::PermissionSet`, from <https://docs.aws.amazon.com/singlesignon/latest/APIReference/API_DescribePermissionSet.html> and
//! one call an aspect.

use aws_sdk_ssoadmin::types::CustomerManagedPolicyReference;
use innovate_model::{Facet, HandlerError, Listing, Properties, Reach, Resource};
use serde_json::Value;

use super::{INSTANCES, LIST_PERMISSION_SETS, TAGS, permission_sets};
use crate::context::Context;
use crate::failure::{Failure, service_code};
use crate::property::{document, list as objects, object, tags};
use crate::registry::{Call, Read, Registration};

const LIST: Facet =
    Facet { operation: "ListPermissionSets", action: LIST_PERMISSION_SETS, properties: &["InstanceArn", "PermissionSetArn"] };

const DESCRIBE: Facet = Facet {
    operation: "DescribePermissionSet",
    action: "sso:DescribePermissionSet",
    properties: &["Description", "Name", "RelayStateType", "SessionDuration"],
};

const INLINE_POLICY: Facet =
    Facet { operation: "GetInlinePolicyForPermissionSet", action: "sso:GetInlinePolicyForPermissionSet", properties: &["InlinePolicy"] };

const MANAGED_POLICIES: Facet = Facet {
    operation: "ListManagedPoliciesInPermissionSet",
    action: "sso:ListManagedPoliciesInPermissionSet",
    properties: &["ManagedPolicies"],
};

const CUSTOMER_MANAGED_POLICIES: Facet = Facet {
    operation: "ListCustomerManagedPolicyReferencesInPermissionSet",
    action: "sso:ListCustomerManagedPolicyReferencesInPermissionSet",
    properties: &["CustomerManagedPolicyReferences"],
};

const BOUNDARY: Facet = Facet {
    operation: "GetPermissionsBoundaryForPermissionSet",
    action: "sso:GetPermissionsBoundaryForPermissionSet",
    properties: &["PermissionsBoundary"],
};

pub(crate) const HANDLER: Registration = Registration {
    type_name: "AWS::SSO::PermissionSet",
    reach: Reach::Regional,
    list: &[INSTANCES, LIST],
    lister: |cx, listing| Box::pin(list(cx, listing)),
    reads: &[
        Read { facet: DESCRIBE, call: Call::Each(|cx, set| Box::pin(describe(cx, set))) },
        Read { facet: INLINE_POLICY, call: Call::Each(|cx, set| Box::pin(inline_policy(cx, set))) },
        Read { facet: MANAGED_POLICIES, call: Call::Each(|cx, set| Box::pin(managed_policies(cx, set))) },
        Read { facet: CUSTOMER_MANAGED_POLICIES, call: Call::Each(|cx, set| Box::pin(customer_managed_policies(cx, set))) },
        Read { facet: BOUNDARY, call: Call::Each(|cx, set| Box::pin(boundary(cx, set))) },
        Read { facet: TAGS, call: Call::Each(|cx, set| Box::pin(tags_of(cx, set))) },
    ],
};

async fn list(cx: &Context, listing: &mut Listing) -> Result<(), HandlerError> {
    let sets = permission_sets(cx).await?;
    for set in &sets.items {
        let mut resource = cx.resource(HANDLER.type_name, format!("{}|{}", set.instance, set.arn));
        resource.arn = Some(set.arn.clone());
        resource.properties = object! { "InstanceArn" => &set.instance, "PermissionSetArn" => &set.arn };
        listing.resources.push(resource);
    }
    listing.failures.extend(sets.failures.iter().cloned());
    Ok(())
}

/// The ARNs of the instance and of the permission set.
fn arns(set: &Resource) -> (&str, &str) {
    set.id.split_once('|').unwrap_or_default()
}

async fn describe(cx: &Context, set: &Resource) -> Result<Properties, HandlerError> {
    let (instance, set) = arns(set);
    let call = cx.ssoadmin().describe_permission_set().instance_arn(instance).permission_set_arn(set);
    let answer = call.send().await.failed(DESCRIBE.action)?;
    let Some(set) = answer.permission_set() else { return Ok(Properties::new()) };
    Ok(object! {
        "Description" => set.description().filter(|description| !description.is_empty()),
        "Name" => set.name(),
        "RelayStateType" => set.relay_state().filter(|state| !state.is_empty()),
        "SessionDuration" => set.session_duration(),
    })
}

async fn inline_policy(cx: &Context, set: &Resource) -> Result<Properties, HandlerError> {
    let (instance, set) = arns(set);
    let call = cx.ssoadmin().get_inline_policy_for_permission_set().instance_arn(instance).permission_set_arn(set);
    let answer = call.send().await.failed(INLINE_POLICY.action)?;
    let text = answer.inline_policy().filter(|text| !text.is_empty());
    Ok(object! { "InlinePolicy" => text.map(|text| document(text, INLINE_POLICY.action)).transpose()? })
}

async fn managed_policies(cx: &Context, set: &Resource) -> Result<Properties, HandlerError> {
    let (instance, set) = arns(set);
    let mut policies = Vec::new();
    let call = cx.ssoadmin().list_managed_policies_in_permission_set().instance_arn(instance).permission_set_arn(set);
    let mut pages = call.into_paginator().send();
    while let Some(page) = pages.next().await {
        let page = page.failed(MANAGED_POLICIES.action)?;
        policies.extend(page.attached_managed_policies().iter().filter_map(|policy| policy.arn()).map(Value::from));
    }
    Ok(object! { "ManagedPolicies" => policies })
}

async fn customer_managed_policies(cx: &Context, set: &Resource) -> Result<Properties, HandlerError> {
    let (instance, set) = arns(set);
    let mut policies = Vec::new();
    let call = cx.ssoadmin().list_customer_managed_policy_references_in_permission_set().instance_arn(instance).permission_set_arn(set);
    let mut pages = call.into_paginator().send();
    while let Some(page) = pages.next().await {
        let page = page.failed(CUSTOMER_MANAGED_POLICIES.action)?;
        policies.extend(page.customer_managed_policy_references().iter().map(reference));
    }
    Ok(object! { "CustomerManagedPolicyReferences" => objects(policies) })
}

fn reference(policy: &CustomerManagedPolicyReference) -> Properties {
    object! { "Name" => policy.name(), "Path" => policy.path().unwrap_or("/") }
}

async fn boundary(cx: &Context, set: &Resource) -> Result<Properties, HandlerError> {
    let (instance, set) = arns(set);
    let call = cx.ssoadmin().get_permissions_boundary_for_permission_set().instance_arn(instance).permission_set_arn(set);
    let answer = call.send().await;
    // Of a permission set without a boundary AWS says that there is no such boundary.
    if let Err(error) = &answer
        && service_code(error) == Some("ResourceNotFoundException")
    {
        return Ok(Properties::new());
    }
    let answer = answer.failed(BOUNDARY.action)?;
    let boundary = answer.permissions_boundary().map(|boundary| {
        object! {
            "CustomerManagedPolicyReference" => boundary.customer_managed_policy_reference().map(reference),
            "ManagedPolicyArn" => boundary.managed_policy_arn(),
        }
    });
    Ok(object! { "PermissionsBoundary" => boundary })
}

async fn tags_of(cx: &Context, set: &Resource) -> Result<Properties, HandlerError> {
    let (instance, set) = arns(set);
    let mut tags = Vec::new();
    let mut pages = cx.ssoadmin().list_tags_for_resource().instance_arn(instance).resource_arn(set).into_paginator().send();
    while let Some(page) = pages.next().await {
        tags.extend(page.failed(TAGS.action)?.tags.unwrap_or_default());
    }
    Ok(object! { "Tags" => tags!(tags) })
}
