//! `innovate baseline`.

use std::io::{self, Write};
use std::path::PathBuf;

use anyhow::Context;
use clap::Args;

use super::accept::{self, Waivers};
use super::live::Live;
use super::source::Source;
use super::{DISK, Exit, Global, output, usage};
use crate::engine;
use crate::waiver::{Accepted, Baseline, Known};

#[derive(Args, Debug)]
pub(super) struct Arguments {
    /// The file to write.
    #[arg(short, long, value_name = "FILE")]
    output: PathBuf,
    #[command(flatten)]
    source: Source,
    #[command(flatten)]
    waivers: Waivers,
    #[command(flatten)]
    live: Live,
}

pub(super) fn run(arguments: &Arguments, global: &Global) -> anyhow::Result<Exit> {
    output::probe_file(&arguments.output)?;
    let (policies, found) = arguments.source.find(Some(&arguments.live), global)?;
    let Some(mut found) = found else { return Err(usage("give `--snapshot FILE` or `--report FILE`")) };
    let accepted = Accepted { waivers: arguments.waivers.load(&policies, [])?, baseline: None };
    engine::accept(&mut found.judgement, &found.world, found.files.as_ref(), &accepted, accept::today()).context(DISK)?;
    let mut known = Vec::new();
    for finding in found.judgement.findings.iter()? {
        known.extend(Known::of(finding.context(DISK)?.as_ref()));
    }
    let baseline = Baseline::new(known);
    output::write_file(&arguments.output, |file| Ok(baseline.write(file)?))
        .with_context(|| format!("cannot write `{}`", arguments.output.display()))?;
    if !global.quiet {
        writeln!(io::stderr(), "wrote {} failures to `{}`", baseline.len(), arguments.output.display())?;
    }
    let ledger = &found.judgement.ledger;
    Ok(match (ledger.errors.is_empty(), ledger.complete) {
        (false, _) => Exit::Error,
        (true, false) => Exit::Incomplete,
        (true, true) => Exit::Clean,
    })
}
