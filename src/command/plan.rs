//! `innovate plan`.

use std::collections::BTreeMap;
use std::io::{self, BufWriter, Write};
use std::path::PathBuf;

use anyhow::Context;
use clap::Args;
use innovate_model::{AccountFacts, Cause, HandlerErrorCode, OrganizationFacts, UNLISTED, Unread, World};

use super::settings::{Chosen, Policies};
use super::{Exit, Global, audit, blueprint, output, usage};
use crate::blueprint::{Forecast, Known};
use crate::engine::{self, Prospect};
use crate::input::inventory::Inventory;
use crate::plan::{self, GuardrailError, Guardrails};
use crate::policy::Library;
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
    let blueprint = blueprint::load(&arguments.folder)?;
    let Chosen { library, known: policies, .. } = arguments.policies.chosen(global)?;
    let wrong = blueprint.lint(&policies);
    if !wrong.is_empty() {
        for error in &wrong {
            drop(writeln!(io::stderr(), "error: {error}"));
        }
        return Err(usage(format!("the blueprint has {} errors; nothing is planned", wrong.len())));
    }
    if !arguments.offline {
        return Err(usage("give `--offline`"));
    }
    let forecast = blueprint.forecast(&Known::default()).map_err(usage)?;
    let caller = blueprint.management().and_then(|name| forecast.accounts.get(name)).cloned().unwrap_or_default();
    let guardrails = guard(&forecast, &caller, offline(&forecast, &caller), &library)?;
    let report =
        PlanReport { plan: &forecast.plan, guardrails: &guardrails, library: &library, texts: &forecast.texts, style: output::style() };
    if let Some(path) = &arguments.out {
        output::write_file(path, |file| Ok(PlanFormat::Json.write(&report, file)?))
            .with_context(|| format!("cannot write `{}`", path.display()))?;
    }
    let mut out = BufWriter::new(io::stdout().lock());
    arguments.output.write(&report, &mut out)?;
    out.flush()?;
    Ok(match guardrails {
        Guardrails { errors, .. } if !errors.is_empty() => Exit::Error,
        guardrails if guardrails.denials().next().is_some() => Exit::Refused,
        _ => Exit::Clean,
    })
}

/// The world where nothing is there yet but the accounts, in the organization that the blueprint makes, where it makes one.
fn offline(forecast: &Forecast, caller: &str) -> World {
    let facts = |(name, id): (&String, &String)| {
        let management = id == caller;
        (
            id.clone(),
            AccountFacts { id: id.clone(), name: Some(name.clone()), status: "ACTIVE".to_owned(), management, ..AccountFacts::default() },
        )
    };
    let accounts: BTreeMap<String, AccountFacts> = forecast.accounts.iter().map(facts).collect();
    let made = forecast.declaration.resources.iter().find(|declared| declared.resource.type_name == "AWS::Organizations::Organization");
    let organization = made.map(|declared| OrganizationFacts {
        id: declared.resource.id.clone(),
        management_account: caller.to_owned(),
        accounts: accounts.clone(),
        unread: Vec::new(),
    });
    let unlisted = Unread {
        account: UNLISTED.to_owned(),
        region: "*".to_owned(),
        type_name: "*".to_owned(),
        cause: Cause {
            code: HandlerErrorCode::NotYetKnown,
            action: None,
            message: "`--offline` asks AWS nothing of the organization".to_owned(),
        },
    };
    let unread = if organization.is_some() { Vec::new() } else { vec![unlisted] };
    World { read_at: jiff::Timestamp::now().to_string(), accounts, organization, unread, ..World::default() }
}

/// What the policies say of the world that the plan leads to.
fn guard(forecast: &Forecast, caller: &str, mut world: World, library: &Library) -> anyhow::Result<Guardrails> {
    world.resources.retain(|resource| !forecast.gone.contains(&resource.address()));
    caller.clone_into(&mut world.caller);
    let mut prospect = Prospect::new(world, &forecast.declaration, caller);
    let workers = std::thread::available_parallelism().map_or(1, usize::from);
    let judge = |inventory: &Inventory<'_>, library: &Library, keep_passes: bool| {
        audit::judge(inventory, library, engine::Options { keep_passes, workers, watch: None })
    };
    plan::guard(&mut prospect, library, &forecast.rules, &forecast.owners, judge).map_err(|error| match error {
        GuardrailError::Judge(error) => error,
        error => usage(error),
    })
}
