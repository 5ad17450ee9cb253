//! What the documents show is what the program says.

use std::fs;
use std::path::Path;
use std::process::Command;

use crate::command::{Desk, EXAMPLE};

/// Runs what a document shows, command after command in one folder, and holds that they say what it shows.
fn holds(document: &str) {
    let text = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs").join(document)).unwrap();
    let desk = Desk::new();
    fs::create_dir(desk.path("examples")).unwrap();
    fs::copy(EXAMPLE, desk.path("examples/organization.snapshot")).unwrap();
    let program = Path::new(env!("CARGO_BIN_EXE_innovate")).parent().unwrap();
    let mut commands = 0;
    for block in text.split("```console\n").skip(1) {
        let (block, _) = block.split_once("```").unwrap();
        for step in block.strip_prefix("$ ").unwrap().split("\n$ ") {
            let (command, shown) = step.split_once('\n').unwrap_or((step, ""));
            let path = format!("{}:/usr/bin:/bin", program.display());
            let output =
                Command::new("bash").args(["-c", command]).current_dir(desk.path("")).env_clear().env("PATH", path).output().unwrap();
            let said = [output.stdout, output.stderr].concat();
            assert_eq!(String::from_utf8_lossy(&said).trim_end(), shown.trim_end(), "{command}");
            commands += 1;
        }
    }
    assert!(commands > 3, "the document shows commands");
}

#[test]
fn before_it_is_deployed() {
    holds("check.md");
}

#[test]
fn living_with_findings() {
    holds("waivers.md");
}
