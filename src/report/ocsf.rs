//! OCSF: one Compliance Finding a finding (<https://schema.ocsf.io/1.8.0/classes/compliance_finding>). What the run missed follows them.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::io::{self, Write};

use innovate_model::Location;
use itertools::Itertools;
use jiff::Timestamp;
use serde::Serialize;

use super::Report;
use super::control::served;
use super::outcome::{shortcomings, steps};
use crate::finding::{Finding, Verdict};
use crate::framework::{Control, Framework};
use crate::policy::{Policy, Severity};

/// The version of the schema. Everything that is written is there since 1.4.0.
const SCHEMA: &str = "1.8.0";

/// An event; the names of all fields are OCSF's.
#[derive(Serialize)]
struct Event<'a> {
    activity_id: u8,
    activity_name: &'static str,
    category_uid: u8,
    category_name: &'static str,
    class_uid: u16,
    class_name: &'static str,
    type_uid: u32,
    type_name: &'static str,
    time: i64,
    severity_id: u8,
    severity: &'static str,
    status_id: u8,
    status: &'static str,
    #[serde(skip_serializing_if = "str::is_empty")]
    message: &'a str,
    metadata: Metadata,
    finding_info: FindingInfo<'a>,
    compliance: Compliance<'a>,
    resources: [ResourceDetails<'a>; 1],
    cloud: Cloud<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    remediation: Option<&'a Remediation<'a>>,
    unmapped: Unmapped<'a>,
}

#[derive(Serialize)]
struct Metadata {
    version: &'static str,
    profiles: [&'static str; 1],
    product: Product,
}

#[derive(Serialize)]
struct Product {
    name: &'static str,
    vendor_name: &'static str,
    version: &'static str,
}

#[derive(Serialize)]
struct FindingInfo<'a> {
    uid: &'a str,
    title: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    desc: &'a str,
    created_time: i64,
    analytic: Analytic<'a>,
}

#[derive(Serialize)]
struct Analytic<'a> {
    uid: &'a str,
    name: &'a str,
    type_id: u8,
    r#type: &'static str,
}

#[derive(Serialize)]
struct Compliance<'a> {
    control: &'a str,
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    standards: &'a [String],
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    requirements: &'a [String],
    status_id: u8,
    status: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    status_details: Option<[&'a str; 1]>,
}

#[derive(Serialize)]
struct ResourceDetails<'a> {
    uid: &'a str,
    name: &'a str,
    r#type: &'a str,
    region: &'a str,
    data: Place<'a>,
}

#[derive(Serialize)]
struct Place<'a> {
    path: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    location: Option<&'a Location>,
}

#[derive(Serialize)]
struct Cloud<'a> {
    provider: &'static str,
    account: Account<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    org: Option<Organization<'a>>,
    region: &'a str,
}

#[derive(Serialize)]
struct Account<'a> {
    uid: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<&'a str>,
    type_id: u8,
    r#type: &'static str,
}

#[derive(Serialize)]
struct Organization<'a> {
    uid: &'a str,
}

#[derive(Serialize)]
struct Remediation<'a> {
    desc: String,
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    references: &'a [String],
}

#[derive(Serialize)]
struct Unmapped<'a> {
    verdict: Verdict,
    path: &'a str,
}

/// What all events of one policy say.
#[derive(Default)]
struct About<'a> {
    title: Option<&'a str>,
    description: &'a str,
    standards: Vec<String>,
    requirements: Vec<String>,
    remediation: Option<Remediation<'a>>,
}

impl<'a> About<'a> {
    fn new(policy: &'a Policy, frameworks: &[Framework]) -> Self {
        let metadata = &policy.metadata;
        let mut about = Self { title: Some(&metadata.title), description: &metadata.description, ..Self::default() };
        let name = |framework: &Framework| format!("{} {}", framework.title, framework.version);
        about.standards = served(frameworks, &policy.id).map(|(framework, _)| name(framework)).dedup().collect();
        let requirement = |(framework, control): (&Framework, &Control)| format!("{}: {} {}", name(framework), control.id, control.title);
        about.requirements = served(frameworks, &policy.id).map(requirement).collect();
        let desc = steps(&metadata.custom.remediation, "\n");
        about.remediation = Some(Remediation { desc, references: &metadata.related_resources });
        about
    }
}

fn severity(severity: Severity) -> (u8, &'static str) {
    match severity {
        Severity::Info => (1, "Informational"),
        Severity::Low => (2, "Low"),
        Severity::Medium => (3, "Medium"),
        Severity::High => (4, "High"),
        Severity::Critical => (5, "Critical"),
    }
}

/// What becomes of the finding.
fn status(verdict: Verdict) -> (u8, &'static str) {
    if verdict == Verdict::Waived { (3, "Suppressed") } else { (1, "New") }
}

/// What the policy found. Of 2 the schema says that information is missing, which is what an unknown verdict means; a waiver does not mend anything.
fn compliance(verdict: Verdict) -> (u8, &'static str) {
    match verdict {
        Verdict::Pass => (1, "Pass"),
        Verdict::Unknown => (2, "Warning"),
        Verdict::Fail | Verdict::Waived => (3, "Fail"),
        Verdict::NotApplicable => (99, "Not Applicable"),
    }
}

/// Milliseconds since 1970.
fn milliseconds(time: &str) -> io::Result<i64> {
    time.parse::<Timestamp>().map(Timestamp::as_millisecond).map_err(|error| io::Error::new(io::ErrorKind::InvalidData, error))
}

fn event<'a>(report: &Report<'a>, about: &'a About<'a>, finding: &'a Finding, time: i64) -> Event<'a> {
    let world = report.world;
    let (severity_id, severity) = severity(finding.severity);
    let (status_id, status) = status(finding.verdict);
    let (compliance_id, compliance) = compliance(finding.verdict);
    let title = about.title.unwrap_or(&finding.policy);
    let message = finding.message.as_str();
    let path = finding.path.as_str();
    let resource = &finding.resource;
    Event {
        activity_id: 1,
        activity_name: "Create",
        category_uid: 2,
        category_name: "Findings",
        class_uid: 2003,
        class_name: "Compliance Finding",
        type_uid: 200_301,
        type_name: "Compliance Finding: Create",
        time,
        severity_id,
        severity,
        status_id,
        status,
        message,
        metadata: Metadata {
            version: SCHEMA,
            profiles: ["cloud"],
            product: Product { name: "innovate", vendor_name: "innovate", version: env!("CARGO_PKG_VERSION") },
        },
        finding_info: FindingInfo {
            uid: &finding.fingerprint,
            title,
            desc: about.description,
            created_time: time,
            analytic: Analytic { uid: &finding.policy, name: title, type_id: 1, r#type: "Rule" },
        },
        compliance: Compliance {
            control: &finding.policy,
            standards: &about.standards,
            requirements: &about.requirements,
            status_id: compliance_id,
            status: compliance,
            status_details: (!message.is_empty()).then_some([message]),
        },
        resources: [ResourceDetails {
            uid: resource.arn.as_deref().unwrap_or(&resource.id),
            name: &resource.id,
            r#type: &resource.type_name,
            region: &finding.region,
            data: Place { path, location: finding.location.as_ref() },
        }],
        cloud: Cloud {
            provider: "AWS",
            account: Account {
                uid: &finding.account,
                name: world.accounts.get(&finding.account).and_then(|account| account.name.as_deref()),
                type_id: 10,
                r#type: "AWS Account",
            },
            org: world.organization.as_ref().map(|organization| Organization { uid: &organization.id }),
            region: &finding.region,
        },
        remediation: about.remediation.as_ref(),
        unmapped: Unmapped { verdict: finding.verdict, path },
    }
}

/// Writes a list, one event a line.
pub(super) fn write(report: &Report<'_>, writer: &mut dyn Write) -> io::Result<()> {
    let time = milliseconds(&report.world.read_at)?;
    let policies = report.library.policies.iter().map(|policy| (policy.id.as_str(), About::new(policy, report.frameworks)));
    let policies: BTreeMap<&str, About<'_>> = policies.collect();
    let nothing = About::default();
    let mut separator = "[\n";
    let shortcomings = shortcomings(report).into_iter().map(|finding| Ok(Cow::Owned(finding)));
    for finding in report.judgement.findings.iter()?.chain(shortcomings) {
        let finding = finding?;
        writer.write_all(separator.as_bytes())?;
        let about = policies.get(finding.policy.as_str()).unwrap_or(&nothing);
        serde_json::to_writer(&mut *writer, &event(report, about, &finding, time))?;
        separator = ",\n";
    }
    writeln!(writer, "{}", if separator.starts_with('[') { "[]" } else { "\n]" })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_waived_failure_stays_a_failure() {
        assert_eq!((status(Verdict::Waived).1, compliance(Verdict::Waived).1), ("Suppressed", "Fail"));
        assert_eq!((status(Verdict::Fail).1, compliance(Verdict::Fail).1), ("New", "Fail"));
        assert_eq!(compliance(Verdict::Unknown), (2, "Warning"));
    }

    #[test]
    fn time_is_counted_in_milliseconds() {
        assert_eq!(milliseconds("1970-01-02T00:00:00.5Z").unwrap(), 86_400_500);
        assert!(milliseconds("yesterday").is_err());
    }
}
