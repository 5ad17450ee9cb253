//! Whose verdicts change where other policies judge the same world.

use std::collections::{BTreeMap, BTreeSet};
use std::io;

use serde::Serialize;

use super::{Counts, Judgement};
use crate::finding::{Finding, ResourceRef, Verdict};

/// A verdict that is another.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct VerdictChange {
    /// The policy.
    pub policy: String,
    /// The account of the resource.
    pub account: String,
    /// Its Region, or `global`.
    pub region: String,
    /// The resource.
    pub resource: ResourceRef,
    /// What it was.
    pub before: Verdict,
    /// What it is.
    pub after: Verdict,
    /// What is wrong now, or was before; empty where nothing was said.
    pub message: String,
}

/// What changes between two judgements of one world.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Diff {
    /// Policies that only the second has, and their verdicts.
    pub added: BTreeMap<String, Counts>,
    /// Policies that only the first has, and their verdicts.
    pub removed: BTreeMap<String, Counts>,
    /// Verdicts of the policies that both have.
    pub changes: Vec<VerdictChange>,
}

/// Policy, account, Region and resource.
type Key = (String, String, String, ResourceRef);

impl Diff {
    /// What changes from one judgement to the other, both of which kept what passes. Policies that failed in either have no verdicts to compare.
    ///
    /// # Errors
    /// Findings are on disk, and that fails.
    pub fn new(before: &Judgement, after: &Judgement) -> io::Result<Self> {
        let (old, new) = (&before.ledger.policies, &after.ledger.policies);
        let failed = |id: &str| before.ledger.errors.contains_key(id) || after.ledger.errors.contains_key(id);
        let only = |these: &BTreeMap<String, Counts>, those: &BTreeMap<String, Counts>| {
            let only = these.iter().filter(|(id, _)| !those.contains_key(*id) && !failed(id));
            only.map(|(id, counts)| (id.clone(), *counts)).collect()
        };
        let mut diff = Self { added: only(new, old), removed: only(old, new), changes: Vec::new() };
        let of_both = |id: &str| old.contains_key(id) && new.contains_key(id);
        let (was, is) = (verdicts(before, of_both)?, verdicts(after, of_both)?);
        let keys: BTreeSet<&Key> = was.keys().chain(is.keys()).collect();
        for key in keys {
            let of =
                |verdicts: &BTreeMap<Key, (Verdict, String)>| verdicts.get(key).cloned().unwrap_or((Verdict::NotApplicable, String::new()));
            let ((before, said), (after, says)) = (of(&was), of(&is));
            if before != after {
                let (policy, account, region, resource) = key.clone();
                let message = if says.is_empty() { said } else { says };
                diff.changes.push(VerdictChange { policy, account, region, resource, before, after, message });
            }
        }
        Ok(diff)
    }

    /// Whether anything changes.
    pub fn is_empty(&self) -> bool {
        self.added.is_empty() && self.removed.is_empty() && self.changes.is_empty()
    }
}

/// The verdict on each resource that got one, with the first thing that was said of it.
fn verdicts(judgement: &Judgement, wanted: impl Fn(&str) -> bool) -> io::Result<BTreeMap<Key, (Verdict, String)>> {
    let mut verdicts = BTreeMap::new();
    for finding in judgement.findings.iter()? {
        let finding = finding?;
        if wanted(&finding.policy) {
            let Finding { policy, account, region, resource, verdict, message, .. } = finding.into_owned();
            verdicts.entry((policy, account, region, resource)).or_insert((verdict, message));
        }
    }
    Ok(verdicts)
}
