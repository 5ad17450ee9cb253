//! `innovate drift`.

use clap::{Args, ValueEnum};

use super::provision::Access;
use super::settings::Policies;
use super::{Exit, Global};

#[derive(Args, Debug)]
pub(super) struct Arguments {
    /// The folder of the blueprint.
    #[arg(value_name = "DIR", default_value = ".")]
    folder: String,
    /// Exit with 3 where something is other than the templates say.
    #[arg(long)]
    fail_on_drift: bool,
    /// The form of what is printed.
    #[arg(short, long = "output", value_enum, value_name = "FORMAT", default_value_t = Form::Text)]
    output: Form,
    /// Tell what could not be compared, each by itself.
    #[arg(long)]
    show_gaps: bool,
    #[command(flatten)]
    access: Access,
    #[command(flatten)]
    policies: Policies,
}

/// The forms of the report.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Form {
    /// For people.
    Text,
    /// For programs.
    Json,
}

#[cfg(not(feature = "aws"))]
pub(super) fn run(arguments: &Arguments, _global: &Global) -> anyhow::Result<Exit> {
    arguments.access.refuse()
}

#[cfg(feature = "aws")]
pub(super) fn run(arguments: &Arguments, global: &Global) -> anyhow::Result<Exit> {
    use std::collections::BTreeSet;
    use std::io::{self, Write};

    use super::provision::{self, Desk};
    use super::usage;
    use crate::blueprint::{Doors, Drift, Filled};
    use crate::collect::Needs;

    let desk = Desk::new(&arguments.folder, &arguments.policies, global)?;
    let options = arguments.access.options(&desk.blueprint)?;
    let filled: Filled = innovate_aws::definitions()
        .into_iter()
        .map(|definition| {
            let properties: BTreeSet<String> =
                definition.facets().flat_map(|facet| facet.properties.iter().map(|name| (*name).to_owned())).collect();
            (definition.type_name.to_owned(), properties)
        })
        .collect();
    let report = super::live::runtime()?.block_on(async {
        let session = innovate_aws::Session::connect(options).await;
        let doors = Doors::new(&desk.blueprint, &session);
        let mut known = desk.blueprint.live(&doors).await?;
        desk.blueprint.settings(&doors, &mut known).await?;
        let forecast = desk.blueprint.forecast(&known).map_err(usage)?;
        let deployed = desk.blueprint.deployed(&forecast.plan, &known).map_err(usage)?;
        let declared = deployed.values().flat_map(|stacked| &stacked.declaration.resources);
        let types: BTreeSet<&str> = declared.map(|declared| declared.resource.type_name.as_str()).collect();
        // All that a handler fills of them.
        let needs: Needs = types.into_iter().filter(|name| filled.contains_key(*name)).map(|name| (name.to_owned(), None)).collect();
        let world = provision::read(&session, &forecast, Some(needs)).await?;
        anyhow::Ok(desk.blueprint.drift(&known, &world, &filled).map_err(usage)?)
    })?;
    let mut out = io::stdout().lock();
    if arguments.output == Form::Json {
        serde_json::to_writer_pretty(&mut out, &report)?;
        writeln!(out)?;
    } else {
        for found in &report.found {
            let name = if found.logical_id.is_empty() { &found.id } else { &found.logical_id };
            let place = format!("{} / {}: {name} {} {}", found.environment, found.stack, found.type_name, found.id);
            match &found.drift {
                Drift::Changed { pointer, template, live } => {
                    let live = live.as_ref().map_or("(none)".to_owned(), ToString::to_string);
                    writeln!(out, "changed: {place}\n    {pointer}: {template} in the template, {live} there")?;
                }
                Drift::Deleted => writeln!(out, "deleted: {place}")?,
                Drift::Added => writeln!(out, "added: {place}: no stack has it")?,
                Drift::Unread { pointer, reason } if arguments.show_gaps => writeln!(out, "not compared: {place} {pointer}: {reason}")?,
                Drift::Unread { .. } => {}
            }
        }
        let gaps = report.found.iter().filter(|found| matches!(found.drift, Drift::Unread { .. })).count();
        let drifted = report.found.len() - gaps;
        writeln!(
            out,
            "{} properties of {} resources compared: {drifted} drifted, {gaps} could not be compared",
            report.compared, report.resources
        )?;
    }
    Ok(match (report.is_drifted(), report.has_gaps()) {
        (true, _) if arguments.fail_on_drift => Exit::Violations,
        (false, true) => Exit::Incomplete,
        _ => Exit::Clean,
    })
}
