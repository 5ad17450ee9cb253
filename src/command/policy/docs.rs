//! `innovate policy docs`.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use anyhow::Context;
use clap::Args;

use super::Chosen;
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
        pages.insert(reference::file(&policy.id), reference::page(policy)?);
    }
    let is_whole = arguments.chosen.ids.is_empty();
    if is_whole {
        pages.insert(reference::INDEX.to_owned(), reference::index(&library)?);
    }
    let known = if is_whole { files(&arguments.out)? } else { BTreeSet::new() };
    let mut problems: BTreeMap<&str, &str> = BTreeMap::new();
    for (file, text) in &pages {
        match std::fs::read_to_string(arguments.out.join(file)) {
            Ok(known) if known == *text => {}
            Ok(_) => drop(problems.insert(file, "is old")),
            Err(error) if error.kind() == io::ErrorKind::NotFound => drop(problems.insert(file, "is missing")),
            Err(error) => return Err(error).with_context(|| format!("cannot read `{}`", arguments.out.join(file).display())),
        }
    }
    problems.extend(known.iter().filter(|file| !pages.contains_key(*file)).map(|file| (file.as_str(), "is of no policy")));
    let mut out = io::stdout().lock();
    if arguments.check {
        for (file, problem) in &problems {
            writeln!(out, "{} {problem}", arguments.out.join(file).display())?;
        }
        let hint = if problems.is_empty() { "" } else { "; `innovate policy docs` writes them anew" };
        writeln!(out, "{} pages, {} problems{hint}", pages.len(), problems.len())?;
        return Ok(if problems.is_empty() { Exit::Clean } else { Exit::Violations });
    }
    for file in problems.keys() {
        let path = arguments.out.join(file);
        let written = match pages.get(*file) {
            Some(text) => path.parent().map_or(Ok(()), std::fs::create_dir_all).and_then(|()| std::fs::write(&path, text)),
            None => std::fs::remove_file(&path),
        };
        written.with_context(|| format!("cannot write `{}`", path.display()))?;
    }
    writeln!(out, "{} pages in `{}`, {} written or removed", pages.len(), arguments.out.display(), problems.len())?;
    Ok(Exit::Clean)
}

/// The pages of a folder; none where there is no folder yet.
fn files(folder: &Path) -> anyhow::Result<BTreeSet<String>> {
    let mut files = BTreeSet::new();
    let mut left = vec![folder.to_owned()];
    while let Some(next) = left.pop().filter(|_| folder.exists()) {
        for entry in std::fs::read_dir(&next).with_context(|| format!("cannot read `{}`", next.display()))? {
            let path = entry?.path();
            if path.is_dir() {
                left.push(path);
            } else if path.extension().is_some_and(|extension| extension == "md") {
                files.insert(path.strip_prefix(folder).unwrap_or(&path).to_string_lossy().replace('\\', "/"));
            }
        }
    }
    Ok(files)
}
