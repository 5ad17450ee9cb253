//! What `plan`, `apply`, `drift` and `destroy` share: the flags, the session, and the world that the guardrails judge.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write};
#[cfg(feature = "aws")]
use std::io::{BufRead, IsTerminal};
#[cfg(feature = "aws")]
use std::path::Path;
use std::path::PathBuf;

use clap::Args;
use innovate_model::{AccountFacts, Cause, HandlerErrorCode, OrganizationFacts, UNLISTED, Unread, World};
#[cfg(feature = "aws")]
use serde_json::json;

#[cfg(feature = "aws")]
use super::journal::Journal;
use super::settings::{Chosen, Policies};
use super::{Global, audit, blueprint, usage};
#[cfg(feature = "aws")]
use crate::blueprint::Happening;
use crate::blueprint::{Blueprint, Forecast};
use crate::collect::Needs;
use crate::engine::{self, Prospect};
use crate::input::inventory::Inventory;
use crate::plan::{self, GuardrailError, Guardrails};
use crate::policy::Library;

/// How AWS is reached.
#[derive(Args, Debug)]
pub(super) struct Access {
    /// The profile of the AWS configuration files: credentials of the management account.
    #[arg(long, value_name = "NAME", env = "AWS_PROFILE")]
    profile: Option<String>,
    /// Seconds that one attempt of a call may take.
    #[arg(long, value_name = "SECONDS", env = "INNOVATE_CALL_TIMEOUT", default_value_t = 30)]
    call_timeout: u64,
    /// Attempts of one call, the first included.
    #[arg(long, value_name = "N", env = "AWS_MAX_ATTEMPTS", default_value_t = 5)]
    max_attempts: u32,
}

/// A blueprint with nothing wrong, and the policies that judge it.
pub(super) struct Desk {
    pub(super) blueprint: Blueprint,
    pub(super) library: Library,
}

impl Desk {
    pub(super) fn new(folder: &str, policies: &Policies, global: &Global) -> anyhow::Result<Self> {
        let blueprint = blueprint::load(folder)?;
        let Chosen { library, known, .. } = policies.chosen(global)?;
        let wrong = blueprint.lint(&known);
        if !wrong.is_empty() {
            for error in &wrong {
                drop(writeln!(io::stderr(), "error: {error}"));
            }
            let errors = if wrong.len() == 1 { "error" } else { "errors" };
            return Err(usage(format!("the blueprint has {} {errors}; nothing is planned", wrong.len())));
        }
        Ok(Self { blueprint, library })
    }

    /// The id of the account whose credentials a run has.
    pub(super) fn caller(&self, forecast: &Forecast) -> String {
        let known = forecast.plan.caller.clone();
        let made_up = || self.blueprint.management().and_then(|name| forecast.accounts.get(name)).cloned();
        known.or_else(made_up).unwrap_or_default()
    }

    /// The world where nothing is there yet but the accounts, in the organization that the blueprint makes, where it makes one.
    pub(super) fn empty_world(&self, forecast: &Forecast) -> World {
        let caller = self.caller(forecast);
        let facts = |(name, id): (&String, &String)| {
            let facts = AccountFacts {
                id: id.clone(),
                name: Some(name.clone()),
                status: "ACTIVE".to_owned(),
                management: *id == caller,
                ..AccountFacts::default()
            };
            (id.clone(), facts)
        };
        let accounts: BTreeMap<String, AccountFacts> = forecast.accounts.iter().map(facts).collect();
        let made = forecast.declaration.resources.iter().find(|declared| declared.resource.type_name == "AWS::Organizations::Organization");
        let organization = made.map(|declared| OrganizationFacts {
            id: declared.resource.id.clone(),
            management_account: caller.clone(),
            accounts: accounts.clone(),
            unread: Vec::new(),
        });
        let unlisted = Unread {
            account: UNLISTED.to_owned(),
            region: "*".to_owned(),
            type_name: "*".to_owned(),
            cause: Cause {
                code: HandlerErrorCode::NotYetKnown,
                action: None,
                message: "AWS was asked nothing of the organization".to_owned(),
            },
        };
        let unread = if organization.is_some() { Vec::new() } else { vec![unlisted] };
        World { read_at: jiff::Timestamp::now().to_string(), accounts, organization, unread, ..World::default() }
    }

    /// What the policies say of the world that the plan leads to.
    pub(super) fn guard(&self, forecast: &Forecast, mut world: World) -> anyhow::Result<Guardrails> {
        let caller = self.caller(forecast);
        world.resources.retain(|resource| !forecast.gone.contains(&resource.address()));
        world.caller.clone_from(&caller);
        // Accounts that are not there yet are in the organization by then.
        let planned = self.empty_world(forecast);
        for (id, facts) in planned.accounts {
            world.accounts.entry(id.clone()).or_insert_with(|| facts.clone());
            if let Some(organization) = &mut world.organization {
                organization.accounts.entry(id).or_insert(facts);
            }
        }
        if world.organization.is_none() {
            world.organization = planned.organization;
        }
        let mut prospect = Prospect::new(world, &forecast.declaration, &caller);
        let workers = std::thread::available_parallelism().map_or(1, usize::from);
        let judge = |inventory: &Inventory<'_>, library: &Library, keep_passes: bool| {
            audit::judge(inventory, library, engine::Options { keep_passes, workers, watch: None })
        };
        plan::guard(&mut prospect, &self.library, &forecast.rules, &forecast.owners, judge).map_err(|error| match error {
            GuardrailError::Judge(error) => error,
            error => usage(error),
        })
    }

    /// What the guardrails look up of what is there already: the types that policies of what is planned look up.
    #[cfg_attr(not(feature = "aws"), expect(dead_code, reason = "nothing is read without AWS"))]
    pub(super) fn needs(&self, forecast: &Forecast) -> Option<Needs> {
        let mut needs = Needs::new();
        let types: BTreeSet<&str> = forecast.declaration.resources.iter().map(|declared| declared.resource.type_name.as_str()).collect();
        for policy in &self.library.policies {
            let judged = &policy.metadata.custom.resource_types;
            if !judged.iter().any(|name| types.contains(name.as_str())) {
                continue;
            }
            // What it judges is planned itself.
            for (name, paths) in policy.read_set.needs(&[]) {
                if name == crate::policy::ANY {
                    return None;
                }
                let owned = paths.properties().map(|names| names.into_iter().map(ToOwned::to_owned).collect());
                merge(needs.entry(name.to_owned()).or_insert_with(|| Some(BTreeSet::new())), owned);
            }
        }
        Some(needs)
    }
}

/// Adds properties to others; none stands for all.
fn merge(into: &mut Option<BTreeSet<String>>, more: Option<BTreeSet<String>>) {
    match (into.as_mut(), more) {
        (Some(known), Some(more)) => known.extend(more),
        _ => *into = None,
    }
}

/// Who agrees to a change, and where it is written down.
#[derive(Args, Debug)]
pub(super) struct Consent {
    /// Do not ask; environments that need approval need `--approve`.
    #[arg(long)]
    yes: bool,
    /// The digest that somebody has agreed to, as it was printed.
    #[arg(long, value_name = "DIGEST")]
    approve: Option<String>,
    /// Milliseconds between two looks at a stack that changes.
    #[arg(long, value_name = "MS", env = "INNOVATE_POLL", default_value_t = 3000)]
    poll: u64,
    /// The journal: what was done, when, by whom, as JSON lines of which each has the digest of the one before; without it, one in the folder `.innovate` of the
    /// blueprint.
    #[arg(long, value_name = "FILE")]
    journal: Option<PathBuf>,
}

#[cfg(feature = "aws")]
impl Consent {
    /// How long to wait before a stack is looked at again.
    pub(super) fn poll(&self) -> std::time::Duration {
        std::time::Duration::from_millis(self.poll)
    }

    /// Opens the journal of a blueprint.
    pub(super) fn journal(&self, folder: &str, name: &str, common: serde_json::Value) -> anyhow::Result<Journal> {
        let folder = Path::new(folder);
        let root = if folder.is_dir() { folder } else { Path::new(".") };
        let usual = || root.join(".innovate").join(format!("{name}.journal.jsonl"));
        Journal::open(&self.journal.clone().unwrap_or_else(usual), common)
    }

    /// Whether those who have to agree to what has this digest do; otherwise what is missing. `environments` are those that need approval.
    pub(super) fn given<'a>(&self, digest: &str, environments: impl Iterator<Item = &'a str>) -> anyhow::Result<Result<(), String>> {
        let mut environments: Vec<&str> = environments.collect();
        environments.dedup();
        match &self.approve {
            Some(approved) if approved == digest => return Ok(Ok(())),
            Some(approved) => return Ok(Err(format!("`--approve {approved}` is of something else; this has the digest {digest}"))),
            None => {}
        }
        if environments.is_empty() && self.yes {
            return Ok(Ok(()));
        }
        if !io::stdin().is_terminal() {
            return Ok(Err(match environments.is_empty() {
                true => "nobody is there to ask; give `--yes`".to_owned(),
                false => format!("`{}` needs approval; give `--approve {digest}`", environments.join("`, `")),
            }));
        }
        let word = if environments.is_empty() { "yes".to_owned() } else { environments.join(" ") };
        write!(io::stdout(), "type `{word}` to do this: ")?;
        io::stdout().flush()?;
        let mut answer = String::new();
        io::stdin().lock().read_line(&mut answer)?;
        Ok(if answer.trim() == word { Ok(()) } else { Err("it was not confirmed".to_owned()) })
    }
}

/// Writes what happens to the journal, and a line of it for people.
#[cfg(feature = "aws")]
pub(super) fn told(journal: &Journal, label: &str, happening: &Happening<'_>) -> anyhow::Result<()> {
    let mut out = io::stdout().lock();
    match happening {
        Happening::Begun => writeln!(out, "{label}: begun")?,
        Happening::Calls(what) => {
            journal.write(json!({ "what": "call", "step": label, "call": what }))?;
            writeln!(out, "{label}: {what}")?;
        }
        Happening::Waits(why) => writeln!(out, "{label}: waiting: {why}")?,
        Happening::Event(event) => {
            let reason = event.reason.as_deref().map(|reason| format!(": {reason}")).unwrap_or_default();
            writeln!(out, "{label}: {} {} {}{reason}", event.status, event.logical_id, event.type_name)?;
        }
        Happening::Ended(outcome) => {
            journal.write(json!({ "what": "outcome", "step": label, "outcome": outcome.to_string() }))?;
            writeln!(out, "{label}: {outcome}")?;
        }
    }
    Ok(())
}

#[cfg(feature = "aws")]
impl Access {
    /// How to connect for a blueprint.
    pub(super) fn options(&self, blueprint: &Blueprint) -> anyhow::Result<innovate_aws::Options> {
        super::live::hold_endpoint()?;
        let entry = &blueprint.document.entry;
        Ok(innovate_aws::Options {
            profile: self.profile.clone(),
            roles: entry.role.iter().chain([&entry.bootstrap]).cloned().collect(),
            external_id: None,
            call_timeout: std::time::Duration::from_secs(self.call_timeout),
            max_attempts: self.max_attempts,
            // An endpoint of one's own has no published buckets.
            throttle: std::env::var_os("AWS_ENDPOINT_URL").is_none(),
            connections: super::live::connections(),
        })
    }
}

#[cfg(not(feature = "aws"))]
impl Access {
    /// There is no access to AWS.
    pub(super) fn refuse<T>(&self) -> anyhow::Result<T> {
        let _ = (&self.profile, self.call_timeout, self.max_attempts);
        Err(usage("this build has no AWS access; give `--offline`, or build with the feature `aws`"))
    }
}

/// Reads what the guardrails look up.
#[cfg(feature = "aws")]
pub(super) async fn world(desk: &Desk, session: &innovate_aws::Session, forecast: &Forecast) -> anyhow::Result<World> {
    read(session, forecast, desk.needs(forecast)).await
}

/// Reads what is needed of the accounts of the plan that are there.
#[cfg(feature = "aws")]
pub(super) async fn read(session: &innovate_aws::Session, forecast: &Forecast, needs: Option<Needs>) -> anyhow::Result<World> {
    use std::sync::Arc;

    use crate::collect::{Plan, Progress, Store, collect};
    use crate::input::inventory::Builder;

    let ids: BTreeSet<String> = forecast.plan.steps.iter().filter_map(|step| step.account_id.clone()).collect();
    let plan = Plan {
        needs,
        accounts: ids.into_iter().collect(),
        organizational_units: Vec::new(),
        excluded: Vec::new(),
        regions: Vec::new(),
        read_at: jiff::Timestamp::now().round(jiff::Unit::Second)?.to_string(),
    };
    let mut store = Store { builder: Builder::new(usize::MAX, None), journal: None };
    let (_stopper, stop) = tokio::sync::watch::channel(false);
    let world = collect(session, &plan, &mut store, Arc::new(Progress::default()), stop).await?;
    Ok(store.builder.finish(world)?.world.into_owned())
}

/// Verdicts on what was planned and on what came of it, side by side.
#[cfg(feature = "aws")]
#[derive(Debug, Default)]
pub(super) struct Proof {
    /// How many were compared.
    pub(super) compared: usize,
    /// Those that are not the same, in words.
    pub(super) differences: Vec<String>,
}

/// Reads all that the policies need, and compares what they say of it with what they say of the templates.
#[cfg(feature = "aws")]
pub(super) async fn proof(desk: &Desk, session: &innovate_aws::Session, forecast: &Forecast) -> anyhow::Result<Proof> {
    use crate::finding::{Finding, Verdict};

    let live = read(session, forecast, super::settings::needs(&desk.library)).await?;
    let there: BTreeSet<String> = live.resources.iter().map(innovate_model::Resource::address).collect();
    let ours: BTreeSet<String> = forecast.owners.keys().filter(|address| there.contains(*address)).cloned().collect();
    let keyed = |findings: Vec<Finding>| -> BTreeMap<(String, String), Verdict> {
        let key = |finding: &Finding| {
            let address = format!("{}/{}/{}/{}", finding.account, finding.region, finding.resource.type_name, finding.resource.id);
            (address, finding.policy.clone())
        };
        findings.iter().map(|finding| (key(finding), finding.verdict)).collect()
    };
    let workers = std::thread::available_parallelism().map_or(1, usize::from);
    let judge = |world: &World| {
        let options = engine::Options { keep_passes: true, workers, watch: None };
        anyhow::Ok(keyed(audit::judge(&Inventory::from(world), &desk.library, options)?.findings.to_vec()?))
    };
    let mut world = live.clone();
    world.judged = Some(ours.clone());
    let found = judge(&world)?;
    let mut prospect = Prospect::new(live, &forecast.declaration, &desk.caller(forecast));
    prospect.world.judged = Some(ours);
    let planned = judge(&prospect.world)?;
    let mut proof = Proof::default();
    for ((address, policy), planned) in &planned {
        let Some(found) = found.get(&(address.clone(), policy.clone())) else { continue };
        proof.compared += 1;
        if planned != found && *planned != Verdict::Unknown {
            proof.differences.push(format!("{policy} on {address}: planned {planned}, and it is {found}"));
        }
    }
    Ok(proof)
}
