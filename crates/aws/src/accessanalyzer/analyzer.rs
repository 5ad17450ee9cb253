//! `AWS::AccessAnalyzer::Analyzer`, from <https://docs.aws.amazon.com/access-analyzer/latest/APIReference/API_ListAnalyzers.html>.

use std::collections::HashMap;

use aws_sdk_accessanalyzer::types::{
    AnalyzerConfiguration, AnalyzerStatus, ArchiveRuleSummary, InternalAccessConfiguration, UnusedAccessConfiguration,
};
use innovate_model::{Facet, HandlerError, Listing, Properties, Reach, Resource};
use serde_json::Value;

use crate::context::Context;
use crate::failure::Failure;
use crate::property::{list as objects, object};
use crate::registry::{Call, Read, Registration};

const LIST: Facet =
    Facet { operation: "ListAnalyzers", action: "access-analyzer:ListAnalyzers", properties: &["AnalyzerName", "Arn", "Tags", "Type"] };

const GET: Facet = Facet { operation: "GetAnalyzer", action: "access-analyzer:GetAnalyzer", properties: &["AnalyzerConfiguration"] };

const RULES: Facet = Facet { operation: "ListArchiveRules", action: "access-analyzer:ListArchiveRules", properties: &["ArchiveRules"] };

pub(crate) const HANDLER: Registration = Registration {
    type_name: "AWS::AccessAnalyzer::Analyzer",
    reach: Reach::Regional,
    list: &[LIST],
    lister: |cx, listing| Box::pin(list(cx, listing)),
    reads: &[
        Read { facet: GET, call: Call::Each(|cx, analyzer| Box::pin(get(cx, analyzer))) },
        Read { facet: RULES, call: Call::Each(|cx, analyzer| Box::pin(archive_rules(cx, analyzer))) },
    ],
};

async fn list(cx: &Context, listing: &mut Listing) -> Result<(), HandlerError> {
    let mut pages = cx.accessanalyzer().list_analyzers().max_results(100).into_paginator().send();
    while let Some(page) = pages.next().await {
        for analyzer in page.failed(LIST.action)?.analyzers() {
            // Analyzers that have stopped find nothing, and CloudFormation has no property for it.
            if matches!(analyzer.status(), AnalyzerStatus::Disabled | AnalyzerStatus::Failed) {
                continue;
            }
            let mut resource = cx.resource(HANDLER.type_name, analyzer.arn());
            resource.arn = Some(analyzer.arn().to_owned());
            let tags = analyzer.tags().map(tags).unwrap_or_default();
            resource.properties = object! {
                "AnalyzerName" => analyzer.name(),
                "Arn" => analyzer.arn(),
                "Tags" => (!tags.is_empty()).then_some(tags),
                "Type" => analyzer.r#type().as_str(),
            };
            listing.resources.push(resource);
        }
    }
    Ok(())
}

fn tags(tags: &HashMap<String, String>) -> Vec<Value> {
    let mut tags: Vec<(&String, &String)> = tags.iter().collect();
    tags.sort_unstable();
    objects(tags.into_iter().map(|(key, value)| object! { "Key" => key, "Value" => value }))
}

async fn get(cx: &Context, analyzer: &Resource) -> Result<Properties, HandlerError> {
    // An analyzer of external access has no configuration.
    if matches!(analyzer.text("Type"), Some("ACCOUNT" | "ORGANIZATION")) {
        return Ok(Properties::new());
    }
    let call = cx.accessanalyzer().get_analyzer().set_analyzer_name(analyzer.text("AnalyzerName").map(ToOwned::to_owned));
    let answer = call.send().await.failed(GET.action)?;
    let configuration = match answer.analyzer().and_then(|analyzer| analyzer.configuration()) {
        Some(AnalyzerConfiguration::InternalAccess(internal)) => {
            Some(object! { "InternalAccessConfiguration" => internal_access(internal) })
        }
        Some(AnalyzerConfiguration::UnusedAccess(unused)) => Some(object! { "UnusedAccessConfiguration" => unused_access(unused) }),
        _ => None,
    };
    Ok(object! { "AnalyzerConfiguration" => configuration })
}

fn internal_access(configuration: &InternalAccessConfiguration) -> Properties {
    let rule = configuration.analysis_rule().map(|rule| {
        let inclusions = objects(rule.inclusions().iter().map(|criteria| {
            let types: Vec<Value> = criteria.resource_types().iter().map(|kind| Value::from(kind.as_str())).collect();
            object! {
                "AccountIds" => criteria.account_ids(),
                "ResourceArns" => criteria.resource_arns(),
                "ResourceTypes" => (!types.is_empty()).then_some(types),
            }
        }));
        object! { "Inclusions" => inclusions }
    });
    object! { "InternalAccessAnalysisRule" => rule }
}

fn unused_access(configuration: &UnusedAccessConfiguration) -> Properties {
    let rule = configuration.analysis_rule().map(|rule| {
        let exclusions = objects(rule.exclusions().iter().map(|criteria| {
            let tagged: Vec<Value> = criteria.resource_tags().iter().map(|of_resource| Value::Array(tags(of_resource))).collect();
            object! { "AccountIds" => criteria.account_ids(), "ResourceTags" => (!tagged.is_empty()).then_some(tagged) }
        }));
        object! { "Exclusions" => exclusions }
    });
    object! { "AnalysisRule" => rule, "UnusedAccessAge" => configuration.unused_access_age() }
}

async fn archive_rules(cx: &Context, analyzer: &Resource) -> Result<Properties, HandlerError> {
    let call = cx.accessanalyzer().list_archive_rules().set_analyzer_name(analyzer.text("AnalyzerName").map(ToOwned::to_owned));
    let mut pages = call.into_paginator().send();
    let mut rules = Vec::new();
    while let Some(page) = pages.next().await {
        rules.extend(objects(page.failed(RULES.action)?.archive_rules().iter().map(archive_rule)));
    }
    Ok(object! { "ArchiveRules" => (!rules.is_empty()).then_some(rules) })
}

fn archive_rule(rule: &ArchiveRuleSummary) -> Properties {
    let mut criteria: Vec<_> = rule.filter().iter().collect();
    criteria.sort_unstable_by_key(|(property, _)| *property);
    let filter = objects(criteria.into_iter().map(|(property, criterion)| {
        object! {
            "Contains" => criterion.contains(),
            "Eq" => criterion.eq(),
            "Exists" => criterion.exists(),
            "Neq" => criterion.neq(),
            "Property" => property,
        }
    }));
    object! { "Filter" => filter, "RuleName" => rule.rule_name() }
}
