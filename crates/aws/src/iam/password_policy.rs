//! `Innovate::IAM::PasswordPolicy`, from <https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetAccountPasswordPolicy.html>.

use innovate_model::{Facet, HandlerError, Listing, Reach};

use crate::context::Context;
use crate::failure::{Failure, service_code};
use crate::property::object;
use crate::registry::Registration;

const GET: Facet = Facet {
    operation: "GetAccountPasswordPolicy",
    action: "iam:GetAccountPasswordPolicy",
    properties: &[
        "AccountId",
        "AllowUsersToChangePassword",
        "Configured",
        "ExpirePasswords",
        "HardExpiry",
        "MaxPasswordAge",
        "MinimumPasswordLength",
        "PasswordReusePrevention",
        "RequireLowercaseCharacters",
        "RequireNumbers",
        "RequireSymbols",
        "RequireUppercaseCharacters",
    ],
};

pub(crate) const HANDLER: Registration = Registration {
    type_name: "Innovate::IAM::PasswordPolicy",
    reach: Reach::Global,
    list: &[GET],
    lister: |cx, listing| Box::pin(list(cx, listing)),
    reads: &[],
};

async fn list(cx: &Context, listing: &mut Listing) -> Result<(), HandlerError> {
    let mut resource = cx.resource(HANDLER.type_name, cx.account());
    let answer = cx.iam().get_account_password_policy().send().await;
    if let Err(error) = &answer
        && service_code(error) == Some("NoSuchEntity")
    {
        resource.properties = object! { "AccountId" => cx.account(), "Configured" => false };
        listing.resources.push(resource);
        return Ok(());
    }
    let answer = answer.failed(GET.action)?;
    let Some(policy) = answer.password_policy() else { return Err(super::malformed(GET.action, "the answer holds no password policy")) };
    resource.properties = object! {
        "AccountId" => cx.account(),
        "AllowUsersToChangePassword" => policy.allow_users_to_change_password(),
        "Configured" => true,
        "ExpirePasswords" => policy.expire_passwords(),
        "HardExpiry" => policy.hard_expiry(),
        "MaxPasswordAge" => policy.max_password_age(),
        "MinimumPasswordLength" => policy.minimum_password_length(),
        "PasswordReusePrevention" => policy.password_reuse_prevention(),
        "RequireLowercaseCharacters" => policy.require_lowercase_characters(),
        "RequireNumbers" => policy.require_numbers(),
        "RequireSymbols" => policy.require_symbols(),
        "RequireUppercaseCharacters" => policy.require_uppercase_characters(),
    };
    listing.resources.push(resource);
    Ok(())
}
