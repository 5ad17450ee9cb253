//! `AWS::IAM::Group`, from <https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetAccountAuthorizationDetails.html>.

use innovate_model::{Facet, HandlerError, Listing, Reach};

use super::{DETAILS, DETAILS_ACTION, attached, details, inline, put_or_gap};
use crate::context::Context;
use crate::property::object;
use crate::registry::Registration;

const LIST: Facet =
    Facet { operation: DETAILS, action: DETAILS_ACTION, properties: &["Arn", "GroupName", "ManagedPolicyArns", "Path", "Policies"] };

pub(crate) const HANDLER: Registration = Registration {
    type_name: "AWS::IAM::Group",
    reach: Reach::Global,
    list: &[LIST],
    lister: |cx, listing| Box::pin(list(cx, listing)),
    reads: &[],
};

async fn list(cx: &Context, listing: &mut Listing) -> Result<(), HandlerError> {
    let details = details(cx).await?;
    for group in &details.groups {
        let Some(name) = group.group_name() else { continue };
        let mut resource = cx.resource(HANDLER.type_name, name);
        resource.arn = group.arn().map(ToOwned::to_owned);
        resource.properties = object! {
            "Arn" => group.arn(),
            "GroupName" => name,
            "ManagedPolicyArns" => attached(group.attached_managed_policies()),
            "Path" => group.path().unwrap_or("/"),
        };
        put_or_gap(&mut resource, "Policies", inline(group.group_policy_list()));
        listing.resources.push(resource);
    }
    details.end()
}
