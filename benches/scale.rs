//! A hundred thousand resources by every policy, on one worker and on two.

#![allow(clippy::expect_used, clippy::indexing_slicing, clippy::panic, missing_docs, reason = "a benchmark may end by a panic")]

mod measure;

use std::hint::black_box;

use innovate::engine::{Options, judge};
use innovate::input::inventory::Builder;
use innovate::policy;
use measure::enlarged::enlarged;

const RESOURCES: usize = 100_000;

fn main() {
    let library = policy::shipped().expect("the policies ship").on(&[policy::Platform::Aws]);
    let world = enlarged(RESOURCES, Builder::new(usize::MAX, None));
    println!("{} resources, {} policies", world.len(), library.policies.len());
    let mut criterion = measure::criterion().sample_size(10);
    for workers in [1, 2] {
        criterion.bench_function(&format!("scale-{workers}"), |bencher| {
            bencher.iter(|| {
                judge(black_box(&world), &library, Options { keep_passes: false, workers, watch: None }).expect("no disk is used")
            });
        });
    }
    let (one, two) = (measure::median("scale-1").as_secs_f64(), measure::median("scale-2").as_secs_f64());
    measure::print("one worker", world.len() as f64 / one, "resources a second", "by every policy", "no limit");
    measure::print("two workers", one / two, "×", "one worker", "at least 1.8 ×");
}
