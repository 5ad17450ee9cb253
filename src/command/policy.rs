//! `innovate policy list|show|test`.

use std::io::{self, Write};
use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::settings::Policies;
use super::{Exit, Global, usage};
use crate::engine::run_examples;
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
}

pub(super) fn run(arguments: &Arguments, global: &Global) -> anyhow::Result<Exit> {
    let mut out = io::stdout().lock();
    match &arguments.command {
        PolicyCommand::List(policies) => {
            for policy in policies.library(global)?.policies {
                writeln!(out, "{:<8}  {:<60}  {}", policy.metadata.custom.severity, policy.id, policy.metadata.title)?;
            }
            Ok(Exit::Clean)
        }
        PolicyCommand::Show { id, policies } => {
            let library = policies.library(global)?.select(&Selection { ids: vec![id.clone()], severity: None }).map_err(usage)?;
            for policy in library.policies {
                let metadata = &policy.metadata;
                writeln!(out, "{} ({})\n{}\n\n{}", policy.id, metadata.custom.severity, metadata.title, metadata.description.trim())?;
                writeln!(out, "\nRisk: {}", metadata.custom.risk.trim())?;
                writeln!(out, "\nRemediation\n  console: {}", metadata.custom.remediation.console.trim())?;
                writeln!(out, "  cli: {}\n  cloudformation:", metadata.custom.remediation.cli.trim())?;
                for line in metadata.custom.remediation.cloudformation.trim_end().lines() {
                    writeln!(out, "    {line}")?;
                }
                writeln!(out, "\nJudges: {}", metadata.custom.resource_types.join(", "))?;
                let reads = &policy.read_set;
                let names: Vec<&str> = reads.properties.iter().map(String::as_str).collect();
                let all = if reads.all_properties { "every property" } else { "" };
                writeln!(
                    out,
                    "Reads: {}",
                    [all, &names.join(", ")].into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(", ")
                )?;
                let looked_up: Vec<&str> = reads.types.iter().chain(&reads.organization_types).map(String::as_str).collect();
                if !looked_up.is_empty() {
                    writeln!(out, "Looks up: {}", looked_up.join(", "))?;
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
            Ok(Exit::Clean)
        }
        PolicyCommand::Test { ids, folder, policies } => {
            let library = match folder {
                Some(folder) => Library::only(folder)?,
                None => policies.library(global)?,
            };
            let library = library.select(&Selection { ids: ids.clone(), severity: None }).map_err(usage)?;
            let report = run_examples(&library)?;
            for failure in &report.failures {
                let case = if failure.case.is_empty() { String::new() } else { format!(", case `{}`", failure.case) };
                writeln!(out, "FAIL {}{case}: {}", failure.policy, failure.reason)?;
            }
            writeln!(out, "{} policies, {} cases, {} failures", report.policies, report.cases, report.failures.len())?;
            Ok(if report.failures.is_empty() { Exit::Clean } else { Exit::Violations })
        }
    }
}
