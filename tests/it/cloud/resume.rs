//! A reading that is killed at any call goes on where it stopped.

use std::fs;
use std::path::Path;
use std::process::Stdio;

use serde_json::{Value, json};

use super::Stage;

/// How often a reading is killed.
const KILLS: usize = 20;

/// The report of an audit that ends, without the calls that its process made.
fn report(stage: &Stage, folder: &Path) -> String {
    let output = stage.run(&["audit", "--resume", folder.to_str().unwrap(), "--show-passes", "-o", "json"]);
    assert_eq!(output.status.code(), Some(3), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(!folder.join("reading.json").exists(), "nothing is left of a reading that came to its end");
    let mut report: Value = serde_json::from_slice(&output.stdout).unwrap();
    report["run"].as_object_mut().unwrap().remove("calls").expect("the calls are told");
    serde_json::to_string(&report).unwrap()
}

/// Starts an audit and kills it when it has made so many calls.
fn kill(folder: &Path, calls: usize) {
    let stage = Stage::open(&format!("killed-{calls}"), &json!({ "rules": [{ "fault": "slow", "after": calls }] }));
    let mut command = stage.command(&["audit", "--resume", folder.to_str().unwrap(), "-o", "json"]);
    let mut audit = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    while stage.calls().len() <= calls {
        assert!(audit.try_wait().unwrap().is_none(), "it waits for what comes after call {calls}");
    }
    audit.kill().unwrap();
    audit.wait().unwrap();
}

#[test]
fn a_reading_that_is_killed_goes_on_and_tells_the_same() {
    let place = tempfile::tempdir().unwrap();
    let folder = |name: usize| {
        let folder = place.path().join(name.to_string());
        fs::create_dir(&folder).unwrap();
        folder
    };
    // The first leaves the time at which all are said to have begun.
    let first = folder(0);
    kill(&first, 5);
    let header = fs::read(first.join("reading.json")).unwrap();
    let begun = |number: usize| {
        let folder = folder(number);
        fs::write(folder.join("reading.json"), &header).unwrap();
        folder
    };
    let stage = Stage::open("unbroken", &json!({}));
    let whole = report(&stage, &begun(1));
    let total = stage.calls().len();
    assert!(whole.len() > 100_000, "the report is whole");
    // Places that no one has chosen, and that a failure can be looked for again at.
    let mut number = 0x2545_f491_u64;
    for round in 0..KILLS {
        number = number.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let at = usize::try_from(number >> 33).unwrap() % (total - 60);
        let folder = begun(round + 2);
        kill(&folder, at);
        let stage = Stage::open("resumed", &json!({}));
        let resumed = report(&stage, &folder);
        assert!(resumed == whole, "killed at call {at}, it tells something else");
        let again = stage.calls().len();
        assert!(again <= total && (at < total / 2 || again < total), "killed at call {at} of {total}, it calls {again} again");
    }
}

#[test]
fn a_folder_serves_one_reading() {
    let place = tempfile::tempdir().unwrap();
    let folder = place.path().to_str().unwrap();
    kill(place.path(), 100);
    let stage = Stage::open("one-reading", &json!({}));
    let refused = |code: i32, arguments: &[&str], expected: &str| {
        let output = stage.run(arguments);
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.code() == Some(code) && said.contains(expected), "{said}");
    };
    refused(2, &["audit", "--resume", folder, "--policy", "aws.s3"], "holds a reading for other policies");
    refused(2, &["audit", "--resume", folder, "--snapshot", "any"], "`--resume` goes on with a reading of AWS");
    assert!(stage.calls().is_empty(), "nothing is read");
    // What is too old is read again.
    let output = stage.run(&["audit", "--resume", folder, "--max-age", "0s", "-o", "json"]);
    assert_eq!(output.status.code(), Some(3));
    let calls = stage.calls().len();
    let fresh = Stage::open("fresh", &json!({}));
    fresh.run(&["audit", "-o", "json"]);
    assert_eq!(calls, fresh.calls().len());
}
