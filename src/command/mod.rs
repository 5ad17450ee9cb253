//! The commands, one file each. Only this room prints, reads the environment and looks at the clock.

mod accept;
mod apply;
mod audit;
mod baseline;
mod blueprint;
mod check;
mod consent;
mod destroy;
mod drift;
mod dry_run;
mod explain;
mod framework;
mod init;
#[cfg(feature = "aws")]
mod journal;
mod live;
mod manual;
mod origin;
mod output;
mod pages;
mod permissions;
mod plan;
mod policy;
mod provision;
mod revision;
mod settings;
mod snapshot;
mod source;
mod waiver;
mod worker;

use std::io::{self, IsTerminal, Write};
use std::process::ExitCode;

use clap::{Args, CommandFactory, Parser, Subcommand, ValueEnum};
use tracing::Level;
use tracing_subscriber::Layer;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

/// How a run ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    /// Nothing to complain of.
    Clean = 0,
    /// The tool itself failed, or a policy that it was to judge by.
    Error = 1,
    /// The command line is wrong.
    Usage = 2,
    /// Violations at or above `--fail-on`.
    Violations = 3,
    /// Nothing worse than unknown or incomplete.
    Incomplete = 4,
    /// A guardrail refuses, or what was begun was rolled back.
    Refused = 5,
}

/// Policy-as-code compliance scanner and guardrail enforcer for AWS Organizations and EKS.
#[derive(Debug, Parser)]
#[command(
    name = "innovate",
    version,
    max_term_width = 120,
    after_help = "Exit status: 0 clean, 1 tool error, 2 usage, 3 violations, 4 unknown or incomplete,\n5 refused by a guardrail, or rolled back.\n\nExamples:\n  innovate audit                              read and judge every account of the organization\n  innovate snapshot -o org.snapshot           write what was read to a file\n  innovate audit --snapshot org.snapshot      judge the file, without AWS\n  innovate check template.yaml                judge a template before it is deployed\n  innovate policy show aws.rds.tls_not_required"
)]
struct Cli {
    #[command(flatten)]
    global: Global,
    #[command(subcommand)]
    command: Command,
}

#[derive(Args, Clone, Debug)]
struct Global {
    /// Log more; twice for the SDK's own logs too.
    #[arg(short, long, global = true, action = clap::ArgAction::Count)]
    verbose: u8,
    /// No progress and no log but errors.
    #[arg(short, long, global = true, conflicts_with = "verbose")]
    quiet: bool,
    /// The form of the log on standard error.
    #[arg(long, global = true, value_enum, default_value_t = LogFormat::Text)]
    log_format: LogFormat,
    /// The configuration file; without it, `innovate.toml` of this folder where there is one.
    #[arg(long, global = true, env = "INNOVATE_CONFIG", value_name = "FILE")]
    config: Option<std::path::PathBuf>,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum LogFormat {
    Text,
    Json,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Read every account of the organization and judge it.
    Audit(audit::Arguments),
    /// Judge templates before they are deployed, by the same policies.
    Check(check::Arguments),
    /// List, show and write blueprints, and say what is wrong with one.
    Blueprint(blueprint::Arguments),
    /// Show what a blueprint would change, and whether the guardrails allow it; nothing is written.
    Plan(plan::Arguments),
    /// Bring about what a blueprint says, as planned; guardrails and approval come first.
    Apply(apply::Arguments),
    /// Compare what is there with the deployed templates of a blueprint, property by property.
    Drift(drift::Arguments),
    /// Take away what a blueprint made; what must not be lost stays.
    Destroy(destroy::Arguments),
    /// Read every account of the organization into a file.
    Snapshot(snapshot::Arguments),
    /// Say what a verdict rests on, and what would change it.
    Explain(explain::Arguments),
    /// Print what the readers must be allowed: IAM policies and CloudFormation templates.
    Permissions(permissions::Arguments),
    /// List and show policies; write, test, lint, document, compare and bundle them.
    Policy(policy::Arguments),
    /// List and show frameworks of controls.
    Framework(framework::Arguments),
    /// Write `innovate.toml`, the waivers, and the file for the CI of a project.
    Init(init::Arguments),
    /// Add, list and prune waivers: failures that someone accepts for a time.
    Waiver(waiver::Arguments),
    /// Write down what fails now, so that only what is new fails later.
    Baseline(baseline::Arguments),
    /// Print shell completions.
    Completions(manual::Completions),
    /// Print the manual page.
    Man,
    /// Run policies that did not ship, for another process of the program.
    #[command(hide = true)]
    Worker,
}

/// Runs the program on the arguments of the process.
pub fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => {
            let exit = if error.use_stderr() { Exit::Usage } else { Exit::Clean };
            // Nothing can be said where standard error is closed.
            drop(error.print());
            return ExitCode::from(exit as u8);
        }
    };
    start_log(&cli.global);
    let exit = match run(cli) {
        Ok(exit) => exit,
        Err(error) if is_broken_pipe(&error) => Exit::Clean,
        Err(error) => {
            drop(writeln!(io::stderr(), "error: {error:#}"));
            if error.is::<UsageError>() { Exit::Usage } else { Exit::Error }
        }
    };
    ExitCode::from(exit as u8)
}

/// Threads that judge: one for each processor.
fn workers() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}

/// What is said where the file of what does not fit in memory fails.
const DISK: &str = "what does not fit in memory cannot be kept on disk";

/// What the user asked for can't be meant.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
struct UsageError(String);

fn usage(message: impl ToString) -> anyhow::Error {
    anyhow::Error::new(UsageError(message.to_string()))
}

fn is_broken_pipe(error: &anyhow::Error) -> bool {
    error.chain().filter_map(|cause| cause.downcast_ref::<io::Error>()).any(|error| error.kind() == io::ErrorKind::BrokenPipe)
}

fn run(cli: Cli) -> anyhow::Result<Exit> {
    match cli.command {
        Command::Audit(arguments) => audit::run(&arguments, &cli.global),
        Command::Check(arguments) => check::run(&arguments, &cli.global),
        Command::Blueprint(arguments) => blueprint::run(&arguments),
        Command::Plan(arguments) => plan::run(&arguments, &cli.global),
        Command::Apply(arguments) => apply::run(&arguments, &cli.global),
        Command::Drift(arguments) => drift::run(&arguments, &cli.global),
        Command::Destroy(arguments) => destroy::run(&arguments, &cli.global),
        Command::Snapshot(arguments) => snapshot::run(&arguments, &cli.global),
        Command::Explain(arguments) => explain::run(&arguments, &cli.global),
        Command::Permissions(arguments) => permissions::run(&arguments, &cli.global),
        Command::Policy(arguments) => policy::run(&arguments, &cli.global),
        Command::Framework(arguments) => framework::run(&arguments),
        Command::Init(arguments) => init::run(&arguments),
        Command::Waiver(arguments) => waiver::run(&arguments, &cli.global),
        Command::Baseline(arguments) => baseline::run(&arguments, &cli.global),
        Command::Completions(arguments) => manual::completions(&arguments, Cli::command()),
        Command::Man => manual::man(Cli::command()),
        Command::Worker => worker::serve(),
    }
}

fn start_log(global: &Global) {
    // What the SDK warns of is in the report: as a gap, or as the error that ended the run.
    let filter = match (global.quiet, global.verbose) {
        (true, _) => Targets::new().with_default(Level::ERROR),
        (_, 0) => Targets::new().with_default(Level::ERROR).with_target("innovate", Level::WARN),
        (_, 1) => Targets::new().with_default(Level::INFO),
        _ => Targets::new().with_default(Level::DEBUG),
    };
    let layer = tracing_subscriber::fmt::layer().with_writer(io::stderr).with_ansi(io::stderr().is_terminal());
    let layer = match global.log_format {
        LogFormat::Text => layer.without_time().boxed(),
        LogFormat::Json => layer.json().boxed(),
    };
    tracing_subscriber::registry().with(layer.with_filter(filter)).init();
}
