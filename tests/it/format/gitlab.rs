//! GitLab's reports: code quality and SAST.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::{HOSTILE, declared, hostile};
use crate::command::{Desk, findings};

fn texts<'a>(list: &'a [Value], pointer: &str) -> Vec<&'a str> {
    list.iter().map(|element| element.pointer(pointer).unwrap().as_str().unwrap()).collect()
}

fn holds(schema: &Value, document: &Value) {
    let errors: Vec<String> = jsonschema::validator_for(schema)
        .unwrap()
        .iter_errors(document)
        .map(|error| format!("{}: {error}", error.instance_path()))
        .collect();
    assert!(errors.is_empty(), "{errors:?}");
}

/// Holds that the paths are relative, stay inside, and need no escape anywhere.
fn hold_paths<'a>(paths: impl IntoIterator<Item = &'a str>) {
    for path in paths {
        let parts: Vec<&str> = path.split('/').collect();
        assert!(parts.len() == 4 && parts.iter().all(|part| !part.is_empty() && !part.starts_with('.')), "{path}");
        assert!(path.chars().all(|c| c.is_ascii_alphanumeric() || "-_.~%/".contains(c)), "{path}");
    }
}

/// What GitLab reads of a code quality report, of the fields that are written.
fn code_quality_schema() -> Value {
    let filled = json!({ "type": "string", "minLength": 1 });
    let line = json!({ "type": "integer", "minimum": 1 });
    let lines = json!({ "type": "object", "required": ["begin"], "properties": { "begin": line, "end": line } });
    json!({
        "type": "array",
        "items": {
            "type": "object",
            "required": ["description", "check_name", "fingerprint", "location", "severity"],
            "properties": {
                "description": filled,
                "check_name": filled,
                "fingerprint": filled,
                "severity": { "enum": ["info", "minor", "major", "critical", "blocker"] },
                "location": { "type": "object", "required": ["path", "lines"], "properties": { "path": filled, "lines": lines } },
            },
        },
    })
}

#[test]
fn the_code_quality_report_has_what_the_json_report_has() {
    let desk = Desk::new();
    let issues: Vec<Value> = serde_json::from_str(&desk.audit(3, &["-o", "gitlab-code-quality"])).unwrap();
    let found = findings(&desk.audit(3, &["-o", "json"]));
    holds(&code_quality_schema(), &Value::from(issues.clone()));
    assert_eq!(texts(&issues, "/fingerprint"), texts(&found, "/fingerprint"));
    assert_eq!(texts(&issues, "/check_name"), texts(&found, "/policy"));
    let severity = |severity: &str| match severity {
        "critical" => "blocker",
        "high" => "critical",
        "medium" => "major",
        "low" => "minor",
        _ => "info",
    };
    assert_eq!(texts(&issues, "/severity"), texts(&found, "/severity").into_iter().map(severity).collect::<Vec<_>>());
    for (issue, finding) in issues.iter().zip(&found) {
        assert!(issue["description"].as_str().unwrap().ends_with(finding["message"].as_str().unwrap()), "{issue}");
        assert_eq!(issue["location"]["lines"]["begin"], 1);
    }
    hold_paths(texts(&issues, "/location/path"));
    let known: BTreeSet<String> =
        found.iter().map(|finding| finding["resource"].to_string() + finding["region"].as_str().unwrap()).collect();
    let paths: BTreeSet<&str> = texts(&issues, "/location/path").into_iter().collect();
    assert!(!paths.is_empty() && paths.len() >= known.len(), "no two resources share a path");
}

/// What GitLab's schema of SAST reports asks for, version 15.0.7, of the fields that are written.
fn sast_schema() -> Value {
    let text = |most: usize| json!({ "type": "string", "maxLength": most });
    let filled = json!({ "type": "string", "minLength": 1 });
    let tool = json!({
        "type": "object",
        "required": ["id", "name", "version", "vendor"],
        "properties": { "id": filled, "name": filled, "version": filled, "vendor": { "required": ["name"], "properties": { "name": filled } } },
    });
    let time = json!({ "type": "string", "pattern": r"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}$" });
    let link = json!({ "type": "string", "pattern": "^(https?|ftp)://.+" });
    let place =
        json!({ "type": "object", "properties": { "file": filled, "start_line": { "type": "number" }, "end_line": { "type": "number" } } });
    let signature = json!({ "required": ["algorithm", "value"], "properties": { "algorithm": filled, "value": filled } });
    let detail = json!({
        "required": ["name", "type", "value"],
        "properties": { "name": filled, "type": { "const": "text" }, "value": { "type": "string" } },
    });
    json!({
        "type": "object",
        "required": ["scan", "version", "vulnerabilities"],
        "properties": {
            "version": { "type": "string", "pattern": r"^[0-9]+\.[0-9]+\.[0-9]+$" },
            "schema": { "type": "string", "pattern": "^https?://.+" },
            "scan": {
                "type": "object",
                "required": ["analyzer", "end_time", "scanner", "start_time", "status", "type"],
                "properties": {
                    "analyzer": tool,
                    "scanner": tool,
                    "start_time": time,
                    "end_time": time,
                    "status": { "enum": ["success", "failure"] },
                    "type": { "const": "sast" },
                    "messages": {
                        "type": "array",
                        "items": {
                            "required": ["level", "value"],
                            "properties": { "level": { "enum": ["info", "warn", "fatal"] }, "value": filled },
                        },
                    },
                },
            },
            "vulnerabilities": {
                "type": "array",
                "items": {
                    "type": "object",
                    "required": ["id", "identifiers", "location"],
                    "properties": {
                        "id": { "type": "string", "pattern": "^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$" },
                        "name": text(255),
                        "description": text(1_048_576),
                        "severity": { "enum": ["Info", "Unknown", "Low", "Medium", "High", "Critical"] },
                        "solution": text(7_000),
                        "identifiers": {
                            "type": "array",
                            "minItems": 1,
                            "items": {
                                "required": ["type", "name", "value"],
                                "properties": { "type": filled, "name": filled, "value": filled },
                            },
                        },
                        "links": { "type": "array", "items": { "required": ["url"], "properties": { "url": link } } },
                        "location": place,
                        "tracking": {
                            "required": ["items"],
                            "properties": {
                                "type": { "const": "source" },
                                "items": {
                                    "type": "array",
                                    "items": {
                                        "required": ["signatures"],
                                        "properties": { "signatures": { "type": "array", "minItems": 1, "items": signature } },
                                    },
                                },
                            },
                        },
                        "details": { "type": "object", "additionalProperties": detail },
                    },
                },
            },
        },
    })
}

#[test]
fn the_sast_report_has_what_the_json_report_has() {
    let desk = Desk::new();
    let report: Value = serde_json::from_str(&desk.audit(3, &["-o", "gitlab-sast"])).unwrap();
    holds(&sast_schema(), &report);
    let found = findings(&desk.audit(3, &["-o", "json"]));
    let listed = report["vulnerabilities"].as_array().unwrap();
    let fingerprints: Vec<String> = texts(listed, "/id").into_iter().map(|id| id.replace('-', "")).collect();
    assert_eq!(fingerprints, texts(&found, "/fingerprint"));
    assert_eq!(texts(listed, "/tracking/items/0/signatures/0/value"), texts(&found, "/fingerprint"));
    assert_eq!(texts(listed, "/identifiers/0/value"), texts(&found, "/policy"));
    let severities: Vec<String> = texts(listed, "/severity").into_iter().map(str::to_lowercase).collect();
    assert_eq!(severities, texts(&found, "/severity"));
    for (vulnerability, finding) in listed.iter().zip(&found) {
        assert!(vulnerability["description"].as_str().unwrap().starts_with(finding["message"].as_str().unwrap()), "{vulnerability}");
        assert!(vulnerability["solution"].as_str().unwrap().contains("CloudFormation:"), "{vulnerability}");
        assert!(!vulnerability["links"].as_array().unwrap().is_empty(), "{vulnerability}");
        assert_eq!(vulnerability["location"]["start_line"], 1);
    }
    hold_paths(texts(listed, "/location/file"));
    assert_eq!(report["scan"]["status"], "success");
    assert!(report["scan"].get("messages").is_none());
}

#[test]
fn no_name_breaks_the_reports_and_they_say_what_is_missing() {
    let issues: Vec<Value> = serde_json::from_str(&hostile("gitlab-code-quality", 0)).unwrap();
    assert_eq!(issues.len(), 5, "four volumes, and that the run is incomplete");
    hold_paths(texts(&issues[..4], "/location/path"));
    let missing = "1 policy could not judge; incomplete: not everything that the policies need was read";
    assert_eq!(issues[4]["description"], format!("innovate: {missing}"));
    assert_eq!(texts(&issues, "/severity"), ["critical", "critical", "critical", "info", "major"]);
    assert!(issues[3]["description"].as_str().unwrap().contains(": unknown: "), "{}", issues[3]);

    let report: Value = serde_json::from_str(&hostile("gitlab-sast", 0)).unwrap();
    holds(&sast_schema(), &report);
    let listed = report["vulnerabilities"].as_array().unwrap();
    assert_eq!(texts(listed, "/severity"), ["High", "High", "High", "Unknown"]);
    hold_paths(texts(listed, "/location/file"));
    assert!(texts(listed, "/details/id/value").contains(&HOSTILE));
    assert_eq!(report["scan"]["messages"], json!([{ "level": "warn", "value": missing }]));
    assert_eq!(report["scan"]["status"], "failure");
}

#[test]
fn what_a_file_declares_is_at_its_lines_and_what_is_waived_is_no_failure() {
    for file in ["infra/main.yaml", HOSTILE] {
        let report: Value = serde_json::from_str(&declared("gitlab-code-quality", file)).unwrap();
        holds(&code_quality_schema(), &report);
        let issues = report.as_array().unwrap();
        let places: Vec<&Value> = issues.iter().map(|issue| &issue["location"]).collect();
        let place = |begin: usize, end: usize| json!({ "path": file, "lines": { "begin": begin, "end": end } });
        assert_eq!(places, [&place(3, 3), &place(7, 9)]);
        assert_eq!(texts(issues, "/severity"), ["critical", "info"]);
        assert!(issues[1]["description"].as_str().unwrap().contains(": waived: "), "{}", issues[1]);

        let report: Value = serde_json::from_str(&declared("gitlab-sast", file)).unwrap();
        holds(&sast_schema(), &report);
        let listed = report["vulnerabilities"].as_array().unwrap();
        assert_eq!(listed.len(), 1, "what is waived is no vulnerability");
        assert_eq!(listed[0]["location"], json!({ "file": file, "start_line": 3, "end_line": 3 }));
        assert_eq!(texts(listed, "/details/address/value"), ["Volume.a"]);
        assert!(texts(listed, "/details/controls/value")[0].starts_with("cis_aws_5.0 "), "{report}");
        assert_eq!(report["scan"]["messages"], json!([{ "level": "info", "value": "1 violation is waived" }]));
        assert_eq!(report["scan"]["status"], "success");
    }
}
