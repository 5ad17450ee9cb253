//! `AWS::SNS::Topic`, from <https://docs.aws.amazon.com/sns/latest/api/API_ListTopics.html> and
//! <https://docs.aws.amazon.com/sns/latest/api/API_GetTopicAttributes.html>.

use innovate_model::{Facet, HandlerError, HandlerErrorCode, Listing, Properties, Reach, Resource};

use crate::context::Context;
use crate::failure::Failure;
use crate::property::{document, list as objects, object, tags};
use crate::registry::{Call, Read, Registration};

const LIST: Facet = Facet { operation: "ListTopics", action: "sns:ListTopics", properties: &["TopicArn", "TopicName"] };

const ATTRIBUTES: Facet = Facet {
    operation: "GetTopicAttributes",
    action: "sns:GetTopicAttributes",
    properties: &[
        "ArchivePolicy",
        "ContentBasedDeduplication",
        "DeliveryStatusLogging",
        "DisplayName",
        "FifoThroughputScope",
        "FifoTopic",
        "KmsMasterKeyId",
        "MaximumMessageSize",
        "SignatureVersion",
        "TracingConfig",
    ],
};

const SUBSCRIPTIONS: Facet =
    Facet { operation: "ListSubscriptionsByTopic", action: "sns:ListSubscriptionsByTopic", properties: &["Subscription"] };

const TAGS: Facet = Facet { operation: "ListTagsForResource", action: "sns:ListTagsForResource", properties: &["Tags"] };

/// The prefixes of the attributes on delivery status, with CloudFormation's names of the protocols.
const PROTOCOLS: [(&str, &str); 5] =
    [("Application", "application"), ("Firehose", "firehose"), ("HTTP", "http/s"), ("Lambda", "lambda"), ("SQS", "sqs")];

pub(crate) const HANDLER: Registration = Registration {
    type_name: "AWS::SNS::Topic",
    reach: Reach::Regional,
    list: &[LIST],
    lister: |cx, listing| Box::pin(list(cx, listing)),
    reads: &[
        Read { facet: ATTRIBUTES, call: Call::Each(|cx, topic| Box::pin(attributes(cx, topic))) },
        Read { facet: SUBSCRIPTIONS, call: Call::Each(|cx, topic| Box::pin(subscriptions(cx, topic))) },
        Read { facet: TAGS, call: Call::Each(|cx, topic| Box::pin(list_tags(cx, topic))) },
    ],
};

async fn list(cx: &Context, listing: &mut Listing) -> Result<(), HandlerError> {
    let mut pages = cx.sns().list_topics().into_paginator().send();
    while let Some(page) = pages.next().await {
        for topic in page.failed(LIST.action)?.topics() {
            let Some(arn) = topic.topic_arn() else { continue };
            let mut resource = cx.resource(HANDLER.type_name, arn);
            resource.arn = Some(arn.to_owned());
            resource.properties = object! { "TopicArn" => arn, "TopicName" => arn.rsplit(':').next() };
            listing.resources.push(resource);
        }
    }
    Ok(())
}

async fn attributes(cx: &Context, topic: &Resource) -> Result<Properties, HandlerError> {
    let answer = cx.sns().get_topic_attributes().topic_arn(&topic.id).send().await.failed(ATTRIBUTES.action)?;
    let attribute = |name: &str| {
        let attributes = answer.attributes()?;
        attributes.get(name).map(String::as_str).filter(|value| !value.is_empty())
    };
    let flag = |name: &str| attribute(name).is_some_and(|value| value.eq_ignore_ascii_case("true"));
    let archive = attribute("ArchivePolicy").map(|text| document(text, ATTRIBUTES.action)).transpose()?;
    let size = attribute("MaximumMessageSize").map(|size| size.parse::<i64>()).transpose().map_err(|error| {
        let message = format!("the `MaximumMessageSize` of the topic is no number: {error}");
        HandlerError::new(HandlerErrorCode::MalformedAnswer, ATTRIBUTES.action, message)
    })?;
    let logging: Vec<Properties> = PROTOCOLS
        .iter()
        .filter_map(|(prefix, protocol)| {
            let failure = attribute(&format!("{prefix}FailureFeedbackRoleArn"));
            let success = attribute(&format!("{prefix}SuccessFeedbackRoleArn"));
            (failure.is_some() || success.is_some()).then(|| {
                object! {
                    "FailureFeedbackRoleArn" => failure,
                    "Protocol" => *protocol,
                    "SuccessFeedbackRoleArn" => success,
                    "SuccessFeedbackSampleRate" => attribute(&format!("{prefix}SuccessFeedbackSampleRate")),
                }
            })
        })
        .collect();
    Ok(object! {
        "ArchivePolicy" => archive,
        "ContentBasedDeduplication" => flag("ContentBasedDeduplication"),
        "DeliveryStatusLogging" => (!logging.is_empty()).then(|| objects(logging)),
        "DisplayName" => attribute("DisplayName"),
        "FifoThroughputScope" => attribute("FifoThroughputScope"),
        "FifoTopic" => flag("FifoTopic"),
        "KmsMasterKeyId" => attribute("KmsMasterKeyId"),
        "MaximumMessageSize" => size.unwrap_or(262_144),
        "SignatureVersion" => attribute("SignatureVersion").unwrap_or("1"),
        "TracingConfig" => attribute("TracingConfig").unwrap_or("PassThrough"),
    })
}

async fn subscriptions(cx: &Context, topic: &Resource) -> Result<Properties, HandlerError> {
    let mut found = Vec::new();
    let mut pages = cx.sns().list_subscriptions_by_topic().topic_arn(&topic.id).into_paginator().send();
    while let Some(page) = pages.next().await {
        for subscription in page.failed(SUBSCRIPTIONS.action)?.subscriptions() {
            // A subscription that waits for its confirmation, or that was given up, has no ARN and gets no message.
            let confirmed = subscription.subscription_arn().is_some_and(|arn| arn.starts_with("arn:"));
            let (true, Some(endpoint), Some(protocol)) = (confirmed, subscription.endpoint(), subscription.protocol()) else { continue };
            found.push(object! { "Endpoint" => without_secrets(endpoint), "Protocol" => protocol });
        }
    }
    // A topic that reaches nobody is one of interest: its empty list stays.
    Ok(object! { "Subscription" => objects(found) })
}

/// An endpoint; of a URL only scheme and host, as webhooks hold their keys in what follows.
fn without_secrets(endpoint: &str) -> String {
    let Some((scheme @ ("http" | "https"), rest)) = endpoint.split_once("://") else { return endpoint.to_owned() };
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let host = authority.rsplit('@').next().unwrap_or_default();
    format!("{scheme}://{host}")
}

async fn list_tags(cx: &Context, topic: &Resource) -> Result<Properties, HandlerError> {
    let answer = cx.sns().list_tags_for_resource().resource_arn(&topic.id).send().await.failed(TAGS.action)?;
    Ok(object! { "Tags" => tags!(answer.tags()) })
}

#[cfg(test)]
mod tests {
    use super::without_secrets;

    #[test]
    fn webhooks_keep_their_keys() {
        assert_eq!(without_secrets("https://user:word@events.example.com:8443/integration/key?a=b"), "https://events.example.com:8443");
        assert_eq!(without_secrets("https://events.example.com?key=a/b@c"), "https://events.example.com");
        assert_eq!(without_secrets("arn:aws:sqs:us-east-1:111122223333:queue"), "arn:aws:sqs:us-east-1:111122223333:queue");
        assert_eq!(without_secrets("someone@example.com"), "someone@example.com");
    }
}
