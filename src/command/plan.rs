//! `innovate plan`.

use std::collections::BTreeMap;
use std::io::{self, BufWriter, Write};
use std::path::PathBuf;
use std::sync::Arc;

use anyhow::Context;
use clap::Args;

use super::provision::{Access, Desk};
use super::settings::Policies;
use super::{Exit, Global, output, usage};
use crate::blueprint::{Forecast, Known};
use crate::plan::Guardrails;
use crate::report::{PlanFormat, PlanReport};

#[derive(Args, Debug)]
pub(super) struct Arguments {
    /// The folder of the blueprint, or the name of one that ships.
    #[arg(value_name = "DIR", default_value = ".")]
    folder: String,
    /// Ask AWS nothing: everything is created.
    #[arg(long)]
    offline: bool,
    #[command(flatten)]
    access: Access,
    #[command(flatten)]
    policies: Policies,
    /// The form of what is printed.
    #[arg(short, long = "output", value_enum, value_name = "FORMAT", default_value_t = PlanFormat::Text)]
    output: PlanFormat,
    /// Write the plan to this file, as JSON with its digest.
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

pub(super) fn run(arguments: &Arguments, global: &Global) -> anyhow::Result<Exit> {
    if let Some(path) = &arguments.out {
        output::probe_file(path)?;
    }
    let desk = Desk::new(&arguments.folder, &arguments.policies, global)?;
    let (forecast, guardrails) = if arguments.offline {
        let forecast = desk.blueprint.forecast(&Known::default()).map_err(usage)?;
        let guardrails = desk.guard(&forecast, desk.empty_world(&forecast))?;
        (forecast, guardrails)
    } else {
        live(&desk, &arguments.access)?
    };
    let texts = desk.blueprint.texts();
    let report = report(&arguments.folder, &desk, &texts, &forecast, &guardrails);
    if let Some(path) = &arguments.out {
        output::write_file(path, |file| Ok(PlanFormat::Json.write(&report, file)?))
            .with_context(|| format!("cannot write `{}`", path.display()))?;
    }
    let mut out = BufWriter::new(io::stdout().lock());
    arguments.output.write(&report, &mut out)?;
    out.flush()?;
    if !forecast.plan.refusals.is_empty() {
        return Ok(Exit::Refused);
    }
    Ok(exit(&guardrails))
}

/// What is shown of a plan.
pub(super) fn report<'a>(
    folder: &'a str,
    desk: &'a Desk,
    texts: &'a BTreeMap<String, Arc<str>>,
    forecast: &'a Forecast,
    guardrails: &'a Guardrails,
) -> PlanReport<'a> {
    PlanReport { folder, plan: &forecast.plan, guardrails, library: &desk.library, texts, style: output::style() }
}

/// How a run ends of which the policies say this.
pub(super) fn exit(guardrails: &Guardrails) -> Exit {
    match guardrails {
        Guardrails { errors, .. } if !errors.is_empty() => Exit::Error,
        guardrails if guardrails.denials().next().is_some() => Exit::Refused,
        _ => Exit::Clean,
    }
}

#[cfg(not(feature = "aws"))]
fn live(_desk: &Desk, access: &Access) -> anyhow::Result<(Forecast, Guardrails)> {
    access.refuse()
}

#[cfg(feature = "aws")]
fn live(desk: &Desk, access: &Access) -> anyhow::Result<(Forecast, Guardrails)> {
    let options = access.options(&desk.blueprint)?;
    super::live::runtime()?.block_on(async {
        let session = innovate_aws::Session::connect(options).await;
        made(desk, &session).await.map(|made| (made.forecast, made.guardrails))
    })
}

/// A plan, and what it was made of.
#[cfg(feature = "aws")]
pub(super) struct Made {
    pub(super) forecast: Forecast,
    pub(super) guardrails: Guardrails,
    pub(super) known: Known,
    /// What the guardrails look up.
    pub(super) world: innovate_model::World,
}

/// A plan against what is there.
#[cfg(feature = "aws")]
pub(super) async fn made(desk: &Desk, session: &innovate_aws::Session) -> anyhow::Result<Made> {
    use crate::blueprint::{Doors, LiveError};

    let failed = |error: LiveError| match error {
        LiveError::Input(error) => usage(error),
        error => error.into(),
    };
    let doors = Doors::new(&desk.blueprint, session);
    let mut known = desk.blueprint.live(&doors).await.map_err(failed)?;
    desk.blueprint.settings(&doors, &mut known).await.map_err(failed)?;
    let forecast = desk.blueprint.forecast(&known).map_err(usage)?;
    let world = super::provision::world(desk, session, &forecast).await?;
    let guardrails = desk.guard(&forecast, world.clone())?;
    Ok(Made { forecast, guardrails, known, world })
}
