//! A whole run of the program: the recorded organization judged by every policy, from the start of the process to its end.

#![allow(clippy::expect_used, clippy::indexing_slicing, clippy::panic, missing_docs, reason = "a benchmark may end by a panic")]

mod measure;

use std::process::{Command, Stdio};

const LIMIT: f64 = 30.0;

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
    for (what, id) in [("the list of policies", "start-list"), ("the audit of a snapshot", "start-audit")] {
        let milliseconds = measure::median(id).as_secs_f64() * 1000.0;
        measure::print(what, milliseconds / LIMIT, "×", &format!("{LIMIT} ms"), &format!("at most 1 ×; {milliseconds:.1} ms"));
    }
}
