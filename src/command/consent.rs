//! Who agrees to a change of what is there, and where it is written down.

#[cfg(feature = "aws")]
use std::io::{self, BufRead, IsTerminal, Write};
#[cfg(feature = "aws")]
use std::path::Path;
use std::path::PathBuf;

use clap::Args;
#[cfg(feature = "aws")]
use serde_json::json;

#[cfg(feature = "aws")]
use super::journal::Journal;
#[cfg(feature = "aws")]
use crate::blueprint::Happening;

/// Who agrees to a change, and where it is written down.
#[derive(Args, Debug)]
pub(super) struct Consent {
    /// Do not ask; environments that need approval need `--approve`.
    #[arg(long)]
    yes: bool,
    /// The digest that somebody has agreed to, as it was printed.
    #[arg(long, value_name = "DIGEST")]
    approve: Option<String>,
    /// Milliseconds between two looks at a stack that changes.
    #[arg(long, value_name = "MS", env = "INNOVATE_POLL", default_value_t = 3000)]
    poll: u64,
    /// The journal: what was done, when, by whom, as JSON lines of which each has the digest of the one before; without it, one in the folder `.innovate` of the
    /// blueprint.
    #[arg(long, value_name = "FILE")]
    journal: Option<PathBuf>,
}

#[cfg(feature = "aws")]
impl Consent {
    /// How long to wait before a stack is looked at again.
    pub(super) fn poll(&self) -> std::time::Duration {
        std::time::Duration::from_millis(self.poll)
    }

    /// Opens the journal of a blueprint.
    pub(super) fn journal(&self, folder: &str, name: &str, common: serde_json::Value) -> anyhow::Result<Journal> {
        let folder = Path::new(folder);
        let root = if folder.is_dir() { folder } else { Path::new(".") };
        let usual = || root.join(".innovate").join(format!("{name}.journal.jsonl"));
        Journal::open(&self.journal.clone().unwrap_or_else(usual), common)
    }

    /// Whether those who have to agree to what has this digest do; otherwise what is missing. `environments` are those that need approval.
    pub(super) fn given<'a>(&self, digest: &str, environments: impl Iterator<Item = &'a str>) -> anyhow::Result<Result<(), String>> {
        let mut environments: Vec<&str> = environments.collect();
        environments.dedup();
        match &self.approve {
            Some(approved) if approved == digest => return Ok(Ok(())),
            Some(approved) => return Ok(Err(format!("`--approve {approved}` is of something else; this has the digest {digest}"))),
            None => {}
        }
        if environments.is_empty() && self.yes {
            return Ok(Ok(()));
        }
        if !io::stdin().is_terminal() {
            return Ok(Err(match environments.is_empty() {
                true => "nobody is there to ask; give `--yes`".to_owned(),
                false => format!("`{}` needs approval; give `--approve {digest}`", environments.join("`, `")),
            }));
        }
        let word = if environments.is_empty() { "yes".to_owned() } else { environments.join(" ") };
        write!(io::stdout(), "type `{word}` to do this: ")?;
        io::stdout().flush()?;
        let mut answer = String::new();
        io::stdin().lock().read_line(&mut answer)?;
        Ok(if answer.trim() == word { Ok(()) } else { Err("it was not confirmed".to_owned()) })
    }
}

/// Writes what happens to the journal, and a line of it for people. A journal on a full disk stops nothing that is half done; it is said.
#[cfg(feature = "aws")]
pub(super) fn teller(journal: &Journal, labels: &[String]) -> impl Fn(usize, Happening<'_>) {
    |number, happening| {
        let label = labels.get(number).map_or("", String::as_str);
        if let Err(error) = told(journal, label, &happening) {
            drop(writeln!(io::stderr(), "{label}: {error:#}"));
        }
    }
}

#[cfg(feature = "aws")]
fn told(journal: &Journal, label: &str, happening: &Happening<'_>) -> anyhow::Result<()> {
    let mut out = io::stdout().lock();
    match happening {
        Happening::Begun => writeln!(out, "{label}: begun")?,
        Happening::Calls(what) => {
            journal.write(json!({ "what": "call", "step": label, "call": what }))?;
            writeln!(out, "{label}: {what}")?;
        }
        Happening::Waits(why) => writeln!(out, "{label}: waiting: {why}")?,
        Happening::Event(event) => {
            let reason = event.reason.as_deref().map(|reason| format!(": {reason}")).unwrap_or_default();
            writeln!(out, "{label}: {} {} {}{reason}", event.status, event.logical_id, event.type_name)?;
        }
        Happening::Ended(outcome) => {
            journal.write(json!({ "what": "outcome", "step": label, "outcome": outcome.to_string() }))?;
            writeln!(out, "{label}: {outcome}")?;
        }
    }
    Ok(())
}
