//! `innovate blueprint`.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use anyhow::Context;
use clap::{Args, Subcommand};

use super::pages::Pages;
use super::{Exit, output, usage};
use crate::blueprint::{self, Approval, Blueprint, FILE, Files, Part};
use crate::input::document::InputError;
use crate::policy;
use crate::reference;

/// Files of a folder that belong to a blueprint.
const MOST_BYTES: u64 = 16 << 20;

#[derive(Args, Debug)]
pub(super) struct Arguments {
    #[command(subcommand)]
    action: Subcommands,
}

#[derive(Debug, Subcommand)]
enum Subcommands {
    /// List the blueprints that ship.
    List,
    /// Show what a blueprint provisions, in order.
    Show {
        /// The name of one that ships, or a folder.
        #[arg(value_name = "NAME|DIR")]
        name: String,
    },
    /// Write a blueprint that ships into a folder, to be changed and provisioned from there.
    New {
        /// The folder, which is made.
        #[arg(value_name = "DIR")]
        folder: PathBuf,
        /// The blueprint to begin with.
        #[arg(long, value_name = "NAME", default_value = "innovate-inc")]
        from: String,
    },
    /// Say what is wrong with a blueprint.
    Lint {
        /// The folder.
        #[arg(value_name = "DIR", default_value = ".")]
        folder: String,
    },
    /// Write the reference: a page for each blueprint that ships, and an index; or the page of one blueprint.
    Docs {
        /// The name of one that ships, or a folder; all that ship without one.
        #[arg(value_name = "NAME|DIR")]
        name: Option<String>,
        /// The folder of the pages.
        #[arg(long, value_name = "DIR", default_value = "docs/blueprints")]
        out: PathBuf,
        /// Write nothing; exit with 3 where a page is missing, old, or of a blueprint that there is no longer.
        #[arg(long)]
        check: bool,
    },
}

pub(super) fn run(arguments: &Arguments) -> anyhow::Result<Exit> {
    match &arguments.action {
        Subcommands::List => list(),
        Subcommands::Show { name } => show(&load(name)?),
        Subcommands::New { folder, from } => new(folder, from),
        Subcommands::Lint { folder } => lint(&load(folder)?),
        Subcommands::Docs { name, out, check } => docs(name.as_deref(), out, *check),
    }
}

/// The blueprint of a folder; of one that ships, where there is no such folder.
pub(super) fn load(name: &str) -> anyhow::Result<Blueprint> {
    let folder = Path::new(name);
    if !folder.is_dir() {
        let known = blueprint::shipped().join("`, `");
        let files = blueprint::files(name);
        let files = files.ok_or_else(|| usage(format!("no folder `{name}`, and no blueprint of this name; there are `{known}`")))?;
        return Blueprint::read("", files).map_err(usage);
    }
    let mut files = Files::new();
    gather(folder, "", &mut files)?;
    let root = name.trim_end_matches('/');
    Blueprint::read(if root == "." { "" } else { root }, files).map_err(usage)
}

/// Adds the files of a folder, hidden ones left out.
fn gather(folder: &Path, prefix: &str, files: &mut Files) -> anyhow::Result<()> {
    let entries = fs::read_dir(folder).with_context(|| format!("cannot read `{}`", folder.display()))?;
    for entry in entries {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        if name.starts_with('.') {
            continue;
        }
        let (path, name) = (entry.path(), format!("{prefix}{name}"));
        let facts = fs::metadata(&path).with_context(|| format!("cannot read `{}`", path.display()))?;
        if facts.is_dir() {
            gather(&path, &format!("{name}/"), files)?;
        } else if facts.is_file() && (name == FILE || name.starts_with("templates/")) && facts.len() <= MOST_BYTES {
            files.insert(name, fs::read(&path).with_context(|| format!("cannot read `{}`", path.display()))?);
        }
    }
    Ok(())
}

fn list() -> anyhow::Result<Exit> {
    let mut out = io::stdout().lock();
    for name in blueprint::shipped() {
        let blueprint = load_shipped(name)?;
        writeln!(out, "{name:<16} {}", blueprint.document.title)?;
    }
    Ok(Exit::Clean)
}

fn load_shipped(name: &str) -> anyhow::Result<Blueprint> {
    let files = blueprint::files(name).with_context(|| format!("no blueprint `{name}`"))?;
    Ok(Blueprint::read("", files)?)
}

fn show(blueprint: &Blueprint) -> anyhow::Result<Exit> {
    let document = &blueprint.document;
    let mut out = io::stdout().lock();
    writeln!(out, "{}: {}\n\n{}\n", document.name.value, document.title, document.description.trim_end())?;
    writeln!(out, "environments")?;
    for (name, environment) in &document.environments {
        let environment = &environment.value;
        let approval = if environment.approval == Approval::Required { ", needs approval" } else { "" };
        let protection = if environment.protection { ", protected" } else { "" };
        writeln!(out, "  {name}: account {}{approval}{protection}", environment.account.value)?;
    }
    writeln!(out, "\nsteps, in order")?;
    for step in blueprint.steps().map_err(usage)? {
        let what = match step.part {
            Part::Stack(stack) => stack.title.as_str(),
            Part::Setting(setting) => setting.type_name.value.as_str(),
        };
        writeln!(out, "  {:<44} {:<14} {what}", format!("{} / {}", step.environment, step.name), step.region)?;
    }
    writeln!(out, "\nparameters")?;
    for (name, parameter) in &document.parameters {
        let default = parameter.value.default().map_or_else(|| "none: set it".to_owned(), ToString::to_string);
        writeln!(out, "  {name} = {default}\n      {}", parameter.value.description())?;
    }
    Ok(Exit::Clean)
}

fn new(folder: &Path, from: &str) -> anyhow::Result<Exit> {
    let known = blueprint::shipped().join("`, `");
    let files = blueprint::files(from).ok_or_else(|| usage(format!("no blueprint `{from}`; there are `{known}`")))?;
    if folder.exists() && fs::read_dir(folder).map_or(true, |mut entries| entries.next().is_some()) {
        return Err(usage(format!("`{}` is there and not empty; name a folder that is not there yet", folder.display())));
    }
    let mut out = io::stdout().lock();
    for (name, bytes) in &files {
        let path = folder.join(name);
        let made = path.parent().map_or(Ok(()), fs::create_dir_all).map_err(anyhow::Error::from);
        made.and_then(|()| output::write_file(&path, |file| Ok(file.write_all(bytes)?)))
            .with_context(|| format!("cannot write `{}`", path.display()))?;
    }
    let folder = folder.display();
    writeln!(out, "wrote {} files to `{folder}`\nnext:", files.len())?;
    writeln!(out, "- set what is yours in `{folder}/{FILE}`: names, addresses, Regions")?;
    writeln!(out, "- see what it would provision, without AWS: `innovate plan {folder} --offline`")?;
    writeln!(out, "- see it against your accounts: `innovate plan {folder}`")?;
    Ok(Exit::Clean)
}

/// What is wrong with a blueprint.
fn wrong(blueprint: &Blueprint) -> anyhow::Result<Vec<InputError>> {
    let policies: BTreeSet<String> = policy::shipped()?.policies.iter().map(|policy| policy.id.clone()).collect();
    Ok(blueprint.lint(&policies))
}

fn lint(blueprint: &Blueprint) -> anyhow::Result<Exit> {
    let wrong = wrong(blueprint)?;
    let mut out = io::stdout().lock();
    for error in &wrong {
        writeln!(out, "error: {error}")?;
    }
    if wrong.is_empty() {
        let steps = blueprint.steps().map_err(usage)?.len();
        writeln!(out, "{}: {steps} steps, nothing wrong", blueprint.document.name.value)?;
        return Ok(Exit::Clean);
    }
    Ok(Exit::Violations)
}

fn docs(name: Option<&str>, folder: &Path, check: bool) -> anyhow::Result<Exit> {
    let mut texts = BTreeMap::new();
    if let Some(name) = name {
        let blueprint = load(name)?;
        if let Some(error) = wrong(&blueprint)?.into_iter().next() {
            return Err(usage(error));
        }
        let own = Path::new(name).is_dir().then_some(name);
        texts.insert(reference::blueprint::file(&blueprint), reference::blueprint::page(&blueprint, own).map_err(usage)?);
    } else {
        let blueprints = blueprint::shipped().into_iter().map(load_shipped).collect::<anyhow::Result<Vec<_>>>()?;
        for blueprint in &blueprints {
            texts.insert(reference::blueprint::file(blueprint), reference::blueprint::page(blueprint, None)?);
        }
        texts.insert(reference::INDEX.to_owned(), reference::blueprint::index(&blueprints));
    }
    Pages { folder, texts, is_whole: name.is_none(), of: "blueprint" }.settle(check)
}
