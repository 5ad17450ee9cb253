//! `AWS::SSO::Instance`, from <https://docs.aws.amazon.com/singlesignon/latest/APIReference/API_ListInstances.html>.

use aws_sdk_ssoadmin::types::InstanceStatus;
use innovate_model::{Facet, HandlerError, Listing, Properties, Reach, Resource};

use super::{LIST_INSTANCES, TAGS, instances};
use crate::context::Context;
use crate::failure::Failure;
use crate::property::{object, tags};
use crate::registry::{Call, Read, Registration};

const LIST: Facet = Facet {
    operation: "ListInstances",
    action: LIST_INSTANCES,
    properties: &["IdentityStoreId", "InstanceArn", "Name", "OwnerAccountId", "Status"],
};

pub(crate) const HANDLER: Registration = Registration {
    type_name: "AWS::SSO::Instance",
    reach: Reach::Regional,
    list: &[LIST],
    lister: |cx, listing| Box::pin(list(cx, listing)),
    reads: &[Read { facet: TAGS, call: Call::Each(|cx, instance| Box::pin(tags_of(cx, instance))) }],
};

async fn list(cx: &Context, listing: &mut Listing) -> Result<(), HandlerError> {
    let instances = instances(cx).await?;
    for instance in &instances.items {
        let Some(arn) = instance.instance_arn() else { continue };
        let mut resource = cx.resource(HANDLER.type_name, arn);
        resource.arn = Some(arn.to_owned());
        // The schema knows no status for an instance whose creation failed.
        let status = instance.status().filter(|status| **status != InstanceStatus::CreateFailed);
        resource.properties = object! {
            "IdentityStoreId" => instance.identity_store_id(),
            "InstanceArn" => arn,
            "Name" => instance.name().filter(|name| !name.is_empty()),
            "OwnerAccountId" => instance.owner_account_id(),
            "Status" => status.map(|status| status.as_str()),
        };
        listing.resources.push(resource);
    }
    listing.failures.extend(instances.failures.iter().cloned());
    Ok(())
}

async fn tags_of(cx: &Context, instance: &Resource) -> Result<Properties, HandlerError> {
    let mut tags = Vec::new();
    let call = cx.ssoadmin().list_tags_for_resource().instance_arn(&instance.id).resource_arn(&instance.id);
    let mut pages = call.into_paginator().send();
    while let Some(page) = pages.next().await {
        tags.extend(page.failed(TAGS.action)?.tags.unwrap_or_default());
    }
    Ok(object! { "Tags" => tags!(tags) })
}
