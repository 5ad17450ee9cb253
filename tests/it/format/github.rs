//! The annotations of GitHub Actions.

use std::collections::BTreeMap;

use serde_json::Value;

use super::{HOSTILE, declared, hostile};
use crate::command::{Desk, findings};

/// Level, properties and message, as GitHub's runner reads a line.
fn whole(line: &str) -> (String, BTreeMap<String, String>, String) {
    let data = |text: &str| text.replace("%0D", "\r").replace("%0A", "\n").replace("%25", "%");
    let (level, rest) = line.strip_prefix("::").unwrap().split_once(' ').unwrap();
    let (properties, message) = rest.split_once("::").unwrap();
    let property = |text: &str| {
        let (name, value) = text.split_once('=').unwrap();
        assert!(!value.contains(':'), "{line}");
        (name.to_owned(), data(&value.replace("%3A", ":").replace("%2C", ",")))
    };
    (level.to_owned(), properties.split(',').map(property).collect(), data(message))
}

/// Level, title and message of a command that names no place.
fn command(line: &str) -> (String, String, String) {
    let (level, properties, message) = whole(line);
    assert_eq!(properties.len(), 1, "{line}");
    (level, properties["title"].clone(), message)
}

#[test]
fn every_finding_is_an_annotation() {
    let desk = Desk::new();
    let report = desk.audit(3, &["-o", "github"]);
    let found = findings(&desk.audit(3, &["-o", "json"]));
    let commands: Vec<_> = report.lines().map(command).collect();
    assert_eq!(commands.len(), found.len() + 1);
    for ((level, title, message), finding) in commands.iter().zip(&found) {
        let expected = match finding["severity"].as_str().unwrap() {
            "critical" | "high" => "error",
            "medium" => "warning",
            _ => "notice",
        };
        assert_eq!((level.as_str(), finding["verdict"].as_str()), (expected, Some("fail")));
        assert_eq!(*title, format!("{} ({})", finding["policy"].as_str().unwrap(), finding["severity"].as_str().unwrap()));
        let said = |field: &Value| message.contains(field.as_str().unwrap());
        assert!(said(&finding["account"]) && said(&finding["resource"]["id"]) && said(&finding["message"]), "{message}");
    }
    let (level, _, totals) = commands.last().unwrap();
    let critical = found.iter().filter(|finding| finding["severity"] == "critical").count();
    assert!(level == "notice" && totals.starts_with(&format!("{critical} critical, ")), "{totals}");
    assert!(!totals.contains("incomplete"));
}

#[test]
fn no_name_is_a_command() {
    let report = hostile("github", 0);
    let commands: Vec<_> = report.split(['\r', '\n']).filter(|line| !line.is_empty()).map(command).collect();
    assert_eq!(commands.len(), 5, "four volumes and the totals: {report}");
    assert!(!report.contains('\u{1b}'), "{report}");
    let levels: Vec<(&str, &str)> = commands.iter().map(|(level, title, _)| (level.as_str(), title.as_str())).collect();
    assert_eq!(levels[2..4], [("error", "aws.ec2.volume_not_encrypted (high)"), ("warning", "aws.ec2.volume_not_encrypted (unknown)")]);
    assert!(
        commands.iter().any(|(_, _, message)| message.contains("a|b\\|c`d<script>\n::error::e%0A\r\u{fffd}[31m, @everyone: ")),
        "{report}"
    );
    let (level, _, totals) = commands.last().unwrap();
    assert!(level == "error" && totals.contains("1 policy could not judge; incomplete: "), "{report}");
}

#[test]
fn an_annotation_is_at_the_line_that_declares_the_resource() {
    for file in ["infra/main.yaml", HOSTILE] {
        let report = declared("github", file);
        let commands: Vec<_> = report.lines().map(whole).collect();
        assert_eq!(commands.len(), 3, "two volumes and the totals: {report}");
        let shown = file.replace('\u{1b}', "\u{fffd}");
        let place = |at: usize| ["file", "line", "col", "endLine", "endColumn"].map(|name| commands[at].1.get(name).map(String::as_str));
        assert_eq!(place(0), [&*shown, "3", "5", "3", "8"].map(Some));
        assert_eq!(place(1), [Some(&*shown), Some("7"), None, Some("9"), None], "columns are those of one line");
        let titles: Vec<(&str, &str)> = commands.iter().map(|(level, properties, _)| (level.as_str(), &*properties["title"])).collect();
        let policy = "aws.ec2.volume_not_encrypted";
        let expected = [("error", format!("{policy} (high)")), ("notice", format!("{policy} (waived)")), ("notice", "innovate".to_owned())];
        assert_eq!(titles, expected.each_ref().map(|(level, title)| (*level, title.as_str())));
        assert!(commands[0].2.starts_with("AWS::EC2::Volume Volume.a: "), "{}", commands[0].2);
        assert_eq!(commands[2].2, "1 high; 1 waived");
    }
}
