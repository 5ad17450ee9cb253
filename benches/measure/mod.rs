//! What every benchmark shares: criterion measures, and the line that a reader wants is a ratio.

#[allow(dead_code, reason = "not every benchmark judges a large world")]
pub mod enlarged;
#[allow(dead_code, reason = "not every benchmark measures other processes")]
pub mod process;

use std::path::PathBuf;
use std::time::Duration;

use criterion::Criterion;
use serde_json::Value;

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("criterion")
}

/// A criterion that keeps its estimates where [`median`] finds them.
pub fn criterion() -> Criterion {
    Criterion::default().output_directory(&folder()).configure_from_args()
}

/// The median time of the benchmark `id`, which must have run.
pub fn median(id: &str) -> Duration {
    let file = folder().join(id).join("new/estimates.json");
    let text = std::fs::read(&file).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
    let estimates: Value = serde_json::from_slice(&text).expect("criterion writes JSON");
    Duration::from_nanos(estimates["median"]["point_estimate"].as_f64().expect("a median") as u64)
}

/// Prints what is measured against its rival or limit.
pub fn print(what: &str, value: f64, unit: &str, against: &str, bound: &str) {
    println!("{what}: {value:.2} {unit} {against} ({bound})");
}
