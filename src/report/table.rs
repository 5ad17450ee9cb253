//! The table for people: findings by severity, a summary per account, and what could not be read.

use std::collections::BTreeMap;
use std::io::{self, Write};

use comfy_table::presets::{NOTHING, UTF8_HORIZONTAL_ONLY};
use comfy_table::{Attribute, Cell, Color, ContentArrangement, Table};

use innovate_model::UNLISTED;

use super::control::{self, Status};
use super::outcome::{counted, reason};
use super::place::spot;
use super::{Report, Style};
use crate::engine::Ledger;
use crate::finding::{Finding, Verdict};
use crate::framework::Framework;
use crate::policy::Severity;

/// Columns where the output is no terminal.
const DEFAULT_WIDTH: u16 = 140;

/// Findings that a section shows; nobody reads more in a terminal.
const MOST_FINDINGS: usize = 1000;

/// Unread scopes that are named one by one; the rest are counted.
const MOST_UNREAD: usize = 20;

/// Notices of waivers that are told one by one; the rest are counted.
const MOST_NOTICES: usize = 20;

pub(super) fn write(report: &Report<'_>, writer: &mut dyn Write) -> io::Result<()> {
    let mut summary = Summary::new(report);
    // They come in the order of the sections.
    let mut section = Section::default();
    for finding in report.judgement.findings.iter()? {
        let finding = finding?;
        summary.add(&finding);
        if section.kind != Some(kind(&finding)) {
            std::mem::replace(&mut section, Section { kind: Some(kind(&finding)), ..Section::default() }).write(report.style, writer)?;
        }
        section.count += 1;
        if section.shown.len() < MOST_FINDINGS {
            section.shown.push(finding.into_owned());
        }
    }
    section.write(report.style, writer)?;
    writeln!(writer, "{}\n", summary.table(report).trim_fmt())?;
    for framework in report.frameworks {
        controls(report, framework, writer)?;
    }
    footer(report, writer)
}

/// What goes together: failures of one severity, everything else by its verdict.
type Kind = (Verdict, Option<Severity>);

fn kind(finding: &Finding) -> Kind {
    (finding.verdict, (finding.verdict == Verdict::Fail).then_some(finding.severity))
}

/// Findings that go together.
#[derive(Default)]
struct Section {
    kind: Option<Kind>,
    count: usize,
    shown: Vec<Finding>,
}

impl Section {
    fn write(&self, style: Style, writer: &mut dyn Write) -> io::Result<()> {
        let Some((verdict, severity)) = self.kind else { return Ok(()) };
        let title = severity.map_or_else(|| verdict.to_string(), |severity| severity.to_string());
        heading(writer, style, &format!("{title} ({})", self.count), severity.map_or(Color::Magenta, colour_of))?;
        writeln!(writer, "{}", finding_table(style, &self.shown).trim_fmt())?;
        if self.count > self.shown.len() {
            writeln!(writer, "and {} more; `-o json` has them all", self.count - self.shown.len())?;
        }
        writeln!(writer)
    }
}

fn colour_of(severity: Severity) -> Color {
    match severity {
        Severity::Critical | Severity::High => Color::Red,
        Severity::Medium => Color::Yellow,
        Severity::Low => Color::Blue,
        Severity::Info => Color::Grey,
    }
}

fn heading(writer: &mut dyn Write, style: Style, title: &str, colour: Color) -> io::Result<()> {
    let mut table = new_table(style);
    table.load_style(NOTHING);
    let mut cell = Cell::new(title.to_uppercase());
    if style.colour {
        cell = cell.fg(colour).add_attribute(Attribute::Bold);
    }
    table.add_row([cell]);
    writeln!(writer, "{}", table.trim_fmt())
}

fn new_table(style: Style) -> Table {
    let mut table = Table::new();
    table
        .load_style(UTF8_HORIZONTAL_ONLY)
        .set_content_arrangement(ContentArrangement::Dynamic)
        .set_width(style.width.unwrap_or(DEFAULT_WIDTH).max(60));
    if style.colour {
        table.enforce_styling();
    } else {
        table.force_no_tty();
    }
    table
}

fn finding_table(style: Style, findings: &[Finding]) -> Table {
    let mut table = new_table(style);
    table.set_header(["account", "region", "resource", "policy", "message"]);
    for finding in findings {
        let kind = finding.resource.kind();
        let (name, place) = match &finding.location {
            Some(location) => (&location.address, format!("\n{}", visible(&spot(location)))),
            None => (&finding.resource.id, String::new()),
        };
        table.add_row([
            visible(&finding.account),
            visible(&finding.region),
            format!("{}\n{}{place}", visible(kind), visible(name)),
            finding.policy.clone(),
            format!("{}{}", visible(&finding.message), acceptance(finding)),
        ]);
    }
    table
}

/// Who accepts the finding, on lines of their own.
fn acceptance(finding: &Finding) -> String {
    let waiver = finding
        .waiver
        .as_ref()
        .map(|waiver| format!("\nwaived by {} until {}: {}", visible(&waiver.owner), waiver.expires, visible(&waiver.reason)));
    let known = finding.baseline.then(|| "\nknown to the baseline".to_owned());
    waiver.or(known).unwrap_or_default()
}

/// The text without control characters: names come from the cloud and must not steer a terminal.
pub(super) fn visible(text: &str) -> String {
    // Characters that turn the direction of writing make one name look like another.
    let is_turn = |c: char| matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    text.chars().map(|c| if c.is_control() || is_turn(c) { '\u{fffd}' } else { c }).collect()
}

/// The controls of a framework that policies judge; those that are left to a person are counted.
fn controls(report: &Report<'_>, framework: &Framework, writer: &mut dyn Write) -> io::Result<()> {
    let summary = control::summary(framework, &report.judgement.ledger);
    writeln!(writer, "{} {}: {}", summary.title, summary.version, summary.line())?;
    let mut table = new_table(report.style);
    table.set_header(["control", "status", "failed", "unknown", "passed", "title"]);
    for control in summary.controls.iter().filter(|control| !matches!(control.status, Status::Manual | Status::Unserved)) {
        let counts = [control.counts.fail, control.counts.unknown, control.counts.pass].map(|count| count.to_string());
        table.add_row([visible(control.id), control.word().to_owned()].into_iter().chain(counts).chain([visible(control.title)]));
    }
    writeln!(writer, "{}\n", table.trim_fmt())
}

/// How often what was found, by account.
struct Summary(BTreeMap<String, BTreeMap<&'static str, usize>>);

impl Summary {
    fn new(report: &Report<'_>) -> Self {
        Self(report.world.accounts.keys().map(|id| (id.clone(), BTreeMap::new())).collect())
    }

    fn add(&mut self, finding: &Finding) {
        let column = match (finding.verdict, finding.severity) {
            (Verdict::Fail, Severity::Critical) => "critical",
            (Verdict::Fail, Severity::High) => "high",
            (Verdict::Fail, Severity::Medium) => "medium",
            (Verdict::Fail, Severity::Low) => "low",
            (Verdict::Fail, Severity::Info) => "info",
            (Verdict::Unknown, _) => "unknown",
            _ => return,
        };
        *self.0.entry(finding.account.clone()).or_default().entry(column).or_default() += 1;
    }

    fn table(&self, report: &Report<'_>) -> Table {
        let columns = ["critical", "high", "medium", "low", "info", "unknown"];
        let mut table = new_table(report.style);
        table.set_header(["account", "name", "status"].into_iter().chain(columns));
        for (id, counts) in &self.0 {
            let facts = report.world.accounts.get(id);
            let name = facts.and_then(|facts| facts.name.as_deref()).unwrap_or_default();
            let status = facts.map(|facts| facts.status.as_str()).unwrap_or_default();
            // Zeros would look like an account with nothing wrong.
            let unread = report.world.unread.iter().any(|unread| unread.account == *id && unread.region == "*" && unread.type_name == "*");
            let status = if unread { format!("{status}, not read") } else { status.to_owned() };
            let mut row = vec![id.clone(), visible(name), status];
            let count = |column: &&str| counts.get(column).copied().unwrap_or_default().to_string();
            row.extend(columns.iter().map(|column| if unread { "-".to_owned() } else { count(column) }));
            table.add_row(row);
        }
        table
    }
}

/// What became of a baseline, and what owners of waivers should know.
pub(super) fn accepted(ledger: &Ledger, writer: &mut dyn Write) -> io::Result<()> {
    if let Some(baseline) = &ledger.baseline {
        let changed = if baseline.changed > 0 { format!(" ({} of them changed)", baseline.changed) } else { String::new() };
        let unjudged = if baseline.unjudged > 0 { format!(", {} were not judged", baseline.unjudged) } else { String::new() };
        let (new, unchanged) = (counted(baseline.new, "finding is", "findings are"), baseline.unchanged);
        writeln!(writer, "{new} new{changed}; of the baseline {unchanged} are unchanged, {} are fixed{unjudged}", baseline.fixed)?;
    }
    if !ledger.waivers.is_empty() {
        writeln!(writer, "WAIVERS: {}", counted(ledger.waivers.len(), "notice", "notices"))?;
    }
    for notice in ledger.waivers.iter().take(MOST_NOTICES) {
        let (file, waiver) = (visible(&notice.file), visible(&notice.waiver));
        writeln!(writer, "  {file}:{}: `{waiver}` {}", notice.line, visible(&notice.message))?;
    }
    if ledger.waivers.len() > MOST_NOTICES {
        writeln!(writer, "  and {} more; `-o json` has them all", ledger.waivers.len() - MOST_NOTICES)?;
    }
    Ok(())
}

fn footer(report: &Report<'_>, writer: &mut dyn Write) -> io::Result<()> {
    let ledger = &report.judgement.ledger;
    let count = |of: fn(&crate::engine::Counts) -> usize| ledger.policies.values().map(of).sum::<usize>();
    let waived = count(|c| c.waived);
    let waived = if waived > 0 { format!(" {waived} waived,") } else { String::new() };
    writeln!(
        writer,
        "{} on {}: {} verdicts failed, {} unknown,{waived} {} passed",
        counted(report.library.policies.len(), "policy", "policies"),
        counted(ledger.resources.values().sum(), "resource", "resources"),
        count(|c| c.fail),
        count(|c| c.unknown),
        count(|c| c.pass),
    )?;
    accepted(ledger, writer)?;
    if report.world.organization.is_none() {
        let unlisted = ledger.unread.iter().any(|gap| gap.unread.account == UNLISTED);
        let why = if unlisted { "the organization could not be listed" } else { "the caller is in no organization" };
        writeln!(writer, "read as a single account: {why}")?;
    }
    if !ledger.unmatched.is_empty() {
        let policies = counted(ledger.unmatched.len(), "policy", "policies");
        writeln!(writer, "{policies} matched no resource: {}", ledger.unmatched.join(", "))?;
    }
    let tallies = ledger.reads.values().flat_map(|regions| regions.values()).flat_map(|facets| facets.values());
    let (asked, read) = tallies.fold((0, 0), |(asked, read), tally| (asked + tally.asked, read + tally.read));
    if asked > 0 {
        let regions: usize = ledger.reads.values().map(BTreeMap::len).sum();
        let (accounts, scopes) = (counted(ledger.reads.len(), "account", "accounts"), counted(regions, "scope", "scopes"));
        writeln!(writer, "read {read} of {asked} facets in {scopes} (account and Region) of {accounts}")?;
    }
    if let Some(calls) = report.calls {
        let total: u64 = calls.values().flat_map(|regions| regions.values()).flat_map(|services| services.values()).sum();
        writeln!(writer, "made {total} calls; `-o json` tells them by account, Region and service")?;
    }
    if !ledger.errors.is_empty() {
        writeln!(writer, "ERROR: {} could not judge", counted(ledger.errors.len(), "policy", "policies"))?;
        for (policy, reason) in &ledger.errors {
            writeln!(writer, "  {}: {}", visible(policy), visible(reason))?;
        }
    }
    if !ledger.skipped.is_empty() {
        writeln!(
            writer,
            "{} not judged, as no policy speaks of their types; `-o json` names them",
            counted(ledger.skipped.len(), "declaration", "declarations")
        )?;
    }
    for error in &ledger.broken {
        writeln!(writer, "ERROR: {}", visible(&error.to_string()))?;
    }
    if ledger.complete {
        return writeln!(writer, "complete: everything that the policies need was read");
    }
    if ledger.interrupted {
        writeln!(writer, "INTERRUPTED: the reading was stopped before its end")?;
    }
    let scopes = counted(ledger.unread.len(), "scope", "scopes");
    let properties = counted(ledger.property_gaps, "property", "properties");
    writeln!(writer, "INCOMPLETE: {scopes} and {properties} could not be read")?;
    for gap in ledger.unread.iter().take(MOST_UNREAD) {
        let unread = &gap.unread;
        writeln!(
            writer,
            "  {} {} {}: {} ({})",
            unread.account,
            unread.region,
            unread.type_name,
            visible(&reason(&unread.cause)),
            counted(gap.policies.len(), "policy", "policies")
        )?;
    }
    for refusal in ledger.refusals.iter().take(MOST_UNREAD) {
        let accounts = counted(refusal.accounts.len(), "account denies", "accounts deny");
        let layer = refusal.layer.map(|layer| format!(" by {}", layer.describe())).unwrap_or_default();
        let policy = refusal.policy.as_deref().map(|policy| format!(" `{}`", visible(policy))).unwrap_or_default();
        writeln!(writer, "  {accounts} `{}`{layer}{policy}\n    {}", visible(&refusal.action), visible(&refusal.remedy))?;
    }
    if !ledger.uncovered.is_empty() {
        writeln!(writer, "  nothing reads {}, which policies look up", ledger.uncovered.join(", "))?;
    }
    if ledger.unread.len() > MOST_UNREAD {
        writeln!(writer, "  and {} more; `-o json` has them all", ledger.unread.len() - MOST_UNREAD)?;
    }
    Ok(())
}
