//! `innovate waiver add|list|prune`.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use anyhow::Context;
use clap::{Args, Subcommand, ValueEnum};
use jiff::civil::Date;
use serde::Serialize;

use super::source::{Found, Source};
use super::{DISK, Exit, Global, accept, output, usage};
use crate::engine::{self, Judgement};
use crate::finding::{Finding, Verdict};
use crate::waiver::{self, Accepted, Draft, Notice, NoticeKind, Standing, Waiver};

/// Letters of an id that is made of names.
const MOST_LETTERS: usize = 60;

#[derive(Args, Debug)]
pub(super) struct Arguments {
    #[command(subcommand)]
    command: WaiverCommand,
}

#[derive(Debug, Subcommand)]
enum WaiverCommand {
    /// Waive what fails: of one resource by one policy.
    Add(Add),
    /// List waivers, and how they stand.
    List(List),
    /// Take out waivers that have expired, and, where `--snapshot` or `--report` is given, those that cover nothing.
    Prune(Prune),
}

/// The file.
#[derive(Args, Debug)]
struct File {
    /// The file of waivers.
    #[arg(long, value_name = "FILE", env = "INNOVATE_WAIVERS", default_value = accept::WAIVERS)]
    waivers: PathBuf,
}

#[derive(Args, Debug)]
struct Add {
    /// The fingerprint of the finding, or its first digits.
    #[arg(long, value_name = "FINGERPRINT", required_unless_present = "resource")]
    finding: Option<String>,
    /// The resource: its id, its ARN, or its name in the file that declares it. `--policy` says what of it is waived.
    #[arg(long, value_name = "ID", conflicts_with = "finding")]
    resource: Option<String>,
    /// Why it is accepted.
    #[arg(long)]
    reason: String,
    /// Who answers for it; without it, the user that Git knows.
    #[arg(long)]
    owner: Option<String>,
    /// The first day, in UTC, on which it fails again, such as `2027-01-31`.
    #[arg(long, value_name = "DATE")]
    expires: Date,
    /// What the waiver is called by; without it, a name made of policy and resource.
    #[arg(long)]
    id: Option<String>,
    #[command(flatten)]
    source: Source,
    #[command(flatten)]
    file: File,
}

#[derive(Args, Debug)]
struct List {
    /// The form.
    #[arg(short, long = "output", value_name = "FORMAT", value_enum, default_value_t = Form::Table)]
    output: Form,
    #[command(flatten)]
    source: Source,
    #[command(flatten)]
    file: File,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Form {
    Table,
    Json,
}

#[derive(Args, Debug)]
struct Prune {
    /// Say what would be taken out, and leave the file as it is.
    #[arg(long)]
    dry_run: bool,
    #[command(flatten)]
    source: Source,
    #[command(flatten)]
    file: File,
}

pub(super) fn run(arguments: &Arguments, global: &Global) -> anyhow::Result<Exit> {
    match &arguments.command {
        WaiverCommand::Add(add) => add.run(global),
        WaiverCommand::List(list) => list.run(global),
        WaiverCommand::Prune(prune) => prune.run(global),
    }
}

impl Add {
    fn run(&self, global: &Global) -> anyhow::Result<Exit> {
        if self.expires <= accept::today() {
            return Err(usage(format!("`--expires {}` is over; give a day to come", self.expires)));
        }
        let (_, found) = self.source.find(None, global)?;
        let found = found.ok_or_else(|| usage("give `--report FILE` or `--snapshot FILE`, where the finding is"))?;
        let findings = self.chosen(&found)?;
        let path = &self.file.waivers;
        let text = if path.exists() { accept::text(path)? } else { String::new() };
        let name = path.to_string_lossy();
        let others: BTreeSet<String> = waiver::parse(&name, &text).map_err(usage)?.into_iter().map(|waiver| waiver.id).collect();
        let id = match &self.id {
            Some(id) => id.clone(),
            None => free_id(&findings, &others),
        };
        let owner =
            self.owner.clone().or_else(git_user).ok_or_else(|| usage("Git knows no user here; say who answers for it by `--owner`"))?;
        let draft = Draft { id, findings: &findings, reason: self.reason.clone(), owner, expires: self.expires };
        let text = waiver::append(&name, &text, &draft).map_err(usage)?;
        write(path, &text)?;
        let (count, plural) = (findings.len(), if findings.len() == 1 { "" } else { "s" });
        writeln!(io::stdout(), "`{}` in `{name}` waives {count} finding{plural} until {}", draft.id, self.expires)?;
        Ok(Exit::Clean)
    }

    /// The failures that are meant: of one policy and one resource.
    fn chosen(&self, found: &Found) -> anyhow::Result<Vec<Finding>> {
        let is_meant = |finding: &Finding| match (&self.finding, &self.resource) {
            (Some(prefix), _) => finding.fingerprint.starts_with(prefix),
            (None, Some(name)) => {
                finding.resource.id == *name
                    || finding.resource.arn.as_ref() == Some(name)
                    || finding.location.as_ref().is_some_and(|location| location.address == *name)
            }
            (None, None) => false,
        };
        let mut chosen = found.findings()?;
        chosen.retain(|finding| matches!(finding.verdict, Verdict::Fail | Verdict::Waived) && is_meant(finding));
        let what = self.finding.as_ref().or(self.resource.as_ref()).map(String::as_str).unwrap_or_default();
        let subjects: BTreeSet<String> = chosen
            .iter()
            .map(|Finding { policy, resource, account, region, .. }| {
                format!("{policy} on {} `{}` ({account}, {region})", resource.type_name, resource.id)
            })
            .collect();
        match subjects.len() {
            0 => Err(usage(format!("nothing fails that `{what}` names"))),
            1 if chosen.iter().any(|finding| finding.evidence.is_none()) => {
                Err(usage("the report does not say what values its findings are about; write it anew"))
            }
            1 => Ok(chosen),
            _ => {
                let subjects: Vec<String> = subjects.into_iter().collect();
                Err(usage(format!("`{what}` names several; narrow it by `--policy`, or by more of a fingerprint: {}", subjects.join("; "))))
            }
        }
    }
}

/// An id made of the names of the policy and the resource, which no other waiver has.
fn free_id(findings: &[Finding], others: &BTreeSet<String>) -> String {
    let first = findings.first();
    let policy = first.and_then(|finding| finding.policy.rsplit('.').next()).unwrap_or_default();
    let resource = first.map(|finding| finding.location.as_ref().map_or(&finding.resource.id, |location| &location.address));
    let name = format!("{policy}-{}", resource.map(String::as_str).unwrap_or_default());
    let is_letter = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '.');
    let name: String = name.chars().map(|c| if is_letter(c) { c.to_ascii_lowercase() } else { '-' }).take(MOST_LETTERS).collect();
    let name = name.trim_end_matches('-').to_owned();
    let numbered = (2..).map(|number| format!("{name}-{number}"));
    std::iter::once(name.clone()).chain(numbered).find(|id| !others.contains(id)).unwrap_or(name)
}

/// The e-mail address or name that Git knows.
fn git_user() -> Option<String> {
    ["user.email", "user.name"].into_iter().find_map(|key| {
        let output = std::process::Command::new("git").args(["config", "--get", key]).output().ok()?;
        let value = String::from_utf8(output.stdout).ok()?.trim().to_owned();
        (!value.is_empty()).then_some(value)
    })
}

fn write(path: &Path, text: &str) -> anyhow::Result<()> {
    output::write_file(path, |file| Ok(file.write_all(text.as_bytes())?)).with_context(|| format!("cannot write `{}`", path.display()))
}

/// The waivers of a file with what is to be told of each, as far as something says what they cover.
struct Looked {
    waivers: Vec<Waiver>,
    notices: BTreeMap<String, Vec<Notice>>,
    today: Date,
}

fn look(file: &File, source: &Source, global: &Global) -> anyhow::Result<Looked> {
    let waivers = accept::read(&file.waivers)?;
    let (known, found) = source.find(None, global)?;
    waiver::hold_known(&waivers, &known).map_err(usage)?;
    let accepted = Accepted { waivers, baseline: None };
    let (mut notices, today) = (BTreeMap::new(), accept::today());
    if let Some(found) = found {
        // Whatever was waived in a run whose report this is.
        let mut findings = found.findings()?;
        for finding in findings.iter_mut().filter(|finding| finding.verdict == Verdict::Waived) {
            finding.verdict = Verdict::Fail;
        }
        let mut judgement = Judgement { findings: findings.into(), ledger: found.judgement.ledger };
        engine::accept(&mut judgement, &found.world, found.files.as_ref(), &accepted, today).context(DISK)?;
        for notice in judgement.ledger.waivers {
            notices.entry(notice.waiver.clone()).or_insert_with(Vec::new).push(notice);
        }
    }
    Ok(Looked { waivers: accepted.waivers, notices, today })
}

impl Looked {
    fn notices(&self, waiver: &Waiver) -> &[Notice] {
        self.notices.get(&waiver.id).map(Vec::as_slice).unwrap_or_default()
    }

    /// How a waiver stands, in one word.
    fn state(&self, waiver: &Waiver) -> &'static str {
        let is = |kind| self.notices(waiver).iter().any(|notice| notice.kind == kind);
        match waiver.standing(self.today) {
            Standing::Expired => "expired",
            _ if is(NoticeKind::Changed) => "changed",
            _ if is(NoticeKind::Unused) => "unused",
            Standing::Expiring(_) => "expiring",
            Standing::Active => "active",
        }
    }
}

/// A waiver as it is listed.
#[derive(Serialize)]
struct Listed<'a> {
    id: &'a str,
    state: &'static str,
    policy: &'a str,
    owner: &'a str,
    reason: &'a str,
    expires: Date,
    file: &'a str,
    line: usize,
    notices: Vec<&'a str>,
}

impl List {
    fn run(&self, global: &Global) -> anyhow::Result<Exit> {
        let looked = look(&self.file, &self.source, global)?;
        let listed: Vec<Listed<'_>> = looked
            .waivers
            .iter()
            .map(|waiver| Listed {
                id: &waiver.id,
                state: looked.state(waiver),
                policy: &waiver.policy,
                owner: &waiver.owner,
                reason: &waiver.reason,
                expires: waiver.expires,
                file: &waiver.file,
                line: waiver.at.line,
                notices: looked.notices(waiver).iter().map(|notice| notice.message.as_str()).collect(),
            })
            .collect();
        let mut out = io::stdout().lock();
        match self.output {
            Form::Json => {
                serde_json::to_writer_pretty(&mut out, &listed)?;
                writeln!(out)?;
            }
            Form::Table => {
                let widest = |texts: &mut dyn Iterator<Item = &str>| texts.map(|text| text.chars().count()).max().unwrap_or_default();
                let id = widest(&mut listed.iter().map(|waiver| waiver.id));
                let policy = widest(&mut listed.iter().map(|waiver| waiver.policy));
                let owner = widest(&mut listed.iter().map(|waiver| waiver.owner));
                for waiver in &listed {
                    let Listed { id: name, state, policy: of, owner: who, reason, expires, .. } = waiver;
                    writeln!(
                        out,
                        "{state:<8}  {expires}  {name:<id$}  {of:<policy$}  {who:<owner$}  {}",
                        reason.replace(char::is_control, " ")
                    )?;
                    for notice in &waiver.notices {
                        writeln!(out, "          {notice}")?;
                    }
                }
            }
        }
        Ok(Exit::Clean)
    }
}

impl Prune {
    fn run(&self, global: &Global) -> anyhow::Result<Exit> {
        let looked = look(&self.file, &self.source, global)?;
        let path = &self.file.waivers;
        let gone: Vec<(&Waiver, &str)> = looked
            .waivers
            .iter()
            .map(|waiver| (waiver, looked.state(waiver)))
            .filter(|(_, state)| matches!(*state, "expired" | "unused"))
            .collect();
        let mut out = io::stdout().lock();
        for (waiver, state) in &gone {
            writeln!(out, "{}:{}: `{}` is {state}", waiver.file, waiver.at.line, waiver.id)?;
        }
        if gone.is_empty() {
            writeln!(out, "nothing to take out of `{}`", path.display())?;
        } else if !self.dry_run {
            let ids = gone.iter().map(|(waiver, _)| waiver.id.clone()).collect();
            let text = waiver::remove(&path.to_string_lossy(), &accept::text(path)?, &ids).map_err(usage)?;
            write(path, &text)?;
        }
        Ok(Exit::Clean)
    }
}
