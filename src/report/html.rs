//! The HTML report: one page that asks for nothing else, of the files in `reports/templates/html`.
//!
//! The findings come first, as data that the script of the page lists; they are written one by one, and counted. The summaries follow as markup, so that they
//! are there without the script. Whatever is put in may be somebody's attempt to break out: the policy of the page allows its own style and script alone, markup
//! goes through [`Text`], data through [`Data`], and the script sets nothing but text.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::io::{self, Write};

use askama::Template;
use askama::filters::Escaper;
use base64::prelude::{BASE64_STANDARD, Engine as _};
use innovate_model::{Cause, UNLISTED, World};
use serde::Serialize;
use serde_json::Serializer;
use serde_json::ser::{CharEscape, CompactFormatter, Formatter};
use sha2::{Digest, Sha256};

use super::Report;
use super::control::{self, Status, Summary};
use crate::engine::{Counts, Ledger};
use crate::finding::{Finding, Verdict};
use crate::policy::{Policy, Remediation, Severity};

const STYLE: &str = include_str!("../../reports/templates/html/page.css");
const SCRIPT: &str = include_str!("../../reports/templates/html/page.js");

/// Findings that the page lists, the worst; beyond, a browser takes too long to open it. All of them are counted.
const MOST_FINDINGS: usize = 100_000;

/// Unread scopes that are named one by one; the rest are counted.
const MOST_UNREAD: usize = 1000;

/// What findings are counted by, as the page names it: failures by severity, others by verdict.
const KINDS: [&str; 7] = ["critical", "high", "medium", "low", "info", "unknown", "waived"];

/// The length of the longest bar.
const BAR: usize = 1000;

pub(super) fn write(report: &Report<'_>, writer: &mut dyn Write) -> io::Result<()> {
    let ledger = &report.judgement.ledger;
    Head {
        style: STYLE,
        style_source: source(STYLE),
        script_source: source(SCRIPT),
        incomplete: !ledger.complete || !ledger.errors.is_empty(),
        read_at: &report.world.read_at,
    }
    .write_into(writer)?;
    let found = data(report, writer)?;
    Body::new(report, &found).write_into(writer)
}

/// What a content security policy calls an inline style or script of this text.
fn source(text: &str) -> String {
    format!("sha256-{}", BASE64_STANDARD.encode(Sha256::digest(text)))
}

/// What was found, counted while it was written.
#[derive(Default)]
struct Found {
    count: usize,
    total: Tally,
    accounts: BTreeMap<String, Tally>,
}

/// Findings of each of [`KINDS`].
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
struct Tally([usize; KINDS.len()]);

impl Tally {
    fn add(&mut self, finding: &Finding) {
        let kind = match (finding.verdict, finding.severity) {
            (Verdict::Fail, Severity::Critical) => 0,
            (Verdict::Fail, Severity::High) => 1,
            (Verdict::Fail, Severity::Medium) => 2,
            (Verdict::Fail, Severity::Low) => 3,
            (Verdict::Fail, Severity::Info) => 4,
            (Verdict::Unknown, _) => 5,
            (Verdict::Waived, _) => 6,
            (Verdict::Pass | Verdict::NotApplicable, _) => return,
        };
        self.0.get_mut(kind).into_iter().for_each(|count| *count += 1);
    }

    fn each(&self) -> impl Iterator<Item = (&'static str, usize)> + '_ {
        KINDS.into_iter().zip(self.0)
    }

    fn sum(&self) -> usize {
        self.0.iter().sum()
    }
}

/// Writes what the script of the page lists.
fn data(report: &Report<'_>, writer: &mut dyn Write) -> io::Result<Found> {
    let mut found = Found::default();
    let mut named: BTreeSet<String> = BTreeSet::new();
    write!(writer, "{{\"findings\":[")?;
    for finding in report.judgement.findings.iter()? {
        let finding = finding?;
        found.count += 1;
        found.total.add(&finding);
        // The accounts of a large organization are few beside its findings.
        match found.accounts.get_mut(&finding.account) {
            Some(tally) => tally.add(&finding),
            None => found.accounts.entry(finding.account.clone()).or_default().add(&finding),
        }
        if found.count > MOST_FINDINGS {
            continue;
        }
        if !named.contains(&finding.policy) {
            named.insert(finding.policy.clone());
        }
        write!(writer, "{}", if found.count == 1 { "\n" } else { ",\n" })?;
        embed(&row(&finding), writer)?;
    }
    let policies = report.library.policies.iter().filter(|policy| named.contains(&policy.id));
    let rest = Rest {
        policies: policies.map(|policy| (policy.id.as_str(), Told::of(policy))).collect(),
        accounts: report.world.accounts.iter().filter_map(|(id, account)| Some((id.as_str(), account.name.as_deref()?))).collect(),
        frameworks: report.frameworks.iter().map(|framework| control::summary(framework, &report.judgement.ledger)).collect(),
    };
    write!(writer, "],\n\"about\":")?;
    embed(&rest, writer)?;
    writeln!(writer, "}}")?;
    Ok(found)
}

/// What the findings point to.
#[derive(Serialize)]
struct Rest<'a> {
    policies: BTreeMap<&'a str, Told<'a>>,
    accounts: BTreeMap<&'a str, &'a str>,
    frameworks: Vec<Summary<'a>>,
}

/// What a policy says of itself.
#[derive(Serialize)]
struct Told<'a> {
    title: &'a str,
    description: &'a str,
    risk: &'a str,
    remediation: &'a Remediation,
    links: &'a [String],
}

impl<'a> Told<'a> {
    fn of(policy: &'a Policy) -> Self {
        let about = &policy.metadata;
        Self {
            title: &about.title,
            description: &about.description,
            risk: &about.custom.risk,
            remediation: &about.custom.remediation,
            links: &about.related_resources,
        }
    }
}

/// A finding as the script takes it: a list, as names would be most of a large page.
fn row(finding: &Finding) -> impl Serialize + '_ {
    let Finding { resource, location, .. } = finding;
    let location =
        location.as_ref().map(|location| (&location.file, location.span.start.line, location.span.start.column, &location.address));
    (
        (finding.verdict, finding.severity, &finding.policy, &finding.account, &finding.region),
        (&resource.type_name, &resource.id, &resource.arn),
        (&finding.message, &finding.path, &finding.fingerprint, location),
        (causes(&finding.causes), causes(&finding.immaterial)),
    )
}

fn causes(causes: &[Cause]) -> Vec<(&'static str, Option<&str>, &str)> {
    causes.iter().map(|cause| (cause.code.describe(), cause.action.as_deref(), cause.message.as_str())).collect()
}

fn embed(value: &impl Serialize, writer: &mut dyn Write) -> io::Result<()> {
    value.serialize(&mut Serializer::with_formatter(writer, Data(CompactFormatter))).map_err(io::Error::from)
}

/// JSON that can stand in a `script` element.
struct Data(CompactFormatter);

impl Formatter for Data {
    fn write_string_fragment<W: Write + ?Sized>(&mut self, writer: &mut W, fragment: &str) -> io::Result<()> {
        let fragment = visible(fragment);
        for piece in fragment.split_inclusive(ENDS) {
            match piece.strip_suffix(ENDS).and_then(|rest| Some((rest, piece.chars().next_back()?))) {
                Some((rest, end)) => write!(writer, "{rest}\\u{:04x}", u32::from(end))?,
                None => writer.write_all(piece.as_bytes())?,
            }
        }
        Ok(())
    }

    fn write_char_escape<W: Write + ?Sized>(&mut self, writer: &mut W, escape: CharEscape) -> io::Result<()> {
        match escape {
            CharEscape::AsciiControl(_) | CharEscape::Backspace | CharEscape::FormFeed => writer.write_all("\u{fffd}".as_bytes()),
            other => self.0.write_char_escape(writer, other),
        }
    }
}

/// What could end a `script` element, or a line of it.
const ENDS: [char; 5] = ['<', '>', '&', '\u{2028}', '\u{2029}'];

/// Text in markup.
#[derive(Clone, Copy)]
struct Text;

impl Escaper for Text {
    fn write_escaped_str<W: fmt::Write>(&self, dest: W, string: &str) -> fmt::Result {
        askama::filters::Html.write_escaped_str(dest, &visible(string))
    }
}

/// The text with a mark for each character that would hide, or turn around what stands beside it. Lines may break.
fn visible(text: &str) -> Cow<'_, str> {
    let hides = |c: char| {
        (c.is_control() && !matches!(c, '\n' | '\r' | '\t'))
            || matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    };
    if text.contains(hides) { text.replace(hides, "\u{fffd}").into() } else { text.into() }
}

/// The page up to the data.
#[derive(Template)]
#[template(path = "head.html")]
struct Head<'a> {
    style: &'static str,
    style_source: String,
    script_source: String,
    incomplete: bool,
    read_at: &'a str,
}

/// The page after the data.
#[derive(Template)]
#[template(path = "body.html")]
struct Body<'a> {
    world: &'a World,
    ledger: &'a Ledger,
    version: &'static str,
    policy_count: usize,
    resources: usize,
    verdicts: Counts,
    findings: usize,
    left_out: usize,
    total: Tally,
    accounts: Vec<Account<'a>>,
    frameworks: Vec<Judged<'a>>,
    policies: Vec<Verdicts<'a>>,
    asked: u64,
    read: u64,
    calls: Option<u64>,
    unlisted: bool,
    most_unread: usize,
    script: &'static str,
}

/// A line of the accounts.
struct Account<'a> {
    id: &'a str,
    name: &'a str,
    status: &'a str,
    /// Whether nothing of it was read: zeros would look like an account with nothing wrong.
    unread: bool,
    tally: Tally,
    segments: Vec<Segment>,
}

/// A part of a bar.
struct Segment {
    class: &'static str,
    start: usize,
    length: usize,
}

/// A framework with how many of its controls have each status.
struct Judged<'a> {
    summary: Summary<'a>,
    statuses: Vec<(&'static str, &'static str, usize)>,
    segments: Vec<Segment>,
}

/// A line of the policies.
struct Verdicts<'a> {
    id: &'a str,
    title: &'a str,
    severity: Severity,
    /// The place of the severity, from the worst.
    rank: usize,
    counts: Counts,
}

impl<'a> Body<'a> {
    fn new(report: &Report<'a>, found: &'a Found) -> Self {
        let Report { world, library, judgement, .. } = *report;
        let ledger = &judgement.ledger;
        let mut verdicts = Counts::default();
        ledger.policies.values().for_each(|counts| verdicts.merge(*counts));
        let facets = || ledger.reads.values().flat_map(|regions| regions.values()).flat_map(|facets| facets.values());
        let services = |calls: &innovate_model::Calls| calls.values().flat_map(|regions| regions.values()).flat_map(|of| of.values()).sum();
        let mut policies: Vec<Verdicts<'_>> = library.policies.iter().map(|policy| of_policy(policy, ledger)).collect();
        policies.sort_by_key(|policy| (policy.counts.fail == 0, policy.counts.unknown == 0, policy.rank, policy.id));
        Self {
            world,
            ledger,
            version: env!("CARGO_PKG_VERSION"),
            policy_count: library.policies.len(),
            resources: ledger.resources.values().sum(),
            verdicts,
            findings: found.count,
            left_out: found.count.saturating_sub(MOST_FINDINGS),
            total: found.total,
            accounts: accounts(world, found),
            frameworks: report.frameworks.iter().map(|framework| of_framework(control::summary(framework, ledger))).collect(),
            policies,
            asked: facets().map(|tally| tally.asked).sum(),
            read: facets().map(|tally| tally.read).sum(),
            calls: report.calls.map(services),
            unlisted: ledger.unread.iter().any(|gap| gap.unread.account == UNLISTED),
            most_unread: MOST_UNREAD,
            script: SCRIPT,
        }
    }
}

/// The accounts that were to be read and those that something was found in, the worst first, after those that were not read.
fn accounts<'a>(world: &'a World, found: &'a Found) -> Vec<Account<'a>> {
    let ids: BTreeSet<&str> = world.accounts.keys().chain(found.accounts.keys()).map(String::as_str).collect();
    let most = found.accounts.values().map(Tally::sum).max().unwrap_or_default().max(1);
    let unread = world.unread.iter().filter(|unread| unread.region == "*" && unread.type_name == "*");
    let unread: BTreeSet<&str> = unread.map(|unread| unread.account.as_str()).collect();
    let of_id = |id: &'a str| {
        let facts = world.accounts.get(id);
        let tally = found.accounts.get(id).copied().unwrap_or_default();
        Account {
            id,
            name: facts.and_then(|facts| facts.name.as_deref()).unwrap_or_default(),
            status: facts.map(|facts| facts.status.as_str()).unwrap_or_default(),
            unread: unread.contains(id),
            tally,
            segments: segments(tally.each().map(|(kind, count)| (kind, count * BAR / most))),
        }
    };
    let mut accounts: Vec<Account<'_>> = ids.into_iter().map(of_id).collect();
    accounts.sort_by_key(|account| (!account.unread, std::cmp::Reverse(account.tally)));
    accounts
}

/// The parts of a bar, one after the other.
fn segments(lengths: impl Iterator<Item = (&'static str, usize)>) -> Vec<Segment> {
    let mut start = 0;
    let mut place = |(class, length)| {
        start += length;
        Segment { class, start: start - length, length }
    };
    lengths.filter(|(_, length)| *length > 0).map(&mut place).collect()
}

fn of_framework(summary: Summary<'_>) -> Judged<'_> {
    let each = [Status::Fail, Status::Error, Status::Unknown, Status::Pass, Status::NotApplicable, Status::Manual, Status::Unserved];
    let count = |status: Status| summary.controls.iter().filter(|control| control.status == status).count();
    let statuses: Vec<_> = each.into_iter().map(|status| (name(status), label(status), count(status))).collect();
    let segments = segments(statuses.iter().map(|(name, _, count)| (*name, *count)));
    Judged { summary, statuses, segments }
}

fn of_policy<'a>(policy: &'a Policy, ledger: &Ledger) -> Verdicts<'a> {
    let severity = policy.metadata.custom.severity;
    Verdicts {
        id: &policy.id,
        title: &policy.metadata.title,
        severity,
        rank: Severity::ALL.iter().position(|other| *other == severity).unwrap_or_default(),
        counts: ledger.policies.get(&policy.id).copied().unwrap_or_default(),
    }
}

/// What the style calls a status.
fn name(status: Status) -> &'static str {
    match status {
        Status::Fail => "fail",
        Status::Error => "error",
        Status::Unknown => "unknown",
        Status::Manual => "manual",
        Status::Unserved => "unserved",
        Status::NotApplicable => "not_applicable",
        Status::Pass => "pass",
    }
}

/// What a person calls it.
fn label(status: Status) -> &'static str {
    match status {
        Status::Fail => "fail",
        Status::Error => "error",
        Status::Unknown => "unknown",
        Status::Manual => "left to a person",
        Status::Unserved => "no policy",
        Status::NotApplicable => "does not apply",
        Status::Pass => "pass",
    }
}

fn counted(count: usize, one: &str, many: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { many })
}
