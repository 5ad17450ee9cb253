//! A template of forty resources judged by every policy, from the start of the process to its end, beside tools that do likewise with a hundred and ten small
//! rules; and ten thousand templates at once, by all processors and by one. What it compares with is installed where it is not there yet, by `cargo`, `go` and
//! `python3`.

#![allow(clippy::expect_used, clippy::indexing_slicing, clippy::panic, missing_docs, reason = "a benchmark may end by a panic")]

mod measure;

use std::collections::BTreeSet;
use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use innovate::input::document::{self, Node};
use measure::process::{Cost, cost, run};

const TEMPLATE: &str = include_str!("fixtures/forty.yaml");
/// Milliseconds from start to end.
const TIME: f64 = 15.0;
/// Megabytes at the peak.
const MEMORY: f64 = 30.0;
const RULES: usize = 110;
const TEMPLATES: usize = 10_000;

const CFN_GUARD: &str = "3.2.1";
const OPA: &str = "v1.4.2";
const CONFTEST: &str = "v0.71.1";
const CHECKOV: &str = "3.3.30";

/// A tool to compare with.
struct Rival {
    name: String,
    /// How it is run in the folder of the template; or why it cannot be.
    command: Result<Vec<String>, String>,
    /// The exit status of a run that found something.
    found: i32,
}

fn main() {
    measure::process::serve();
    let folder = tempfile::tempdir().expect("a folder");
    write_rules(folder.path());
    let mut criterion = measure::criterion().sample_size(10);
    let mut measured = |id: &str, command: &[String], statuses: &[i32]| -> Cost {
        let start = || {
            let mut started = Command::new(&command[0]);
            started.args(&command[1..]).current_dir(folder.path());
            started
        };
        criterion.bench_function(&format!("check-{id}"), |bencher| bencher.iter(|| run(&mut start(), statuses)));
        Cost { seconds: measure::median(&format!("check-{id}")).as_secs_f64(), ..cost(&start(), statuses) }
    };
    let ours = measured("innovate", &words(&[env!("CARGO_BIN_EXE_innovate"), "check", "forty.yaml"]), &[0, 3, 4]);
    let milliseconds = ours.seconds * 1000.0;
    measure::print("time", milliseconds / TIME, "×", &format!("{TIME} ms"), &format!("at most 1 ×; {milliseconds:.1} ms"));
    measure::print("peak memory", ours.megabytes / MEMORY, "×", &format!("{MEMORY} MB"), &format!("at most 1 ×; {:.1} MB", ours.megabytes));
    for Rival { name, command, found } in rivals() {
        let command = match command {
            Ok(command) => command,
            Err(reason) => {
                println!("{name}: not measured: {reason}");
                continue;
            }
        };
        let theirs = measured(name.split(' ').next().unwrap_or_default(), &command, &[0, found]);
        let bound = format!("at most 1 ×; {milliseconds:.1} ms, {:.1} ms", theirs.seconds * 1000.0);
        measure::print("time", ours.seconds / theirs.seconds, "×", &name, &bound);
        let bound = format!("at most 1 ×; {:.1} MB, {:.1} MB", ours.megabytes, theirs.megabytes);
        measure::print("peak memory", ours.megabytes / theirs.megabytes, "×", &name, &bound);
    }
    many();
}

/// Ten thousand templates, by all processors and by one.
fn many() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut resources = 0;
    for number in 0..TEMPLATES {
        let (text, count) = variation(number);
        resources += count;
        write(&folder.path().join(format!("{:02}/stack-{number}.yaml", number / 100)), &text);
    }
    println!("{TEMPLATES} templates, {resources} resources");
    let check = [env!("CARGO_BIN_EXE_innovate"), "check", ".", "-o", "json=report.json"];
    let costs = [&["taskset", "-c", "0"][..], &[]].map(|before| {
        let mut command = Command::new(before.first().unwrap_or(&check[0]));
        command.args(before.iter().chain(&check).skip(1)).current_dir(folder.path());
        let cost = cost(&command, &[0, 3, 4]);
        fs::remove_file(folder.path().join("report.json")).expect("a report was written");
        cost
    });
    let [one, all] = costs;
    let processors = std::thread::available_parallelism().map_or(1, usize::from);
    let bound = format!("at most {processors} ×; {:.1} s, one {:.1} s", all.seconds, one.seconds);
    measure::print("speed-up", one.seconds / all.seconds, "×", &format!("one processor, by {processors}"), &bound);
    measure::print("templates", TEMPLATES as f64 / all.seconds, "a second", "by every policy, read, judged and reported", "no limit");
    measure::print("peak memory", all.megabytes, "MB", "for all templates", &format!("no limit; by one processor {:.0} MB", one.megabytes));
}

/// What a stack of a service has: the network is that of another stack.
const SERVICE: [&str; 6] = ["Key", "KeyAlias", "FlowLogs", "FlowLogRole", "DatabaseSecret", "Images"];

/// Of every twenty templates the first so many resources in one, each of which needs none that comes after it, and a service in the others; and their
/// number. Every template exports its key, and every tenth imports that of the one before.
fn variation(number: usize) -> (String, usize) {
    let (head, rest) = TEMPLATE.split_once("\nResources:\n").expect("the template has resources");
    let (resources, _) = rest.split_once("\nOutputs:").expect("the template has outputs");
    let starts = resources.match_indices("\n    Type: AWS::").map(|(at, _)| resources[..at].rfind('\n').map_or(0, |line| line + 1));
    let mut starts: Vec<usize> = starts.collect();
    starts.push(resources.len());
    let blocks = starts.windows(2).map(|of| resources[of[0]..of[1]].trim_end());
    let is_service = |block: &&str| block.trim_start().split(':').next().is_some_and(|name| SERVICE.contains(&name));
    let chosen: Vec<&str> = if number.is_multiple_of(20) {
        blocks.take(2 + number / 20 % (starts.len() - 2)).collect()
    } else {
        blocks.filter(is_service).collect()
    };
    let mut text =
        format!("{head}\nResources:\n{}\n", chosen.join("\n")).replace("Default: production", &format!("Default: production-{number}"));
    text = text.replace("AllowedValues: [production, staging]", "MinLength: 1");
    text = text.replace("!FindInMap [Networks, !Ref Environment, Vpc]", "10.10.0.0/16");
    if number % 10 == 9 {
        text = text.replace("TargetKeyId: !Ref Key", &format!("TargetKeyId: !ImportValue key-{}", number - 1));
    }
    write!(text, "Outputs:\n  Key:\n    Value: !Ref Key\n    Export:\n      Name: key-{number}\n").expect("a text takes everything");
    (text, chosen.len())
}

/// The template, and small rules on it in the language of each tool: resources of a type have a property.
fn write_rules(folder: &Path) {
    write(&folder.join("forty.yaml"), TEMPLATE);
    let documents = document::parse("forty.yaml", TEMPLATE.as_bytes()).expect("it is YAML");
    let resources = documents[0].get("Resources").and_then(Node::entries).expect("it has resources");
    let rules: BTreeSet<(&str, &str)> = resources
        .iter()
        .filter_map(|entry| Some((entry.value.get("Type")?.text()?, entry.value.get("Properties")?.entries()?)))
        .flat_map(|(type_name, properties)| properties.iter().map(move |property| (type_name, property.key.as_str())))
        .collect();
    assert!(rules.len() >= RULES, "{}", rules.len());
    let mut guard = String::new();
    for (number, (type_name, property)) in rules.iter().take(RULES).enumerate() {
        write!(
            guard,
            "let these{number} = Resources.*[ Type == '{type_name}' ]\nrule p{number} when %these{number} !empty {{\n  \
             %these{number}.Properties.{property} exists\n}}\n\n"
        )
        .expect("a text takes everything");
        let rego = format!(
            "package small.p{number}\n\ndeny contains id if {{\n\tsome id, r in input.Resources\n\tr.Type == \"{type_name}\"\n\t\
             object.get(r, [\"Properties\", \"{property}\"], null) == null\n}}\n"
        );
        write(&folder.join(format!("rego/p{number}.rego")), &rego);
    }
    write(&folder.join("rules.guard"), &guard);
}

/// The tools, each installed.
fn rivals() -> Vec<Rival> {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR"));
    let go = |name: &str, module: &str| {
        let mut install = Command::new("go");
        install.args(["install", module]).env("GOBIN", folder.join(name)).env("CGO_ENABLED", "0");
        installed(&folder.join(name).join(name), vec![install])
    };
    let build = folder.join("cfn-guard-build");
    let mut guard = Command::new("cargo");
    guard
        .args(["install", "--locked", "--version", CFN_GUARD, "cfn-guard", "--root"])
        .arg(folder.join("cfn-guard"))
        .env("CARGO_TARGET_DIR", &build);
    let guard = installed(&folder.join("cfn-guard/bin/cfn-guard"), vec![guard]);
    // It has a hundred times the size of the program.
    drop(fs::remove_dir_all(build));
    let environment = folder.join("checkov");
    let (mut make, mut fill) = (Command::new("python3"), Command::new(environment.join("bin/python")));
    make.args(["-m", "venv"]).arg(&environment);
    fill.args(["-m", "pip", "install", "--quiet", &format!("checkov=={CHECKOV}")]);
    let checkov = installed(&environment.join("bin/checkov"), vec![make, fill]);
    let with = |program: Result<String, String>, arguments: &[&str]| program.map(|program| [vec![program], words(arguments)].concat());
    vec![
        Rival {
            name: format!("cfn-guard {CFN_GUARD}"),
            command: with(guard, &["validate", "--rules", "rules.guard", "--data", "forty.yaml"]),
            found: 19,
        },
        Rival {
            name: format!("OPA {OPA}"),
            command: with(
                go("opa", &format!("github.com/open-policy-agent/opa@{OPA}")),
                &["eval", "--data", "rego", "--input", "forty.yaml", "data.small"],
            ),
            found: 0,
        },
        Rival {
            name: format!("conftest {CONFTEST}"),
            command: with(
                go("conftest", &format!("github.com/open-policy-agent/conftest@{CONFTEST}")),
                &["test", "--policy", "rego", "--all-namespaces", "forty.yaml"],
            ),
            found: 1,
        },
        Rival {
            name: format!("checkov {CHECKOV}"),
            command: with(checkov, &["--file", "forty.yaml", "--framework", "cloudformation", "--skip-download", "--quiet", "--compact"]),
            found: 1,
        },
    ]
}

/// The program, which these commands install where it is not there.
fn installed(program: &Path, commands: Vec<Command>) -> Result<String, String> {
    for mut command in commands {
        if program.exists() {
            break;
        }
        let status = command.status().map_err(|error| format!("{command:?}: {error}"))?;
        if !status.success() {
            return Err(format!("{command:?}: {status}"));
        }
    }
    Ok(program.display().to_string())
}

fn words(words: &[&str]) -> Vec<String> {
    words.iter().map(|word| (*word).to_owned()).collect()
}

fn write(path: &Path, text: &str) {
    fs::create_dir_all(path.parent().expect("a file in a folder")).expect("a folder");
    fs::write(path, text).expect("the disk has room");
}
