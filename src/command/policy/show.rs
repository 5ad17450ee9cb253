//! `innovate policy list|show`.

use std::io::{self, Write};

use clap::Args;

use super::exit;
use crate::command::settings::Policies;
use crate::command::{Exit, Global, usage};
use crate::policy::Selection;

#[derive(Args, Debug)]
pub(super) struct Arguments {
    /// The policy's id.
    id: String,
    #[command(flatten)]
    policies: Policies,
}

pub(super) fn list(policies: &Policies, global: &Global) -> anyhow::Result<Exit> {
    let mut out = io::stdout().lock();
    let library = policies.library(global)?;
    for policy in &library.policies {
        writeln!(out, "{:<8}  {:<60}  {}", policy.metadata.custom.severity, policy.id, policy.metadata.title)?;
    }
    Ok(exit(&library, true))
}

pub(super) fn run(arguments: &Arguments, global: &Global) -> anyhow::Result<Exit> {
    let mut out = io::stdout().lock();
    let selection = Selection { ids: vec![arguments.id.clone()], severity: None };
    let library = arguments.policies.library(global)?.select(&selection).map_err(usage)?;
    for policy in &library.policies {
        let metadata = &policy.metadata;
        writeln!(out, "{} ({})\n{}\n\n{}", policy.id, metadata.custom.severity, metadata.title, metadata.description.trim())?;
        writeln!(out, "\nRisk: {}", metadata.custom.risk.trim())?;
        writeln!(out, "\nRemediation")?;
        for (way, steps) in metadata.custom.remediation.ways() {
            let steps: Vec<&str> = steps.trim_end().lines().collect();
            match steps.as_slice() {
                [step] => writeln!(out, "  {way}: {}", step.trim())?,
                steps => {
                    writeln!(out, "  {way}:")?;
                    steps.iter().try_for_each(|line| writeln!(out, "    {line}"))?;
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
            let description = metadata.custom.parameters.get(name).and_then(|schema| schema.get("description")?.as_str());
            writeln!(out, "Parameter {name} = {value}  {}", description.unwrap_or_default())?;
        }
        for link in &metadata.related_resources {
            writeln!(out, "See {link}")?;
        }
        writeln!(out)?;
    }
    Ok(exit(&library, true))
}
