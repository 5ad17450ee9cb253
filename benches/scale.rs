//! A hundred thousand resources by every policy, on one worker and on two.

#![allow(clippy::expect_used, clippy::indexing_slicing, clippy::panic, missing_docs, reason = "a benchmark may end by a panic")]

mod measure;

use std::hint::black_box;

use innovate::engine::{Options, judge};
use innovate::input::snapshot;
use innovate::policy;
use innovate_model::World;

const RESOURCES: usize = 100_000;

/// The recorded organization, again and again under other account ids.
fn enlarged() -> World {
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/organization.snapshot");
    let recorded = snapshot::read(std::fs::File::open(file).expect("the example is there")).expect("it is a snapshot");
    let text = serde_json::to_string(&recorded).expect("a world is JSON");
    let mut world = World { resources: Vec::new(), ..recorded.clone() };
    for copy in 0..RESOURCES.div_ceil(recorded.resources.len()) {
        let mut text = text.clone();
        for (number, id) in recorded.accounts.keys().enumerate() {
            text = text.replace(id.as_str(), &format!("{:012}", 100_000_000_000_usize + copy * 100 + number));
        }
        let copied: World = serde_json::from_str(&text).expect("it stays a world");
        world.accounts.extend(copied.accounts);
        world.resources.extend(copied.resources);
    }
    world.sort();
    world
}

fn main() {
    let (world, library) = (enlarged(), policy::shipped().expect("the policies ship"));
    println!("{} resources, {} policies", world.resources.len(), library.policies.len());
    let mut criterion = measure::criterion().sample_size(10);
    for workers in [1, 2] {
        criterion.bench_function(&format!("scale-{workers}"), |bencher| {
            bencher.iter(|| judge(black_box(&world), &library, Options { keep_passes: false, workers, watch: None }));
        });
    }
    let (one, two) = (measure::median("scale-1").as_secs_f64(), measure::median("scale-2").as_secs_f64());
    measure::print("one worker", world.resources.len() as f64 / one, "resources a second", "by every policy", "no limit");
    measure::print("two workers", one / two, "×", "one worker", "at least 1.8 ×");
}
