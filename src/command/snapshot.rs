//! `innovate snapshot`.

use std::io::{self, Write};
use std::path::PathBuf;

use anyhow::Context;
use clap::Args;

use super::live::Live;
use super::{Exit, Global, output};
use crate::input::snapshot;

#[derive(Args, Debug)]
pub(super) struct Arguments {
    /// The file to write.
    #[arg(short, long, value_name = "FILE")]
    output: PathBuf,
    #[command(flatten)]
    live: Live,
}

pub(super) fn run(arguments: &Arguments, global: &Global) -> anyhow::Result<Exit> {
    output::probe_file(&arguments.output)?;
    let (world, _) = arguments.live.read(None, global)?;
    let mut bytes = Vec::new();
    snapshot::write(&world, &mut bytes)?;
    output::replace(&arguments.output, &bytes).with_context(|| format!("cannot write `{}`", arguments.output.display()))?;
    let gaps: usize = world.resources.iter().map(|resource| resource.gaps.len()).sum();
    if !global.quiet {
        writeln!(
            io::stderr(),
            "wrote {} resources of {} accounts to `{}`; {} scopes and {gaps} properties could not be read",
            world.resources.len(),
            world.regions.len(),
            arguments.output.display(),
            world.unread.len()
        )?;
    }
    Ok(if world.unread.is_empty() && gaps == 0 && !world.interrupted { Exit::Clean } else { Exit::Incomplete })
}
