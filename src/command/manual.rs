//! `innovate completions` and `innovate man`.

use std::io::{self, Write};

use clap::{Args, Command};
use clap_complete::Shell;

use super::Exit;

#[derive(Args, Debug)]
pub(super) struct Completions {
    /// The shell.
    shell: Shell,
}

pub(super) fn completions(arguments: &Completions, mut command: Command) -> anyhow::Result<Exit> {
    let mut script = Vec::new();
    clap_complete::generate(arguments.shell, &mut command, "innovate", &mut script);
    io::stdout().write_all(&script)?;
    Ok(Exit::Clean)
}

pub(super) fn man(command: Command) -> anyhow::Result<Exit> {
    let mut page = Vec::new();
    clap_mangen::Man::new(command).render(&mut page)?;
    io::stdout().write_all(&page)?;
    Ok(Exit::Clean)
}
