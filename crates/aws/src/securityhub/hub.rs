//! `AWS::SecurityHub::Hub`, from <https://docs.aws.amazon.com/securityhub/1.0/APIReference/API_DescribeHub.html>.

use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use innovate_model::{Facet, HandlerError, Listing, Properties, Reach, Resource};
use serde_json::Value;

use crate::context::Context;
use crate::failure::Failure;
use crate::property::object;
use crate::registry::{Call, Read, Registration};

const DESCRIBE: Facet = Facet {
    operation: "DescribeHub",
    action: "securityhub:DescribeHub",
    properties: &["ARN", "AutoEnableControls", "ControlFindingGenerator", "SubscribedAt"],
};

const TAGS: Facet = Facet { operation: "ListTagsForResource", action: "securityhub:ListTagsForResource", properties: &["Tags"] };

pub(crate) const HANDLER: Registration = Registration {
    type_name: "AWS::SecurityHub::Hub",
    reach: Reach::Regional,
    list: &[DESCRIBE],
    lister: |cx, listing| Box::pin(list(cx, listing)),
    reads: &[Read { facet: TAGS, call: Call::Each(|cx, hub| Box::pin(list_tags(cx, hub))) }],
};

async fn list(cx: &Context, listing: &mut Listing) -> Result<(), HandlerError> {
    let answer = cx.securityhub().describe_hub().send().await;
    if let Err(error) = &answer
        && error.as_service_error().is_some_and(is_not_subscribed)
    {
        return Ok(());
    }
    let answer = answer.failed(DESCRIBE.action)?;
    let Some(arn) = answer.hub_arn() else { return Ok(()) };
    let mut resource = cx.resource(HANDLER.type_name, arn);
    resource.arn = Some(arn.to_owned());
    resource.properties = object! {
        "ARN" => arn,
        "AutoEnableControls" => answer.auto_enable_controls(),
        "ControlFindingGenerator" => answer.control_finding_generator().map(|generator| generator.as_str()),
        "SubscribedAt" => answer.subscribed_at(),
    };
    listing.resources.push(resource);
    Ok(())
}

/// Whether the error says that the account has no Security Hub in the Region. The code of that is also the code of a lack of access
/// (<https://docs.aws.amazon.com/securityhub/1.0/APIReference/API_DescribeHub.html#API_DescribeHub_Errors>): the message tells which.
fn is_not_subscribed(error: &impl ProvideErrorMetadata) -> bool {
    let says = |text| error.message().is_some_and(|message| message.contains(text));
    match error.code() {
        Some("ResourceNotFoundException") => true,
        Some("InvalidAccessException") => says("not subscribed") || says("not enabled"),
        _ => says("is not subscribed to AWS Security Hub"),
    }
}

async fn list_tags(cx: &Context, hub: &Resource) -> Result<Properties, HandlerError> {
    let answer = cx.securityhub().list_tags_for_resource().resource_arn(&hub.id).send().await.failed(TAGS.action)?;
    let mut tags: Vec<(&String, &String)> = answer.tags().into_iter().flatten().collect();
    tags.sort_unstable();
    let tags: Properties = tags.into_iter().map(|(key, value)| (key.clone(), Value::from(value.as_str()))).collect();
    Ok(object! { "Tags" => (!tags.is_empty()).then_some(tags) })
}
