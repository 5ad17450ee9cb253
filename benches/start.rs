//! Whole runs of the program, from the start of the process to its end: the recorded organization judged by every policy, and the plan of a whole blueprint
//! without AWS.

#![allow(clippy::expect_used, clippy::indexing_slicing, clippy::panic, missing_docs, reason = "a benchmark may end by a panic")]

mod measure;

use std::process::{Command, Stdio};

/// Milliseconds of a start.
const LIMIT: f64 = 30.0;
/// Milliseconds of a plan.
const PLAN: f64 = 100.0;

fn main() {
    let run = |arguments: &[&str]| {
        let status = Command::new(env!("CARGO_BIN_EXE_innovate"))
            .current_dir(env!("CARGO_MANIFEST_DIR"))
            .args(arguments)
            .stdout(Stdio::null())
            .status()
            .expect("it starts");
        assert!(matches!(status.code(), Some(0 | 3)), "{arguments:?}: {status}");
    };
    let mut criterion = measure::criterion();
    criterion.bench_function("start-list", |bencher| bencher.iter(|| run(&["policy", "list"])));
    criterion.bench_function("start-audit", |bencher| {
        bencher.iter(|| run(&["audit", "--snapshot", "examples/organization.snapshot", "-o", "json"]));
    });
    criterion.bench_function("start-plan", |bencher| {
        bencher.iter(|| run(&["plan", "blueprints/innovate-inc", "--offline", "-o", "json"]));
    });
    let measured = [
        ("the list of policies", "start-list", LIMIT),
        ("the audit of a snapshot", "start-audit", LIMIT),
        ("the plan of the blueprint `innovate-inc`", "start-plan", PLAN),
    ];
    for (what, id, limit) in measured {
        let milliseconds = measure::median(id).as_secs_f64() * 1000.0;
        measure::print(what, milliseconds / limit, "×", &format!("{limit} ms"), &format!("at most 1 ×; {milliseconds:.1} ms"));
    }
}
