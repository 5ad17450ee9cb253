//! `AWS::IAM::OIDCProvider`, from <https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListOpenIDConnectProviders.html> and
//! <https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetOpenIDConnectProvider.html>.

use innovate_model::{Facet, HandlerError, Listing, Properties, Reach, Resource};

use crate::context::Context;
use crate::failure::Failure;
use crate::property::{object, tags};
use crate::registry::{Call, Read, Registration};

const LIST: Facet = Facet { operation: "ListOpenIDConnectProviders", action: "iam:ListOpenIDConnectProviders", properties: &["Arn"] };

const GET: Facet = Facet {
    operation: "GetOpenIDConnectProvider",
    action: "iam:GetOpenIDConnectProvider",
    properties: &["ClientIdList", "Tags", "ThumbprintList", "Url"],
};

pub(crate) const HANDLER: Registration = Registration {
    type_name: "AWS::IAM::OIDCProvider",
    reach: Reach::Global,
    list: &[LIST],
    lister: |cx, listing| Box::pin(list(cx, listing)),
    reads: &[Read { facet: GET, call: Call::Each(|cx, provider| Box::pin(get(cx, provider))) }],
};

async fn list(cx: &Context, listing: &mut Listing) -> Result<(), HandlerError> {
    let answer = cx.iam().list_open_id_connect_providers().send().await.failed(LIST.action)?;
    for arn in answer.open_id_connect_provider_list().iter().filter_map(|provider| provider.arn()) {
        let mut resource = cx.resource(HANDLER.type_name, arn);
        resource.arn = Some(arn.to_owned());
        resource.properties = object! { "Arn" => arn };
        listing.resources.push(resource);
    }
    Ok(())
}

async fn get(cx: &Context, provider: &Resource) -> Result<Properties, HandlerError> {
    let answer = cx.iam().get_open_id_connect_provider().open_id_connect_provider_arn(&provider.id).send().await.failed(GET.action)?;
    Ok(object! {
        "ClientIdList" => answer.client_id_list(),
        "Tags" => tags!(answer.tags()),
        "ThumbprintList" => answer.thumbprint_list(),
        "Url" => answer.url(),
    })
}
