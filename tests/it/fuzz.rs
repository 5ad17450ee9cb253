//! The targets of the fuzzers, called on their seeds.

use std::fs;
use std::path::Path;

#[path = "../../fuzz/targets.rs"]
mod targets;

/// A target and its name.
type Target = (&'static str, fn(&[u8]));

#[test]
fn every_fuzz_target_takes_its_seeds_whole_cut_and_changed() {
    let targets: [Target; 6] = [
        ("cloudformation", targets::cloudformation),
        ("document", targets::document),
        ("kubernetes", targets::kubernetes),
        ("parameters", targets::parameters),
        ("snapshot", targets::snapshot),
        ("terraform", targets::terraform),
    ];
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz");
    let names = |folder: &str| {
        let mut names: Vec<String> = fs::read_dir(root.join(folder))
            .unwrap()
            .map(|entry| entry.unwrap().path().file_stem().unwrap().to_string_lossy().into_owned())
            .collect();
        names.sort();
        names
    };
    let known: Vec<&str> = targets.iter().map(|(name, _)| *name).collect();
    assert_eq!(names("fuzz_targets"), known, "every target is called here");
    assert_eq!(names("seeds"), known, "every target has seeds");
    for (name, target) in targets {
        let seeds = fs::read_dir(root.join("seeds").join(name)).unwrap();
        let mut count = 0;
        for seed in seeds {
            let bytes = fs::read(seed.unwrap().path()).unwrap();
            target(&bytes);
            for at in (0..bytes.len()).step_by(bytes.len() / 40 + 1) {
                target(&bytes[..at]);
                let mut changed = bytes.clone();
                changed[at] = changed[at].wrapping_add(61);
                target(&changed);
            }
            count += 1;
        }
        assert!(count > 0, "{name} has no seed");
    }
}
