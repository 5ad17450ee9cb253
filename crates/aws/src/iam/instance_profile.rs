//! `AWS::IAM::InstanceProfile`, from <https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListInstanceProfiles.html>: the
//! authorization details lack the profiles that hold no role.

use innovate_model::{Facet, HandlerError, Listing, Reach};
use serde_json::Value;

use crate::context::Context;
use crate::failure::Failure;
use crate::property::object;
use crate::registry::Registration;

const LIST: Facet = Facet {
    operation: "ListInstanceProfiles",
    action: "iam:ListInstanceProfiles",
    properties: &["Arn", "InstanceProfileName", "Path", "Roles"],
};

pub(crate) const HANDLER: Registration = Registration {
    type_name: "AWS::IAM::InstanceProfile",
    reach: Reach::Global,
    list: &[LIST],
    lister: |cx, listing| Box::pin(list(cx, listing)),
    reads: &[],
};

async fn list(cx: &Context, listing: &mut Listing) -> Result<(), HandlerError> {
    let mut pages = cx.iam().list_instance_profiles().max_items(1000).into_paginator().send();
    while let Some(page) = pages.next().await {
        for profile in page.failed(LIST.action)?.instance_profiles() {
            let mut resource = cx.resource(HANDLER.type_name, profile.instance_profile_name());
            resource.arn = Some(profile.arn().to_owned());
            resource.properties = object! {
                "Arn" => profile.arn(),
                "InstanceProfileName" => profile.instance_profile_name(),
                "Path" => profile.path(),
                "Roles" => profile.roles().iter().map(|role| Value::from(role.role_name())).collect::<Vec<_>>(),
            };
            listing.resources.push(resource);
        }
    }
    Ok(())
}
