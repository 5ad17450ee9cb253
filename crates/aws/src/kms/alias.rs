//! `AWS::KMS::Alias`, from <https://docs.aws.amazon.com/kms/latest/APIReference/API_ListAliases.html>.

use innovate_model::{Facet, HandlerError, Listing, Reach};

use crate::context::Context;
use crate::failure::Failure;
use crate::property::object;
use crate::registry::Registration;

const LIST: Facet = Facet { operation: "ListAliases", action: "kms:ListAliases", properties: &["AliasName", "TargetKeyId"] };

pub(crate) const HANDLER: Registration = Registration {
    type_name: "AWS::KMS::Alias",
    reach: Reach::Regional,
    list: &[LIST],
    lister: |cx, listing| Box::pin(list(cx, listing)),
    reads: &[],
};

async fn list(cx: &Context, listing: &mut Listing) -> Result<(), HandlerError> {
    let mut pages = cx.kms().list_aliases().limit(100).into_paginator().send();
    while let Some(page) = pages.next().await {
        for alias in page.failed(LIST.action)?.aliases() {
            // AWS shows its own aliases even where their keys were not made yet.
            let (Some(name), Some(key)) = (alias.alias_name(), alias.target_key_id()) else { continue };
            let mut resource = cx.resource(HANDLER.type_name, name);
            resource.arn = alias.alias_arn().map(ToOwned::to_owned);
            resource.properties = object! { "AliasName" => name, "TargetKeyId" => key };
            listing.resources.push(resource);
        }
    }
    Ok(())
}
