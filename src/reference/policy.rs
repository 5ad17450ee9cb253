//! A page for each policy, and an index of them.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use itertools::Itertools;
use serde_json::{Map, Value};

use super::{cell, ended, fenced, names};
use crate::collect::Needs;
use crate::framework::{self, FrameworkError};
use crate::permission;
use crate::policy::{ANY, Library, Metadata, Policy, Severity};

/// A page that cannot be written.
#[derive(Debug, thiserror::Error)]
pub enum ReferenceError {
    /// The examples are not of their form.
    #[error("{file}: {reason}")]
    Examples {
        /// The file of the examples.
        file: String,
        /// What is wrong.
        reason: String,
    },
    /// Two policies would have one page.
    #[error("`{one}` and `{other}` would have the same page, `{file}`")]
    Collision {
        /// A policy.
        one: String,
        /// Another.
        other: String,
        /// Their page.
        file: String,
    },
    /// A framework that ships is not of its form.
    #[error(transparent)]
    Framework(#[from] FrameworkError),
    /// The record of calls is not of its form.
    #[error("the record of calls: {0}")]
    Record(#[from] serde_json::Error),
    /// A value that cannot be written as YAML.
    #[error("an example: {0}")]
    Yaml(#[from] serde_saphyr::SerializeError),
}

/// The page of the policy of this id, relative to the folder of the reference: what the id begins with is left out where something is left for a folder.
pub fn file(id: &str) -> String {
    let steps: Vec<&str> = id.split('.').collect();
    let steps = if steps.len() > 2 { steps.get(1..).unwrap_or_default() } else { &steps };
    format!("{}.md", steps.join("/"))
}

/// The index of the policies of a library, in order of their ids.
///
/// # Errors
/// Two policies would have one page.
pub fn index(library: &Library) -> Result<String, ReferenceError> {
    let mut files: BTreeMap<String, &str> = BTreeMap::new();
    for policy in &library.policies {
        let file = file(&policy.id);
        if let Some(other) = files.insert(file.clone(), &policy.id) {
            return Err(ReferenceError::Collision { one: policy.id.clone(), other: other.to_owned(), file });
        }
    }
    let mut text = String::from("# Policies\n\n<!-- Written by `innovate policy docs`. -->\n\n");
    let _ = writeln!(text, "{} policies: {}.\n", library.policies.len(), counts(&library.policies.iter().collect::<Vec<_>>()));
    let service = |policy: &&Policy| policy.id.rsplit_once('.').map_or("", |(service, _)| service).to_owned();
    for (service, policies) in &library.policies.iter().chunk_by(service) {
        let policies: Vec<&Policy> = policies.collect();
        let name = if service.is_empty() { "Others" } else { &service };
        let _ = writeln!(text, "## {name}\n\n{}: {}.\n\n| policy | severity | finds |\n|---|---|---|", policies.len(), counts(&policies));
        for policy in policies {
            let (last, severity) = (policy.id.rsplit('.').next().unwrap_or_default(), policy.metadata.custom.severity);
            let _ = writeln!(text, "| [{last}]({}) | {severity} | {} |", file(&policy.id), cell(&policy.metadata.title));
        }
        text.push('\n');
    }
    Ok(ended(&text))
}

/// How many there are of each severity.
fn counts(policies: &[&Policy]) -> String {
    let count = |severity| policies.iter().filter(|policy| policy.metadata.custom.severity == severity).count();
    let counts = Severity::ALL.into_iter().map(|severity| (count(severity), severity)).filter(|(count, _)| *count > 0);
    counts.map(|(count, severity)| format!("{count} {severity}")).join(", ")
}

/// The page of a policy.
///
/// # Errors
/// Its examples are not of their form.
pub fn page(policy: &Policy) -> Result<String, ReferenceError> {
    let metadata = &policy.metadata;
    let mut text = format!("# {}\n\n`{}` · severity **{}**\n\n", metadata.title, policy.id, metadata.custom.severity);
    let _ = writeln!(text, "## What it finds\n\n{}\n", metadata.description.trim());
    let _ = writeln!(text, "It judges {}.\n", names(&metadata.custom.resource_types));
    let _ = writeln!(text, "## Why it matters\n\n{}\n", metadata.custom.risk.trim());
    examples(policy, &mut text)?;
    remediation(metadata, &mut text);
    parameters(metadata, &mut text);
    reads(policy, &mut text);
    actions(policy, &mut text)?;
    controls(policy, &mut text)?;
    if !metadata.related_resources.is_empty() {
        text.push_str("## See also\n\n");
        for link in &metadata.related_resources {
            let _ = writeln!(text, "- <{link}>");
        }
    }
    Ok(ended(&text))
}

/// The first case that fails and the first that passes as they are written, and what the others are.
fn examples(policy: &Policy, text: &mut String) -> Result<(), ReferenceError> {
    let Some(source) = &policy.examples else { return Ok(()) };
    let fail = |reason: String| ReferenceError::Examples { file: policy.file.replace(".rego", ".yaml"), reason };
    let document: Value = serde_saphyr::from_str(source).map_err(|error| fail(error.to_string()))?;
    let cases = document.get("cases").and_then(Value::as_array).ok_or_else(|| fail("it has no `cases`".to_owned()))?;
    let mut cases: Vec<(&str, &str, &Map<String, Value>)> =
        cases.iter().filter_map(|case| Some((case.get("expect")?.as_str()?, case.get("name")?.as_str()?, case.as_object()?))).collect();
    text.push_str("## Examples\n\n");
    for (expected, word) in [("fail", "Fails"), ("pass", "Passes")] {
        let Some(at) = cases.iter().position(|(known, _, _)| *known == expected) else { continue };
        let (_, name, case) = cases.remove(at);
        let _ = writeln!(text, "{word}: {name}.\n");
        shown(case, text)?;
        if let Some(paths) = case.get("deny").and_then(Value::as_array).filter(|paths| !paths.is_empty()) {
            let place = |path: &Value| match path.as_str() {
                Some("") | None => "the resource as a whole".to_owned(),
                Some(path) => format!("`{path}`"),
            };
            let _ = writeln!(text, "The finding points to {}.\n", paths.iter().map(place).join(", "));
        }
    }
    if !cases.is_empty() {
        text.push_str("It is tested, too, that\n\n");
        for (expected, name, _) in cases {
            let _ = writeln!(text, "- {name} ({})", expected.replace('_', " "));
        }
        text.push('\n');
    }
    Ok(())
}

/// What a case judges: documents as they are written, everything else as YAML.
fn shown(case: &Map<String, Value>, text: &mut String) -> Result<(), ReferenceError> {
    let mut rest = BTreeMap::new();
    for (name, value) in case.iter().filter(|(name, _)| !["name", "expect", "deny", "logical_id"].contains(&name.as_str())) {
        match value.as_str().filter(|document| document.contains('\n')) {
            Some(document) => text.push_str(&fenced("yaml", document)),
            None => drop(rest.insert(name, value)),
        }
    }
    if !rest.is_empty() {
        text.push_str(&fenced("yaml", &serde_saphyr::to_string(&rest)?));
    }
    Ok(())
}

fn remediation(metadata: &Metadata, text: &mut String) {
    text.push_str("## How to mend it\n\n");
    for (way, steps) in metadata.custom.remediation.ways() {
        let steps = steps.trim();
        let _ = match way {
            "console" => writeln!(text, "### In the console\n\n{steps}\n"),
            "cli" => write!(text, "### On the command line\n\n{}", fenced("sh", steps)),
            "cloudformation" => write!(text, "### In CloudFormation\n\n{}", fenced("yaml", steps)),
            "manifest" => write!(text, "### In the manifest\n\n{}", fenced("yaml", steps)),
            other => write!(text, "### In {other}\n\n{}", fenced("", steps)),
        };
    }
}

fn parameters(metadata: &Metadata, text: &mut String) {
    if metadata.custom.parameters.is_empty() {
        return;
    }
    text.push_str("## Parameters\n\n| name | default | admits | what it is |\n|---|---|---|---|\n");
    for (name, schema) in &metadata.custom.parameters {
        let mut admits = schema.clone();
        let (mut default, mut description) = (Value::Null, Value::Null);
        if let Some(admits) = admits.as_object_mut() {
            default = admits.remove("default").unwrap_or_default();
            description = admits.remove("description").unwrap_or_default();
        }
        let description = cell(description.as_str().unwrap_or_default());
        let _ = writeln!(text, "| `{name}` | `{}` | `{}` | {description} |", cell(&default.to_string()), cell(&admits.to_string()));
    }
    text.push('\n');
}

fn reads(policy: &Policy, text: &mut String) {
    let reads = &policy.read_set;
    let _ = writeln!(text, "## What it reads\n\n- of the resource: {}", code(&reads.input.to_string()));
    for (place, by_type) in [
        ("in the account", &reads.resources),
        ("that refers to it", &reads.referrers),
        ("in the organization", &reads.organization_resources),
    ] {
        for (name, paths) in by_type {
            let name = if name == ANY { "any type".to_owned() } else { format!("`{name}`") };
            let _ = writeln!(text, "- of {name} {place}: {}", code(&paths.to_string()));
        }
    }
    if reads.reads_organization() {
        let _ = writeln!(text, "- facts that the organization tells: {}", code(&reads.facts.to_string()));
    }
    text.push('\n');
}

/// A list of paths; words that stand for one stay words.
fn code(paths: &str) -> String {
    paths.split(", ").map(|path| if path.contains(' ') { path.to_owned() } else { format!("`{path}`") }).join(", ")
}

/// The properties of each type that the policy needs; none for all that there is.
fn needs(policy: &Policy) -> Option<Needs> {
    let needs = policy.read_set.needs(&policy.metadata.custom.resource_types);
    let owned = |names: BTreeSet<&str>| names.into_iter().map(ToOwned::to_owned).collect();
    (!needs.contains_key(ANY)).then(|| needs.into_iter().map(|(name, paths)| (name, paths.properties().map(owned))).collect())
}

fn actions(policy: &Policy, text: &mut String) -> Result<(), ReferenceError> {
    let actions = permission::actions(needs(policy).as_ref())?;
    if !actions.is_empty() {
        text.push_str("## IAM actions\n\nTo read that in AWS takes\n\n");
        for action in actions {
            let _ = writeln!(text, "- `{action}`");
        }
        text.push('\n');
    }
    Ok(())
}

fn controls(policy: &Policy, text: &mut String) -> Result<(), ReferenceError> {
    let mut served = Vec::new();
    for id in framework::ids() {
        let framework = framework::framework(&id)?;
        let controls = framework.controls.iter().filter(|control| control.policies.contains(&policy.id));
        let controls = controls.map(|control| format!("  - {} {}\n", control.id, control.title.trim())).join("");
        if !controls.is_empty() {
            served.push(format!("- [{} {}]({})\n{controls}", framework.title, framework.version, framework.link));
        }
    }
    if !served.is_empty() {
        let _ = writeln!(text, "## Controls that it serves\n\n{}", served.join(""));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_lie_where_their_ids_say() {
        for (id, expected) in [
            ("aws.ec2.volume_not_encrypted", "ec2/volume_not_encrypted.md"),
            ("kubernetes.pod.security.privileged", "pod/security/privileged.md"),
            ("mine.it", "mine/it.md"),
            ("it", "it.md"),
        ] {
            assert_eq!(file(id), expected);
        }
    }
}
