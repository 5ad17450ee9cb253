//! The JUnit of the recorded organization.

use std::collections::BTreeSet;

use quick_junit::{NonSuccessKind, Report, TestCase, TestCaseStatus};
use serde_json::Value;

use super::{HOSTILE, declared, hostile};
use crate::command::{Desk, findings, policy};

/// The report of an audit; what it counts is there.
fn report(desk: &Desk, code: i32, arguments: &[&str]) -> Report {
    parse(&desk.audit(code, &[arguments, &["-o", "junit"]].concat()))
}

fn parse(text: &str) -> Report {
    let report = Report::deserialize_from_str(text).unwrap();
    assert_eq!(text.matches("<failure ").count(), report.failures);
    assert_eq!(text.matches("<error ").count(), report.errors);
    assert_eq!(text.matches("<skipped ").count(), report.skipped);
    assert_eq!(text.matches("<testcase ").count(), report.tests);
    report
}

fn cases(report: &Report) -> impl Iterator<Item = &TestCase> {
    report.test_suites.iter().flat_map(|suite| &suite.test_cases)
}

fn count(findings: &[Value], verdict: &str) -> usize {
    findings.iter().filter(|finding| finding["verdict"] == verdict).count()
}

#[test]
fn every_finding_is_a_test() {
    let desk = Desk::new();
    for flags in [[].as_slice(), &["--show-passes"]] {
        let report = report(&desk, 3, flags);
        let found = findings(&desk.audit(3, &[flags, &["-o", "json"]].concat()));
        assert_eq!(report.failures, count(&found, "fail"));
        assert!(report.failures > 0);
        assert_eq!(report.skipped, count(&found, "unknown"));
        assert_eq!(report.errors, 0);
        let silent = cases(&report).filter(|case| &*case.name == "nothing found").count();
        assert_eq!(report.tests, found.len() + silent);
        let names: BTreeSet<_> = cases(&report).map(|case| (case.classname.as_deref(), &*case.name)).collect();
        assert_eq!(names.len(), report.tests, "no two tests have one name");
        let of_policies: BTreeSet<&str> = found.iter().map(|finding| finding["policy"].as_str().unwrap()).collect();
        assert_eq!(report.test_suites.len(), of_policies.len() + silent, "no suite is empty");
    }
}

#[test]
fn a_test_says_what_failed_and_where() {
    let desk = Desk::new();
    let arguments = ["--policy", "aws.rds.storage_not_encrypted"];
    let report = report(&desk, 3, &arguments);
    let found = findings(&desk.audit(3, &[arguments.as_slice(), &["-o", "json"]].concat()));
    assert_eq!(report.test_suites.len(), 1);
    assert_eq!(&*report.test_suites[0].name, "aws.rds.storage_not_encrypted");
    let failed: Vec<&Value> = found.iter().filter(|finding| finding["verdict"] == "fail").collect();
    let tests: Vec<&TestCase> = cases(&report).filter(|case| matches!(case.status, TestCaseStatus::NonSuccess { .. })).collect();
    assert_eq!(tests.len(), failed.len());
    for (case, finding) in tests.into_iter().zip(failed) {
        let text = |of: &Value| of.as_str().unwrap().to_owned();
        let resource = &finding["resource"];
        let name = [&finding["account"], &finding["region"], &resource["type"], &resource["id"]].map(text).join("/");
        assert!(case.name.strip_prefix(&name).is_some_and(|rest| rest.is_empty() || rest.starts_with("#/")), "{}", &*case.name);
        assert_eq!(case.classname.as_deref(), finding["policy"].as_str());
        let TestCaseStatus::NonSuccess { kind, message, ty, description, .. } = &case.status else { panic!("{:?}", case.status) };
        assert_eq!(*kind, NonSuccessKind::Failure);
        assert_eq!(ty.as_deref(), finding["severity"].as_str());
        assert_eq!([message.as_deref(), description.as_deref()], [finding["message"].as_str(); 2]);
    }
}

#[test]
fn an_incomplete_run_and_a_policy_that_fails_are_told() {
    let desk = Desk::new();
    let narrow = report(&desk, 4, &["--region", "eu-south-1", "--policy", "aws.ec2"]);
    let last = narrow.test_suites.last().unwrap();
    assert_eq!((&*last.name, &*last.test_cases[0].name), ("innovate", "complete"));
    assert!(matches!(last.test_cases[0].status, TestCaseStatus::Skipped { .. }));

    desk.write("own/bad/it.rego", policy("bad.it", "deny contains 7 if true"));
    let failed = report(&desk, 1, &["--policy", "own", "--policy", "bad"]);
    assert_eq!((failed.tests, failed.errors), (1, 1));
    assert_eq!(&*failed.test_suites[0].name, "bad.it");
}

/// A text as far as it is held: without what steers a terminal, which XML cannot have.
fn held(text: &str) -> String {
    text.replace("\r\u{1b}[31m", "")
}

#[test]
fn what_a_file_declares_has_its_file_and_what_is_waived_is_skipped() {
    for file in ["infra/main.yaml", HOSTILE] {
        let report = parse(&declared("junit", file));
        assert_eq!((report.tests, report.failures, report.skipped, report.errors), (4, 1, 1, 0));
        let tests: Vec<&TestCase> = cases(&report).collect();
        let attribute = |at: usize, name: &str| tests[at].extra.get(name).map(|value| value.to_string());
        assert_eq!([attribute(0, "file"), attribute(0, "line")], [Some(held(file)), Some("3".to_owned())]);
        assert_eq!(&*tests[0].name, held(&format!("{file}/Volume.a#/Encrypted")));
        let TestCaseStatus::Skipped { message, .. } = &tests[1].status else { panic!("{:?}", tests[1].status) };
        assert!(message.as_deref().unwrap().starts_with("waived: "));
        let properties = |suite: usize| -> Vec<(&str, &str)> {
            report.test_suites[suite].properties.iter().map(|property| (&*property.name, &*property.value)).collect()
        };
        let controls = ["cis_aws_5.0 5.1.1", "hipaa 164.308(a)(1)(ii)(B)", "hipaa 164.312(a)(2)(iv)"];
        assert_eq!(properties(0), controls.map(|control| ("control", control)));
        assert_eq!(&*report.test_suites[1].name, "cis_aws_5.0");
        assert!(properties(1).contains(&("5.1.1", "fail")) && report.test_suites[1].test_cases.is_empty());
    }
}

#[test]
fn no_name_breaks_the_report() {
    let report = parse(&hostile("junit", 0));
    assert_eq!((report.failures, report.errors, report.skipped), (3, 1, 2));
    assert!(cases(&report).any(|case| case.name.contains(&held(HOSTILE))), "{report:?}");
}
