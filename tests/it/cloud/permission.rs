//! What `innovate permissions` grants is what a reading needs: enforced by the server, nothing is missing, and nothing is granted in vain.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Mutex;

use innovate::finding::Verdict;
use innovate::policy::{self, Platform};
use serde_json::{Value, json};

use super::{Stage, WHOLE};
use crate::verdict::{Key, verdicts};

/// The policy documents of the caller, for a selection of policies.
pub fn documents(arguments: &[&str]) -> Vec<Value> {
    let output =
        std::process::Command::new(env!("CARGO_BIN_EXE_innovate")).arg("permissions").args(arguments).env_clear().output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::Deserializer::from_slice(&output.stdout).into_iter().collect::<Result<_, _>>().unwrap()
}

/// The actions that documents grant.
pub fn granted(documents: &[Value]) -> BTreeSet<String> {
    let statements = documents.iter().flat_map(|document| document["Statement"].as_array().unwrap());
    let actions = statements.map(|statement| &statement["Action"]);
    actions
        .flat_map(|action| action.as_array().cloned().unwrap_or_else(|| vec![action.clone()]))
        .map(|action| action.as_str().unwrap().to_owned())
        .collect()
}

/// What is wrong with an audit by one policy that may just do what it needs to.
fn audited(id: &str, of_whole: &BTreeMap<Key, Verdict>) -> Vec<String> {
    let documents = documents(&["--policy", id]);
    let stage = Stage::open(&id.replace(['.', '_'], "-"), &json!({ "allowed": documents }));
    let output = stage.run(&["audit", "--policy", id, "--show-passes", "--fail-on", "never", "-o", "json"]);
    let mut problems = Vec::new();
    if output.status.code() != Some(0) {
        problems.push(format!("{id}: exit {:?} {}", output.status.code(), String::from_utf8_lossy(&output.stderr)));
    }
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let found: BTreeMap<Key, String> = report["findings"]
        .as_array()
        .unwrap()
        .iter()
        .map(|finding| {
            let resource = &finding["resource"];
            let key = [&finding["policy"], &finding["account"], &finding["region"], &resource["type"], &resource["id"]].map(text);
            (key, text(&finding["verdict"]))
        })
        .collect();
    let expected: BTreeMap<Key, String> =
        of_whole.iter().filter(|([policy, ..], _)| policy == id).map(|(key, verdict)| (key.clone(), verdict.to_string())).collect();
    if found != expected {
        problems.push(format!("{id}: {found:?} is not {expected:?}"));
    }
    let called: BTreeSet<String> = stage.calls().into_iter().filter_map(|call| call.action).collect();
    let vain: Vec<&String> = called.iter().filter(|action| action.starts_with("s3:") && id == "aws.rds.tls_not_required").collect();
    if !vain.is_empty() {
        problems.push(format!("{id}: {vain:?} were called"));
    }
    problems
}

#[test]
fn each_policy_alone_needs_just_its_permissions() {
    let library = policy::shipped().unwrap().on(&[Platform::Aws]);
    let of_whole = verdicts(&WHOLE.1);
    let queue = Mutex::new(library.policies.iter());
    let problems = Mutex::new(Vec::new());
    std::thread::scope(|threads| {
        for _ in 0..2 {
            threads.spawn(|| {
                while let Some(policy) = { queue.lock().unwrap().next() } {
                    let found = audited(&policy.id, &of_whole);
                    problems.lock().unwrap().extend(found);
                }
            });
        }
    });
    let problems = problems.into_inner().unwrap();
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}

#[test]
fn the_templates_are_ones_that_cloudformation_takes() {
    let cfn_lint = std::path::PathBuf::from(super::environment("INNOVATE_TEST_PYTHON")).with_file_name("cfn-lint");
    let folder = tempfile::tempdir().unwrap();
    let lint = |name: &str, text: &str| {
        let file = folder.path().join(name);
        std::fs::write(&file, text).unwrap();
        let output = std::process::Command::new(&cfn_lint).arg(&file).output().unwrap();
        assert!(output.status.success(), "{name}: {}", String::from_utf8_lossy(&output.stdout));
    };
    for arguments in [[].as_slice(), &["--auditor", "111122223333", "--external-id", "secret-1"]] {
        let role = &documents(&[&["--format", "cloudformation"], arguments].concat())[0];
        lint("role.json", &role.to_string());
        let set = &documents(&[&["--format", "stackset"], arguments].concat())[0];
        lint("stackset.json", &set.to_string());
        let body = set["Resources"]["AuditRoles"]["Properties"]["TemplateBody"].as_str().unwrap();
        assert_eq!(&serde_json::from_str::<Value>(body).unwrap(), role);
    }
}
