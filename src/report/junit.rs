//! The JUnit report, for the test pages of CI systems: a policy is a suite, a finding is a test.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::io::{self, Write};

use quick_junit::{NonSuccessKind, Property, TestCase, TestCaseStatus, TestSuite};

use super::place::path as file;
use super::{Report, control};
use crate::engine::Ledger;
use crate::finding::{Finding, Verdict};

/// Writes the report. A suite says first how many of its tests failed, so all are held until the last is known.
pub(super) fn write(report: &Report<'_>, writer: &mut dyn Write) -> io::Result<()> {
    let ledger = &report.judgement.ledger;
    let judged = ledger.policies.iter().filter(|(_, counts)| counts.total() > 0);
    let mut suites: BTreeMap<String, TestSuite> = judged.map(|(policy, _)| (policy.clone(), TestSuite::new(policy))).collect();
    let mut last: Option<Cow<'_, Finding>> = None;
    let mut times = 1;
    // They come by verdict and severity, not by policy.
    for finding in report.judgement.findings.iter()? {
        let finding = finding?;
        times = if last.is_some_and(|last| is_same_place(&last, &finding)) { times + 1 } else { 1 };
        suites.entry(finding.policy.clone()).or_insert_with(|| TestSuite::new(&finding.policy)).add_test_case(case(&finding, times));
        last = Some(finding);
    }
    for (policy, suite) in &mut suites {
        if suite.test_cases.is_empty() {
            suite.add_test_case(test(policy, "nothing found", TestCaseStatus::success()));
        }
    }
    for (policy, reason) in &ledger.errors {
        let status = with_message(TestCaseStatus::non_success(NonSuccessKind::Error), reason);
        suites.entry(policy.clone()).or_insert_with(|| TestSuite::new(policy)).add_test_case(test(policy, "could not judge", status));
    }
    for (policy, suite) in &mut suites {
        let served = control::served(report.frameworks, policy);
        suite.add_properties(served.map(|(framework, control)| Property::new("control", format!("{} {}", framework.id, control.id))));
    }
    let mut document = quick_junit::Report::new("innovate");
    document.add_test_suites(suites.into_values()).add_test_suites(frameworks(report)).add_test_suites(reading(ledger));
    // By way of a text, as the error of another writer would hide that a reader hung up.
    let text = document.to_string().map_err(io::Error::other)?;
    writer.write_all(text.as_bytes())
}

fn is_same_place(a: &Finding, b: &Finding) -> bool {
    let [a, b] = [a, b].map(|finding| (&finding.policy, &finding.account, &finding.region, &finding.resource, &finding.path));
    a == b
}

/// The test that a finding is. An unknown is skipped: it is neither a failure nor an error of the program.
/// `times` counts the findings on one place, which follow each other.
fn case(finding: &Finding, times: usize) -> TestCase {
    let Finding { account, region, resource, path, message, .. } = finding;
    let status = match finding.verdict {
        Verdict::Fail if finding.baseline => with_message(TestCaseStatus::skipped(), &format!("known to the baseline: {message}")),
        Verdict::Fail => {
            let mut status = with_message(TestCaseStatus::non_success(NonSuccessKind::Failure), message);
            status.set_type(finding.severity.to_string());
            status
        }
        Verdict::Unknown => with_message(TestCaseStatus::skipped(), &format!("unknown: {message}")),
        Verdict::Waived => with_message(TestCaseStatus::skipped(), &format!("waived: {message}")),
        Verdict::NotApplicable => with_message(TestCaseStatus::skipped(), "does not apply"),
        Verdict::Pass => TestCaseStatus::success(),
    };
    let owner = match &finding.location {
        Some(location) => format!("{}/{}", file(finding), location.address),
        None => format!("{account}/{region}/{}/{}", resource.type_name, resource.id),
    };
    // GitLab ignores all but the first test of a name. Lines are not in it: a test is the same when its resource moves in the file.
    let place = if path.is_empty() { String::new() } else { format!("#{path}") };
    let number = if times > 1 { format!(" ({times})") } else { String::new() };
    let mut case = test(&finding.policy, &format!("{owner}{place}{number}"), status);
    if let Some(location) = &finding.location {
        case.extra.insert("file".into(), file(finding).into());
        case.extra.insert("line".into(), location.span.start.line.to_string().into());
    }
    case
}

fn test(policy: &str, name: &str, status: TestCaseStatus) -> TestCase {
    let mut case = TestCase::new(name, status);
    case.set_classname(policy);
    case
}

/// The message is the text of the element, too: GitLab shows nothing else.
fn with_message(mut status: TestCaseStatus, message: &str) -> TestCaseStatus {
    status.set_message(message).set_description(message);
    status
}

/// Suites without tests, whose properties say what was found for each control: as tests, the findings would count twice.
fn frameworks<'a>(report: &'a Report<'_>) -> impl Iterator<Item = TestSuite> + 'a {
    report.frameworks.iter().map(|framework| {
        let summary = control::summary(framework, &report.judgement.ledger);
        let mut suite = TestSuite::new(summary.id);
        suite.add_properties(summary.controls.iter().map(|control| (control.id, control.word())));
        suite
    })
}

/// What says that the run was incomplete; none where it was not.
fn reading(ledger: &Ledger) -> Option<TestSuite> {
    if ledger.complete {
        return None;
    }
    let stopped = if ledger.interrupted { "the reading was stopped before its end; " } else { "" };
    let (scopes, properties, types) = (ledger.unread.len(), ledger.property_gaps, ledger.uncovered.len());
    let counts = format!("scopes {scopes}, properties {properties}, types that nothing reads {types}");
    let status = with_message(TestCaseStatus::skipped(), &format!("{stopped}not read: {counts}; `-o json` names them"));
    let mut suite = TestSuite::new("innovate");
    suite.add_test_case(test("innovate", "complete", status));
    Some(suite)
}
