//! The comment on a pull request.

use serde_json::Value;

use super::{HOSTILE, declared, hostile};
use crate::command::{Desk, findings};

const SEVERITIES: [&str; 5] = ["critical", "high", "medium", "low", "info"];

/// The cells of a row.
fn cells(row: &str) -> Vec<String> {
    let mut cells = vec![String::new()];
    let mut is_escaped = false;
    for c in row.chars() {
        match c {
            '|' if !is_escaped => cells.push(String::new()),
            c => cells.last_mut().unwrap().push(c),
        }
        is_escaped = c == '\\' && !is_escaped;
    }
    cells
}

/// Holds that every row has the cells of its header; gives the rows of the tables that have this one.
fn rows(comment: &str, header: &str) -> Vec<Vec<String>> {
    let mut found = Vec::new();
    let lines: Vec<&str> = comment.lines().collect();
    for table in lines.split(|line| !line.starts_with('|')).filter(|table| !table.is_empty()) {
        for row in table {
            assert_eq!(cells(row).len(), cells(table[0]).len(), "{row}");
        }
        if table[0] == header {
            found.extend(table[2..].iter().map(|row| cells(row)));
        }
    }
    found
}

fn left_out(comment: &str) -> usize {
    let more = comment.lines().filter_map(|line| line.strip_prefix("and ")?.split_once(" more;"));
    more.map(|(count, _)| count.parse::<usize>().unwrap()).sum()
}

const FINDINGS: &str = "| account | region | resource | policy | message |";

#[test]
fn the_comment_has_what_the_json_report_has() {
    let desk = Desk::new();
    let comment = desk.audit(3, &["-o", "markdown"]);
    let found = findings(&desk.audit(3, &["-o", "json"]));
    assert!(comment.chars().count() < 65_536, "GitHub takes no longer comment");
    let counts = rows(&comment, "| severity | findings | unknown | waived | passed |");
    for (severity, counts) in SEVERITIES.into_iter().zip(counts) {
        let count = found.iter().filter(|finding| finding["verdict"] == "fail" && finding["severity"] == severity).count();
        assert_eq!(counts[1..3], [format!(" {severity} "), format!(" {count} ")]);
        assert!(comment.lines().next().unwrap().contains(&format!("{count} {severity}")));
        assert!(comment.contains(&format!("<summary>{severity} ({count})</summary>")), "{severity}");
    }
    let listed = rows(&comment, FINDINGS);
    assert_eq!(listed.len() + left_out(&comment), found.len());
    assert!(listed.len() > 100, "most are there");
    for (row, finding) in listed.iter().zip(&found) {
        let text = |field: &Value| field.as_str().unwrap().to_owned();
        assert_eq!(row[1..3], [text(&finding["account"]), text(&finding["region"])].map(|text| format!(" {text} ")));
        let shown = |field: &Value| format!("<code>{}</code>", text(field));
        assert!(row[3].replace('\\', "").contains(&shown(&finding["resource"]["id"])), "{row:?}");
        assert!(row[4].replace('\\', "").contains(&shown(&finding["policy"])), "{row:?}");
    }
}

#[test]
fn the_worst_are_open() {
    let comment = Desk::new().audit(3, &["-o", "markdown"]);
    let open: Vec<bool> = comment.lines().filter(|line| line.starts_with("<details")).map(|line| line == "<details open>").collect();
    assert_eq!(open, [true, true, false, false, false]);
    assert_eq!(comment.matches("<details").count(), comment.matches("</details>").count());
}

#[test]
fn the_comment_tells_of_controls() {
    let desk = Desk::new();
    let comment = desk.audit(3, &["--framework", "cis_aws_5.0", "-o", "markdown"]);
    let report: Value = serde_json::from_str(&desk.audit(3, &["--framework", "cis_aws_5.0", "-o", "json"])).unwrap();
    let controls = report["frameworks"][0]["controls"].as_array().unwrap();
    let failed: Vec<&str> = controls.iter().filter(|c| c["status"] == "fail").map(|c| c["id"].as_str().unwrap()).collect();
    assert!(comment.contains(&format!(": {} controls fail, ", failed.len())), "{comment}");
    let listed = rows(&comment, "| control | status | failed | unknown | passed | title |");
    let listed: Vec<&str> = listed.iter().filter(|row| row[2] == " fail ").map(|row| row[1].trim()).collect();
    assert_eq!(listed, failed);
}

#[test]
fn no_name_breaks_the_comment() {
    let comment = hostile("markdown", 0);
    assert!(comment.starts_with("## innovate: 3 high; 1 unknown; "), "{comment}");
    assert_eq!(rows(&comment, "| severity | findings | unknown | waived | passed |")[1].join("|"), "| high | 3 | 1 | 0 | 2 |");
    assert!(
        comment.lines().next().unwrap().ends_with("; 1 policy could not judge; incomplete: not everything that the policies need was read")
    );
    assert_eq!(rows(&comment, FINDINGS).len(), 4);
    assert!(comment.contains("<details>\n<summary>unknown (1)</summary>"), "{comment}");
    assert_eq!(rows(&comment, "| account | region | type | reason | policies |").len(), 1);
    assert_eq!(rows(&comment, "| policy | reason |").len(), 1);
    assert!(!comment.contains("<script") && !comment.contains('\u{1b}') && !comment.contains('\r'), "{comment}");
    let shown = "<code>a\\|b\\\\\\|c\\`d&lt;script> ::error::e%0A \u{fffd}\\[31m, @everyone</code>";
    assert!(comment.contains(shown), "{comment}");
    let calls_somebody =
        |(at, _): (usize, &str)| !comment[at + 1..].starts_with('\u{2060}') && !comment[at..].starts_with("@everyone</code>");
    assert!(!comment.match_indices('@').any(calls_somebody), "{comment}");
}

#[test]
fn what_is_too_long_for_a_comment_is_counted() {
    let comment = hostile("markdown", 2_000);
    assert!(comment.len() < 65_536 && comment.len() > 50_000);
    let listed = rows(&comment, FINDINGS).len();
    assert!(listed > 100);
    assert_eq!(listed + left_out(&comment), 2_004);
    assert!(comment.contains("**Incomplete**"), "what was not read is told all the same");
}

#[test]
fn what_a_file_declares_is_named_by_its_line_and_what_is_waived_is_no_failure() {
    let comment = declared("markdown", "infra/main.yaml");
    assert!(comment.starts_with("## innovate: 1 high; 1 waived\n"), "{comment}");
    assert!(comment.contains("<summary>high (1)</summary>") && comment.contains("<details>\n<summary>waived (1)</summary>"), "{comment}");
    assert_eq!(rows(&comment, "| severity | findings | unknown | waived | passed |")[1].join("|"), "| high | 1 | 0 | 1 | 2 |");
    let listed = rows(&comment, FINDINGS);
    assert_eq!(listed[0][3], " EC2::Volume <code>Volume.a</code><br><code>infra/main.yaml:3:5</code> ");
    assert!(comment.contains("**HIPAA Security Rule, "), "{comment}");
    assert_eq!(rows(&declared("markdown", HOSTILE), FINDINGS).len(), 2);
}
