//! The SARIF report, of the form that [SARIF 2.1.0](https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html) describes and
//! [code scanning](https://docs.github.com/en/code-security/reference/code-scanning/sarif-files/sarif-support) reads.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write};

use jiff::Timestamp;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde::ser::{Error, SerializeSeq};
use serde::{Serialize, Serializer};
use serde_json::{Value, json};

use super::Report;
use crate::engine::{Findings, Gap, Ledger};
use crate::finding::{Finding, Verdict};
use crate::policy::{Custom, Metadata, Policy, Remediation, Severity};

const VERSION: &str = "2.1.0";

/// Where OASIS publishes the schema.
const SCHEMA: &str = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";

/// What is encoded in a part of a path: all but the unreserved characters of RFC 3986.
const ENCODED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

#[derive(Serialize)]
struct Log<'a> {
    #[serde(rename = "$schema")]
    schema: &'static str,
    version: &'static str,
    runs: [Run<'a>; 1],
}

#[derive(Serialize)]
struct Run<'a> {
    tool: Tool<'a>,
    invocations: [Invocation; 1],
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
    let Report { world, library, judgement, .. } = report;
    let has_judged = |policy: &&Policy| judgement.ledger.policies.get(&policy.id).is_some_and(|counts| counts.total() > 0);
    let rules: Vec<Rule<'_>> = library.policies.iter().filter(has_judged).map(rule).collect();
    let places = rules.iter().enumerate().map(|(place, rule)| (rule.id, place)).collect();
    let invocation = Invocation {
        execution_successful: judgement.ledger.errors.is_empty(),
        start_time_utc: world.read_at.parse().ok(),
        tool_execution_notifications: notifications(&judgement.ledger),
        properties: json!({ "complete": judgement.ledger.complete }),
    };
    let version = env!("CARGO_PKG_VERSION");
    let run = Run {
        tool: Tool { driver: Driver { name: "innovate", version, semantic_version: version, rules } },
        invocations: [invocation],
        results: Results { findings: &judgement.findings, rules: places },
    };
    serde_json::to_writer_pretty(&mut *writer, &Log { schema: SCHEMA, version: VERSION, runs: [run] }).map_err(io::Error::from)?;
    writeln!(writer)
}

fn rule(policy: &Policy) -> Rule<'_> {
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
        properties: json!({ "severity": custom.severity, "security-severity": score(custom.severity), "tags": tags }),
    }
}

/// The risk and how to mend it.
fn help(custom: &Custom) -> Value {
    let Remediation { console, cli, cloudformation } = &custom.remediation;
    let [risk, console, cli, template] = [&custom.risk, console, cli, cloudformation].map(|text| text.trim());
    json!({
        "text": format!("Risk: {risk}\n\nConsole: {console}\n\nCLI: {cli}\n\nCloudFormation:\n{template}"),
        "markdown": format!(
            "**Risk:** {risk}\n\n**Console:** {console}\n\n**CLI:**\n\n```sh\n{cli}\n```\n\n**CloudFormation:**\n\n```yaml\n{template}\n```"
        ),
    })
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
    let Finding { policy, verdict, severity, account, region, resource, path, fingerprint, .. } = finding;
    // What is not a failure must have no level.
    let (kind, level) = match verdict {
        Verdict::Fail | Verdict::Waived => ("fail", level(*severity)),
        Verdict::Unknown => ("review", "none"),
        Verdict::Pass => ("pass", "none"),
        Verdict::NotApplicable => ("notApplicable", "none"),
    };
    let waiver = (*verdict == Verdict::Waived).then(|| json!({ "kind": "external", "status": "accepted" }));
    let (type_name, id) = (&resource.type_name, &resource.id);
    Outcome {
        rule_id: policy,
        rule_index,
        kind,
        level,
        message: message(if finding.message.is_empty() { "nothing found" } else { &finding.message }),
        locations: [location(finding)],
        // Code scanning knows the second name only; without it, it takes several findings on one resource for one.
        partial_fingerprints: json!({ "innovate/v1": fingerprint, "primaryLocationLineHash": fingerprint }),
        suppressions: waiver.into_iter().collect(),
        properties: json!({
            "account": account,
            "region": region,
            "type": type_name,
            "id": id,
            "path": path,
            "severity": severity,
            "verdict": verdict,
        }),
    }
}

/// A message; single braces would stand for its arguments.
fn message(text: &str) -> Value {
    json!({ "text": text.replace('{', "{{").replace('}', "}}") })
}

fn location(finding: &Finding) -> Value {
    let Finding { account, region, resource, .. } = finding;
    let name = resource.arn.clone().unwrap_or_else(|| format!("{account}/{region}/{}/{}", resource.type_name, resource.id));
    json!({
        "physicalLocation": { "artifactLocation": { "uri": uri(finding) }, "region": { "startLine": 1 } },
        "logicalLocations": [{ "name": resource.id, "fullyQualifiedName": name, "kind": "resource" }],
    })
}

/// What stands for the file of a resource that was read live and has none. Code scanning shows no result without a file, and takes the same
/// result in another file for a new one, so the path is made of all that identifies the resource and of nothing that changes from run to run.
fn uri(finding: &Finding) -> String {
    let type_name = finding.resource.type_name.replace("::", "-");
    let parts = [&finding.account, &finding.region, &type_name, &finding.resource.id];
    parts.map(|part| utf8_percent_encode(part, ENCODED).to_string()).join("/")
}

/// What went wrong, and what was not read.
fn notifications(ledger: &Ledger) -> Vec<Value> {
    let errors = ledger.errors.iter().map(|(policy, reason)| {
        let text = format!("policy `{policy}` could not judge: {reason}");
        json!({ "level": "error", "message": message(&text), "associatedRule": { "id": policy } })
    });
    let unread = ledger.unread.iter().map(|Gap { unread, .. }| {
        let action = unread.cause.action.as_deref().map(|action| format!(" `{action}`")).unwrap_or_default();
        let (scope, why) = (format!("{} {} {}", unread.account, unread.region, unread.type_name), unread.cause.code.describe());
        format!("{scope} was not read: {why}{action}: {}", unread.cause.message)
    });
    let interrupted = ledger.interrupted.then(|| "the reading was stopped before its end".to_owned());
    let has_gaps = !ledger.complete && ledger.property_gaps > 0;
    let properties = has_gaps.then(|| format!("properties that could not be read: {}", ledger.property_gaps));
    let uncovered = (!ledger.uncovered.is_empty()).then(|| format!("nothing reads {}, which policies look up", ledger.uncovered.join(", ")));
    let warnings = unread.chain(interrupted).chain(properties).chain(uncovered);
    errors.chain(warnings.map(|text| json!({ "level": "warning", "message": message(&text) }))).collect()
}
