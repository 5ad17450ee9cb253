//! The OCSF report, by the schema that OCSF publishes.

use serde_json::{Value, json};

use super::{HOSTILE, declared, hostile};
use crate::command::{Desk, findings};

/// The class by its schema.
fn schema() -> Value {
    serde_json::from_str(include_str!("../../fixtures/ocsf-compliance-finding.json")).unwrap()
}

/// What is wrong with events.
fn errors(events: &[Value]) -> Vec<String> {
    let validator = jsonschema::validator_for(&schema()).unwrap();
    events.iter().flat_map(|event| validator.iter_errors(event).map(|error| format!("{}: {error}", error.instance_path()))).collect()
}

fn events(report: &str) -> Vec<Value> {
    serde_json::from_str(report).unwrap()
}

#[test]
fn the_events_are_the_findings_in_their_order() {
    let desk = Desk::new();
    let events = events(&desk.audit(3, &["--show-passes", "-o", "ocsf"]));
    let findings = findings(&desk.audit(3, &["--show-passes", "-o", "json"]));
    assert!(events.len() > 500);
    assert_eq!(events.len(), findings.len());
    for (event, finding) in events.iter().zip(&findings) {
        assert_eq!(event["finding_info"]["uid"], finding["fingerprint"]);
        assert_eq!(event["compliance"]["control"], finding["policy"]);
        assert_eq!(event["cloud"]["account"]["uid"], finding["account"]);
        assert_eq!(event["resources"][0]["name"], finding["resource"]["id"]);
        assert_eq!(event["unmapped"], json!({ "verdict": finding["verdict"], "path": finding["path"] }));
        let status = if finding["verdict"] == "pass" { "Pass" } else { "Fail" };
        assert_eq!(event["compliance"]["status"], status);
    }
}

#[test]
fn the_events_fit_the_schema_of_their_class() {
    let schema = schema();
    let desk = Desk::new();
    for arguments in [["--show-passes", "-o", "ocsf"].as_slice(), &["--framework", "cis_aws_5.0", "-o", "ocsf"]] {
        let events = events(&desk.audit(3, arguments));
        assert_eq!(errors(&events), Vec::<String>::new());
        assert!(schema["$comment"].as_str().unwrap().contains(events[0]["metadata"]["version"].as_str().unwrap()));
        let mut wrong = events[0].clone();
        wrong["compliance"]["verdict"] = json!("fail");
        assert!(!errors(&[wrong]).is_empty(), "the schema refuses an attribute that there is not");
    }
}

#[test]
fn the_controls_of_a_framework_are_named() {
    let events = events(&Desk::new().audit(3, &["--framework", "cis_aws_5.0", "-o", "ocsf"]));
    assert!(!events.is_empty());
    for event in events {
        let standard = "CIS Amazon Web Services Foundations Benchmark 5.0.0";
        assert_eq!(event["compliance"]["standards"], json!([standard]));
        assert!(event["compliance"]["requirements"][0].as_str().unwrap().starts_with(standard));
    }
}

#[test]
fn what_was_not_read_or_judged_is_a_warning() {
    let events = events(&hostile("ocsf", 0));
    assert_eq!(errors(&events), Vec::<String>::new());
    let statuses: Vec<u64> = events.iter().map(|event| event["compliance"]["status_id"].as_u64().unwrap()).collect();
    assert_eq!(statuses, [3, 3, 3, 2, 1, 1, 2, 2]);
    assert!(events[3]["compliance"]["status_details"][0].as_str().unwrap().contains("access denied `"));
    let missing = events[6..].iter().map(|event| event["compliance"]["control"].as_str().unwrap()).collect::<Vec<_>>();
    assert_eq!(missing, [HOSTILE, "innovate.incomplete"]);
    assert!(events.iter().any(|event| event["resources"][0]["name"] == HOSTILE));
}

#[test]
fn what_a_file_declares_has_its_place_and_what_is_waived_is_suppressed() {
    for file in ["infra/main.yaml", HOSTILE] {
        let events = events(&declared("ocsf", file));
        assert_eq!(errors(&events), Vec::<String>::new());
        let data = &events[0]["resources"][0]["data"];
        let expected =
            json!({ "file": file, "address": "Volume.a", "start": { "line": 3, "column": 5 }, "end": { "line": 3, "column": 9 } });
        assert_eq!((&data["location"], &data["path"]), (&expected, &json!("/Encrypted")));
        assert_eq!((&events[1]["status"], &events[1]["compliance"]["status"]), (&json!("Suppressed"), &json!("Fail")));
        let named = events[0]["compliance"]["requirements"].as_array().unwrap();
        assert_eq!(named.len(), 3, "{named:?}");
        assert_eq!(events[0]["compliance"]["standards"].as_array().unwrap().len(), 2);
    }
}

#[test]
fn no_finding_is_an_empty_list() {
    assert_eq!(Desk::new().audit(0, &["--policy", "aws.cloudtrail.trail_not_multi_region", "-o", "ocsf"]), "[]\n");
}
