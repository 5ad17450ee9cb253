//! A plan as a comment on a pull request.

use std::io::{self, Write};

use super::{PlanReport, mark, summary};
use crate::finding::Verdict;
use crate::plan::{Change, PropertyChange, Replacement};
use crate::report::markdown::escaped;

pub(super) fn write(report: &PlanReport<'_>, writer: &mut dyn Write) -> io::Result<()> {
    let plan = report.plan;
    writeln!(writer, "## Plan of {}: {}\n", escaped(&plan.blueprint), summary(plan))?;
    let denied: Vec<_> = report.guardrails.denials().collect();
    if !denied.is_empty() {
        writeln!(writer, "**Denied by {} verdicts: nothing is provisioned.**\n", denied.len())?;
        writeln!(writer, "| Environment | Policy | Where | What |\n|---|---|---|---|")?;
        for guarded in denied {
            let finding = &guarded.finding;
            let place = finding
                .location
                .as_ref()
                .map_or_else(|| finding.resource.id.clone(), |location| format!("{}:{}", location.file, location.span.start.line));
            let unknown = if finding.verdict == Verdict::Unknown { "unknown: " } else { "" };
            writeln!(
                writer,
                "| {} | `{}` | {} | {unknown}{} |",
                escaped(&guarded.environment),
                finding.policy,
                escaped(&place),
                escaped(&finding.message)
            )?;
        }
        writeln!(writer)?;
    }
    for step in plan.steps.iter().filter(|step| step.change.is_change()) {
        writeln!(writer, "### {} / {}\n", escaped(&step.environment), escaped(&step.name))?;
        match &step.change {
            Change::Stack(stack) => {
                writeln!(writer, "Stack `{}` in {}.\n", stack.stack, escaped(&super::account(step)))?;
                writeln!(writer, "| | Resource | Type | Change |\n|---|---|---|---|")?;
                for resource in &stack.resources {
                    let changes: Vec<String> =
                        resource.properties.iter().filter(|_| resource.physical_id.is_some()).map(property).collect();
                    let (logical, type_name) = (escaped(&resource.logical_id), escaped(&resource.type_name));
                    writeln!(writer, "| {} | {logical} | {type_name} | {} |", mark(resource.action), changes.join("<br>"))?;
                }
            }
            Change::Setting(amendment) => {
                writeln!(writer, "| {} | |\n|---|---|", escaped(&amendment.type_name))?;
                for (name, value) in &amendment.properties {
                    writeln!(writer, "| {} | {} |", escaped(name), escaped(&value.to_string()))?;
                }
            }
        }
        writeln!(writer)?;
    }
    writeln!(writer, "Digest `{}`", plan.digest())
}

fn property(change: &PropertyChange) -> String {
    let text = |value: &Option<serde_json::Value>| match value {
        _ if change.secret => "secret".to_owned(),
        None => "none".to_owned(),
        Some(value) => escaped(&value.to_string()),
    };
    let after = if change.after.is_none() && change.unknown.is_some() { "known after apply".to_owned() } else { text(&change.after) };
    let forced = if change.replacement == Replacement::Always { ", **forces replacement**" } else { "" };
    format!("{}: {} → {after}{forced}", escaped(&change.pointer), text(&change.before))
}
