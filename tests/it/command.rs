//! The command line on the recorded organization: flags, files, exit codes.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value;
use tempfile::TempDir;

pub const EXAMPLE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/organization.snapshot");

/// A folder to run the program in.
pub struct Desk(TempDir);

impl Desk {
    pub fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    pub fn write(&self, name: &str, text: impl AsRef<[u8]>) -> String {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, text).unwrap();
        path.to_str().unwrap().to_owned()
    }

    pub fn run(&self, arguments: &[&str]) -> Output {
        Command::new(env!("CARGO_BIN_EXE_innovate")).current_dir(self.0.path()).env_clear().args(arguments).output().unwrap()
    }

    /// Audits the example; holds the exit code and gives standard output.
    pub fn audit(&self, code: i32, arguments: &[&str]) -> String {
        let output = self.run(&[&["audit", "--snapshot", EXAMPLE], arguments].concat());
        assert_eq!(output.status.code(), Some(code), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    }

    /// Runs what must fail; gives the message.
    fn fails(&self, code: i32, arguments: &[&str]) -> String {
        let output = self.run(arguments);
        let message = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(code), "{arguments:?}: {message}");
        assert!(output.stdout.is_empty());
        message
    }
}

pub fn findings(report: &str) -> Vec<Value> {
    let report: Value = serde_json::from_str(report).unwrap();
    report["findings"].as_array().unwrap().clone()
}

/// A policy on databases.
pub fn policy(id: &str, body: &str) -> String {
    format!(
        "# METADATA\n# title: Any\n# description: Any policy of a user.\n# custom:\n#   severity: high\n#   resource_types:\n#     - AWS::RDS::DBInstance\n#   risk: None.\n\
         #   remediation:\n#     console: None.\n#     cli: None.\n#     cloudformation: None.\npackage {id}\n\n{body}\n"
    )
}

#[test]
fn the_exit_code_says_what_was_found() {
    let desk = Desk::new();
    desk.audit(3, &[]);
    desk.audit(3, &["--fail-on", "critical"]);
    desk.audit(0, &["--fail-on", "never"]);
    desk.audit(0, &["--fail-on", "never", "--require-complete"]);
    desk.audit(0, &["--policy", "aws.ec2.security_group_unrestricted_egress"]);
    desk.audit(3, &["--policy", "aws.ec2.security_group_unrestricted_egress", "--fail-on", "info"]);
}

#[test]
fn what_is_judged_can_be_narrowed() {
    let desk = Desk::new();
    let critical = findings(&desk.audit(3, &["--severity", "critical", "-o", "json"]));
    assert!(!critical.is_empty() && critical.iter().all(|finding| finding["severity"] == "critical"));
    let rds = findings(&desk.audit(3, &["--policy", "aws.rds", "-o", "json", "--show-passes"]));
    assert!(rds.iter().all(|finding| finding["policy"].as_str().unwrap().starts_with("aws.rds.")));
    assert!(rds.iter().any(|finding| finding["verdict"] == "pass"));
    assert!(findings(&desk.audit(3, &["--policy", "aws.rds", "-o", "json"])).iter().all(|finding| finding["verdict"] != "pass"));
}

#[test]
fn a_snapshot_can_be_narrowed_like_a_reading() {
    let desk = Desk::new();
    let all = findings(&desk.audit(3, &["-o", "json"]));
    let account = all[0]["account"].as_str().unwrap();
    let of_account = findings(&desk.audit(3, &["-o", "json", "--account", account]));
    let expected: Vec<_> = all.iter().filter(|finding| finding["account"] == account).cloned().collect();
    assert_eq!(of_account, expected);
    let of_region = findings(&desk.audit(3, &["-o", "json", "--region", "eu-west-1"]));
    let expected: Vec<_> = all.iter().filter(|finding| finding["region"] != "us-east-1").cloned().collect();
    assert_eq!(of_region, expected);
    desk.audit(4, &["--region", "eu-south-1", "--policy", "aws.ec2"]);
    desk.audit(3, &["--region", "eu-south-1", "--policy", "aws.ec2", "--fail-on", "never", "--require-complete"]);
    assert!(desk.fails(2, &["audit", "--snapshot", EXAMPLE, "--account", "1"]).contains("no account `1`"));
    assert!(desk.fails(2, &["audit", "--snapshot", EXAMPLE, "--ou", "Nowhere"]).contains("no organizational unit `Nowhere`"));
}

#[test]
fn one_run_writes_several_reports() {
    let desk = Desk::new();
    let table = desk.audit(3, &["-o", "table", "-o", "json=report.json", "-o", "table=report.txt"]);
    assert!(table.contains("CRITICAL") && table.contains("117 policies on "));
    assert_eq!(fs::read_to_string(desk.path("report.txt")).unwrap(), table);
    assert!(!findings(&fs::read_to_string(desk.path("report.json")).unwrap()).is_empty());
    let left: Vec<_> = fs::read_dir(desk.0.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(left.len(), 2, "{left:?}");
    let message = desk.fails(1, &["audit", "--snapshot", EXAMPLE, "-o", "json=/nonexistent/report.json"]);
    assert!(message.contains("cannot write `/nonexistent/report.json`"), "{message}");
}

#[test]
fn what_does_not_fit_in_memory_gives_the_same_report() {
    let desk = Desk::new();
    for format in ["html", "json", "table"] {
        let arguments = ["--show-passes", "-o", format];
        let held = desk.audit(3, &arguments);
        assert_eq!(desk.audit(3, &[["--memory", "0"].as_slice(), &arguments].concat()), held);
        assert!(held.len() > 100_000, "the report is whole");
    }
    let narrow = ["--account", "440865379141", "--region", "eu-west-1", "-o", "json"];
    assert_eq!(desk.audit(3, &narrow), desk.audit(3, &[["--memory", "0"].as_slice(), &narrow].concat()));
    desk.write("own/mine/it.rego", policy("mine.it", "deny contains \"no\" if input.properties.Engine == \"postgres\""));
    let own = ["--policy", "own", "-o", "json"];
    assert_eq!(desk.audit(3, &own), desk.audit(3, &[["--memory", "0"].as_slice(), &own].concat()));
}

#[test]
fn users_add_policies_and_set_parameters() {
    let desk = Desk::new();
    desk.write(
        "own/mine/named.rego",
        policy("mine.named", "import data.lib.values\nviolation contains {\"msg\": \"no\"} if input.properties.Engine == \"postgres\""),
    );
    let report = desk.audit(3, &["--policy", "own", "--policy", "mine", "-o", "json"]);
    assert!(
        !findings(&report).is_empty()
            && findings(&report).iter().all(|finding| finding["policy"] == "mine.named" && finding["message"] == "no")
    );

    let days = |desk: &Desk| {
        let report = desk.audit(0, &["--policy", "aws.rds.backup_retention_too_short", "-o", "json", "--fail-on", "never"]);
        findings(&report).len()
    };
    let by_default = days(&desk);
    desk.write("innovate.toml", "policies = [\"own\"]\n[parameters.\"aws.rds.backup_retention_too_short\"]\nminimum_days = 35\n");
    assert!(days(&desk) > by_default);
    assert!(!findings(&desk.audit(3, &["--policy", "mine", "-o", "json"])).is_empty(), "the folder of the file is used");
}

#[test]
fn settings_that_cannot_be_meant_are_usage_errors() {
    let desk = Desk::new();
    for (text, expected) in [
        ("[parameters.\"aws.rds.backup_retention_too_short\"]\nminimum_days = 0", "minimum_days"),
        ("[parameters.\"aws.rds.backup_retention_too_short\"]\ndays = 7", "the policy has `minimum_days`"),
        ("[parameters.\"aws.rds.backup_retention\"]\nminimum_days = 7", "no policy `aws.rds.backup_retention`"),
        ("policy = []", "policy"),
        ("policies = [", "innovate.toml"),
    ] {
        desk.write("innovate.toml", text);
        let message = desk.fails(2, &["audit", "--snapshot", EXAMPLE]);
        assert!(message.contains(expected), "{text}: {message}");
    }
}

#[test]
fn a_policy_that_would_check_nothing_is_an_error_that_names_it() {
    let desk = Desk::new();
    for (body, expected) in [
        ("allow if true", "bad/it.rego: no rule `deny`, `violation` or `warn`"),
        ("deny contains {\"message\": \"x\", \"path\": \"\"} if input.", "bad/it.rego:"),
        ("deny contains 7 if true", "policy `bad.it`: a denial must be an object with `message` and `path`, not 7"),
    ] {
        desk.write("own/bad/it.rego", policy("bad.it", body));
        let report = desk.audit(1, &["--policy", "own", "--policy", "bad"]);
        assert!(report.contains(expected), "{body}: {report}");
    }
    desk.write("own/bad/it.rego", policy("bad.other", "deny contains \"x\" if true"));
    assert!(desk.audit(1, &["--policy", "own"]).contains("the package is `bad.other`, but the path asks for `bad.it`"));
    fs::create_dir(desk.path("empty")).unwrap();
    assert!(desk.fails(2, &["audit", "--snapshot", EXAMPLE, "--policy", "empty"]).contains("no policy"));
}

#[test]
fn snapshots_that_cannot_be_read_say_why() {
    let desk = Desk::new();
    let whole = fs::read(EXAMPLE).unwrap();
    for (bytes, expected) in
        [(&whole[..whole.len() / 2], "truncated"), (b"not a snapshot".as_slice(), "is no snapshot"), (b"", "truncated")]
    {
        let file = desk.write("broken.snapshot", bytes);
        let message = desk.fails(1, &["audit", "--snapshot", &file]);
        assert!(message.contains(expected) && message.contains("broken.snapshot"), "{message}");
    }
}

#[test]
fn policies_are_listed_shown_and_tested() {
    let desk = Desk::new();
    let says = |arguments: &[&str]| String::from_utf8(desk.run(arguments).stdout).unwrap();
    assert_eq!(says(&["policy", "list"]).lines().count(), 165);
    let shown = says(&["policy", "show", "aws.rds.backup_retention_too_short"]);
    assert!(shown.contains("Parameter minimum_days = 7") && shown.contains("Judges: AWS::RDS::DBInstance"), "{shown}");
    assert!(says(&["policy", "test", "aws.rds"]).trim_end().ends_with(", 0 failures"));
    desk.write("own/mine/it.rego", policy("mine.it", "deny contains \"x\" if input.properties.MultiAZ == false"));
    let untested = desk.run(&["policy", "test", "--folder", "own"]);
    assert_eq!(untested.status.code(), Some(3));
    assert!(String::from_utf8_lossy(&untested.stdout).contains("has no examples; write `mine/it.yaml`"));
    desk.write(
        "own/mine/it.yaml",
        "cases:\n  - name: one\n    expect: pass\n    resource: { type: AWS::RDS::DBInstance, id: db, properties: { MultiAZ: true } }\n",
    );
    assert!(says(&["policy", "test", "--folder", "own"]).contains("has no example with `expect: fail`"));
}

#[test]
fn the_shell_and_the_manual_know_the_commands() {
    let desk = Desk::new();
    for arguments in [["completions", "bash"].as_slice(), &["completions", "zsh"], &["man"], &["--help"], &["audit", "--help"]] {
        let output = desk.run(arguments);
        assert_eq!(output.status.code(), Some(0));
        assert!(String::from_utf8_lossy(&output.stdout).contains("snapshot"), "{arguments:?}");
    }
}

#[test]
fn a_reader_that_hangs_up_is_no_error() {
    let script = format!("{} policy list | head -n 1", env!("CARGO_BIN_EXE_innovate"));
    let output = Command::new("bash").args(["-o", "pipefail", "-c", &script]).current_dir(Path::new("/")).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

#[test]
fn explain_says_what_a_verdict_rests_on_and_what_would_change_it() {
    let desk = Desk::new();
    let explain = |arguments: &[&str]| {
        let output = desk.run(&[&["explain"], arguments, &["--snapshot", EXAMPLE]].concat());
        assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    };
    let own = explain(&["aws.rds.storage_not_encrypted", "AWS::RDS::DBInstance/weak"]);
    for said in [
        "fail: aws.rds.storage_not_encrypted on AWS::RDS::DBInstance `weak`",
        "/StorageEncrypted = false",
        "aws/rds/storage_not_encrypted.rego:",
        "\"op\": \"replace\",\n    \"path\": \"/StorageEncrypted\",\n    \"value\": true",
        "\"Properties\": {\n    \"StorageEncrypted\": true",
    ] {
        assert!(own.contains(said), "{said}: {own}");
    }
    let absent = explain(&["aws.cloudtrail.trail_not_encrypted_with_kms", "AWS::CloudTrail::Trail/bare"]);
    assert!(absent.contains("/KMSKeyId is absent"), "{absent}");
    let looked_up = explain(&["aws.rds.tls_not_required", "AWS::RDS::DBInstance/weak"]);
    assert!(looked_up.contains("AWS::RDS::DBParameterGroup `no-tls` /Parameters/rds.force_ssl = \"0\""), "{looked_up}");
    for (arguments, said) in [
        (["aws.rds.tls_not_required", "nothing"], "no resource `nothing` in the snapshot"),
        (["aws.rds", "weak"], "`aws.rds` names several policies"),
        (["aws.rds.tls_not_required", "main-trail"], "no resource `main-trail`"),
    ] {
        let message = desk.fails(2, &[&["explain"], arguments.as_slice(), &["--snapshot", EXAMPLE]].concat());
        assert!(message.contains(said), "{message}");
    }
}

#[test]
fn lint_names_what_a_policy_reads_and_is_not_there() {
    let desk = Desk::new();
    let lint = |body: &str| {
        desk.write("own/mine/any.rego", policy("mine.any", body));
        let output = desk.run(&["policy", "lint", "--folder", desk.path("own").to_str().unwrap()]);
        (output.status.code(), String::from_utf8(output.stdout).unwrap())
    };
    let (_, clean) = lint("deny contains \"no\" if not input.properties.MultiAZ");
    assert!(!clean.contains("[unknown-property]"), "{clean}");
    for (body, said) in [
        (
            "deny contains \"no\" if not input.properties.MultiAz",
            "mine/any.rego:15:44: `AWS::RDS::DBInstance` has no property `MultiAz`; did you mean `MultiAZ`?",
        ),
        (
            "deny contains \"no\" if {\n\tendpoint := input.properties.Endpoint\n\tendpoint.Prot == 1\n}",
            "mine/any.rego:17:11: `AWS::RDS::DBInstance` has no property `Prot` in `Endpoint`; did you mean `Port`?",
        ),
        (
            "deny contains \"no\" if count(data.resources[\"AWS::RDS::DBInstanc\"]) == 0",
            "no schema for resource type `AWS::RDS::DBInstanc`; did you mean `AWS::RDS::DBInstance`?",
        ),
        ("deny contains \"no\" if data.resources[input.properties.Engine].x.properties", "resources are looked up by a computed type"),
    ] {
        let (code, text) = lint(body);
        assert_eq!(code, Some(3), "{body}: {text}");
        assert!(text.contains(said), "{body}: {text}");
    }
}
