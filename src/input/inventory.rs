//! The resources of a world, in memory as far as they fit there, otherwise on disk, by account and Region.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::io;

use innovate_model::{Resource, World};
use itertools::Itertools;
use serde_json::Value;

use crate::spill::{Segment, Spill};

/// Of the memory that a run may take, the part that resources may have before they go to disk: what the engine makes of them, once in each thread, is as large again.
const SHARE: usize = 32;

/// A world whose resources need not be in memory.
#[derive(Debug)]
pub struct Inventory<'a> {
    /// The world; its resources where all are in memory.
    pub world: Cow<'a, World>,
    /// The resources where they are not.
    pub disk: Option<Disk>,
}

impl<'a> From<&'a World> for Inventory<'a> {
    fn from(world: &'a World) -> Self {
        Self { world: Cow::Borrowed(world), disk: None }
    }
}

impl Inventory<'_> {
    /// How many resources there are.
    pub fn len(&self) -> usize {
        self.disk.as_ref().map_or(self.world.resources.len(), |disk| disk.counts.values().sum())
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The resources with gaps; those of the disk without their properties.
    pub fn gapped(&self) -> Vec<&Resource> {
        match &self.disk {
            Some(disk) => disk.gapped.iter().collect(),
            None => self.world.gapped().collect(),
        }
    }

    /// Every resource, in the order of a world.
    ///
    /// # Errors
    /// The disk cannot be read, or `take` fails.
    pub fn each<E: From<io::Error>>(&self, mut take: impl FnMut(&Resource) -> Result<(), E>) -> Result<(), E> {
        for account in self.accounts() {
            self.read(account)?.iter().try_for_each(&mut take)?;
        }
        Ok(())
    }

    /// The accounts that have resources.
    pub fn accounts(&self) -> Vec<&str> {
        match &self.disk {
            Some(disk) => disk.accounts().collect(),
            None => {
                let mut accounts: Vec<&str> = self.world.resources.iter().map(|resource| resource.account.as_str()).collect();
                accounts.dedup();
                accounts
            }
        }
    }

    /// The resources of an account.
    ///
    /// # Errors
    /// The disk cannot be read.
    pub fn read(&self, account: &str) -> io::Result<Cow<'_, [Resource]>> {
        match &self.disk {
            Some(disk) => {
                disk.regions(account).flat_map(|(region, _)| disk.stream(account, region)).collect::<io::Result<_>>().map(Cow::Owned)
            }
            None => {
                let first = self.world.resources.partition_point(|resource| resource.account.as_str() < account);
                let rest = self.world.resources.get(first..).unwrap_or_default();
                let count = rest.partition_point(|resource| resource.account == account);
                Ok(Cow::Borrowed(rest.get(..count).unwrap_or_default()))
            }
        }
    }

    /// The resources of these types of all accounts, without those that only a disk has and nobody said that they are looked up.
    ///
    /// # Errors
    /// The disk cannot be read.
    pub fn across(&self, is_wanted: impl Fn(&str) -> bool) -> io::Result<Vec<Resource>> {
        match &self.disk {
            Some(disk) => {
                disk.across().filter(|resource| resource.as_ref().map_or(true, |resource| is_wanted(&resource.type_name))).collect()
            }
            None => Ok(self.world.resources.iter().filter(|resource| is_wanted(&resource.type_name)).cloned().collect()),
        }
    }

    /// Bytes that the resources of the largest account take in memory, roughly.
    pub fn largest(&self) -> usize {
        match &self.disk {
            Some(disk) => disk.bytes.values().copied().max().unwrap_or_default(),
            None => {
                self.world.resources.chunk_by(|a, b| a.account == b.account).map(|all| all.iter().map(size).sum()).max().unwrap_or_default()
            }
        }
    }
}

/// The resources of an account in one Region.
#[derive(Debug, Default)]
struct Place {
    /// Each is in the order of a world.
    segments: Vec<Segment>,
    types: BTreeSet<String>,
    /// Type and id of the last one.
    last: Option<(String, String)>,
    /// Whether a segment begins before the one before it ends.
    mixed: bool,
}

/// Resources on disk.
#[derive(Debug)]
pub struct Disk {
    spill: Spill,
    /// By account and Region.
    places: BTreeMap<String, BTreeMap<String, Place>>,
    /// What the resources of each account take in memory, roughly.
    bytes: BTreeMap<String, usize>,
    /// How many there are of each type.
    pub counts: BTreeMap<String, usize>,
    /// Those of the types that are looked up across accounts, once more.
    across: Vec<Segment>,
    /// Those with gaps, without their properties.
    pub gapped: Vec<Resource>,
}

impl Disk {
    /// The accounts that have resources.
    pub fn accounts(&self) -> impl Iterator<Item = &str> {
        self.places.keys().map(String::as_str)
    }

    /// The Regions in which the account has resources, with their types.
    pub fn regions(&self, account: &str) -> impl Iterator<Item = (&str, &BTreeSet<String>)> {
        self.places.get(account).into_iter().flatten().map(|(region, place)| (region.as_str(), &place.types))
    }

    /// The resources of an account in a Region one by one, in the order of a world.
    pub fn stream(&self, account: &str, region: &str) -> Box<dyn Iterator<Item = io::Result<Resource>> + '_> {
        let Some(place) = self.places.get(account).and_then(|regions| regions.get(region)) else { return Box::new(std::iter::empty()) };
        let of_segment = |segment: &Segment| -> Box<dyn Iterator<Item = io::Result<Resource>> + '_> {
            match self.spill.stream(*segment) {
                Ok(resources) => Box::new(resources),
                Err(error) => Box::new(std::iter::once(Err(error))),
            }
        };
        if place.mixed {
            // An error comes first: it ends the run.
            let comes_first = |a: &io::Result<Resource>, b: &io::Result<Resource>| match (a, b) {
                (Ok(a), Ok(b)) => a.order() <= b.order(),
                (a, _) => a.is_err(),
            };
            return Box::new(place.segments.iter().map(of_segment).kmerge_by(comes_first));
        }
        Box::new(place.segments.iter().flat_map(of_segment))
    }

    /// Those of the types that are looked up across accounts.
    pub fn across(&self) -> impl Iterator<Item = io::Result<Resource>> {
        self.across.iter().flat_map(|segment| match self.spill.read(*segment) {
            Ok(resources) => resources.into_iter().map(Ok).collect(),
            Err(error) => vec![Err(error)],
        })
    }
}

/// Takes resources one by one.
#[derive(Debug)]
pub struct Builder {
    /// Bytes that may be in memory.
    most: usize,
    /// Types that are looked up across accounts.
    across: Option<BTreeSet<String>>,
    held: Vec<Resource>,
    bytes: usize,
    disk: Option<Disk>,
}

impl Builder {
    /// For a run that may take `memory` bytes, by policies that look up these types across accounts. Where that can be any type, all stays in memory.
    pub fn new(memory: usize, across: Option<BTreeSet<String>>) -> Self {
        Self { most: if across.is_some() { memory / SHARE } else { usize::MAX }, across, held: Vec::new(), bytes: 0, disk: None }
    }

    /// Adds a resource.
    ///
    /// # Errors
    /// The disk is full.
    pub fn add(&mut self, resource: Resource) -> io::Result<()> {
        self.bytes += size(&resource);
        self.held.push(resource);
        if self.bytes > self.most { self.store() } else { Ok(()) }
    }

    /// Puts what is held on disk.
    fn store(&mut self) -> io::Result<()> {
        let disk = match &mut self.disk {
            Some(disk) => disk,
            None => self.disk.insert(Disk {
                spill: Spill::new()?,
                places: BTreeMap::new(),
                bytes: BTreeMap::new(),
                counts: BTreeMap::new(),
                across: Vec::new(),
                gapped: Vec::new(),
            }),
        };
        // Accounts that are read at once come mixed.
        self.held.sort_by(|a, b| a.order().cmp(&b.order()));
        for of_region in self.held.chunk_by(|a, b| a.account == b.account && a.region == b.region) {
            let (Some(first), Some(last)) = (of_region.first(), of_region.last()) else { continue };
            let segment = disk.spill.append(of_region)?;
            let place = disk.places.entry(first.account.clone()).or_default().entry(first.region.clone()).or_default();
            place.mixed |= place.last.as_ref().is_some_and(|(name, id)| (name, id) > (&first.type_name, &first.id));
            place.last = Some((last.type_name.clone(), last.id.clone()));
            for of_type in of_region.chunk_by(|a, b| a.type_name == b.type_name).filter_map(<[Resource]>::first) {
                if !place.types.contains(&of_type.type_name) {
                    place.types.insert(of_type.type_name.clone());
                }
            }
            place.segments.push(segment);
            *disk.bytes.entry(first.account.clone()).or_default() += of_region.iter().map(size).sum::<usize>();
        }
        let looked_up = |resource: &&Resource| self.across.as_ref().is_some_and(|across| across.contains(&resource.type_name));
        disk.across.push(disk.spill.append(self.held.iter().filter(looked_up))?);
        for resource in self.held.drain(..) {
            *disk.counts.entry(resource.type_name.clone()).or_default() += 1;
            if !resource.gaps.is_empty() {
                disk.gapped.push(Resource { properties: serde_json::Map::new(), ..resource });
            }
        }
        self.bytes = 0;
        Ok(())
    }

    /// The inventory, with everything of the world but its resources.
    ///
    /// # Errors
    /// The disk is full.
    pub fn finish(mut self, mut world: World) -> io::Result<Inventory<'static>> {
        if self.disk.is_some() {
            self.store()?;
        }
        if let Some(disk) = &mut self.disk {
            disk.gapped.sort_by(|a, b| a.order().cmp(&b.order()));
        }
        world.resources = self.held;
        world.sort();
        Ok(Inventory { world: Cow::Owned(world), disk: self.disk })
    }
}

/// Bytes of a resource in memory, roughly: a node of a map has room for eleven members.
fn size(resource: &Resource) -> usize {
    fn of(value: &Value) -> usize {
        match value {
            Value::String(text) => text.len(),
            Value::Array(items) => items.iter().map(|item| 32 + of(item)).sum(),
            Value::Object(object) => {
                640 * object.len().div_ceil(6) + object.iter().map(|(name, value)| name.len() + of(value)).sum::<usize>()
            }
            _ => 0,
        }
    }
    let members: usize = resource.properties.iter().map(|(name, value)| name.len() + of(value)).sum();
    400 + 640 * resource.properties.len().div_ceil(6) + members
}

#[cfg(test)]
mod tests {
    use innovate_model::{Cause, HandlerErrorCode};

    use super::*;

    /// Resources of three accounts, mixed as accounts that are read at once leave them; every tenth has a gap.
    fn mixed() -> Vec<Resource> {
        let resource = |number: usize| {
            let type_name = if number.is_multiple_of(4) { "AWS::S3::Bucket" } else { "AWS::EC2::Volume" };
            let mut resource = Resource::new(type_name, format!("r-{number:03}"), format!("{}", number % 3), "eu-west-1");
            resource.properties.insert("Size".to_owned(), Value::from(number));
            if number.is_multiple_of(10) {
                let cause = Cause { code: HandlerErrorCode::AccessDenied, action: None, message: "no".to_owned() };
                resource.add_gap("/Encrypted", cause);
            }
            resource
        };
        (0..100).rev().map(resource).collect()
    }

    fn built(memory: usize) -> Inventory<'static> {
        let mut builder = Builder::new(memory, Some(BTreeSet::from(["AWS::S3::Bucket".to_owned()])));
        mixed().into_iter().try_for_each(|resource| builder.add(resource)).unwrap();
        builder.finish(World::default()).unwrap()
    }

    #[test]
    fn what_is_on_disk_is_what_would_be_in_memory() {
        // In one piece for each resource, in a few pieces, and in memory.
        let (each, pieces, held) = (built(0), built(SHARE * 20_000), built(usize::MAX));
        assert!(each.disk.is_some() && held.disk.is_none());
        let count = |inventory: &Inventory<'_>| {
            inventory.disk.as_ref().map_or(0, |disk| disk.places.values().flatten().map(|(_, place)| place.segments.len()).sum::<usize>())
        };
        assert!(count(&each) == 100 && (6..50).contains(&count(&pieces)), "{} pieces", count(&pieces));
        let all = |inventory: &Inventory<'_>| {
            let mut all = Vec::new();
            inventory
                .each(|resource| {
                    all.push(resource.clone());
                    io::Result::Ok(())
                })
                .unwrap();
            all
        };
        let buckets = |inventory: &Inventory<'_>| {
            let mut buckets = inventory.across(|name| name == "AWS::S3::Bucket").unwrap();
            buckets.sort_by(|a, b| a.order().cmp(&b.order()));
            buckets
        };
        let gaps = |inventory: &Inventory<'_>| {
            let gapped = inventory.gapped().into_iter().cloned();
            gapped.map(|resource| (resource.id, resource.gaps)).collect::<Vec<_>>()
        };
        for stored in [&each, &pieces] {
            assert!(stored.world.resources.is_empty());
            assert_eq!((all(stored), buckets(stored)), (all(&held), buckets(&held)));
            assert_eq!((stored.len(), gaps(stored), stored.largest()), (100, gaps(&held), held.largest()));
            assert_eq!(stored.read("1").unwrap(), held.read("1").unwrap());
        }
    }

    #[test]
    fn what_may_be_looked_up_by_any_type_stays_in_memory() {
        let mut builder = Builder::new(0, None);
        mixed().into_iter().try_for_each(|resource| builder.add(resource)).unwrap();
        assert!(builder.finish(World::default()).unwrap().disk.is_none());
    }
}
