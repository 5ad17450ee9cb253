//! Plans to text.

mod markdown;
mod text;

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::sync::Arc;

use clap::ValueEnum;
use serde::{Deserialize, Serialize};

use super::Style;
use crate::finding::Finding;
use crate::plan::{Guardrails, Plan, ResourceAction, Step};
use crate::policy::{Action, Library};

/// What a report on a plan is made of.
#[derive(Clone, Copy, Debug)]
pub struct PlanReport<'a> {
    /// The folder of the blueprint.
    pub folder: &'a str,
    /// The plan.
    pub plan: &'a Plan,
    /// What the policies say of what it leads to.
    pub guardrails: &'a Guardrails,
    /// The policies.
    pub library: &'a Library,
    /// The texts of the files that declare the resources, by name.
    pub texts: &'a BTreeMap<String, Arc<str>>,
    /// How it is shown.
    pub style: Style,
}

/// The formats, each by its own name in lower case.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum PlanFormat {
    /// For people.
    Text,
    /// The plan with its digest, and what the policies say of it.
    Json,
    /// A comment on a pull request.
    Markdown,
}

/// The plan as a file has it, with what it is agreed to by.
#[derive(Debug, Serialize)]
struct File<'a> {
    folder: &'a str,
    digest: String,
    #[serde(flatten)]
    plan: &'a Plan,
    guardrails: Verdicts<'a>,
}

/// A plan that was written to a file.
#[derive(Debug, Deserialize)]
pub struct PlanFile {
    /// The folder of the blueprint, as it was named when the plan was made.
    pub folder: String,
    /// What the plan is agreed to by.
    pub digest: String,
    /// The plan.
    #[serde(flatten)]
    pub plan: Plan,
}

/// What the policies say, as JSON has it.
#[derive(Debug, Serialize)]
struct Verdicts<'a> {
    denied: bool,
    verdicts: usize,
    findings: Vec<Said<'a>>,
    errors: &'a BTreeMap<String, String>,
}

#[derive(Debug, Serialize)]
struct Said<'a> {
    environment: &'a str,
    action: Action,
    #[serde(flatten)]
    finding: &'a Finding,
}

impl PlanFormat {
    /// Writes the report.
    ///
    /// # Errors
    /// The writer fails.
    pub fn write(self, report: &PlanReport<'_>, writer: &mut dyn Write) -> io::Result<()> {
        match self {
            Self::Text => text::write(report, writer),
            Self::Json => json(report, writer),
            Self::Markdown => markdown::write(report, writer),
        }
    }
}

fn json(report: &PlanReport<'_>, writer: &mut dyn Write) -> io::Result<()> {
    let findings = report.guardrails.findings.iter();
    let verdicts = Verdicts {
        denied: report.guardrails.denials().next().is_some(),
        verdicts: report.guardrails.verdicts,
        findings: findings
            .map(|guarded| Said { environment: &guarded.environment, action: guarded.action, finding: &guarded.finding })
            .collect(),
        errors: &report.guardrails.errors,
    };
    let file = File { folder: report.folder, digest: report.plan.digest(), plan: report.plan, guardrails: verdicts };
    serde_json::to_writer_pretty(&mut *writer, &file)?;
    writeln!(writer)
}

/// The kinds of change that there are, each with its mark and its word.
const ACTIONS: [(ResourceAction, &str, &str); 5] = [
    (ResourceAction::Create, "+", "to create"),
    (ResourceAction::Update, "~", "to change"),
    (ResourceAction::Replace, "±", "to replace"),
    (ResourceAction::Delete, "-", "to delete"),
    (ResourceAction::Retain, "!", "to leave behind"),
];

fn mark(action: ResourceAction) -> &'static str {
    ACTIONS.iter().find(|(known, ..)| *known == action).map_or("", |(_, mark, _)| mark)
}

/// How much changes, in a line.
fn summary(plan: &Plan) -> String {
    let counts = ACTIONS.iter().map(|(action, _, words)| (plan.count(*action), words)).filter(|(count, _)| *count > 0);
    let mut parts: Vec<String> = counts.map(|(count, words)| format!("{count} {words}")).collect();
    let settings = plan.steps.iter().filter(|step| step.change.stack().is_none() && step.change.is_change()).count();
    if settings > 0 {
        parts.push(format!("{settings} {} to set", if settings == 1 { "setting" } else { "settings" }));
    }
    match parts.is_empty() {
        true => "nothing changes".to_owned(),
        false => parts.join(", "),
    }
}

/// The account of a step: its name, and its id where there is one.
fn account(step: &Step) -> String {
    match &step.account_id {
        Some(id) => format!("{} ({id})", step.account),
        None => format!("{} (not there yet)", step.account),
    }
}
