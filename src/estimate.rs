//! What a reading would call, and how long that takes at the rates that AWS publishes.

use std::collections::{BTreeMap, BTreeSet};

use innovate_model::{Calls, Definition, Facet, Reach, World};
use serde::Serialize;

use crate::collect::{Needs, needed, needed_facet};

/// Accounts that are read at the same time.
const ACCOUNTS_AT_ONCE: f64 = crate::collect::ACCOUNTS_AT_ONCE as f64;

/// The rate of one service in an account and Region: so many calls at once, then so many a second.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rate {
    /// Calls at once.
    pub bucket: u32,
    /// Calls a second after that.
    pub refill: u32,
}

/// Where resources are read.
#[derive(Clone, Debug, Default)]
pub struct Places {
    /// The caller's account, which reads the organization.
    pub caller: String,
    /// The Region in which global services answer.
    pub home: String,
    /// The Regions of each account.
    pub regions: BTreeMap<String, Vec<String>>,
}

/// What would be called.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Estimate {
    /// Account → Region → service → calls. Every listing counts once, every further call once for each resource that is known of.
    pub calls: Calls,
    /// All calls.
    pub total: u64,
    /// Seconds that the calls take at the published rates, the latency of the answers left out.
    pub seconds: f64,
    /// Operations that are called once more for each resource, or batch of them, whose number is not known.
    pub for_each_resource: BTreeSet<String>,
    /// The IAM actions.
    pub actions: BTreeSet<String>,
}

impl Estimate {
    /// The calls for what is needed in these places; `earlier` tells how many resources to expect.
    pub fn new(
        definitions: &[Definition],
        needs: Option<&Needs>,
        places: &Places,
        earlier: Option<&World>,
        rate: impl Fn(&str) -> Rate,
    ) -> Self {
        let mut counts: BTreeMap<(&str, &str, &str), u64> = BTreeMap::new();
        for resource in earlier.iter().flat_map(|world| &world.resources) {
            *counts.entry((&resource.account, &resource.region, &resource.type_name)).or_default() += 1;
        }
        let count_of = |account: &str, region: Option<&str>, type_name: &str| {
            let here = |(of, in_region, name): &(&str, &str, &str)| {
                *of == account && *name == type_name && region.is_none_or(|region| region == *in_region)
            };
            counts.iter().filter(|(key, _)| here(key)).map(|(_, count)| count).sum::<u64>()
        };
        let mut estimate = Self::default();
        // Types that one operation lists share its answer.
        let mut listed: BTreeSet<(&str, &str, &str)> = BTreeSet::new();
        for (account, regions) in &places.regions {
            for definition in definitions.iter().filter(|definition| needed(needs, definition)) {
                let scopes: Vec<(&str, Option<&str>)> = match definition.reach {
                    Reach::Regional => regions.iter().map(|region| (region.as_str(), Some(region.as_str()))).collect(),
                    Reach::Global => vec![(&places.home, None)],
                    Reach::Organization if *account == places.caller => vec![(&places.home, None)],
                    Reach::Organization => Vec::new(),
                };
                for (region, of_region) in scopes {
                    for facet in definition.list {
                        let is_new = listed.insert((account, region, facet.action));
                        estimate.add(account, region, facet, u64::from(is_new));
                    }
                    for (facet, batch) in definition.reads.iter().filter(|(facet, _)| needed_facet(needs, definition, facet)) {
                        let count = count_of(account, of_region, definition.type_name);
                        let batch = u64::try_from((*batch).max(1)).unwrap_or(1);
                        estimate.add(account, region, facet, count.div_ceil(batch));
                        if earlier.is_none() {
                            estimate.for_each_resource.insert(facet.action.to_owned());
                        }
                    }
                }
            }
        }
        let of_region =
            |services: &BTreeMap<String, u64>| services.iter().map(|(service, calls)| seconds(*calls, rate(service))).fold(0.0, f64::max);
        let of_account: Vec<f64> = estimate.calls.values().map(|regions| regions.values().map(of_region).fold(0.0, f64::max)).collect();
        // Accounts have buckets of their own, but only so many are read at once.
        let together = of_account.iter().sum::<f64>() / ACCOUNTS_AT_ONCE;
        estimate.seconds = of_account.into_iter().fold(together, f64::max);
        estimate
    }

    fn add(&mut self, account: &str, region: &str, facet: &Facet, calls: u64) {
        self.actions.insert(facet.action.to_owned());
        if calls == 0 {
            return;
        }
        let service = facet.action.split(':').next().unwrap_or_default();
        let regions = self.calls.entry(account.to_owned()).or_default();
        *regions.entry(region.to_owned()).or_default().entry(service.to_owned()).or_default() += calls;
        self.total += calls;
    }
}

/// Seconds that the calls take: what the bucket does not hold comes at the rate of the refill.
fn seconds(calls: u64, rate: Rate) -> f64 {
    let beyond = calls.saturating_sub(u64::from(rate.bucket));
    #[allow(clippy::cast_precision_loss, reason = "a number of calls")]
    let beyond = beyond as f64;
    beyond / f64::from(rate.refill.max(1))
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIST: Facet = Facet { operation: "DescribeThings", action: "ec2:DescribeThings", properties: &[] };
    const READ: Facet = Facet { operation: "DescribeThing", action: "ec2:DescribeThing", properties: &["Name"] };

    fn estimated(needs: Option<&Needs>, earlier: Option<&World>) -> Estimate {
        let definition = Definition { type_name: "AWS::EC2::Thing", reach: Reach::Regional, list: &[LIST], reads: vec![(READ, 10)] };
        let regions = ["1", "2"].map(|account| (account.to_owned(), vec!["eu-west-1".to_owned(), "us-east-1".to_owned()]));
        let places = Places { caller: "1".to_owned(), home: "us-east-1".to_owned(), regions: regions.into() };
        Estimate::new(&[definition], needs, &places, earlier, |_| Rate { bucket: 5, refill: 2 })
    }

    #[test]
    fn calls_are_counted_and_their_time_is_that_of_the_fullest_bucket() {
        let alone = estimated(None, None);
        assert_eq!((alone.total, alone.seconds), (4, 0.0));
        assert_eq!(alone.for_each_resource, BTreeSet::from(["ec2:DescribeThing".to_owned()]));
        let mut world = World::default();
        for number in 0..95 {
            world.resources.push(innovate_model::Resource::new("AWS::EC2::Thing", number.to_string(), "2", "eu-west-1"));
        }
        let known = estimated(None, Some(&world));
        // One listing and ten batches, of which the bucket holds five; the rest comes at two a second.
        assert_eq!(known.calls["2"]["eu-west-1"]["ec2"], 11);
        assert_eq!((known.total, known.seconds), (14, 3.0));
        let none_needed = estimated(Some(&Needs::new()), Some(&world));
        assert_eq!((none_needed.total, none_needed.actions.len()), (0, 0));
    }
}
