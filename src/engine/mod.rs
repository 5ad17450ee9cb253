//! From resources and policies to verdicts.

mod example;
mod scope;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicUsize, Ordering};

use innovate_model::{Cause, GLOBAL, HandlerErrorCode, Reach, Resource, Unread, World};
use serde::Serialize;

pub use example::{CaseFailure, ExampleError, ExampleReport, run as run_examples};

use crate::finding::{Finding, Verdict};
use crate::policy::{Evaluator, Input, Library, Outcome, Policy, PolicyError};
use scope::{Documents, View};

/// How often each verdict was given.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
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

    fn merge(&mut self, other: Self) {
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
    /// Types that policies judge or look up and that the reading did not cover.
    pub uncovered: Vec<String>,
    /// Properties that could not be read, over all resources.
    pub property_gaps: usize,
    /// Verdicts by policy.
    pub policies: BTreeMap<String, Counts>,
    /// Policies that matched no resource.
    pub unmatched: Vec<String>,
}

/// All verdicts on a world.
#[derive(Clone, Debug, Default)]
pub struct Judgement {
    /// Failures and unknowns, and passes where they were asked for, in the order of reports.
    pub findings: Vec<Finding>,
    /// What they rest on.
    pub ledger: Ledger,
}

/// How to judge.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// Whether passes become findings too.
    pub keep_passes: bool,
    /// Threads.
    pub workers: usize,
}

/// Judges every resource of the world by every policy of the library.
///
/// # Errors
/// A policy does not compile or fails: then nothing that it says can be trusted.
pub fn judge(world: &World, library: &Library, options: Options) -> Result<Judgement, PolicyError> {
    let scopes = scope::scopes(world, &library.policies);
    let gapped: Vec<&Resource> = world.resources.iter().filter(|resource| !resource.gaps.is_empty()).collect();
    let next = AtomicUsize::new(0);
    let work = || -> Result<Partial, PolicyError> {
        let mut evaluators: Vec<Option<Evaluator<'_>>> = library.policies.iter().map(|_| None).collect();
        let mut documents = Documents::default();
        let mut partial = Partial { findings: Vec::new(), counts: vec![Counts::default(); library.policies.len()] };
        while let Some(view) = scopes.get(next.fetch_add(1, Ordering::Relaxed)) {
            judge_scope(library, view, &gapped, &mut evaluators, &mut documents, options, &mut partial)?;
        }
        Ok(partial)
    };
    let partials: Vec<Result<Partial, PolicyError>> = if options.workers <= 1 || scopes.len() <= 1 {
        vec![work()]
    } else {
        std::thread::scope(|threads| {
            let handles: Vec<_> = (0..options.workers.min(scopes.len())).map(|_| threads.spawn(work)).collect();
            handles.into_iter().map(|handle| handle.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))).collect()
        })
    };
    let mut judgement = Judgement { ledger: ledger(world, library), ..Judgement::default() };
    for partial in partials {
        let partial = partial?;
        judgement.findings.extend(partial.findings);
        for (policy, counts) in library.policies.iter().zip(partial.counts) {
            judgement.ledger.policies.entry(policy.id.clone()).or_default().merge(counts);
        }
    }
    judgement.findings.sort_by(|a, b| a.order().cmp(&b.order()));
    judgement.ledger.unmatched =
        judgement.ledger.policies.iter().filter(|(_, counts)| counts.total() == 0).map(|(id, _)| id.clone()).collect();
    Ok(judgement)
}

struct Partial {
    findings: Vec<Finding>,
    counts: Vec<Counts>,
}

fn judge_scope<'a>(
    library: &'a Library,
    view: &View<'a>,
    gapped: &[&Resource],
    evaluators: &mut [Option<Evaluator<'a>>],
    documents: &mut Documents<'a>,
    options: Options,
    partial: &mut Partial,
) -> Result<(), PolicyError> {
    let scope = view.data(&library.policies, documents);
    let mut inputs: BTreeMap<&str, Vec<(&Resource, Input<'_>)>> = BTreeMap::new();
    for resource in &view.inputs {
        let input = Input::new(&resource.id, documents.of(resource));
        inputs.entry(&resource.type_name).or_default().push((*resource, input));
    }
    for ((policy, slot), counts) in library.policies.iter().zip(evaluators).zip(&mut partial.counts) {
        let mut lookup_gaps = None;
        let wanted = policy.metadata.custom.resource_types.iter().filter_map(|name| inputs.get(name.as_str()));
        for (resource, input) in wanted.flatten() {
            let evaluator = match slot {
                Some(evaluator) => evaluator,
                None => slot.insert(Evaluator::new(policy)?),
            };
            if lookup_gaps.is_none() {
                evaluator.enter(&scope)?;
            }
            let lookup_gaps = lookup_gaps.get_or_insert_with(|| view.lookup_gaps(policy, gapped));
            let outcome = evaluator.judge(input)?;
            // Whether a policy speaks of a resource can depend on what was not read, too.
            let causes: Vec<Cause> = lookup_gaps.iter().cloned().chain(scope::own_gaps(policy, resource)).collect();
            let severity = policy.metadata.custom.severity;
            let finding = |verdict, message, path, ordinal| Finding::new(&policy.id, verdict, severity, resource, message, path, ordinal);
            let verdict = match (&outcome, causes.is_empty()) {
                (_, false) => Verdict::Unknown,
                (Outcome::NotApplicable, true) => Verdict::NotApplicable,
                (Outcome::Denials(denials), true) if denials.is_empty() => Verdict::Pass,
                (Outcome::Denials(_), true) => Verdict::Fail,
            };
            counts.add(verdict);
            match (verdict, outcome) {
                (Verdict::Unknown, _) => {
                    let mut unknown = finding(Verdict::Unknown, unknown_message(&causes), String::new(), 0);
                    unknown.causes = causes;
                    partial.findings.push(unknown);
                }
                (Verdict::Fail, Outcome::Denials(denials)) => {
                    let mut ordinals: BTreeMap<String, usize> = BTreeMap::new();
                    for denial in denials {
                        let ordinal = ordinals.entry(denial.path.clone()).or_default();
                        partial.findings.push(finding(Verdict::Fail, denial.message, denial.path, *ordinal));
                        *ordinal += 1;
                    }
                }
                (Verdict::Pass, _) if options.keep_passes => partial.findings.push(finding(Verdict::Pass, String::new(), String::new(), 0)),
                _ => {}
            }
        }
    }
    Ok(())
}

fn unknown_message(causes: &[Cause]) -> String {
    let mut parts: Vec<String> = causes
        .iter()
        .map(|cause| match &cause.action {
            Some(action) => format!("{} `{action}`", cause.code.describe()),
            None => cause.message.clone(),
        })
        .collect();
    parts.dedup();
    format!("not judged, as something it rests on was not read: {}", parts.join(", "))
}

/// Whether the policy judges or looks up what `unread` covers.
fn touches(world: &World, policy: &Policy, unread: &Unread) -> bool {
    let (reads, judged) = (&policy.read_set, &policy.metadata.custom.resource_types);
    let here = world.accounts.contains_key(&unread.account);
    let wanted = here && unread.cause.code != HandlerErrorCode::NotChosen;
    // What was left out is still missing to a policy that sees every Region.
    let sees_all = || judged.iter().any(|name| world.types.as_ref().is_none_or(|types| types.get(name) != Some(&Reach::Regional)));
    let judged = judged.iter().filter(|_| wanted);
    let looked_up = reads.types.iter().filter(|_| wanted || (here && sees_all()));
    reads.all_types
        || (reads.organization && scope::is_of_organization(unread))
        || judged.chain(looked_up).chain(&reads.organization_types).any(|name| world.covers(unread, name))
}

fn ledger(world: &World, library: &Library) -> Ledger {
    let mut ledger = Ledger { interrupted: world.interrupted, ..Ledger::default() };
    for resource in &world.resources {
        match ledger.resources.get_mut(&resource.type_name) {
            Some(count) => *count += 1,
            None => drop(ledger.resources.insert(resource.type_name.clone(), 1)),
        }
        ledger.property_gaps += resource.gaps.len();
    }
    for unread in &world.unread {
        let policies = library.policies.iter().filter(|policy| touches(world, policy, unread)).map(|policy| policy.id.clone()).collect();
        ledger.unread.push(Gap { unread: unread.clone(), policies });
    }
    let touched = ledger.unread.iter().any(|gap| !gap.policies.is_empty());
    let gap_matters = |resource: &Resource| {
        !resource.gaps.is_empty()
            && library.policies.iter().any(|policy| {
                let reads = &policy.read_set;
                let types = policy.metadata.custom.resource_types.iter().chain(&reads.types).chain(&reads.organization_types);
                resource.gaps.iter().any(|gap| reads.reads(&gap.pointer))
                    && (reads.all_types || types.into_iter().any(|name| *name == resource.type_name))
            })
    };
    let needed = library.policies.iter().flat_map(|policy| {
        policy.metadata.custom.resource_types.iter().chain(&policy.read_set.types).chain(&policy.read_set.organization_types)
    });
    let uncovered: BTreeSet<&String> = needed.filter(|name| is_unread_type(world, name)).collect();
    ledger.uncovered = uncovered.into_iter().cloned().collect();
    ledger.complete = ledger.uncovered.is_empty() && !world.interrupted && !touched && !world.resources.iter().any(gap_matters);
    ledger
}

/// Whether the reading did not cover the type at all.
fn is_unread_type(world: &World, type_name: &str) -> bool {
    world.types.as_ref().is_some_and(|types| !types.contains_key(type_name))
}

/// Whether an unread Region matters to a resource of `region`: a global resource sees every Region.
fn same_scope(unread: &str, region: &str) -> bool {
    unread == "*" || unread == region || unread == GLOBAL || region == GLOBAL
}
