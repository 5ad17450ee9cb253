//! `innovate framework list|show`.

use std::io::{self, Write};

use clap::{Args, Subcommand};

use super::Exit;
use super::settings;
use crate::framework::{self, Control, Coverage};

#[derive(Args, Debug)]
pub(super) struct Arguments {
    #[command(subcommand)]
    command: FrameworkCommand,
}

#[derive(Debug, Subcommand)]
enum FrameworkCommand {
    /// List frameworks, with how many of their controls policies judge.
    List,
    /// Show the controls of a framework, the policies that judge them, and what is left to a person.
    Show {
        /// The framework's id, or a YAML file.
        id: String,
    },
}

pub(super) fn run(arguments: &Arguments) -> anyhow::Result<Exit> {
    let mut out = io::stdout().lock();
    match &arguments.command {
        FrameworkCommand::List => {
            for id in framework::ids() {
                let framework = settings::framework(&id)?;
                let of = |wanted: &[Coverage]| framework.controls.iter().filter(|control| wanted.contains(&control.coverage())).count();
                writeln!(
                    out,
                    "{id:<31}  {} {}: {} controls, {} judged by policies, {} in part, {} by a person, {} not yet",
                    framework.title,
                    framework.version,
                    framework.controls.len(),
                    of(&[Coverage::Full]),
                    of(&[Coverage::Partial]),
                    of(&[Coverage::Manual]),
                    of(&[Coverage::Unserved]),
                )?;
            }
        }
        FrameworkCommand::Show { id } => {
            let framework = settings::framework(id)?;
            writeln!(out, "{} {}\n{}, {}\n", framework.title, framework.version, framework.publisher, framework.link)?;
            for control in &framework.controls {
                show(control, &mut out)?;
            }
        }
    }
    Ok(Exit::Clean)
}

fn show(control: &Control, out: &mut impl Write) -> io::Result<()> {
    writeln!(out, "{}  {}", control.id, control.title)?;
    for policy in &control.policies {
        writeln!(out, "    {policy}")?;
    }
    if let Some(manual) = &control.manual {
        writeln!(out, "    by a person: {manual}")?;
    }
    if control.unserved {
        writeln!(out, "    no policy judges it")?;
    }
    Ok(())
}
