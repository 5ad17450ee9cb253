//! The program against the test server, over the wire: one test for the server's one world, step by step.
//!
//! `cargo xtask test` starts the server and names it in `INNOVATE_TEST_SERVER`.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::{Command, Output};

use serde_json::Value;

/// Runs the program with the standard credentials of the test server, in the environment of nobody in particular.
fn innovate(endpoint: &str, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_innovate"))
        .args(arguments)
        .envs([("AWS_ENDPOINT_URL", endpoint), ("AWS_ACCESS_KEY_ID", "test"), ("AWS_SECRET_ACCESS_KEY", "test")])
        .envs([("AWS_REGION", "us-east-1"), ("AWS_EC2_METADATA_DISABLED", "true"), ("AWS_MAX_ATTEMPTS", "1")])
        .env_remove("AWS_PROFILE")
        .output()
        .unwrap()
}

fn server() -> String {
    std::env::var("INNOVATE_TEST_SERVER").expect("`INNOVATE_TEST_SERVER` is not set: run the tests by `cargo xtask test`")
}

/// Seeds an organization; gives what the seed says of itself.
fn seed() -> Value {
    let python = std::env::var("INNOVATE_TEST_PYTHON").expect("`INNOVATE_TEST_PYTHON` is not set: run the tests by `cargo xtask test`");
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cloud/seed.py");
    let output = Command::new(python).arg(script).arg(server()).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

#[test]
fn an_empty_account_then_an_organization_are_read_and_no_planted_defect_passes() {
    an_empty_account_is_read_and_its_snapshot_gives_the_same_bytes_again();
    no_planted_defect_passes();
}

fn no_planted_defect_passes() {
    let seeded = seed();
    let folder = tempfile::tempdir().unwrap();
    let snapshot = folder.path().join("organization.snapshot");
    let snapshot = snapshot.to_str().unwrap();
    let written = innovate(&server(), &["snapshot", "--region", "us-east-1", "--region", "eu-west-1", "-o", snapshot]);
    assert!(matches!(written.status.code(), Some(0 | 4)), "{}", String::from_utf8_lossy(&written.stderr));
    let audit = innovate("http://127.0.0.1:9", &["audit", "--snapshot", snapshot, "--show-passes", "-o", "json"]);
    assert_eq!(audit.status.code(), Some(3), "{}", String::from_utf8_lossy(&audit.stderr));
    let report: Value = serde_json::from_slice(&audit.stdout).unwrap();
    assert_eq!(report["run"]["accounts"].as_array().unwrap().len(), seeded["accounts"].as_object().unwrap().len());

    let key = |value: &Value, paths: [&str; 4]| paths.map(|path| value.pointer(path).and_then(Value::as_str).unwrap().to_owned());
    let verdicts: BTreeMap<_, _> = report["findings"]
        .as_array()
        .unwrap()
        .iter()
        .map(|finding| (key(finding, ["/policy", "/account", "/resource/type", "/resource/id"]), finding["verdict"].as_str().unwrap()))
        .collect();
    let planted: Vec<_> =
        seeded["planted"].as_array().unwrap().iter().map(|defect| key(defect, ["/policy", "/account", "/type", "/id"])).collect();
    let passed: Vec<_> = planted.iter().filter(|defect| verdicts.get(*defect) == Some(&"pass")).collect();
    assert!(passed.is_empty(), "{passed:#?}");
    let failed = planted.iter().filter(|defect| verdicts.get(*defect) == Some(&"fail")).count();
    assert!(failed > 100, "{failed} of {} planted defects were found", planted.len());
}

fn an_empty_account_is_read_and_its_snapshot_gives_the_same_bytes_again() {
    let folder = tempfile::tempdir().unwrap();
    let snapshot = folder.path().join("account.snapshot");
    let snapshot = snapshot.to_str().unwrap();
    let written = innovate(&server(), &["snapshot", "--region", "us-east-1", "-o", snapshot]);
    assert!(matches!(written.status.code(), Some(0 | 4)), "{}", String::from_utf8_lossy(&written.stderr));

    // No AWS any more: the endpoint answers nobody.
    let judge = || innovate("http://127.0.0.1:9", &["audit", "--snapshot", snapshot, "-o", "json"]);
    let audit = judge();
    assert!(matches!(audit.status.code(), Some(3 | 4)), "{}", String::from_utf8_lossy(&audit.stderr));
    assert_eq!(audit.stdout, judge().stdout);
    let report: Value = serde_json::from_slice(&audit.stdout).unwrap();
    assert_eq!(report["run"]["accounts"][0]["regions"], serde_json::json!(["us-east-1"]));
    assert_eq!(report["run"]["organization"], Value::Null);
    let resources = &report["ledger"]["resources"];
    for once in ["Innovate::Account::Region", "Innovate::IAM::RootUser", "Innovate::IAM::PasswordPolicy"] {
        assert_eq!(resources[once], 1, "{once}: {resources}");
    }
}

#[test]
fn a_cloud_that_does_not_answer_is_a_tool_error() {
    let output = innovate("http://127.0.0.1:9", &["audit", "--region", "us-east-1"]);
    assert_eq!(output.status.code(), Some(1));
    let message = String::from_utf8_lossy(&output.stderr);
    assert!(message.contains("no AWS identity") && message.contains("sts:GetCallerIdentity"), "{message}");
}

#[test]
fn an_endpoint_that_is_no_url_is_a_usage_error() {
    let output = innovate("", &["audit"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).contains("`AWS_ENDPOINT_URL` is set but is not a URL"));
}

#[test]
fn flags_that_cannot_be_meant_are_usage_errors() {
    for arguments in [
        ["audit", "--fail-on", "bad"].as_slice(),
        &["audit", "--policy", "aws.nothing"],
        &["audit", "-o", "pdf"],
        &["audit", "--severity", "worst"],
        &["policy", "show", "aws.rds.tls"],
        &["nothing"],
    ] {
        let output = innovate("http://127.0.0.1:9", arguments);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
        assert!(!output.stderr.is_empty());
    }
    let missing = innovate("http://127.0.0.1:9", &["audit", "--snapshot", "/nonexistent/file"]);
    assert_eq!(missing.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&missing.stderr).contains("cannot read `/nonexistent/file`"));
}
