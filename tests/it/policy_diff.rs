//! `innovate policy diff`: whose verdicts change.

use serde_json::Value;

use crate::command::{Desk, EXAMPLE, policy};

fn run(desk: &Desk, more: &[&str]) -> (Option<i32>, String) {
    let output = desk.run(&[&["policy", "diff", "before", "after", "--snapshot", EXAMPLE], more].concat());
    (output.status.code(), String::from_utf8(output.stdout).unwrap() + &String::from_utf8(output.stderr).unwrap())
}

#[test]
fn verdicts_that_change_are_named_with_their_resources() {
    let desk = Desk::new();
    for folder in ["before", "after"] {
        desk.write(
            &format!("{folder}/mine/same.rego"),
            policy("mine.same", "deny contains \"no\" if input.properties.Engine == \"mysql\""),
        );
    }
    desk.write("before/mine/engine.rego", policy("mine.engine", "deny contains \"postgres\" if input.properties.Engine == \"postgres\""));
    desk.write("before/mine/old.rego", policy("mine.old", "deny contains \"no\" if true"));
    desk.write("after/mine/new.rego", policy("mine.new", "deny contains \"no\" if input.properties.Engine == \"postgres\""));
    desk.write(
        "after/mine/engine.rego",
        policy(
            "mine.engine",
            "deny contains \"mysql\" if input.properties.Engine == \"mysql\"\n\nnot_applicable if input.properties.Engine == \"oracle-ee\"",
        ),
    );
    let (code, text) = run(&desk, &[]);
    assert_eq!(code, Some(0), "{text}");
    assert!(text.contains("new policy mine.new: ") && text.contains("removed policy mine.old: "), "{text}");
    assert!(text.contains("fail → pass") && !text.contains("mine.same"), "{text}");
    let (code, json) = run(&desk, &["-o", "json", "--fail-on-change"]);
    assert_eq!(code, Some(3));
    let diff: Value = serde_json::from_str(&json).unwrap();
    let changes = diff["changes"].as_array().unwrap();
    assert!(!changes.is_empty() && changes.iter().all(|change| change["policy"] == "mine.engine" && change["before"] != change["after"]));
    assert!(
        changes.iter().any(|change| change["before"] == "fail" && change["after"] == "pass" && change["message"] == "postgres"),
        "{json}"
    );
    assert!(changes.iter().all(|change| change["resource"]["type"] == "AWS::RDS::DBInstance"));
    assert!(diff["added"]["mine.new"]["fail"].as_u64().unwrap() > 0 && diff["removed"]["mine.old"]["fail"].as_u64().unwrap() > 0);
    assert!(text.ends_with(&format!("{} verdicts change, 1 policies are new, 1 are removed\n", changes.len())), "{text}");
}

#[test]
fn the_same_policies_change_nothing_and_broken_ones_are_no_change() {
    let desk = Desk::new();
    let output = desk.run(&["policy", "diff", "shipped", "shipped", "--snapshot", EXAMPLE, "--fail-on-change"]);
    assert_eq!(
        (output.status.code(), output.stdout.as_slice()),
        (Some(0), b"0 verdicts change, 0 policies are new, 0 are removed\n".as_slice())
    );
    desk.write("before/mine/it.rego", policy("mine.it", "deny contains \"no\" if input.properties.Engine == \"postgres\""));
    desk.write("after/mine/it.rego", policy("mine.it", "deny contains 7 if true"));
    let (code, text) = run(&desk, &[]);
    assert!(code == Some(1) && text.contains("policy `mine.it` cannot be compared: ") && text.contains("0 verdicts change"), "{text}");
    desk.write("after/mine/it.rego", policy("mine.it", "deny contains"));
    let (code, text) = run(&desk, &["--fail-on-change"]);
    assert!(code == Some(1) && text.contains("policy `mine.it` cannot"), "{text}");
    desk.write(
        "innovate.toml",
        format!("[bundles]\nverification_key = \"{}/tests/fixtures/bundles/rsa.pub.pem\"\n", env!("CARGO_MANIFEST_DIR")),
    );
    let unsigned = format!("{}/tests/fixtures/bundles/unsigned.tar.gz", env!("CARGO_MANIFEST_DIR"));
    let refused = desk.run(&["policy", "diff", "before", &unsigned, "--snapshot", EXAMPLE]);
    assert!(
        String::from_utf8(refused.stderr).unwrap().contains("is refused: it has no `.signatures.json`"),
        "the key of the settings holds here, too"
    );
    let missing = desk.run(&["policy", "diff", "before", "nowhere", "--snapshot", EXAMPLE]);
    assert!(String::from_utf8(missing.stderr).unwrap().contains("cannot read `nowhere`"));
}
