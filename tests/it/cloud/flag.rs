//! Command lines and environments that cannot be meant.

use std::process::{Command, Output};

fn innovate(endpoint: &str, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_innovate"))
        .args(arguments)
        .env_clear()
        .envs([("AWS_ENDPOINT_URL", endpoint), ("AWS_ACCESS_KEY_ID", "test"), ("AWS_SECRET_ACCESS_KEY", "test")])
        .envs([("AWS_REGION", "us-east-1"), ("AWS_EC2_METADATA_DISABLED", "true"), ("AWS_MAX_ATTEMPTS", "1")])
        .output()
        .unwrap()
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
    for arguments in [["snapshot", "-o", "/nonexistent/file"].as_slice(), &["audit", "-o", "json=/nonexistent/file"]] {
        let output = innovate("http://127.0.0.1:9", arguments);
        assert_eq!(output.status.code(), Some(1));
        let message = String::from_utf8_lossy(&output.stderr);
        assert!(message.contains("cannot write `/nonexistent/file`"), "before anything is read: {message}");
    }
    let missing = innovate("http://127.0.0.1:9", &["audit", "--snapshot", "/nonexistent/file"]);
    assert_eq!(missing.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&missing.stderr).contains("cannot read `/nonexistent/file`"));
}
