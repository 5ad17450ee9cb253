//! The audit of the seeded organization on the test server: calls against the fewest that read as much, processor time and memory. `cargo xtask bench` starts and
//! seeds the server.

#![allow(clippy::expect_used, clippy::indexing_slicing, clippy::panic, missing_docs, reason = "a benchmark may end by a panic")]

#[allow(dead_code, reason = "no time is measured by criterion here")]
mod measure;

use std::process::Command;

use nix::sys::resource::{UsageWho, getrusage};
use serde_json::Value;

/// Processor seconds an account.
const CPU: f64 = 0.4;
/// A policy that needs little.
const ONE: &str = "aws.rds.tls_not_required";
/// Megabytes at the peak.
const MEMORY: f64 = 60.0;

fn main() {
    let server = std::env::var("INNOVATE_TEST_SERVER").expect("`INNOVATE_TEST_SERVER` is not set: run `cargo xtask bench`");
    let session = format!("{server}/sessions/bench");
    // The first run warms the server's memory, the second counts.
    let (mut seconds, mut report) = (0.0, Vec::new());
    for _ in 0..2 {
        ureq::put(&session).send_json(serde_json::json!({})).expect("the server opens a session");
        let before = processor_seconds();
        let output = audit(&server, "bench").output().expect("it starts");
        assert_eq!(output.status.code(), Some(3), "the seeded organization has defects: {}", String::from_utf8_lossy(&output.stderr));
        (seconds, report) = (processor_seconds() - before, output.stdout);
    }
    let calls: Vec<Value> = ureq::get(&session).call().and_then(|mut answer| answer.body_mut().read_json()).expect("the calls");
    let fewest = calls.iter().filter(|call| call["attempt"] == 1).count();
    let peak = getrusage(UsageWho::RUSAGE_CHILDREN).expect("the kernel tells").max_rss() as f64 / 1024.0;
    let report: Value = serde_json::from_slice(&report).expect("the report is JSON");
    let accounts = report["run"]["accounts"].as_array().expect("accounts").len() as f64;
    println!("{accounts} accounts, {} calls", calls.len());
    measure::print("calls", calls.len() as f64 / fewest as f64, "×", "the distinct ones", "best 1 ×");
    let each = seconds / accounts;
    measure::print("processor time", each / CPU, "×", &format!("{CPU} s an account"), &format!("at most 1 ×; {each:.2} s"));
    let one = of_one_policy(&server, ONE);
    assert!(one.iter().all(|action| !action.starts_with("s3:")), "it reads no bucket");
    let share = one.len() as f64 / calls.len() as f64;
    measure::print("calls", share, "×", "those of all policies", &format!("{ONE} alone; {}", one.len()));
    measure::print("peak memory", peak / MEMORY, "×", &format!("{MEMORY} MB"), &format!("at most 1 ×; {peak:.1} MB"));
}

/// The actions that an audit by one policy calls in the session.
fn of_one_policy(server: &str, policy: &str) -> Vec<String> {
    let session = format!("{server}/sessions/one");
    ureq::put(&session).send_json(serde_json::json!({})).expect("the server opens a session");
    let output = audit(server, "one").args(["--policy", policy]).output().expect("it starts");
    assert!(matches!(output.status.code(), Some(0 | 3)), "{}", String::from_utf8_lossy(&output.stderr));
    let calls: Vec<Value> = ureq::get(&session).call().and_then(|mut answer| answer.body_mut().read_json()).expect("the calls");
    calls.iter().filter_map(|call| call["action"].as_str()).map(ToOwned::to_owned).collect()
}

/// An audit in a session of the server.
fn audit(server: &str, session: &str) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_innovate"));
    command
        .args(["audit", "-o", "json"])
        .env_clear()
        .envs([("AWS_ENDPOINT_URL", format!("http://{session}.test").as_str()), ("HTTP_PROXY", server), ("AWS_REGION", "us-east-1")])
        .envs([("AWS_ACCESS_KEY_ID", "test"), ("AWS_SECRET_ACCESS_KEY", "test"), ("AWS_EC2_METADATA_DISABLED", "true")]);
    command
}

/// What the children that have ended used.
fn processor_seconds() -> f64 {
    let usage = getrusage(UsageWho::RUSAGE_CHILDREN).expect("the kernel tells");
    [usage.user_time(), usage.system_time()].iter().map(|time| time.tv_sec() as f64 + time.tv_usec() as f64 / 1e6).sum()
}
