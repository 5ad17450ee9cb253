//! `AWS::Organizations::Policy`, from <https://docs.aws.amazon.com/organizations/latest/APIReference/API_ListPolicies.html>.

use aws_sdk_organizations::types::PolicyType;
use innovate_model::{Facet, HandlerError, Listing, Properties, Reach, Resource};
use serde_json::Value;

use super::{DESCRIBE_POLICY, LIST_ROOTS, TAGS, content, enabled, roots, tags_of};
use crate::context::Context;
use crate::failure::Failure;
use crate::property::object;
use crate::registry::{Call, Read, Registration};

/// Tells the types of policy that are enabled.
const ROOTS: Facet = Facet { operation: "ListRoots", action: LIST_ROOTS, properties: &[] };

const LIST: Facet = Facet {
    operation: "ListPolicies",
    action: "organizations:ListPolicies",
    properties: &["Arn", "AwsManaged", "Description", "Id", "Name", "Type"],
};

const DESCRIBE: Facet = Facet { operation: "DescribePolicy", action: DESCRIBE_POLICY, properties: &["Content"] };

const TARGETS: Facet =
    Facet { operation: "ListTargetsForPolicy", action: "organizations:ListTargetsForPolicy", properties: &["TargetIds"] };

pub(crate) const HANDLER: Registration = Registration {
    type_name: "AWS::Organizations::Policy",
    reach: Reach::Organization,
    list: &[ROOTS, LIST],
    lister: |cx, listing| Box::pin(list(cx, listing)),
    reads: &[
        Read { facet: DESCRIBE, call: Call::Each(|cx, policy| Box::pin(describe(cx, policy))) },
        Read { facet: TARGETS, call: Call::Each(|cx, policy| Box::pin(targets(cx, policy))) },
        Read { facet: TAGS, call: Call::Each(|cx, policy| Box::pin(tags(cx, policy))) },
    ],
};

async fn list(cx: &Context, listing: &mut Listing) -> Result<(), HandlerError> {
    let roots = roots(cx).await.inspect_err(|error| listing.failures.push(error.clone())).unwrap_or_default();
    for kind in PolicyType::values().iter().map(|kind| PolicyType::from(*kind)) {
        // Service control policies can be there, prepared, while their type is not enabled.
        if kind != PolicyType::ServiceControlPolicy && !enabled(&roots, &kind) {
            continue;
        }
        let mut pages = cx.organizations().list_policies().filter(kind.clone()).into_paginator().send();
        while let Some(page) = pages.next().await {
            let page = match page.failed(LIST.action) {
                Ok(page) => page,
                Err(error) => {
                    listing.failures.push(error);
                    break;
                }
            };
            for policy in page.policies() {
                let Some(id) = policy.id() else { continue };
                let mut resource = cx.resource(HANDLER.type_name, id);
                resource.arn = policy.arn().map(ToOwned::to_owned);
                resource.properties = object! {
                    "Arn" => policy.arn(),
                    "AwsManaged" => policy.aws_managed(),
                    "Description" => policy.description(),
                    "Id" => id,
                    "Name" => policy.name(),
                    "Type" => kind.as_str(),
                };
                listing.resources.push(resource);
            }
        }
    }
    Ok(())
}

async fn describe(cx: &Context, policy: &Resource) -> Result<Properties, HandlerError> {
    let content = content(cx, &policy.id).await?;
    Ok(object! { "Content" => Value::clone(&content) })
}

async fn targets(cx: &Context, policy: &Resource) -> Result<Properties, HandlerError> {
    let mut targets = Vec::new();
    let mut pages = cx.organizations().list_targets_for_policy().policy_id(&policy.id).into_paginator().send();
    while let Some(page) = pages.next().await {
        targets.extend(page.failed(TARGETS.action)?.targets().iter().filter_map(|target| target.target_id()).map(Value::from));
    }
    Ok(object! { "TargetIds" => targets })
}

async fn tags(cx: &Context, policy: &Resource) -> Result<Properties, HandlerError> {
    // Policies of AWS can't be tagged.
    if policy.properties.get("AwsManaged") == Some(&Value::Bool(true)) {
        return Ok(Properties::new());
    }
    tags_of(cx, policy).await
}
