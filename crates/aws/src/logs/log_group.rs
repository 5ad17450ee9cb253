//! `AWS::Logs::LogGroup`, from <https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_DescribeLogGroups.html>.

use innovate_model::{Facet, HandlerError, Listing, Properties, Reach, Resource};

use super::pairs;
use crate::context::Context;
use crate::failure::Failure;
use crate::property::{list as objects, object};
use crate::registry::{Call, Read, Registration};

const DESCRIBE: Facet = Facet {
    operation: "DescribeLogGroups",
    action: "logs:DescribeLogGroups",
    properties: &[
        "Arn",
        "BearerTokenAuthenticationEnabled",
        "DeletionProtectionEnabled",
        "KmsKeyId",
        "LogGroupClass",
        "LogGroupName",
        "RetentionInDays",
    ],
};

const TAGS: Facet = Facet { operation: "ListTagsForResource", action: "logs:ListTagsForResource", properties: &["Tags"] };

pub(crate) const HANDLER: Registration = Registration {
    type_name: "AWS::Logs::LogGroup",
    reach: Reach::Regional,
    list: &[DESCRIBE],
    lister: |cx, listing| Box::pin(list(cx, listing)),
    reads: &[Read { facet: TAGS, call: Call::Each(|cx, group| Box::pin(tags(cx, group))) }],
};

async fn list(cx: &Context, listing: &mut Listing) -> Result<(), HandlerError> {
    let mut pages = cx.logs().describe_log_groups().limit(50).into_paginator().send();
    while let Some(page) = pages.next().await {
        for group in page.failed(DESCRIBE.action)?.log_groups() {
            let Some(name) = group.log_group_name() else { continue };
            let mut resource = cx.resource(HANDLER.type_name, name);
            // CloudFormation's ARN is the one for policies, which ends in `:*`; the calls for tags take only the other.
            let arn = group.arn().map_or_else(|| cx.arn("logs", &format!("log-group:{name}:*")), ToOwned::to_owned);
            resource.arn = Some(arn.strip_suffix(":*").unwrap_or(&arn).to_owned());
            resource.properties = object! {
                "Arn" => arn,
                "BearerTokenAuthenticationEnabled" => group.bearer_token_authentication_enabled(),
                "DeletionProtectionEnabled" => group.deletion_protection_enabled(),
                "KmsKeyId" => group.kms_key_id(),
                "LogGroupClass" => group.log_group_class().map(|class| class.as_str()),
                "LogGroupName" => name,
                "RetentionInDays" => group.retention_in_days(),
            };
            listing.resources.push(resource);
        }
    }
    Ok(())
}

async fn tags(cx: &Context, group: &Resource) -> Result<Properties, HandlerError> {
    let answer = cx.logs().list_tags_for_resource().set_resource_arn(group.arn.clone()).send().await.failed(TAGS.action)?;
    let tags = objects(answer.tags().map(pairs).unwrap_or_default());
    Ok(object! { "Tags" => (!tags.is_empty()).then_some(tags) })
}
