//! CSV for spreadsheets, one row a finding (<https://www.rfc-editor.org/rfc/rfc4180>). What the run missed has rows at the end.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::io::{self, Write};

use ::csv::{Error, ErrorKind, Writer};

use super::outcome::shortcomings;
use super::{Report, control};
use crate::finding::Finding;

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

/// The text of a cell. Names come from whoever may create a resource, and a spreadsheet runs a cell that begins with one of these
/// characters as a formula; an apostrophe makes it text (<https://owasp.org/www-community/attacks/CSV_Injection>). Other control
/// characters than those of lines and tabs could steer a terminal.
fn cell(text: &str) -> Cow<'_, str> {
    let steers = |c: char| c.is_control() && !matches!(c, '\t' | '\r' | '\n');
    let text = if text.contains(steers) { Cow::Owned(text.replace(steers, "\u{fffd}")) } else { Cow::Borrowed(text) };
    if text.starts_with(['=', '+', '-', '@', '\t', '\r', '\n']) { Cow::Owned(format!("'{text}")) } else { text }
}

/// The error of the writer below, which says whether a reader hung up.
fn cause(error: Error) -> io::Error {
    match error.into_kind() {
        ErrorKind::Io(error) => error,
        other => io::Error::other(format!("{other:?}")),
    }
}

/// The title of a policy, and the controls that it serves.
type About<'a> = (&'a str, String);

/// Writes a header and a row a finding.
pub(super) fn write(report: &Report<'_>, writer: &mut dyn Write) -> io::Result<()> {
    let mut policies: BTreeMap<&str, About<'_>> = BTreeMap::new();
    for policy in &report.library.policies {
        let served = control::served(report.frameworks, &policy.id);
        let controls: Vec<String> = served.map(|(framework, control)| format!("{} {}", framework.id, control.id)).collect();
        policies.insert(&policy.id, (&policy.metadata.title, controls.join("; ")));
    }
    let mut table = Writer::from_writer(writer);
    table.write_record(HEADER).map_err(cause)?;
    for finding in report.judgement.findings.iter()? {
        let finding = finding?;
        row(&finding, &policies, &mut table)?;
    }
    for shortcoming in shortcomings(report) {
        row(&shortcoming, &policies, &mut table)?;
    }
    table.flush()
}

fn row(finding: &Finding, policies: &BTreeMap<&str, About<'_>>, table: &mut Writer<&mut dyn Write>) -> io::Result<()> {
    let (severity, verdict) = (finding.severity.to_string(), finding.verdict.to_string());
    let (title, controls) = policies.get(finding.policy.as_str()).map_or(("", ""), |(title, controls)| (title, controls));
    let (mut file, mut line, mut column, mut address) = ("", String::new(), String::new(), "");
    if let Some(location) = &finding.location {
        (file, address) = (&location.file, &location.address);
        (line, column) = (location.span.start.line.to_string(), location.span.start.column.to_string());
    }
    let row: [&str; HEADER.len()] = [
        &finding.policy,
        &severity,
        &verdict,
        &finding.account,
        &finding.region,
        &finding.resource.type_name,
        &finding.resource.id,
        finding.resource.arn.as_deref().unwrap_or_default(),
        file,
        &line,
        &column,
        address,
        &finding.path,
        &finding.message,
        title,
        controls,
        &finding.fingerprint,
    ];
    table.write_record(row.map(cell).iter().map(|cell| cell.as_bytes())).map_err(cause)
}

#[cfg(test)]
mod tests {
    use super::cell;

    #[test]
    fn no_cell_is_a_formula() {
        for text in ["=cmd|' /C calc'!A0", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1"] {
            assert_eq!(cell(text), format!("'{text}"));
        }
        for text in ["", "a=b", "/Path/-", "'=1", "a\tb\r\nc"] {
            assert_eq!(cell(text), text);
        }
        assert_eq!(cell("\u{1b}[31m"), "\u{fffd}[31m");
    }
}
