//! The read-set of every policy holds all that its verdicts depend on: what lies outside of it is changed, one path at a time, and nothing that the
//! policy says may change.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::LazyLock;

use innovate::engine::{Example, Judgement, Options, judge};
use innovate::finding::Finding;
use innovate::policy::{self, Interpreter, Library, Policy, Selection};
use innovate_model::pointer::escape;
use innovate_model::{Properties, Property, Resource, Schemas, World};
use proptest::prelude::*;
use serde_json::{Value, json};

static LIBRARY: LazyLock<Library> = LazyLock::new(|| policy::shipped().unwrap());

fn of(policy: &Policy) -> Library {
    LIBRARY.clone().select(&Selection { ids: vec![policy.id.clone()], severity: None }).unwrap()
}

#[test]
fn what_ships_says_where_it_reads_as_its_text_does() {
    let loaded = Library::only(Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/policies"))).unwrap();
    assert_eq!(loaded.policies.len(), LIBRARY.policies.len());
    for (policy, shipped) in loaded.policies.iter().zip(&LIBRARY.policies) {
        assert!(policy.read_set.input.places().next().is_some() || policy.read_set.types().next().is_some(), "{}", policy.id);
        assert_eq!(Interpreter::new(shipped).unwrap().read_set().unwrap(), policy.read_set, "{}", policy.id);
    }
}

#[test]
fn what_a_policy_reaches_lies_where_its_text_has_it() {
    for policy in &LIBRARY.policies {
        let all = Interpreter::new(policy).unwrap().lines().unwrap().0;
        let reached = Interpreter::of_reached(policy).unwrap().lines().unwrap().0;
        assert_eq!(reached[&policy.file], all[&policy.file], "{}", policy.id);
        for (file, lines) in reached {
            assert!(lines.uncovered.is_subset(&all[&file].uncovered), "{}: {file}", policy.id);
        }
    }
}

/// Every pointer into the properties, those of objects and lists among them.
fn pointers(value: &Value, at: &str, found: &mut Vec<String>) {
    let members: Vec<(String, &Value)> = match value {
        Value::Object(object) => object.iter().map(|(name, inner)| (escape(name), inner)).collect(),
        Value::Array(items) => items.iter().enumerate().map(|(index, inner)| (index.to_string(), inner)).collect(),
        _ => return,
    };
    for (name, inner) in members {
        let pointer = format!("{at}/{name}");
        pointers(inner, &pointer, found);
        found.push(pointer);
    }
}

/// The pointers of the resource that the policy does not read.
fn outside(policy: &Policy, resource: &Resource) -> Vec<String> {
    let reads = &policy.read_set;
    let mut found = Vec::new();
    pointers(&Value::Object(resource.properties.clone()), "", &mut found);
    let judged = policy.metadata.custom.resource_types.contains(&resource.type_name);
    let read = |pointer: &str| {
        (judged && reads.input.reads(pointer))
            || reads.reads_looked_up(&resource.type_name, pointer)
            || reads.reads_in_organization(&resource.type_name, pointer)
    };
    found.retain(|pointer| !read(pointer));
    found
}

fn said(judgement: Judgement) -> BTreeSet<Finding> {
    // What a waiver is bound to is the value at the place, whatever of it the policy reads.
    judgement.findings.to_vec().unwrap().into_iter().map(|finding| Finding { evidence: None, ..finding }).collect()
}

/// Where what the policy says depends on something outside of its read-set, `values` being put there one after the other.
fn dependencies(library: &Library, world: &World, values: &[Option<Value>]) -> Vec<String> {
    let options = Options { keep_passes: true, workers: 1, watch: None };
    let whole = said(judge(&world.into(), library, options).unwrap());
    let mut found = Vec::new();
    for (number, resource) in world.resources.iter().enumerate() {
        for pointer in outside(&library.policies[0], resource) {
            for value in values {
                let mut changed = world.clone();
                changed.resources[number].put(&pointer, value.clone());
                if said(judge(&(&changed).into(), library, options).unwrap()) != whole {
                    found.push(format!("{}: {} {} {pointer}", library.policies[0].id, resource.type_name, resource.id));
                }
            }
        }
    }
    found
}

#[test]
fn no_example_depends_on_what_is_outside_of_the_read_set() {
    let values = [None, Some(json!("\u{1}"))];
    let next = std::sync::atomic::AtomicUsize::new(0);
    let tried = std::sync::atomic::AtomicUsize::new(0);
    let work = || {
        let mut found = Vec::new();
        while let Some(policy) = LIBRARY.policies.get(next.fetch_add(1, std::sync::atomic::Ordering::Relaxed)) {
            for example in Example::of(policy).unwrap() {
                let mut library = of(policy);
                library.policies[0].parameters.extend(example.parameters.clone());
                let outside: usize = example.world.resources.iter().map(|resource| outside(policy, resource).len()).sum();
                tried.fetch_add(outside, std::sync::atomic::Ordering::Relaxed);
                found.extend(dependencies(&library, &example.world, &values));
            }
        }
        found
    };
    let found: Vec<String> = std::thread::scope(|threads| {
        let threads: Vec<_> = (0..2).map(|_| threads.spawn(work)).collect();
        threads.into_iter().flat_map(|thread| thread.join().unwrap()).collect()
    });
    assert!(found.is_empty(), "{found:#?}");
    let tried = tried.into_inner();
    assert!(tried > 1000, "only {tried} paths were outside: the read-sets are too coarse to tell anything");
}

/// A source of choices.
struct Choices(Vec<u8>, usize);

impl Choices {
    fn next(&mut self, of: usize) -> usize {
        self.1 += 1;
        usize::from(self.0.get(self.1 % self.0.len()).copied().unwrap_or_default()).wrapping_add(self.1 / self.0.len()) % of.max(1)
    }
}

/// A value that the schema admits, the constants of the policy among its strings.
fn value(property: Property<'_>, constants: &[Value], choices: &mut Choices, depth: usize) -> Value {
    let enumeration = property.enumeration();
    if !enumeration.is_empty() {
        return enumeration[choices.next(enumeration.len())].clone();
    }
    let types = property.types();
    match types.get(choices.next(types.len())).copied() {
        Some("boolean") => json!(choices.next(2) == 0),
        Some("integer" | "number") => json!([0, 1, 22, 3389, 65535, 365][choices.next(6)]),
        Some("array") if depth > 0 => match property.child("*") {
            Some(child) => (0..choices.next(3)).map(|_| value(child, constants, choices, depth - 1)).collect(),
            None => json!([]),
        },
        Some("object") if depth > 0 => Value::Object(object(property, constants, choices, depth - 1)),
        Some("array") => json!([]),
        Some("object") => json!({}),
        _ => constants.get(choices.next(constants.len() + 1)).cloned().unwrap_or_else(|| json!("vpc-1")),
    }
}

fn object(property: Property<'_>, constants: &[Value], choices: &mut Choices, depth: usize) -> Properties {
    let mut object = Properties::new();
    for name in property.names() {
        if choices.next(2) == 0
            && let Some(child) = property.child(name)
        {
            object.insert(name.to_owned(), value(child, constants, choices, depth));
        }
    }
    object
}

/// A world of resources that the policy judges or looks up.
fn generated(policy: &Policy, choices: &mut Choices) -> World {
    let reads = &policy.read_set;
    let paths = std::iter::once(&reads.input).chain(reads.resources.values()).chain(reads.organization_resources.values());
    let texts = paths.flat_map(|paths| paths.0.values()).flat_map(|reading| &reading.constants);
    let constants: Vec<Value> = texts.filter_map(|text| serde_json::from_str(text).ok()).filter(Value::is_string).collect();
    let mut world = crate::world::organization();
    world.resources.clear();
    let account = crate::world::PRODUCTION;
    let types = policy.metadata.custom.resource_types.iter().map(String::as_str).chain(reads.all_types());
    for (number, name) in types.enumerate() {
        let Ok(schema) = Schemas::vendored().get(name) else { continue };
        let mut resource = Resource::new(name, format!("vpc-{}", number.min(1)), account, "eu-west-1");
        resource.properties = object(schema.root(), &constants, choices, 4);
        if !world.resources.iter().any(|other| other.order() == resource.order()) {
            world.resources.push(resource);
        }
    }
    world.sort();
    world
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_verdict_depends_on_what_is_outside_of_the_read_set(policy in any::<prop::sample::Index>(), choices in prop::collection::vec(any::<u8>(), 64..256)) {
        let policy = policy.get(&LIBRARY.policies);
        let world = generated(policy, &mut Choices(choices, 0));
        let found = dependencies(&of(policy), &world, &[None]);
        prop_assert!(found.is_empty(), "{found:#?}");
    }
}
