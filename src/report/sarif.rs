//! The SARIF report, of the form that [SARIF 2.1.0](https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html) describes and
//! [code scanning](https://docs.github.com/en/code-security/reference/code-scanning/sarif-files/sarif-support) reads.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write};

use innovate_model::Span;
use jiff::Timestamp;
use serde::ser::{Error, SerializeSeq};
use serde::{Serialize, Serializer};
use serde_json::{Value, json};

use super::Report;
use super::control::{served, summary};
use super::outcome::{counted, reason};
use super::outcome::{heading, steps};
use super::place::{span, uri};
use crate::engine::{Findings, Gap, Ledger};
use crate::finding::{Finding, Verdict};
use crate::framework::{Control, Framework};
use crate::policy::{Custom, Metadata, Policy, Severity};

const VERSION: &str = "2.1.0";

/// Where OASIS publishes the schema.
const SCHEMA: &str = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";

#[derive(Serialize)]
struct Log<'a> {
    #[serde(rename = "$schema")]
    schema: &'static str,
    version: &'static str,
    runs: [Run<'a>; 1],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Run<'a> {
    tool: Tool<'a>,
    invocations: [Invocation; 1],
    column_kind: &'static str,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    taxonomies: Vec<Value>,
    results: Results<'a>,
}

#[derive(Serialize)]
struct Tool<'a> {
    driver: Driver<'a>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Driver<'a> {
    name: &'static str,
    version: &'static str,
    semantic_version: &'static str,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    supported_taxonomies: Vec<Value>,
    rules: Vec<Rule<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Rule<'a> {
    id: &'a str,
    short_description: Value,
    full_description: Value,
    help: Value,
    #[serde(skip_serializing_if = "Option::is_none")]
    help_uri: Option<&'a str>,
    default_configuration: Value,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    relationships: Vec<Value>,
    properties: Value,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Invocation {
    execution_successful: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    start_time_utc: Option<Timestamp>,
    tool_execution_notifications: Vec<Value>,
    properties: Value,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Outcome<'a> {
    rule_id: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    rule_index: Option<usize>,
    kind: &'static str,
    level: &'static str,
    message: Value,
    locations: [Value; 1],
    partial_fingerprints: Value,
    /// Empty for what is not waived: either all results have the list or none.
    suppressions: Vec<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    baseline_state: Option<&'static str>,
    properties: Value,
}

/// The findings as results, one by one from wherever they are.
struct Results<'a> {
    findings: &'a Findings,
    /// The place of each rule by its id.
    rules: BTreeMap<&'a str, usize>,
}

impl Serialize for Results<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut list = serializer.serialize_seq(None)?;
        for finding in self.findings.iter().map_err(Error::custom)? {
            let finding = finding.map_err(Error::custom)?;
            list.serialize_element(&outcome(&finding, self.rules.get(finding.policy.as_str()).copied()))?;
        }
        list.end()
    }
}

/// Writes the report with two spaces of indentation.
pub(super) fn write(report: &Report<'_>, writer: &mut dyn Write) -> io::Result<()> {
    let Report { world, library, judgement, frameworks, .. } = report;
    let has_judged = |policy: &&Policy| judgement.ledger.policies.get(&policy.id).is_some_and(|counts| counts.total() > 0);
    let rules: Vec<Rule<'_>> = library.policies.iter().filter(has_judged).map(|policy| rule(policy, frameworks)).collect();
    let places = rules.iter().enumerate().map(|(place, rule)| (rule.id, place)).collect();
    let invocation = Invocation {
        execution_successful: judgement.ledger.errors.is_empty() && !judgement.ledger.interrupted,
        start_time_utc: world.read_at.parse().ok(),
        tool_execution_notifications: notifications(&judgement.ledger),
        properties: json!({ "complete": judgement.ledger.complete }),
    };
    let version = env!("CARGO_PKG_VERSION");
    let supported_taxonomies = (0..frameworks.len()).map(|index| taxonomy_reference(frameworks, index)).collect();
    let run = Run {
        tool: Tool { driver: Driver { name: "innovate", version, semantic_version: version, supported_taxonomies, rules } },
        invocations: [invocation],
        column_kind: "unicodeCodePoints",
        taxonomies: frameworks.iter().map(|framework| taxonomy(framework, &judgement.ledger)).collect(),
        results: Results { findings: &judgement.findings, rules: places },
    };
    serde_json::to_writer_pretty(&mut *writer, &Log { schema: SCHEMA, version: VERSION, runs: [run] }).map_err(io::Error::from)?;
    writeln!(writer)
}

/// A framework, its controls, and what was found for each.
fn taxonomy(framework: &Framework, ledger: &Ledger) -> Value {
    let summary = summary(framework, ledger);
    let taxa = summary.controls.iter().map(|control| {
        let mut properties = json!({ "status": control.status, "manual": control.manual });
        if let (Value::Object(properties), Ok(Value::Object(counts))) = (&mut properties, serde_json::to_value(control.counts)) {
            properties.extend(counts);
        }
        json!({ "id": control.id, "shortDescription": { "text": control.title }, "properties": properties })
    });
    json!({
        "name": framework.id,
        "version": framework.version,
        "organization": framework.publisher,
        "informationUri": framework.link,
        "shortDescription": { "text": format!("{} {}: {}", framework.title, framework.version, summary.line()) },
        "isComprehensive": true,
        "taxa": taxa.collect::<Vec<_>>(),
    })
}

fn taxonomy_reference(frameworks: &[Framework], index: usize) -> Value {
    json!({ "name": frameworks.get(index).map(|framework| &framework.id), "index": index })
}

/// The controls that a policy serves; a control can ask for more than one policy judges.
fn relationships(policy: &Policy, frameworks: &[Framework]) -> Vec<Value> {
    let relationship = |(framework, control): (&Framework, &Control)| {
        let component = frameworks.iter().position(|other| other.id == framework.id).map(|index| taxonomy_reference(frameworks, index));
        let index = framework.controls.iter().position(|other| other.id == control.id);
        json!({ "target": { "id": control.id, "index": index, "toolComponent": component }, "kinds": ["superset"] })
    };
    served(frameworks, &policy.id).map(relationship).collect()
}

fn rule<'a>(policy: &'a Policy, frameworks: &[Framework]) -> Rule<'a> {
    let Metadata { title, description, related_resources, custom, .. } = &policy.metadata;
    // `aws` and `rds` for `aws.rds.tls_not_required`; the schema allows no tag twice.
    let groups = policy.id.rsplit_once('.').into_iter().flat_map(|(package, _)| package.split('.'));
    let tags: BTreeSet<&str> = std::iter::once("security").chain(groups).collect();
    Rule {
        id: &policy.id,
        short_description: json!({ "text": title }),
        full_description: json!({ "text": description }),
        help: help(custom),
        help_uri: related_resources.iter().map(String::as_str).find(|link| link.starts_with("https://") || link.starts_with("http://")),
        default_configuration: json!({ "level": level(custom.severity) }),
        relationships: relationships(policy, frameworks),
        properties: json!({ "severity": custom.severity, "security-severity": score(custom.severity), "tags": tags }),
    }
}

/// The risk and how to mend it.
fn help(custom: &Custom) -> Value {
    let risk = custom.risk.trim();
    let text = format!("Risk: {risk}\n\n{}", steps(&custom.remediation, "\n\n"));
    let mut markdown = format!("**Risk:** {risk}");
    for (way, how) in custom.remediation.ways() {
        let how = how.trim();
        markdown += &match way {
            "console" => format!("\n\n**{}:** {how}", heading(way)),
            way => format!("\n\n**{}:**\n\n```{}\n{how}\n```", heading(way), if way == "cli" { "sh" } else { "yaml" }),
        };
    }
    json!({ "text": text, "markdown": markdown })
}

/// The levels are fewer than the severities.
fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical | Severity::High => "error",
        Severity::Medium => "warning",
        Severity::Low | Severity::Info => "note",
    }
}

/// Within the range that code scanning gives the same name: over 9.0 is critical, from 7.0 high, from 4.0 medium, from 0.1 low.
fn score(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical => "9.5",
        Severity::High => "8.0",
        Severity::Medium => "5.5",
        Severity::Low => "3.0",
        Severity::Info => "0.5",
    }
}

fn outcome<'a>(finding: &'a Finding, rule_index: Option<usize>) -> Outcome<'a> {
    let Finding { policy, verdict, severity, account, region, resource, fingerprint, .. } = finding;
    // What is not a failure must have no level.
    let (kind, level) = match verdict {
        Verdict::Fail | Verdict::Waived => ("fail", level(*severity)),
        Verdict::Unknown => ("review", "none"),
        Verdict::Pass => ("pass", "none"),
        Verdict::NotApplicable => ("notApplicable", "none"),
    };
    let waiver = (*verdict == Verdict::Waived).then(|| match &finding.waiver {
        Some(waiver) => {
            let why = format!("{} until {}: {}", waiver.owner, waiver.expires, waiver.reason);
            json!({ "kind": "external", "status": "accepted", "justification": why })
        }
        None => json!({ "kind": "external", "status": "accepted" }),
    });
    Outcome {
        rule_id: policy,
        rule_index,
        kind,
        level,
        message: message(if finding.message.is_empty() { "nothing found" } else { &finding.message }),
        locations: [location(finding)],
        // Code scanning goes by the second name only.
        partial_fingerprints: json!({ "innovate/v1": fingerprint, "primaryLocationLineHash": fingerprint }),
        suppressions: waiver.into_iter().collect(),
        baseline_state: finding.baseline.then_some("unchanged"),
        properties: json!({
            "account": account,
            "region": region,
            "type": resource.type_name,
            "id": resource.id,
            "path": finding.path,
            "severity": severity,
            "verdict": verdict,
        }),
    }
}

/// A message: single braces would stand for its arguments, and what is in brackets before parentheses for a link.
fn message(text: &str) -> Value {
    json!({ "text": text.replace('{', "{{").replace('}', "}}").replace("](", "]\u{2060}(") })
}

/// Code scanning shows no result without a file and a line.
fn location(finding: &Finding) -> Value {
    let Finding { account, region, resource, .. } = finding;
    let (region, logical) = match &finding.location {
        Some(location) => {
            let Span { start, end } = span(finding);
            let region = json!({ "startLine": start.line, "startColumn": start.column, "endLine": end.line, "endColumn": end.column });
            (region, json!({ "name": resource.id, "fullyQualifiedName": location.address, "kind": "resource" }))
        }
        None => {
            let name = resource.arn.clone().unwrap_or_else(|| format!("{account}/{region}/{}/{}", resource.type_name, resource.id));
            (json!({ "startLine": 1 }), json!({ "name": resource.id, "fullyQualifiedName": name, "kind": "resource" }))
        }
    };
    json!({ "physicalLocation": { "artifactLocation": { "uri": uri(finding) }, "region": region }, "logicalLocations": [logical] })
}

/// What went wrong, and what was not read.
fn notifications(ledger: &Ledger) -> Vec<Value> {
    let errors = ledger.errors.iter().map(|(policy, reason)| {
        let text = format!("policy `{policy}` could not judge: {reason}");
        json!({ "level": "error", "message": message(&text), "associatedRule": { "id": policy } })
    });
    let unread = ledger.unread.iter().map(|Gap { unread, .. }| {
        format!("{} {} {} was not read: {}", unread.account, unread.region, unread.type_name, reason(&unread.cause))
    });
    let interrupted = ledger.interrupted.then(|| "the reading was stopped before its end".to_owned());
    let has_gaps = !ledger.complete && ledger.property_gaps > 0;
    let properties = has_gaps.then(|| format!("{} could not be read", counted(ledger.property_gaps, "property", "properties")));
    let uncovered =
        (!ledger.uncovered.is_empty()).then(|| format!("nothing reads {}, which policies look up", ledger.uncovered.join(", ")));
    let warnings = unread.chain(interrupted).chain(properties).chain(uncovered);
    errors.chain(warnings.map(|text| json!({ "level": "warning", "message": message(&text) }))).collect()
}
