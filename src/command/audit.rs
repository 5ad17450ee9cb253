//! `innovate audit`.

use std::fs::File;
use std::io::BufReader;
use std::path::{Path, PathBuf};

use anyhow::Context;
use clap::Args;
use innovate_model::World;

use super::live::Live;
use super::output::{self, Output};
use super::settings::{Policies, needs};
use super::{Exit, Global, dry_run, usage, worker};
use crate::engine::{self, Judgement};
use crate::finding::Verdict;
use crate::input::snapshot;
use crate::policy::{Library, Policy, Severity, UnknownSeverity};
use crate::report::Report;

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
    /// A report: `table` or `json`, with `=PATH` into a file; repeatable.
    #[arg(short, long = "output", value_name = "FORMAT[=PATH]", env = "INNOVATE_OUTPUT", value_delimiter = ',')]
    output: Vec<Output>,
    /// Report what passes, too.
    #[arg(long)]
    show_passes: bool,
}

/// From which severity on a failure counts.
#[derive(Clone, Copy, Debug)]
struct FailOn(Option<Severity>);

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
    let library = arguments.policies.library(global)?;
    if library.policies.is_empty() && library.broken.is_empty() {
        return Err(usage("no policy is left by `--policy` and `--severity`: nothing would be checked"));
    }
    output::probe(&arguments.output)?;
    let earlier = match &arguments.snapshot {
        Some(path) => {
            let mut world = read_snapshot(path)?;
            arguments.live.narrow(&mut world)?;
            Some(world)
        }
        None => None,
    };
    if arguments.dry_run {
        let as_json = arguments.output.iter().any(Output::is_json);
        return dry_run::run(&arguments.live, earlier.as_ref(), needs(&library).as_ref(), as_json, global);
    }
    let (world, calls) = match earlier {
        Some(world) => (world, None),
        None => arguments.live.read(needs(&library), global).map(|(world, calls)| (world, Some(calls)))?,
    };
    let workers = std::thread::available_parallelism().map_or(1, usize::from);
    let judgement = judge(&world, &library, engine::Options { keep_passes: arguments.show_passes, workers, watch: None })?;
    let report = Report { world: &world, library: &library, judgement: &judgement, calls: calls.as_ref(), style: output::style() };
    output::write(&arguments.output, &report)?;
    Ok(exit(&judgement, arguments.fail_on, arguments.require_complete))
}

/// The verdicts of what shipped by this process, of what did not by another.
fn judge(world: &World, library: &Library, options: engine::Options<'_>) -> anyhow::Result<Judgement> {
    if library.policies.iter().all(|policy| policy.ships) {
        return Ok(engine::judge(world, library, options));
    }
    let shipped: Vec<Policy> = library.policies.iter().filter(|policy| policy.ships).cloned().collect();
    let mut verdicts = engine::verdicts(world, &shipped, options);
    verdicts.merge(worker::judge(world, library, options.keep_passes)?);
    Ok(engine::judgement(world, library, verdicts))
}

pub(super) fn read_snapshot(path: &Path) -> anyhow::Result<World> {
    let file = File::open(path).with_context(|| format!("cannot read `{}`", path.display()))?;
    snapshot::read(BufReader::new(file)).with_context(|| format!("`{}`", path.display()))
}

fn exit(judgement: &Judgement, fail_on: FailOn, require_complete: bool) -> Exit {
    let violated = |least| judgement.findings.iter().any(|finding| finding.verdict == Verdict::Fail && finding.severity >= least);
    let unknown = judgement.findings.iter().any(|finding| finding.verdict == Verdict::Unknown);
    match fail_on.0 {
        _ if !judgement.ledger.errors.is_empty() => Exit::Error,
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
