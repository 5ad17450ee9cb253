//! `innovate destroy`.

use clap::Args;

use super::consent::Consent;
use super::provision::Access;
use super::settings::Policies;
use super::{Exit, Global};

#[derive(Args, Debug)]
pub(super) struct Arguments {
    /// The folder of the blueprint.
    #[arg(value_name = "DIR", default_value = ".")]
    folder: String,
    /// Only this environment; repeatable.
    #[arg(long, value_name = "NAME")]
    environment: Vec<String>,
    /// A resource by its name in the template that may be lost although it holds what cannot be made again; repeatable.
    #[arg(long, value_name = "RESOURCE")]
    lose: Vec<String>,
    /// Show what would be lost and what would stay, and do nothing.
    #[arg(long)]
    dry_run: bool,
    #[command(flatten)]
    access: Access,
    #[command(flatten)]
    policies: Policies,
    #[command(flatten)]
    consent: Consent,
}

#[cfg(not(feature = "aws"))]
pub(super) fn run(arguments: &Arguments, _global: &Global) -> anyhow::Result<Exit> {
    arguments.access.refuse()
}

#[cfg(feature = "aws")]
pub(super) fn run(arguments: &Arguments, global: &Global) -> anyhow::Result<Exit> {
    use std::io::{self, Write};

    use serde_json::json;

    use super::consent::teller;
    use super::provision::Desk;
    use super::usage;
    use crate::blueprint::{Doomed, Doors, Fate, Options, Outcome, destruction_digest};
    use crate::plan::STATEFUL;

    let desk = Desk::new(&arguments.folder, &arguments.policies, global)?;
    let blueprint = &desk.blueprint;
    if let Some(name) = arguments.environment.iter().find(|name| !blueprint.document.environments.contains_key(*name)) {
        let known: Vec<&str> = blueprint.document.environments.keys().map(String::as_str).collect();
        return Err(usage(format!("no environment `{name}`; there are `{}`", known.join("`, `"))));
    }
    let options = arguments.access.options(blueprint)?;
    super::live::runtime()?.block_on(async {
        let session = innovate_aws::Session::connect(options).await;
        let doors = Doors::new(blueprint, &session);
        let known = blueprint.live(&doors).await?;
        let mut doomed: Vec<Doomed> = blueprint.doomed(&known).map_err(usage)?;
        let chosen = |stack: &Doomed| arguments.environment.is_empty() || arguments.environment.contains(&stack.environment);
        for stack in doomed.iter().filter(|stack| chosen(stack)) {
            if let Some(other) = doomed.iter().find(|other| stack.before.contains(&other.number) && !chosen(other)) {
                let message = format!(
                    "`{}/{}` rests on `{}/{}`; name the environment `{}`, too",
                    other.environment, other.name, stack.environment, stack.name, other.environment
                );
                return Err(usage(message));
            }
        }
        doomed.retain(chosen);
        let mut out = io::stdout();
        for stack in &doomed {
            writeln!(
                out,
                "{} / {}: delete stack {} in {} {}",
                stack.environment, stack.name, stack.stack.stack.name, stack.account, stack.region
            )?;
            for (logical, type_name, fate) in &stack.resources {
                let words = match fate {
                    Fate::Lost => "- is lost",
                    Fate::Snapshot => "- is lost after a snapshot",
                    Fate::Kept => "! stays, and no stack has it any more",
                };
                writeln!(out, "    {logical} {type_name} {words}")?;
            }
        }
        let count = |wanted: Fate| doomed.iter().flat_map(|stack| &stack.resources).filter(|(.., fate)| *fate == wanted).count();
        let (lost, snapshots, kept) = (count(Fate::Lost), count(Fate::Snapshot), count(Fate::Kept));
        let digest = destruction_digest(&doomed);
        writeln!(
            out,
            "{} stacks to delete: {lost} resources are lost, {snapshots} after a snapshot, {kept} stay\ndigest {digest}",
            doomed.len()
        )?;
        if doomed.is_empty() || arguments.dry_run {
            return Ok(Exit::Clean);
        }
        let held = doomed.iter().flat_map(|stack| stack.resources.iter().map(move |resource| (stack, resource)));
        let held: Vec<String> = held
            .filter(|(_, (logical, type_name, fate))| {
                *fate == Fate::Lost && STATEFUL.contains(&type_name.as_str()) && !arguments.lose.contains(logical)
            })
            .map(|(stack, (logical, type_name, _))| format!("`{logical}` ({type_name}) of `{}/{}`", stack.environment, stack.name))
            .collect();
        if !held.is_empty() {
            let what = "give it the `DeletionPolicy` `Retain` or `Snapshot`, or name it by `--lose`";
            writeln!(io::stderr(), "refused: {} would be lost for good; {what}", held.join(", "))?;
            return Ok(Exit::Refused);
        }
        let environments = doomed.iter().filter(|stack| stack.approval).map(|stack| stack.environment.as_str());
        if let Err(refusal) = arguments.consent.given(&digest, environments)? {
            writeln!(io::stderr(), "refused: {refusal}")?;
            return Ok(Exit::Refused);
        }
        let name = &blueprint.document.name.value;
        let journal = arguments.consent.journal(&arguments.folder, name, json!({ "destroys": digest, "account": known.caller }))?;
        journal.write(json!({ "what": "begin", "blueprint": name }))?;
        let labels: Vec<String> = doomed.iter().map(|stack| format!("{}/{}", stack.environment, stack.name)).collect();
        let tell = teller(&journal, &labels);
        let options = Options { poll: arguments.consent.poll(), continue_rollback: false };
        let outcomes: Vec<Outcome> = blueprint.destroy(&doomed, &doors, options, &tell).await;
        let bad = outcomes.iter().filter(|outcome| !outcome.is_good()).count();
        journal.write(json!({ "what": "end", "failed": bad }))?;
        writeln!(out, "{name}: {} stacks deleted, {bad} not", outcomes.len() - bad)?;
        Ok(if bad == 0 { Exit::Clean } else { Exit::Refused })
    })
}
