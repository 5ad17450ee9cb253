//! `AWS::IAM::User`, from <https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetAccountAuthorizationDetails.html>.

use innovate_model::{Facet, HandlerError, Listing, Reach};
use serde_json::Value;

use super::{DETAILS, DETAILS_ACTION, attached, details, inline, put_or_gap};
use crate::context::Context;
use crate::property::{object, tags};
use crate::registry::Registration;

const LIST: Facet = Facet {
    operation: DETAILS,
    action: DETAILS_ACTION,
    properties: &["Arn", "Groups", "ManagedPolicyArns", "Path", "PermissionsBoundary", "Policies", "Tags", "UserName"],
};

pub(crate) const HANDLER: Registration = Registration {
    type_name: "AWS::IAM::User",
    reach: Reach::Global,
    list: &[LIST],
    lister: |cx, listing| Box::pin(list(cx, listing)),
    reads: &[],
};

async fn list(cx: &Context, listing: &mut Listing) -> Result<(), HandlerError> {
    let details = details(cx).await?;
    for user in &details.users {
        let Some(name) = user.user_name() else { continue };
        let mut resource = cx.resource(HANDLER.type_name, name);
        resource.arn = user.arn().map(ToOwned::to_owned);
        resource.properties = object! {
            "Arn" => user.arn(),
            "Groups" => user.group_list().iter().map(|group| Value::from(group.as_str())).collect::<Vec<_>>(),
            "ManagedPolicyArns" => attached(user.attached_managed_policies()),
            "Path" => user.path().unwrap_or("/"),
            "PermissionsBoundary" => user.permissions_boundary().and_then(|boundary| boundary.permissions_boundary_arn()),
            "Tags" => tags!(user.tags()),
            "UserName" => name,
        };
        put_or_gap(&mut resource, "Policies", inline(user.user_policy_list()));
        listing.resources.push(resource);
    }
    details.end()
}
