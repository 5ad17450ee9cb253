//! The world that files lead to, and the verdicts on what they declare.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::io;

use innovate_model::{AccountFacts, Cause, Resource, World};

use super::{Judgement, unknown_message};
use crate::finding::{Finding, Verdict};
use crate::input::declared::{Declaration, Declared};
use crate::input::inventory::Inventory;
use crate::input::named;
use crate::policy::Library;

/// A world with what files declare in the place of what it had by the same address. Only what is declared is judged.
#[derive(Debug)]
pub struct Prospect<'a> {
    /// The world.
    pub world: World,
    declared: &'a Declaration,
    /// By address.
    origins: HashMap<String, &'a Declared>,
}

impl<'a> Prospect<'a> {
    /// The world that the files lead to, of which `account` is one. All Regions of the accounts that they declare something for are looked at, whichever the
    /// world chose.
    pub fn new(mut world: World, declared: &'a Declaration, account: &str) -> Self {
        let origins: HashMap<String, &Declared> =
            declared.resources.iter().map(|declared| (declared.resource.address(), declared)).collect();
        world.resources.retain(|resource| !origins.contains_key(&resource.address()));
        let accounts: BTreeSet<&str> = declared.resources.iter().map(|declared| declared.resource.account.as_str()).collect();
        for account in accounts.into_iter().chain([account]) {
            let listed = world.organization.as_ref().and_then(|organization| organization.accounts.get(account)).cloned();
            world.accounts.entry(account.to_owned()).or_insert_with(|| {
                listed.unwrap_or_else(|| AccountFacts { id: account.to_owned(), status: "ACTIVE".to_owned(), ..AccountFacts::default() })
            });
            world.regions.remove(account);
        }
        world.resources.extend(declared.resources.iter().map(|declared| declared.resource.clone()));
        let known = named::Known::of(&world.resources);
        for resource in world.resources.iter_mut().filter(|resource| origins.contains_key(&resource.address())) {
            known.note(resource);
        }
        world.judged = Some(origins.keys().cloned().collect());
        world.sort();
        Self { world, declared, origins }
    }

    /// The verdicts, each with its place in the files. Where some resources may be there or not, they are those that are the same with all of them and with none
    /// of them, and unknown otherwise: so a resource that hangs on a condition puts no verdict in doubt that it has nothing to do with.
    ///
    /// `judge` gives the verdicts on a world, passes among them where it is told to keep them.
    ///
    /// # Errors
    /// That of `judge`, or findings are on disk, and that fails.
    pub fn judge<E: From<io::Error>>(
        &self,
        library: &Library,
        keep_passes: bool,
        judge: impl Fn(&Inventory<'_>, bool) -> Result<Judgement, E>,
    ) -> Result<Judgement, E> {
        let mut judgement = self.both_ways(library, keep_passes, judge)?;
        self.locate(&mut judgement)?;
        Ok(judgement)
    }

    fn both_ways<E: From<io::Error>>(
        &self,
        library: &Library,
        keep_passes: bool,
        judge: impl Fn(&Inventory<'_>, bool) -> Result<Judgement, E>,
    ) -> Result<Judgement, E> {
        let uncertain = &self.declared.conditional;
        if uncertain.is_empty() {
            return judge(&Inventory::from(&self.world), keep_passes);
        }
        let mut with = judge(&Inventory::from(&self.world), true)?;
        let mut less = self.world.clone();
        less.resources.retain(|resource| !uncertain.contains(&resource.address()));
        let without = judge(&Inventory::from(&less), true)?;
        let mut others = keyed(&without)?;
        let judged: HashMap<String, &Resource> = less.resources.iter().map(|resource| (resource.address(), resource)).collect();
        let causes: BTreeSet<Cause> = self.declared.unread.iter().map(|unread| unread.cause.clone()).collect();
        let causes: Vec<Cause> = causes.into_iter().collect();
        let mut findings = Vec::new();
        let mut all = keyed(&with)?;
        for key in others.keys() {
            all.entry(key.clone()).or_default();
        }
        for (key, mut mine) in all {
            let Some(resource) = judged.get(&key.1) else {
                // It is judged as if it were there.
                findings.extend(mine);
                continue;
            };
            let theirs = others.remove(&key).unwrap_or_default();
            let verdict = |found: &[Finding]| found.first().map_or(Verdict::NotApplicable, |finding| finding.verdict);
            let (one, other) = (verdict(&mine), verdict(&theirs));
            if one == other {
                let is_both = |finding: &Finding| theirs.iter().any(|other| other.fingerprint == finding.fingerprint);
                if mine.iter().any(is_both) {
                    mine.retain(is_both);
                }
                findings.extend(mine);
                continue;
            }
            let Some(policy) = library.policies.iter().find(|policy| policy.id == key.0) else { continue };
            let severity = policy.metadata.custom.severity;
            let mut unknown = Finding::new(&key.0, Verdict::Unknown, severity, resource, unknown_message(&causes), String::new(), 0);
            unknown.causes.clone_from(&causes);
            findings.push(unknown);
            if let Some(counts) = with.ledger.policies.get_mut(&key.0) {
                counts.change(one, Verdict::Unknown);
            }
        }
        findings.retain(|finding| keep_passes || finding.verdict != Verdict::Pass);
        with.findings = findings.into();
        Ok(with)
    }

    /// Says of each finding where in the files it is; of an unknown, where the first value is that is not known.
    fn locate(&self, judgement: &mut Judgement) -> io::Result<()> {
        let judged = self.world.resources.iter().filter(|resource| self.world.judges(resource));
        let judged: HashMap<String, &Resource> = judged.map(|resource| (resource.address(), resource)).collect();
        judgement.findings.update(|finding| {
            let address = finding.address();
            finding.location = self.origins.get(&address).map(|declared| {
                let unknown =
                    judged.get(&address).and_then(|resource| resource.gaps.iter().find(|gap| finding.causes.contains(&gap.cause)));
                let pointer = unknown.map_or(finding.path.as_str(), |gap| gap.pointer.as_str());
                declared.origin.locate(pointer)
            });
        })
    }
}

/// The findings by policy and address.
fn keyed(judgement: &Judgement) -> io::Result<BTreeMap<(String, String), Vec<Finding>>> {
    let mut keyed: BTreeMap<_, Vec<Finding>> = BTreeMap::new();
    for finding in judgement.findings.to_vec()? {
        keyed.entry((finding.policy.clone(), finding.address())).or_default().push(finding);
    }
    Ok(keyed)
}
