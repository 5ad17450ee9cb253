//! The comment on a pull request, or the summary of a job: Markdown as GitHub and GitLab show it, short enough for one comment.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::io::{self, Write};

use super::Report;
use super::control::{self, Status};
use super::outcome::{Outcome, counted};
use super::place::spot;
use crate::engine::{Counts, Ledger};
use crate::finding::{Finding, Verdict};
use crate::framework::Framework;
use crate::policy::Severity;

/// Bytes of all rows. GitHub takes 65,536 characters, and no character has less than a byte; the rest is for headings.
const MOST: usize = 60_000;

/// Bytes of the rows of a list that follows the findings, so that none of them takes the room of all others.
const MOST_OF_LIST: usize = 5_000;

/// Characters of a cell, before they are escaped.
const MOST_OF_CELL: usize = 300;

/// Names in a list that is no table.
const MOST_NAMES: usize = 20;

pub(super) fn write(report: &Report<'_>, writer: &mut dyn Write) -> io::Result<()> {
    let after = after(report);
    let mut room = MOST.saturating_sub(after.len());
    let mut outcome = Outcome::default();
    let mut blocks: BTreeMap<Kind, Block> = BTreeMap::new();
    for finding in report.judgement.findings.iter()? {
        let finding = finding?;
        outcome.add(&finding);
        if let Some(kind) = kind(&finding) {
            blocks.entry(kind).or_default().add(&cells(&finding), &mut room);
        }
    }
    let ledger = &report.judgement.ledger;
    writeln!(writer, "## innovate: {}\n", outcome.line(ledger))?;
    let policies = counted(report.library.policies.len(), "policy", "policies");
    let resources = counted(ledger.resources.values().sum(), "resource", "resources");
    let accounts = counted(report.world.accounts.len(), "account", "accounts");
    writeln!(writer, "{policies} on {resources} of {accounts}, read at {}\n", escaped(&report.world.read_at))?;
    counts(report, &outcome, writer)?;
    for ((verdict, Reverse(severity)), block) in blocks {
        let title = severity.map_or_else(|| verdict.to_string(), |severity| severity.to_string());
        let title = format!("{title} ({})", block.count);
        let header = ["account", "region", "resource", "policy", "message"];
        writer.write_all(block.end(&title, severity >= Some(Severity::High), &header).as_bytes())?;
    }
    writer.write_all(after.as_bytes())
}

/// What goes together, in order: failures by severity, then what is unknown, then what is waived.
type Kind = (Verdict, Reverse<Option<Severity>>);

fn kind(finding: &Finding) -> Option<Kind> {
    match finding.verdict {
        Verdict::Fail => Some((Verdict::Fail, Reverse(Some(finding.severity)))),
        Verdict::Unknown | Verdict::Waived => Some((finding.verdict, Reverse(None))),
        Verdict::Pass | Verdict::NotApplicable => None,
    }
}

fn cells(finding: &Finding) -> [String; 5] {
    let (kind, id) = (escaped(finding.resource.kind()), &finding.resource.id);
    let resource = match &finding.location {
        Some(location) => format!("{kind} {}<br>{}", code(&location.address), code(&spot(location))),
        None => format!("{kind} {}", code(id)),
    };
    [escaped(&finding.account), escaped(&finding.region), resource, code(&finding.policy), prose(&finding.message)]
}

/// The findings, and the verdicts of the policies of each severity that are none.
fn counts(report: &Report<'_>, outcome: &Outcome, writer: &mut dyn Write) -> io::Result<()> {
    writeln!(writer, "| severity | findings | unknown | waived | passed |\n|---|--:|--:|--:|--:|")?;
    for severity in Severity::ALL {
        let policies = report.library.policies.iter().filter(|policy| policy.metadata.custom.severity == severity);
        let mut counts = Counts::default();
        policies.filter_map(|policy| report.judgement.ledger.policies.get(&policy.id)).for_each(|of_policy| counts.merge(*of_policy));
        let failed = outcome.failed.get(&Reverse(severity)).copied().unwrap_or_default();
        writeln!(writer, "| {severity} | {failed} | {} | {} | {} |", counts.unknown, counts.waived, counts.pass)?;
    }
    writeln!(writer)
}

/// What follows the findings.
fn after(report: &Report<'_>) -> String {
    let mut text = unread(&report.judgement.ledger);
    let mut errors = Block::default();
    let mut room = MOST_OF_LIST;
    for (policy, reason) in &report.judgement.ledger.errors {
        errors.add(&[code(policy), prose(reason)], &mut room);
    }
    if errors.count > 0 {
        text += &errors.end(&format!("policies that could not judge ({})", errors.count), true, &["policy", "reason"]);
    }
    let mut room = 2 * MOST_OF_LIST;
    for framework in report.frameworks {
        text += &controls(framework, &report.judgement.ledger, &mut room);
    }
    text
}

/// What could not be read, and what would resolve it.
fn unread(ledger: &Ledger) -> String {
    if ledger.complete {
        return "Complete: everything that the policies need was read.\n\n".to_owned();
    }
    let interrupted = if ledger.interrupted { "The reading was stopped before its end. " } else { "" };
    let scopes = counted(ledger.unread.len(), "scope", "scopes");
    let properties = counted(ledger.property_gaps, "property", "properties");
    let mut text = format!("**Incomplete**: {interrupted}{scopes} and {properties} could not be read.\n\n");
    if !ledger.uncovered.is_empty() {
        let names: Vec<String> = ledger.uncovered.iter().take(MOST_NAMES).map(|name| code(name)).collect();
        let more = ledger.uncovered.len().saturating_sub(MOST_NAMES);
        let more = if more > 0 { format!(" and {more} more") } else { String::new() };
        text += &format!("Nothing reads {}{more}, which policies look up.\n\n", names.join(", "));
    }
    let mut scopes = Block::default();
    let mut room = MOST_OF_LIST;
    for gap in &ledger.unread {
        let unread = &gap.unread;
        let action = unread.cause.action.as_deref().map(|action| format!(" {}", code(action))).unwrap_or_default();
        let reason = format!("{}{action}: {}", unread.cause.code.describe(), prose(&unread.cause.message));
        let cells = [escaped(&unread.account), escaped(&unread.region), escaped(&unread.type_name), reason, gap.policies.len().to_string()];
        scopes.add(&cells, &mut room);
    }
    if scopes.count > 0 {
        let title = format!("could not be read ({})", scopes.count);
        text += &scopes.end(&title, false, &["account", "region", "type", "reason", "policies"]);
    }
    let mut refusals = Block::default();
    let mut room = MOST_OF_LIST;
    for refusal in &ledger.refusals {
        let layer = refusal.layer.map(|layer| layer.describe().to_owned());
        let by: Vec<String> = layer.into_iter().chain(refusal.policy.as_deref().map(code)).collect();
        let cells = [code(&refusal.action), by.join(" "), refusal.accounts.len().to_string(), prose(&refusal.remedy)];
        refusals.add(&cells, &mut room);
    }
    if refusals.count > 0 {
        text += &refusals.end(&format!("refused calls ({})", refusals.count), false, &["action", "by", "accounts", "remedy"]);
    }
    text
}

/// The controls of a framework: how many of each status, and which fail or cannot be judged.
fn controls(framework: &Framework, ledger: &Ledger, room: &mut usize) -> String {
    let summary = control::summary(framework, ledger);
    let mut text = format!("**{} {}**: {}.\n\n", escaped(summary.title), escaped(summary.version), summary.line());
    let mut listed = Block::default();
    for control in &summary.controls {
        if !matches!(control.status, Status::Fail | Status::Error | Status::Unknown) {
            continue;
        }
        let counts = [control.counts.fail, control.counts.unknown, control.counts.pass].map(|count| count.to_string());
        let cells: Vec<String> =
            [escaped(control.id), control.word().to_owned()].into_iter().chain(counts).chain([escaped(control.title)]).collect();
        listed.add(&cells, room);
    }
    if listed.count > 0 {
        let header = ["control", "status", "failed", "unknown", "passed", "title"];
        text += &listed.end(&format!("controls that fail or cannot be judged ({})", listed.count), false, &header);
    }
    text
}

/// The rows of a table for which there is room.
#[derive(Default)]
struct Block {
    rows: String,
    count: usize,
    left_out: usize,
}

impl Block {
    /// Adds a row. The first for which there is no room ends the room: what follows is less important.
    fn add(&mut self, cells: &[String], room: &mut usize) {
        self.count += 1;
        let row = format!("| {} |\n", cells.join(" | "));
        match room.checked_sub(row.len()) {
            Some(rest) => {
                *room = rest;
                self.rows += &row;
            }
            None => {
                *room = 0;
                self.left_out += 1;
            }
        }
    }

    /// The table, under a title that opens it. The title is HTML: nothing that comes from elsewhere may be part of it.
    fn end(&self, title: &str, is_open: bool, header: &[&str]) -> String {
        let open = if is_open { " open" } else { "" };
        let mut text = format!("<details{open}>\n<summary>{title}</summary>\n\n");
        if !self.rows.is_empty() {
            text += &format!("| {} |\n|{}\n{}\n", header.join(" | "), "---|".repeat(header.len()), self.rows);
        }
        if self.left_out > 0 {
            text += &format!("and {} more; `-o json` has them all\n\n", self.left_out);
        }
        text + "</details>\n\n"
    }
}

/// The text as Markdown that shows it as it is. Names come from the cloud: they must not end a cell, a line or a table, nor be HTML.
pub(super) fn escaped(text: &str) -> String {
    let mut shown = String::new();
    for c in cut(text).chars() {
        match c {
            '<' => shown += "&lt;",
            '&' => shown += "&amp;",
            '\\' | '|' | '`' | '*' | '_' | '[' | ']' | '~' | '$' => shown.extend(['\\', c]),
            '\n' | '\r' | '\t' => shown.push(' '),
            c if c.is_control() => shown.push('\u{fffd}'),
            c => shown.push(c),
        }
    }
    shown
}

/// What of a text a cell can hold.
fn cut(text: &str) -> String {
    let mut chars = text.chars();
    let mut held: String = chars.by_ref().take(MOST_OF_CELL).collect();
    held.extend(chars.next().map(|_| '…'));
    held
}

/// A name. It stands in HTML: a code span could not hold every name. Nobody is mentioned in code.
fn code(name: &str) -> String {
    format!("<code>{}</code>", escaped(name))
}

/// A sentence with names in backticks. A word joiner keeps `@name` from calling somebody.
fn prose(text: &str) -> String {
    let text = cut(text);
    let parts: Vec<&str> = text.split('`').collect();
    let words = |text: &str| escaped(text).replace('@', "@\u{2060}");
    if parts.len().is_multiple_of(2) {
        return words(&text);
    }
    parts.iter().enumerate().map(|(at, part)| if at % 2 == 1 { code(part) } else { words(part) }).collect()
}
