//! The frameworks that ship, and what a run says of their controls.

use std::collections::BTreeSet;

use innovate::framework::{Coverage, framework, ids};
use innovate::policy;
use serde_json::Value;

use crate::command::Desk;

#[test]
fn every_framework_names_policies_that_there_are_and_every_policy_serves_one() {
    let library = policy::shipped().unwrap();
    let mut unserving: BTreeSet<&str> = library.policies.iter().map(|policy| policy.id.as_str()).collect();
    let known = unserving.clone();
    assert_eq!(ids().len(), 13);
    for id in ids() {
        let framework = framework(&id).unwrap();
        assert!(framework.controls.len() >= 18, "{id} is whole");
        for policy in framework.policies() {
            assert!(known.contains(policy), "{id} names `{policy}`");
            unserving.remove(policy);
        }
        for control in &framework.controls {
            assert!(!control.title.is_empty() && control.title.len() <= 90, "{id} {}: {}", control.id, control.title);
        }
    }
    assert!(unserving.is_empty(), "no framework asks for {unserving:?}");
}

#[test]
fn a_run_by_a_framework_judges_by_its_policies_and_tells_of_its_controls() {
    let desk = Desk::new();
    let report: Value = serde_json::from_str(&desk.audit(3, &["--framework", "cis_aws_5.0", "-o", "json"])).unwrap();
    let shipped = framework("cis_aws_5.0").unwrap();
    let judged: BTreeSet<&str> = report["ledger"]["policies"].as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(judged, shipped.policies());
    let controls = report["frameworks"][0]["controls"].as_array().unwrap();
    assert_eq!(controls.len(), shipped.controls.len());
    let status = |id: &str| controls.iter().find(|control| control["id"] == id).unwrap()["status"].as_str().unwrap();
    assert_eq!(status("2.1.4"), "fail", "buckets are public in the recorded organization");
    for (control, said) in shipped.controls.iter().zip(controls) {
        let fails = report["findings"]
            .as_array()
            .unwrap()
            .iter()
            .any(|finding| finding["verdict"] == "fail" && control.policies.iter().any(|policy| finding["policy"] == policy.as_str()));
        assert_eq!(said["status"] == "fail", fails, "{}", control.id);
        assert_eq!(said["status"] == "manual", control.coverage() == Coverage::Manual);
        assert_eq!(said["status"] == "unserved", control.coverage() == Coverage::Unserved);
    }
    let schema: Value = serde_json::from_str(include_str!("../../schemas/report.json")).unwrap();
    let errors: Vec<String> = jsonschema::validator_for(&schema).unwrap().iter_errors(&report).map(|error| error.to_string()).collect();
    assert!(errors.is_empty(), "{errors:?}");
}

#[test]
fn what_is_left_out_of_a_run_does_not_pass_a_control() {
    let desk = Desk::new();
    let all = ["--framework", "cis_aws_5.0", "--fail-on", "never", "-o", "json"];
    let statuses = |arguments: &[&str]| -> Vec<String> {
        let report: Value = serde_json::from_str(&desk.audit(0, arguments)).unwrap();
        let controls = report["frameworks"][0]["controls"].as_array().unwrap();
        controls.iter().map(|control| control["status"].as_str().unwrap().to_owned()).collect()
    };
    let narrow = statuses(&[["--severity", "critical"].as_slice(), &all].concat());
    assert!(narrow.iter().any(|status| status == "unknown") && statuses(&all).iter().all(|status| status != "unknown"));
    for (narrow, whole) in narrow.iter().zip(statuses(&all)) {
        assert!(*narrow == whole || narrow == "unknown", "{narrow} was {whole}");
    }
}

#[test]
fn frameworks_of_ones_own_are_files() {
    let desk = Desk::new();
    let text = "title: Ours\nversion: 1\npublisher: Us\nlink: https://example.com\ncontrols:\n  - id: \"1\"\n    title: Disks are encrypted\n    policies: [aws.ec2.volume_not_encrypted]\n";
    let file = desk.write("ours.yaml", text);
    let table = desk.audit(3, &["--framework", &file]);
    assert!(table.contains("Ours 1: 1 controls fail") && table.contains("Disks are encrypted"), "{table}");
    let file = desk.write("theirs.yaml", text.replace("volume_not", "volumes_not"));
    let output = desk.run(&["audit", "--framework", &file, "--snapshot", crate::command::EXAMPLE]);
    assert_eq!(output.status.code(), Some(2));
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(said.contains("framework `theirs` names the policy `aws.ec2.volumes_not_encrypted`, which there is not"), "{said}");
    let listed = String::from_utf8(desk.run(&["framework", "list"]).stdout).unwrap();
    assert!(listed.lines().count() == 13 && listed.contains("CIS Amazon Web Services Foundations Benchmark 5.0.0"), "{listed}");
    let shown = String::from_utf8(desk.run(&["framework", "show", "soc_2"]).stdout).unwrap();
    assert!(shown.contains("by a person: ") && shown.contains("    aws."), "{shown}");
}
