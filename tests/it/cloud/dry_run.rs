//! A dry run tells what a run calls, and calls next to nothing itself.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::Stage;

type Calls = BTreeMap<String, BTreeMap<String, BTreeMap<String, u64>>>;

#[test]
fn a_dry_run_tells_the_calls_of_the_run() {
    let stage = Stage::open("dry-run", &json!({}));
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("organization.snapshot");
    let file = file.to_str().unwrap();
    assert_eq!(stage.run(&["snapshot", "-o", file]).status.code(), Some(0));
    let run = |arguments: &[&str]| -> Value {
        let output = stage.run(&[&["audit", "-o", "json"], arguments].concat());
        serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{error}: {}", String::from_utf8_lossy(&output.stderr)))
    };
    let before = stage.calls().len();
    let told = run(&["--dry-run", "--snapshot", file]);
    assert_eq!(stage.calls().len(), before, "a dry run with a snapshot makes no call");
    let real = stage.run(&["audit", "-o", "json"]);
    let said = String::from_utf8_lossy(&real.stderr).into_owned();
    assert!(said.starts_with("read 4 accounts in ") && said.ends_with(" seconds\n"), "{said}");
    let real: Value = serde_json::from_slice(&real.stdout).unwrap();
    let called: Calls = serde_json::from_value(real["run"]["calls"].clone()).unwrap();
    let told_calls: Calls = serde_json::from_value(told["calls"].clone()).unwrap();
    let sum = |calls: &Calls| -> BTreeMap<String, u64> {
        let mut by_service = BTreeMap::new();
        for (service, calls) in calls.values().flat_map(|regions| regions.values()).flatten() {
            *by_service.entry(service.clone()).or_default() += calls;
        }
        by_service
    };
    let (told_sums, mut sums) = (sum(&told_calls), sum(&called));
    // What finds the accounts is not of the policies.
    sums.remove("sts");
    assert_eq!(told_sums.keys().collect::<Vec<_>>(), sums.keys().collect::<Vec<_>>());
    let (told_total, total): (u64, u64) = (told_sums.values().sum(), sums.values().sum());
    assert!(told_total.abs_diff(total) * 10 < total, "{told_sums:?} told, {sums:?} made");
    assert!(told["for_each_resource"].as_array().unwrap().is_empty());
}

#[test]
fn a_dry_run_without_a_snapshot_only_finds_accounts_and_regions() {
    let stage = Stage::open("dry-run-live", &json!({}));
    let output = stage.run(&["audit", "--dry-run", "--policy", "aws.rds.tls_not_required"]);
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(text.contains("and for each resource that is found: rds:DescribeDBClusterParameters, rds:DescribeDBParameters"), "{text}");
    for call in stage.calls() {
        let action = call.action.unwrap();
        let finds = action.starts_with("organizations:") || action.starts_with("sts:") || action == "ec2:DescribeRegions";
        assert!(finds, "{action} was called");
    }
}

#[test]
fn a_dry_run_that_cannot_enter_an_account_is_incomplete() {
    let stage = Stage::open("dry-run-denied", &json!({ "rules": [{ "fault": "denied", "action": "sts:AssumeRole" }] }));
    let output = stage.run(&["audit", "--dry-run", "--policy", "aws.rds.tls_not_required"]);
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(4), "{said}");
    assert_eq!(said.lines().filter(|line| line.starts_with("cannot read ")).count(), 3, "{said}");
}
