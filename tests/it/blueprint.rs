//! Blueprints: the form, what is wrong with one, and what a plan without AWS says.

use std::fs;
use std::path::Path;
use std::process::Output;

use innovate::blueprint;
use serde_json::Value;

use crate::command::Desk;

const ROOT: &str = env!("CARGO_MANIFEST_DIR");

/// A desk with a copy of a blueprint in the folder `infra`.
fn desk(from: &str) -> Desk {
    let desk = Desk::new();
    let output = desk.run(&["blueprint", "new", "infra", "--from", from]);
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    desk
}

/// Changes a file of the desk's blueprint: what is there once becomes something else.
fn change(desk: &Desk, file: &str, from: &str, to: &str) {
    let path = desk.path(&format!("infra/{file}"));
    let text = fs::read_to_string(&path).unwrap();
    assert_eq!(text.matches(from).count(), 1, "`{from}` is in `{file}` once");
    fs::write(&path, text.replace(from, to)).unwrap();
}

fn told(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

#[test]
fn every_blueprint_that_ships_is_of_the_published_form() {
    let schema: Value = serde_json::from_str(&fs::read_to_string(format!("{ROOT}/schemas/blueprint.json")).unwrap()).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    for name in blueprint::shipped() {
        let text = fs::read_to_string(format!("{ROOT}/blueprints/{name}/blueprint.yaml")).unwrap();
        let document: Value = serde_saphyr::from_str(&text).unwrap();
        let errors: Vec<String> = validator.iter_errors(&document).map(|error| format!("{}: {error}", error.instance_path())).collect();
        assert!(errors.is_empty(), "{name}: {errors:#?}");
    }
    assert_eq!(blueprint::shipped(), ["innovate-inc", "static-site"]);
}

#[test]
fn every_blueprint_that_ships_plans_without_aws_and_no_guardrail_objects() {
    for name in blueprint::shipped() {
        let desk = desk(name);
        let lint = desk.run(&["blueprint", "lint", "infra"]);
        assert_eq!(lint.status.code(), Some(0), "{name}: {}", told(&lint));
        let output = desk.run(&["plan", "infra", "--offline", "-o", "json"]);
        assert_eq!(output.status.code(), Some(0), "{name}: {}", told(&desk.run(&["plan", "infra", "--offline"])));
        let plan: Value = serde_json::from_slice(&output.stdout).unwrap();
        assert_eq!(plan["guardrails"]["findings"], Value::Array(Vec::new()), "{name}");
        assert!(plan["guardrails"]["verdicts"].as_u64().unwrap() > 10, "{name}: the policies have something to say");
        let again: Value = serde_json::from_slice(&desk.run(&["plan", "infra", "--offline", "-o", "json"]).stdout).unwrap();
        assert_eq!(plan["digest"], again["digest"], "{name}: the same plan twice");
    }
}

/// The linter of CloudFormation has nothing to say, warnings included.
#[test]
fn every_template_that_ships_passes_cfn_lint() {
    let Some(python) = std::env::var_os("INNOVATE_TEST_PYTHON") else {
        panic!("`cargo xtask test` sets INNOVATE_TEST_PYTHON and installs what it names");
    };
    let folders = blueprint::shipped().into_iter().map(|name| format!("{ROOT}/blueprints/{name}/templates/*.yaml"));
    let output = std::process::Command::new(Path::new(&python).with_file_name("cfn-lint")).args(folders).output().unwrap();
    assert!(output.status.success(), "{}", told(&output));
}

#[test]
fn a_violation_is_refused_with_its_line_and_its_remedy() {
    let desk = desk("innovate-inc");
    change(&desk, "templates/database.yaml", "rds.force_ssl: \"1\"", "rds.force_ssl: \"0\"");
    let output = desk.run(&["plan", "infra", "--offline"]);
    let told = told(&output);
    assert_eq!(output.status.code(), Some(5), "{told}");
    for wanted in ["DENIED in production", "aws.rds.tls_not_required", "infra/templates/database.yaml:", "rds.force_ssl: \"1\""] {
        assert!(told.contains(wanted), "`{wanted}` is said:\n{told}");
    }
}

#[test]
fn an_environment_may_make_less_of_a_policy() {
    let desk = desk("innovate-inc");
    change(&desk, "templates/database.yaml", "rds.force_ssl: \"1\"", "rds.force_ssl: \"0\"");
    let path = desk.path("infra/blueprint.yaml");
    let text = fs::read_to_string(&path).unwrap();
    let stages = "\nguardrails:\n  stages:\n    aws.rds.tls_not_required: ACTION\n";
    for (action, status, said) in [("warn", 0, true), ("off", 0, false), ("deny", 5, true)] {
        fs::write(&path, format!("{text}{}", stages.replace("ACTION", action))).unwrap();
        let output = desk.run(&["plan", "infra", "--offline"]);
        assert_eq!(output.status.code(), Some(status), "{action}: {}", told(&output));
        assert_eq!(told(&output).contains("aws.rds.tls_not_required"), said, "{action}");
    }
}

/// What is wrong with a blueprint, each with the words that say so.
#[test]
fn what_is_wrong_is_said_with_its_line() {
    let network = "VpcCidr: { parameter: VpcCidr }";
    let cases = [
        ("version: 1\n", "version: 2\n", "infra/blueprint.yaml:2:10: `version` is 2; this program reads 1"),
        (network, "VpcCidr: { parameter: VpcCird }", "no parameter `VpcCird` in this blueprint"),
        (network, "VpcCidr: { parameters: VpcCidr }", "expected a text, a number, a boolean, a list of these"),
        (network, "VpcCidr: { output: network.VpcId }", "`network` takes an output of its own"),
        (network, "VpcCidr: { output: keys.Nothing }", "the template of `keys` has no output `Nothing`"),
        (
            "template: templates/network.yaml",
            "template: templates/nothing.yaml",
            "the template `templates/nothing.yaml` is not in the folder",
        ),
        ("    account: production\n", "    account: prod\n", "no account `prod`; there are `management`, `nonproduction`, `production`"),
        ("  home: eu-central-1\n", "", "`regions` has no `home`"),
        (
            "approval: required\n    protection: true\n    parameters:\n      NonProductionEmail",
            "approvals: required\n    protection: true\n    parameters:\n      NonProductionEmail",
            "unknown field `approvals`",
        ),
    ];
    for (from, to, wanted) in cases {
        let desk = desk("innovate-inc");
        change(&desk, "blueprint.yaml", from, to);
        let lint = desk.run(&["blueprint", "lint", "infra"]);
        assert!(told(&lint).contains(wanted), "`{to}`: {}", told(&lint));
        assert!(matches!(lint.status.code(), Some(2 | 3)), "`{to}`");
        let plan = desk.run(&["plan", "infra", "--offline"]);
        assert_eq!(plan.status.code(), Some(2), "`{to}`: {}", told(&plan));
    }
}

#[test]
fn stacks_that_rest_on_each_other_in_a_circle_are_named() {
    let desk = desk("static-site");
    change(&desk, "blueprint.yaml", "  edge:\n    title:", "  edge:\n    after: [access-logs]\n    title:");
    let lint = desk.run(&["blueprint", "lint", "infra"]);
    assert!(told(&lint).contains("rest on each other in a circle"), "{}", told(&lint));
}

#[test]
fn nothing_is_written_over() {
    let desk = desk("static-site");
    let output = desk.run(&["blueprint", "new", "infra"]);
    assert_eq!(output.status.code(), Some(2), "{}", told(&output));
    assert!(told(&output).contains("is there and not empty"), "{}", told(&output));
    let output = desk.run(&["plan", "nowhere", "--offline"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(told(&output).contains("no folder `nowhere`, and no blueprint of this name; there are `innovate-inc`, `static-site`"));
}
