//! The side that starts workers.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, BufRead, BufReader, BufWriter, Read, Write};
use std::process::{ChildStdout, Command, ExitStatus, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};

use anyhow::Context;
use innovate_model::{Resource, World};
use serde_json::{Map, Value};

use super::{Answer, Case, Job, Task};
use crate::command::DISK;
use crate::engine::{self, ExampleReport, Lint, Tests, Verdicts};
use crate::finding::Finding;
use crate::input::inventory::Inventory;
use crate::policy::{ANY, Broken, Library, Policy, Sources, UnitTests};

/// Bytes of a worker's last words.
const MOST_SAID: u64 = 1 << 16;

/// Why a worker gave no answer.
struct Death {
    /// The policy that was at it, where the worker could say.
    policy: Option<String>,
    reason: String,
}

/// The policies of the sources, loaded by a worker.
pub(in crate::command) fn load(sources: &Sources) -> anyhow::Result<Library> {
    let loaded = |answer| if let Answer::Loaded(text) = answer { Some(text) } else { None };
    let mut library = Library::default();
    for (part, answer) in divided(sources, &|part| run(&job(part, &Library::default(), Task::Load), loaded))? {
        library = library.with(match answer {
            Ok(text) => Library::from_description(&text, &part)?,
            Err(death) => Library::of_broken(part.ids().map(|id| Broken { id, reason: death.reason.clone() }).collect()),
        });
    }
    Ok(library.with(Library::of_broken(sources.broken())))
}

/// Judges the world by the policies of the library that did not ship, on as many workers as there are processors.
pub(in crate::command) fn judge(inventory: &Inventory<'_>, library: &Library, keep_passes: bool) -> anyhow::Result<Verdicts> {
    let own = library.of_origin(false);
    let types = engine::looked_up_across(&own);
    let across = inventory.across(|name| types.as_ref().is_none_or(|types| types.contains(name))).context(DISK)?;
    let world = &inventory.world;
    let case = Case {
        world: World {
            read_at: world.read_at.clone(),
            caller: world.caller.clone(),
            organization: world.organization.clone(),
            accounts: world.accounts.clone(),
            regions: world.regions.clone(),
            types: world.types.clone(),
            unread: world.unread.clone(),
            judged: world.judged.clone(),
            ..World::default()
        },
        across,
        gapped: inventory.gapped().into_iter().cloned().collect(),
        largest: inventory.largest(),
        keep_passes,
    };
    let seen = seen(&own);
    let mut verdicts = Verdicts::default();
    let task = Task::Judge(Cow::Borrowed(&case));
    for (part, answer) in each(library, &|part| shared_out(inventory, seen.as_ref(), &job(part, library, task.clone())))? {
        match answer {
            Ok(judged) => verdicts.merge(judged),
            Err(death) => part.ids().for_each(|id| verdicts.merge(Verdicts::failed(&id, death.reason.clone()))),
        }
    }
    Ok(verdicts)
}

/// The types that policies can see in the accounts that they judge; none for all, as anything may be what a reference means.
fn seen(policies: &[Policy]) -> Option<BTreeSet<&str>> {
    let types: BTreeSet<&str> = policies.iter().flat_map(Policy::types).collect();
    let all = types.contains(ANY) || policies.iter().any(|policy| policy.read_set.has_referrers());
    (!all).then_some(types)
}

/// Shares the accounts out among workers.
fn shared_out(inventory: &Inventory<'_>, seen: Option<&BTreeSet<&str>>, job: &Job<'_>) -> anyhow::Result<Result<Verdicts, Death>> {
    let (accounts, next) = (inventory.accounts(), AtomicUsize::new(0));
    let feed = |writer: &mut dyn Write| -> io::Result<()> {
        while let Some(account) = accounts.get(next.fetch_add(1, Ordering::Relaxed)) {
            let resources = inventory.read(account)?;
            let is_seen = |resource: &&Resource| seen.is_none_or(|types| types.contains(resource.type_name.as_str()));
            let resources: Vec<&Resource> = resources.iter().filter(is_seen).collect();
            if !resources.is_empty() {
                serde_json::to_writer(&mut *writer, &resources)?;
                writeln!(writer)?;
            }
        }
        Ok(())
    };
    let judged = |answer| if let Answer::Judged(end) = answer { Some(end) } else { None };
    let work = || {
        let mut verdicts = Verdicts::default();
        let answer = talk(job, &feed, &mut |findings| verdicts.add(findings), judged)?;
        if answer.is_err() {
            // The others need not go on.
            next.store(accounts.len(), Ordering::Relaxed);
        }
        anyhow::Ok(answer.map(|end| {
            verdicts.merge(end);
            verdicts
        }))
    };
    let workers = crate::command::workers().min(accounts.len()).max(1);
    let answers: Vec<_> = std::thread::scope(|threads| {
        let handles: Vec<_> = (0..workers).map(|_| threads.spawn(work)).collect();
        handles.into_iter().map(|handle| handle.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))).collect()
    });
    let mut verdicts = Verdicts::default();
    for answer in answers {
        match answer? {
            Ok(judged) => verdicts.merge(judged),
            Err(death) => return Ok(Err(death)),
        }
    }
    Ok(Ok(verdicts))
}

/// Runs chosen examples of the policies of the library that did not ship.
pub(in crate::command) fn examples(library: &Library, tests: &Tests) -> anyhow::Result<ExampleReport> {
    let tested = |answer| if let Answer::Tested(report) = answer { Some(report) } else { None };
    let mut report = ExampleReport::default();
    for (part, answer) in each(library, &|part| run(&job(part, library, Task::Test(Cow::Borrowed(tests))), tested))? {
        match answer {
            Ok(tested) => report.merge(tested),
            Err(death) => part.ids().for_each(|id| report.merge(ExampleReport::failed(&id, death.reason.clone()))),
        }
    }
    Ok(report)
}

/// Runs files of unit tests of the sources.
///
/// # Errors
/// They end the worker.
pub(in crate::command) fn unit_tests(sources: &Sources, files: &[(String, String)], with_coverage: bool) -> anyhow::Result<UnitTests> {
    let tested = |answer| if let Answer::Unit(tests) = answer { Some(tests) } else { None };
    let job = job(sources, &Library::default(), Task::Unit(Cow::Borrowed(files), with_coverage));
    run(&job, tested)?.map_err(|death| anyhow::anyhow!("the unit tests cannot be run: {}", death.reason))
}

/// What is wrong with the policies of the library that did not ship, and with their library modules.
pub(in crate::command) fn lint(library: &Library) -> anyhow::Result<BTreeSet<Lint>> {
    let linted = |answer| if let Answer::Linted(lints) = answer { Some(lints) } else { None };
    let mut lints = BTreeSet::new();
    for (part, answer) in each(library, &|part| run(&job(part, library, Task::Lint), linted))? {
        match answer {
            Ok(found) => lints.extend(found),
            Err(death) => lints.extend(part.ids().map(|id| engine::lint_broken(&Broken { id, reason: death.reason.clone() }, ""))),
        }
    }
    Ok(lints)
}

/// The pages of the reference of the policies of the library that did not ship, by file.
///
/// # Errors
/// A policy ends its worker.
pub(in crate::command) fn pages(library: &Library) -> anyhow::Result<BTreeMap<String, String>> {
    let written = |answer| if let Answer::Pages(pages) = answer { Some(pages) } else { None };
    let mut pages = BTreeMap::new();
    for (part, answer) in each(library, &|part| run(&job(part, library, Task::Pages), written))? {
        match answer {
            Ok(written) => pages.extend(written),
            Err(death) => anyhow::bail!("policy `{}` cannot be described: {}", part.ids().next().unwrap_or_default(), death.reason),
        }
    }
    Ok(pages)
}

/// The explanation of the verdict of a policy on the resource at this place of the world; none where it does not judge it.
pub(in crate::command) fn explain(world: &World, library: &Library, policy: &str, resource: usize) -> anyhow::Result<Option<String>> {
    let task = Task::Explain { world: Cow::Borrowed(world), policy: Cow::Borrowed(policy), resource };
    let explained = |answer| if let Answer::Explained(text) = answer { Some(text) } else { None };
    let job = Job { sources: Cow::from(library.sources()), policies: parameters(library, |_| true), task };
    run(&job, explained)?.map_err(|death| anyhow::anyhow!("policy `{policy}` cannot be explained: {}", death.reason))
}

/// The job of a task for policies of the library.
fn job<'a>(sources: &'a Sources, library: &Library, task: Task<'a>) -> Job<'a> {
    let ids: BTreeSet<String> = sources.ids().collect();
    Job { sources: Cow::Borrowed(std::slice::from_ref(sources)), policies: parameters(library, |id| ids.contains(id)), task }
}

fn parameters(library: &Library, is_wanted: impl Fn(&str) -> bool) -> BTreeMap<String, Map<String, Value>> {
    let wanted = library.policies.iter().filter(|policy| is_wanted(&policy.id));
    wanted.map(|policy| (policy.id.clone(), policy.parameters.clone())).collect()
}

/// What came of a task for these policies.
type Part<T> = (Sources, Result<T, Death>);

/// Has a task done for all policies of the library that did not ship.
fn each<T>(library: &Library, work: &dyn Fn(&Sources) -> anyhow::Result<Result<T, Death>>) -> anyhow::Result<Vec<Part<T>>> {
    let parts: anyhow::Result<Vec<Vec<Part<T>>>> = library.sources().iter().map(|sources| divided(sources, work)).collect();
    Ok(parts?.into_iter().flatten().collect())
}

/// Has a task done for all policies of the sources, by as few workers as they leave alive: where one dies, its policies are divided, until the one that is
/// at fault is alone.
fn divided<T>(sources: &Sources, work: &dyn Fn(&Sources) -> anyhow::Result<Result<T, Death>>) -> anyhow::Result<Vec<Part<T>>> {
    let ids: Vec<String> = sources.ids().collect();
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let answer = work(sources)?;
    let death = match &answer {
        Err(death) if ids.len() > 1 => death,
        _ => return Ok(vec![(sources.clone(), answer)]),
    };
    match death.policy.clone() {
        Some(guilty) => {
            let mut parts = vec![(sources.only(|id| id == guilty), answer)];
            parts.extend(divided(&sources.only(|id| id != guilty), work)?);
            Ok(parts)
        }
        None => {
            let (left, _) = ids.split_at(ids.len() / 2);
            let is_left = |id: &str| left.iter().any(|known| known == id);
            let mut parts = divided(&sources.only(is_left), work)?;
            parts.extend(divided(&sources.only(|id| !is_left(id)), work)?);
            Ok(parts)
        }
    }
}

/// Has a worker do one job; `take` takes the answer that it is to give.
fn run<T>(job: &Job<'_>, take: impl Fn(Answer) -> Option<T>) -> anyhow::Result<Result<T, Death>> {
    talk(job, &|_| Ok(()), &mut |_| Ok(()), take)
}

/// Starts a worker, gives it the job and what `feed` writes after it, and takes what it finds and its answer.
///
/// # Errors
/// It cannot be started, or what it finds cannot be kept.
fn talk<T>(
    job: &Job<'_>,
    feed: &(dyn Fn(&mut dyn Write) -> io::Result<()> + Sync),
    find: &mut dyn FnMut(Vec<Finding>) -> io::Result<()>,
    take: impl Fn(Answer) -> Option<T>,
) -> anyhow::Result<Result<T, Death>> {
    let program = std::env::current_exe().context("the program cannot find itself to start a worker")?;
    let mut child = Command::new(program)
        .arg("worker")
        .env_clear()
        // What the allocator reserves before the bound is set would be beyond it.
        .env("MIMALLOC_ARENA_RESERVE", "0")
        .current_dir(if cfg!(unix) { "/" } else { "." })
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .context("cannot start a worker for policies that did not ship")?;
    let (stdin, stdout, stderr) = (child.stdin.take(), child.stdout.take(), child.stderr.take());
    let (answer, said, fed) = std::thread::scope(|threads| {
        let feeding = threads.spawn(move || -> io::Result<()> {
            let Some(stdin) = stdin else { return Ok(()) };
            let mut writer = BufWriter::new(stdin);
            serde_json::to_writer(&mut writer, job)?;
            writeln!(writer)?;
            feed(&mut writer)?;
            writer.flush()
        });
        let saying = threads.spawn(move || {
            let mut said = Vec::new();
            // Worth no more than the reason of its end.
            drop(stderr.map(|stderr| stderr.take(MOST_SAID).read_to_end(&mut said)));
            String::from_utf8_lossy(&said).into_owned()
        });
        let answer = listen(stdout, find);
        if answer.is_err() {
            drop(child.kill());
        }
        (answer, saying.join().unwrap_or_default(), feeding.join())
    });
    let status = child.wait().context("the worker for policies that did not ship cannot be waited for")?;
    let answer = answer.context("what a worker found cannot be kept")?;
    // A worker that ended early leaves a broken pipe and says why by its end; anything else is the disk's failure.
    if let Ok(Err(error)) = fed
        && error.kind() != io::ErrorKind::BrokenPipe
    {
        return Err(error).context(DISK);
    }
    Ok(match answer {
        Some(Answer::Overrun { policy, reason }) => Err(Death { policy, reason }),
        Some(answer) if status.success() => take(answer).ok_or_else(|| {
            let reason = "the worker answered something else; does another version of the program run?".to_owned();
            Death { policy: None, reason }
        }),
        _ => Err(Death { policy: None, reason: reason(&said, status) }),
    })
}

/// Takes what a worker finds; gives its last answer, none where it is cut off.
fn listen(stdout: Option<ChildStdout>, find: &mut dyn FnMut(Vec<Finding>) -> io::Result<()>) -> io::Result<Option<Answer>> {
    let Some(stdout) = stdout else { return Ok(None) };
    let mut last = None;
    for line in BufReader::new(stdout).lines() {
        match serde_json::from_str(&line?) {
            Ok(Answer::Found(findings)) => find(findings)?,
            Ok(answer) => last = Some(answer),
            Err(_) => return Ok(None),
        }
    }
    Ok(last)
}

/// How a worker ended that gave no answer.
fn reason(said: &str, status: ExitStatus) -> String {
    let said = said.lines().find(|line| !line.trim().is_empty()).unwrap_or_default().trim_start_matches("error: ").trim();
    if said.contains("memory allocation of") {
        return "it asked for more memory than a policy may have".to_owned();
    }
    if said.contains("overflowed its stack") {
        return "it went deeper than the engine can follow".to_owned();
    }
    if said.is_empty() { format!("its worker ended by {status}") } else { said.to_owned() }
}
