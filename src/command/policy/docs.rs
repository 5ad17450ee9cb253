//! `innovate policy docs`.

use std::path::PathBuf;

use clap::Args;

use super::Chosen;
use crate::command::pages::Pages;
use crate::command::{Exit, Global, worker};
use crate::reference;

#[derive(Args, Debug)]
pub(super) struct Arguments {
    #[command(flatten)]
    chosen: Chosen,
    /// The folder of the pages.
    #[arg(long, value_name = "DIR", default_value = "docs/policies")]
    out: PathBuf,
    /// Write nothing; exit with 3 where a page is missing, old, or of a policy that there is no longer.
    #[arg(long)]
    check: bool,
}

pub(super) fn run(arguments: &Arguments, global: &Global) -> anyhow::Result<Exit> {
    let library = arguments.chosen.library(arguments.chosen.own(global)?.as_ref(), global)?;
    if let Some(broken) = library.broken.first() {
        anyhow::bail!("policy `{}` does not load, so it cannot be described: {}", broken.id, broken.reason);
    }
    let mut pages = worker::pages(&library)?;
    for policy in &library.of_origin(true) {
        pages.insert(reference::policy::file(&policy.id), reference::policy::page(policy)?);
    }
    let is_whole = arguments.chosen.ids.is_empty();
    if is_whole {
        pages.insert(reference::INDEX.to_owned(), reference::policy::index(&library)?);
    }
    Pages { folder: &arguments.out, texts: pages, is_whole, of: "policy" }.settle(arguments.check)
}
