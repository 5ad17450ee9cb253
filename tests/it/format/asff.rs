//! The report in AWS Security Finding Format, by the service model of Security Hub.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::{HOSTILE, declared, hostile};
use crate::command::{Desk, findings};
use crate::world::MANAGEMENT;

/// What is wrong with the lines.
fn errors(report: &str) -> Vec<String> {
    let schema: Value = serde_json::from_str(include_str!("../../fixtures/asff.json")).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let of_line = |line: &str| {
        let line: Value = serde_json::from_str(line).unwrap();
        validator.iter_errors(&line).map(|error| format!("{}: {error}", error.instance_path())).collect::<Vec<_>>()
    };
    report.lines().flat_map(of_line).collect()
}

/// The findings of each line.
fn lines(report: &str) -> Vec<Vec<Value>> {
    report.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn a_line_holds_findings_of_one_account_and_region_in_their_order() {
    let desk = Desk::new();
    let mut expected: BTreeMap<(String, String), Vec<String>> = BTreeMap::new();
    for finding in findings(&desk.audit(3, &["--show-passes", "-o", "json"])) {
        let text = |name: &str| finding[name].as_str().unwrap().to_owned();
        let region = if finding["region"] == "global" { "us-east-1".to_owned() } else { text("region") };
        expected.entry((text("account"), region)).or_default().push(format!("innovate/{}", text("fingerprint")));
    }
    let mut found: BTreeMap<(String, String), Vec<String>> = BTreeMap::new();
    let lines = lines(&desk.audit(3, &["--show-passes", "-o", "asff"]));
    for line in &lines {
        let product: Vec<&str> = line[0]["ProductArn"].as_str().unwrap().split(':').collect();
        let (region, account) = (product[3], product[4]);
        assert_eq!(line[0]["ProductArn"], format!("arn:aws:securityhub:{region}:{account}:product/{account}/default"));
        for finding in line {
            assert_eq!(finding["ProductArn"], line[0]["ProductArn"]);
            assert_eq!((&finding["AwsAccountId"], &finding["Resources"][0]["Region"]), (&Value::from(account), &Value::from(region)));
            let id = finding["Id"].as_str().unwrap().to_owned();
            found.entry((account.to_owned(), region.to_owned())).or_default().push(id);
        }
    }
    assert_eq!(found, expected);
    assert_eq!(lines.iter().map(Vec::len).max(), Some(100), "no call takes more, and none is wasted");
}

#[test]
fn a_line_is_what_the_service_takes() {
    let desk = Desk::new();
    for arguments in [["--show-passes", "-o", "asff"].as_slice(), &["--framework", "cis_aws_5.0", "-o", "asff"]] {
        let report = desk.audit(3, arguments);
        assert!(!report.is_empty());
        assert_eq!(errors(&report), Vec::<String>::new());
        let wrong = report.replacen("\"Type\":\"Aws", "\"Type\":\"AWS::", 1);
        assert!(!errors(&wrong).is_empty(), "the schema refuses a type that there is not");
    }
}

#[test]
fn a_bucket_is_known_by_its_own_name_and_a_setting_of_the_account_by_the_account() {
    let lines = lines(&Desk::new().audit(3, &["--show-passes", "--framework", "cis_aws_5.0", "-o", "asff"]));
    let of = |type_name: &str| {
        let is_of = |finding: &&Value| finding["ProductFields"]["innovate/resource_type"] == type_name;
        lines.iter().flatten().find(is_of).unwrap_or_else(|| panic!("no {type_name}")).clone()
    };
    let bucket = of("AWS::S3::Bucket");
    assert_eq!(bucket["Resources"][0]["Type"], "AwsS3Bucket");
    assert!(bucket["Resources"][0]["Id"].as_str().unwrap().starts_with("arn:aws:s3:::"));
    assert!(bucket["Compliance"]["RelatedRequirements"][0].as_str().unwrap().starts_with("cis_aws_5.0 "));
    let policy = of("Innovate::IAM::PasswordPolicy");
    assert_eq!(policy["Resources"][0]["Type"], "AwsAccount");
    assert_eq!(policy["Resources"][0]["Id"], format!("AWS::::Account:{}", policy["AwsAccountId"].as_str().unwrap()));
    let passed = lines.iter().flatten().find(|finding| finding["Compliance"]["Status"] == "PASSED").unwrap();
    assert_eq!(passed["Severity"]["Label"], "INFORMATIONAL");
}

#[test]
fn what_was_not_read_or_judged_is_a_warning() {
    let report = hostile("asff", 0);
    assert_eq!(errors(&report), Vec::<String>::new());
    let findings: Vec<Value> = lines(&report).concat();
    let of = |status: &str| findings.iter().filter(|finding| finding["Compliance"]["Status"] == status).collect::<Vec<_>>();
    assert_eq!([of("FAILED").len(), of("PASSED").len(), of("WARNING").len()], [3, 2, 3]);
    assert!(of("WARNING").iter().any(|finding| finding["Description"].as_str().unwrap().contains("access denied `")));
    let incomplete = of("WARNING").into_iter().find(|finding| finding["GeneratorId"] == "innovate.incomplete").unwrap();
    assert_eq!(incomplete["Resources"][0]["Id"], format!("AWS::::Account:{MANAGEMENT}"));
}

#[test]
fn what_a_file_declares_has_its_place_and_what_is_waived_is_suppressed() {
    for file in ["infra/main.yaml", HOSTILE] {
        let report = declared("asff", file);
        assert_eq!(errors(&report), Vec::<String>::new());
        let findings: Vec<Value> = lines(&report).concat();
        let shown = file.split_whitespace().collect::<Vec<_>>().join(" ");
        let other = |at: usize| &findings[at]["Resources"][0]["Details"]["Other"];
        assert_eq!(*other(0), json!({ "file": shown, "line": "3", "address": "Volume.a" }));
        let by = |status: &str| findings.iter().filter(|finding| finding["Workflow"]["Status"] == status).count();
        assert_eq!((by("NEW"), by("SUPPRESSED")), (3, 1));
        let controls = ["cis_aws_5.0 5.1.1", "hipaa 164.308(a)(1)(ii)(B)", "hipaa 164.312(a)(2)(iv)"];
        assert_eq!(findings[0]["Compliance"]["RelatedRequirements"], json!(controls));
        assert_eq!(findings[0]["Types"].as_array().unwrap().len(), 3, "a standard is named once");
    }
}
