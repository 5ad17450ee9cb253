//! The program against the test server, over the wire.
//!
//! `cargo xtask test` starts the server and names it in `INNOVATE_TEST_SERVER`.

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

#[test]
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
