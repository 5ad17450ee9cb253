//! The JUnit report, for the test pages of CI systems: a policy is a suite, a finding is a test.

use std::collections::BTreeMap;
use std::io::{self, Write};

use quick_junit::{NonSuccessKind, TestCase, TestCaseStatus, TestSuite};

use super::Report;
use crate::engine::Ledger;
use crate::finding::{Finding, Verdict};

pub(super) fn write(report: &Report<'_>, writer: &mut dyn Write) -> io::Result<()> {
    let ledger = &report.judgement.ledger;
    let judged = ledger.policies.iter().filter(|(_, counts)| counts.total() > 0);
    let mut suites: BTreeMap<String, TestSuite> = judged.map(|(policy, _)| (policy.clone(), TestSuite::new(policy))).collect();
    // They come by verdict and severity, not by policy.
    for finding in report.judgement.findings.iter()? {
        let finding = finding?;
        suites.entry(finding.policy.clone()).or_insert_with(|| TestSuite::new(&finding.policy)).add_test_case(case(&finding));
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
    let mut document = quick_junit::Report::new("innovate");
    document.add_test_suites(suites.into_values()).add_test_suites(reading(ledger));
    // By way of a text, as the error of another writer would hide that a reader hung up.
    let text = document.to_string().map_err(io::Error::other)?;
    writer.write_all(text.as_bytes())
}

/// The test that a finding is. An unknown is skipped: it is neither a failure nor an error of the program.
fn case(finding: &Finding) -> TestCase {
    let Finding { account, region, resource, path, message, .. } = finding;
    let status = match finding.verdict {
        Verdict::Fail => {
            let mut status = with_message(TestCaseStatus::non_success(NonSuccessKind::Failure), message);
            status.set_type(finding.severity.to_string());
            status
        }
        Verdict::Unknown => with_message(TestCaseStatus::skipped(), message),
        Verdict::Waived => with_message(TestCaseStatus::skipped(), &format!("waived: {message}")),
        Verdict::NotApplicable => with_message(TestCaseStatus::skipped(), "does not apply"),
        Verdict::Pass => TestCaseStatus::success(),
    };
    // GitLab ignores all but the first test of a name, so places of one resource are told apart.
    let place = if path.is_empty() { String::new() } else { format!("#{path}") };
    test(&finding.policy, &format!("{account}/{region}/{}/{}{place}", resource.type_name, resource.id), status)
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
