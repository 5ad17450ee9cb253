//! A hundred and ten small policies on a hundred thousand resources, beside OPA: whole processes on the same rules and resources. `go` installs OPA where it
//! is not there yet.

#![allow(clippy::expect_used, clippy::indexing_slicing, clippy::panic, missing_docs, reason = "a benchmark may end by a panic")]

#[allow(dead_code, reason = "no time is measured by criterion here")]
mod measure;

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;

use innovate::input::inventory::Builder;
use innovate::input::snapshot;
use innovate_model::Resource;
use measure::enlarged::enlarged;
use serde_json::{Value, json};

const OPA: &str = "github.com/open-policy-agent/opa@v1.4.2";
const RESOURCES: usize = 100_000;
const POLICIES: usize = 110;

/// A type, one of its properties, and a value of it: the policy denies any other.
type Rule = (String, String, Value);

fn main() {
    let opa = install();
    let folder = tempfile::tempdir().expect("a folder");
    let inventory = enlarged(RESOURCES, Builder::new(usize::MAX, None));
    let rules = rules(&inventory.world.resources);
    println!("{} resources, {} policies", inventory.len(), rules.len());
    snapshot::write(&inventory, File::create(folder.path().join("world.snapshot")).expect("a file")).expect("the disk has room");
    let documents: Vec<Value> = inventory
        .world
        .resources
        .iter()
        .map(|resource| json!({ "type": resource.type_name, "id": resource.id, "account": resource.account, "properties": resource.properties }))
        .collect();
    let input = File::create(folder.path().join("input.json")).expect("a file");
    serde_json::to_writer(std::io::BufWriter::new(input), &json!({ "resources": documents })).expect("the disk has room");
    drop((inventory, documents));
    for (number, (type_name, property, value)) in rules.iter().enumerate() {
        let denied = format!("object.get(RESOURCE.properties, {}, null) != {value}", json!(property));
        let ours = format!(
            "# METADATA\n# title: Any\n# description: Any.\n# custom:\n#   severity: low\n#   resource_types:\n#     - {type_name}\n#   risk: None.\n#   remediation:\n\
             #     console: None.\n#     cli: None.\n#     cloudformation: None.\npackage small.p{number}\n\n\
             deny contains {{\"message\": \"no\", \"path\": {}}} if {}\n",
            json!(format!("/{property}")),
            denied.replace("RESOURCE", "input")
        );
        let theirs = format!(
            "package small.p{number}\n\ndeny contains [r.account, r.id] if {{\n\tsome r in input.resources\n\tr.type == {}\n\t{}\n}}\n",
            json!(type_name),
            denied.replace("RESOURCE", "r")
        );
        write(&folder.path().join(format!("ours/small/p{number}.rego")), &ours);
        write(&folder.path().join(format!("theirs/p{number}.rego")), &theirs);
    }
    let ours = run(Command::new(env!("CARGO_BIN_EXE_innovate")).current_dir(folder.path()).args([
        "audit",
        "--snapshot",
        "world.snapshot",
        "--policy",
        "ours",
        "--policy",
        "small",
        "--fail-on",
        "never",
        "-o",
        "json=report.json",
    ]));
    let theirs =
        run(Command::new(opa).current_dir(folder.path()).args(["eval", "--data", "theirs", "--input", "input.json", "data.small"]));
    measure::print("time", ours.0 / theirs.0, "×", "OPA", &format!("at most 0.2 ×; {:.1} s, OPA {:.1} s", ours.0, theirs.0));
    measure::print("peak memory", ours.1 / theirs.1, "×", "OPA", &format!("at most 0.1 ×; {:.0} MB, OPA {:.0} MB", ours.1, theirs.1));
}

/// The properties that most resources have, each with its most frequent value.
fn rules(resources: &[Resource]) -> Vec<Rule> {
    let mut found: BTreeMap<(&str, &str), BTreeMap<String, usize>> = BTreeMap::new();
    for resource in resources {
        for (name, value) in resource.properties.iter().filter(|(_, value)| !value.is_object() && !value.is_array()) {
            *found.entry((&resource.type_name, name)).or_default().entry(value.to_string()).or_default() += 1;
        }
    }
    let mut found: Vec<_> = found.into_iter().collect();
    found.sort_by_key(|(_, values)| std::cmp::Reverse(values.values().sum::<usize>()));
    let frequent = |values: &BTreeMap<String, usize>| values.iter().max_by_key(|(_, count)| **count).map(|(text, _)| text.clone());
    let rules = found.into_iter().filter_map(|((type_name, name), values)| {
        Some((type_name.to_owned(), name.to_owned(), serde_json::from_str(&frequent(&values)?).ok()?))
    });
    rules.take(POLICIES).collect()
}

fn write(path: &Path, text: &str) {
    fs::create_dir_all(path.parent().expect("a file in a folder")).expect("a folder");
    fs::write(path, text).expect("the disk has room");
}

/// Seconds and megabytes at the peak of one run.
fn run(command: &mut Command) -> (f64, f64) {
    let started = Instant::now();
    let child = command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().expect("it starts");
    let (pid, mut peak) = (child.id(), 0.0_f64);
    let watcher = std::thread::spawn(move || child.wait_with_output().expect("it ends"));
    while !watcher.is_finished() {
        peak = peak.max(memory(pid));
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
    let output = watcher.join().expect("it ends");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    (started.elapsed().as_secs_f64(), peak)
}

/// Megabytes that a process and its children have in memory now.
fn memory(pid: u32) -> f64 {
    let read = |name: &str| fs::read_to_string(format!("/proc/{pid}/{name}")).unwrap_or_default();
    let status = read("status");
    let own = status.lines().find_map(|line| line.strip_prefix("VmRSS:")?.trim().strip_suffix(" kB")?.parse::<f64>().ok());
    let threads = fs::read_dir(format!("/proc/{pid}/task")).into_iter().flatten().flatten();
    let children: f64 = threads
        .filter_map(|thread| fs::read_to_string(thread.path().join("children")).ok())
        .flat_map(|children| children.split_whitespace().filter_map(|child| child.parse().ok()).collect::<Vec<u32>>())
        .map(memory)
        .sum();
    own.unwrap_or_default() / 1024.0 + children
}

/// The program `opa`, installed where it is not there.
fn install() -> PathBuf {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("opa");
    let program = folder.join("opa");
    if !program.exists() {
        let status = Command::new("go").args(["install", OPA]).env("GOBIN", &folder).env("CGO_ENABLED", "0").status();
        assert!(status.is_ok_and(|status| status.success()), "`go install {OPA}` installs what this compares with");
    }
    program
}
