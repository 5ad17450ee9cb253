//! What is there of a blueprint, read from CloudFormation.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use innovate_model::{DeployedStack, HandlerError, KnownStack, Provisioner, Provisioning};
use tokio::sync::Mutex;

use super::order::Part;
use super::{Blueprint, Known};
use crate::input::document::InputError;
use crate::plan::Change;

/// The tag by which a stack says of which blueprint it is.
pub(super) const TAG: &str = "innovate:blueprint";

/// Why the stacks that are there are not known.
#[derive(Debug, thiserror::Error)]
pub enum LiveError {
    /// The blueprint is wrong.
    #[error(transparent)]
    Input(#[from] InputError),
    /// Who calls is not known.
    #[error("no AWS identity; check the credentials with `aws sts get-caller-identity`: {0}")]
    Identity(HandlerError),
    /// A stack of this name is somebody else's.
    #[error(
        "the stack `{stack}` of {account} is there and not of this blueprint: it has no tag `{TAG}` of the value `{blueprint}`; give it the tag to take it over, or choose another `prefix`"
    )]
    Foreign {
        /// The stack.
        stack: String,
        /// The account.
        account: String,
        /// The name of the blueprint.
        blueprint: String,
    },
    /// An account is closed, or a call failed.
    #[error("{account} {region}: {error}; nothing is planned on what was not read")]
    Call {
        /// The name and id of the account.
        account: String,
        /// The Region.
        region: String,
        /// The failed call.
        error: HandlerError,
    },
}

/// An account and a Region.
type Place = (String, String);

/// The accounts and Regions of a blueprint, each entered once.
pub struct Doors<'a> {
    cloud: &'a dyn Provisioning,
    roles: Vec<String>,
    open: Mutex<BTreeMap<Place, Arc<dyn Provisioner>>>,
}

impl<'a> Doors<'a> {
    /// Of a blueprint: its own role goes before that of a new account.
    pub fn new(blueprint: &Blueprint, cloud: &'a dyn Provisioning) -> Self {
        Self { cloud, roles: blueprint.document.entry.roles(), open: Mutex::default() }
    }

    /// CloudFormation of an account and Region.
    ///
    /// # Errors
    /// The account cannot be entered.
    pub async fn enter(&self, account: &str, region: &str) -> Result<Arc<dyn Provisioner>, HandlerError> {
        let place = (account.to_owned(), region.to_owned());
        let mut open = self.open.lock().await;
        if let Some(known) = open.get(&place) {
            return Ok(known.clone());
        }
        let entered: Arc<dyn Provisioner> = self.cloud.provisioner(account, region, &self.roles).await?.into();
        open.insert(place, entered.clone());
        Ok(entered)
    }
}

/// A stack with its template and resources.
///
/// # Errors
/// The failed call.
pub async fn whole(provisioner: &dyn Provisioner, stack: DeployedStack) -> Result<KnownStack, HandlerError> {
    if stack.is_empty() {
        return Ok(KnownStack { stack, ..KnownStack::default() });
    }
    let (template, resources) = futures::future::try_join(provisioner.template(&stack.name), provisioner.resources(&stack.name)).await?;
    Ok(KnownStack { stack, template, resources })
}

impl Blueprint {
    /// What is there: the stacks of the blueprint in every account that is there, and the settings. One listing a Region of an account, then the template and the
    /// resources of each stack of the blueprint.
    ///
    /// # Errors
    /// Nobody is calling, an account cannot be entered, or a call failed.
    pub async fn live(&self, doors: &Doors<'_>) -> Result<Known, LiveError> {
        let caller = doors.cloud.account().await.map_err(LiveError::Identity)?;
        let mut known = Known { caller: Some(caller), ..Known::default() };
        let mut read: BTreeSet<Place> = BTreeSet::new();
        let steps = self.steps()?;
        loop {
            // What a stack says of its accounts leads to more of them.
            let forecast = self.forecast(&known)?;
            let places = forecast.plan.steps.iter().filter_map(|step| Some((step.account_id.clone()?, step.region.clone())));
            let open: BTreeSet<Place> = places.filter(|place| !read.contains(place)).collect();
            if open.is_empty() {
                return Ok(known);
            }
            for place in open {
                let (account, region) = &place;
                let failed = |error| {
                    let name = forecast.accounts.iter().find(|(_, id)| *id == account).map_or("account", |(name, _)| name);
                    LiveError::Call { account: format!("{name} ({account})"), region: region.clone(), error }
                };
                let provisioner = doors.enter(account, region).await.map_err(failed)?;
                let there = provisioner.stacks().await.map_err(failed)?;
                let mut ours = Vec::new();
                for (step, planned) in steps.iter().zip(&forecast.plan.steps) {
                    let here = planned.account_id.as_ref() == Some(account) && planned.region == *region;
                    if let (true, Part::Stack(_), Change::Stack(change)) = (here, step.part, &planned.change) {
                        ours.extend(there.iter().find(|stack| stack.name == change.stack).cloned());
                    }
                }
                let name = &self.document.name.value;
                let is_of_blueprint = |stack: &&DeployedStack| stack.tags.get(TAG) == Some(name);
                if let Some(foreign) = ours.iter().find(|stack| !stack.is_empty() && !is_of_blueprint(stack)) {
                    let (stack, blueprint) = (foreign.name.clone(), name.clone());
                    return Err(LiveError::Foreign { stack, account: account.clone(), blueprint });
                }
                let left = there.iter().filter(is_of_blueprint).filter(|stack| !ours.iter().any(|own| own.name == stack.name));
                known.leftovers.extend(left.map(|stack| (account.clone(), region.clone(), stack.name.clone())));
                let whole = ours.into_iter().map(|stack| whole(provisioner.as_ref(), stack));
                for stack in futures::future::try_join_all(whole).await.map_err(failed)? {
                    known.stacks.insert((account.clone(), region.clone(), stack.stack.name.clone()), stack);
                }
                read.insert(place);
            }
        }
    }

    /// What the settings are that the plan has, of accounts that are there; those whose values hang on a stack that is not there yet are left out.
    ///
    /// # Errors
    /// A call failed.
    pub async fn settings(&self, doors: &Doors<'_>, known: &mut Known) -> Result<(), LiveError> {
        let forecast = self.forecast(known)?;
        for step in &forecast.plan.steps {
            let (Change::Setting(amendment), Some(account)) = (&step.change, &step.account_id) else { continue };
            if amendment.is_pending {
                continue;
            }
            let failed = |error| LiveError::Call { account: format!("{} ({account})", step.account), region: step.region.clone(), error };
            let provisioner = doors.enter(account, &step.region).await.map_err(failed)?;
            let now = provisioner.setting(&amendment.type_name, &amendment.properties).await.map_err(failed)?;
            known.settings.insert((step.environment.clone(), step.name.clone()), now);
        }
        Ok(())
    }
}
