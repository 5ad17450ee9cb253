//! The floors of the house: a room uses only rooms below it.

use std::fs;
use std::path::{Path, PathBuf};

const ROOT: &str = env!("CARGO_MANIFEST_DIR");

/// The rooms of `src/`, lowest first; rooms of one floor do not know each other.
const FLOORS: [&[&str]; 8] = [
    &["framework", "policy", "spill"],
    &["bundle", "finding", "input"],
    &["collect", "waiver"],
    &["engine", "estimate", "permission"],
    &["plan"],
    &["blueprint"],
    &["reference", "report"],
    &["command"],
];

fn sources(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(sources(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
    found
}

fn floor(room: &str) -> usize {
    FLOORS.iter().position(|rooms| rooms.contains(&room)).unwrap_or_else(|| panic!("`{room}` has no floor: add it to FLOORS"))
}

/// The room of a file in `src/`: its folder, or its own name.
fn room(path: &Path) -> String {
    let inside = path.strip_prefix(Path::new(ROOT).join("src")).unwrap();
    inside.components().next().unwrap().as_os_str().to_string_lossy().trim_end_matches(".rs").to_owned()
}

#[test]
fn rooms_use_only_rooms_below_them() {
    for path in sources(&Path::new(ROOT).join("src")) {
        let own = room(&path);
        if own == "lib" || own == "main" {
            continue;
        }
        for line in fs::read_to_string(&path).unwrap().lines().filter(|line| line.contains("crate::")) {
            for used in line.split("crate::").skip(1) {
                let used: String = used.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
                assert!(used == own || floor(&used) < floor(&own), "{}: `{own}` uses `{used}`: {line}", path.display());
            }
        }
    }
}

#[test]
fn only_the_policy_crate_names_regorus_and_only_the_aws_crate_names_the_sdk() {
    let root = Path::new(ROOT);
    let files = [sources(&root.join("src")), sources(&root.join("crates")), sources(&root.join("xtask/src"))].concat();
    assert!(files.len() > 50, "the walk found the sources");
    for path in files {
        let text: String = fs::read_to_string(&path).unwrap().lines().filter(|line| !line.trim_start().starts_with("//")).collect();
        assert!(!text.contains("regorus::") || path.starts_with(root.join("crates/policy")), "{} names regorus", path.display());
        let names_sdk = ["aws_sdk_", "aws_config::", "aws_smithy_"].iter().any(|name| text.contains(name));
        assert!(!names_sdk || path.starts_with(root.join("crates/aws")), "{} names the SDK", path.display());
    }
}

#[test]
fn only_commands_print_and_read_environment_and_clock() {
    for path in sources(&Path::new(ROOT).join("src")).into_iter().chain(sources(&Path::new(ROOT).join("crates/model/src"))) {
        if path.starts_with(Path::new(ROOT).join("src/command")) {
            continue;
        }
        let text = fs::read_to_string(&path).unwrap();
        for forbidden in ["println!", "print!(", "io::stdout", "io::stderr", "env::var", "SystemTime::now", "Timestamp::now"] {
            assert!(!text.contains(forbidden), "{} has `{forbidden}`", path.display());
        }
    }
}
