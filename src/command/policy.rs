//! `innovate policy list|show|test|lint`.

use std::io::{self, Write};
use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::settings::{self, Policies};
use super::{Exit, Global, usage, worker};
use crate::engine::{self, ExampleReport, Filled, run_examples};
use crate::policy::{Library, Selection};

#[derive(Args, Debug)]
pub(super) struct Arguments {
    #[command(subcommand)]
    command: PolicyCommand,
}

#[derive(Debug, Subcommand)]
enum PolicyCommand {
    /// List policies with their severity and title.
    List(Policies),
    /// Show one policy: what it finds, why it matters, how to mend it, what it reads.
    Show {
        /// The policy's id.
        id: String,
        #[command(flatten)]
        policies: Policies,
    },
    /// Run the examples of policies.
    Test {
        /// Ids or prefixes of ids; all without one.
        ids: Vec<String>,
        /// Test the policies of this folder in place of the shipped ones.
        #[arg(long, value_name = "DIR")]
        folder: Option<PathBuf>,
        #[command(flatten)]
        policies: Policies,
    },
    /// Check that policies read what there is: types, their properties, and what handlers fill.
    Lint {
        /// Ids or prefixes of ids; all without one.
        ids: Vec<String>,
        /// Check the policies of this folder in place of the shipped ones.
        #[arg(long, value_name = "DIR")]
        folder: Option<PathBuf>,
        #[command(flatten)]
        policies: Policies,
    },
}

/// What the handlers of this build fill; none where it has none.
pub(super) fn filled() -> Option<Filled> {
    #[cfg(feature = "aws")]
    return Some(innovate_aws::properties());
    #[cfg(not(feature = "aws"))]
    None
}

/// The policies of `folder`, or those that ship and the user's own, narrowed to `ids`.
fn chosen(ids: &[String], folder: Option<&PathBuf>, policies: &Policies, global: &Global) -> anyhow::Result<Library> {
    let library = match folder {
        Some(folder) => settings::folder(folder)?,
        None => policies.library(global)?,
    };
    library.select(&Selection { ids: ids.to_vec(), severity: None }).map_err(usage)
}

/// Nothing is clean where a policy did not load.
fn exit(library: &Library, is_clean: bool) -> Exit {
    match (library.broken.is_empty(), is_clean) {
        (false, _) => Exit::Error,
        (true, false) => Exit::Violations,
        (true, true) => Exit::Clean,
    }
}

pub(super) fn run(arguments: &Arguments, global: &Global) -> anyhow::Result<Exit> {
    let mut out = io::stdout().lock();
    match &arguments.command {
        PolicyCommand::List(policies) => {
            let library = policies.library(global)?;
            for policy in &library.policies {
                writeln!(out, "{:<8}  {:<60}  {}", policy.metadata.custom.severity, policy.id, policy.metadata.title)?;
            }
            Ok(exit(&library, true))
        }
        PolicyCommand::Show { id, policies } => {
            let library = policies.library(global)?.select(&Selection { ids: vec![id.clone()], severity: None }).map_err(usage)?;
            for policy in &library.policies {
                let metadata = &policy.metadata;
                writeln!(out, "{} ({})\n{}\n\n{}", policy.id, metadata.custom.severity, metadata.title, metadata.description.trim())?;
                writeln!(out, "\nRisk: {}", metadata.custom.risk.trim())?;
                writeln!(out, "\nRemediation")?;
                for (name, text) in metadata.custom.remediation.ways() {
                    match (name, text.lines().collect::<Vec<_>>().as_slice()) {
                        ("console" | "cli", [line]) => writeln!(out, "  {name}: {line}")?,
                        (_, lines) => {
                            writeln!(out, "  {name}:")?;
                            lines.iter().try_for_each(|line| writeln!(out, "    {line}"))?;
                        }
                    }
                }
                writeln!(out, "\nJudges: {}", metadata.custom.resource_types.join(", "))?;
                let reads = &policy.read_set;
                writeln!(out, "Reads: {}", reads.input)?;
                for (place, by_type) in [
                    ("the account", &reads.resources),
                    ("what refers to it", &reads.referrers),
                    ("the organization", &reads.organization_resources),
                ] {
                    for (name, paths) in by_type {
                        writeln!(out, "Looks up {name} in {place}: {paths}")?;
                    }
                }
                if reads.reads_organization() {
                    writeln!(out, "Facts: {}", reads.facts)?;
                }
                for (name, value) in &policy.parameters {
                    let description =
                        metadata.custom.parameters.get(name).and_then(|schema| schema.get("description")?.as_str()).unwrap_or_default();
                    writeln!(out, "Parameter {name} = {value}  {description}")?;
                }
                for link in &metadata.related_resources {
                    writeln!(out, "See {link}")?;
                }
                writeln!(out)?;
            }
            Ok(exit(&library, true))
        }
        PolicyCommand::Test { ids, folder, policies } => {
            let library = chosen(ids, folder.as_ref(), policies, global)?;
            let mut report = run_examples(&library.of_origin(true));
            report.merge(worker::examples(&library)?);
            library.broken.iter().for_each(|broken| report.merge(ExampleReport::failed(&broken.id, broken.reason.clone())));
            report.failures.sort_by(|a, b| a.policy.cmp(&b.policy));
            for failure in &report.failures {
                let case = if failure.case.is_empty() { String::new() } else { format!(", case `{}`", failure.case) };
                writeln!(out, "FAIL {}{case}: {}", failure.policy, failure.reason)?;
            }
            writeln!(out, "{} policies, {} cases, {} failures", report.policies, report.cases, report.failures.len())?;
            Ok(if report.failures.is_empty() { Exit::Clean } else { Exit::Violations })
        }
        PolicyCommand::Lint { ids, folder, policies } => {
            let library = chosen(ids, folder.as_ref(), policies, global)?;
            let filled = filled();
            let mut lints = Vec::new();
            for policy in &library.of_origin(true) {
                lints.extend(engine::lint(policy, filled.as_ref())?.iter().map(ToString::to_string));
            }
            lints.extend(worker::lint(&library)?);
            for lint in &lints {
                writeln!(out, "{lint}")?;
            }
            let left_out = if filled.is_some() { "" } else { "; this build reads nothing live, so what handlers fill was left out" };
            writeln!(out, "{} policies, {} problems{left_out}", library.policies.len(), lints.len())?;
            Ok(exit(&library, lints.is_empty()))
        }
    }
}
