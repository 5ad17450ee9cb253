//! `Innovate::Organizations::Root`, from <https://docs.aws.amazon.com/organizations/latest/APIReference/API_ListRoots.html>.

use innovate_model::{Facet, HandlerError, Listing, Reach};

use super::{LIST_ROOTS, roots};
use crate::context::Context;
use crate::property::{list as objects, object};
use crate::registry::Registration;

const LIST: Facet = Facet { operation: "ListRoots", action: LIST_ROOTS, properties: &["Arn", "Id", "Name", "PolicyTypes"] };

pub(crate) const HANDLER: Registration = Registration {
    type_name: "Innovate::Organizations::Root",
    reach: Reach::Organization,
    list: &[LIST],
    lister: |cx, listing| Box::pin(list(cx, listing)),
    reads: &[],
};

async fn list(cx: &Context, listing: &mut Listing) -> Result<(), HandlerError> {
    for root in roots(cx).await?.iter() {
        let Some(id) = root.id() else { continue };
        let mut resource = cx.resource(HANDLER.type_name, id);
        resource.arn = root.arn().map(ToOwned::to_owned);
        resource.properties = object! {
            "Arn" => root.arn(),
            "Id" => id,
            "Name" => root.name(),
            "PolicyTypes" => objects(root.policy_types().iter().map(|kind| {
                object! { "Status" => kind.status().map(|status| status.as_str()), "Type" => kind.r#type().map(|kind| kind.as_str()) }
            })),
        };
        listing.resources.push(resource);
    }
    Ok(())
}
