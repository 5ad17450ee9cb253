//! The SARIF of the recorded organization.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::{HOSTILE, declared, hostile};
use crate::command::{Desk, findings, policy};

/// The schema that OASIS publishes, as the crate `serde-sarif` 0.8.0 ships it.
const SCHEMA: &str = include_str!("../../fixtures/sarif-2.1.0.json");

/// What is wrong with it.
fn errors(log: &Value) -> Vec<String> {
    // Two patterns of language codes are no regular expressions there; OASIS mended them in the errata.
    let schema: Value = serde_json::from_str(&SCHEMA.replace("{2}]?$\"", "{2}$\"")).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    validator.iter_errors(log).map(|error| format!("{}: {error}", error.instance_path())).collect()
}

/// The only run of an audit; it fits the schema.
fn run(desk: &Desk, code: i32, arguments: &[&str]) -> Value {
    let text = desk.audit(code, &[arguments, &["-o", "sarif"]].concat());
    assert!(text.starts_with("{\n  \"$schema\": ") && text.ends_with("}\n"));
    let log: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(errors(&log), Vec::<String>::new());
    assert_eq!(log["runs"].as_array().unwrap().len(), 1);
    log["runs"][0].clone()
}

fn list<'a>(of: &'a Value, name: &str) -> &'a [Value] {
    of[name].as_array().unwrap_or_else(|| panic!("`{name}` is no list"))
}

#[test]
fn it_fits_the_published_schema() {
    let desk = Desk::new();
    let mut log: Value = serde_json::from_str(&desk.audit(3, &["-o", "sarif"])).unwrap();
    assert_eq!(errors(&log), Vec::<String>::new());
    log["runs"][0]["results"][0]["kind"] = Value::from("maybe");
    assert!(!errors(&log).is_empty(), "the schema refuses a kind that there is not");
}

#[test]
fn every_finding_is_a_result() {
    let desk = Desk::new();
    for flags in [[].as_slice(), &["--show-passes"], &["--show-passes", "--memory", "0"]] {
        let run = run(&desk, 3, flags);
        let found = findings(&desk.audit(3, &[flags, &["-o", "json"]].concat()));
        let results = list(&run, "results");
        assert_eq!(results.len(), found.len());
        let mut files = BTreeMap::new();
        for (result, finding) in results.iter().zip(&found) {
            assert_eq!(result["ruleId"], finding["policy"]);
            let prints = &result["partialFingerprints"];
            assert_eq!([&prints["innovate/v1"], &prints["primaryLocationLineHash"]], [&finding["fingerprint"]; 2]);
            let (kind, level) = match (finding["verdict"].as_str().unwrap(), finding["severity"].as_str().unwrap()) {
                ("fail", "critical" | "high") => ("fail", "error"),
                ("fail", "medium") => ("fail", "warning"),
                ("fail", _) => ("fail", "note"),
                ("unknown", _) => ("review", "none"),
                ("pass", _) => ("pass", "none"),
                (other, _) => panic!("`{other}`"),
            };
            assert_eq!([&result["kind"], &result["level"]], [kind, level]);
            assert!(!result["message"]["text"].as_str().unwrap().is_empty());
            assert!(list(result, "suppressions").is_empty(), "nothing is waived");
            let location = &result["locations"][0];
            let id = finding["resource"]["id"].as_str().unwrap();
            assert_eq!(location["logicalLocations"][0]["name"], id);
            let file = location["physicalLocation"]["artifactLocation"]["uri"].as_str().unwrap();
            let is_plain = |part: &str| !part.is_empty() && part.chars().all(|c| c.is_ascii_alphanumeric() || "-._~%".contains(c));
            assert!(file.split('/').count() == 4 && file.split('/').all(is_plain), "{file}");
            let resource = [&finding["account"], &finding["region"], &finding["resource"]].map(ToString::to_string);
            assert_eq!(*files.entry(file).or_insert_with(|| resource.clone()), resource, "a file stands for one resource");
        }
        assert_eq!(files.values().collect::<BTreeSet<_>>().len(), files.len(), "a resource has one file");
    }
}

#[test]
fn every_rule_is_where_the_results_say() {
    let desk = Desk::new();
    let run = run(&desk, 3, &["--show-passes"]);
    let rules = list(&run["tool"]["driver"], "rules");
    let ids: BTreeSet<&str> = rules.iter().map(|rule| rule["id"].as_str().unwrap()).collect();
    assert_eq!(ids.len(), rules.len());
    for result in list(&run, "results") {
        let place = usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap();
        assert_eq!(rules[place]["id"], result["ruleId"]);
    }
    for rule in rules {
        let score: f64 = rule["properties"]["security-severity"].as_str().unwrap().parse().unwrap();
        let (least, most) = match rule["properties"]["severity"].as_str().unwrap() {
            "critical" => (9.1, 10.0),
            "high" => (7.0, 8.9),
            "medium" => (4.0, 6.9),
            _ => (0.1, 3.9),
        };
        assert!((least..=most).contains(&score), "{rule}");
        assert!(rule["properties"]["tags"].as_array().unwrap().contains(&Value::from("security")));
        assert!(rule["helpUri"].as_str().is_none_or(|link| link.starts_with("https://")));
        // What code scanning shows of a rule has a limit.
        assert!(rule["fullDescription"]["text"].as_str().unwrap().len() <= 1024, "{rule}");
        assert!(rule["help"]["markdown"].as_str().unwrap().contains("\n\n```yaml\n"));
    }
}

#[test]
fn what_was_not_read_or_judged_is_among_the_notifications() {
    let desk = Desk::new();
    let whole = run(&desk, 3, &[]);
    assert_eq!(whole["invocations"][0]["executionSuccessful"], true);
    assert_eq!(whole["invocations"][0]["properties"]["complete"], true);
    assert!(whole["invocations"][0]["startTimeUtc"].as_str().unwrap().ends_with('Z'));

    let arguments = ["--region", "eu-south-1", "--policy", "aws.ec2"];
    let narrow = run(&desk, 4, &arguments);
    let report: Value = serde_json::from_str(&desk.audit(4, &[arguments.as_slice(), &["-o", "json"]].concat())).unwrap();
    let told = list(&narrow["invocations"][0], "toolExecutionNotifications");
    let unread = list(&report["ledger"], "unread");
    assert!(!unread.is_empty());
    for (told, unread) in told.iter().zip(unread) {
        let text = told["message"]["text"].as_str().unwrap();
        assert!(["account", "region", "type"].iter().all(|name| text.contains(unread[name].as_str().unwrap())), "{text}");
        assert_eq!(told["level"], "warning");
    }
    assert_eq!(narrow["invocations"][0]["properties"]["complete"], false);

    desk.write("own/bad/it.rego", policy("bad.it", "deny contains 7 if true"));
    let failed = run(&desk, 1, &["--policy", "own", "--policy", "bad"]);
    let invocation = &failed["invocations"][0];
    assert_eq!(invocation["executionSuccessful"], false);
    assert_eq!(invocation["toolExecutionNotifications"][0]["associatedRule"]["id"], "bad.it");
    assert_eq!(invocation["toolExecutionNotifications"][0]["level"], "error");
    assert!(list(&failed["tool"]["driver"], "rules").is_empty() && list(&failed, "results").is_empty());
}

#[test]
fn what_a_file_declares_has_its_region_and_what_is_waived_is_suppressed() {
    for (file, uri) in [
        ("./infra/a b.yaml", "infra/a%20b.yaml"),
        (HOSTILE, "a%7Cb%5C%7Cc%60d%3Cscript%3E%0A%3A%3Aerror%3A%3Ae%250A%0D%1B%5B31m%2C%20%40everyone"),
    ] {
        let log: Value = serde_json::from_str(&declared("sarif", file)).unwrap();
        assert_eq!(errors(&log), Vec::<String>::new());
        let run = &log["runs"][0];
        assert_eq!(run["columnKind"], "unicodeCodePoints");
        let places: Vec<&Value> = list(run, "results").iter().map(|result| &result["locations"][0]).collect();
        assert_eq!(places[0]["physicalLocation"]["artifactLocation"]["uri"], uri);
        assert_eq!(places[0]["physicalLocation"]["region"], json!({ "startLine": 3, "startColumn": 5, "endLine": 3, "endColumn": 9 }));
        assert_eq!(places[0]["logicalLocations"][0]["fullyQualifiedName"], "Volume.a");
        let suppressions: Vec<&Value> = list(run, "results").iter().map(|result| &result["suppressions"]).collect();
        assert_eq!(suppressions[..2], [&json!([]), &json!([{ "kind": "external", "status": "accepted" }])]);
    }
}

#[test]
fn a_framework_is_a_taxonomy_that_rules_refer_to() {
    let log: Value = serde_json::from_str(&declared("sarif", "infra/main.yaml")).unwrap();
    let run = &log["runs"][0];
    let driver = &run["tool"]["driver"];
    let taxonomies = list(run, "taxonomies");
    assert_eq!(driver["supportedTaxonomies"], json!([{ "name": "cis_aws_5.0", "index": 0 }, { "name": "hipaa", "index": 1 }]));
    assert_eq!(taxonomies.iter().map(|taxonomy| &taxonomy["name"]).collect::<Vec<_>>(), ["cis_aws_5.0", "hipaa"]);
    let relationships = list(&driver["rules"][0], "relationships");
    assert_eq!(relationships.len(), 3);
    for relationship in relationships {
        let target = &relationship["target"];
        let index = |of: &Value| usize::try_from(of["index"].as_u64().unwrap()).unwrap();
        let taxonomy = &taxonomies[index(&target["toolComponent"])];
        assert_eq!(taxonomy["name"], target["toolComponent"]["name"]);
        let taxon = &taxonomy["taxa"][index(target)];
        assert_eq!((&taxon["id"], &taxon["properties"]["status"]), (&target["id"], &json!("fail")));
    }
}

#[test]
fn no_name_breaks_the_log_or_is_a_link() {
    let text = hostile("sarif", 0);
    let log: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(errors(&log), Vec::<String>::new());
    let invocation = &log["runs"][0]["invocations"][0];
    assert_eq!(invocation["executionSuccessful"], false);
    let told = list(invocation, "toolExecutionNotifications");
    assert_eq!(told.iter().map(|told| &told["level"]).collect::<Vec<_>>(), ["error", "warning", "warning"]);
    assert!(told[0]["message"]["text"].as_str().unwrap().contains(HOSTILE));
    let named = |result: &&Value| result["locations"][0]["logicalLocations"][0]["name"] == HOSTILE;
    assert_eq!(list(&log["runs"][0], "results").iter().filter(named).count(), 1);
}
