//! What goes wrong on the way: a gap or an unread scope where it happened, and the same verdicts elsewhere.

use std::collections::BTreeMap;

use innovate_model::HandlerErrorCode;
use serde_json::{Value, json};

use super::{Stage, WHOLE, judged};
use crate::verdict::{departures, verdicts};

/// One action of each protocol that AWS has: EC2, query, JSON, CBOR, REST-JSON, REST-XML.
const ACTIONS: [&str; 7] = [
    "ec2:DescribeVolumes",
    "rds:DescribeDBInstances",
    "kms:DescribeKey",
    "cloudwatch:DescribeAlarms",
    "eks:DescribeCluster",
    "s3:GetBucketPolicy",
    "route53:ListHostedZones",
];

/// Breaks the seven actions, whose calls may take `seconds`; every one of them must be told of with one of `codes`.
fn check(fault: &str, seconds: &str, codes: &[HandlerErrorCode]) {
    let rules: Vec<Value> = ACTIONS.iter().map(|action| json!({ "fault": fault, "action": action })).collect();
    let stage = Stage::open(fault, &json!({ "rules": rules }));
    std::sync::LazyLock::force(&WHOLE);
    let world = stage.read_with(|command| {
        command.env("INNOVATE_CALL_TIMEOUT", seconds);
    });
    let departures = departures(&world, &verdicts(&judged(&world)), &verdicts(&WHOLE.1));
    assert!(departures.is_empty(), "{}", departures.join("\n"));
    let causes =
        world.unread.iter().map(|unread| &unread.cause).chain(world.resources.iter().flat_map(|r| r.gaps.iter().map(|gap| &gap.cause)));
    let mut told: BTreeMap<&str, Vec<HandlerErrorCode>> = BTreeMap::new();
    for cause in causes {
        assert!(!cause.message.is_empty());
        told.entry(cause.action.as_deref().unwrap_or_default()).or_default().push(cause.code);
    }
    assert_eq!(told.keys().copied().collect::<Vec<_>>(), {
        let mut all = ACTIONS;
        all.sort_unstable();
        all
    });
    for (action, found) in told {
        assert!(found.iter().all(|code| codes.contains(code)), "{action}: {found:?}");
    }
}

#[test]
fn a_call_that_is_throttled_for_good() {
    check("throttled", "30", &[HandlerErrorCode::Throttling]);
}

#[test]
fn a_service_that_fails() {
    check("unavailable", "30", &[HandlerErrorCode::ServiceInternalError]);
}

#[test]
fn a_connection_that_breaks() {
    check("reset", "30", &[HandlerErrorCode::NetworkFailure]);
}

#[test]
fn an_answer_that_does_not_end() {
    check("slow", "4", &[HandlerErrorCode::ServiceTimeout]);
}

#[test]
fn an_answer_that_is_not_one() {
    check("malformed", "30", &[HandlerErrorCode::MalformedAnswer]);
}

#[test]
fn an_answer_that_is_cut_short() {
    check("truncated", "30", &[HandlerErrorCode::MalformedAnswer, HandlerErrorCode::NetworkFailure]);
}

#[test]
fn failures_that_pass_change_nothing() {
    let rules = ["throttled", "unavailable", "reset"].map(|fault| json!({ "fault": fault, "share": 0.05, "times": 2 }));
    std::sync::LazyLock::force(&WHOLE);
    let stage = Stage::open("passing", &json!({ "rules": rules }));
    let world = stage.read_with(|command| {
        command.env("AWS_MAX_ATTEMPTS", "5");
    });
    let broken = stage.calls().iter().filter(|call| call.fault.is_some()).count();
    assert!(broken > 10, "{broken} calls were broken");
    assert_eq!(world, WHOLE.0);
}

/// Reads the organization with an answer that never ends; `end` ends the run, before the SDK gives the stalled answer up after five seconds.
fn held_back(name: &str, arguments: &[&str], end: impl FnOnce(u32)) -> (std::process::Output, innovate_model::World) {
    std::sync::LazyLock::force(&WHOLE);
    let stage = Stage::open(name, &json!({ "rules": [{ "fault": "slow", "action": "ec2:DescribeVolumes" }] }));
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("world.snapshot");
    let fixed = ["snapshot", "--region", "eu-west-1", "-o", file.to_str().unwrap()];
    let mut running = stage.command(&[fixed.as_slice(), arguments].concat()).stderr(std::process::Stdio::piped()).spawn().unwrap();
    while !stage.calls().iter().any(|call| call.fault.is_some()) && running.try_wait().unwrap().is_none() {
        std::thread::yield_now();
    }
    end(running.id());
    let output = running.wait_with_output().unwrap();
    let world = innovate::input::snapshot::read(std::fs::File::open(file).unwrap()).unwrap();
    (output, world)
}

fn is_incomplete((output, world): (std::process::Output, innovate_model::World)) {
    assert_eq!(output.status.code(), Some(4), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(world.interrupted);
    assert!(world.unread.iter().any(|unread| unread.type_name == "AWS::EC2::Volume" && unread.cause.code == HandlerErrorCode::Interrupted));
    let verdicts = verdicts(&judged(&world));
    let departures = departures(&world, &verdicts, &crate::verdict::verdicts(&WHOLE.1));
    assert!(departures.is_empty(), "{}", departures.join("\n"));
}

#[test]
fn an_interrupt_ends_the_run_with_what_was_read() {
    is_incomplete(held_back("interrupt", &[], |process| {
        let sent = std::process::Command::new("kill").args(["-INT", &process.to_string()]).status().unwrap();
        assert!(sent.success());
    }));
}

#[test]
fn the_deadline_of_a_run_ends_it_with_what_was_read() {
    is_incomplete(held_back("deadline", &["--timeout", "4"], |_| {}));
}
