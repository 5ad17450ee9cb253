//! `innovate check --since`: only what a change adds fails, and a change cannot vote itself through.

use std::process::Command;

use serde_json::Value;

use crate::command::Desk;

/// A bucket with nothing set, and one more line.
fn bucket(name: &str, more: &str) -> String {
    format!("  {name}:\n    Type: AWS::S3::Bucket\n{more}")
}

/// A security group open to the world.
const OPEN: &str = "  Group:\n    Type: AWS::EC2::SecurityGroup\n    Properties:\n      GroupDescription: web\n      SecurityGroupIngress:\n        \
                    - {IpProtocol: tcp, FromPort: 22, ToPort: 22, CidrIp: 0.0.0.0/0}\n";

/// A repository whose only commit has this template.
fn repository(template: &str) -> Desk {
    let desk = Desk::new();
    desk.write("app/template.yaml", template);
    git(&desk, &["init", "--quiet", "--initial-branch=main"]);
    commit(&desk);
    desk
}

fn git(desk: &Desk, arguments: &[&str]) {
    let who = ["-c", "user.name=test", "-c", "user.email=test@example.com", "-c", "commit.gpgsign=false"];
    let status = Command::new("git").current_dir(desk.path("")).args(who).args(arguments).status().unwrap();
    assert!(status.success(), "git {arguments:?}");
}

fn commit(desk: &Desk) {
    git(desk, &["add", "--all"]);
    git(desk, &["commit", "--quiet", "--message", "state"]);
}

/// The report of a check since the commit, whose exit code is held.
fn check(desk: &Desk, code: i32, arguments: &[&str]) -> Value {
    let output = desk.run(&[&["check", "app", "--since", "HEAD", "-o", "json"], arguments].concat());
    assert_eq!(output.status.code(), Some(code), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

/// Policies of failing findings and whether each was there before.
fn failing(report: &Value) -> Vec<(&str, bool)> {
    let findings = report["findings"].as_array().unwrap().iter().filter(|finding| finding["verdict"] == "fail");
    findings.map(|finding| (finding["policy"].as_str().unwrap(), finding["baseline"] == true)).collect()
}

const SSH: &str = "aws.ec2.security_group_ssh_from_internet";
const CHANGED: &str = "innovate.trusted_file_changed";

#[test]
fn only_what_a_change_adds_fails() {
    let desk = repository(&format!("Resources:\n{}", bucket("Old", "")));
    let unchanged = check(&desk, 0, &["--fail-on", "info"]);
    assert!(failing(&unchanged).iter().all(|(_, known)| *known), "{unchanged:#}");
    assert_eq!((unchanged["ledger"]["baseline"]["new"].as_u64(), unchanged["ledger"]["baseline"]["fixed"].as_u64()), (Some(0), Some(0)));

    desk.write("app/template.yaml", format!("Resources:\n{OPEN}{}", bucket("Old", "")));
    let added = check(&desk, 3, &["--fail-on", "high"]);
    assert!(failing(&added).contains(&(SSH, false)), "{added:#}");
    assert!(
        failing(&added).iter().filter(|(policy, _)| policy.starts_with("aws.s3.")).all(|(_, known)| *known),
        "although its lines moved"
    );

    let versioned = "    Properties: {VersioningConfiguration: {Status: Enabled}}\n";
    desk.write("app/template.yaml", format!("Resources:\n{}", bucket("Old", versioned)));
    let fixed = check(&desk, 0, &["--fail-on", "info"]);
    assert!(fixed["ledger"]["baseline"]["fixed"].as_u64().unwrap() >= 1, "{fixed:#}");
}

#[test]
fn a_file_that_is_new_is_compared_with_nothing() {
    let desk = repository("Resources: {}\n");
    desk.write("app/more.yaml", format!("Resources:\n{OPEN}"));
    assert!(failing(&check(&desk, 3, &[])).contains(&(SSH, false)));
}

#[test]
fn a_change_cannot_vote_itself_through() {
    let desk = repository(&format!("Resources:\n{}", bucket("Old", "")));
    desk.write("app/template.yaml", format!("Resources:\n{OPEN}{}", bucket("Old", "")));
    std::fs::write(desk.path("report.json"), desk.run(&["check", "app", "-o", "json"]).stdout).unwrap();
    let who = ["--reason", "mine", "--owner", "me", "--expires", "2999-01-01"];
    let added = desk.run(&[["waiver", "add", "--report", "report.json", "--policy", SSH, "--resource", "Group"].as_slice(), &who].concat());
    assert_eq!(added.status.code(), Some(0), "{}", String::from_utf8_lossy(&added.stderr));
    desk.write("innovate.toml", "policies = [\"own\"]\n");
    desk.write("own/aws/ec2/security_group_ssh_from_internet.rego", "package aws.ec2.security_group_ssh_from_internet\n");
    let distrusted = check(&desk, 3, &[]);
    let failing = failing(&distrusted);
    assert!(failing.contains(&(SSH, false)), "{failing:?}");
    let files: Vec<&str> = distrusted["findings"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|finding| finding["policy"] == CHANGED)
        .map(|finding| finding["location"]["file"].as_str().unwrap())
        .collect();
    assert_eq!(files, ["innovate-waivers.yaml", "innovate.toml", "own/aws/ec2/security_group_ssh_from_internet.rego"]);
    assert!(check(&desk, 3, &["--policy", "aws.ec2"])["findings"].to_string().contains(CHANGED), "whatever is chosen");

    std::fs::remove_file(desk.path("innovate.toml")).unwrap();
    let trusted = check(&desk, 0, &["--trust-head"]);
    assert!(!trusted["findings"].to_string().contains(CHANGED));
    assert!(trusted["findings"].as_array().unwrap().iter().any(|finding| finding["policy"] == SSH && finding["verdict"] == "waived"));
}

#[test]
fn a_waiver_beside_a_resource_counts_once_it_is_merged() {
    let desk = repository("Resources: {}\n");
    let metadata = format!(
        "    Metadata:\n      innovate:\n        waive:\n          - {{policy: {SSH}, reason: a jump host, owner: network, expires: 2999-01-01}}\n"
    );
    desk.write("app/template.yaml", format!("Resources:\n{OPEN}{metadata}"));
    let proposed = check(&desk, 3, &[]);
    assert!(failing(&proposed).contains(&(SSH, false)) && failing(&proposed).contains(&(CHANGED, false)), "{:?}", failing(&proposed));
    commit(&desk);
    let merged = check(&desk, 0, &[]);
    assert!(!failing(&merged).iter().any(|(policy, _)| [SSH, CHANGED].contains(policy)), "{:?}", failing(&merged));
}

#[test]
fn a_check_can_start_in_a_folder_of_the_repository() {
    let desk = repository(&format!("Resources:\n{}", bucket("Old", "")));
    let output = Command::new(env!("CARGO_BIN_EXE_innovate"))
        .current_dir(desk.path("app"))
        .env_clear()
        .args(["check", ".", "--since", "HEAD", "--fail-on", "info", "-o", "json"])
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
}

#[test]
fn a_revision_that_is_not_there_is_a_usage_error() {
    let desk = repository("Resources: {}\n");
    for revision in ["nowhere", "--all", ""] {
        let output = desk.run(&["check", "app", &format!("--since={revision}")]);
        assert_eq!(output.status.code(), Some(2), "{revision}: {}", String::from_utf8_lossy(&output.stderr));
    }
    let alone = Desk::new();
    let template = alone.write("template.yaml", "Resources:\n  A:\n    Type: AWS::S3::Bucket\n");
    let output = alone.run(&["check", &template, "--since", "HEAD"]);
    let message = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{message}");
    assert!(message.contains("`--since` compares revisions of a Git repository"), "{message}");
}

#[test]
fn the_index_of_the_repository_stays_as_it_is() {
    let desk = repository(&format!("Resources:\n{}", bucket("Old", "")));
    desk.write("staged.txt", "staged");
    git(&desk, &["add", "staged.txt"]);
    let index = std::fs::read(desk.path(".git/index")).unwrap();
    check(&desk, 0, &[]);
    assert_eq!(std::fs::read(desk.path(".git/index")).unwrap(), index);
}
