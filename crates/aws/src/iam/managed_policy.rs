//! `AWS::IAM::ManagedPolicy`, those of the customer, from
//! <https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetAccountAuthorizationDetails.html>.

use std::collections::HashMap;

use aws_sdk_iam::types::AttachedPolicy;
use innovate_model::{Facet, HandlerError, Listing, Reach};
use serde_json::Value;

use super::{DETAILS, DETAILS_ACTION, Details, details, put_or_gap};
use crate::context::Context;
use crate::property::{document, object};
use crate::registry::Registration;

const LIST: Facet = Facet {
    operation: DETAILS,
    action: DETAILS_ACTION,
    properties: &[
        "AttachmentCount",
        "CreateDate",
        "DefaultVersionId",
        "Description",
        "Groups",
        "IsAttachable",
        "ManagedPolicyName",
        "Path",
        "PermissionsBoundaryUsageCount",
        "PolicyArn",
        "PolicyDocument",
        "PolicyId",
        "Roles",
        "UpdateDate",
        "Users",
    ],
};

pub(crate) const HANDLER: Registration = Registration {
    type_name: "AWS::IAM::ManagedPolicy",
    reach: Reach::Global,
    list: &[LIST],
    lister: |cx, listing| Box::pin(list(cx, listing)),
    reads: &[],
};

/// To whom a policy is attached.
#[derive(Default)]
struct Holders {
    groups: Vec<Value>,
    roles: Vec<Value>,
    users: Vec<Value>,
}

async fn list(cx: &Context, listing: &mut Listing) -> Result<(), HandlerError> {
    let details = details(cx).await?;
    let mut holders = holders(&details);
    for policy in &details.policies {
        let Some(arn) = policy.arn() else { continue };
        let mut resource = cx.resource(HANDLER.type_name, arn);
        resource.arn = Some(arn.to_owned());
        resource.properties = object! {
            "AttachmentCount" => policy.attachment_count(),
            "CreateDate" => policy.create_date(),
            "DefaultVersionId" => policy.default_version_id(),
            "Description" => policy.description(),
            "IsAttachable" => policy.is_attachable(),
            "ManagedPolicyName" => policy.policy_name(),
            "Path" => policy.path().unwrap_or("/"),
            "PermissionsBoundaryUsageCount" => policy.permissions_boundary_usage_count(),
            "PolicyArn" => arn,
            "PolicyId" => policy.policy_id(),
            "UpdateDate" => policy.update_date(),
        };
        let default = policy.policy_version_list().iter().find(|version| version.is_default_version());
        let text = default.and_then(|version| version.document()).map(|text| document(text, LIST.action)).transpose();
        put_or_gap(&mut resource, "PolicyDocument", text);
        let holders = holders.remove(arn).unwrap_or_default();
        for (name, holders) in [("Groups", holders.groups), ("Roles", holders.roles), ("Users", holders.users)] {
            // Whoever was on a page that was not read may hold the policy too.
            put_or_gap(&mut resource, name, details.end().map(|()| holders));
        }
        listing.resources.push(resource);
    }
    details.end()
}

fn holders(details: &Details) -> HashMap<&str, Holders> {
    let mut holders: HashMap<&str, Holders> = HashMap::new();
    for group in &details.groups {
        for arn in arns(group.attached_managed_policies()) {
            holders.entry(arn).or_default().groups.extend(group.group_name().map(Value::from));
        }
    }
    for role in &details.roles {
        for arn in arns(role.attached_managed_policies()) {
            holders.entry(arn).or_default().roles.extend(role.role_name().map(Value::from));
        }
    }
    for user in &details.users {
        for arn in arns(user.attached_managed_policies()) {
            holders.entry(arn).or_default().users.extend(user.user_name().map(Value::from));
        }
    }
    holders
}

fn arns(policies: &[AttachedPolicy]) -> impl Iterator<Item = &str> {
    policies.iter().filter_map(|policy| policy.policy_arn())
}
