//! The CSV report.

use ::csv::{Reader, StringRecord};

use super::{HOSTILE, declared, hostile};
use crate::command::{Desk, findings, policy};
use crate::world::MANAGEMENT;

const HEADER: [&str; 17] = [
    "policy",
    "severity",
    "verdict",
    "account",
    "region",
    "type",
    "id",
    "arn",
    "file",
    "line",
    "column",
    "address",
    "path",
    "message",
    "title",
    "controls",
    "fingerprint",
];

/// The rows below the header.
fn rows(report: &str) -> Vec<StringRecord> {
    let mut table = Reader::from_reader(report.as_bytes());
    assert_eq!(table.headers().unwrap(), &StringRecord::from(HEADER.as_slice()));
    table.records().map(Result::unwrap).collect()
}

fn cell<'a>(row: &'a StringRecord, name: &str) -> &'a str {
    row.get(HEADER.iter().position(|column| *column == name).unwrap()).unwrap()
}

#[test]
fn the_rows_are_the_findings_in_their_order() {
    let desk = Desk::new();
    let rows = rows(&desk.audit(3, &["--show-passes", "-o", "csv"]));
    let findings = findings(&desk.audit(3, &["--show-passes", "-o", "json"]));
    assert!(rows.len() > 500);
    assert_eq!(rows.len(), findings.len());
    for (row, finding) in rows.iter().zip(&findings) {
        for name in ["policy", "severity", "verdict", "account", "region", "path", "message", "fingerprint"] {
            assert_eq!(cell(row, name), finding[name], "{name}");
        }
        for name in ["type", "id", "arn"] {
            assert_eq!(cell(row, name), finding["resource"][name].as_str().unwrap_or_default(), "{name}");
        }
        assert!(["file", "line", "column", "address", "controls"].iter().all(|name| cell(row, name).is_empty()));
        assert!(!cell(row, "title").is_empty());
    }
}

#[test]
fn no_cell_is_a_formula() {
    let desk = Desk::new();
    let body = "deny contains {\"message\": concat(\"\", [\"=HYPERLINK(\\\"\", input.id, \"\\\")\"]), \"path\": \"\"}";
    desk.write("own/mine/it.rego", policy("mine.it", body));
    let rows = rows(&desk.audit(3, &["--policy", "own", "--policy", "mine", "-o", "csv"]));
    assert!(!rows.is_empty());
    for row in rows {
        assert_eq!(cell(&row, "message"), format!("'=HYPERLINK(\"{}\")", cell(&row, "id")));
    }
}

/// A text as a cell holds it.
fn held(text: &str) -> String {
    text.replace('\u{1b}', "\u{fffd}")
}

#[test]
fn what_a_file_declares_is_at_its_line_and_serves_its_controls() {
    for file in ["infra/main.yaml", HOSTILE] {
        let rows = rows(&declared("csv", file));
        let place = |row: &StringRecord| ["verdict", "file", "line", "column", "address"].map(|name| cell(row, name).to_owned());
        assert_eq!(place(&rows[0]), ["fail", &*held(file), "3", "5", "Volume.a"]);
        assert_eq!(place(&rows[1]), ["waived", &*held(file), "7", "1", "Volume.b"]);
        assert_eq!(cell(&rows[0], "controls"), "cis_aws_5.0 5.1.1; hipaa 164.308(a)(1)(ii)(B); hipaa 164.312(a)(2)(iv)");
    }
}

#[test]
fn no_name_breaks_a_row_and_what_is_missing_has_rows() {
    let rows = rows(&hostile("csv", 0));
    assert!(rows.iter().any(|row| cell(row, "id") == held(HOSTILE)));
    let last: Vec<[&str; 3]> =
        rows[rows.len() - 2..].iter().map(|row| ["policy", "verdict", "account"].map(|name| cell(row, name))).collect();
    assert_eq!(last, [[&*held(HOSTILE), "unknown", MANAGEMENT], ["innovate.incomplete", "unknown", MANAGEMENT]]);
}
