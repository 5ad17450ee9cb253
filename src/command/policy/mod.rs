//! `innovate policy …`, one file a command.

mod bundle;
mod diff;
mod docs;
mod lint;
mod scaffold;
mod show;
mod test;

use clap::{Args, Subcommand};

use super::origin::Own;
use super::settings::{self, Policies};
use super::{Exit, Global, usage};
use crate::engine::Filled;
use crate::policy::{Library, Selection};

#[derive(Args, Debug)]
pub(super) struct Arguments {
    #[command(subcommand)]
    command: PolicyCommand,
}

#[derive(Debug, Subcommand)]
enum PolicyCommand {
    /// List policies with their severity and title.
    List(Policies),
    /// Show one policy: what it finds, why it matters, how to mend it, what it reads.
    Show(show::Arguments),
    /// Run the examples of policies and the unit tests of library modules.
    Test(test::Arguments),
    /// Check that policies read what there is, say what a reader needs, and keep to the conventions of Rego.
    Lint(Chosen),
    /// Write a new policy and its examples, for the author to go on from.
    New(scaffold::Arguments),
    /// Write the reference: a page for each policy, and an index.
    Docs(docs::Arguments),
    /// Tell whose verdicts change between two sets of policies on one snapshot.
    Diff(diff::Arguments),
    /// Put a folder of policies into one file, an OPA bundle.
    Bundle(bundle::Arguments),
}

/// The policies that a command is about.
#[derive(Args, Debug)]
struct Chosen {
    /// Ids or prefixes of ids; all without one.
    ids: Vec<String>,
    /// Take the policies of this folder or bundle in place of the shipped ones.
    #[arg(long, value_name = "DIR|BUNDLE")]
    folder: Option<String>,
    #[command(flatten)]
    policies: Policies,
}

impl Chosen {
    /// What `--folder` names.
    fn own(&self, global: &Global) -> anyhow::Result<Option<Own>> {
        self.folder.as_ref().map(|folder| self.policies.own(folder, global)).transpose()
    }

    /// The policies of `own`, or those that ship and the user's own, before they are narrowed.
    fn all(&self, own: Option<&Own>, global: &Global) -> anyhow::Result<Library> {
        match own {
            Some(own) => settings::alone(own),
            None => self.policies.library(global),
        }
    }

    /// The same narrowed to the ids.
    fn library(&self, own: Option<&Own>, global: &Global) -> anyhow::Result<Library> {
        self.all(own, global)?.select(&Selection { ids: self.ids.clone(), severity: None }).map_err(usage)
    }
}

/// What the handlers of this build fill; none where it has none.
pub(super) fn filled() -> Option<Filled> {
    #[cfg(feature = "aws")]
    return Some(innovate_aws::properties());
    #[cfg(not(feature = "aws"))]
    None
}

/// Nothing is clean where a policy did not load.
fn exit(library: &Library, is_clean: bool) -> Exit {
    match (library.broken.is_empty(), is_clean) {
        (false, _) => Exit::Error,
        (true, false) => Exit::Violations,
        (true, true) => Exit::Clean,
    }
}

pub(super) fn run(arguments: &Arguments, global: &Global) -> anyhow::Result<Exit> {
    match &arguments.command {
        PolicyCommand::List(policies) => show::list(policies, global),
        PolicyCommand::Show(arguments) => show::run(arguments, global),
        PolicyCommand::Test(arguments) => test::run(arguments, global),
        PolicyCommand::Lint(chosen) => lint::run(chosen, global),
        PolicyCommand::New(arguments) => scaffold::run(arguments),
        PolicyCommand::Docs(arguments) => docs::run(arguments, global),
        PolicyCommand::Diff(arguments) => diff::run(arguments, global),
        PolicyCommand::Bundle(arguments) => bundle::run(arguments),
    }
}
