//! Every IAM action that a reading uses, denied: what was not read is a gap or an unread scope that names the action, and no verdict passes for it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Mutex;

use innovate_model::{Cause, HandlerErrorCode, World};
use serde_json::{Value, json};

use super::permission::{documents, granted};
use super::{Stage, WHOLE, judged};
use crate::verdict::{Key, departures, verdicts};
use innovate::finding::Verdict;

/// The actions of a reading that nothing denies.
fn actions() -> BTreeSet<String> {
    let stage = Stage::open("actions", &json!({}));
    stage.read();
    let calls = stage.calls();
    let unknown: Vec<_> = calls.iter().filter(|call| call.action.is_none()).collect();
    assert!(unknown.is_empty(), "{unknown:?}");
    calls.into_iter().filter_map(|call| call.action).collect()
}

#[test]
fn whatever_is_denied_nothing_passes_for_it() {
    // Nothing is read without an identity: `account.rs` and `flag.rs` see to that.
    let actions: BTreeSet<String> = actions().into_iter().filter(|action| action != "sts:GetCallerIdentity").collect();
    assert!(actions.len() > 100, "{actions:?}");
    let documents = documents(&["--all"]);
    assert_eq!(granted(&documents), actions, "what is granted is what is called");
    let of_whole = verdicts(&WHOLE.1);
    let queue = Mutex::new(actions.iter());
    let failures = Mutex::new(Vec::new());
    std::thread::scope(|threads| {
        for _ in 0..2 {
            threads.spawn(|| {
                while let Some(action) = { queue.lock().unwrap().next() } {
                    let problems = denied(action, &documents, &of_whole);
                    failures.lock().unwrap().extend(problems.into_iter().map(|problem| format!("{action}: {problem}")));
                }
            });
        }
    });
    let failures = failures.into_inner().unwrap();
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

fn denied(action: &str, documents: &[Value], of_whole: &BTreeMap<Key, Verdict>) -> Vec<String> {
    let name = action.to_lowercase().replace(':', "-");
    let stage = Stage::open(&name, &json!({ "allowed": without(documents, action) }));
    let world = stage.read();
    let mut problems = departures(&world, &verdicts(&judged(&world)), of_whole);
    problems.extend(unnamed(action, &world));
    problems
}

/// The documents, the action left out.
fn without(documents: &[Value], action: &str) -> Vec<Value> {
    let mut documents = documents.to_vec();
    for statements in documents.iter_mut().filter_map(|document| document["Statement"].as_array_mut()) {
        statements.retain(|statement| statement["Action"] != action);
        for actions in statements.iter_mut().filter_map(|statement| statement["Action"].as_array_mut()) {
            actions.retain(|granted| granted != action);
        }
    }
    documents
}

/// Properties that AWS documents for some resources without a call, so that a denial leaves them as they are.
const KNOWN: [(&str, &str); 2] = [
    // Analyzers of external access have no configuration.
    ("AWS::AccessAnalyzer::Analyzer", "AnalyzerConfiguration"),
    // The policies of AWS have no tags.
    ("AWS::Organizations::Policy", "Tags"),
];

/// Where the denial of `action` is not told: a listing that needs it leaves an unread type or gaps, a further call a gap in every property that it fills.
fn unnamed(action: &str, world: &World) -> Vec<String> {
    let names_it = |cause: &Cause| {
        cause.action.as_deref() == Some(action) && cause.code == HandlerErrorCode::AccessDenied && cause.message.contains("not authorized")
    };
    let told = |type_name: &str| {
        let unread = world.unread.iter().filter(|unread| type_name == "*" || [type_name, "*"].contains(&unread.type_name.as_str()));
        let gaps = world.resources.iter().filter(|resource| type_name == "*" || resource.type_name == type_name).flat_map(|r| &r.gaps);
        unread.map(|unread| &unread.cause).chain(gaps.map(|gap| &gap.cause)).any(names_it)
    };
    let mut problems = Vec::new();
    if !told("*") {
        problems.push("nothing tells of the denial".to_owned());
    }
    for definition in innovate_aws::definitions() {
        let name = definition.type_name;
        if definition.facets().any(|facet| facet.action == action) && !told(name) {
            problems.push(format!("nothing tells of it for {name}"));
        }
        for (facet, _) in definition.reads.iter().filter(|(facet, _)| facet.action == action) {
            for resource in world.resources.iter().filter(|resource| resource.type_name == name) {
                for property in facet.properties {
                    let gap = resource.gaps.iter().any(|gap| gap.pointer == format!("/{property}") && names_it(&gap.cause));
                    if !gap && !resource.properties.contains_key(*property) && !KNOWN.contains(&(name, property)) {
                        problems.push(format!("{name} {} has no gap `/{property}`", resource.id));
                    }
                }
            }
        }
    }
    problems
}
