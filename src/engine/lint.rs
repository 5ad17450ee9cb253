//! What is wrong with a policy before it judges anything: it reads what is not there to be read, so that it would silently check nothing, or a reader of its
//! findings would miss something. Each lint is described in `docs/policy-lint.md`.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use innovate_model::Schemas;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::example::Examples;
use crate::finding::Verdict;
use crate::policy::{
    ANY, Broken, CONVENTIONS, Conventions, Interpreter, Library, Metadata, Path, Paths, Place, Platform, Policy, PolicyError,
};

/// The top-level properties that handlers fill, by type; none for a type that another one represents.
pub type Filled = BTreeMap<String, Option<BTreeSet<&'static str>>>;

/// The ids of what is found here, besides [`CONVENTIONS`].
pub const LINTS: &[&str] = &[
    "computed-type",
    "denied-path",
    "duplicate-id",
    "duplicate-title",
    "example",
    "ignore",
    "link",
    "load",
    "metadata",
    "orphan-examples",
    "parameter-default",
    "placeholder",
    "title",
    "unfilled-property",
    "unknown-parameter",
    "unknown-property",
    "unknown-type",
    "unread-type",
    "unused-parameter",
];

/// Those that only a build with handlers finds.
const OF_HANDLERS: [&str; 2] = ["unfilled-property", "unread-type"];

/// What a comment begins with that keeps a lint from being told.
const IGNORE: &str = "innovate: ignore ";

/// Characters that say something.
const LEAST_SAID: usize = 20;

/// Characters that fit in a line of a report.
const LONGEST_TITLE: usize = 100;

/// Something wrong, and where.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize, Serialize)]
pub struct Lint {
    /// Where it is.
    pub place: Place,
    /// Which one, of [`LINTS`] or [`CONVENTIONS`].
    pub id: Cow<'static, str>,
    /// What is wrong and what to do.
    pub message: String,
}

impl Lint {
    fn new(id: &'static str, place: Place, message: String) -> Self {
        Self { place, id: Cow::Borrowed(id), message }
    }
}

impl fmt::Display for Lint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}: {} [{}]", self.place.file, self.place.line, self.place.column, self.message, self.id)
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
                lints.insert(Lint::new("computed-type", place, message));
            } else {
                known(&mut lints, name, &place, filled);
                paths(&mut lints, policy, &[name], of_type, filled);
            }
        }
    }
    let conventions = interpreter.conventions()?;
    denied(&mut lints, &judged, &conventions.paths);
    parameters(&mut lints, policy, &conventions);
    metadata(&mut lints, policy);
    examples(&mut lints, policy);
    lints.extend(conventions.found.into_iter().map(|found| Lint::new(found.id, found.place, found.message)));
    let file = examples_file(policy);
    let texts = [(policy.file.as_str(), policy.source.as_ref()), (file.as_str(), policy.examples.as_deref().unwrap_or_default())];
    Ok(unless_ignored(lints, &texts, filled.is_some()))
}

/// What is wrong with a library module, in order.
///
/// # Errors
/// It does not parse.
pub fn lint_module(file: &str, source: &str) -> Result<Vec<Lint>, PolicyError> {
    let found = Conventions::of_module(file, source)?.found;
    let lints = found.into_iter().map(|found| Lint::new(found.id, found.place, found.message)).collect();
    Ok(unless_ignored(lints, &[(file, source)], true))
}

/// What is wrong with policies beside each other, in order: ids and titles that can't be told apart.
pub fn lint_library(library: &Library) -> Vec<Lint> {
    let mut lints = BTreeSet::new();
    let (mut ids, mut titles): (BTreeMap<String, &str>, BTreeMap<String, &str>) = (BTreeMap::new(), BTreeMap::new());
    for policy in &library.policies {
        if let Some(other) = ids.insert(policy.id.to_lowercase(), &policy.id) {
            let message =
                format!("`{}` and `{other}` differ only in the case of letters, which not every file system tells apart", policy.id);
            lints.insert(Lint::new("duplicate-id", in_text(policy, "package "), message));
        }
        let above = policy.id.match_indices('.').filter_map(|(at, _)| policy.id.get(..at));
        for other in above.filter(|above| library.policies.iter().any(|other| other.id == *above)) {
            let message = format!("`{other}` is a policy, too, so that its rules and this package are in each other's way: rename one");
            lints.insert(Lint::new("duplicate-id", in_text(policy, "package "), message));
        }
        if policy.metadata.title.starts_with('<') {
            continue;
        }
        if let Some(other) = titles.insert(policy.metadata.title.to_lowercase(), &policy.id) {
            let message = format!("`{other}` has this title, too: say what tells them apart");
            lints.insert(Lint::new("duplicate-title", in_metadata(policy, "title"), message));
        }
    }
    lints.into_iter().collect()
}

/// What is wrong with the files of a folder beside each other, by their names: examples of no policy.
pub fn lint_files<'a>(files: impl IntoIterator<Item = &'a String>) -> Vec<Lint> {
    let files: BTreeSet<&str> = files.into_iter().map(String::as_str).collect();
    let has_policy = |file: &str| file.strip_suffix(".yaml").is_none_or(|name| files.contains(format!("{name}.rego").as_str()));
    let orphans = files.iter().filter(|file| !has_policy(file) && **file != "data.yaml");
    let lint = |file: &&str| {
        let place = Place { file: (*file).into(), line: 1, column: 1 };
        Lint::new(
            "orphan-examples",
            place,
            "there is no policy of this name, so nobody runs these examples: rename or remove them".to_owned(),
        )
    };
    orphans.map(lint).collect()
}

/// What is wrong with a policy that did not load; `source` is its text.
pub fn lint_broken(broken: &Broken, source: &str) -> Lint {
    let file = format!("{}.rego", broken.id.replace('.', "/"));
    let (mut line, mut column) = (1, 1);
    for (at, _) in broken.reason.match_indices(&format!("{file}:")) {
        let rest = broken.reason.get(at + file.len() + 1..).unwrap_or_default();
        let mut numbers = rest.split(|c: char| !c.is_ascii_digit()).map(str::parse::<u32>);
        if let (Some(Ok(found)), Some(Ok(beside))) = (numbers.next(), numbers.next()) {
            (line, column) = (found, beside);
            break;
        }
    }
    if (line, column) == (1, 1)
        && let Some(number) = source.lines().position(|line| line.starts_with("package "))
        && broken.reason.contains("the package is")
    {
        line = u32::try_from(number + 1).unwrap_or(u32::MAX);
    }
    // The engine draws the line before it says what is wrong with it.
    let said = broken.reason.lines().find_map(|line| line.trim().strip_prefix("error: ")).unwrap_or(&broken.reason);
    let said = said.trim_start_matches(&format!("{file}:{line}:{column}: ")).trim_start_matches(&format!("{file}: "));
    Lint::new("load", Place { file: file.into(), line, column }, said.to_owned())
}

/// Those that no comment above their places says to ignore; a comment that keeps nothing from being told is told of.
fn unless_ignored(lints: BTreeSet<Lint>, texts: &[(&str, &str)], has_handlers: bool) -> Vec<Lint> {
    let mut directives: BTreeMap<(&str, usize, &str), bool> = BTreeMap::new();
    let number = |n: usize| u32::try_from(n + 1).unwrap_or(u32::MAX);
    let lines: BTreeMap<&str, Vec<&str>> = texts.iter().map(|(file, text)| (*file, text.lines().map(str::trim).collect())).collect();
    for (file, lines) in &lines {
        for (at, line) in lines.iter().enumerate() {
            for id in ignored(line) {
                directives.insert((file, at, id), false);
            }
        }
    }
    let mut told: Vec<Lint> = lints
        .into_iter()
        .filter(|lint| {
            let Some((file, lines)) = lines.get_key_value(lint.place.file.as_ref()) else { return true };
            let own = usize::try_from(lint.place.line).unwrap_or_default().saturating_sub(1);
            let above = (0..own).rev().take_while(|at| lines.get(*at).is_some_and(|line| line.starts_with('#')));
            let mut found = above.filter_map(|at| {
                let own = directives.keys().find(|(known, line, id)| known == file && *line == at && *id == lint.id);
                own.copied()
            });
            let directive = found.next();
            directive.is_none_or(|directive| {
                directives.insert(directive, true);
                false
            })
        })
        .collect();
    for ((file, at, id), _) in directives.into_iter().filter(|(_, was_used)| !was_used) {
        let is_known = LINTS.contains(&id) || CONVENTIONS.contains(&id);
        if is_known && !has_handlers && OF_HANDLERS.contains(&id) {
            continue;
        }
        let reason = if is_known { "nothing below is of this kind" } else { "there is no such lint" };
        let place = Place { file: file.into(), line: number(at), column: 1 };
        told.push(Lint::new("ignore", place, format!("`{id}` is ignored, and {reason}: remove it")));
    }
    told.sort();
    told
}

/// The ids that a comment says to ignore.
fn ignored(line: &str) -> impl Iterator<Item = &str> {
    let ids = line.strip_prefix('#').and_then(|comment| comment.trim_start().strip_prefix(IGNORE));
    ids.into_iter().flat_map(|ids| ids.split([',', ' '])).filter(|id| !id.is_empty())
}

/// The metadata say all that a reader needs.
fn metadata(lints: &mut BTreeSet<Lint>, policy: &Policy) {
    let metadata = &policy.metadata;
    for (name, text) in texts(metadata) {
        let place = in_metadata(policy, &name);
        let text = text.trim();
        if text.starts_with('<') && text.ends_with('>') {
            lints.insert(Lint::new("placeholder", place, format!("`{name}` is still what the scaffold wrote: replace it")));
        } else if name == "title" && (text.ends_with('.') || text.contains('\n') || text.chars().count() > LONGEST_TITLE) {
            let message = format!("a title is the defect in a few words, without a period and of at most {LONGEST_TITLE} characters");
            lints.insert(Lint::new("title", place, message));
        } else if text.is_empty() || name != "title" && text.chars().count() < LEAST_SAID {
            lints.insert(Lint::new("metadata", place, format!("`{name}` says too little: write a sentence, or the steps to take")));
        }
    }
    if metadata.related_resources.is_empty() {
        let message = "no `related_resources`: name the page of the vendor's documentation that says why".to_owned();
        lints.insert(Lint::new("metadata", in_metadata(policy, "related_resources"), message));
    }
    for link in &metadata.related_resources {
        let place = in_text(policy, link);
        if link.contains('<') {
            lints.insert(Lint::new("placeholder", place, format!("`{link}` is still what the scaffold wrote: replace it")));
        } else if !link.starts_with("https://") {
            lints.insert(Lint::new("link", place, format!("`{link}` is no address that begins with `https://`")));
        }
    }
    if metadata.custom.resource_types.is_empty() {
        let message = "no `resource_types`: the policy would judge nothing".to_owned();
        lints.insert(Lint::new("metadata", in_metadata(policy, "resource_types"), message));
    }
    for (name, schema) in &metadata.custom.parameters {
        let place = in_metadata(policy, name);
        if schema.get("description").and_then(Value::as_str).is_none_or(|text| text.trim().is_empty()) {
            lints.insert(Lint::new("metadata", place.clone(), format!("parameter `{name}` has no `description`")));
        }
        if let Some(reason) = metadata.wrong_default(name) {
            lints.insert(Lint::new("parameter-default", place, format!("parameter `{name}`: {reason}")));
        }
    }
}

/// The texts of the metadata by their names, those of the remediation among them.
fn texts(metadata: &Metadata) -> Vec<(String, String)> {
    let custom = &metadata.custom;
    let own = [("title", &metadata.title), ("description", &metadata.description), ("risk", &custom.risk)];
    let steps = custom.remediation.ways().map(|(way, text)| (way.to_owned(), text.to_owned()));
    own.into_iter().map(|(name, text)| (name.to_owned(), text.clone())).chain(steps).collect()
}

/// Parameters that are read are declared, and the other way round.
fn parameters(lints: &mut BTreeSet<Lint>, policy: &Policy, conventions: &Conventions) {
    let declared = &policy.metadata.custom.parameters;
    for (place, name) in conventions.parameters.iter().filter(|(_, name)| !declared.contains_key(name)) {
        let message =
            format!("no parameter `{name}` is declared, so the rule never holds: declare it under `parameters`, with a `default`");
        lints.insert(Lint::new("unknown-parameter", place.clone(), message));
    }
    let is_read = |name: &String| conventions.computed_parameters || conventions.parameters.iter().any(|(_, known)| known == name);
    for name in declared.keys().filter(|name| !is_read(name)) {
        let message = format!("parameter `{name}` is declared, and nothing reads `data.parameters.{name}`");
        lints.insert(Lint::new("unused-parameter", in_metadata(policy, name), message));
    }
}

/// What is denied is a property of a type that is judged.
fn denied(lints: &mut BTreeSet<Lint>, types: &[&str], paths: &[(Place, Path)]) {
    let types: Vec<&str> = types.iter().copied().filter(|name| Schemas::vendored().get(name).is_ok()).collect();
    for (place, path) in paths {
        let mut problems = types.iter().map(|name| problem(name, path, &Paths::default(), None));
        let Some(Some(Problem::Absent(message) | Problem::Unfilled(message))) = problems.next() else { continue };
        if !problems.any(|problem| problem.is_none()) {
            lints.insert(Lint::new("denied-path", place.clone(), format!("a denial points to `/{}`: {message}", path.join("/"))));
        }
    }
}

fn examples_file(policy: &Policy) -> String {
    policy.file.replace(".rego", ".yaml")
}

/// There are examples, of both kinds, and they can be told apart.
fn examples(lints: &mut BTreeSet<Lint>, policy: &Policy) {
    let file = examples_file(policy);
    let Some(text) = &policy.examples else {
        let message = format!("no examples: write `{file}` with a case that fails and one that passes");
        lints.insert(Lint::new("example", in_text(policy, "package "), message));
        return;
    };
    let of_line = |line: usize, column: usize| {
        let number = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        Place { file: file.as_str().into(), line: number(line), column: number(column) }
    };
    let examples: Examples = match serde_saphyr::from_str(text) {
        Ok(examples) => examples,
        Err(error) => {
            let place = error.location().map_or((1, 1), |place| (place.line() as usize, place.column() as usize));
            lints.insert(Lint::new("example", of_line(place.0, place.1), error.without_snippet().to_string()));
            return;
        }
    };
    for expected in [Verdict::Fail, Verdict::Pass] {
        if !examples.cases.iter().any(|case| case.expect == expected) {
            let line = text.lines().position(|line| line.starts_with("cases:")).unwrap_or_default();
            lints.insert(Lint::new("example", of_line(line + 1, 1), format!("no case with `expect: {expected}`")));
        }
    }
    let mut names = BTreeSet::new();
    for case in &examples.cases {
        let is_name = |line: &str| line.trim_start_matches([' ', '-']).strip_prefix("name:").is_some_and(|name| name.trim() == case.name);
        if !names.insert(&case.name) {
            let line = text.lines().enumerate().filter(|(_, line)| is_name(line)).nth(1).map_or(1, |(at, _)| at + 1);
            lints.insert(Lint::new("example", of_line(line, 1), format!("two cases are named `{}`", case.name)));
        }
    }
}

/// The line of the metadata that has the key; that of the block where none has.
fn in_metadata(policy: &Policy, key: &str) -> Place {
    let is_key = |rest: &str| rest.strip_prefix(key).is_some_and(|rest| rest.starts_with(':'));
    let has = |line: &&str| line.strip_prefix('#').is_some_and(|line| is_key(line.trim_start_matches([' ', '-'])));
    let line = policy.source.lines().find(has).unwrap_or("# METADATA");
    let place = in_text(policy, line);
    let column = u32::try_from(line.find(key).unwrap_or_default() + 1).unwrap_or(u32::MAX);
    Place { column, ..place }
}

/// The line of the policy that first has the text.
fn in_text(policy: &Policy, text: &str) -> Place {
    let found = policy.source.lines().enumerate().find_map(|(number, line)| Some((number, line.find(text)?)));
    let (line, column) = found.unwrap_or_default();
    let number = |n: usize| u32::try_from(n + 1).unwrap_or(u32::MAX);
    Place { file: policy.file.as_str().into(), line: number(line), column: number(column) }
}

/// The type has a schema, and something reads it where it is of AWS: Kubernetes objects are in manifests, which have them whole.
fn known(lints: &mut BTreeSet<Lint>, name: &str, place: &Place, filled: Option<&Filled>) {
    if let Err(error) = Schemas::vendored().get(name) {
        lints.insert(Lint::new("unknown-type", place.clone(), error.to_string()));
    } else if Platform::of(name) == Platform::Aws && filled.is_some_and(|filled| !filled.contains_key(name)) {
        lints.insert(Lint::new("unread-type", place.clone(), format!("no handler reads `{name}`")));
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
        let place = naming.iter().find(|place| *place.file == *policy.file).or(naming.first()).copied().or(reading.places.first());
        let Some(place) = place.cloned() else { continue };
        let place = Place { column: column(policy, &place, path.last()).unwrap_or(place.column), ..place };
        let is_of_any = || Schemas::vendored().types().iter().any(|name| problem(name, path, paths, None).is_none());
        // Where one type has the property, what is wrong with it there says more.
        problems.sort_by_key(|problem| matches!(problem, Problem::Absent(_)));
        match problems.into_iter().next() {
            Some(Problem::Absent(message)) if *place.file == *policy.file || !is_of_any() => {
                lints.insert(Lint::new("unknown-property", place, message));
            }
            Some(Problem::Unfilled(message)) => drop(lints.insert(Lint::new("unfilled-property", place, message))),
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
