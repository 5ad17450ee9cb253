//! Bringing about what a plan says: change sets of CloudFormation, stack by stack, each after those that it rests on.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use innovate_model::{ChangeSet, ChangeSetRequest, DeployedStack, HandlerError, HandlerErrorCode, Provisioner, StackEvent};
use tokio::sync::Mutex;

use super::live::{Doors, TAG, whole};
use super::schedule::in_order;
use super::{Blueprint, Forecast, Known};
use crate::plan::{self, Amendment, Change, Plan, StackAction, StackChange, Step, open_policy, protection_policy};

/// How often a new account is tried: its roles take a while to be known everywhere.
const MOST_KNOCKS: usize = 30;

/// How a plan is applied.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// How long to wait before a stack is looked at again.
    pub poll: Duration,
    /// Whether roll-backs that failed are gone on with.
    pub continue_rollback: bool,
}

/// What happens, as it happens.
#[derive(Debug)]
pub enum Happening<'a> {
    /// A step is begun.
    Begun,
    /// A call that writes is about to be made.
    Calls(&'a str),
    /// Something is waited for.
    Waits(&'a str),
    /// CloudFormation tells of a resource, or of the stack.
    Event(&'a StackEvent),
    /// A step came to its end.
    Ended(&'a Outcome),
}

/// How a step ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// There was nothing to do.
    Kept,
    /// It was done.
    Done,
    /// It failed, and CloudFormation rolled it back or stopped; the first cause.
    Failed(String),
    /// It was not begun, as it would not have been what was planned, or a guardrail denies it.
    Refused(String),
    /// It was not begun, as what it rests on did not come about.
    Skipped(String),
}

impl Outcome {
    /// Whether what the step is for is there.
    pub fn is_good(&self) -> bool {
        matches!(self, Self::Kept | Self::Done)
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Kept => f.write_str("nothing to do"),
            Self::Done => f.write_str("done"),
            Self::Failed(why) => write!(f, "failed: {why}"),
            Self::Refused(why) => write!(f, "refused: {why}"),
            Self::Skipped(why) => write!(f, "not begun: {why}"),
        }
    }
}

/// What came of a plan.
#[derive(Debug)]
pub struct Applied {
    /// How each step ended.
    pub outcomes: Vec<Outcome>,
    /// What is there now.
    pub known: Known,
}

/// Whoever is asked and told while a plan is applied.
pub struct Overseer<'a> {
    /// What the guardrails deny of what is to be; empty where nothing.
    pub guard: &'a dyn Fn(&Forecast) -> Result<Vec<String>, String>,
    /// Is told what happens at a step of this number.
    pub tell: &'a dyn Fn(usize, Happening<'_>),
}

/// A plan being applied.
struct Run<'a> {
    blueprint: &'a Blueprint,
    doors: &'a Doors<'a>,
    options: Options,
    overseer: &'a Overseer<'a>,
    known: Mutex<Known>,
}

impl Blueprint {
    /// Applies a plan. A step that fails takes with it what rests on it, and nothing else; what was done stays done, so that the next run goes on from there.
    pub async fn apply(&self, plan: &Plan, known: Known, doors: &Doors<'_>, options: Options, overseer: &Overseer<'_>) -> Applied {
        let run = Run { blueprint: self, doors, options, overseer, known: Mutex::new(known) };
        let after: Vec<Vec<usize>> = plan.steps.iter().map(|step| step.after.clone()).collect();
        let run = &run;
        let outcomes = in_order(&after, |number, bad| async move {
            let outcome = match (plan.steps.get(number), bad.and_then(|bad| plan.steps.get(bad))) {
                (Some(step), None) => run.step(number, step).await,
                (_, bad) => {
                    Outcome::Skipped(bad.map(|step| format!("it rests on `{}/{}`", step.environment, step.name)).unwrap_or_default())
                }
            };
            run.tell(number, Happening::Ended(&outcome));
            outcome
        })
        .await;
        let known = run.known.lock().await.clone();
        Applied { outcomes, known }
    }
}

/// A call failed, or what it led to is none that the plan has.
enum Stop {
    Failed(String),
    Refused(String),
}

impl From<HandlerError> for Stop {
    fn from(error: HandlerError) -> Self {
        Self::Failed(error.to_string())
    }
}

impl Run<'_> {
    fn tell(&self, number: usize, happening: Happening<'_>) {
        (self.overseer.tell)(number, happening);
    }

    async fn step(&self, number: usize, planned: &Step) -> Outcome {
        if !planned.change.is_change() {
            return Outcome::Kept;
        }
        self.tell(number, Happening::Begun);
        match self.work(number, planned).await {
            Ok(outcome) => outcome,
            Err(Stop::Failed(why)) => Outcome::Failed(why),
            Err(Stop::Refused(why)) => Outcome::Refused(why),
        }
    }

    /// The step as it is now, with all that earlier steps made known; refused where that is not what was planned.
    async fn now(&self, number: usize, planned: &Step) -> Result<(Step, Forecast), Stop> {
        let known = self.known.lock().await.clone();
        let forecast = self.blueprint.forecast(&known).map_err(|error| Stop::Failed(error.to_string()))?;
        let step = forecast.plan.steps.get(number).cloned().ok_or_else(|| Stop::Refused("the blueprint has other steps now".to_owned()))?;
        if let Some(departure) = plan::departures(planned, &step).first() {
            return Err(Stop::Refused(format!("it is not what was planned: {departure}; plan again")));
        }
        Ok((step, forecast))
    }

    async fn work(&self, number: usize, planned: &Step) -> Result<Outcome, Stop> {
        let (step, forecast) = self.now(number, planned).await?;
        let Some(account) = &step.account_id else {
            return Err(Stop::Failed(format!("nobody knows the id of the account `{}`", step.account)));
        };
        let provisioner = self.enter(number, account, &step.region).await?;
        match &step.change {
            Change::Setting(amendment) => self.set(number, &step, amendment, provisioner.as_ref()).await,
            Change::Stack(change) => {
                if self.settle(number, &step, change, provisioner.as_ref()).await? {
                    // What was waited for may have done it all.
                    let (step, forecast) = self.now(number, planned).await?;
                    return match &step.change {
                        Change::Stack(change) if step.change.is_change() => {
                            self.change(number, &step, change, &forecast, provisioner.as_ref()).await
                        }
                        _ => Ok(Outcome::Done),
                    };
                }
                self.change(number, &step, change, &forecast, provisioner.as_ref()).await
            }
        }
    }

    /// CloudFormation of an account. That of a new one is asked for until it is known everywhere.
    async fn enter(&self, number: usize, account: &str, region: &str) -> Result<Arc<dyn Provisioner>, Stop> {
        let mut knocks = 0;
        loop {
            match self.doors.enter(account, region).await {
                Err(error) if error.code == HandlerErrorCode::AccessDenied && knocks < MOST_KNOCKS => {
                    knocks += 1;
                    self.tell(number, Happening::Waits(&format!("account {account} cannot be entered yet: {error}")));
                    tokio::time::sleep(self.options.poll).await;
                }
                entered => return Ok(entered?),
            }
        }
    }

    async fn set(&self, number: usize, step: &Step, amendment: &Amendment, provisioner: &dyn Provisioner) -> Result<Outcome, Stop> {
        let key = (step.environment.clone(), step.name.clone());
        let before = provisioner.setting(&amendment.type_name, &amendment.properties).await?;
        if plan::amendments(&before, &amendment.properties).is_empty() {
            self.known.lock().await.settings.insert(key, before);
            return Ok(Outcome::Kept);
        }
        self.tell(number, Happening::Calls(&format!("set {}", amendment.type_name)));
        provisioner.set(&amendment.type_name, &amendment.properties).await?;
        let after = provisioner.setting(&amendment.type_name, &amendment.properties).await?;
        let left = plan::amendments(&after, &amendment.properties);
        self.known.lock().await.settings.insert(key, after);
        match left.first() {
            None => Ok(Outcome::Done),
            Some(change) => Err(Stop::Failed(format!("`{}` was set and does not read back as asked", change.pointer))),
        }
    }

    /// Reads the stack again, so that later steps know what it gives.
    async fn refresh(&self, step: &Step, change: &StackChange, provisioner: &dyn Provisioner) -> Result<(), Stop> {
        let key = (step.account_id.clone().unwrap_or_default(), step.region.clone(), change.stack.clone());
        let now = match provisioner.stack(&change.stack).await? {
            Some(stack) => Some(whole(provisioner, stack).await?),
            None => None,
        };
        let mut known = self.known.lock().await;
        match now {
            Some(now) => known.stacks.insert(key, now),
            None => known.stacks.remove(&key),
        };
        Ok(())
    }

    /// Brings the stack into a state from which it can be changed; whether something had to be done for it.
    async fn settle(&self, number: usize, step: &Step, change: &StackChange, provisioner: &dyn Provisioner) -> Result<bool, Stop> {
        // What was under way may have come to its end since.
        let mut settled = change.action == StackAction::Await;
        loop {
            let Some(stack) = provisioner.stack(&change.stack).await? else { break };
            match stack.status.as_str() {
                _ if stack.is_busy() => {
                    let words = format!("an operation on `{}` is under way: {}", stack.name, stack.status);
                    self.tell(number, Happening::Waits(&words));
                    let last = provisioner.last_event(&stack.id).await?;
                    self.follow(number, &stack.id, last.as_deref(), provisioner).await?;
                }
                "ROLLBACK_COMPLETE" => {
                    self.tell(number, Happening::Calls("delete the stack whose creation was rolled back"));
                    let last = provisioner.last_event(&stack.id).await?;
                    provisioner.delete(&change.stack, &[], &format!("{}-empty", change.token(step))).await?;
                    self.follow(number, &stack.id, last.as_deref(), provisioner).await?;
                }
                "ROLLBACK_FAILED" | "CREATE_FAILED" | "DELETE_FAILED" => {
                    let stuck = stuck(provisioner, &stack).await?;
                    return Err(Stop::Failed(format!(
                        "the stack is in {}: {stuck}; remove what holds it, then delete it: `aws cloudformation delete-stack --stack-name {}`",
                        stack.status, stack.name
                    )));
                }
                "UPDATE_ROLLBACK_FAILED" if self.options.continue_rollback => {
                    self.tell(number, Happening::Calls("continue the roll-back"));
                    let last = provisioner.last_event(&stack.id).await?;
                    provisioner.continue_rollback(&change.stack, &[], &format!("{}-continue", change.token(step))).await?;
                    let ended = self.follow(number, &stack.id, last.as_deref(), provisioner).await?;
                    if ended.is_some_and(|stack| stack.status == "UPDATE_ROLLBACK_FAILED") {
                        return Err(Stop::Failed(format!("the roll-back failed again: {}", stuck_or(provisioner, &stack).await)));
                    }
                }
                "UPDATE_ROLLBACK_FAILED" => {
                    let stuck = stuck(provisioner, &stack).await?;
                    return Err(Stop::Failed(format!(
                        "its last roll-back failed: {stuck}; mend what holds it, then run this again with `--continue-rollback`"
                    )));
                }
                _ => break,
            }
            settled = true;
        }
        if settled {
            self.refresh(step, change, provisioner).await?;
        }
        Ok(settled)
    }

    async fn change(
        &self,
        number: usize,
        step: &Step,
        change: &StackChange,
        forecast: &Forecast,
        provisioner: &dyn Provisioner,
    ) -> Result<Outcome, Stop> {
        if let Some(parameter) = change.parameters.iter().find(|parameter| parameter.given().is_none() && !parameter.is_secret) {
            let why = parameter.unknown.as_deref().unwrap_or("nobody says what it is");
            return Err(Stop::Failed(format!("the parameter `{}` is not known: {why}", parameter.name)));
        }
        if change.action == StackAction::Keep {
            self.protect(number, step, change, provisioner).await?;
            self.refresh(step, change, provisioner).await?;
            return Ok(Outcome::Done);
        }
        let denied = (self.overseer.guard)(forecast).map_err(Stop::Failed)?;
        if let Some(first) = denied.first() {
            return Err(Stop::Refused(format!("{} guardrails deny it now that its values are known: {first}", denied.len())));
        }
        let token = change.token(step);
        let set = self.announced(number, step, change, &token, provisioner).await?;
        if set.is_without_changes() {
            provisioner.delete_change_set(&change.stack, &token).await?;
            self.refresh(step, change, provisioner).await?;
            return Ok(Outcome::Kept);
        }
        if let Some(departure) = plan::unplanned(change, &set).first() {
            provisioner.delete_change_set(&change.stack, &token).await?;
            return Err(Stop::Refused(format!("CloudFormation announces what was not planned: {departure}")));
        }
        if step.protection && change.action == StackAction::Update {
            // What it must not do it is not even to begin.
            self.tell(number, Happening::Calls("set the stack policy"));
            provisioner.set_policy(&change.stack, &protection_policy()).await?;
        }
        let last = provisioner.last_event(&change.stack).await?;
        self.tell(number, Happening::Calls(&format!("execute the change set {token}")));
        provisioner.execute(&change.stack, &token, &token).await?;
        let id = provisioner.stack(&change.stack).await?.map_or_else(|| change.stack.clone(), |stack| stack.id);
        let ended = self.follow(number, &id, last.as_deref(), provisioner).await?;
        let Some(stack) = ended else { return Err(Stop::Failed("the stack is gone".to_owned())) };
        if !matches!(stack.status.as_str(), "CREATE_COMPLETE" | "UPDATE_COMPLETE") {
            self.refresh(step, change, provisioner).await?;
            let events = provisioner.events(&id, last.as_deref()).await?;
            return Err(Stop::Failed(format!(
                "{} ({})",
                first_cause(&events).unwrap_or_else(|| "no cause is given".to_owned()),
                stack.status
            )));
        }
        if step.protection || change.protect.is_some() {
            self.protect(number, step, change, provisioner).await?;
        }
        self.refresh(step, change, provisioner).await?;
        Ok(Outcome::Done)
    }

    /// Protects the stack from deletion, and what cannot be made again from replacement; or no longer.
    async fn protect(&self, number: usize, step: &Step, change: &StackChange, provisioner: &dyn Provisioner) -> Result<(), Stop> {
        self.tell(number, Happening::Calls(if step.protection { "protect the stack" } else { "take the protection from the stack" }));
        let policy = if step.protection { protection_policy() } else { open_policy() };
        provisioner.set_policy(&change.stack, &policy).await?;
        provisioner.protect(&change.stack, step.protection).await?;
        Ok(())
    }

    /// The change set of the step, made where there is none, once CloudFormation has looked at it.
    async fn announced(
        &self,
        number: usize,
        step: &Step,
        change: &StackChange,
        token: &str,
        provisioner: &dyn Provisioner,
    ) -> Result<ChangeSet, Stop> {
        if provisioner.change_set(&change.stack, token).await?.is_some() {
            // Whoever made it, what it holds is not known.
            self.tell(number, Happening::Calls(&format!("delete the change set {token} that is there")));
            provisioner.delete_change_set(&change.stack, token).await?;
        }
        let stack = provisioner.stack(&change.stack).await?;
        let mut request = self.blueprint.request(step, change, token);
        request.create = stack.is_none_or(|stack| stack.status == "REVIEW_IN_PROGRESS");
        self.tell(number, Happening::Calls(&format!("create the change set {token}")));
        provisioner.create_change_set(&request).await?;
        loop {
            match provisioner.change_set(&change.stack, token).await? {
                Some(set) if set.status == "FAILED" && !set.is_without_changes() => {
                    let reason = set.reason.unwrap_or_else(|| "CloudFormation does not say why".to_owned());
                    provisioner.delete_change_set(&change.stack, token).await?;
                    return Err(Stop::Failed(format!("CloudFormation refuses the change: {reason}")));
                }
                Some(set) if !set.status.ends_with("_IN_PROGRESS") && !set.status.ends_with("_PENDING") => return Ok(set),
                Some(_) => tokio::time::sleep(self.options.poll).await,
                None => return Err(Stop::Failed(format!("the change set {token} is gone; somebody else took it away"))),
            }
        }
    }

    async fn follow(
        &self,
        number: usize,
        stack: &str,
        last: Option<&str>,
        provisioner: &dyn Provisioner,
    ) -> Result<Option<DeployedStack>, Stop> {
        Ok(follow(provisioner, stack, last, self.options, &|happening| self.tell(number, happening)).await?)
    }
}

/// Follows a stack until no operation is under way, telling its events after the one of this id; none where it was deleted.
pub(super) async fn follow(
    provisioner: &dyn Provisioner,
    stack: &str,
    last: Option<&str>,
    options: Options,
    tell: &dyn Fn(Happening<'_>),
) -> Result<Option<DeployedStack>, HandlerError> {
    let mut last = last.map(ToOwned::to_owned);
    loop {
        let now = provisioner.stack(stack).await?;
        for event in provisioner.events(stack, last.as_deref()).await? {
            tell(Happening::Event(&event));
            last = Some(event.id);
        }
        match now {
            Some(now) if now.status == "DELETE_COMPLETE" => return Ok(None),
            Some(now) if !now.is_busy() => return Ok(Some(now)),
            Some(_) => tokio::time::sleep(options.poll).await,
            None => return Ok(None),
        }
    }
}

impl Blueprint {
    fn request(&self, step: &Step, change: &StackChange, token: &str) -> ChangeSetRequest {
        let stack = self.document.stacks.get(&step.name);
        let tags = [
            (TAG, self.document.name.value.as_str()),
            ("innovate:environment", step.environment.as_str()),
            ("innovate:stack", step.name.as_str()),
        ];
        ChangeSetRequest {
            stack: change.stack.clone(),
            name: token.to_owned(),
            create: false,
            template: stack.map(|stack| self.template_text(&stack.value).to_owned()).unwrap_or_default(),
            parameters: change
                .parameters
                .iter()
                .filter_map(|parameter| Some((parameter.name.clone(), parameter.given()?.to_owned())))
                .collect(),
            tags: tags.into_iter().map(|(key, value)| (key.to_owned(), value.to_owned())).collect(),
        }
    }
}

/// The resources that hold a stack, each with its reason.
async fn stuck(provisioner: &dyn Provisioner, stack: &DeployedStack) -> Result<String, HandlerError> {
    let resources = provisioner.resources(&stack.name).await?;
    let failed = resources.iter().filter(|resource| resource.status.ends_with("_FAILED"));
    let words =
        failed.map(|resource| format!("`{}` {}", resource.logical_id, resource.reason.as_deref().unwrap_or("for no reason that is given")));
    let words: Vec<String> = words.collect();
    Ok(if words.is_empty() { stack.reason.clone().unwrap_or_else(|| "no resource is named".to_owned()) } else { words.join("; ") })
}

async fn stuck_or(provisioner: &dyn Provisioner, stack: &DeployedStack) -> String {
    stuck(provisioner, stack).await.unwrap_or_else(|error| error.to_string())
}

/// What went wrong first, and not what was cancelled for it.
pub(super) fn first_cause(events: &[StackEvent]) -> Option<String> {
    let failed = events.iter().filter(|event| event.status.ends_with("_FAILED"));
    let is_cascade = |event: &&StackEvent| event.reason.as_deref().is_some_and(|reason| reason.contains("cancelled"));
    let first = failed.clone().find(|event| !is_cascade(event) && event.type_name != "AWS::CloudFormation::Stack");
    let first = first.or_else(|| failed.clone().next())?;
    let reason = first.reason.as_deref().unwrap_or("no reason is given");
    Some(format!("`{}` ({}): {reason}", first.logical_id, first.type_name))
}
