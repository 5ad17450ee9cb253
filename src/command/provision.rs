//! What `plan`, `apply`, `drift` and `destroy` share: the flags, the session, and the world that the guardrails judge.

use std::collections::BTreeMap;
#[cfg(feature = "aws")]
use std::collections::BTreeSet;
use std::io::{self, Write};

use clap::Args;
use innovate_model::{AccountFacts, Cause, HandlerErrorCode, OrganizationFacts, UNLISTED, Unread, World};

use super::settings::{self, Chosen, Policies};
use super::{Global, audit, blueprint, usage, workers};
use crate::blueprint::{Blueprint, Forecast};
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
        let judge = |inventory: &Inventory<'_>, library: &Library, keep_passes: bool| {
            audit::judge(inventory, library, engine::Options { keep_passes, workers: workers(), watch: None })
        };
        plan::guard(&mut prospect, &self.library, &forecast.rules, &forecast.owners, judge).map_err(|error| match error {
            GuardrailError::Judge(error) => error,
            error => usage(error),
        })
    }
}

#[cfg(feature = "aws")]
impl Access {
    /// How to connect for a blueprint.
    pub(super) fn options(&self, blueprint: &Blueprint) -> anyhow::Result<innovate_aws::Options> {
        super::live::hold_endpoint()?;
        Ok(innovate_aws::Options {
            profile: self.profile.clone(),
            roles: blueprint.document.entry.roles(),
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

/// Reads what the guardrails look up of what is there already; what they judge is planned itself.
#[cfg(feature = "aws")]
pub(super) async fn world(desk: &Desk, session: &innovate_aws::Session, forecast: &Forecast) -> anyhow::Result<World> {
    let planned = forecast.declaration.resources.iter().map(|declared| declared.resource.type_name.as_str()).collect();
    read(session, forecast, desk.library.looked_up(&planned).map(settings::owned)).await
}

/// Reads what is needed of the accounts of the plan that are there.
#[cfg(feature = "aws")]
pub(super) async fn read(
    session: &innovate_aws::Session,
    forecast: &Forecast,
    needs: Option<crate::collect::Needs>,
) -> anyhow::Result<World> {
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

    let live = read(session, forecast, settings::needs(&desk.library)).await?;
    let there: BTreeSet<String> = live.resources.iter().map(innovate_model::Resource::address).collect();
    let ours: BTreeSet<String> = forecast.owners.keys().filter(|address| there.contains(*address)).cloned().collect();
    let keyed = |findings: Vec<Finding>| -> BTreeMap<(String, String), Verdict> {
        findings.iter().map(|finding| ((finding.address(), finding.policy.clone()), finding.verdict)).collect()
    };
    let judge = |world: &World| {
        let options = engine::Options { keep_passes: true, workers: workers(), watch: None };
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
