//! `AWS::Organizations::Account`, from <https://docs.aws.amazon.com/organizations/latest/APIReference/API_ListAccounts.html>.

use innovate_model::{Facet, HandlerError, Listing, Properties, Reach, Resource};
use serde_json::Value;

use super::{LIST_ACCOUNTS, LIST_PARENTS, TAGS, accounts, parent, tags_of};
use crate::context::Context;
use crate::property::object;
use crate::registry::{Call, Read, Registration};

const LIST: Facet = Facet {
    operation: "ListAccounts",
    action: LIST_ACCOUNTS,
    properties: &["AccountId", "AccountName", "Arn", "Email", "JoinedMethod", "JoinedTimestamp", "Paths", "State", "Status"],
};

const PARENTS: Facet = Facet { operation: "ListParents", action: LIST_PARENTS, properties: &["ParentIds"] };

pub(crate) const HANDLER: Registration = Registration {
    type_name: "AWS::Organizations::Account",
    reach: Reach::Organization,
    list: &[LIST],
    lister: |cx, listing| Box::pin(list(cx, listing)),
    reads: &[
        Read { facet: PARENTS, call: Call::Each(|cx, account| Box::pin(parents(cx, account))) },
        Read { facet: TAGS, call: Call::Each(|cx, account| Box::pin(tags_of(cx, account))) },
    ],
};

async fn list(cx: &Context, listing: &mut Listing) -> Result<(), HandlerError> {
    let accounts = accounts(cx).await?;
    for account in &accounts.items {
        let Some(id) = account.id() else { continue };
        let mut resource = cx.resource(HANDLER.type_name, id);
        resource.arn = account.arn().map(ToOwned::to_owned);
        resource.properties = object! {
            "AccountId" => id,
            "AccountName" => account.name(),
            "Arn" => account.arn(),
            "Email" => account.email(),
            "JoinedMethod" => account.joined_method().map(|method| method.as_str()),
            "JoinedTimestamp" => account.joined_timestamp(),
            "Paths" => account.paths(),
            "State" => account.state().map(|state| state.as_str()),
            "Status" => account.status().map(|status| status.as_str()),
        };
        listing.resources.push(resource);
    }
    accounts.end()
}

async fn parents(cx: &Context, account: &Resource) -> Result<Properties, HandlerError> {
    let parent = parent(cx, &account.id).await?;
    Ok(object! { "ParentIds" => parent.id().map(|id| vec![Value::from(id)]) })
}
