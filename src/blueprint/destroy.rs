//! Taking away what a blueprint made: each stack after those that rest on it.

use innovate_model::{KnownStack, Provisioner};

use super::apply::{Happening, Options, Outcome, first_cause, follow};
use super::live::Doors;
use super::schedule::in_order;
use super::{Blueprint, Known};
use crate::input::cloudformation::Role;
use crate::input::document::InputError;
use crate::plan::{Change, digest, token};

/// What becomes of a resource whose stack goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fate {
    /// It is deleted with what it holds.
    Lost,
    /// It is deleted after a snapshot.
    Snapshot,
    /// It stays, and no stack has it any more.
    Kept,
}

/// A stack that goes.
#[derive(Clone, Debug)]
pub struct Doomed {
    /// The number of its step.
    pub number: usize,
    /// The environment.
    pub environment: String,
    /// Its name in the blueprint.
    pub name: String,
    /// Whether somebody has to agree.
    pub approval: bool,
    /// The account.
    pub account: String,
    /// The Region.
    pub region: String,
    /// The stack.
    pub stack: KnownStack,
    /// Its resources, by logical id and type.
    pub resources: Vec<(String, String, Fate)>,
    /// The numbers of the stacks that rest on it.
    pub before: Vec<usize>,
}

impl Blueprint {
    /// The stacks that are there, those first that nothing rests on.
    ///
    /// # Errors
    /// A template is not of the form.
    pub fn doomed(&self, known: &Known) -> Result<Vec<Doomed>, InputError> {
        let forecast = self.forecast(known)?;
        let deployed = self.deployed(&forecast.plan, known)?;
        let mut doomed: Vec<Doomed> = Vec::new();
        for (number, step) in forecast.plan.steps.iter().enumerate().rev() {
            let (Change::Stack(change), Some(account)) = (&step.change, &step.account_id) else { continue };
            let Some(there) = known.stacks.get(&(account.clone(), step.region.clone(), change.stack.clone())) else { continue };
            let roles = deployed.get(&number).map(|stacked| &stacked.roles);
            let fate = |logical: &str| {
                let role: Option<&Role> = roles.and_then(|roles| roles.get(logical));
                match role.and_then(|role| role.deletion_policy.as_deref()) {
                    Some("Snapshot") => Fate::Snapshot,
                    Some(policy) if policy.starts_with("Retain") => Fate::Kept,
                    _ => Fate::Lost,
                }
            };
            let resources = there.resources.iter().filter(|resource| resource.physical_id.is_some());
            let resources = resources.map(|resource| (resource.logical_id.clone(), resource.type_name.clone(), fate(&resource.logical_id)));
            let before = forecast.plan.steps.iter().enumerate().filter(|(_, other)| other.after.contains(&number));
            doomed.push(Doomed {
                number,
                environment: step.environment.clone(),
                name: step.name.clone(),
                approval: step.approval,
                account: account.clone(),
                region: step.region.clone(),
                stack: there.clone(),
                resources: resources.collect(),
                before: before.map(|(number, _)| number).collect(),
            });
        }
        Ok(doomed)
    }

    /// Deletes the stacks. One that cannot be deleted keeps those that it rests on, and nothing else.
    pub async fn destroy(
        &self,
        doomed: &[Doomed],
        doors: &Doors<'_>,
        options: Options,
        tell: &dyn Fn(usize, Happening<'_>),
    ) -> Vec<Outcome> {
        // A setting is no stack: it goes with its account, or stays.
        let place = |number: &usize| doomed.iter().position(|stack| stack.number == *number);
        let after: Vec<Vec<usize>> = doomed.iter().map(|stack| stack.before.iter().filter_map(place).collect()).collect();
        in_order(&after, |place, bad| async move {
            let outcome = match doomed.get(place).filter(|_| bad.is_none()) {
                Some(stack) => gone(stack, place, doors, options, tell).await,
                None => Outcome::Skipped("what rests on it is still there".to_owned()),
            };
            tell(place, Happening::Ended(&outcome));
            outcome
        })
        .await
    }
}

/// By what the destruction of these stacks is agreed to.
pub fn destruction_digest(doomed: &[Doomed]) -> String {
    let text = |stack: &Doomed| {
        let resources = stack.resources.iter().map(|(logical, type_name, fate)| format!("{logical} {type_name} {fate:?}"));
        let ids = stack.stack.resources.iter().map(|resource| resource.physical_id.clone().unwrap_or_default());
        format!(
            "{} {}\n{}",
            stack.stack.stack.id,
            digest(stack.stack.template.as_bytes()),
            resources.chain(ids).collect::<Vec<_>>().join("\n")
        )
    };
    digest(doomed.iter().map(text).collect::<Vec<_>>().join("\n").as_bytes())
}

async fn gone(stack: &Doomed, place: usize, doors: &Doors<'_>, options: Options, tell: &dyn Fn(usize, Happening<'_>)) -> Outcome {
    tell(place, Happening::Begun);
    let work = async {
        let provisioner = doors.enter(&stack.account, &stack.region).await?;
        delete(stack, place, provisioner.as_ref(), options, tell).await
    };
    work.await.unwrap_or_else(|error: innovate_model::HandlerError| Outcome::Failed(error.to_string()))
}

async fn delete(
    stack: &Doomed,
    place: usize,
    provisioner: &dyn Provisioner,
    options: Options,
    tell: &dyn Fn(usize, Happening<'_>),
) -> Result<Outcome, innovate_model::HandlerError> {
    let Some(now) = provisioner.stack(&stack.stack.stack.id).await?.filter(|now| now.status != "DELETE_COMPLETE") else {
        return Ok(Outcome::Kept);
    };
    if now.is_busy() {
        tell(place, Happening::Waits(&format!("an operation on `{}` is under way: {}", now.name, now.status)));
        let last = provisioner.last_event(&now.id).await?;
        follow(provisioner, &now.id, last.as_deref(), options, &|happening| tell(place, happening)).await?;
    }
    if now.termination_protection {
        tell(place, Happening::Calls("take the protection from the stack"));
        provisioner.protect(&now.name, false).await?;
    }
    let last = provisioner.last_event(&now.id).await?;
    tell(place, Happening::Calls("delete the stack"));
    provisioner.delete(&now.name, &[], &token(&format!("delete {}", now.id))).await?;
    let ended = follow(provisioner, &now.id, last.as_deref(), options, &|happening| tell(place, happening)).await?;
    Ok(match ended {
        None => Outcome::Done,
        Some(left) => {
            let events = provisioner.events(&now.id, last.as_deref()).await?;
            Outcome::Failed(format!("{} ({})", first_cause(&events).unwrap_or_else(|| "no cause is given".to_owned()), left.status))
        }
    })
}
