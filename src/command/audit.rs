//! `innovate audit`.

use std::fs::File;
use std::io::{self, BufReader, Write};
use std::path::{Path, PathBuf};

use anyhow::Context;
use clap::Args;
use innovate_model::{Calls, World};

use super::accept::{self, Accept};
use super::live::Live;
use super::output::{self, Output};
use super::settings::{Chosen, Policies, needs};
use super::{DISK, Exit, Global, dry_run, usage, worker};
use crate::engine::{self, Judgement};
use crate::framework::Framework;
use crate::input::inventory::{Builder, Inventory};
use crate::input::snapshot;
use crate::policy::{Library, Policy, Severity, UnknownSeverity};
use crate::report::{Format, Report};
use crate::waiver::Accepted;

#[derive(Args, Debug)]
pub(super) struct Arguments {
    #[command(flatten)]
    policies: Policies,
    /// Judge what this file holds, without any AWS access.
    #[arg(long, value_name = "FILE")]
    snapshot: Option<PathBuf>,
    /// Tell what a run would call, how long that takes at the rates that AWS publishes, and what it must be allowed; call nothing but what finds
    /// accounts and Regions. With `--snapshot` call nothing at all, and take accounts, Regions and numbers of resources from the file.
    #[arg(long)]
    dry_run: bool,
    #[command(flatten)]
    live: Live,
    /// Exit with 3 where something fails at this severity or worse: critical, high, medium, low, info, or never.
    #[arg(long, value_name = "SEVERITY", env = "INNOVATE_FAIL_ON", default_value = "high")]
    fail_on: FailOn,
    /// Exit with 3 where a verdict is unknown or something that the policies need was not read.
    #[arg(long, env = "INNOVATE_REQUIRE_COMPLETE")]
    require_complete: bool,
    #[arg(short, long = "output", value_name = "FORMAT[=PATH]", env = "INNOVATE_OUTPUT", value_delimiter = ',', help = output::help())]
    output: Vec<Output>,
    /// Report what passes, too.
    #[arg(long)]
    show_passes: bool,
    #[command(flatten)]
    accept: Accept,
}

/// From which severity on a failure counts.
#[derive(Clone, Copy, Debug)]
pub(super) struct FailOn(Option<Severity>);

impl std::str::FromStr for FailOn {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "never" => Ok(Self(None)),
            severity => {
                severity.parse().map(|severity| Self(Some(severity))).map_err(|error: UnknownSeverity| format!("{error}, or `never`"))
            }
        }
    }
}

pub(super) fn run(arguments: &Arguments, global: &Global) -> anyhow::Result<Exit> {
    let Chosen { library, frameworks, known } = arguments.policies.of_aws(global)?;
    output::probe(&arguments.output)?;
    let accepted = arguments.accept.load(&known, [])?;
    // An estimate counts the resources, so it wants them in memory.
    let across = if arguments.dry_run { None } else { engine::looked_up_across(&library.policies) };
    let builder = arguments.live.builder(across);
    if arguments.dry_run {
        let as_json = arguments.output.iter().any(Output::is_json);
        let earlier = arguments.snapshot.as_ref().map(|path| arguments.kept(path, builder)).transpose()?;
        return dry_run::run(&arguments.live, earlier.as_ref().map(|kept| kept.world.as_ref()), needs(&library).as_ref(), as_json, global);
    }
    if arguments.snapshot.is_some() && arguments.live.resume.is_some() {
        return Err(usage("`--resume` goes on with a reading of AWS; `--snapshot` reads a file"));
    }
    let by = (&library, frameworks.as_slice(), &accepted);
    match &arguments.snapshot {
        Some(path) => arguments.answer(&arguments.kept(path, builder)?, by, None),
        None => {
            let reading = arguments.live.read(needs(&library), builder, global)?;
            if !global.quiet {
                // Not in the report, which is the same for the same world.
                let seconds = reading.time.as_secs_f64();
                writeln!(io::stderr(), "read {} accounts in {seconds:.1} seconds", reading.inventory.world.regions.len())?;
            }
            let exit = arguments.answer(&reading.inventory, by, Some(&reading.calls))?;
            reading.end()?;
            Ok(exit)
        }
    }
}

impl Arguments {
    /// What a snapshot holds, narrowed by the flags.
    fn kept(&self, path: &Path, builder: Builder) -> anyhow::Result<Inventory<'static>> {
        let mut inventory = load(path, builder)?;
        self.live.narrow(inventory.world.to_mut())?;
        Ok(inventory)
    }

    /// Judges and reports.
    fn answer(
        &self,
        inventory: &Inventory<'_>,
        (library, frameworks, accepted): (&Library, &[Framework], &Accepted),
        calls: Option<&Calls>,
    ) -> anyhow::Result<Exit> {
        let workers = super::workers();
        let mut judgement = judge(inventory, library, engine::Options { keep_passes: self.show_passes, workers, watch: None })?;
        engine::accept(&mut judgement, &inventory.world, None, accepted, accept::today()).context(DISK)?;
        let report =
            Report { world: &inventory.world, library, judgement: &judgement, frameworks, calls, texts: None, style: output::style() };
        output::write(&self.output, Format::Table, &report)?;
        Ok(exit(library, &judgement, self.fail_on, self.require_complete))
    }
}

/// The verdicts of what shipped by this process, of what did not by another.
pub(super) fn judge(inventory: &Inventory<'_>, library: &Library, options: engine::Options<'_>) -> anyhow::Result<Judgement> {
    if library.ships() {
        return engine::judge(inventory, library, options).context(DISK);
    }
    let mut verdicts = engine::verdicts(inventory, &library.of_origin(true), options).context(DISK)?;
    verdicts.merge(worker::judge(inventory, library, options.keep_passes)?);
    engine::judgement(inventory, library, verdicts).context(DISK)
}

/// The world that a file holds, in memory.
pub(super) fn read_snapshot(path: &Path) -> anyhow::Result<World> {
    Ok(load(path, Builder::new(usize::MAX, None))?.world.into_owned())
}

pub(super) fn load(path: &Path, builder: Builder) -> anyhow::Result<Inventory<'static>> {
    let file = File::open(path).with_context(|| format!("cannot read `{}`", path.display()))?;
    snapshot::load(BufReader::new(file), builder).with_context(|| format!("`{}`", path.display()))
}

/// How a run ends that gave these verdicts.
pub(super) fn exit(library: &Library, judgement: &Judgement, fail_on: FailOn, require_complete: bool) -> Exit {
    let counts = &judgement.ledger.policies;
    let fails = |policy: &&Policy| judgement.ledger.failing(&policy.id) > 0;
    let violated = |least| library.policies.iter().filter(fails).any(|policy| policy.metadata.custom.severity >= least);
    let unknown = counts.values().any(|counts| counts.unknown > 0);
    match fail_on.0 {
        _ if !judgement.ledger.errors.is_empty() || !judgement.ledger.broken.is_empty() => Exit::Error,
        Some(least) if violated(least) => Exit::Violations,
        _ if unknown || !judgement.ledger.complete => {
            if require_complete {
                Exit::Violations
            } else {
                Exit::Incomplete
            }
        }
        _ => Exit::Clean,
    }
}
