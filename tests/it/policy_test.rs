//! `innovate policy test`: filters, coverage, unit tests, watching.

use std::fs;
use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};

use serde_json::Value;

use crate::command::{Desk, policy};

const CASES: &str = "cases:\n  - name: a database without a standby fails\n    expect: fail\n    resource: { type: AWS::RDS::DBInstance, id: db, properties: { MultiAZ: false } }\n  \
    - name: a database with a standby passes\n    expect: pass\n    resource: { type: AWS::RDS::DBInstance, id: db, properties: { MultiAZ: true } }\n";

/// A desk with a policy, its examples, a library module and its tests.
fn desk() -> Desk {
    let desk = Desk::new();
    desk.write(
        "own/mine/standby.rego",
        policy(
            "mine.standby",
            "import data.lib.flags\n\ndeny contains \"no standby\" if not flags.is_on(input.properties.MultiAZ)\n\n\
             deny contains \"no log\" if {\n\tinput.properties.Engine == \"oracle\"\n\tnot input.properties.EnableCloudwatchLogsExports\n}",
        ),
    );
    desk.write("own/mine/standby.yaml", CASES);
    desk.write(
        "own/lib/flags.rego",
        "package lib.flags\n\nis_on(flag) if flag == true\n\nis_on(flag) if {\n\tis_string(flag)\n\tlower(flag) == \"true\"\n}\n",
    );
    desk.write(
        "own/lib/flags_test.rego",
        "package lib.flags_test\n\nimport data.lib.flags\n\ntest_text if flags.is_on(\"True\")\n\ntest_nothing if not flags.is_on(null)\n",
    );
    desk
}

fn run(desk: &Desk, more: &[&str]) -> (Option<i32>, String) {
    let output = desk.run(&[&["policy", "test", "--folder", "own"], more].concat());
    (output.status.code(), String::from_utf8(output.stdout).unwrap() + &String::from_utf8(output.stderr).unwrap())
}

#[test]
fn cases_and_unit_tests_can_be_chosen() {
    let desk = desk();
    let said = |more: &[&str]| {
        let (code, text) = run(&desk, more);
        assert_eq!(code, Some(0), "{text}");
        text
    };
    assert_eq!(said(&[]), "1 policies, 2 cases, 2 unit tests, 0 failures\n");
    assert_eq!(said(&["mine"]), "1 policies, 2 cases, 0 unit tests, 0 failures\n");
    assert_eq!(said(&["--case", "without a standby"]), "1 policies, 1 cases, 0 unit tests, 0 failures\n");
    assert_eq!(said(&["lib.flags"]), "0 policies, 0 cases, 2 unit tests, 0 failures\n");
    for (more, expected) in [
        (["--case", "nothing"].as_slice(), "no case has `nothing` in its name"),
        (&["mine.other"], "no policy `mine.other`"),
        (&["lib.other"], "no unit test of `lib.other`"),
        (&["--fail-under", "101"], "not a number from 0 to 100"),
    ] {
        let (code, text) = run(&desk, more);
        assert!(code == Some(2) && text.contains(expected), "{text}");
    }
}

#[test]
fn unit_tests_fail_where_they_do_not_hold() {
    let desk = desk();
    desk.write(
        "own/lib/flags_test.rego",
        "package lib.flags_test\n\nimport data.lib.flags\n\ntest_holds if flags.is_on(true)\n\ntest_text if flags.is_on(\"no\")\n\ntest_number := 7\n\ntest_error if lower(7)\n",
    );
    desk.write("own/lib/broken_test.rego", "package lib.broken_test\n\ntest_it if\n");
    let (code, text) = run(&desk, &[]);
    assert_eq!(code, Some(3), "{text}");
    for said in [
        "FAIL lib/flags_test.rego:7:1: data.lib.flags_test.test_text: it does not hold\n",
        "FAIL lib/flags_test.rego:9:1: data.lib.flags_test.test_number: it gives `7`, not `true`\n",
        "FAIL lib/broken_test.rego:1:1: ",
        "1 policies, 2 cases, 4 unit tests, ",
    ] {
        assert!(text.contains(said), "{said}: {text}");
    }
    assert!(!text.contains("test_holds"), "{text}");
    let (_, json) = run(&desk, &["-o", "json"]);
    let report: Value = serde_json::from_str(&json).unwrap();
    let failures = report["failures"].as_array().unwrap();
    assert!(failures.iter().any(|failure| failure["rule"] == "data.lib.flags_test.test_number" && failure["place"]["line"] == 9), "{json}");

    desk.write("own/lib/flags_test.rego", "package lib.flags_test\n\nf(x) if f(x)\n\ntest_it if f(1)\n");
    let (code, text) = run(&desk, &[]);
    assert!(code != Some(0), "what never ends does not hold: {text}");
}

#[test]
fn coverage_names_the_lines_that_nothing_went_through() {
    let desk = desk();
    let (code, text) = run(&desk, &["--coverage"]);
    assert_eq!(code, Some(0), "{text}");
    assert!(text.contains("100.0 %  lib/flags.rego\n"), "a unit test goes through the rest: {text}");
    assert!(text.contains("mine/standby.rego  not gone through: 19, 21\n"), "{text}");
    assert!(text.contains(" %  of all lines of 2 files\n"), "{text}");
    let (_, text) = run(&desk, &["--coverage", "mine"]);
    assert!(text.contains("mine/standby.rego") && !text.contains("lib/flags.rego"), "only what was chosen counts: {text}");
    let (_, json) = run(&desk, &["--coverage", "-o", "json"]);
    let report: Value = serde_json::from_str(&json).unwrap();
    let own = report["coverage"]["files"].as_array().unwrap().iter().find(|file| file["file"] == "mine/standby.rego").unwrap();
    assert_eq!(own["uncovered"], serde_json::json!([19, 21]));
    let percent = report["coverage"]["percent"].as_f64().unwrap();
    assert!(percent > 50.0 && percent < 100.0, "{percent}");
    assert_eq!(run(&desk, &["--fail-under", "100"]).0, Some(3));
    assert_eq!(run(&desk, &["--fail-under", "50%"]).0, Some(0));

    fs::remove_file(desk.path("own/mine/standby.yaml")).unwrap();
    let (_, text) = run(&desk, &["--coverage", "mine"]);
    assert!(text.contains("  0.0 %  mine/standby.rego  not gone through: 17, 19-21\n"), "{text}");
}

#[test]
fn the_shipped_policies_are_covered() {
    let desk = Desk::new();
    let output = desk.run(&["policy", "test", "aws.rds", "lib.values", "--coverage", "--fail-under", "90"]);
    let text = String::from_utf8(output.stdout).unwrap();
    assert_eq!(output.status.code(), Some(0), "{text}");
    assert!(text.contains("aws/rds/tls_not_required.rego") && text.contains("lib/values.rego") && !text.contains("aws/ec2/"), "{text}");
}

#[cfg(unix)]
#[test]
fn a_folder_can_be_watched_until_ctrl_c() {
    use nix::sys::signal::{Signal, kill};
    use nix::unistd::Pid;

    let desk = desk();
    let mut child = Command::new(env!("CARGO_BIN_EXE_innovate"))
        .args(["policy", "test", "--watch", "--folder", "own"])
        .current_dir(desk.path("."))
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines().map(Result::unwrap);
    let mut until_it_waits = || lines.by_ref().take_while(|line| !line.starts_with("waiting for a change of `own`")).collect::<Vec<_>>();
    assert_eq!(until_it_waits(), ["1 policies, 2 cases, 2 unit tests, 0 failures"]);
    desk.write("own/mine/standby.yaml", CASES.replace("MultiAZ: true", "MultiAZ: false"));
    let again = until_it_waits();
    assert!(again[0].starts_with("FAIL mine.standby, case `a database with a standby passes`"), "{again:?}");
    kill(Pid::from_raw(i32::try_from(child.id()).unwrap()), Signal::SIGINT).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(0));
    let (code, text) = run(&desk, &["--watch", "--folder", "own/mine/standby.rego"]);
    assert_eq!(code, Some(2), "{text}");
}
