//! Findings with the lines that they are about, in the manner of a compiler.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write};
use std::ops::Range;

use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet};
use innovate_model::{Location, Position};

use super::Report;
use super::outcome::{counted, shortfall};
use super::table::{accepted, visible};
use crate::finding::{Finding, Verdict};
use crate::input::declared::Skipped;
use crate::policy::{Library, Severity};

/// Lines that are shown of something that spans many.
const MOST_LINES: usize = 6;

/// What is left out and named one by one.
const MOST_SKIPPED: usize = 10;

pub(super) fn write(report: &Report<'_>, writer: &mut dyn Write) -> io::Result<()> {
    let renderer = if report.style.colour { Renderer::styled() } else { Renderer::plain() };
    let renderer = renderer.term_width(report.style.width.map_or(140, usize::from));
    let texts: BTreeMap<&str, Text<'_>> = report.texts.into_iter().flatten().map(|(name, text)| (name.as_str(), Text::new(text))).collect();
    let mut helped = BTreeSet::new();
    for finding in report.judgement.findings.iter()? {
        let finding = finding?;
        if finding.baseline {
            // Nobody is to look at it now: it is counted below.
            continue;
        }
        let help = match finding.verdict {
            Verdict::Fail if helped.insert(finding.policy.clone()) => remedy(report.library, &finding),
            _ => None,
        };
        writeln!(writer, "{}\n", rendered(&renderer, &texts, &finding, help.as_deref()))?;
    }
    footer(report, writer)
}

/// A text and where its lines begin.
pub(super) struct Text<'a> {
    text: &'a str,
    starts: Vec<usize>,
}

impl<'a> Text<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let starts = std::iter::once(0).chain(text.match_indices('\n').map(|(at, _)| at + 1)).collect();
        Self { text, starts }
    }

    /// The byte at a place.
    fn byte(&self, at: Position) -> usize {
        let start = self.starts.get(at.line.saturating_sub(1)).copied().unwrap_or(self.text.len());
        let line = self.text.get(start..).unwrap_or_default();
        let line = line.split('\n').next().unwrap_or_default();
        start + line.char_indices().nth(at.column.saturating_sub(1)).map_or(line.len(), |(at, _)| at)
    }

    /// The lines of a location with one line around them, the number of the first, and what of them it is.
    fn snippet(&self, location: &Location) -> Option<(&'a str, usize, Range<usize>)> {
        let span = location.span;
        let first = span.start.line.saturating_sub(1).max(1);
        let last = (span.end.line + 1).min(span.start.line + MOST_LINES);
        let begin = *self.starts.get(first - 1)?;
        let end = self.starts.get(last).copied().unwrap_or(self.text.len());
        let source = self.text.get(begin..end)?.trim_end_matches(['\n', '\r']);
        let from = self.byte(span.start).checked_sub(begin)?.min(source.len());
        let to = self.byte(span.end).saturating_sub(begin).clamp(from, source.len());
        // A span that ends at the start of a line ends with the line before.
        let to = from + source.get(from..to)?.trim_end().len();
        Some((source, first, from..to.max(from)))
    }
}

pub(super) fn rendered(renderer: &Renderer, texts: &BTreeMap<&str, Text<'_>>, finding: &Finding, help: Option<&str>) -> String {
    let level = match (finding.verdict, finding.severity) {
        (Verdict::Unknown, _) => Level::WARNING.with_name("unknown"),
        (Verdict::Waived, _) => Level::NOTE.with_name("waived"),
        (Verdict::Pass | Verdict::NotApplicable, _) => Level::NOTE.with_name("pass"),
        (Verdict::Fail, Severity::Critical) => Level::ERROR.with_name("critical"),
        (Verdict::Fail, Severity::High) => Level::ERROR.with_name("high"),
        (Verdict::Fail, Severity::Medium) => Level::WARNING.with_name("medium"),
        (Verdict::Fail, Severity::Low) => Level::NOTE.with_name("low"),
        (Verdict::Fail, Severity::Info) => Level::NOTE.with_name("info"),
    };
    let title = if finding.message.is_empty() { finding.resource.id.as_str() } else { finding.message.as_str() };
    let title = visible(title);
    let mut group = Group::with_title(level.primary_title(title.as_str()).id(finding.policy.as_str()));
    let location = finding.location.as_ref();
    let file = visible(location.map_or("", |location| location.file.as_str()));
    let snippet = location.and_then(|location| Some((location, texts.get(location.file.as_str())?.snippet(location)?)));
    let address = location.map_or(finding.resource.id.as_str(), |location| location.address.as_str());
    let label = format!("{} {}", finding.resource.type_name, visible(address));
    let place = location.map_or_else(
        || format!("{} {} {}", finding.account, finding.region, visible(&finding.resource.id)),
        |location| format!("{file}:{}:{}", location.span.start.line, location.span.start.column),
    );
    group = match snippet {
        Some((_, (source, line, range))) => group.element(
            Snippet::source(source)
                .line_start(line)
                .path(file.as_str())
                .annotation(AnnotationKind::Primary.span(range).label(label.as_str())),
        ),
        None => group.element(annotate_snippets::Origin::path(place.as_str())).element(Level::NOTE.message(label.as_str())),
    };
    if let Some(help) = help {
        group = group.element(Level::HELP.message(help));
    }
    renderer.render(&[group])
}

/// What the policy says of repairing it, where the finding is about a template.
pub(super) fn remedy(library: &Library, finding: &Finding) -> Option<String> {
    let location = finding.location.as_ref()?;
    // A template's words are no help in another language.
    let is_of_template = !location.file.ends_with(".tf") && !location.file.ends_with(".tofu");
    let policy = library.policies.iter().find(|policy| policy.id == finding.policy)?;
    let ways = || policy.metadata.custom.remediation.ways();
    let text = ways().find(|(way, _)| is_of_template && matches!(*way, "cloudformation" | "manifest")).or_else(|| ways().next())?.1;
    Some(text.trim_end().to_owned())
}

fn footer(report: &Report<'_>, writer: &mut dyn Write) -> io::Result<()> {
    let ledger = &report.judgement.ledger;
    if !ledger.skipped.is_empty() {
        writeln!(writer, "not judged: {}", counted(ledger.skipped.len(), "declaration", "declarations"))?;
        // What policies may have something to say of comes first.
        let (unread, others): (Vec<&Skipped>, Vec<&Skipped>) = ledger.skipped.iter().partition(|skipped| skipped.unread);
        for skipped in unread.into_iter().chain(others).take(MOST_SKIPPED) {
            let at = skipped.location.span.start;
            let (file, address) = (visible(&skipped.location.file), visible(&skipped.location.address));
            writeln!(
                writer,
                "  {file}:{}:{}: {} {address}: {}",
                at.line,
                at.column,
                visible(&skipped.type_name),
                visible(&skipped.reason)
            )?;
        }
        if ledger.skipped.len() > MOST_SKIPPED {
            writeln!(writer, "  and {} more; `-o json` has them all", ledger.skipped.len() - MOST_SKIPPED)?;
        }
    }
    if let Some(shortfall) = shortfall(ledger).filter(|_| ledger.broken.is_empty()) {
        writeln!(writer, "INCOMPLETE: {}", visible(shortfall.trim_start_matches("incomplete: ")))?;
    }
    for (policy, reason) in &ledger.errors {
        writeln!(writer, "ERROR: policy {} could not judge: {}", visible(policy), visible(reason))?;
    }
    for error in &ledger.broken {
        writeln!(writer, "ERROR: {}", visible(&error.to_string()))?;
    }
    let count = |of: fn(&crate::engine::Counts) -> usize| ledger.policies.values().map(of).sum::<usize>();
    let (failed, unknown, waived, passed) = (count(|c| c.fail), count(|c| c.unknown), count(|c| c.waived), count(|c| c.pass));
    let waived = if waived > 0 { format!(", {waived} waived") } else { String::new() };
    let files = match report.texts {
        Some(texts) => format!(" of {}", counted(texts.len(), "file", "files")),
        None => String::new(),
    };
    let judged = report.world.judged.as_ref().map_or_else(|| ledger.resources.values().sum(), BTreeSet::len);
    writeln!(
        writer,
        "{} on {}{files}: {failed} verdicts failed, {unknown} unknown{waived}, {passed} passed",
        counted(report.library.policies.len() - ledger.unmatched.len(), "policy", "policies"),
        counted(judged, "resource", "resources"),
    )?;
    accepted(ledger, writer)
}
