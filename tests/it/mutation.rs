//! Guardrails against mistakes: for every policy that denies at provisioning, a small mistake in a blueprint that ships, which no plan comes through.

use std::collections::BTreeSet;
use std::num::NonZero;
use std::sync::Mutex;
use std::thread;

use innovate::blueprint::{self, Files};
use innovate::policy::{self, Action, Platform};
use serde::Deserialize;
use serde_json::Value;

use crate::command::Desk;

const ROOT: &str = env!("CARGO_MANIFEST_DIR");

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Data {
    mutations: Vec<Mutation>,
    beyond: Vec<Beyond>,
}

/// A mistake, with the policy that refuses it.
#[derive(Deserialize)]
struct Mutation {
    policy: String,
    #[serde(default = "innovate_inc")]
    blueprint: String,
    #[serde(flatten)]
    change: Change,
    #[serde(default)]
    also: Vec<Change>,
    /// The file of the finding, where it is not that of the change.
    found_in: Option<String>,
    /// What is written at the line of the finding.
    line: String,
}

/// Lines of a file that others take the place of.
#[derive(Deserialize)]
struct Change {
    file: String,
    /// The resource, setting or parameter that they are in.
    #[serde(rename = "in")]
    within: Option<String>,
    replace: String,
    by: String,
}

/// A policy that no file of a blueprint violates.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Beyond {
    policy: String,
    reason: String,
}

fn innovate_inc() -> String {
    "innovate-inc".to_owned()
}

fn data() -> Data {
    serde_saphyr::from_str(&std::fs::read_to_string(format!("{ROOT}/tests/fixtures/mutations.yaml")).unwrap()).unwrap()
}

fn indent(line: &str) -> &str {
    &line[..line.len() - line.trim_start_matches(' ').len()]
}

/// The lines, those after the first indented.
fn indented(lines: &str, by: &str) -> String {
    let mut text = String::new();
    for (number, line) in lines.split('\n').enumerate() {
        let (end, by) = if number == 0 { ("", "") } else { ("\n", if line.is_empty() { "" } else { by }) };
        text.extend([end, by, line]);
    }
    text
}

impl Change {
    /// Where the part of the text is that the change is in.
    fn part(&self, text: &str) -> Result<(usize, usize), String> {
        let Some(name) = &self.within else { return Ok((0, text.len())) };
        let head = format!("\n  {name}:");
        let starts: Vec<usize> = text.match_indices(&head).map(|(at, _)| at + 1).collect();
        let [start] = starts[..] else { return Err(format!("`{name}` is in `{}` {} times", self.file, starts.len())) };
        let mut end = start;
        for (number, line) in text[start..].split_inclusive('\n').enumerate() {
            if number > 0 && !line.trim().is_empty() && indent(line).len() <= 2 {
                break;
            }
            end += line.len();
        }
        Ok((start, end))
    }

    /// The text with the change.
    fn apply(&self, text: &str) -> Result<String, String> {
        let (start, end) = self.part(text)?;
        let first = self.replace.split('\n').next().unwrap_or_default();
        let mut found = Vec::new();
        for (at, _) in text[start..end].match_indices(first) {
            let at = start + at;
            let line = text[..at].rfind('\n').map_or(0, |before| before + 1);
            let by = indent(&text[line..]);
            let old = indented(&self.replace, by);
            if text[at..end].starts_with(&old) {
                found.push(format!("{}{}{}", &text[..at], indented(&self.by, by), &text[at + old.len()..]));
            }
        }
        match found.len() {
            1 => Ok(found.remove(0)),
            times => Err(format!("in `{}` this is there {times} times:\n{}", self.file, self.replace)),
        }
    }
}

impl Mutation {
    /// The files of the blueprint with the mistake.
    fn files(&self) -> Result<Files, String> {
        let mut files = blueprint::files(&self.blueprint).ok_or_else(|| format!("no blueprint `{}`", self.blueprint))?;
        for change in [&self.change].into_iter().chain(&self.also) {
            let bytes = files.get_mut(&change.file).ok_or_else(|| format!("no file `{}`", change.file))?;
            *bytes = change.apply(str::from_utf8(bytes).unwrap())?.into_bytes();
        }
        Ok(files)
    }

    /// Plans the blueprint with the mistake; says what is wrong unless the policy refuses it at its line.
    fn hold(&self) -> Result<(), String> {
        let files = self.files()?;
        let desk = Desk::new();
        for (file, bytes) in &files {
            desk.write(&format!("infra/{file}"), bytes);
        }
        let output = desk.run(&["plan", "infra", "--offline", "-o", "json", "--policy", &self.policy]);
        let errors = String::from_utf8_lossy(&output.stderr);
        let plan: Value = serde_json::from_slice(&output.stdout).map_err(|_| errors.clone().into_owned())?;
        let file = self.found_in.as_ref().unwrap_or(&self.change.file);
        let text = str::from_utf8(&files[file]).unwrap();
        let findings = plan["guardrails"]["findings"].as_array().unwrap();
        let refuses = |finding: &&Value| {
            let line = finding["location"]["start"]["line"].as_u64().and_then(|line| usize::try_from(line).ok()).unwrap_or_default();
            finding["policy"] == self.policy
                && finding["verdict"] == "fail"
                && finding["action"] == "deny"
                && finding["location"]["file"] == format!("infra/{file}")
                && text.lines().nth(line.wrapping_sub(1)).map(str::trim) == Some(&self.line)
        };
        match (findings.iter().find(refuses), output.status.code()) {
            (Some(_), Some(5)) => Ok(()),
            (_, status) => Err(format!("exit {status:?}, {errors}{findings:#?}")),
        }
    }
}

/// So a new policy asks for a mistake that it refuses, or for a reason.
#[test]
fn every_policy_that_denies_has_a_mutation_or_a_reason() {
    let library = policy::shipped().unwrap().on(&[Platform::Aws]);
    let denying = library.policies.iter().filter(|policy| policy.metadata.custom.on_provision() == Action::Deny);
    let denying: BTreeSet<&str> = denying.map(|policy| policy.id.as_str()).collect();
    let data = data();
    let named =
        data.mutations.iter().map(|mutation| mutation.policy.as_str()).chain(data.beyond.iter().map(|beyond| beyond.policy.as_str()));
    let mut known = BTreeSet::new();
    let twice: Vec<&str> = named.filter(|policy| !known.insert(*policy)).collect();
    assert!(twice.is_empty(), "more than once: {twice:?}");
    assert_eq!(denying.difference(&known).collect::<Vec<_>>(), [] as [&&str; 0], "these deny, and nothing shows it");
    assert_eq!(known.difference(&denying).collect::<Vec<_>>(), [] as [&&str; 0], "these do not deny");
    assert!(data.beyond.iter().all(|beyond| beyond.reason.len() > 20));
}

#[test]
fn every_mutation_is_refused_by_its_policy() {
    let data = data();
    let (open, wrong) = (Mutex::new(data.mutations.iter()), Mutex::new(Vec::new()));
    thread::scope(|scope| {
        for _ in 0..thread::available_parallelism().map_or(1, NonZero::get) {
            scope.spawn(|| {
                loop {
                    let Some(mutation) = open.lock().unwrap().next() else { break };
                    if let Err(reason) = mutation.hold() {
                        wrong.lock().unwrap().push(format!("{}: {reason}", mutation.policy));
                    }
                }
            });
        }
    });
    let wrong = wrong.into_inner().unwrap();
    assert!(wrong.is_empty(), "{} are not refused:\n{}", wrong.len(), wrong.join("\n"));
}
