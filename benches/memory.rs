//! A million resources in a snapshot, judged by every policy: time and peak memory of the process.

#![allow(clippy::expect_used, clippy::indexing_slicing, clippy::panic, missing_docs, reason = "a benchmark may end by a panic")]

#[allow(dead_code, reason = "no time is measured by criterion here")]
mod measure;

use std::collections::BTreeSet;
use std::fs::File;
use std::process::{Command, Stdio};
use std::time::Instant;

use innovate::input::inventory::Builder;
use innovate::input::snapshot;
use measure::enlarged::enlarged;
use nix::sys::resource::{UsageWho, getrusage};

const RESOURCES: usize = 1_000_000;
/// Megabytes at the peak.
const MEMORY: f64 = 500.0;

fn main() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("large.snapshot");
    let inventory = enlarged(RESOURCES, Builder::new(1 << 30, Some(BTreeSet::new())));
    println!("{} resources in {} accounts", inventory.len(), inventory.world.accounts.len());
    snapshot::write(&inventory, File::create(&path).expect("a file")).expect("the disk has room");
    drop(inventory);
    let report = folder.path().join("report.json");
    let started = Instant::now();
    let output = Command::new(env!("CARGO_BIN_EXE_innovate"))
        .args(["audit", "--snapshot"])
        .arg(&path)
        .arg("-o")
        .arg(format!("json={}", report.display()))
        .env_clear()
        .stdout(Stdio::null())
        .output()
        .expect("it starts");
    let seconds = started.elapsed().as_secs_f64();
    assert_eq!(output.status.code(), Some(3), "the recorded organization has defects: {}", String::from_utf8_lossy(&output.stderr));
    let peak = getrusage(UsageWho::RUSAGE_CHILDREN).expect("the kernel tells").max_rss() as f64 / 1024.0;
    measure::print("time", RESOURCES as f64 / seconds, "resources a second", "by every policy, read, judged and reported", "no limit");
    measure::print("peak memory", peak / MEMORY, "×", &format!("{MEMORY} MB"), &format!("at most 1 ×; {peak:.0} MB"));
}
