//! A single account, in no organization and with nothing in it.

use serde_json::{Value, json};

use super::Stage;

#[test]
fn an_empty_account_is_read_and_its_snapshot_gives_the_same_bytes_again() {
    let stage = Stage::open("empty", &json!({ "account": "555555555555" }));
    let folder = tempfile::tempdir().unwrap();
    let snapshot = folder.path().join("account.snapshot");
    let snapshot = snapshot.to_str().unwrap();
    let written = stage.run(&["snapshot", "-o", snapshot]);
    assert!(matches!(written.status.code(), Some(0 | 4)), "{}", String::from_utf8_lossy(&written.stderr));

    let before = stage.calls().len();
    let judge = || stage.run(&["audit", "--snapshot", snapshot, "-o", "json"]);
    let audit = judge();
    assert_eq!(audit.status.code(), Some(3), "{}", String::from_utf8_lossy(&audit.stderr));
    assert_eq!(audit.stdout, judge().stdout);
    assert_eq!(stage.calls().len(), before, "a snapshot is judged without a call");
    let report: Value = serde_json::from_slice(&audit.stdout).unwrap();
    assert_eq!(report["run"]["accounts"][0]["id"], "555555555555");
    assert_eq!(report["run"]["accounts"][0]["regions"], json!(["eu-west-1", "us-east-1"]));
    assert_eq!(report["run"]["organization"], Value::Null);
    let resources = &report["ledger"]["resources"];
    for once in ["Innovate::IAM::RootUser", "Innovate::IAM::PasswordPolicy"] {
        assert_eq!(resources[once], 1, "{once}: {resources}");
    }
}
