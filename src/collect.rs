//! Reads a world through the handlers of a cloud: accounts, Regions and types at once, within bounds, each failure noted where it happened.

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use futures::stream::{self, StreamExt};
use innovate_model::{
    Account, AccountFacts, Cause, Cloud, Definition, Facet, GLOBAL, Handler, HandlerError, HandlerErrorCode, Listing, OTHER_REGIONS, Reach,
    Region, Resource, Tally, UNLISTED, Unread, World,
};
use serde_json::Value;
use tokio::sync::watch;

use crate::input::inventory::Builder;
use crate::input::journal::{Finished, Journal, OfAccount};

/// Accounts that are read at the same time: as each has buckets of its own, the more the better; what they call is bounded by the cloud.
pub(crate) const ACCOUNTS_AT_ONCE: usize = 512;

/// Listings under way at the same time within one account.
const LISTINGS_AT_ONCE: usize = 48;

/// Reads under way at the same time within one listing.
const READS_AT_ONCE: usize = 8;

/// The types to read, with the top-level properties that are needed of each; none for all of them.
pub type Needs = BTreeMap<String, Option<BTreeSet<String>>>;

/// What to read.
#[derive(Clone, Debug, Default)]
pub struct Plan {
    /// Only these types and properties; none for everything that there is a handler for.
    pub needs: Option<Needs>,
    /// Only these accounts; empty for all.
    pub accounts: Vec<String>,
    /// Only accounts below these organizational units, by name or id; empty for all.
    pub organizational_units: Vec<String>,
    /// Not these accounts.
    pub excluded: Vec<String>,
    /// Only these Regions; empty for all that are enabled.
    pub regions: Vec<String>,
    /// When reading begins, RFC 3339.
    pub read_at: String,
}

/// Nothing can be read.
#[derive(Debug, thiserror::Error)]
pub enum CollectError {
    /// The caller's identity is not known.
    #[error("no AWS identity; check the credentials with `aws sts get-caller-identity`")]
    Identity(#[source] HandlerError),
    /// An account that is not there.
    #[error("no account `{0}` in the organization, as far as it could be listed")]
    UnknownAccount(String),
    /// A unit that is not there.
    #[error("no organizational unit `{0}` holds an account")]
    UnknownUnit(String),
    /// What was read cannot be kept.
    #[error("what was read cannot be kept on disk; set `TMPDIR` to a folder with room, or `--memory` higher")]
    Store(#[source] io::Error),
}

/// How far the reading is; shared with whoever shows it.
#[derive(Debug, Default)]
pub struct Progress {
    /// Accounts to read.
    pub accounts: AtomicU64,
    /// Accounts that are done.
    pub accounts_done: AtomicU64,
    /// Resources found.
    pub resources: AtomicU64,
    /// Gaps and unread scopes.
    pub gaps: AtomicU64,
}

/// Where what was read goes.
#[derive(Debug)]
pub struct Store {
    /// The resources.
    pub builder: Builder,
    /// What is finished, for a later process to go on where this one is broken off.
    pub journal: Option<Journal>,
}

/// What every part of a reading shares.
struct Reader<'a> {
    builder: Mutex<&'a mut Builder>,
    /// Why what was read could not be kept; then nothing more is read.
    failure: OnceLock<io::Error>,
    journal: Option<&'a Journal>,
    stop: watch::Receiver<bool>,
    progress: Arc<Progress>,
    regions: Vec<String>,
    needs: Option<Needs>,
}

/// What was read of one account, or part of it.
#[derive(Default)]
struct Part {
    unread: Vec<Unread>,
    regions: Vec<String>,
    /// By Region and facet.
    reads: BTreeMap<String, BTreeMap<String, Tally>>,
}

impl Part {
    fn note(&mut self, progress: &Progress, account: &str, region: &str, type_name: &str, error: HandlerError) {
        progress.gaps.fetch_add(1, Ordering::Relaxed);
        let cause = Cause::from(error);
        self.unread.push(Unread { account: account.to_owned(), region: region.to_owned(), type_name: type_name.to_owned(), cause });
    }

    fn tally(&mut self, region: &str, definition: &Definition, facet: &Facet, asked: usize, read: usize) {
        let count = |n: usize| u64::try_from(n).unwrap_or(u64::MAX);
        let name = format!("{} {}", definition.type_name, facet.operation);
        let tally = self.reads.entry(region.to_owned()).or_default().entry(name).or_default();
        tally.asked += count(asked);
        tally.read += count(read);
    }

    fn merge(&mut self, other: Self) {
        for (region, facets) in other.reads {
            self.reads.entry(region).or_default().extend(facets);
        }
        self.unread.extend(other.unread);
        self.regions.extend(other.regions);
    }
}

/// Reads the world; its resources go to the store as each type of a Region is done. When `stop` becomes true, what is under way is given up and noted as interrupted.
///
/// # Errors
/// The caller has no identity, or names an account or unit that is not there; the store's disk fails. Everything else that fails is noted in the world.
pub async fn collect(
    cloud: &dyn Cloud,
    plan: &Plan,
    store: &mut Store,
    progress: Arc<Progress>,
    stop: watch::Receiver<bool>,
) -> Result<World, CollectError> {
    let caller = cloud.caller().await.map_err(CollectError::Identity)?;
    let mut world = World { read_at: plan.read_at.clone(), caller: caller.clone(), types: cloud.types(), ..World::default() };
    match cloud.organization().await {
        Ok(mut organization) => {
            world.unread.append(&mut organization.unread);
            world.organization = Some(organization);
        }
        Err(error) if error.code == HandlerErrorCode::NotFound => {}
        Err(error) => world.unread.push(Unread {
            account: UNLISTED.to_owned(),
            region: "*".to_owned(),
            type_name: "*".to_owned(),
            cause: error.into(),
        }),
    }
    let accounts = world.organization.as_ref().map_or_else(|| alone(&caller), |organization| organization.accounts.clone());
    world.accounts = chosen(accounts.clone(), plan)?;
    let left_out = accounts.values().filter(|account| account.is_active() && !world.accounts.contains_key(&account.id));
    world.unread.extend(left_out.map(|account| not_chosen(&account.id, "*", "account")));
    let active: Vec<String> = world.accounts.values().filter(|account| account.is_active()).map(|account| account.id.clone()).collect();
    progress.accounts.store(active.len().try_into().unwrap_or(u64::MAX), Ordering::Relaxed);
    let reader = Reader {
        builder: Mutex::new(&mut store.builder),
        failure: OnceLock::new(),
        journal: store.journal.as_ref(),
        stop,
        progress,
        regions: plan.regions.clone(),
        needs: plan.needs.clone(),
    };
    let in_organization = world.organization.is_some();
    let mut parts = stream::iter(active)
        .map(|account| {
            let with_organization = in_organization && account == caller;
            let reader = &reader;
            async move {
                let part = reader.account(cloud, &account, with_organization).await;
                reader.progress.accounts_done.fetch_add(1, Ordering::Relaxed);
                (account, part)
            }
        })
        .buffer_unordered(ACCOUNTS_AT_ONCE);
    while let Some((account, part)) = parts.next().await {
        world.regions.insert(account.clone(), part.regions);
        world.reads.insert(account, part.reads);
        world.unread.extend(part.unread);
    }
    drop(parts);
    world.interrupted = *reader.stop.borrow();
    match reader.failure.into_inner() {
        Some(failure) => Err(CollectError::Store(failure)),
        None => Ok(world),
    }
}

/// The caller's account, where there is no organization to tell of it.
fn alone(caller: &str) -> BTreeMap<String, AccountFacts> {
    let facts = AccountFacts { id: caller.to_owned(), status: "ACTIVE".to_owned(), ..AccountFacts::default() };
    BTreeMap::from([(caller.to_owned(), facts)])
}

/// Whether the Region is among those that were asked for.
fn wanted(regions: &[String], name: &String) -> bool {
    regions.is_empty() || regions.contains(name)
}

/// What the caller left out, which policies that look across accounts or Regions must not take for absent.
fn not_chosen(account: &str, region: &str, what: &str) -> Unread {
    let message = format!("the {what} is not one of those that were to be read");
    let cause = Cause { code: HandlerErrorCode::NotChosen, action: None, message };
    Unread { account: account.to_owned(), region: region.to_owned(), type_name: "*".to_owned(), cause }
}

/// The Regions of each account that the plan would read, with the calls that find them and no other; and what cannot be listed or entered.
///
/// # Errors
/// As those of [`collect`].
pub async fn regions(cloud: &dyn Cloud, plan: &Plan) -> Result<(BTreeMap<String, Vec<String>>, Vec<(String, HandlerError)>), CollectError> {
    let caller = cloud.caller().await.map_err(CollectError::Identity)?;
    let mut closed = Vec::new();
    let accounts = match cloud.organization().await {
        Ok(organization) => organization.accounts,
        Err(error) => {
            // Not to be in an organization is no failure.
            if error.code != HandlerErrorCode::NotFound {
                closed.push(("the organization".to_owned(), error));
            }
            alone(&caller)
        }
    };
    let active: Vec<String> = chosen(accounts, plan)?.into_values().filter(AccountFacts::is_active).map(|account| account.id).collect();
    let found: Vec<(String, Result<Vec<Region>, HandlerError>)> = stream::iter(active)
        .map(|id| async move {
            let regions = match cloud.enter(&id).await {
                Ok(account) => account.regions().await,
                Err(error) => Err(error),
            };
            (id, regions)
        })
        .buffer_unordered(ACCOUNTS_AT_ONCE)
        .collect()
        .await;
    let mut regions = BTreeMap::new();
    for (id, found) in found {
        match found {
            Ok(found) => {
                let found = found.into_iter().filter(|region| region.is_enabled() && wanted(&plan.regions, &region.name));
                regions.insert(id, found.map(|region| region.name).collect());
            }
            Err(error) => closed.push((id, error)),
        }
    }
    closed.sort_by(|(a, _), (b, _)| a.cmp(b));
    Ok((regions, closed))
}

/// Narrows what is judged of a world that was read before. What lies outside stays for policies that look across accounts and Regions.
///
/// # Errors
/// The plan names an account or unit that the world does not have.
pub fn narrow(world: &mut World, plan: &Plan) -> Result<(), CollectError> {
    world.accounts = chosen(std::mem::take(&mut world.accounts), plan)?;
    if plan.regions.is_empty() {
        return Ok(());
    }
    for account in world.accounts.values().filter(|account| account.is_active()) {
        let read = world.regions.entry(account.id.clone()).or_default();
        for name in plan.regions.iter().filter(|name| !read.contains(name)) {
            let message = "the Region is not in the snapshot".to_owned();
            let cause = Cause { code: HandlerErrorCode::NotFound, action: None, message };
            world.unread.push(Unread { account: account.id.clone(), region: name.clone(), type_name: "*".to_owned(), cause });
        }
        read.retain(|name| plan.regions.contains(name));
        if read.is_empty() {
            read.clone_from(&plan.regions);
        }
    }
    world.sort();
    Ok(())
}

/// Those of the accounts that the plan chooses.
fn chosen(mut accounts: BTreeMap<String, AccountFacts>, plan: &Plan) -> Result<BTreeMap<String, AccountFacts>, CollectError> {
    for id in plan.accounts.iter().chain(&plan.excluded) {
        if !accounts.contains_key(id) {
            return Err(CollectError::UnknownAccount(id.clone()));
        }
    }
    let within = |account: &AccountFacts, unit: &String| {
        account.organizational_units.contains(unit) || account.organizational_unit_ids.contains(unit)
    };
    for unit in &plan.organizational_units {
        if !accounts.values().any(|account| within(account, unit)) {
            return Err(CollectError::UnknownUnit(unit.clone()));
        }
    }
    accounts.retain(|id, account| {
        (plan.accounts.is_empty() || plan.accounts.contains(id))
            && (plan.organizational_units.is_empty() || plan.organizational_units.iter().any(|unit| within(account, unit)))
            && !plan.excluded.contains(id)
    });
    Ok(accounts)
}

impl Reader<'_> {
    async fn account(&self, cloud: &dyn Cloud, id: &str, with_organization: bool) -> Part {
        let mut part = Part::default();
        let account = match self.unless_stopped(cloud.enter(id)).await {
            Ok(account) => account,
            Err(error) => {
                part.note(&self.progress, id, "*", "*", error);
                return part;
            }
        };
        let regions = match self.unless_stopped(account.regions()).await {
            Ok(regions) => regions,
            Err(error) => {
                part.note(&self.progress, id, "*", "Innovate::Account::Region", error.clone());
                // Without the list, the Regions that were asked for by name are still known.
                let unknown = if self.regions.is_empty() { "*" } else { OTHER_REGIONS };
                part.note(&self.progress, id, unknown, "*", error);
                self.regions.iter().map(|name| Region { name: name.clone(), opt_in_status: String::new() }).collect()
            }
        };
        let enabled: Vec<Region> = regions.into_iter().filter(Region::is_enabled).collect();
        for name in self.regions.iter().filter(|name| !enabled.iter().any(|region| region.name == **name)) {
            let message = "the Region is not enabled for the account, or there is none of this name";
            let error = HandlerError { code: HandlerErrorCode::RegionDisabled, action: None, message: message.to_owned() };
            part.note(&self.progress, id, name, "*", error);
        }
        let (regions, left_out): (Vec<Region>, Vec<Region>) = enabled.into_iter().partition(|region| wanted(&self.regions, &region.name));
        part.unread.extend(left_out.iter().map(|region| not_chosen(id, &region.name, "Region")));
        let mut handlers: Vec<(String, Box<dyn Handler>)> = Vec::new();
        let mut add = |account: &dyn Account, reach: Reach, region: &str| {
            let wanted = account.handlers(reach, region).into_iter().filter(|handler| needed(self.needs.as_ref(), handler.definition()));
            handlers.extend(wanted.map(|handler| (region.to_owned(), handler)));
        };
        add(account.as_ref(), Reach::Global, GLOBAL);
        if with_organization {
            add(account.as_ref(), Reach::Organization, GLOBAL);
        }
        for region in &regions {
            add(account.as_ref(), Reach::Regional, &region.name);
            if !region.opt_in_status.is_empty() {
                self.store(vec![region_resource(id, region)]);
            }
            part.regions.push(region.name.clone());
        }
        // What takes most calls begins first: its bucket decides how long the account takes.
        handlers.sort_by_key(|(_, handler)| std::cmp::Reverse(handler.definition().reads.len()));
        let mut finished = self.finished(id);
        let parts: Vec<Part> = stream::iter(handlers)
            .map(|(region, handler)| {
                let before = finished.remove(&(region.clone(), handler.definition().type_name.to_owned()));
                async move {
                    match before {
                        Some(before) => self.again(&region, before),
                        None => self.listing(id, &region, handler.as_ref()).await,
                    }
                }
            })
            .buffer_unordered(LISTINGS_AT_ONCE)
            .collect()
            .await;
        parts.into_iter().for_each(|of_handler| part.merge(of_handler));
        part
    }

    /// What an earlier process finished of the account; nothing where that cannot be read.
    fn finished(&self, account: &str) -> OfAccount {
        let known = self.journal.map(|journal| journal.account(account)).transpose();
        known
            .inspect_err(|error| tracing::warn!("what was read of {account} before is read again: {error}"))
            .ok()
            .flatten()
            .unwrap_or_default()
    }

    /// What was finished before, as if it had been read.
    fn again(&self, region: &str, before: Finished) -> Part {
        self.progress.resources.fetch_add(before.resources.len().try_into().unwrap_or(u64::MAX), Ordering::Relaxed);
        self.store(before.resources);
        Part { reads: BTreeMap::from([(region.to_owned(), before.reads)]), ..Part::default() }
    }

    /// Takes what was read, and notes it in the journal where nothing failed. It is in no account's part: hundreds of accounts are read at once.
    fn keep(&self, account: &str, region: &str, type_name: &str, part: &Part, resources: Vec<Resource>) {
        let is_whole = part.unread.is_empty() && resources.iter().all(|resource| resource.gaps.is_empty());
        let finished = Finished { resources, reads: part.reads.get(region).cloned().unwrap_or_default() };
        if is_whole && let Some(Err(error)) = self.journal.map(|journal| journal.finish(account, region, type_name, &finished)) {
            tracing::warn!("`--resume` will read {type_name} of {account} again, as it cannot be kept: {error}");
        }
        self.store(finished.resources);
    }

    fn store(&self, resources: Vec<Resource>) {
        let mut builder = self.builder.lock().unwrap_or_else(PoisonError::into_inner);
        if let Err(error) = resources.into_iter().try_for_each(|resource| builder.add(resource)) {
            // The first failure says enough.
            drop(self.failure.set(error));
        }
    }

    /// Lists one type and reads the further facets of what it finds.
    async fn listing(&self, account: &str, region: &str, handler: &dyn Handler) -> Part {
        let mut part = Part::default();
        let definition = handler.definition();
        let mut listing = Listing::default();
        let outcome = self.unless_stopped(handler.list(&mut listing)).await;
        let has_ended = outcome.is_err();
        let errors: Vec<HandlerError> = outcome.err().into_iter().chain(std::mem::take(&mut listing.failures)).collect();
        for facet in definition.list {
            let failed = has_ended || errors.iter().any(|error| error.action == Some(facet.action));
            part.tally(region, definition, facet, 1, usize::from(!failed));
        }
        for error in errors {
            part.note(&self.progress, account, region, definition.type_name, error);
        }
        let mut resources = listing.resources;
        self.progress.resources.fetch_add(resources.len().try_into().unwrap_or(u64::MAX), Ordering::Relaxed);
        let reads = definition.reads.iter().enumerate().filter(|(_, (facet, _))| needed_facet(self.needs.as_ref(), definition, facet));
        for (number, (facet, batch)) in reads {
            let chunks: Vec<Vec<Resource>> = resources.chunks((*batch).max(1)).map(<[Resource]>::to_vec).collect();
            let answers: Vec<_> = stream::iter(chunks)
                .map(|chunk| async move {
                    let read = async { Ok(handler.read(number, &chunk).await) };
                    match self.unless_stopped(read).await {
                        Ok(answers) => answers,
                        Err(error) => vec![Err(error); chunk.len()],
                    }
                })
                .buffered(READS_AT_ONCE)
                .collect()
                .await;
            let mut count = 0;
            for (resource, answer) in resources.iter_mut().zip(answers.into_iter().flatten()) {
                count += usize::from(answer.is_ok());
                match answer {
                    Ok(properties) => resource.properties.extend(properties),
                    Err(error) => {
                        self.progress.gaps.fetch_add(1, Ordering::Relaxed);
                        let cause = Cause::from(error);
                        if facet.properties.is_empty() {
                            resource.add_gap("", cause.clone());
                        }
                        for property in facet.properties {
                            resource.add_gap(format!("/{property}"), cause.clone());
                        }
                    }
                }
            }
            part.tally(region, definition, facet, resources.len(), count);
        }
        for resource in &mut resources {
            // Services that name a resource without its ARN tell it where they describe the resource.
            if resource.arn.is_none() {
                resource.arn = resource.properties.get("Arn").and_then(Value::as_str).map(ToOwned::to_owned);
            }
            remove_secrets(resource);
        }
        self.keep(account, region, definition.type_name, &part, resources);
        part
    }

    /// The result of a call, or an error where the reading is stopped before it ends.
    async fn unless_stopped<T>(&self, call: impl Future<Output = Result<T, HandlerError>>) -> Result<T, HandlerError> {
        let mut stop = self.stop.clone();
        let interrupted = || HandlerError {
            code: HandlerErrorCode::Interrupted,
            action: None,
            message: "the run was stopped before this was read".to_owned(),
        };
        if self.failure.get().is_some() {
            return Err(interrupted());
        }
        tokio::select! {
            biased;
            Ok(_) = stop.wait_for(|stop| *stop) => Err(interrupted()),
            result = call => result,
        }
    }
}

/// Whether anything of the type is needed.
pub fn needed(needs: Option<&Needs>, definition: &Definition) -> bool {
    needs.is_none_or(|needs| needs.contains_key(definition.type_name))
}

/// Whether the facet, read after the listing, fills anything that is needed.
pub fn needed_facet(needs: Option<&Needs>, definition: &Definition, facet: &Facet) -> bool {
    let Some(needs) = needs else { return true };
    match needs.get(definition.type_name) {
        Some(Some(properties)) => facet.properties.is_empty() || facet.properties.iter().any(|name| properties.contains(*name)),
        Some(None) => true,
        None => false,
    }
}

fn region_resource(account: &str, region: &Region) -> Resource {
    let mut resource = Resource::new("Innovate::Account::Region", account, account, region.name.as_str());
    for (name, value) in [("AccountId", account), ("RegionName", &region.name), ("OptInStatus", &region.opt_in_status)] {
        resource.properties.insert(name.to_owned(), Value::from(value));
    }
    resource
}

/// Takes out what must never be stored, wherever a handler might have let it in.
fn remove_secrets(resource: &mut Resource) {
    const SECRETS: [&str; 5] = ["UserData", "MasterUserPassword", "SecretString", "TdeCredentialPassword", "AuthParameters"];
    let mut queue: Vec<&mut serde_json::Map<String, Value>> = vec![&mut resource.properties];
    while let Some(object) = queue.pop() {
        object.retain(|name, _| !SECRETS.contains(&name.as_str()));
        let mut values: Vec<&mut Value> = object.values_mut().collect();
        while let Some(value) = values.pop() {
            match value {
                Value::Object(object) => queue.push(object),
                Value::Array(items) => values.extend(items),
                _ => {}
            }
        }
    }
}
