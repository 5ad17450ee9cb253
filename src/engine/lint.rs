//! What is wrong with a policy before it judges anything: it reads what is not there to be read, so that it would silently check nothing.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use innovate_model::Schemas;

use crate::policy::{ANY, Interpreter, Path, Paths, Place, Platform, Policy, PolicyError};

/// The top-level properties that handlers fill, by type; none for a type that another one represents.
pub type Filled = BTreeMap<String, Option<BTreeSet<&'static str>>>;

/// Something wrong, and where.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Lint {
    /// Where it is read.
    pub place: Place,
    /// What is wrong and what to do.
    pub message: String,
}

impl fmt::Display for Lint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}: {}", self.place.file, self.place.line, self.place.column, self.message)
    }
}

/// What is wrong with the policy, in order. Without `filled`, what handlers read is not looked at.
///
/// # Errors
/// The policy does not parse.
pub fn lint(policy: &Policy, filled: Option<&Filled>) -> Result<Vec<Lint>, PolicyError> {
    let interpreter = Interpreter::new(policy)?;
    let reads = interpreter.read_set()?;
    let mut lints = BTreeSet::new();
    let judged: Vec<&str> = policy.metadata.custom.resource_types.iter().map(String::as_str).collect();
    for name in &judged {
        known(&mut lints, name, &in_text(policy, name), filled);
    }
    paths(&mut lints, policy, &judged, &reads.input, filled);
    for by_type in [&reads.resources, &reads.referrers, &reads.organization_resources] {
        for (name, of_type) in by_type {
            let places: Vec<&Place> = of_type.places().collect();
            let place = places.first().map_or_else(|| in_text(policy, name), |place| (*place).clone());
            if name == ANY {
                let message = "resources are looked up by a computed type, so every type would be read; name the types".to_owned();
                lints.insert(Lint { place, message });
            } else {
                known(&mut lints, name, &place, filled);
                paths(&mut lints, policy, &[name], of_type, filled);
            }
        }
    }
    Ok(lints.into_iter().collect())
}

/// The line of the policy that first has the text.
fn in_text(policy: &Policy, text: &str) -> Place {
    let found = policy.source.lines().enumerate().find_map(|(number, line)| Some((number, line.find(text)?)));
    let (line, column) = found.unwrap_or_default();
    let number = |n: usize| u32::try_from(n + 1).unwrap_or(u32::MAX);
    Place { file: policy.file.clone(), line: number(line), column: number(column) }
}

/// The type has a schema, and something reads it where it is of AWS: Kubernetes objects are in manifests, which have them whole.
fn known(lints: &mut BTreeSet<Lint>, name: &str, place: &Place, filled: Option<&Filled>) {
    if let Err(error) = Schemas::vendored().get(name) {
        lints.insert(Lint { place: place.clone(), message: error.to_string() });
    } else if Platform::of(name) == Platform::Aws && filled.is_some_and(|filled| !filled.contains_key(name)) {
        lints.insert(Lint { place: place.clone(), message: format!("no handler reads `{name}`") });
    }
}

/// What is wrong with a path.
enum Problem {
    /// The schema has no such property.
    Absent(String),
    /// No handler reads the property.
    Unfilled(String),
}

/// Each path is in the schema of one of the types, and some handler fills it. A path that only library rules name may be of any type there is, as they
/// serve many.
fn paths(lints: &mut BTreeSet<Lint>, policy: &Policy, types: &[&str], paths: &Paths, filled: Option<&Filled>) {
    let types: Vec<&str> = types.iter().copied().filter(|name| Schemas::vendored().get(name).is_ok()).collect();
    for (path, reading) in &paths.0 {
        let mut problems: Vec<Problem> = Vec::new();
        for name in &types {
            match problem(name, path, paths, filled) {
                Some(problem) => problems.push(problem),
                None => problems.clear(),
            }
            if problems.is_empty() {
                break;
            }
        }
        let named = |place: &&Place| path.last().is_some_and(|name| line(policy, place).contains(name.as_str()));
        let naming: Vec<&Place> = reading.places.iter().filter(named).collect();
        let place = naming.iter().find(|place| place.file == policy.file).or(naming.first()).copied().or(reading.places.first());
        let Some(place) = place.cloned() else { continue };
        let place = Place { column: column(policy, &place, path.last()).unwrap_or(place.column), ..place };
        let is_of_any = || Schemas::vendored().types().iter().any(|name| problem(name, path, paths, None).is_none());
        // Where one type has the property, what is wrong with it there says more.
        problems.sort_by_key(|problem| matches!(problem, Problem::Absent(_)));
        match problems.into_iter().next() {
            Some(Problem::Absent(message)) if place.file == policy.file || !is_of_any() => {
                lints.insert(Lint { place, message });
            }
            Some(Problem::Unfilled(message)) => drop(lints.insert(Lint { place, message })),
            _ => {}
        }
    }
}

/// The text of the line.
fn line<'a>(policy: &'a Policy, place: &Place) -> &'a str {
    let text = policy.text_of(&place.file).unwrap_or_default();
    text.lines().nth(usize::try_from(place.line).unwrap_or_default().saturating_sub(1)).unwrap_or_default()
}

/// The column of the name in its line: the tree only tells where the reference begins.
fn column(policy: &Policy, place: &Place, name: Option<&String>) -> Option<u32> {
    let (before, _) = line(policy, place).split_once(name?.as_str())?;
    u32::try_from(before.chars().count() + 1).ok()
}

/// Why resources of the type can't have the path.
fn problem(type_name: &str, path: &Path, all: &Paths, filled: Option<&Filled>) -> Option<Problem> {
    let schema = Schemas::vendored().get(type_name).ok()?;
    let mut property = schema.root();
    for (depth, step) in path.iter().enumerate() {
        if let Some(child) = property.child(step) {
            property = child;
            continue;
        }
        // What a policy takes for a list or for its only member alike is read by both paths. A member of what is no object is undefined: harmless.
        let through: Path = path.iter().take(depth).cloned().chain([ANY.to_owned()]).chain(path.iter().skip(depth).cloned()).collect();
        // A rule that is a resource of its own, or an item of one, is read by a short path and a longer one.
        let is_part = || all.0.keys().any(|other| other.len() > path.len() && other.ends_with(path));
        let is_arn = depth == 0 && step == "Arn";
        if step == ANY || is_arn || all.0.contains_key(&through) || property.names().is_empty() || is_part() {
            return None;
        }
        let within =
            if depth == 0 { String::new() } else { format!(" in `{}`", path.iter().take(depth).cloned().collect::<Vec<_>>().join("/")) };
        let suggestion = property.nearest(step).map(|name| format!("; did you mean `{name}`?")).unwrap_or_default();
        return Some(Problem::Absent(format!("`{type_name}` has no property `{step}`{within}{suggestion}")));
    }
    // What no read gives back is there in templates only.
    let (first, filled) = (path.first()?, filled?.get(type_name)?.as_ref()?);
    let written = schema.write_only().iter().any(|name| name.split('/').next() == Some(first));
    let unfilled = first != ANY && !filled.contains(first.as_str()) && !written;
    unfilled.then(|| Problem::Unfilled(format!("no handler fills the property `{first}` of `{type_name}`")))
}
