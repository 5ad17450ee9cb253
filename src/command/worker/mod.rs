//! The process in which policies run that did not ship with the program: `innovate worker`, started by the program itself. It gets a job on
//! standard input, gives up what it could do harm with, and answers on standard output. A policy that it does not survive costs its own
//! verdicts, and no others.

mod client;
mod limit;

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::io::{self, BufRead, BufWriter, Write};
use std::sync::Arc;
use std::time::Duration;

use innovate_model::{Resource, World};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

pub(super) use client::{examples, explain, judge, lint, load, pages, unit_tests};

use super::explain::explanation;
use super::{Exit, policy::filled};
use crate::engine::{self, Common, ExampleReport, Judge, Lint, Options, Tests, Verdicts, Watch};
use crate::finding::Finding;
use crate::policy::{self, Library, Sources, UnitTests};
use crate::reference;

/// Processor time that one verdict may take; one takes microseconds.
const VERDICT: Duration = Duration::from_secs(5);

/// Processor time that is added for each file where a task has no smaller step.
const FILE: Duration = Duration::from_millis(200);

/// Processor time for an explanation, which tries thousands of resources.
const EXPLANATION: Duration = Duration::from_secs(120);

/// What to do with which policies.
#[derive(Deserialize, Serialize)]
struct Job<'a> {
    sources: Cow<'a, [Sources]>,
    /// The policies to use, with their parameters; all of the sources where a library is loaded.
    policies: BTreeMap<String, Map<String, Value>>,
    task: Task<'a>,
}

#[derive(Clone, Deserialize, Serialize)]
enum Task<'a> {
    /// Describe the policies.
    Load,
    /// Judge the resources that follow, a line for each account.
    Judge(Cow<'a, Case>),
    /// Run examples.
    Test(Cow<'a, Tests>),
    /// Run these files of unit tests, and note the lines that they go through where that is asked for.
    Unit(Cow<'a, [(String, String)]>, bool),
    /// Find what is wrong with policies and library modules.
    Lint,
    /// Write the pages of the reference.
    Pages,
    /// Explain the verdict of one policy on the resource at this place of the world, with the shipped policies beside the others.
    Explain { world: Cow<'a, World>, policy: Cow<'a, str>, resource: usize },
}

/// What the accounts to judge have in common.
#[derive(Clone, Debug, Deserialize, Serialize)]
struct Case {
    /// Without its resources.
    world: World,
    /// Resources that are looked up across accounts.
    across: Vec<Resource>,
    /// Resources that have gaps.
    gapped: Vec<Resource>,
    /// Bytes that the resources of the largest account take.
    largest: usize,
    keep_passes: bool,
}

#[derive(Deserialize, Serialize)]
enum Answer {
    Loaded(String),
    /// What was found in one account.
    Found(Vec<Finding>),
    /// The end of a judgement.
    Judged(Verdicts),
    Tested(ExampleReport),
    Unit(UnitTests),
    Linted(Vec<Lint>),
    Pages(BTreeMap<String, String>),
    Explained(Option<String>),
    /// The task took too long.
    Overrun {
        policy: Option<String>,
        reason: String,
    },
}

/// Runs one job.
pub(super) fn serve() -> anyhow::Result<Exit> {
    std::panic::set_hook(Box::new(|panic| {
        drop(writeln!(io::stderr(), "the engine failed: {}", panic.payload_as_str().unwrap_or("it does not say why")));
    }));
    let mut lines = io::stdin().lock();
    let mut text = String::new();
    lines.read_line(&mut text)?;
    let job: Job<'_> = serde_json::from_str(&text)?;
    let length = match &job.task {
        Task::Judge(case) => text.len() + case.largest,
        _ => text.len(),
    };
    drop(text);
    let files: usize = job.sources.iter().map(|sources| sources.files.len()).sum();
    let most = match &job.task {
        Task::Judge(_) => VERDICT,
        Task::Explain { .. } => EXPLANATION,
        Task::Load | Task::Test(_) | Task::Unit(..) | Task::Lint | Task::Pages => VERDICT + FILE * u32::try_from(files).unwrap_or(u32::MAX),
    };
    // What shipped is loaded before: it is not in question.
    let shipped = match job.task {
        Task::Explain { .. } => Some(policy::shipped()?),
        _ => None,
    };
    let modules = match job.task {
        Task::Lint => own_modules(&job.sources)?,
        _ => Vec::new(),
    };
    // In the order of the policies of a library.
    let ids = job.policies.keys().cloned().collect();
    let watch = Arc::new(Watch::default());
    limit::watch(watch.clone(), most, ids)?;
    limit::confine(length)?;
    let answer = work(job, shipped, &modules, &watch, &mut lines)?;
    say(&answer)?;
    Ok(Exit::Clean)
}

fn say(answer: &Answer) -> anyhow::Result<()> {
    let mut out = BufWriter::new(io::stdout().lock());
    serde_json::to_writer(&mut out, answer)?;
    writeln!(out)?;
    out.flush()?;
    Ok(())
}

/// The library modules of the sources but those that ship.
fn own_modules(sources: &[Sources]) -> anyhow::Result<Vec<(String, String)>> {
    let shipped = policy::shipped()?;
    let ships = |file: &str, text: &str| shipped.modules().any(|known| known == (file, text));
    Ok(sources.iter().flat_map(Sources::library_modules).filter(|(file, text)| !ships(file, text)).collect())
}

fn work(
    job: Job<'_>,
    shipped: Option<Library>,
    modules: &[(String, String)],
    watch: &Watch,
    lines: &mut dyn BufRead,
) -> anyhow::Result<Answer> {
    let mut library = shipped.unwrap_or_default();
    for sources in job.sources.as_ref() {
        library = library.with(Library::of(sources));
    }
    if !matches!(job.task, Task::Load | Task::Unit(..)) {
        library.policies.retain(|policy| job.policies.contains_key(&policy.id));
    }
    for policy in &mut library.policies {
        policy.parameters = job.policies.get(&policy.id).cloned().unwrap_or_default();
    }
    let policies = &library.policies;
    Ok(match job.task {
        Task::Load => Answer::Loaded(library.describe()?),
        Task::Judge(case) => {
            let common = Common::of(&case.world, &case.across, &case.gapped, policies);
            let mut judge = Judge::new(policies, Options { keep_passes: case.keep_passes, workers: 1, watch: Some(watch) });
            let mut line = String::new();
            while lines.read_line(&mut line)? > 0 {
                let resources: Vec<Resource> = serde_json::from_str(&line)?;
                judge.account(&common, &resources)?;
                say(&Answer::Found(judge.take()))?;
                line.clear();
                watch.note(policies.len());
            }
            Answer::Judged(judge.end())
        }
        Task::Test(tests) => {
            let mut report = ExampleReport::default();
            for (number, policy) in policies.iter().enumerate() {
                watch.note(number);
                report.merge(engine::run_chosen(std::slice::from_ref(policy), &tests));
            }
            Answer::Tested(report)
        }
        Task::Lint => {
            let filled = filled();
            let mut lints = Vec::new();
            for (number, policy) in policies.iter().enumerate() {
                watch.note(number);
                lints.extend(engine::lint(policy, filled.as_ref())?);
            }
            for (file, text) in modules {
                lints.extend(engine::lint_module(file, text)?);
            }
            Answer::Linted(lints)
        }
        Task::Unit(files, with_coverage) => Answer::Unit(UnitTests::run(&library, &files, with_coverage)?),
        Task::Pages => {
            let mut pages = BTreeMap::new();
            for (number, policy) in policies.iter().enumerate() {
                watch.note(number);
                pages.insert(reference::policy::file(&policy.id), reference::policy::page(policy)?);
            }
            Answer::Pages(pages)
        }
        Task::Explain { world, policy, resource } => {
            let policy = policies.iter().find(|known| known.id == policy);
            let resource = world.resources.get(resource);
            match (policy, resource) {
                (Some(policy), Some(resource)) => Answer::Explained(explanation(&world, &library, policy, resource)?),
                _ => Answer::Explained(None),
            }
        }
    })
}
