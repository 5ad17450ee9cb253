//! One thread's judgement, view by view.

use std::collections::{BTreeMap, BTreeSet};
use std::io;

use innovate_model::{Cause, Resource};

use super::missing::{Inquiry, Missing};
use super::scope::{self, Common, Documents, View};
use super::{Counts, Findings, Options, Verdicts};
use crate::finding::{self, Finding, Verdict};
use crate::input::inventory::Disk;
use crate::policy::{Evaluator, Input, Outcome, Policy, PolicyError, Scope};

/// Every so many of the policies, from that of this number.
#[derive(Clone, Copy)]
pub(super) struct Share {
    pub(super) number: usize,
    pub(super) of: usize,
}

impl Share {
    const ALL: Self = Self { number: 0, of: 1 };
}

/// Judges by some policies.
pub struct Judge<'a> {
    policies: &'a [Policy],
    options: Options<'a>,
    desks: Vec<Desk<'a>>,
    documents: Documents,
    pub(super) findings: Findings,
}

impl<'a> Judge<'a> {
    /// A judge who has said nothing yet.
    pub fn new(policies: &'a [Policy], options: Options<'a>) -> Self {
        let desks = policies.iter().map(|_| Desk::default()).collect();
        Self { policies, options, desks, documents: Documents::default(), findings: Findings::default() }
    }

    /// Judges all the resources of an account.
    ///
    /// # Errors
    /// None, as they are in memory.
    pub fn account(&mut self, common: &Common<'_>, resources: &[Resource]) -> io::Result<()> {
        scope::scopes(common, resources, self.policies).iter().try_for_each(|view| self.view(view, Share::ALL))
    }

    /// Judges all the resources of an account on disk.
    pub(super) fn stored(&mut self, common: &Common<'_>, disk: &Disk, account: &str) -> io::Result<()> {
        scope::stored(common, disk, account).try_for_each(|view| {
            self.view(&view, Share::ALL)?;
            self.findings.relieve()
        })
    }

    /// What was found since it was last asked for.
    pub fn take(&mut self) -> Vec<Finding> {
        self.findings.take()
    }

    /// Judges the resources of a view by a part of the policies.
    pub(super) fn view(&mut self, view: &View<'_>, share: Share) -> io::Result<()> {
        let Self { policies, options, desks, documents, findings } = self;
        let types = view.types();
        let judges = |policy: &Policy| policy.metadata.custom.resource_types.iter().any(|name| types.contains(name.as_str()));
        let active: Vec<(usize, &Policy)> =
            policies.iter().enumerate().skip(share.number).step_by(share.of).filter(|(_, policy)| judges(policy)).collect();
        if active.is_empty() {
            return Ok(());
        }
        let scope = view.data(&active.iter().map(|(_, policy)| *policy).collect::<Vec<_>>(), documents)?;
        let missing: Vec<BTreeSet<Missing>> = active.iter().map(|(_, policy)| view.missing(policy)).collect();
        desks.iter_mut().for_each(Desk::leave);
        let judged = active.iter().flat_map(|(_, policy)| &policy.metadata.custom.resource_types).map(String::as_str).collect();
        view.each_part(&judged, |part| {
            let mut inputs: BTreeMap<&str, Vec<Judged<'_>>> = BTreeMap::new();
            for resource in part {
                let input = Input::new(&resource.id, view.judged(resource, documents));
                inputs.entry(&resource.type_name).or_default().push((*resource, input));
            }
            for ((number, policy), looked_up) in active.iter().zip(&missing) {
                let Some(desk) = desks.get_mut(*number).filter(|desk| desk.error.is_none()) else { continue };
                let of_policy = |name: &&str| policy.metadata.custom.resource_types.iter().any(|known| known == name);
                let wanted: Vec<&Judged<'_>> = inputs.iter().filter(|(name, _)| of_policy(name)).flat_map(|(_, of_type)| of_type).collect();
                if !wanted.is_empty() {
                    let note = || options.watch.iter().for_each(|watch| watch.note(*number));
                    let how = (options.keep_passes, &note as &dyn Fn());
                    desk.error = desk.judge(policy, (&scope, looked_up), &wanted, documents, how, findings).err();
                }
            }
            Ok(())
        })
    }

    /// All that was said, and not taken.
    pub fn end(mut self) -> Verdicts {
        self.findings.sort();
        let mut verdicts = Verdicts { findings: self.findings, ..Verdicts::default() };
        for (policy, desk) in self.policies.iter().zip(self.desks) {
            match desk.error {
                Some(error) => drop(verdicts.errors.insert(policy.id.clone(), error.to_string())),
                None => drop(verdicts.counts.insert(policy.id.clone(), desk.counts)),
            }
        }
        verdicts
    }
}

/// A resource and its document.
type Judged<'a> = (&'a Resource, Input<'a>);

/// What one thread keeps of a policy between scopes.
#[derive(Default)]
struct Desk<'a> {
    evaluator: Option<Evaluator<'a>>,
    inquiry: Option<Inquiry<'a>>,
    counts: Counts,
    error: Option<PolicyError>,
    /// Whether the evaluator has entered the scope of the view, and whether the inquiry has.
    entered: (bool, bool),
}

impl<'a> Desk<'a> {
    /// Leaves the scope of a view.
    fn leave(&mut self) {
        self.entered = (false, false);
    }

    /// Judges the resources of one scope, of which `looked_up` is missing.
    fn judge(
        &mut self,
        policy: &'a Policy,
        (scope, looked_up): (&Scope, &BTreeSet<Missing>),
        wanted: &[&Judged<'_>],
        documents: &mut Documents,
        (keep_passes, note): (bool, &dyn Fn()),
        findings: &mut Findings,
    ) -> Result<(), PolicyError> {
        note();
        let evaluator = match &mut self.evaluator {
            Some(evaluator) => evaluator,
            None => self.evaluator.insert(Evaluator::new(policy)?),
        };
        if !std::mem::replace(&mut self.entered.0, true) {
            evaluator.enter(scope)?;
        }
        for (resource, input) in wanted {
            note();
            let own: Vec<Missing> = scope::own_missing(policy, resource).collect();
            let missing: Vec<&Missing> = looked_up.iter().chain(&own).collect();
            let outcome = if missing.is_empty() {
                Some(evaluator.judge(input)?)
            } else {
                let inquiry = match &mut self.inquiry {
                    Some(inquiry) => inquiry,
                    None => self.inquiry.insert(Inquiry::new(policy)?),
                };
                if !std::mem::replace(&mut self.entered.1, true) {
                    inquiry.enter(scope)?;
                }
                inquiry.outcome(evaluator, resource, &missing, documents)?
            };
            let causes: BTreeSet<Cause> = missing.iter().map(|missing| missing.cause.clone()).collect();
            record(policy, resource, outcome, causes.into_iter().collect(), keep_passes, (&mut self.counts, findings));
        }
        Ok(())
    }
}

/// Notes a verdict: unknown where there is no outcome that holds whatever `causes` kept from being read.
fn record(
    policy: &Policy,
    resource: &Resource,
    outcome: Option<Outcome>,
    causes: Vec<Cause>,
    keep_passes: bool,
    (counts, findings): (&mut Counts, &mut Findings),
) {
    let severity = policy.metadata.custom.severity;
    let finding = |verdict, message, path, ordinal| Finding::new(&policy.id, verdict, severity, resource, message, path, ordinal);
    let verdict = outcome.as_ref().map_or(Verdict::Unknown, Verdict::from);
    counts.add(verdict);
    match (verdict, outcome) {
        (Verdict::Unknown, _) => {
            let mut unknown = finding(Verdict::Unknown, unknown_message(&causes), String::new(), 0);
            unknown.causes = causes;
            findings.push(unknown);
        }
        (Verdict::Fail, Some(Outcome::Denials(denials))) => {
            let mut ordinals: BTreeMap<String, usize> = BTreeMap::new();
            for denial in denials {
                let ordinal = ordinals.entry(denial.path.clone()).or_default();
                let mut fail = finding(Verdict::Fail, denial.message, denial.path, *ordinal);
                fail.evidence = Some(finding::evidence(policy, resource, &fail.path));
                fail.immaterial.clone_from(&causes);
                findings.push(fail);
                *ordinal += 1;
            }
        }
        (Verdict::Pass, _) if keep_passes => {
            let mut pass = finding(Verdict::Pass, String::new(), String::new(), 0);
            pass.immaterial = causes;
            findings.push(pass);
        }
        _ => {}
    }
}

/// What is said of a verdict that these causes keep from being known.
pub fn unknown_message(causes: &[Cause]) -> String {
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
