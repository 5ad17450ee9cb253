//! `innovate snapshot`.

use std::collections::BTreeSet;
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
    let reading = arguments.live.read(None, arguments.live.builder(Some(BTreeSet::new())), global)?;
    let inventory = &reading.inventory;
    output::write_file(&arguments.output, |file| Ok(snapshot::write(inventory, file)?))
        .with_context(|| format!("cannot write `{}`", arguments.output.display()))?;
    let world = inventory.world.as_ref();
    let gaps: usize = inventory.gapped().iter().map(|resource| resource.gaps.len()).sum();
    if !global.quiet {
        writeln!(
            io::stderr(),
            "wrote {} resources of {} accounts to `{}`; {} scopes and {gaps} properties could not be read",
            inventory.len(),
            world.regions.len(),
            arguments.output.display(),
            world.unread.len()
        )?;
    }
    let exit = if world.unread.is_empty() && gaps == 0 && !world.interrupted { Exit::Clean } else { Exit::Incomplete };
    reading.end()?;
    Ok(exit)
}
