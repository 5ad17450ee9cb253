//! The policies as guardrails: what they say of the world that a plan leads to, before anything is written.

use std::collections::{BTreeMap, BTreeSet};
use std::io;

use serde_json::{Map, Value};

use crate::engine::{Judgement, Prospect};
use crate::finding::{Finding, Verdict};
use crate::input::inventory::Inventory;
use crate::policy::{Action, Library, PolicyError};

/// What an environment makes of the policies.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Rules {
    /// What is done about violations, where it is not what the policy says itself.
    pub actions: BTreeMap<String, Action>,
    /// Parameters of policies.
    pub parameters: BTreeMap<String, Map<String, Value>>,
    /// Policies that may stay unknown until the stacks are there.
    pub may_be_unknown: BTreeSet<String>,
}

/// What a policy says of something that is to be provisioned.
#[derive(Clone, Debug)]
pub struct Guarded {
    /// What it says.
    pub finding: Finding,
    /// The environment.
    pub environment: String,
    /// What is done about it.
    pub action: Action,
}

impl Guarded {
    /// Whether nothing is provisioned for it.
    pub fn denies(&self) -> bool {
        self.action == Action::Deny
    }
}

/// All that the policies say.
#[derive(Debug, Default)]
pub struct Guardrails {
    /// Failures and unknowns that are not off, in the order of reports.
    pub findings: Vec<Guarded>,
    /// How many verdicts were given.
    pub verdicts: usize,
    /// Policies that could not judge, and why.
    pub errors: BTreeMap<String, String>,
}

impl Guardrails {
    /// Those that refuse the plan.
    pub fn denials(&self) -> impl Iterator<Item = &Guarded> {
        self.findings.iter().filter(|guarded| guarded.denies())
    }
}

/// Why the policies could not judge.
#[derive(Debug, thiserror::Error)]
pub enum GuardrailError<E> {
    /// The environment sets parameters that the policies do not have.
    #[error("environment `{environment}`: {source}")]
    Parameters {
        /// The environment.
        environment: String,
        /// What is wrong.
        source: PolicyError,
    },
    /// Judging failed.
    #[error("{0}")]
    Judge(E),
}

impl<E> From<io::Error> for GuardrailError<E>
where
    E: From<io::Error>,
{
    fn from(error: io::Error) -> Self {
        Self::Judge(error.into())
    }
}

/// What the policies say of the world that a plan leads to. `owners` are the environments of its resources, by address.
///
/// # Errors
/// An environment sets parameters that there are not, or `judge` fails.
pub fn guard<E: From<io::Error>>(
    prospect: &mut Prospect<'_>,
    library: &Library,
    rules: &BTreeMap<String, Rules>,
    owners: &BTreeMap<String, String>,
    judge: impl Fn(&Inventory<'_>, &Library, bool) -> Result<Judgement, E>,
) -> Result<Guardrails, GuardrailError<E>> {
    let mut guardrails = Guardrails::default();
    let mut open: Vec<(&String, &Rules)> = rules.iter().collect();
    while let Some((first, chosen)) = open.first().copied() {
        // Environments with the same parameters are judged at once.
        let (now, later): (Vec<_>, Vec<_>) = open.into_iter().partition(|(_, rules)| rules.parameters == chosen.parameters);
        open = later;
        let names: BTreeSet<&str> = now.iter().map(|(name, _)| name.as_str()).collect();
        let mine = owners.iter().filter(|(_, environment)| names.contains(environment.as_str()));
        prospect.world.judged = Some(mine.map(|(address, _)| address.clone()).collect());
        let mut library = library.clone();
        let wrong = |source| GuardrailError::Parameters { environment: first.clone(), source };
        library.set_parameters(&chosen.parameters).map_err(wrong)?;
        let judgement = prospect
            .judge(&library, false, |inventory, keep_passes| judge(inventory, &library, keep_passes))
            .map_err(GuardrailError::Judge)?;
        guardrails.verdicts += judgement.ledger.policies.values().map(|counts| counts.total() - counts.not_applicable).sum::<usize>();
        guardrails.errors.extend(judgement.ledger.errors.clone());
        for finding in judgement.findings.to_vec()? {
            let Some(environment) = owners.get(&finding.address()) else { continue };
            let Some(policy) = library.policies.iter().find(|policy| policy.id == finding.policy) else { continue };
            let own = rules.get(environment);
            let mut action =
                own.and_then(|rules| rules.actions.get(&finding.policy).copied()).unwrap_or_else(|| policy.metadata.custom.on_provision());
            match finding.verdict {
                Verdict::Fail => {}
                Verdict::Unknown if own.is_some_and(|rules| rules.may_be_unknown.contains(&finding.policy)) => {
                    action = action.min(Action::Warn)
                }
                Verdict::Unknown => {}
                Verdict::Pass | Verdict::Waived | Verdict::NotApplicable => continue,
            }
            if action != Action::Off {
                guardrails.findings.push(Guarded { finding, environment: environment.clone(), action });
            }
        }
    }
    guardrails.findings.sort_by(|a, b| (b.action, &a.environment).cmp(&(a.action, &b.environment)).then_with(|| a.finding.cmp(&b.finding)));
    Ok(guardrails)
}
