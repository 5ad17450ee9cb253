//! The audit of the seeded organization.

use std::collections::BTreeSet;

use innovate::engine::Judgement;
use innovate::finding::Verdict;
use innovate::policy::{self, Platform};
use serde_json::{Value, json};

use super::{SEEDED, Stage, WHOLE, judged};
use crate::verdict::{Key, departures, verdicts};

fn planted(seeded: &Value) -> BTreeSet<Key> {
    let key = |defect: &Value| ["policy", "account", "region", "type", "id"].map(|name| defect[name].as_str().unwrap().to_owned());
    seeded["planted"].as_array().unwrap().iter().map(key).collect()
}

/// Holds that what fails is what was planted; gives the policies that it was planted for.
fn is_found(planted: &BTreeSet<Key>, judgement: &Judgement) -> BTreeSet<String> {
    let found: BTreeSet<Key> =
        verdicts(judgement).into_iter().filter(|(_, verdict)| *verdict == Verdict::Fail).map(|(key, _)| key).collect();
    let missed: Vec<_> = planted.difference(&found).collect();
    let invented: Vec<_> = found.difference(planted).collect();
    assert!(missed.is_empty() && invented.is_empty(), "missed: {missed:#?}\nnot planted: {invented:#?}");
    planted.iter().map(|[policy, ..]| policy.clone()).collect()
}

/// An organization can't both have a trail and lack one: the defects of a bare organization are planted in a second one.
#[test]
fn every_planted_defect_is_found_and_no_other() {
    let mut tried = is_found(&planted(&SEEDED), &WHOLE.1);
    let newcomer = &SEEDED["newcomer"];
    let world = Stage::open("newcomer", &json!({ "account": newcomer["management"] })).read();
    tried.extend(is_found(&planted(newcomer), &judged(&world)));
    let library = policy::shipped().unwrap().on(&[Platform::Aws]);
    let untried: Vec<_> = library.policies.iter().map(|policy| &policy.id).filter(|id| !tried.contains(*id)).collect();
    assert!(untried.is_empty(), "no defect is planted for {untried:?}");
}

#[test]
fn the_whole_organization_is_read() {
    let (world, judgement) = &*WHOLE;
    assert_eq!(world.unread, []);
    let gaps: Vec<_> = world.resources.iter().filter(|resource| !resource.gaps.is_empty()).collect();
    assert!(gaps.is_empty(), "{gaps:#?}");
    assert!(judgement.ledger.complete);
    let accounts: BTreeSet<&str> = SEEDED["accounts"].as_object().unwrap().values().filter_map(Value::as_str).collect();
    assert_eq!(world.accounts.keys().map(String::as_str).collect::<BTreeSet<_>>(), accounts);
}

#[test]
fn an_audit_of_the_live_organization_and_one_of_its_snapshot_say_the_same() {
    let stage = Stage::open("same", &json!({}));
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("organization.snapshot");
    let file = file.to_str().unwrap();
    assert_eq!(stage.run(&["snapshot", "-o", file]).status.code(), Some(0));
    let judge = |arguments: &[&str]| -> Value {
        let output = stage.run(arguments);
        assert_eq!(output.status.code(), Some(3), "{}", String::from_utf8_lossy(&output.stderr));
        serde_json::from_slice(&output.stdout).unwrap()
    };
    let live = judge(&["audit", "-o", "json"]);
    let kept = judge(&["audit", "--snapshot", file, "-o", "json"]);
    assert_eq!(live["findings"], kept["findings"]);
    for part in ["complete", "policies", "unmatched", "unread", "uncovered"] {
        assert_eq!(live["ledger"][part], kept["ledger"][part], "{part}");
    }
}

#[test]
fn what_is_read_can_be_narrowed() {
    let production = SEEDED["accounts"]["production"].as_str().unwrap();
    let stage = Stage::open("narrow", &json!({}));
    let narrow = ["--account", production, "--region", "eu-west-1"];
    let output = stage.run(&[&["audit", "-o", "json"], narrow.as_slice()].concat());
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(report["run"]["accounts"].as_array().unwrap().len(), 1);
    let places: BTreeSet<(&str, &str)> = report["findings"]
        .as_array()
        .unwrap()
        .iter()
        .map(|finding| (finding["account"].as_str().unwrap(), finding["region"].as_str().unwrap()))
        .collect();
    assert_eq!(places, BTreeSet::from([(production, "eu-west-1"), (production, "global")]));
    let unknown = stage.run(&["audit", "--account", "999999999999"]);
    assert_eq!(unknown.status.code(), Some(2), "{}", String::from_utf8_lossy(&unknown.stderr));
}

#[test]
fn what_is_left_out_is_not_taken_for_absent() {
    let account = |name: &str| SEEDED["accounts"][name].as_str().unwrap();
    let narrowed = [
        (json!({}), vec!["--account", account("management")]),
        (json!({}), vec!["--account", account("production")]),
        (json!({}), vec!["--region", "us-east-1"]),
        (json!({}), vec!["--region", "eu-west-1"]),
        (json!({}), vec!["--account", account("production"), "--region", "eu-west-1"]),
        (json!({ "rules": [{ "fault": "denied", "action": "ec2:DescribeRegions" }] }), vec!["--region", "us-east-1"]),
    ];
    for (number, (settings, arguments)) in narrowed.iter().enumerate() {
        let world = Stage::open(&format!("only-{number}"), settings).read_with(|command| {
            command.args(arguments);
        });
        let judgement = judged(&world);
        let departures = departures(&world, &verdicts(&judgement), &verdicts(&WHOLE.1));
        assert!(departures.is_empty(), "{arguments:?}: {}", departures.join("\n"));
        assert!(!judgement.ledger.complete, "some policy looks across all that there is");
    }
}
