//! Why a verdict is what it is, and the smallest change that would make it another.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};

use innovate_model::pointer::escape;
use innovate_model::{Resource, Schemas, World};
use serde::Serialize;
use serde_json::{Value, json};

use super::missing::stand_ins;
use super::scope::{self, Documents};
use crate::finding::Verdict;
use crate::policy::{ANY, Denial, Evaluator, Input, Interpreter, Library, Outcome, Paths, Place, Policy, PolicyError};

/// Looked-up resources that are tried.
const MOST_LOOKED_UP: usize = 500;

/// A value that a verdict rests on.
#[derive(Clone, Debug)]
pub struct Basis<'a> {
    /// The resource that has it.
    pub resource: &'a Resource,
    /// JSON pointer into its properties; empty for the resource as a whole.
    pub pointer: String,
    /// What is there; none where nothing is.
    pub value: Option<Value>,
    /// Where the policy reads it.
    pub places: BTreeSet<Place>,
    /// What is tried in its place.
    others: BTreeSet<String>,
}

/// One change of a property.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Change {
    /// `add`, `replace` or `remove`, as in a JSON patch (RFC 6902).
    pub op: &'static str,
    /// JSON pointer into the properties.
    pub path: String,
    /// The new value.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value: Option<Value>,
}

/// Why a policy says what it says of a resource.
#[derive(Clone, Debug)]
pub struct Explanation<'a> {
    /// The verdict, as if all had been read.
    pub verdict: Verdict,
    /// What it denies.
    pub denials: Vec<Denial>,
    /// The values of which each, were it another, would make it say something else; where no single one counts, the fewest found that do together.
    pub basis: Vec<Basis<'a>>,
    /// For a failure: the fewest changes within the schema that make it pass and make no other policy fail; none where one or two do not do.
    pub remedy: Option<Vec<Change>>,
}

/// Explains the verdict of the policy on the resource of the world; none where it does not judge it there.
///
/// # Errors
/// The policy does not compile or fails.
pub fn explain<'a>(
    world: &'a World,
    library: &Library,
    policy: &Policy,
    resource: &'a Resource,
) -> Result<Option<Explanation<'a>>, PolicyError> {
    let Some(outcome) = outcome(world, policy, resource, &[])? else { return Ok(None) };
    let reads = Interpreter::new(policy)?.read_set()?;
    let mut candidates = of_resource(resource, &reads.input);
    candidates.extend(absent(resource, &reads.input));
    let looked_up = world.resources.iter().filter(|other| {
        other.order() != resource.order()
            && (reads.looks_up(&other.type_name) && other.account == resource.account || reads.looks_up_in_organization(&other.type_name))
    });
    for other in looked_up.take(MOST_LOOKED_UP) {
        for paths in [&reads.resources, &reads.organization_resources]
            .into_iter()
            .flat_map(|map| [map.get(&other.type_name), map.get(ANY)])
            .flatten()
        {
            candidates.extend(of_resource(other, paths));
        }
        let places = [&reads.resources, &reads.referrers, &reads.organization_resources];
        let places = places.into_iter().filter_map(|map| map.get(&other.type_name)).flat_map(Paths::places).cloned().collect();
        candidates.push(Basis { resource: other, pointer: String::new(), value: None, places, others: BTreeSet::new() });
    }
    let candidates = merged(candidates);
    let differs = |hidden: &[&Basis<'_>], value: Option<&Value>| -> Result<bool, PolicyError> {
        let mut tested = resource.clone();
        let mut changes = Vec::new();
        for basis in hidden {
            if basis.resource.order() == resource.order() {
                tested.put(&basis.pointer, value.cloned());
            } else {
                changes.push((basis.resource, basis.pointer.as_str(), value));
            }
        }
        Ok(self::outcome(world, policy, &tested, &changes)?.as_ref() != Some(&outcome))
    };
    let mut basis = Vec::new();
    for candidate in &candidates {
        let others: Vec<Value> = candidate.others.iter().filter_map(|text| serde_json::from_str(text).ok()).collect();
        for value in std::iter::once(None).chain(others.iter().map(Some)) {
            if differs(&[candidate], value)? {
                basis.push(candidate.clone());
                break;
            }
        }
    }
    if basis.is_empty() {
        let mut together: Vec<&Basis<'_>> = candidates.iter().collect();
        if differs(&together, None)? {
            for candidate in &candidates {
                let fewer: Vec<&Basis<'_>> = together.iter().copied().filter(|other| !std::ptr::eq(*other, candidate)).collect();
                if differs(&fewer, None)? {
                    together = fewer;
                }
            }
            basis = together.into_iter().cloned().collect();
        }
    }
    let verdict = Verdict::from(&outcome);
    let remedy = if verdict == Verdict::Fail { remedy(world, library, policy, resource, &reads.input)? } else { None };
    let denials = match outcome {
        Outcome::Denials(denials) => denials,
        Outcome::NotApplicable => Vec::new(),
    };
    Ok(Some(Explanation { verdict, denials, basis, remedy }))
}

/// What the policy reads of the resource and is not there.
fn absent<'a>(resource: &'a Resource, paths: &Paths) -> Vec<Basis<'a>> {
    let Ok(schema) = Schemas::vendored().get(&resource.type_name) else { return Vec::new() };
    let properties = json!(resource.properties);
    let named = paths.0.iter().filter(|(path, _)| !path.is_empty() && !path.iter().any(|step| step == ANY));
    let named = named.map(|(path, reading)| (path.iter().map(String::as_str).collect::<Vec<_>>(), reading));
    named
        .filter(|(names, _)| properties.pointer(&format!("/{}", names.join("/"))).is_none())
        .filter_map(|(names, reading)| {
            let values = stand_ins(schema.property(&names)?, &reading.constants)?;
            Some(Basis {
                resource,
                pointer: format!("/{}", names.join("/")),
                value: None,
                places: reading.places.clone(),
                others: values.into_iter().flatten().map(|value| value.to_string()).collect(),
            })
        })
        .collect()
}

/// What several paths read alike, once.
fn merged(candidates: Vec<Basis<'_>>) -> Vec<Basis<'_>> {
    let mut merged: BTreeMap<_, Basis<'_>> = BTreeMap::new();
    for candidate in candidates {
        match merged.entry((candidate.resource.order(), candidate.pointer.clone())) {
            Entry::Occupied(mut known) => {
                known.get_mut().places.extend(candidate.places);
                known.get_mut().others.extend(candidate.others);
            }
            Entry::Vacant(place) => drop(place.insert(candidate)),
        }
    }
    merged.into_values().collect()
}

/// A looked-up resource, a pointer into its properties, and what is put there; the empty pointer takes the resource away.
type Hidden<'a> = (&'a Resource, &'a str, Option<&'a Value>);

/// What the policy says of `tested`, which takes the place of the resource of the world that has its identity, in a world with these changes.
fn outcome(world: &World, policy: &Policy, tested: &Resource, changes: &[Hidden<'_>]) -> Result<Option<Outcome>, PolicyError> {
    let reads = &policy.read_set;
    // What nobody looks up need not be copied; but that anything may be the target of a reference.
    let counts = |resource: &Resource| {
        let name = &resource.type_name;
        reads.has_referrers() || reads.looks_up(name) || reads.looks_up_in_organization(name) || resource.order() == tested.order()
    };
    let mut resources = Vec::new();
    for resource in world.resources.iter().filter(|resource| counts(resource)) {
        let mut resource = if resource.order() == tested.order() { tested.clone() } else { resource.clone() };
        let of_it = || changes.iter().filter(|(changed, ..)| changed.order() == resource.order());
        if of_it().any(|(_, pointer, _)| pointer.is_empty()) {
            continue;
        }
        let puts: Vec<(&str, Option<&Value>)> = of_it().map(|(_, pointer, value)| (*pointer, *value)).collect();
        puts.into_iter().for_each(|(pointer, value)| resource.put(pointer, value.cloned()));
        resources.push(resource);
    }
    let world = World {
        read_at: world.read_at.clone(),
        organization: world.organization.clone(),
        accounts: world.accounts.clone(),
        regions: world.regions.clone(),
        resources,
        ..World::default()
    };
    let alone = std::slice::from_ref(policy);
    let common = scope::Common::held(&world, alone);
    let scopes = scope::scopes(&common, &world.resources, alone);
    let Some(view) = scopes.iter().find(|view| view.inputs.iter().any(|input| input.order() == tested.order())) else { return Ok(None) };
    let mut documents = Documents::default();
    let data = view.data_of(policy, &mut documents)?;
    let mut evaluator = Evaluator::new(policy)?;
    evaluator.enter(&data)?;
    evaluator.judge(&Input::new(&tested.id, documents.fresh(tested))).map(Some)
}

/// What is there of the resource where the policy reads.
fn of_resource<'a>(resource: &'a Resource, paths: &Paths) -> Vec<Basis<'a>> {
    let mut found = Vec::new();
    for (path, reading) in &paths.0 {
        let mut at: Vec<(String, &Value)> = Vec::new();
        for (depth, step) in path.iter().enumerate() {
            at = match depth {
                0 => resource
                    .properties
                    .iter()
                    .filter(|(name, _)| step == ANY || *name == step)
                    .map(|(name, value)| (format!("/{}", escape(name)), value))
                    .collect(),
                _ => at
                    .into_iter()
                    .flat_map(|(pointer, value)| -> Vec<(String, &Value)> {
                        match value {
                            Value::Object(object) => object
                                .iter()
                                .filter(|(name, _)| step == ANY || *name == step)
                                .map(|(name, value)| (format!("{pointer}/{}", escape(name)), value))
                                .collect(),
                            Value::Array(items) if step == ANY => {
                                items.iter().enumerate().map(|(index, value)| (format!("{pointer}/{index}"), value)).collect()
                            }
                            _ => Vec::new(),
                        }
                    })
                    .collect(),
            };
        }
        for (pointer, value) in at {
            let mut others = reading.constants.clone();
            others.extend(match value {
                Value::Bool(flag) => vec![json!(!flag).to_string()],
                Value::Number(_) => vec!["0".to_owned(), "1000000".to_owned()],
                _ => vec![json!("\u{1}").to_string()],
            });
            found.push(Basis { resource, pointer, value: Some(value.clone()), places: reading.places.clone(), others });
        }
    }
    found
}

/// The fewest changes, one or two, of what the policy reads of the resource that make it pass and make no other policy fail.
fn remedy(
    world: &World,
    library: &Library,
    policy: &Policy,
    resource: &Resource,
    paths: &Paths,
) -> Result<Option<Vec<Change>>, PolicyError> {
    let Ok(schema) = Schemas::vendored().get(&resource.type_name) else { return Ok(None) };
    let read_only = schema.read_only();
    let mut changes = Vec::new();
    for (path, reading) in paths.0.iter().filter(|(path, _)| !path.is_empty() && !path.iter().any(|step| step == ANY)) {
        let names: Vec<&str> = path.iter().map(String::as_str).collect();
        let pointer = format!("/{}", names.join("/"));
        let Some(property) = schema.property(&names).filter(|_| !read_only.contains(&names.join("/").as_str())) else { continue };
        let now = json!(resource.properties).pointer(&pointer).cloned();
        let required = names.len() == 1 && schema.required().contains(&names.join("/").as_str());
        for value in stand_ins(property, &reading.constants).unwrap_or_default() {
            // What stands for any other text is no value to give.
            let is_odd = value.as_ref().is_some_and(|value| value.to_string().contains("\\u0001"));
            if value == now || is_odd || (value.is_none() && required) {
                continue;
            }
            let op = match (&now, &value) {
                (_, None) => "remove",
                (None, Some(_)) => "add",
                (Some(_), Some(_)) => "replace",
            };
            changes.push(Change { op, path: pointer.clone(), value });
        }
    }
    // A setting that is given says more than one that is left out.
    changes.sort_by_key(|change| change.value.is_none());
    let judges: Vec<&Policy> = library
        .policies
        .iter()
        .filter(|other| other.id != policy.id && other.metadata.custom.resource_types.contains(&resource.type_name))
        .collect();
    let failing = |tested: &Resource| -> Result<BTreeSet<&str>, PolicyError> {
        let mut found = BTreeSet::new();
        for other in &judges {
            if outcome(world, other, tested, &[])?.is_some_and(|outcome| Verdict::from(&outcome) == Verdict::Fail) {
                found.insert(other.id.as_str());
            }
        }
        Ok(found)
    };
    let before = failing(resource)?;
    let singles = changes.iter().map(|change| vec![change]);
    let pairs = changes.iter().enumerate().flat_map(|(number, one)| changes.iter().skip(number + 1).map(move |other| vec![one, other]));
    let pairs = pairs.filter(|pair| pair.first().map(|change| &change.path) != pair.last().map(|change| &change.path));
    for set in singles.chain(pairs.take(200)) {
        let mut tested = resource.clone();
        set.iter().for_each(|change| tested.put(&change.path, change.value.clone()));
        let passes = outcome(world, policy, &tested, &[])?.is_some_and(|outcome| Verdict::from(&outcome) == Verdict::Pass);
        if passes && failing(&tested)?.is_subset(&before) {
            return Ok(Some(set.into_iter().cloned().collect()));
        }
    }
    Ok(None)
}
