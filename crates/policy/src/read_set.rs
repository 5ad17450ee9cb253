//! What a policy reads: the properties of its input and of what it looks up, and the facts of the account and the organization.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

/// Stands for any name in a path: an item of a list, or a member by a computed name.
pub const ANY: &str = "*";

/// A place in a policy or library module.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize, Serialize)]
pub struct Place {
    /// The file, as it was loaded.
    pub file: Arc<str>,
    /// The line, from 1.
    pub line: u32,
    /// The column, from 1.
    pub column: u32,
}

/// How a path is read.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
pub struct Reading {
    /// Whether the value is looked at with all that it holds; otherwise only whether it is there, or what kind of thing it is.
    pub deep: bool,
    /// Whether more is done with the value than to compare it with constants.
    pub open: bool,
    /// The constants that it is compared with, as JSON.
    pub constants: BTreeSet<String>,
    /// Where it is read. Known to an analysis of the text; a packed library keeps it apart, as few runs ask.
    #[serde(skip)]
    pub places: BTreeSet<Place>,
    /// Those of the places that look at all that it holds.
    #[serde(skip)]
    pub deep_places: BTreeSet<Place>,
}

/// A path below `properties`, a name a step, [`ANY`] for any.
pub type Path = Vec<String>;

/// Paths and how they are read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Paths(pub BTreeMap<Path, Reading>);

impl Serialize for Paths {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(&self.0)
    }
}

impl<'de> Deserialize<'de> for Paths {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Vec::<(Path, Reading)>::deserialize(deserializer).map(|entries| Self(entries.into_iter().collect()))
    }
}

impl fmt::Display for Paths {
    /// The paths that no other one covers, `/` between names, `/**` where all below counts.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let covered = |path: &Path| {
            self.0.iter().any(|(other, reading)| {
                other != path
                    && (path.starts_with(other) && reading.deep || other.starts_with(path) && !self.0.get(path).is_some_and(|own| own.deep))
            })
        };
        let shown: Vec<String> = self
            .0
            .iter()
            .filter(|(path, reading)| !covered(path) && (reading.deep || !path.is_empty()))
            .map(|(path, reading)| match (path.as_slice(), reading.deep && reading.open) {
                ([], _) => "every property".to_owned(),
                (_, true) => format!("{}/**", path.join("/")),
                _ => path.join("/"),
            })
            .collect();
        f.write_str(if shown.is_empty() { "nothing but that it is there" } else { "" })?;
        f.write_str(&shown.join(", "))
    }
}

impl Paths {
    /// The readings that a gap at `pointer` (into the properties) touches: what is above it, below it, or the same.
    pub fn touched<'a>(&'a self, pointer: &str) -> impl Iterator<Item = (&'a Path, &'a Reading)> {
        let gap: Vec<String> =
            pointer.split('/').skip(1).map(|step| step.replace("~1", "/").replace("~0", "~")).filter(|step| !step.is_empty()).collect();
        self.0.iter().filter(move |(path, reading)| {
            let same = gap.iter().zip(path.iter()).all(|(a, b)| a == b || a == ANY || b == ANY);
            same && (gap.len() <= path.len() || reading.deep)
        })
    }

    /// Where what is at `pointer` is read, by itself or with what it is a part of.
    pub fn places_of<'a>(&'a self, pointer: &str) -> impl Iterator<Item = &'a Place> {
        let depth = pointer.split('/').skip(1).filter(|step| !step.is_empty()).count();
        self.touched(pointer).flat_map(move |(path, reading)| if path.len() < depth { &reading.deep_places } else { &reading.places })
    }

    /// Whether a gap at `pointer` may matter.
    pub fn reads(&self, pointer: &str) -> bool {
        self.touched(pointer).next().is_some()
    }

    /// The top-level properties that are read; none where that is all of them.
    pub fn properties(&self) -> Option<BTreeSet<&str>> {
        let all = |(path, reading): (&Path, &Reading)| path.first().map_or(reading.deep, |name| name == ANY);
        (!self.0.iter().any(all)).then(|| self.0.keys().filter_map(|path| path.first()).map(String::as_str).collect())
    }

    /// Every place where something of it is read.
    pub fn places(&self) -> impl Iterator<Item = &Place> {
        self.0.values().flat_map(|reading| &reading.places)
    }

    pub(crate) fn add(&mut self, path: Path, reading: Reading) {
        let known = self.0.entry(path).or_default();
        known.deep |= reading.deep;
        known.open |= reading.open;
        known.constants.extend(reading.constants);
        known.places.extend(reading.places);
        known.deep_places.extend(reading.deep_places);
    }

    /// Adds all that is read in `other`.
    pub fn extend(&mut self, other: &Self) {
        for (path, reading) in &other.0 {
            self.add(path.clone(), reading.clone());
        }
    }
}

/// Paths by resource type, [`ANY`] for types that are looked up by a computed name.
pub type ByType = BTreeMap<String, Paths>;

/// The facts that decide what is collected for a policy, and which gaps matter to it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
pub struct ReadSet {
    /// What is read of the input.
    pub input: Paths,
    /// What is read of resources in `data.resources`.
    pub resources: ByType,
    /// What is read of resources in `data.referrers`. As any property may hold the reference, a gap anywhere in such a resource matters.
    pub referrers: ByType,
    /// What is read of resources in `data.organization.resources` and `data.organization.identified`.
    pub organization_resources: ByType,
    /// What is read of `data.account` but its id, below `account`, and of `data.organization` but the resources, below `organization`: what only
    /// the organization tells.
    pub facts: Paths,
}

impl ReadSet {
    /// All of its readings, in an order that depends on nothing but what is read.
    pub(crate) fn readings(&self) -> impl Iterator<Item = &Reading> {
        let by_type = [&self.resources, &self.referrers, &self.organization_resources];
        let paths = std::iter::once(&self.input).chain(by_type.into_iter().flat_map(BTreeMap::values)).chain([&self.facts]);
        paths.flat_map(|paths| paths.0.values())
    }

    /// The same, to change them.
    pub(crate) fn readings_mut(&mut self) -> impl Iterator<Item = &mut Reading> {
        let by_type = [&mut self.resources, &mut self.referrers, &mut self.organization_resources];
        let paths = std::iter::once(&mut self.input).chain(by_type.into_iter().flat_map(BTreeMap::values_mut)).chain([&mut self.facts]);
        paths.flat_map(|paths| paths.0.values_mut())
    }

    /// The types that are looked up in the account and Region.
    pub fn types(&self) -> impl Iterator<Item = &str> {
        self.resources.keys().chain(self.referrers.keys()).map(String::as_str)
    }

    /// The types that are looked up, wherever.
    pub fn all_types(&self) -> impl Iterator<Item = &str> {
        self.types().chain(self.organization_resources.keys().map(String::as_str))
    }

    /// Whether a type may be looked up in the account and Region.
    pub fn looks_up(&self, type_name: &str) -> bool {
        has(&self.resources, type_name) || has(&self.referrers, type_name)
    }

    /// Whether a type may be looked up across the organization.
    pub fn looks_up_in_organization(&self, type_name: &str) -> bool {
        has(&self.organization_resources, type_name)
    }

    /// Whether types are looked up by a computed name: then all of them count.
    pub fn is_of_any_type(&self) -> bool {
        self.all_types().any(|name| name == ANY)
    }

    /// Whether `data.referrers` is read.
    pub fn has_referrers(&self) -> bool {
        !self.referrers.is_empty()
    }

    /// Whether facts are read that only the organization tells.
    pub fn reads_organization(&self) -> bool {
        !self.facts.0.is_empty()
    }

    /// Whether a gap at `pointer` of a resource of the type matters where the resource is looked up in the account and Region.
    pub fn reads_looked_up(&self, type_name: &str, pointer: &str) -> bool {
        has(&self.referrers, type_name) || reads(&self.resources, type_name, pointer)
    }

    /// Whether a gap at `pointer` of a resource of the type matters where the resource is looked up across the organization.
    pub fn reads_in_organization(&self, type_name: &str, pointer: &str) -> bool {
        reads(&self.organization_resources, type_name, pointer)
    }

    /// Where what is at `pointer` of a resource of the type is read, where it is looked up.
    pub fn places_of<'a>(&'a self, type_name: &str, pointer: &str) -> impl Iterator<Item = &'a Place> {
        let maps = [&self.resources, &self.referrers, &self.organization_resources];
        let looked_up = maps.into_iter().flat_map(|map| [map.get(type_name), map.get(ANY)]).flatten();
        looked_up.flat_map(move |paths| paths.places_of(pointer).collect::<Vec<_>>())
    }

    /// What is needed of each type, `judged` being those of the input.
    pub fn needs(&self, judged: &[String]) -> ByType {
        let mut needs = ByType::new();
        for name in judged {
            needs.entry(name.clone()).or_default().extend(&self.input);
        }
        for (name, paths) in self.resources.iter().chain(&self.organization_resources) {
            needs.entry(name.clone()).or_default().extend(paths);
        }
        for name in self.referrers.keys() {
            // Whatever property holds the reference.
            needs.entry(name.clone()).or_default().add(Path::new(), Reading { deep: true, open: true, ..Reading::default() });
        }
        // Every finding names the resource by its ARN.
        for paths in needs.values_mut() {
            paths.add(vec!["Arn".to_owned()], Reading::default());
        }
        needs
    }
}

fn has(map: &ByType, type_name: &str) -> bool {
    map.contains_key(type_name) || map.contains_key(ANY)
}

fn reads(map: &ByType, type_name: &str, pointer: &str) -> bool {
    [map.get(type_name), map.get(ANY)].into_iter().flatten().any(|paths| paths.reads(pointer))
}
