//! A plan for people: what changes, stack by stack, and what the policies say of it.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write};

use annotate_snippets::Renderer;
use serde_json::Value;

use super::{PlanReport, account, mark, summary};
use crate::finding::Verdict;
use crate::plan::{Amendment, Change, PropertyChange, Replacement, ResourceAction, ResourceChange, StackAction, StackChange, Step};
use crate::policy::Action;
use crate::report::table::visible;
use crate::report::text::{Text, remedy, rendered};

/// Letters of a value that are shown.
const MOST_LETTERS: usize = 90;

pub(super) fn write(report: &PlanReport<'_>, writer: &mut dyn Write) -> io::Result<()> {
    let plan = report.plan;
    for step in &plan.steps {
        match &step.change {
            Change::Stack(change) if step.change.is_change() => stack(step, change, writer)?,
            Change::Setting(amendment) if step.change.is_change() => setting(step, amendment, writer)?,
            _ => {}
        }
    }
    let kept = plan.steps.iter().filter(|step| !step.change.is_change()).count();
    if kept > 0 {
        writeln!(writer, "{kept} of {} steps change nothing\n", plan.steps.len())?;
    }
    for (account, region, name) in &plan.leftovers {
        writeln!(
            writer,
            "left over: the stack {name} in {account} {region} is of this blueprint, which does not have it any more; nothing is done with it\n"
        )?;
    }
    for refusal in &plan.refusals {
        writeln!(writer, "REFUSED: {refusal}\n")?;
    }
    guardrails(report, writer)?;
    writeln!(writer, "{}: {}", plan.blueprint, summary(plan))?;
    writeln!(writer, "digest {}", plan.digest())
}

fn heading(step: &Step, writer: &mut dyn Write) -> io::Result<()> {
    let approval = if step.approval { ", needs approval" } else { "" };
    writeln!(writer, "{} / {}: {}, {}{approval}", step.environment, step.name, account(step), step.region)
}

fn stack(step: &Step, change: &StackChange, writer: &mut dyn Write) -> io::Result<()> {
    heading(step, writer)?;
    let verb = match change.action {
        StackAction::Create => "create stack",
        StackAction::Recreate => "create anew, after the creation that failed, stack",
        StackAction::Update => "update stack",
        StackAction::Await => "wait for what is under way, then update stack",
        StackAction::Keep => "keep stack",
    };
    writeln!(writer, "  {verb} {} from {}", change.stack, change.template)?;
    match change.protect {
        Some(true) => writeln!(writer, "    protected from now on: it cannot be deleted, nor what it holds be replaced")?,
        Some(false) => writeln!(writer, "    protected no longer")?,
        None => {}
    }
    if matches!(change.action, StackAction::Update | StackAction::Await) {
        for parameter in change.parameters.iter().filter(|parameter| parameter.before != parameter.after) {
            let text = |text: &Option<String>| text.as_deref().map_or("(none)".to_owned(), |text| shortened(&visible(text)));
            let after = if parameter.after.is_none() { "(known after apply)".to_owned() } else { text(&parameter.after) };
            writeln!(writer, "    parameter {}: {} → {after}", parameter.name, text(&parameter.before))?;
        }
    }
    for resource in &change.resources {
        self::resource(resource, writer)?;
    }
    writeln!(writer)
}

fn resource(resource: &ResourceChange, writer: &mut dyn Write) -> io::Result<()> {
    let id = resource.physical_id.as_deref().map(|id| format!(" {}", visible(id))).unwrap_or_default();
    write!(writer, "    {} {} {}{id}", mark(resource.action), resource.logical_id, resource.type_name)?;
    match (resource.action, resource.policy.as_deref()) {
        (ResourceAction::Replace, Some(policy)) => {
            let forced = resource.properties.iter().filter(|change| change.replacement == Replacement::Always);
            let forced: Vec<&str> = forced.map(|change| change.pointer.as_str()).collect();
            let fate = match policy {
                "Delete" => "the old one is deleted",
                "Snapshot" => "the old one is deleted after a snapshot",
                _ => "the old one is left behind",
            };
            let why = if forced.is_empty() { "its type changes".to_owned() } else { format!("{} forces it", forced.join(", ")) };
            writeln!(writer, ": REPLACED, {why}; {fate}")?;
        }
        (ResourceAction::Delete, Some("Snapshot")) => writeln!(writer, ": DELETED after a snapshot")?,
        (ResourceAction::Delete, _) => writeln!(writer, ": DELETED")?,
        (ResourceAction::Retain, _) => writeln!(writer, ": left behind, no stack has it any more")?,
        _ => writeln!(writer)?,
    }
    if matches!(resource.action, ResourceAction::Update | ResourceAction::Replace) {
        for change in &resource.properties {
            property(change, writer)?;
        }
    }
    Ok(())
}

fn property(change: &PropertyChange, writer: &mut dyn Write) -> io::Result<()> {
    let text = |value: &Option<Value>| match value {
        _ if change.secret => "(secret)".to_owned(),
        None => "(none)".to_owned(),
        Some(value) => shortened(&visible(&value.to_string())),
    };
    let after = match (&change.after, &change.unknown) {
        (None, Some(_)) => "(known after apply)".to_owned(),
        (after, _) => text(after),
    };
    let replaced = match change.replacement {
        Replacement::Always => ", forces replacement",
        Replacement::Conditional => ", may force replacement",
        Replacement::Never => "",
    };
    writeln!(writer, "        {}: {} → {after}{replaced}", change.pointer, text(&change.before))
}

fn setting(step: &Step, amendment: &Amendment, writer: &mut dyn Write) -> io::Result<()> {
    heading(step, writer)?;
    writeln!(writer, "  set {}", amendment.type_name)?;
    match &amendment.changes {
        Some(changes) => changes.iter().try_for_each(|change| property(change, writer))?,
        None => {
            for (name, value) in &amendment.properties {
                writeln!(writer, "    {name}: {}", shortened(&visible(&value.to_string())))?;
            }
        }
    }
    writeln!(writer)
}

fn shortened(text: &str) -> String {
    match text.char_indices().nth(MOST_LETTERS) {
        Some((at, _)) => format!("{}…", text.get(..at).unwrap_or_default()),
        None => text.to_owned(),
    }
}

fn guardrails(report: &PlanReport<'_>, writer: &mut dyn Write) -> io::Result<()> {
    let renderer = if report.style.colour { Renderer::styled() } else { Renderer::plain() };
    let renderer = renderer.term_width(report.style.width.map_or(140, usize::from));
    let texts: BTreeMap<&str, Text<'_>> = report.texts.iter().map(|(name, text)| (name.as_str(), Text::new(text))).collect();
    let mut helped = BTreeSet::new();
    for guarded in &report.guardrails.findings {
        let finding = &guarded.finding;
        if finding.verdict == Verdict::Unknown && guarded.action != Action::Deny {
            // Counted below: it is judged again when it is known.
            continue;
        }
        let help = match finding.verdict {
            Verdict::Fail if helped.insert(finding.policy.clone()) => remedy(report.library, finding),
            _ => None,
        };
        let word = if guarded.denies() { "DENIED" } else { "warning" };
        writeln!(writer, "{word} in {}:", guarded.environment)?;
        writeln!(writer, "{}\n", rendered(&renderer, &texts, finding, help.as_deref()))?;
    }
    for (policy, reason) in &report.guardrails.errors {
        writeln!(writer, "ERROR: policy {} could not judge: {}", visible(policy), visible(reason))?;
    }
    let findings = &report.guardrails.findings;
    let count = |verdict, action| findings.iter().filter(|guarded| guarded.finding.verdict == verdict && guarded.action == action).count();
    let (denied, warned) = (count(Verdict::Fail, Action::Deny), count(Verdict::Fail, Action::Warn));
    let (unknown, later) = (count(Verdict::Unknown, Action::Deny), count(Verdict::Unknown, Action::Warn));
    write!(writer, "guardrails: {} verdicts, {denied} denied, {warned} warned", report.guardrails.verdicts)?;
    if unknown > 0 {
        write!(writer, ", {unknown} denied because they are unknown")?;
    }
    if later > 0 {
        write!(writer, ", {later} unknown until the stacks are there")?;
    }
    writeln!(writer)
}
