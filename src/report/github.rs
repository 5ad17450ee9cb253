//! Workflow commands, which GitHub Actions shows as annotations
//! (<https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands>).
//!
//! GitHub shows ten of each level a step. The worst come first, and all are in the log. The last says what was found in all, and what is
//! missing.

use std::io::{self, Write};

use super::Report;
use super::outcome::Outcome;
use super::place::{last_line, path};
use crate::finding::{Finding, Verdict};
use crate::policy::Severity;

pub(super) fn write(report: &Report<'_>, writer: &mut dyn Write) -> io::Result<()> {
    let mut outcome = Outcome::default();
    for finding in report.judgement.findings.iter()? {
        let finding = finding?;
        outcome.add(&finding);
        let level = match (finding.verdict, finding.severity) {
            (Verdict::Fail, _) if finding.baseline => "notice",
            (Verdict::Fail, Severity::Critical | Severity::High) => "error",
            (Verdict::Fail, Severity::Medium) | (Verdict::Unknown, _) => "warning",
            (Verdict::Fail, Severity::Low | Severity::Info) | (Verdict::Waived, _) => "notice",
            (Verdict::Pass | Verdict::NotApplicable, _) => continue,
        };
        let kind = if finding.verdict == Verdict::Fail { finding.severity.to_string() } else { finding.verdict.to_string() };
        let title = [("title", format!("{} ({kind})", finding.policy))];
        command(level, place(&finding).into_iter().chain(title), &message(&finding), writer)?;
    }
    let ledger = &report.judgement.ledger;
    let level = if !ledger.errors.is_empty() {
        "error"
    } else if !ledger.complete {
        "warning"
    } else {
        "notice"
    };
    command(level, [("title", "innovate".to_owned())], &outcome.line(ledger), writer)
}

/// Where the annotation is shown. Columns may be named only of what is in one line.
fn place(finding: &Finding) -> Vec<(&'static str, String)> {
    let Some(location) = &finding.location else { return Vec::new() };
    let (start, end, last) = (location.span.start, location.span.end, last_line(location.span));
    let mut place = vec![("file", path(finding)), ("line", start.line.to_string()), ("endLine", last.to_string())];
    if last == start.line {
        place.push(("col", start.column.to_string()));
        if end.line == last && end.column > start.column {
            place.push(("endColumn", (end.column - 1).to_string()));
        }
    }
    place
}

/// What is wrong, and with what.
fn message(finding: &Finding) -> String {
    let Finding { account, region, resource, message, .. } = finding;
    match &finding.location {
        Some(location) => format!("{} {}: {message}", resource.type_name, location.address),
        None => format!("{account} {region} {} {}: {message}", resource.type_name, resource.id),
    }
}

fn command(
    level: &str,
    properties: impl IntoIterator<Item = (&'static str, String)>,
    message: &str,
    writer: &mut dyn Write,
) -> io::Result<()> {
    let property = |(name, value): (&str, String)| format!("{name}={}", escaped(&value).replace(':', "%3A").replace(',', "%2C"));
    let properties: Vec<String> = properties.into_iter().map(property).collect();
    writeln!(writer, "::{level} {}::{}", properties.join(","), escaped(message))
}

/// The text as GitHub wants it after the second `::`; other control characters could steer the terminal that shows a log.
fn escaped(text: &str) -> String {
    let mut shown = String::new();
    for c in text.chars() {
        match c {
            '%' => shown += "%25",
            '\r' => shown += "%0D",
            '\n' => shown += "%0A",
            c if c.is_control() => shown.push('\u{fffd}'),
            c => shown.push(c),
        }
    }
    shown
}
