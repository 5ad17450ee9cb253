//! `AWS::Organizations::OrganizationalUnit`, from
//! <https://docs.aws.amazon.com/organizations/latest/APIReference/API_ListOrganizationalUnitsForParent.html>.

use innovate_model::{Facet, HandlerError, Listing, Reach};

use super::{LIST_ROOTS, TAGS, roots, tags_of};
use crate::context::Context;
use crate::failure::Failure;
use crate::property::object;
use crate::registry::{Call, Read, Registration};

const ROOTS: Facet = Facet { operation: "ListRoots", action: LIST_ROOTS, properties: &[] };

const LIST: Facet = Facet {
    operation: "ListOrganizationalUnitsForParent",
    action: "organizations:ListOrganizationalUnitsForParent",
    properties: &["Arn", "Id", "Name", "ParentId", "Path"],
};

pub(crate) const HANDLER: Registration = Registration {
    type_name: "AWS::Organizations::OrganizationalUnit",
    reach: Reach::Organization,
    list: &[ROOTS, LIST],
    lister: |cx, listing| Box::pin(list(cx, listing)),
    reads: &[Read { facet: TAGS, call: Call::Each(|cx, unit| Box::pin(tags_of(cx, unit))) }],
};

async fn list(cx: &Context, listing: &mut Listing) -> Result<(), HandlerError> {
    let mut parents: Vec<String> = roots(cx).await?.iter().filter_map(|root| root.id()).map(ToOwned::to_owned).collect();
    while let Some(parent) = parents.pop() {
        let mut pages = cx.organizations().list_organizational_units_for_parent().parent_id(&parent).into_paginator().send();
        while let Some(page) = pages.next().await {
            let page = match page.failed(LIST.action) {
                Ok(page) => page,
                Err(error) => {
                    listing.failures.push(error);
                    break;
                }
            };
            for unit in page.organizational_units() {
                let Some(id) = unit.id() else { continue };
                let mut resource = cx.resource(HANDLER.type_name, id);
                resource.arn = unit.arn().map(ToOwned::to_owned);
                resource.properties = object! {
                    "Arn" => unit.arn(),
                    "Id" => id,
                    "Name" => unit.name(),
                    "ParentId" => &parent,
                    "Path" => unit.path(),
                };
                listing.resources.push(resource);
                parents.push(id.to_owned());
            }
        }
    }
    Ok(())
}
