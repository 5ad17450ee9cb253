//! Blueprints provisioned on a server of their own, which holds nothing but an empty management account.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};

use serde_json::{Value, json};

use super::{Called, environment};
use crate::command::Desk;

/// The Regions that the accounts can use.
const REGIONS: &str = "eu-central-1,eu-west-1,us-east-1";

/// A server with a folder to work in, that holds a blueprint.
struct Site {
    desk: Desk,
    server: Child,
    address: String,
}

impl Site {
    /// With a blueprint that ships in the folder `infra`.
    fn new(blueprint: &str) -> Self {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cloud/server.py");
        let mut command = Command::new(environment("INNOVATE_TEST_PYTHON"));
        let mut server = command.arg(script).env("STAGE_REGIONS", REGIONS).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let mut address = String::new();
        BufReader::new(server.stdout.take().unwrap()).read_line(&mut address).unwrap();
        let site = Self { desk: Desk::new(), server, address: address.trim().to_owned() };
        let output = site.desk.run(&["blueprint", "new", "infra", "--from", blueprint]);
        assert_eq!(output.status.code(), Some(0), "{}", said(&output));
        site
    }

    /// Opens a session with the settings of `Session` in `tests/cloud/faults.py`.
    fn session(&self, name: &str, settings: &Value) -> Session<'_> {
        ureq::put(format!("{}/sessions/{name}", self.address)).send_json(settings).unwrap();
        Session { site: self, name: name.to_owned() }
    }

    /// A session in which nothing breaks.
    fn open(&self, name: &str) -> Session<'_> {
        self.session(name, &json!({}))
    }

    /// Settings of CloudFormation, as `tests/cloud/cloudformation/stacks.py` has them.
    fn plant(&self, settings: &Value) {
        ureq::put(format!("{}/stage/cloudformation", self.address)).send_json(settings).unwrap();
    }

    /// Runs a script of `tests/cloud` on the server; what it prints is JSON.
    fn script(&self, name: &str, arguments: &[&str]) -> Value {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cloud").join(name);
        let output = Command::new(environment("INNOVATE_TEST_PYTHON")).arg(script).arg(&self.address).args(arguments).output().unwrap();
        assert!(output.status.success(), "{}", said(&output));
        serde_json::from_slice(&output.stdout).unwrap()
    }

    fn change(&self, file: &str, from: &str, to: &str) {
        let path = self.desk.path(&format!("infra/{file}"));
        let text = fs::read_to_string(&path).unwrap();
        assert_eq!(text.matches(from).count(), 1, "`{from}` is in `{file}` once");
        fs::write(&path, text.replace(from, to)).unwrap();
    }
}

impl Drop for Site {
    fn drop(&mut self) {
        // It has nothing to lose.
        drop(self.server.kill());
        drop(self.server.wait());
    }
}

/// A session on the server, whose calls are logged.
struct Session<'a> {
    site: &'a Site,
    name: String,
}

impl Session<'_> {
    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_innovate"));
        command
            .args(arguments)
            .current_dir(self.site.desk.path(""))
            .env_clear()
            .envs([("AWS_ENDPOINT_URL", format!("http://{}.test", self.name)), ("HTTP_PROXY", self.site.address.clone())])
            .envs([("AWS_ACCESS_KEY_ID", "test"), ("AWS_SECRET_ACCESS_KEY", "test"), ("AWS_REGION", "eu-central-1")])
            .envs([("AWS_EC2_METADATA_DISABLED", "true"), ("AWS_MAX_ATTEMPTS", "1"), ("INNOVATE_POLL", "5")]);
        command
    }

    fn run(&self, arguments: &[&str]) -> Output {
        self.command(arguments).output().unwrap()
    }

    /// The plan, which changes nothing by being made.
    fn plan(&self) -> Value {
        let before = self.writes().len();
        let output = self.run(&["plan", "infra", "-o", "json"]);
        assert_eq!(output.status.code(), Some(0), "{}", said(&output));
        assert_eq!(self.writes().len(), before, "a plan writes nothing");
        serde_json::from_slice(&output.stdout).unwrap()
    }

    /// Applies what is planned, agreed to.
    fn apply(&self, status: i32) -> Output {
        let plan = self.plan();
        let output = self.run(&["apply", "infra", "--approve", plan["digest"].as_str().unwrap()]);
        assert_eq!(output.status.code(), Some(status), "{}", said(&output));
        output
    }

    fn calls(&self) -> Vec<Called> {
        ureq::get(format!("{}/sessions/{}", self.site.address, self.name)).call().unwrap().body_mut().read_json().unwrap()
    }

    /// The calls that change something.
    fn writes(&self) -> Vec<String> {
        let reads = ["Describe", "Get", "List", "AssumeRole", "GenerateCredentialReport", "BatchGet"];
        let is_write = |action: &String| action.split(':').nth(1).is_some_and(|name| !reads.iter().any(|read| name.starts_with(read)));
        self.calls().into_iter().filter_map(|call| call.action).filter(is_write).collect()
    }

    /// What the stacks have, whatever it is called.
    fn kinds(&self) -> Vec<String> {
        self.resources().into_keys().collect()
    }

    /// Every resource of every stack that is there: its type and what identifies it, by account, Region, stack and logical id.
    fn resources(&self) -> BTreeMap<String, String> {
        serde_json::from_value(self.site.script("stacks.py", &[REGIONS])).unwrap()
    }
}

fn said(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

/// The steps of a plan that change something, as `environment/name`.
fn changes(plan: &Value) -> Vec<String> {
    let label = |step: &Value| format!("{}/{}", step["environment"].as_str().unwrap(), step["name"].as_str().unwrap());
    let is_change = |step: &&Value| match &step["change"]["stack"] {
        Value::Null => step["change"]["setting"]["changes"].as_array().is_none_or(|changes| !changes.is_empty()),
        stack => stack["action"] != "keep",
    };
    plan["steps"].as_array().unwrap().iter().filter(is_change).map(label).collect()
}

#[test]
fn an_empty_account_becomes_three_with_all_that_the_blueprint_says() {
    let site = Site::new("innovate-inc");
    let session = site.open("whole");
    session.apply(0);
    let resources = session.resources();
    let accounts: BTreeSet<&str> = resources.keys().filter_map(|key| key.split('/').next()).collect();
    assert_eq!(accounts.len(), 3, "{accounts:?}");
    assert!(resources.len() > 400, "{}", resources.len());
    // Once it is there nothing is left to do, and doing it writes nothing.
    assert_eq!(changes(&session.plan()), Vec::<String>::new());
    let again = site.open("again");
    let output = again.run(&["apply", "infra"]);
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    assert_eq!(again.writes(), Vec::<String>::new());
    // An audit of the accounts finds nothing wrong with what the blueprint made.
    let output = session.run(&["audit", "--role", "innovate-audit", "-o", "json", "--fail-on", "never"]);
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    let made: BTreeSet<&str> = resources.values().map(String::as_str).collect();
    let findings = report["findings"].as_array().unwrap().iter();
    let ours: Vec<String> = findings
        .filter(|finding| {
            made.contains(
                format!("{} {}", finding["resource"]["type"].as_str().unwrap(), finding["resource"]["id"].as_str().unwrap()).as_str(),
            )
        })
        .map(|finding| format!("{} {} {}", finding["verdict"], finding["policy"], finding["message"]))
        .collect();
    assert_eq!(ours, Vec::<String>::new());
    // What somebody does by hand is named, and nothing else.
    let output = session.run(&["drift", "infra", "--fail-on-drift"]);
    assert_eq!(output.status.code(), Some(4), "some types nothing reads: {}", said(&output));
    assert!(said(&output).contains(" compared: 0 drifted, "), "{}", said(&output));
    let meddled = site.script("meddle.py", &[]);
    let output = session.run(&["drift", "infra", "--fail-on-drift", "-o", "json"]);
    assert_eq!(output.status.code(), Some(3), "{}", said(&output));
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    let told = report["found"].as_array().unwrap().iter().filter(|found| found["kind"] != "unread");
    let told: BTreeSet<String> =
        told.map(|found| format!("{} {} {}", found["kind"].as_str().unwrap(), found["id"].as_str().unwrap(), found["pointer"])).collect();
    let expected: BTreeSet<String> = meddled.as_array().unwrap().iter().map(|one| one.as_str().unwrap().to_owned()).collect();
    assert_eq!(told, expected);
    site.script("meddle.py", &["undo"]);
    // One parameter, one change in each environment that has it.
    site.change("blueprint.yaml", "    maximum: 2000000000\n    default: 2000\n", "    maximum: 2000000000\n    default: 3000\n");
    let plan = session.plan();
    assert_eq!(changes(&plan), ["nonproduction/edge", "production/edge"]);
    let edge = plan["steps"].as_array().unwrap().iter().find(|step| step["name"] == "edge").unwrap();
    let changed = edge["change"]["stack"]["resources"].as_array().unwrap();
    assert_eq!(changed.len(), 1, "{changed:#?}");
    assert_eq!((&changed[0]["logical_id"], &changed[0]["action"]), (&json!("WebAcl"), &json!("update")));
    session.apply(0);
    assert_eq!(changes(&session.plan()), Vec::<String>::new());
    assert_eq!(session.resources(), resources, "what changed in place is what it was");
    // What is protected from deletion is not deleted, until somebody takes the protection away.
    for (file, protected, free, count) in [
        ("templates/database.yaml", "DeletionProtection: true", "DeletionProtection: false", 2),
        ("templates/cluster.yaml", "DeletionProtection: !If [IsProduction, true, false]", "DeletionProtection: false", 1),
    ] {
        let path = site.desk.path(&format!("infra/{file}"));
        let text = fs::read_to_string(&path).unwrap();
        assert_eq!(text.matches(protected).count(), count, "{file}");
        fs::write(&path, text.replace(protected, free)).unwrap();
    }
    let output = session.run(&["plan", "infra"]);
    assert_eq!(output.status.code(), Some(5), "{}", said(&output));
    let path = site.desk.path("infra/blueprint.yaml");
    let text = fs::read_to_string(&path).unwrap();
    fs::write(&path, format!("{text}\nguardrails:\n  stages:\n    aws.rds.deletion_protection_disabled: warn\n")).unwrap();
    session.apply(0);
    let output = session.run(&["destroy", "infra", "--dry-run"]);
    let told = said(&output);
    assert_eq!(output.status.code(), Some(0), "{told}");
    let digest = told.lines().last().unwrap().strip_prefix("digest ").unwrap();
    let output = session.run(&["destroy", "infra", "--yes"]);
    assert_eq!(output.status.code(), Some(5), "production needs approval: {}", said(&output));
    assert_eq!(session.resources().len(), resources.len());
    let output = session.run(&["destroy", "infra", "--approve", digest]);
    assert_eq!(output.status.code(), Some(5), "{}", said(&output));
    assert!(said(&output).contains("would be lost for good; give it the `DeletionPolicy`"), "{}", said(&output));
    assert_eq!(session.resources().len(), resources.len());
    let output = session.run(&["destroy", "infra", "--approve", digest, "--lose", "Cluster", "--lose", "InterruptionQueue"]);
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    assert_eq!(session.resources(), BTreeMap::new());
}

#[test]
fn what_needs_approval_is_not_done_without_it() {
    let site = Site::new("innovate-inc");
    let session = site.open("approval");
    let wrong = "0".repeat(64);
    for arguments in [["--yes"].as_slice(), &[], &["--approve", &wrong]] {
        let output = session.run(&[&["apply", "infra"], arguments].concat());
        assert_eq!(output.status.code(), Some(5), "{arguments:?}: {}", said(&output));
        assert!(said(&output).contains("refused: "), "{arguments:?}: {}", said(&output));
    }
    assert_eq!(session.writes(), Vec::<String>::new());
}

#[test]
fn a_guardrail_refuses_before_anything_is_written() {
    let site = Site::new("innovate-inc");
    site.change("templates/database.yaml", "rds.force_ssl: \"1\"", "rds.force_ssl: \"0\"");
    let session = site.open("guardrail");
    let output = session.run(&["apply", "infra", "--yes"]);
    assert_eq!(output.status.code(), Some(5), "{}", said(&output));
    assert!(said(&output).contains("denied in production: aws.rds.tls_not_required"), "{}", said(&output));
    assert_eq!(session.writes(), Vec::<String>::new());
}

#[test]
fn a_plan_in_a_file_is_done_as_it_was_made_or_not_at_all() {
    let site = Site::new("static-site");
    let session = site.open("file");
    let output = session.run(&["plan", "infra", "--out", "plan.json"]);
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    let text = fs::read_to_string(site.desk.path("plan.json")).unwrap();
    site.desk.write("changed.json", text.replace("\"create\"", "\"update\""));
    let output = session.run(&["apply", "changed.json", "--yes"]);
    assert_eq!(output.status.code(), Some(2), "{}", said(&output));
    assert!(said(&output).contains("was changed after it was made"), "{}", said(&output));
    assert_eq!(session.writes(), Vec::<String>::new());
    // Another has been here since.
    site.change("templates/site.yaml", "AWSTemplateFormatVersion", "# Mine.\nAWSTemplateFormatVersion");
    let output = session.run(&["apply", "plan.json", "--yes"]);
    assert_eq!(output.status.code(), Some(5), "{}", said(&output));
    assert!(said(&output).contains("moved: site/site: the template `templates/site.yaml` was changed"), "{}", said(&output));
    assert_eq!(session.writes(), Vec::<String>::new());
    site.change("templates/site.yaml", "# Mine.\n", "");
    let output = session.run(&["apply", "plan.json", "--yes"]);
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    // The same plan once more has nothing left to do.
    let output = session.run(&["apply", "plan.json", "--yes"]);
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    assert!(said(&output).contains("nothing to do"), "{}", said(&output));
}

#[test]
fn a_failure_names_its_first_cause_and_the_next_run_goes_on() {
    let site = Site::new("static-site");
    let session = site.open("failure");
    site.plant(&json!({ "failures": [{ "stack": "*", "resource": "SiteBucket", "on": "create", "reason": "the bucket is taken" }] }));
    let output = session.run(&["apply", "infra", "--yes"]);
    assert_eq!(output.status.code(), Some(5), "{}", said(&output));
    assert!(
        said(&output).contains("site/site: failed: `SiteBucket` (AWS::S3::Bucket): the bucket is taken (ROLLBACK_COMPLETE)"),
        "{}",
        said(&output)
    );
    assert!(said(&output).contains("site/access-logs: not begun: it rests on `site/site`"), "{}", said(&output));
    let output = session.run(&["apply", "infra", "--yes"]);
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    assert_eq!(changes(&session.plan()), Vec::<String>::new());
}

/// An apply that is killed at each of its calls leaves nothing that the same command does not bring to the same end.
#[test]
fn an_apply_that_is_killed_anywhere_comes_to_the_same_end() {
    let site = Site::new("static-site");
    let session = site.open("unbroken");
    let output = session.run(&["apply", "infra", "--yes"]);
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    let (calls, expected) = (session.calls(), session.kinds());
    assert!(expected.len() > 12, "{expected:?}");
    // What comes before the first call that writes changes nothing.
    let first = calls.iter().position(|call| call.action.as_deref() == Some("cloudformation:CreateChangeSet")).unwrap();
    // What comes after the last call of CloudFormation reads what was made.
    let of_cloudformation = |call: &Called| call.action.as_deref().is_some_and(|action| action.starts_with("cloudformation:"));
    let last = calls.iter().rposition(of_cloudformation).unwrap() + 2;
    drop(site);
    let next = std::sync::atomic::AtomicUsize::new(first);
    let work = || {
        let site = Site::new("static-site");
        loop {
            let at = next.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
            if at >= last {
                break;
            }
            ureq::post(format!("{}/moto-api/reset", site.address)).send_empty().unwrap();
            let killed = site.session(&format!("killed-{at}"), &json!({ "rules": [{ "fault": "slow", "after": at }] }));
            let mut apply = killed.command(&["apply", "infra", "--yes"]).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
            while killed.calls().len() <= at && apply.try_wait().unwrap().is_none() {
                std::thread::yield_now();
            }
            drop(apply.kill());
            apply.wait().unwrap();
            let session = site.open(&format!("resumed-{at}"));
            let output = session.run(&["apply", "infra", "--yes"]);
            assert_eq!(output.status.code(), Some(0), "killed at call {at}: {}", said(&output));
            assert_eq!(session.kinds(), expected, "killed at call {at}");
            assert_eq!(changes(&session.plan()), Vec::<String>::new(), "killed at call {at}");
        }
    };
    std::thread::scope(|threads| {
        let other = threads.spawn(work);
        work();
        other.join().unwrap();
    });
}
