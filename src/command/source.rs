//! Where commands that speak of findings take them from.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use anyhow::Context;
use clap::Args;
use innovate_model::{AccountFacts, Unread, World};
use serde::Deserialize;
use serde_json::{Map, Value};

use super::live::Live;
use super::settings::{Chosen, Policies, needs};
use super::{DISK, Global, audit, usage};
use crate::engine::{self, Counts, Findings, Judgement, Ledger};
use crate::finding::Finding;
use crate::input::inventory::{Builder, Inventory};
use crate::policy::Library;

/// A file with findings, or with what is to be judged.
#[derive(Args, Debug)]
pub(super) struct Source {
    #[command(flatten)]
    policies: Policies,
    /// A JSON report of an earlier run.
    #[arg(long, value_name = "FILE", conflicts_with = "snapshot")]
    report: Option<PathBuf>,
    /// A snapshot, which is judged.
    #[arg(long, value_name = "FILE")]
    snapshot: Option<PathBuf>,
}

/// What was found.
pub(super) struct Found {
    /// What was looked at; its resources may be elsewhere.
    pub(super) world: World,
    pub(super) judgement: Judgement,
    /// The files that were checked; none where the resources are live.
    pub(super) files: Option<BTreeSet<String>>,
}

/// What is looked at of a JSON report.
#[derive(Deserialize)]
struct Report {
    run: Run,
    findings: Vec<Finding>,
    ledger: Tallies,
}

#[derive(Deserialize)]
struct Run {
    accounts: Vec<Place>,
}

#[derive(Deserialize)]
struct Place {
    id: String,
    regions: Vec<String>,
}

#[derive(Deserialize)]
struct Tallies {
    complete: bool,
    policies: BTreeMap<String, Counts>,
    unread: Vec<Map<String, Value>>,
}

impl Source {
    /// The ids of all policies that there are, and what was found: in the file, or, where there is none, by a live reading, if that is wanted.
    pub(super) fn find(&self, live: Option<&Live>, global: &Global) -> anyhow::Result<(BTreeSet<String>, Option<Found>)> {
        let Chosen { library, mut known, .. } = self.policies.of_aws(global)?;
        if let Some(path) = &self.report {
            let only = self.policies.narrow().then_some(&library);
            let found = reported(path, only)?;
            known.extend(found.judgement.ledger.policies.keys().cloned());
            return Ok((known, Some(found)));
        }
        let across = engine::looked_up_across(&library.policies);
        let builder = live.map_or_else(|| Builder::new(usize::MAX, None), |live| live.builder(across));
        if let Some(path) = &self.snapshot {
            let mut inventory = audit::load(path, builder)?;
            live.map_or(Ok(()), |live| live.narrow(inventory.world.to_mut()))?;
            return Ok((known, Some(judged(&mut inventory, &library)?)));
        }
        let Some(live) = live else { return Ok((known, None)) };
        let mut reading = live.read(needs(&library), builder, global)?;
        let found = judged(&mut reading.inventory, &library)?;
        reading.end()?;
        Ok((known, Some(found)))
    }
}

fn judged(inventory: &mut Inventory<'static>, library: &Library) -> anyhow::Result<Found> {
    let workers = super::workers();
    let judgement = audit::judge(inventory, library, engine::Options { keep_passes: false, workers, watch: None })?;
    inventory.world.to_mut().resources.clear();
    Ok(Found { world: inventory.world.clone().into_owned(), judgement, files: None })
}

/// What a report says, of these policies only.
fn reported(path: &Path, only: Option<&Library>) -> anyhow::Result<Found> {
    let bytes = std::fs::read(path).with_context(|| format!("cannot read `{}`", path.display()))?;
    let report: Report =
        serde_json::from_slice(&bytes).map_err(|error| usage(format!("`{}` is no JSON report: {error}", path.display())))?;
    let is_wanted = |id: &str| only.is_none_or(|library| library.policies.iter().any(|policy| policy.id == id));
    let findings: Vec<Finding> = report.findings.into_iter().filter(|finding| is_wanted(&finding.policy)).collect();
    let files: BTreeSet<String> =
        findings.iter().filter_map(|finding| finding.location.as_ref()).map(|location| location.file.clone()).collect();
    let mut world = World::default();
    for Place { id, regions } in report.run.accounts {
        world.accounts.insert(id.clone(), AccountFacts { id: id.clone(), ..AccountFacts::default() });
        world.regions.insert(id, regions);
    }
    for mut unread in report.ledger.unread {
        unread.remove("policies");
        world.unread.push(serde_json::from_value::<Unread>(Value::Object(unread)).context("the report's ledger")?);
    }
    let policies = report.ledger.policies.into_iter().filter(|(id, _)| is_wanted(id)).collect();
    let ledger = Ledger { complete: report.ledger.complete, policies, ..Ledger::default() };
    let judgement = Judgement { findings: Findings::from(findings), ledger };
    Ok(Found { world, judgement, files: (!files.is_empty()).then_some(files) })
}

impl Found {
    /// The findings.
    pub(super) fn findings(&self) -> anyhow::Result<Vec<Finding>> {
        self.judgement.findings.to_vec().context(DISK)
    }
}
