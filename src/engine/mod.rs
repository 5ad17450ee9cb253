//! From resources and policies to verdicts.

mod accept;
mod diff;
mod example;
mod explain;
mod findings;
mod judge;
mod lint;
mod missing;
mod prospect;
mod refusal;
mod scope;

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

use innovate_model::{GLOBAL, HandlerErrorCode, Reach, Reads, Resource, Unread, World};
use serde::{Deserialize, Serialize};

pub use accept::accept;
pub use diff::{Diff, VerdictChange};
pub use example::{CaseFailure, Example, ExampleError, ExampleReport, Tests, run as run_examples, run_chosen};
pub use explain::{Basis, Change, Explanation, explain};
pub use findings::Findings;
pub use judge::{Judge, unknown_message};
pub use lint::{Filled, LINTS, Lint, lint, lint_broken, lint_files, lint_library, lint_module};
pub use prospect::Prospect;
pub use refusal::Refusal;
pub use scope::Common;

use crate::finding::{Finding, Verdict};
use crate::input::declared::Skipped;
use crate::input::document::InputError;
use crate::input::inventory::{Disk, Inventory};
use crate::policy::{ANY, Library, Policy};
use crate::waiver::{Comparison, Notice};
use judge::Share;
use scope::{LookedUp, View};

/// Parts of the policies that threads share of one view at most: each makes documents of its own.
const MOST_SHARES: usize = 4;

/// How often each verdict was given.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
pub struct Counts {
    /// Resources that a policy denies.
    pub fail: usize,
    /// Resources of which something was not read.
    pub unknown: usize,
    /// Violations that someone has accepted.
    pub waived: usize,
    /// Resources with nothing wrong.
    pub pass: usize,
    /// Resources of which the policy does not speak.
    pub not_applicable: usize,
}

impl Counts {
    fn add(&mut self, verdict: Verdict) {
        match verdict {
            Verdict::Fail => self.fail += 1,
            Verdict::Unknown => self.unknown += 1,
            Verdict::Waived => self.waived += 1,
            Verdict::Pass => self.pass += 1,
            Verdict::NotApplicable => self.not_applicable += 1,
        }
    }

    /// Takes one verdict for another.
    pub fn change(&mut self, from: Verdict, to: Verdict) {
        let count = match from {
            Verdict::Fail => &mut self.fail,
            Verdict::Unknown => &mut self.unknown,
            Verdict::Waived => &mut self.waived,
            Verdict::Pass => &mut self.pass,
            Verdict::NotApplicable => &mut self.not_applicable,
        };
        *count = count.saturating_sub(1);
        self.add(to);
    }

    /// Adds those of others.
    pub fn merge(&mut self, other: Self) {
        self.fail += other.fail;
        self.unknown += other.unknown;
        self.waived += other.waived;
        self.pass += other.pass;
        self.not_applicable += other.not_applicable;
    }

    /// Resources that were judged.
    pub fn total(&self) -> usize {
        self.fail + self.unknown + self.waived + self.pass + self.not_applicable
    }
}

/// A scope that was not read and the policies that it touches.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Gap {
    /// What was not read.
    #[serde(flatten)]
    pub unread: Unread,
    /// The policies that judge or look up what is missing.
    pub policies: Vec<String>,
}

/// What was read, what was not, and what was judged.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Ledger {
    /// Whether everything that the policies need was read.
    pub complete: bool,
    /// Whether reading was interrupted.
    pub interrupted: bool,
    /// Resources by type.
    pub resources: BTreeMap<String, usize>,
    /// Scopes that could not be read.
    pub unread: Vec<Gap>,
    /// What was set out to be read, and how much of it was.
    pub reads: Reads,
    /// Calls that were refused, by who refused them.
    pub refusals: Vec<Refusal>,
    /// Types that policies judge or look up and that the reading did not cover.
    pub uncovered: Vec<String>,
    /// Properties that could not be read, over all resources.
    pub property_gaps: usize,
    /// Verdicts by policy.
    pub policies: BTreeMap<String, Counts>,
    /// Policies that matched no resource.
    pub unmatched: Vec<String>,
    /// Policies that could not judge, and why; they have no verdicts.
    pub errors: BTreeMap<String, String>,
    /// What files declare that no policy speaks of.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub skipped: Vec<Skipped>,
    /// Files that could not be read, and why.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub broken: Vec<InputError>,
    /// What owners of waivers should know.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub waivers: Vec<Notice>,
    /// What became of a baseline, where there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub baseline: Option<Comparison>,
}

impl Ledger {
    /// How many resources fail by the policy and are neither waived nor known to a baseline.
    pub fn failing(&self, policy: &str) -> usize {
        let failing = self.policies.get(policy).map_or(0, |counts| counts.fail);
        let known = self.baseline.as_ref().and_then(|baseline| baseline.resources.get(policy));
        failing.saturating_sub(known.copied().unwrap_or_default())
    }
}

/// All verdicts on a world.
#[derive(Debug, Default)]
pub struct Judgement {
    /// Failures and unknowns, and passes where they were asked for, in the order of reports.
    pub findings: Findings,
    /// What they rest on.
    pub ledger: Ledger,
}

/// What policies say, before it is put together.
#[derive(Debug, Default, Deserialize, Serialize)]
pub struct Verdicts {
    findings: Findings,
    /// By policy.
    counts: BTreeMap<String, Counts>,
    /// Policies that failed, and why.
    errors: BTreeMap<String, String>,
}

impl Verdicts {
    /// Of a policy that could not judge.
    pub fn failed(policy: &str, reason: String) -> Self {
        Self { errors: BTreeMap::from([(policy.to_owned(), reason)]), ..Self::default() }
    }

    /// Adds findings in whatever order.
    ///
    /// # Errors
    /// There are too many to hold, and the disk has no room for them.
    pub fn add(&mut self, findings: Vec<Finding>) -> io::Result<()> {
        findings.into_iter().for_each(|finding| self.findings.push(finding));
        self.findings.relieve()
    }

    /// Adds those of other policies, or of the same on other resources.
    pub fn merge(&mut self, other: Self) {
        self.findings.merge(other.findings);
        for (policy, counts) in other.counts {
            self.counts.entry(policy).or_default().merge(counts);
        }
        for (policy, reason) in other.errors {
            self.errors.entry(policy).or_insert(reason);
        }
    }
}

/// How to judge.
#[derive(Clone, Copy, Debug, Default)]
pub struct Options<'a> {
    /// Whether passes become findings too.
    pub keep_passes: bool,
    /// Threads; at least one is used.
    pub workers: usize,
    /// Told of each verdict before it is looked for.
    pub watch: Option<&'a Watch>,
}

/// Which verdict is being looked for, for whoever watches that none takes for ever.
#[derive(Debug, Default)]
pub struct Watch {
    verdicts: AtomicU64,
    policy: AtomicUsize,
}

impl Watch {
    /// Notes that the policy of this number goes on to another resource.
    pub fn note(&self, policy: usize) {
        self.policy.store(policy, Ordering::Relaxed);
        self.verdicts.fetch_add(1, Ordering::Relaxed);
    }

    /// How many were looked for, and the number of the policy that is at it.
    pub fn now(&self) -> (u64, usize) {
        (self.verdicts.load(Ordering::Relaxed), self.policy.load(Ordering::Relaxed))
    }
}

/// Judges every resource of the world by every policy of the library.
///
/// # Errors
/// Resources or findings are on disk, and that fails.
pub fn judge(inventory: &Inventory<'_>, library: &Library, options: Options<'_>) -> io::Result<Judgement> {
    judgement(inventory, library, verdicts(inventory, &library.policies, options)?)
}

/// What the policies say of every resource of the world. A policy that fails says nothing but that.
///
/// # Errors
/// Resources or findings are on disk, and that fails.
pub fn verdicts(inventory: &Inventory<'_>, policies: &[Policy], options: Options<'_>) -> io::Result<Verdicts> {
    if policies.is_empty() {
        return Ok(Verdicts::default());
    }
    let common = Common::new(inventory, policies)?;
    let views = scope::scopes(&common, &inventory.world.resources, policies);
    // What files declare is often for one account and Region.
    let views = if inventory.world.judged.is_some() { scope::divided(views) } else { views };
    // Where there are too few views for all threads, these share the policies; each sees all of the view, and no verdict hangs on another policy.
    let shares = if views.len() < MOST_SHARES { options.workers.clamp(1, MOST_SHARES) } else { 1 };
    let shares: Vec<(&View<'_>, Share)> =
        views.iter().flat_map(|view| (0..shares).map(move |number| (view, Share { number, of: shares }))).collect();
    let accounts: Vec<&str> = inventory.disk.iter().flat_map(Disk::accounts).collect();
    let next = AtomicUsize::new(0);
    let work = || -> io::Result<Verdicts> {
        let mut judge = Judge::new(policies, options);
        // In memory the views are shared out among the threads, on disk the accounts.
        match &inventory.disk {
            None => {
                while let Some((view, share)) = shares.get(next.fetch_add(1, Ordering::Relaxed)) {
                    judge.view(view, *share)?;
                }
            }
            Some(disk) => {
                while let Some(account) = accounts.get(next.fetch_add(1, Ordering::Relaxed)) {
                    judge.stored(&common, disk, account)?;
                }
            }
        }
        Ok(judge.end())
    };
    let parts: Vec<io::Result<Verdicts>> = std::thread::scope(|threads| {
        let others: Vec<_> = (1..options.workers.min(shares.len().max(accounts.len()))).map(|_| threads.spawn(work)).collect();
        let mine = work();
        let others = others.into_iter().map(|other| other.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)));
        std::iter::once(mine).chain(others).collect()
    });
    let mut verdicts = Verdicts::default();
    for part in parts {
        verdicts.merge(part?);
    }
    Ok(verdicts)
}

/// The types of resources that the policies look up across accounts; none where they look up any.
pub fn looked_up_across(policies: &[Policy]) -> Option<BTreeSet<String>> {
    LookedUp::across(policies).names()
}

/// The verdicts with what they rest on. Nothing that a failed policy says elsewhere can be trusted, so it is left out.
///
/// # Errors
/// Findings are on disk, and that fails.
pub fn judgement(inventory: &Inventory<'_>, library: &Library, mut verdicts: Verdicts) -> io::Result<Judgement> {
    let mut ledger = ledger(inventory, library);
    ledger.errors = std::mem::take(&mut verdicts.errors);
    ledger.errors.extend(library.broken.iter().map(|broken| (broken.id.clone(), broken.reason.clone())));
    if !ledger.errors.is_empty() {
        verdicts.findings.retain(|finding| !ledger.errors.contains_key(&finding.policy))?;
        verdicts.counts.retain(|policy, _| !ledger.errors.contains_key(policy));
    }
    ledger.policies = verdicts.counts;
    ledger.unmatched = ledger.policies.iter().filter(|(_, counts)| counts.total() == 0).map(|(id, _)| id.clone()).collect();
    verdicts.findings.sort();
    Ok(Judgement { findings: verdicts.findings, ledger })
}

/// Whether the policy judges or looks up what `unread` covers.
fn touches(world: &World, policy: &Policy, unread: &Unread) -> bool {
    let (reads, judged) = (&policy.read_set, &policy.metadata.custom.resource_types);
    if unread.cause.code == HandlerErrorCode::NotYetKnown {
        // No reading could have had it: verdicts that hang on it say so themselves.
        return false;
    }
    let here = world.accounts.contains_key(&unread.account);
    let wanted = here && unread.cause.code != HandlerErrorCode::NotChosen;
    // What was left out is still missing to a policy that sees every Region.
    let sees_all = || judged.iter().any(|name| world.types.as_ref().is_none_or(|types| types.get(name) != Some(&Reach::Regional)));
    let judged = judged.iter().map(String::as_str).filter(|_| wanted);
    let looked_up = reads.types().filter(|_| wanted || (here && sees_all()));
    let across = reads.organization_resources.keys().map(String::as_str);
    reads.is_of_any_type()
        || (reads.reads_organization() && scope::is_of_organization(unread))
        || judged.chain(looked_up).chain(across).any(|name| world.covers(unread, name))
}

fn ledger(inventory: &Inventory<'_>, library: &Library) -> Ledger {
    let world = inventory.world.as_ref();
    let gapped = inventory.gapped();
    let mut ledger = Ledger {
        interrupted: world.interrupted,
        resources: inventory.disk.as_ref().map(|disk| disk.counts.clone()).unwrap_or_default(),
        reads: world.reads.clone(),
        refusals: refusal::refusals(world, &gapped),
        property_gaps: gapped.iter().flat_map(|resource| &resource.gaps).filter(|gap| was_to_be_read(gap)).count(),
        ..Ledger::default()
    };
    for resource in &world.resources {
        match ledger.resources.get_mut(&resource.type_name) {
            Some(count) => *count += 1,
            None => drop(ledger.resources.insert(resource.type_name.clone(), 1)),
        }
    }
    for unread in &world.unread {
        let policies = library.policies.iter().filter(|policy| touches(world, policy, unread)).map(|policy| policy.id.clone()).collect();
        ledger.unread.push(Gap { unread: unread.clone(), policies });
    }
    let touched = ledger.unread.iter().any(|gap| !gap.policies.is_empty());
    let gap_matters = |resource: &&Resource| {
        library.policies.iter().any(|policy| {
            let is_input = policy.metadata.custom.resource_types.contains(&resource.type_name);
            resource.gaps.iter().any(|gap| was_to_be_read(gap) && scope::matters(policy, resource, &gap.pointer, is_input))
        })
    };
    let needed = library.policies.iter().flat_map(Policy::types);
    let uncovered: BTreeSet<&str> = needed.filter(|name| is_unread_type(world, name)).collect();
    ledger.uncovered = uncovered.into_iter().map(ToOwned::to_owned).collect();
    ledger.complete = ledger.uncovered.is_empty() && !world.interrupted && !touched && !gapped.iter().any(gap_matters);
    ledger
}

/// Whether the property could have been read: not so what is known only after a deployment.
fn was_to_be_read(gap: &innovate_model::Gap) -> bool {
    gap.cause.code != HandlerErrorCode::NotYetKnown
}

/// Whether the reading did not cover the type at all.
fn is_unread_type(world: &World, type_name: &str) -> bool {
    type_name != ANY && world.types.as_ref().is_some_and(|types| !types.contains_key(type_name))
}

/// Whether an unread Region matters to a resource of `region`: a global resource sees every Region.
fn same_scope(unread: &str, region: &str) -> bool {
    unread == "*" || unread == region || unread == GLOBAL || region == GLOBAL
}
