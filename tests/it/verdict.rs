//! The verdicts of a judgement, and the law that what was not read changes none of them but to `unknown`.

use std::collections::{BTreeMap, BTreeSet};

use innovate::engine::Judgement;
use innovate::finding::{Finding, Verdict};
use innovate_model::{GLOBAL, Resource, World};

/// Policy, account, Region, type and id.
pub type Key = [String; 5];

/// The verdicts on a world, passes among them.
pub fn verdicts(judgement: &Judgement) -> BTreeMap<Key, Verdict> {
    let key = |finding: &Finding| {
        [&finding.policy, &finding.account, &finding.region, &finding.resource.type_name, &finding.resource.id].map(Clone::clone)
    };
    judgement.findings.iter().unwrap().map(Result::unwrap).map(|finding| (key(&finding), finding.verdict)).collect()
}

/// Says where the verdicts on a part of the world are neither those on the whole nor `unknown`: what passes or fails must do so in the whole, and what
/// fails in the whole may only be unknown here, or be a resource that was not listed.
pub fn departures(part: &World, of_part: &BTreeMap<Key, Verdict>, of_whole: &BTreeMap<Key, Verdict>) -> Vec<String> {
    let read = |resource: &&Resource| {
        resource.region == GLOBAL
            || part.regions.get(&resource.account).is_none_or(|regions| regions.is_empty() || regions.contains(&resource.region))
    };
    let resources: BTreeSet<(&str, &str, &str, &str)> = part.resources.iter().filter(read).map(Resource::order).collect();
    let listed = |[_, account, region, type_name, id]: &Key| resources.contains(&(account, region, type_name, id));
    let changed = of_part
        .iter()
        .filter(|(key, verdict)| **verdict != Verdict::Unknown && of_whole.get(*key) != Some(*verdict))
        .map(|(key, verdict)| format!("{key:?} is {verdict}, was {:?}", of_whole.get(key)));
    let lost = of_whole
        .iter()
        .filter(|(key, verdict)| **verdict == Verdict::Fail && !of_part.contains_key(*key) && listed(key))
        .map(|(key, _)| format!("{key:?} failed and is not reported any more"));
    changed.chain(lost).collect()
}
