//! GitLab's reports: code quality (<https://docs.gitlab.com/ci/testing/code_quality/#code-quality-report-format>), which every merge
//! request shows, and SAST (<https://gitlab.com/gitlab-org/security-products/security-report-schemas>), which the security dashboard shows.

use std::collections::BTreeMap;
use std::io::{self, Write};

use jiff::Timestamp;
use serde::ser::{Error, SerializeSeq};
use serde::{Serialize, Serializer};

use super::Report;
use super::control::served;
use super::outcome::{counted, shortfall, steps};
use super::place::{last_line, path, span};
use crate::engine::{Findings, Ledger};
use crate::finding::{Finding, Verdict};
use crate::policy::{Metadata, Policy, Severity};

/// The version of the SAST schema.
const VERSION: &str = "15.0.7";

/// Where that schema is.
const SCHEMA: &str = "https://gitlab.com/gitlab-org/security-products/security-report-schemas/-/raw/v15.0.7/dist/sast-report-format.json";

/// Characters of a name, of a solution and of a description that the SAST schema allows.
const MOST_OF_NAME: usize = 255;
const MOST_OF_SOLUTION: usize = 7_000;
const MOST_OF_DESCRIPTION: usize = 1_048_576;

#[derive(Serialize)]
struct Issue {
    description: String,
    check_name: String,
    fingerprint: String,
    severity: &'static str,
    location: Place,
}

#[derive(Serialize)]
struct Place {
    path: String,
    lines: Lines,
}

#[derive(Serialize)]
struct Lines {
    begin: usize,
    end: usize,
}

/// Writes the code quality report. It knows neither unknown nor waived: what is so is of the mildest severity and says it.
pub(super) fn write_code_quality(report: &Report<'_>, writer: &mut dyn Write) -> io::Result<()> {
    let policies = policies(report);
    let issue = |finding: &Finding| {
        let (severity, verdict) = match (finding.verdict, finding.severity) {
            (Verdict::Fail, Severity::Critical) => ("blocker", ""),
            (Verdict::Fail, Severity::High) => ("critical", ""),
            (Verdict::Fail, Severity::Medium) => ("major", ""),
            (Verdict::Fail, Severity::Low) => ("minor", ""),
            (Verdict::Fail, Severity::Info) => ("info", ""),
            (Verdict::Unknown, _) => ("info", "unknown: "),
            (Verdict::Waived, _) => ("info", "waived: "),
            (Verdict::Pass | Verdict::NotApplicable, _) => return None,
        };
        let span = span(finding);
        Some(Issue {
            description: format!("{}: {verdict}{}", title(&policies, finding), finding.message),
            check_name: finding.policy.clone(),
            fingerprint: finding.fingerprint.clone(),
            severity,
            location: Place { path: path(finding), lines: Lines { begin: span.start.line, end: last_line(span) } },
        })
    };
    // The format has no other place for it.
    let last = shortfall(&report.judgement.ledger).map(|shortfall| Issue {
        description: format!("innovate: {shortfall}"),
        check_name: "innovate.incomplete".to_owned(),
        fingerprint: "innovate.incomplete".to_owned(),
        severity: "major",
        location: Place { path: "innovate".to_owned(), lines: Lines { begin: 1, end: 1 } },
    });
    let issues = Each { findings: &report.judgement.findings, form: &issue, last };
    serde_json::to_writer(&mut *writer, &issues)?;
    writeln!(writer)
}

#[derive(Serialize)]
struct Sast<'a> {
    version: &'static str,
    schema: &'static str,
    scan: Scan,
    vulnerabilities: Each<'a, Vulnerability<'a>>,
}

#[derive(Serialize)]
struct Scan {
    analyzer: Tool,
    scanner: Tool,
    #[serde(rename = "type")]
    kind: &'static str,
    start_time: String,
    end_time: String,
    status: &'static str,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    messages: Vec<Message>,
}

#[derive(Serialize)]
struct Tool {
    id: &'static str,
    name: &'static str,
    version: &'static str,
    vendor: Vendor,
}

#[derive(Serialize)]
struct Vendor {
    name: &'static str,
}

#[derive(Serialize)]
struct Message {
    level: &'static str,
    value: String,
}

#[derive(Serialize)]
struct Vulnerability<'a> {
    id: String,
    name: String,
    description: String,
    severity: &'static str,
    #[serde(skip_serializing_if = "String::is_empty")]
    solution: String,
    location: Location,
    identifiers: [Identifier; 1],
    links: Vec<Link<'a>>,
    tracking: Tracking,
    details: BTreeMap<&'static str, Detail>,
}

#[derive(Clone, Serialize)]
struct Location {
    file: String,
    start_line: usize,
    end_line: usize,
}

#[derive(Serialize)]
struct Identifier {
    #[serde(rename = "type")]
    kind: &'static str,
    name: String,
    value: String,
}

#[derive(Serialize)]
struct Link<'a> {
    url: &'a str,
}

/// What GitLab recognises a vulnerability by. Without it, two places of one resource that a policy denies would be one.
#[derive(Serialize)]
struct Tracking {
    #[serde(rename = "type")]
    kind: &'static str,
    items: [Item; 1],
}

#[derive(Serialize)]
struct Item {
    #[serde(flatten)]
    location: Location,
    signatures: [Signature; 1],
}

#[derive(Serialize)]
struct Signature {
    algorithm: &'static str,
    value: String,
}

#[derive(Serialize)]
struct Detail {
    name: &'static str,
    #[serde(rename = "type")]
    kind: &'static str,
    value: String,
}

/// Writes the SAST report. It has no place for what is waived, which is counted among its messages.
pub(super) fn write_sast(report: &Report<'_>, writer: &mut dyn Write) -> io::Result<()> {
    let policies = policies(report);
    let vulnerability = |finding: &Finding| vulnerability(&policies, finding);
    let ledger = &report.judgement.ledger;
    let is_whole = !ledger.interrupted && ledger.errors.is_empty();
    let tool = || Tool { id: "innovate", name: "innovate", version: env!("CARGO_PKG_VERSION"), vendor: Vendor { name: "innovate" } };
    let document = Sast {
        version: VERSION,
        schema: SCHEMA,
        scan: Scan {
            analyzer: tool(),
            scanner: tool(),
            kind: "sast",
            // Both are the time that the world was read at: only that is the same whenever the same world is judged.
            start_time: time(&report.world.read_at),
            end_time: time(&report.world.read_at),
            status: if is_whole { "success" } else { "failure" },
            messages: messages(ledger),
        },
        vulnerabilities: Each { findings: &report.judgement.findings, form: &vulnerability, last: None },
    };
    serde_json::to_writer(&mut *writer, &document)?;
    writeln!(writer)
}

/// What is missing, and how much is waived.
fn messages(ledger: &Ledger) -> Vec<Message> {
    let waived: usize = ledger.policies.values().map(|counts| counts.waived).sum();
    let waived = (waived > 0).then(|| format!("{} waived", counted(waived, "violation is", "violations are")));
    let waived = waived.map(|value| Message { level: "info", value });
    shortfall(ledger).map(|value| Message { level: "warn", value }).into_iter().chain(waived).collect()
}

fn vulnerability<'a>(policies: &Policies<'a>, finding: &Finding) -> Option<Vulnerability<'a>> {
    let severity = match (finding.verdict, finding.severity) {
        (Verdict::Fail, Severity::Critical) => "Critical",
        (Verdict::Fail, Severity::High) => "High",
        (Verdict::Fail, Severity::Medium) => "Medium",
        (Verdict::Fail, Severity::Low) => "Low",
        (Verdict::Fail, Severity::Info) => "Info",
        (Verdict::Unknown, _) => "Unknown",
        (Verdict::Waived | Verdict::Pass | Verdict::NotApplicable, _) => return None,
    };
    let metadata = policies.get(finding.policy.as_str()).map(|about| about.metadata);
    let meaning = metadata.map(|metadata| format!("\n\n{}\n\n{}", metadata.description.trim(), metadata.custom.risk.trim()));
    let remediation = metadata.map(|metadata| &metadata.custom.remediation);
    let solution = remediation.map(|remediation| steps(remediation, "\n\n"));
    let links = metadata.map(|metadata| metadata.related_resources.as_slice()).unwrap_or_default();
    let span = span(finding);
    let location = Location { file: path(finding), start_line: span.start.line, end_line: last_line(span) };
    let detail = |name, value: &str| Detail { name, kind: "text", value: value.to_owned() };
    let resource = &finding.resource;
    let mut details = BTreeMap::from([
        ("account", detail("Account", &finding.account)),
        ("region", detail("Region", &finding.region)),
        ("type", detail("Resource type", &resource.type_name)),
        ("id", detail("Resource", &resource.id)),
        ("path", detail("Property", &finding.path)),
    ]);
    details.extend(resource.arn.as_deref().map(|arn| ("arn", detail("ARN", arn))));
    details.extend(finding.location.as_ref().map(|location| ("address", detail("Address", &location.address))));
    let controls = policies.get(finding.policy.as_str()).map(|about| about.controls.as_str()).filter(|controls| !controls.is_empty());
    details.extend(controls.map(|controls| ("controls", detail("Controls", controls))));
    Some(Vulnerability {
        id: uuid(&finding.fingerprint),
        name: first(title(policies, finding), MOST_OF_NAME),
        description: first(&(finding.message.clone() + &meaning.unwrap_or_default()), MOST_OF_DESCRIPTION),
        severity,
        solution: first(&solution.unwrap_or_default(), MOST_OF_SOLUTION),
        location: location.clone(),
        identifiers: [Identifier { kind: "innovate_policy", name: finding.policy.clone(), value: finding.policy.clone() }],
        links: links.iter().filter(|url| is_link(url)).map(|url| Link { url }).collect(),
        tracking: Tracking {
            kind: "source",
            items: [Item { location, signatures: [Signature { algorithm: "hash", value: finding.fingerprint.clone() }] }],
        },
        details,
    })
}

/// What all findings of one policy say.
struct About<'a> {
    metadata: &'a Metadata,
    /// The controls that it serves, with a comma between them.
    controls: String,
}

/// Policies by id.
type Policies<'a> = BTreeMap<&'a str, About<'a>>;

fn policies<'a>(report: &Report<'a>) -> Policies<'a> {
    let about = |policy: &'a Policy| {
        let served = served(report.frameworks, &policy.id);
        let controls: Vec<String> = served.map(|(framework, control)| format!("{} {}", framework.id, control.id)).collect();
        (policy.id.as_str(), About { metadata: &policy.metadata, controls: controls.join(", ") })
    };
    report.library.policies.iter().map(about).collect()
}

/// What the policy calls the defect.
fn title<'a>(policies: &Policies<'a>, finding: &'a Finding) -> &'a str {
    policies.get(finding.policy.as_str()).map_or(&finding.policy, |about| &about.metadata.title)
}

/// Whether the schema takes it: a policy of a user may name a document otherwise.
fn is_link(url: &str) -> bool {
    ["https://", "http://"].iter().any(|scheme| url.strip_prefix(scheme).is_some_and(|rest| !rest.is_empty()))
}

/// The fingerprint in the form of a UUID; it can still be read in it.
fn uuid(fingerprint: &str) -> String {
    let hyphen = |at: usize| matches!(at, 8 | 12 | 16 | 20).then_some('-');
    fingerprint.chars().enumerate().flat_map(|(at, c)| hyphen(at).into_iter().chain([c])).collect()
}

/// The first `most` characters.
fn first(text: &str, most: usize) -> String {
    text.chars().take(most).collect()
}

/// The time as the schema wants it: UTC, without zone and fractions.
fn time(read_at: &str) -> String {
    read_at.parse::<Timestamp>().unwrap_or_default().strftime("%Y-%m-%dT%H:%M:%S").to_string()
}

/// What is made of each finding, one by one from wherever they are.
struct Each<'a, T> {
    findings: &'a Findings,
    form: &'a dyn Fn(&Finding) -> Option<T>,
    last: Option<T>,
}

impl<T: Serialize> Serialize for Each<'_, T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut list = serializer.serialize_seq(None)?;
        for finding in self.findings.iter().map_err(Error::custom)? {
            let finding = finding.map_err(Error::custom)?;
            if let Some(element) = (self.form)(&finding) {
                list.serialize_element(&element)?;
            }
        }
        if let Some(last) = &self.last {
            list.serialize_element(last)?;
        }
        list.end()
    }
}
