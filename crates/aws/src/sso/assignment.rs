//! `AWS::SSO::Assignment`, from
//! <https://docs.aws.amazon.com/singlesignon/latest/APIReference/API_ListAccountAssignments.html>.

use innovate_model::{Facet, HandlerError, Listing, Reach};

use super::{INSTANCES, LIST_PERMISSION_SETS, PermissionSet, permission_sets};
use crate::context::Context;
use crate::failure::Failure;
use crate::property::object;
use crate::registry::Registration;

const PERMISSION_SETS: Facet = Facet { operation: "ListPermissionSets", action: LIST_PERMISSION_SETS, properties: &[] };

const ACCOUNTS: Facet =
    Facet { operation: "ListAccountsForProvisionedPermissionSet", action: "sso:ListAccountsForProvisionedPermissionSet", properties: &[] };

const LIST: Facet = Facet {
    operation: "ListAccountAssignments",
    action: "sso:ListAccountAssignments",
    properties: &["InstanceArn", "PermissionSetArn", "PrincipalId", "PrincipalType", "TargetId", "TargetType"],
};

/// The only kind of target that there is.
const TARGET_TYPE: &str = "AWS_ACCOUNT";

pub(crate) const HANDLER: Registration = Registration {
    type_name: "AWS::SSO::Assignment",
    reach: Reach::Regional,
    list: &[INSTANCES, PERMISSION_SETS, ACCOUNTS, LIST],
    lister: |cx, listing| Box::pin(list(cx, listing)),
    reads: &[],
};

async fn list(cx: &Context, listing: &mut Listing) -> Result<(), HandlerError> {
    let sets = permission_sets(cx).await?;
    listing.failures.extend(sets.failures.iter().cloned());
    for set in &sets.items {
        let call = cx.ssoadmin().list_accounts_for_provisioned_permission_set().instance_arn(&set.instance).permission_set_arn(&set.arn);
        let mut pages = call.max_results(100).into_paginator().send();
        while let Some(page) = pages.next().await {
            match page.failed(ACCOUNTS.action) {
                Ok(page) => {
                    for account in page.account_ids() {
                        if let Err(error) = assignments(cx, set, account, listing).await {
                            listing.failures.push(error);
                        }
                    }
                }
                Err(error) => {
                    listing.failures.push(error);
                    break;
                }
            }
        }
    }
    Ok(())
}

/// The assignments of one permission set in one account.
async fn assignments(cx: &Context, set: &PermissionSet, account: &str, listing: &mut Listing) -> Result<(), HandlerError> {
    let call = cx.ssoadmin().list_account_assignments().instance_arn(&set.instance).permission_set_arn(&set.arn).account_id(account);
    let mut pages = call.max_results(100).into_paginator().send();
    while let Some(page) = pages.next().await {
        for assignment in page.failed(LIST.action)?.account_assignments() {
            let (Some(kind), Some(principal)) = (assignment.principal_type(), assignment.principal_id()) else { continue };
            let kind = kind.as_str();
            let id = [&set.instance, account, TARGET_TYPE, &set.arn, kind, principal].join("|");
            let mut resource = cx.resource(HANDLER.type_name, id);
            resource.properties = object! {
                "InstanceArn" => &set.instance,
                "PermissionSetArn" => &set.arn,
                "PrincipalId" => principal,
                "PrincipalType" => kind,
                "TargetId" => account,
                "TargetType" => TARGET_TYPE,
            };
            listing.resources.push(resource);
        }
    }
    Ok(())
}
