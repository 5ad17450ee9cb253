//! One thread's judgement, view by view.

use std::collections::{BTreeMap, BTreeSet};

use innovate_model::{Cause, Resource};

use super::missing::{Inquiry, Missing};
use super::scope::{self, Common, Documents, View};
use super::{Counts, Findings, Options, Verdicts};
use crate::finding::{Finding, Verdict};
use crate::policy::{Evaluator, Input, Outcome, Policy, PolicyError, Scope};

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
    pub fn account(&mut self, common: &Common<'_>, resources: &[Resource]) {
        scope::scopes(common, resources, self.policies).iter().for_each(|view| self.view(view));
    }

    /// What was found since it was last asked for.
    pub fn take(&mut self) -> Vec<Finding> {
        self.findings.take()
    }

    /// Judges the resources of a view.
    pub(super) fn view(&mut self, view: &View<'_>) {
        let Self { policies, options, desks, documents, findings } = self;
        let scope = view.data(policies, documents);
        let mut inputs: BTreeMap<&str, Vec<Judged<'_>>> = BTreeMap::new();
        for resource in &view.inputs {
            let input = Input::new(&resource.id, documents.of(resource));
            inputs.entry(&resource.type_name).or_default().push((*resource, input));
        }
        for (number, (policy, desk)) in policies.iter().zip(desks).enumerate() {
            if desk.error.is_some() {
                continue;
            }
            let wanted: Vec<&Judged<'_>> =
                policy.metadata.custom.resource_types.iter().filter_map(|name| inputs.get(name.as_str())).flatten().collect();
            if wanted.is_empty() {
                continue;
            }
            let looked_up = view.missing(policy);
            let note = || options.watch.iter().for_each(|watch| watch.note(number));
            desk.error = desk.judge(policy, (&scope, &looked_up), &wanted, documents, (options.keep_passes, &note), findings).err();
        }
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
}

impl<'a> Desk<'a> {
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
        evaluator.enter(scope)?;
        let mut has_entered = false;
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
                if !std::mem::replace(&mut has_entered, true) {
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
