//! `AWS::ElasticLoadBalancingV2::ListenerRule`, from
//! <https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_DescribeRules.html>.

use aws_sdk_elasticloadbalancingv2::types::{ProtocolEnum, RewriteConfig, Rule, RuleCondition, RuleTransform};
use futures::stream::{self, StreamExt};
use innovate_model::{Facet, HandlerError, Listing, Properties, Reach};
use serde_json::Value;

use super::action::actions;
use super::{AT_ONCE, AT_ONE_TAG_CALL, LISTENERS, LISTENERS_ACTION, LOAD_BALANCERS, LOAD_BALANCERS_ACTION, PAGE, TAGS, listeners, tags};
use crate::context::Context;
use crate::failure::{Failure, service_code};
use crate::property::{list as objects, object};
use crate::registry::{Call, Read, Registration};

const BALANCERS: Facet = Facet { operation: LOAD_BALANCERS, action: LOAD_BALANCERS_ACTION, properties: &[] };

const OF_BALANCERS: Facet = Facet { operation: LISTENERS, action: LISTENERS_ACTION, properties: &["ListenerArn"] };

const DESCRIBE: Facet = Facet {
    operation: "DescribeRules",
    action: "elasticloadbalancing:DescribeRules",
    properties: &["Actions", "Conditions", "IsDefault", "Priority", "RuleArn", "Transforms"],
};

pub(crate) const HANDLER: Registration = Registration {
    type_name: "AWS::ElasticLoadBalancingV2::ListenerRule",
    reach: Reach::Regional,
    list: &[BALANCERS, OF_BALANCERS, DESCRIBE],
    lister: |cx, listing| Box::pin(list(cx, listing)),
    reads: &[Read { facet: TAGS, call: Call::Batch(AT_ONE_TAG_CALL, |cx, rules| Box::pin(tags(cx, rules))) }],
};

async fn list(cx: &Context, listing: &mut Listing) -> Result<(), HandlerError> {
    let listeners = listeners(cx).await?;
    // Only the listeners of Application Load Balancers have rules beside the default one.
    let with_rules = |protocol: Option<&ProtocolEnum>| matches!(protocol, Some(ProtocolEnum::Http | ProtocolEnum::Https));
    let arns = listeners.items.iter().filter(|listener| with_rules(listener.protocol())).filter_map(|listener| listener.listener_arn());
    let calls: Vec<_> = arns.map(|arn| of_listener(cx, arn)).collect();
    let mut answers = stream::iter(calls).buffered(AT_ONCE);
    while let Some(found) = answers.next().await {
        listing.resources.extend(found.resources);
        listing.failures.extend(found.failures);
    }
    listing.failures.extend_from_slice(&listeners.failures);
    listeners.end()
}

/// The rules of one listener, but for the default one, which the listener itself shows.
async fn of_listener(cx: &Context, listener: &str) -> Listing {
    let mut found = Listing::default();
    let mut pages = cx.elasticloadbalancingv2().describe_rules().listener_arn(listener).page_size(PAGE).into_paginator().send();
    while let Some(page) = pages.next().await {
        // A listener that was deleted since it was listed has no rules either.
        if let Err(error) = &page
            && service_code(error) == Some("ListenerNotFound")
        {
            break;
        }
        let page = match page.failed(DESCRIBE.action) {
            Ok(page) => page,
            Err(error) => {
                found.failures.push(error);
                break;
            }
        };
        for rule in page.rules().iter().filter(|rule| !rule.is_default().unwrap_or(false)) {
            let Some(arn) = rule.rule_arn() else { continue };
            let mut resource = cx.resource(HANDLER.type_name, arn);
            resource.arn = Some(arn.to_owned());
            resource.properties = properties(listener, arn, rule);
            found.resources.push(resource);
        }
    }
    found
}

fn properties(listener: &str, arn: &str, rule: &Rule) -> Properties {
    let transforms = objects(rule.transforms().iter().map(transform));
    object! {
        "Actions" => actions(rule.actions(), Value::from),
        "Conditions" => objects(rule.conditions().iter().map(condition)),
        "IsDefault" => false,
        "ListenerArn" => listener,
        "Priority" => rule.priority().and_then(|priority| priority.parse::<i32>().ok()),
        "RuleArn" => arn,
        "Transforms" => (!transforms.is_empty()).then_some(transforms),
    }
}

fn condition(condition: &RuleCondition) -> Properties {
    object! {
        "Field" => condition.field(),
        "HostHeaderConfig" => condition.host_header_config().map(|host| {
            object! { "RegexValues" => host.regex_values(), "Values" => host.values() }
        }),
        "HttpHeaderConfig" => condition.http_header_config().map(|header| {
            object! {
                "HttpHeaderName" => header.http_header_name(),
                "RegexValues" => header.regex_values(),
                "Values" => header.values(),
            }
        }),
        "HttpRequestMethodConfig" => condition.http_request_method_config().map(|method| {
            object! { "Values" => method.values() }
        }),
        "PathPatternConfig" => condition.path_pattern_config().map(|path| {
            object! { "RegexValues" => path.regex_values(), "Values" => path.values() }
        }),
        "QueryStringConfig" => condition.query_string_config().map(|query| {
            let pairs = query.values().iter().map(|pair| object! { "Key" => pair.key(), "Value" => pair.value() });
            object! { "Values" => objects(pairs) }
        }),
        "RegexValues" => condition.regex_values(),
        "SourceIpConfig" => condition.source_ip_config().map(|source| {
            object! { "IpAddressType" => source.ip_address_type().map(|kind| kind.as_str()), "Values" => source.values() }
        }),
        "Values" => condition.values(),
    }
}

fn transform(transform: &RuleTransform) -> Properties {
    let rewrites = |rewrites: &[RewriteConfig]| {
        let rewrites = rewrites.iter().map(|rewrite| object! { "Regex" => rewrite.regex(), "Replace" => rewrite.replace() });
        object! { "Rewrites" => objects(rewrites) }
    };
    object! {
        "HostHeaderRewriteConfig" => transform.host_header_rewrite_config().map(|config| rewrites(config.rewrites())),
        "Type" => transform.r#type().map(|kind| kind.as_str()),
        "UrlRewriteConfig" => transform.url_rewrite_config().map(|config| rewrites(config.rewrites())),
    }
}
