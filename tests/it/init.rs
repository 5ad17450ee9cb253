//! `innovate init`, and the schema of what it writes.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::Command;

use innovate::policy;
use serde_json::{Value, json};

use crate::command::{Desk, EXAMPLE};

const SCHEMA: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/schemas/innovate.toml.json");

fn schema() -> Value {
    serde_json::from_str(&fs::read_to_string(SCHEMA).unwrap()).unwrap()
}

fn init(desk: &Desk, arguments: &[&str]) -> String {
    let output = desk.run(&[&["init"], arguments].concat());
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

/// A folder whose git remote is this.
fn cloned(remote: &str) -> Desk {
    let desk = Desk::new();
    for arguments in [["init", "--quiet", ".", "--initial-branch=main"].as_slice(), &["remote", "add", "origin", remote]] {
        let status = Command::new("git").current_dir(desk.path("")).args(arguments).status().unwrap();
        assert!(status.success(), "git {arguments:?}");
    }
    desk
}

/// The files below the folder but those of git, in order.
fn files(desk: &Desk) -> Vec<String> {
    fn walk(root: &Path, folder: &Path, found: &mut BTreeSet<String>) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() && !path.ends_with(".git") {
                walk(root, &path, found);
            } else if path.is_file() {
                found.insert(path.strip_prefix(root).unwrap().to_str().unwrap().to_owned());
            }
        }
    }
    let mut found = BTreeSet::new();
    walk(&desk.path(""), &desk.path(""), &mut found);
    found.into_iter().collect()
}

const WRITTEN: [&str; 3] = [".innovate/innovate.toml.json", "innovate-waivers.yaml", "innovate.toml"];

#[test]
fn the_files_fit_the_ci_of_the_project() {
    let nobody = Desk::new();
    assert!(init(&nobody, &[]).contains("innovate init --ci github"), "it says how to name one");
    assert_eq!(files(&nobody), WRITTEN);

    let github = [".github/workflows/innovate.yml"].iter().chain(&WRITTEN).copied().collect::<BTreeSet<&str>>();
    let gitlab = [".gitlab-ci.yml", ".gitlab/innovate.yml"].iter().chain(&WRITTEN).copied().collect::<BTreeSet<&str>>();
    for (remote, expected) in [
        ("git@github.com:somebody/project.git", &github),
        ("https://user:secret@github.example.com:8443/somebody/project", &github),
        ("ssh://git@gitlab.example.com/github/project.git", &gitlab),
        ("git@gitlab.com:github-mirrors/project.git", &gitlab),
        ("git@example.com:gitlab/project.git", &WRITTEN.into()),
    ] {
        let desk = cloned(remote);
        init(&desk, &[]);
        assert_eq!(files(&desk).iter().map(String::as_str).collect::<BTreeSet<&str>>(), *expected, "{remote}");
    }

    let folder = Desk::new();
    folder.write("deep/.github/dependabot.yml", "version: 2\n");
    init(&folder, &["deep"]);
    assert!(folder.path("deep/.github/workflows/innovate.yml").is_file());
    let chosen = cloned("git@github.com:somebody/project.git");
    init(&chosen, &["--ci", "none"]);
    assert_eq!(files(&chosen), WRITTEN);
}

#[test]
fn what_is_there_is_kept() {
    let desk = Desk::new();
    desk.write("innovate.toml", "policies = []\n");
    desk.write(".gitlab-ci.yml", "stages: [test]\n");
    let said = init(&desk, &[]);
    assert!(said.contains("kept `./innovate.toml`") && said.contains("kept `./.gitlab-ci.yml`"), "{said}");
    assert!(said.contains("- add this to `.gitlab-ci.yml`:\n  include:\n    - local: .gitlab/innovate.yml\n"), "{said}");
    assert_eq!(fs::read_to_string(desk.path("innovate.toml")).unwrap(), "policies = []\n");
    let said = init(&desk, &["--force"]);
    assert!(said.contains("wrote `./innovate.toml`") && said.contains("kept `./.gitlab-ci.yml`"), "{said}");
    assert!(fs::read_to_string(desk.path("innovate.toml")).unwrap().starts_with("#:schema "));
    assert_eq!(fs::read_to_string(desk.path(".gitlab-ci.yml")).unwrap(), "stages: [test]\n");
}

#[test]
fn the_settings_that_are_written_can_be_used() {
    let desk = Desk::new();
    init(&desk, &[]);
    let written = fs::read_to_string(desk.path("innovate.toml")).unwrap();
    let (comment, _) = written.split_once('\n').unwrap();
    assert!(desk.path(comment.strip_prefix("#:schema ").unwrap()).is_file());
    let rest = ["--policy", "aws.ec2.security_group_unrestricted_egress"];
    desk.audit(0, &rest);
    // What is written as a comment is valid without its mark, too.
    let uncommented: Vec<&str> =
        written.lines().map(|line| line.strip_prefix("# ").filter(|rest| rest.contains(['=', '['])).unwrap_or(line)).collect();
    assert_ne!(uncommented.join("\n"), written.trim_end());
    desk.write("innovate.toml", uncommented.join("\n"));
    fs::create_dir(desk.path("policies")).unwrap();
    desk.write("policies/mine/it.rego", crate::command::policy("mine.it", "deny contains \"no\" if input.properties.Engine == \"none\""));
    desk.audit(0, &rest);
    let waivers: Value = serde_saphyr::from_str(&fs::read_to_string(desk.path("innovate-waivers.yaml")).unwrap()).unwrap();
    assert_eq!(waivers, json!({ "version": 1, "waivers": [] }));
}

#[test]
fn the_schema_has_the_fields_of_the_settings() {
    let desk = Desk::new();
    desk.write("innovate.toml", "no-such-field = 1\n");
    let output = desk.run(&["policy", "list", "--policy", "aws.rds"]);
    let output = if output.status.success() { desk.run(&["audit", "--snapshot", EXAMPLE]) } else { output };
    assert_eq!(output.status.code(), Some(2));
    let message = String::from_utf8(output.stderr).unwrap();
    let (_, expected) = message.split_once("expected").unwrap();
    let fields: BTreeSet<&str> = expected.split('`').skip(1).step_by(2).collect();
    let schema = schema();
    let properties: BTreeSet<&str> = schema["properties"].as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(properties, fields, "{message}");
}

#[test]
fn the_schema_has_every_parameter_of_every_policy() {
    let mut expected = schema();
    let library = policy::shipped().unwrap();
    let policies = library.policies.iter().filter(|policy| !policy.metadata.custom.parameters.is_empty());
    let parameters: serde_json::Map<String, Value> = policies
        .map(|policy| {
            let metadata = &policy.metadata;
            let properties = json!(metadata.custom.parameters);
            let schema =
                json!({ "description": metadata.title, "type": "object", "additionalProperties": false, "properties": properties });
            (policy.id.clone(), schema)
        })
        .collect();
    assert!(parameters.len() > 5);
    expected["properties"]["parameters"]["properties"] = parameters.into();
    if std::env::var("INSTA_UPDATE").is_ok_and(|update| update == "always") {
        fs::write(SCHEMA, serde_json::to_string_pretty(&expected).unwrap() + "\n").unwrap();
    }
    assert!(schema() == expected, "run `INSTA_UPDATE=always cargo test --test it init` to write `schemas/innovate.toml.json`");
}

#[test]
fn the_schema_takes_what_the_program_takes() {
    let validator = jsonschema::validator_for(&schema()).unwrap();
    let desk = Desk::new();
    let retention = |value: Value| json!({ "parameters": { "aws.rds.backup_retention_too_short": value } });
    for (settings, valid) in [
        (json!({}), true),
        (json!({ "policies": [] }), true),
        (json!({ "policies": "own" }), false),
        (json!({ "policy": [] }), false),
        (retention(json!({ "minimum_days": 30 })), true),
        (retention(json!({ "minimum_days": 99 })), false),
        (retention(json!({ "minimum_days": "30" })), false),
        (retention(json!({ "days": 30 })), false),
        (retention(json!(30)), false),
    ] {
        assert_eq!(validator.is_valid(&settings), valid, "{settings}");
        desk.write("innovate.toml", toml::to_string(&settings).unwrap());
        desk.audit(if valid { 0 } else { 2 }, &["--policy", "aws.ec2.security_group_unrestricted_egress"]);
    }
}
