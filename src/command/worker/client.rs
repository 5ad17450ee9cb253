//! The side that starts workers.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, BufWriter, Write};
use std::process::{Command, Output, Stdio};

use anyhow::Context;
use innovate_model::World;
use serde_json::{Map, Value};

use super::{Answer, Job, Task};
use crate::engine::{ExampleReport, Verdicts};
use crate::input::inventory::Inventory;
use crate::policy::{ANY, Broken, Library, Policy, Sources};

/// Why a worker gave no answer.
struct Death {
    /// The policy that was at it, where the worker could say.
    policy: Option<String>,
    reason: String,
}

/// The policies of the sources, loaded by a worker.
pub(in crate::command) fn load(sources: &Sources) -> anyhow::Result<Library> {
    let mut library = Library::default();
    for (part, answer) in divided(sources, &BTreeMap::new(), &Task::Load)? {
        library = library.with(match answer {
            Ok(Answer::Loaded(text)) => Library::from_description(&text, &part)?,
            other => {
                let reason = unexpected(other);
                Library::of_broken(part.ids().map(|id| Broken { id, reason: reason.clone() }).collect())
            }
        });
    }
    Ok(library.with(Library::of_broken(sources.broken())))
}

/// Judges the world by the policies of the library that did not ship.
pub(in crate::command) fn judge(inventory: &Inventory<'_>, library: &Library, keep_passes: bool) -> anyhow::Result<Verdicts> {
    let mut verdicts = Verdicts::default();
    let own: Vec<&Policy> = library.policies.iter().filter(|policy| !policy.ships).collect();
    let world = seen(inventory, &own).context("what does not fit in memory cannot be read from disk")?;
    let task = Task::Judge { world: Cow::Borrowed(&world), keep_passes };
    for sources in library.sources() {
        for (part, answer) in divided(&sources, &parameters(library), &task)? {
            match answer {
                Ok(Answer::Judged(judged)) => verdicts.merge(judged),
                other => {
                    let reason = unexpected(other);
                    part.ids().for_each(|id| verdicts.merge(Verdicts::failed(&id, reason.clone())));
                }
            }
        }
    }
    Ok(verdicts)
}

/// Runs the examples of the policies of the library that did not ship.
pub(in crate::command) fn examples(library: &Library) -> anyhow::Result<ExampleReport> {
    let mut report = ExampleReport::default();
    for sources in library.sources() {
        for (part, answer) in divided(&sources, &parameters(library), &Task::Test)? {
            match answer {
                Ok(Answer::Tested(tested)) => report.merge(tested),
                other => {
                    let reason = unexpected(other);
                    part.ids().for_each(|id| report.merge(ExampleReport::failed(&id, reason.clone())));
                }
            }
        }
    }
    Ok(report)
}

/// What is wrong with the policies of the library that did not ship, a line each.
pub(in crate::command) fn lint(library: &Library) -> anyhow::Result<Vec<String>> {
    let mut lints = Vec::new();
    for sources in library.sources() {
        for (part, answer) in divided(&sources, &parameters(library), &Task::Lint)? {
            match answer {
                Ok(Answer::Linted(found)) => lints.extend(found),
                other => {
                    let reason = unexpected(other);
                    lints.extend(part.ids().map(|id| format!("{id}: {reason}")));
                }
            }
        }
    }
    Ok(lints)
}

/// The explanation of the verdict of a policy on the resource at this place of the world; none where it does not judge it.
pub(in crate::command) fn explain(world: &World, library: &Library, policy: &str, resource: usize) -> anyhow::Result<Option<String>> {
    let task = Task::Explain { world: Cow::Borrowed(world), policy: Cow::Borrowed(policy), resource };
    match run(&Job { sources: Cow::from(library.sources()), policies: parameters(library), task })? {
        Ok(Answer::Explained(text)) => Ok(text),
        other => Err(anyhow::anyhow!("policy `{policy}` cannot be explained: {}", unexpected(other))),
    }
}

fn parameters(library: &Library) -> BTreeMap<String, Map<String, Value>> {
    library.policies.iter().map(|policy| (policy.id.clone(), policy.parameters.clone())).collect()
}

fn unexpected(answer: Result<Answer, Death>) -> String {
    match answer {
        Err(death) => death.reason,
        Ok(_) => "the worker answered something else; does another version of the program run?".to_owned(),
    }
}

/// What of the world the policies can see.
fn seen<'a>(inventory: &'a Inventory<'_>, policies: &[&Policy]) -> io::Result<Cow<'a, World>> {
    let types: BTreeSet<&str> = policies
        .iter()
        .flat_map(|policy| policy.metadata.custom.resource_types.iter().map(String::as_str).chain(policy.read_set.all_types()))
        .collect();
    // Anything may be what a reference means.
    let all = types.contains(ANY) || policies.iter().any(|policy| policy.read_set.has_referrers());
    let world = inventory.world.as_ref();
    if all && inventory.disk.is_none() {
        return Ok(Cow::Borrowed(world));
    }
    let mut resources = Vec::new();
    inventory.each(|resource| {
        if all || types.contains(resource.type_name.as_str()) {
            resources.push(resource.clone());
        }
        io::Result::Ok(())
    })?;
    Ok(Cow::Owned(World {
        read_at: world.read_at.clone(),
        caller: world.caller.clone(),
        organization: world.organization.clone(),
        accounts: world.accounts.clone(),
        regions: world.regions.clone(),
        types: world.types.clone(),
        resources,
        unread: world.unread.clone(),
        reads: BTreeMap::new(),
        interrupted: world.interrupted,
    }))
}

/// What came of a task for these policies.
type Part = (Sources, Result<Answer, Death>);

/// Has a task done for all policies of the sources, by as few workers as they leave alive: where one dies, its policies are divided, until the one that is
/// at fault is alone.
fn divided(sources: &Sources, parameters: &BTreeMap<String, Map<String, Value>>, task: &Task<'_>) -> anyhow::Result<Vec<Part>> {
    let ids: Vec<String> = sources.ids().collect();
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let policies = parameters.iter().filter(|(id, _)| ids.contains(id)).map(|(id, values)| (id.clone(), values.clone())).collect();
    let answer = run(&Job { sources: Cow::Borrowed(std::slice::from_ref(sources)), policies, task: task.clone() })?;
    let death = match &answer {
        Err(death) if ids.len() > 1 => death,
        _ => return Ok(vec![(sources.clone(), answer)]),
    };
    match death.policy.clone() {
        Some(guilty) => {
            let mut parts = vec![(sources.only(|id| id == guilty), answer)];
            parts.extend(divided(&sources.only(|id| id != guilty), parameters, task)?);
            Ok(parts)
        }
        None => {
            let (left, _) = ids.split_at(ids.len() / 2);
            let is_left = |id: &str| left.iter().any(|known| known == id);
            let mut parts = divided(&sources.only(is_left), parameters, task)?;
            parts.extend(divided(&sources.only(|id| !is_left(id)), parameters, task)?);
            Ok(parts)
        }
    }
}

/// Starts a worker for one job.
///
/// # Errors
/// It cannot be started.
fn run(job: &Job<'_>) -> anyhow::Result<Result<Answer, Death>> {
    let program = std::env::current_exe().context("the program cannot find itself to start a worker")?;
    let mut child = Command::new(program)
        .arg("worker")
        .env_clear()
        .current_dir(if cfg!(unix) { "/" } else { "." })
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .context("cannot start a worker for policies that did not ship")?;
    let stdin = child.stdin.take();
    let output = std::thread::scope(|threads| {
        threads.spawn(move || {
            // A worker that ended early says why by its end.
            if let Some(stdin) = stdin {
                let mut writer = BufWriter::new(stdin);
                drop(serde_json::to_writer(&mut writer, job).map(|()| writer.flush()));
            }
        });
        child.wait_with_output()
    });
    let output = output.context("the worker for policies that did not ship cannot be waited for")?;
    Ok(match serde_json::from_slice(&output.stdout) {
        Ok(Answer::Overrun { policy, reason }) => Err(Death { policy, reason }),
        Ok(answer) if output.status.success() => Ok(answer),
        _ => Err(Death { policy: None, reason: reason(&output) }),
    })
}

/// How a worker ended that gave no answer.
fn reason(output: &Output) -> String {
    let said = String::from_utf8_lossy(&output.stderr);
    let said = said.lines().find(|line| !line.trim().is_empty()).unwrap_or_default().trim_start_matches("error: ").trim();
    if said.contains("memory allocation of") {
        return "it asked for more memory than a policy may have".to_owned();
    }
    if said.contains("overflowed its stack") {
        return "it went deeper than the engine can follow".to_owned();
    }
    if said.is_empty() { format!("its worker ended by {}", output.status) } else { said.to_owned() }
}
