//! What a blueprint will change, and the resources that it leads to.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use innovate_model::{Cause, HandlerErrorCode, KnownStack, Properties, Resource, Schemas, Span, pointer};
use serde_json::{Map, Value as Json};
use serde_saphyr::Spanned;

use super::document::{Approval, Setting, Stack, Value};
use super::order::Part;
use super::{Blueprint, FILE, Step, document};
use crate::input::cloudformation::stack::{Stack as Place, parameters, stack};
use crate::input::cloudformation::{Given, Stacked, region_of};
use crate::input::declared::{Declaration, Declared, Origin, Target};
use crate::input::document::{InputError, parse};
use crate::plan::{self, Amendment, Change, Parameter, Plan, ResourceAction, Rules, StackAction, StackChange};

/// How often a replacement may bring about others.
const MOST_ROUNDS: usize = 20;

/// What is known of the accounts before the plan is made.
#[derive(Clone, Debug, Default)]
pub struct Known {
    /// The account of the run's credentials; none where nothing is asked of AWS.
    pub caller: Option<String>,
    /// The ids of accounts, by their names in the blueprint, where no stack says them.
    pub accounts: BTreeMap<String, String>,
    /// The stacks that are there, by account, Region and name.
    pub stacks: BTreeMap<(String, String, String), KnownStack>,
    /// Stacks that say that they are of the blueprint, and that it does not have: account, Region and name.
    pub leftovers: Vec<(String, String, String)>,
    /// The settings as they are now, by environment and name.
    pub settings: BTreeMap<(String, String), Properties>,
}

/// What a blueprint will change.
#[derive(Debug, Default)]
pub struct Forecast {
    /// The changes.
    pub plan: Plan,
    /// All resources that the stacks and settings lead to.
    pub declaration: Declaration,
    /// The environment of each of them, by address.
    pub owners: BTreeMap<String, String>,
    /// The addresses of resources that go.
    pub gone: BTreeSet<String>,
    /// The ids of accounts by their names, made up for those that are not there yet.
    pub accounts: BTreeMap<String, String>,
    /// What the environments make of the policies.
    pub rules: BTreeMap<String, Rules>,
}

/// The outputs of the stacks by environment and name, each with whether it is as CloudFormation says, or will be known only by then.
type Outputs = BTreeMap<(String, String), BTreeMap<String, (Given, bool)>>;

impl Blueprint {
    /// The changes that lead from what is known to what the blueprint says.
    ///
    /// # Errors
    /// A template is not of the form, or a step names what there is not.
    pub fn forecast(&self, known: &Known) -> Result<Forecast, InputError> {
        let steps = self.steps()?;
        let mut forecast = Forecast { rules: self.rules(), ..Forecast::default() };
        forecast.plan = Plan {
            version: plan::VERSION,
            blueprint: self.document.name.value.clone(),
            caller: known.caller.clone(),
            leftovers: known.leftovers.clone(),
            ..Plan::default()
        };
        let mut outputs = Outputs::new();
        for step in &steps {
            let (id, is_known) = self.account(step.account, known, &outputs);
            forecast.accounts.insert(step.account.to_owned(), id.clone());
            let target = Target { account: id.clone(), region: step.region.to_owned() };
            let change = match step.part {
                Part::Stack(stack) => self.stack_change(step, stack, &target, known, &mut outputs, &mut forecast)?,
                Part::Setting(setting) => self.amendment(step, setting, &target, known, &outputs, &mut forecast)?,
            };
            let environment = self.document.environments.get(step.environment).map(|environment| &environment.value);
            forecast.plan.steps.push(plan::Step {
                name: step.name.to_owned(),
                environment: step.environment.to_owned(),
                account: step.account.to_owned(),
                account_id: is_known.then_some(id),
                region: step.region.to_owned(),
                after: step.after.clone(),
                approval: environment.is_some_and(|environment| environment.approval == Approval::Required),
                protection: environment.is_some_and(|environment| environment.protection),
                change,
            });
        }
        Ok(forecast)
    }

    /// What the deployed templates come to, by the number of the step. Attributes that only AWS knows are unknown.
    ///
    /// # Errors
    /// A deployed template is not of the form.
    pub fn deployed(&self, plan: &Plan, known: &Known) -> Result<BTreeMap<usize, Stacked>, InputError> {
        let mut deployed = BTreeMap::new();
        for (number, step) in plan.steps.iter().enumerate() {
            let (Change::Stack(change), Some(account)) = (&step.change, &step.account_id) else { continue };
            let there = known.stacks.get(&(account.clone(), step.region.clone(), change.stack.clone()));
            if let Some(there) = there.filter(|there| !there.stack.is_empty()) {
                let target = Target { account: account.clone(), region: step.region.clone() };
                deployed.insert(number, as_deployed(there, &target, true)?);
            }
        }
        Ok(deployed)
    }

    fn rules(&self) -> BTreeMap<String, Rules> {
        let own = |name: &String| {
            let environment = self.document.environments.get(name).map(|environment| &environment.value.guardrails);
            let mut rules = Rules::default();
            // What the environment says comes after what holds for all.
            for guardrails in [&self.document.guardrails].into_iter().chain(environment) {
                rules.actions.extend(guardrails.stages.iter().map(|(id, action)| (id.clone(), action.value)));
                rules.may_be_unknown.extend(guardrails.unknown.iter().map(|id| id.value.clone()));
                for (id, values) in &guardrails.parameters {
                    rules.parameters.entry(id.clone()).or_default().extend(values.value.clone());
                }
            }
            (name.clone(), rules)
        };
        self.document.environments.keys().map(own).collect()
    }

    /// The id of an account, and whether it is the real one. An account that a stack will make has an id of zeros with its number until then.
    fn account(&self, name: &str, known: &Known, outputs: &Outputs) -> (String, bool) {
        let made_up = || {
            let number = self.document.accounts.get_index_of(name).unwrap_or_default();
            (format!("{:012}", number + 1), false)
        };
        let Some(account) = self.document.accounts.get(name) else { return made_up() };
        if account.value.management {
            return known.caller.clone().map_or_else(made_up, |id| (id, true));
        }
        let is_id = |id: &String| id.len() == 12 && id.bytes().all(|letter| letter.is_ascii_digit());
        let written = match account.value.id.as_ref().map(|id| Value::parse(&id.value)) {
            Some(Ok(Value::Literal(id))) => Some(id),
            Some(Ok(value)) => self.given("", &value, known, outputs).written(),
            _ => None,
        };
        let id = known.accounts.get(name).cloned().or(written).filter(is_id);
        id.map_or_else(made_up, |id| (id, true))
    }

    /// What a value comes to.
    fn given(&self, environment: &str, value: &Value, known: &Known, outputs: &Outputs) -> Given {
        match value {
            Value::Literal(text) => Given::text(text.as_str()),
            Value::EnvironmentName => Given::text(environment),
            Value::Parameter(name) => {
                let text = self.parameter(environment, name).and_then(document::text);
                text.map_or_else(|| Given::unknown(format!("the parameter `{name}` of the blueprint is not set")), Given::text)
            }
            Value::Region(name) => Given::text(self.document.regions.get(name).map_or(name.as_str(), String::as_str)),
            Value::Account(name) => Given::text(self.account(name, known, outputs).0),
            Value::Output { environment: other, stack, name } => {
                let key = (other.clone().unwrap_or_else(|| environment.to_owned()), stack.clone());
                let found = outputs.get(&key).and_then(|outputs| outputs.get(name));
                found
                    .map(|(given, _)| given.clone())
                    .unwrap_or_else(|| Given::unknown(format!("the stack `{stack}` has no output `{name}` by these parameters")))
            }
        }
    }

    /// Why a value is known only when an earlier step is done; none where it is known.
    fn pending(&self, environment: &str, value: &Value, known: &Known, outputs: &Outputs) -> Option<String> {
        match value {
            Value::Account(name) => (!self.account(name, known, outputs).1).then(|| format!("the account `{name}` is not there yet")),
            Value::Output { environment: other, stack, name } => {
                let key = (other.clone().unwrap_or_else(|| environment.to_owned()), stack.clone());
                let there = outputs.get(&key);
                if there.is_some_and(|outputs| !outputs.contains_key(name)) {
                    // It will never be: what the value comes to says so.
                    return None;
                }
                let settled = there.and_then(|outputs| outputs.get(name)).is_some_and(|(_, settled)| *settled);
                (!settled).then(|| format!("it is the output `{name}` of `{stack}`"))
            }
            Value::Literal(_) | Value::EnvironmentName | Value::Parameter(_) | Value::Region(_) => None,
        }
    }

    fn stack_change(
        &self,
        step: &Step<'_>,
        declared: &Stack,
        target: &Target,
        known: &Known,
        outputs: &mut Outputs,
        forecast: &mut Forecast,
    ) -> Result<Change, InputError> {
        let name = self.stack_name(step.environment, step.name);
        let there = known.stacks.get(&(target.account.clone(), target.region.clone(), name.clone()));
        let before = there.filter(|known| !known.stack.is_empty());
        let (mut given, mut pending) = (BTreeMap::new(), BTreeMap::new());
        for (parameter, value) in &declared.parameters {
            let parsed = Value::parse(&value.value).map_err(|message| self.error(value, message))?;
            if let Some(why) = self.pending(step.environment, &parsed, known, outputs) {
                pending.insert(parameter.clone(), why);
            }
            given.insert(parameter.clone(), self.given(step.environment, &parsed, known, outputs));
        }
        let ids = before.map(ids_of).unwrap_or_default();
        let Some(template) = self.template(declared) else {
            return Err(self.error(&declared.template, format!("no template `{}`", declared.template.value)));
        };
        let file = self.path(&declared.template.value);
        let text = self.template_text(declared);
        let old = before.map(|known| as_deployed(known, target, false)).transpose()?;
        let (new, resources) = {
            let mut replaced = BTreeSet::new();
            let mut round = 0;
            loop {
                let kept = ids
                    .iter()
                    .filter(|(logical, _)| !replaced.contains(*logical))
                    .map(|(logical, id)| (logical.clone(), id.clone()))
                    .collect();
                let place = Place { name: &name, target, given: &given, ids: &kept, replaced: &replaced, exact: false };
                let new = stack(&file, template.clone(), &place)?;
                let resources = plan::difference(old.as_ref(), &new, &ids);
                let more: BTreeSet<String> = resources
                    .iter()
                    .filter(|resource| resource.action == ResourceAction::Replace)
                    .map(|resource| resource.logical_id.clone())
                    .collect();
                round += 1;
                if more == replaced || round == MOST_ROUNDS {
                    break (new, resources);
                }
                replaced = more;
            }
        };
        let declared_parameters = parameters(template);
        let told: Vec<Parameter> = given
            .iter()
            .map(|(parameter, value)| {
                let secret = declared_parameters.get(parameter).is_some_and(|declared| declared.no_echo);
                let waits = pending.get(parameter).cloned();
                Parameter {
                    name: parameter.clone(),
                    source: declared.parameters.get(parameter).map(|value| value.value.clone()).unwrap_or_default(),
                    before: before.and_then(|known| known.stack.parameters.get(parameter)).filter(|_| !secret).cloned(),
                    after: value.written().filter(|_| !secret && waits.is_none()),
                    unknown: waits.or_else(|| value.why().map(ToOwned::to_owned)),
                    is_secret: secret,
                    secret: value.written().filter(|_| secret).map(plan::Secret),
                }
            })
            .collect();
        let same_outputs = old.as_ref().is_some_and(|old| old.outputs == new.outputs);
        let action = match there {
            None => StackAction::Create,
            Some(known) if known.stack.is_empty() => StackAction::Recreate,
            Some(known) if known.stack.is_unsettled() => StackAction::Await,
            Some(_) if resources.is_empty() && same_outputs => StackAction::Keep,
            Some(_) => StackAction::Update,
        };
        let old_outputs = old.map(|old| old.outputs).unwrap_or_default();
        let real = before.map(|known| &known.stack.outputs);
        let settled = new.outputs.iter().map(|(output, value)| {
            // What CloudFormation says counts where nothing of it changes.
            let same = old_outputs.get(output) == Some(value);
            let live = real.and_then(|outputs| outputs.get(output)).filter(|_| same);
            (output.clone(), live.map_or_else(|| (value.clone(), false), |live| (Given::text(live), true)))
        });
        outputs.insert((step.environment.to_owned(), step.name.to_owned()), settled.collect());
        let wanted = self.document.environments.get(step.environment).is_some_and(|environment| environment.value.protection);
        let change = StackChange {
            stack: name,
            action,
            template: declared.template.value.clone(),
            template_digest: plan::digest(text.as_bytes()),
            parameters: told,
            resources,
            protect: before.map(|known| known.stack.termination_protection).filter(|is| *is != wanted).map(|_| wanted),
        };
        if wanted && before.is_some() {
            // The stack policy would let none of it happen, after all else of the stack.
            let lost =
                change.resources.iter().filter(|resource| matches!(resource.action, ResourceAction::Delete | ResourceAction::Replace));
            let lost = lost.filter(|resource| plan::STATEFUL.contains(&resource.type_name.as_str()));
            forecast.plan.refusals.extend(lost.map(|resource| {
                format!(
                    "`{}` ({}) of `{}/{}` would be lost, and `{}` is protected; take `protection` from the environment first, or leave it",
                    resource.logical_id, resource.type_name, step.environment, step.name, step.environment
                )
            }));
        }
        for resource in &change.resources {
            if matches!(resource.action, ResourceAction::Delete | ResourceAction::Replace)
                && let Some(physical) = &resource.physical_id
            {
                let region = region_of(&resource.type_name, target);
                forecast.gone.insert(Resource::new(&resource.type_name, physical, target.account.as_str(), region).address());
            }
        }
        for declared in &new.declaration.resources {
            forecast.owners.insert(declared.resource.address(), step.environment.to_owned());
        }
        forecast.declaration.extend(new.declaration);
        Ok(Change::Stack(change))
    }

    fn amendment(
        &self,
        step: &Step<'_>,
        setting: &Setting,
        target: &Target,
        known: &Known,
        outputs: &Outputs,
        forecast: &mut Forecast,
    ) -> Result<Change, InputError> {
        let type_name = setting.type_name.value.as_str();
        let region = region_of(type_name, target).to_owned();
        let id = match &setting.id {
            None => target.account.clone(),
            Some(id) => {
                let value = Value::parse(&id.value).map_err(|message| self.error(id, message))?;
                self.given(step.environment, &value, known, outputs).written().unwrap_or_else(|| step.name.to_owned())
            }
        };
        let mut resource = Resource::new(type_name, id.as_str(), target.account.as_str(), region);
        let mut places = BTreeMap::new();
        for (name, value) in &setting.properties {
            let here = format!("/{}", pointer::escape(name));
            places.insert(here.clone(), span(value));
            if let Some(value) = self.property(step.environment, value, &value.value, &here, known, outputs, &mut resource)? {
                resource.properties.insert(name.clone(), value);
            }
        }
        let schema = Schemas::vendored().get(type_name).ok();
        let violations = schema.map(|schema| schema.root().violations(&Json::Object(resource.properties.clone()))).unwrap_or_default();
        if let Some(violation) = violations.first() {
            return Err(self.error(&setting.type_name, format!("the setting `{}`: {violation}", step.name)));
        }
        let properties: Map<String, Json> = resource.properties.clone();
        // An account or a stack that is not there yet has no ids.
        let is_pending = !resource.gaps.is_empty() || self.rests_on_nothing_yet(step, setting, known);
        let address = resource.address();
        forecast.owners.insert(address, step.environment.to_owned());
        let origin = Origin {
            file: Arc::from(self.path(FILE)),
            address: step.name.to_owned(),
            span: span(&setting.type_name),
            places,
            remarks: Vec::new(),
        };
        forecast.declaration.resources.push(Declared { resource, origin });
        let source = setting.properties.iter().map(|(name, value)| (name.clone(), value.value.clone())).collect();
        let now = known.settings.get(&(step.environment.to_owned(), step.name.to_owned()));
        let changes = now.map(|now| plan::amendments(now, &properties));
        Ok(Change::Setting(Amendment { type_name: type_name.to_owned(), id, properties, source, is_pending, changes }))
    }

    /// Whether the setting takes an output of a stack that is not there.
    fn rests_on_nothing_yet(&self, step: &Step<'_>, setting: &Setting, known: &Known) -> bool {
        let values = setting.properties.values().chain(&setting.id);
        values.filter_map(|value| Value::parse(&value.value).ok()).any(|value| match value {
            Value::Output { environment, stack, .. } => {
                let name = self.stack_name(environment.as_deref().unwrap_or(step.environment), &stack);
                !known.stacks.iter().any(|((.., known), stack)| *known == name && !stack.stack.is_empty())
            }
            _ => false,
        })
    }

    /// A property of a setting, with the values that it refers to.
    #[expect(clippy::too_many_arguments, reason = "a recursion over one document")]
    fn property(
        &self,
        environment: &str,
        at: &Spanned<Json>,
        value: &Json,
        here: &str,
        known: &Known,
        outputs: &Outputs,
        resource: &mut Resource,
    ) -> Result<Option<Json>, InputError> {
        match value {
            Json::Object(entries) if !Value::is_reference(value) => {
                let mut object = Map::new();
                for (name, value) in entries {
                    let here = format!("{here}/{}", pointer::escape(name));
                    if let Some(value) = self.property(environment, at, value, &here, known, outputs, resource)? {
                        object.insert(name.clone(), value);
                    }
                }
                Ok(Some(Json::Object(object)))
            }
            Json::Object(_) => {
                let reference = Value::parse(value).map_err(|message| self.error(at, message))?;
                let given = self.given(environment, &reference, known, outputs);
                if let Some(text) = given.written() {
                    return Ok(Some(Json::from(text)));
                }
                let message = given.why().unwrap_or("is a secret").to_owned();
                resource.add_gap(here, Cause { code: HandlerErrorCode::NotYetKnown, action: None, message });
                Ok(None)
            }
            Json::Array(items) => {
                let mut list = Vec::new();
                for (number, item) in items.iter().enumerate() {
                    let here = format!("{here}/{number}");
                    list.push(self.property(environment, at, item, &here, known, outputs, resource)?.unwrap_or_default());
                }
                Ok(Some(Json::Array(list)))
            }
            other => Ok(Some(other.clone())),
        }
    }
}

/// What the template that is deployed comes to; where it is to be exact, attributes that only AWS knows are unknown.
fn as_deployed(known: &KnownStack, target: &Target, exact: bool) -> Result<Stacked, InputError> {
    let name = known.stack.name.as_str();
    let file = format!("{name} (deployed)");
    let document = parse(&file, known.template.as_bytes())?.into_iter().next();
    let document = document.ok_or_else(|| InputError::new(&file, None, "CloudFormation gives an empty template for the stack"))?;
    let given = known.stack.parameters.iter().map(|(parameter, value)| (parameter.clone(), Given::text(value.as_str()))).collect();
    let (ids, replaced) = (ids_of(known), BTreeSet::new());
    stack(&file, document, &Place { name, target, given: &given, ids: &ids, replaced: &replaced, exact })
}

/// The physical ids of the resources that are there, by logical id.
fn ids_of(known: &KnownStack) -> BTreeMap<String, String> {
    let there = known.resources.iter().filter(|resource| !resource.status.starts_with("DELETE_COMPLETE"));
    let named = there.filter_map(|resource| Some((resource.logical_id.clone(), resource.physical_id.clone()?)));
    named.filter(|(_, id)| !id.is_empty()).collect()
}

fn span<T>(spanned: &Spanned<T>) -> Span {
    let start = document::place(spanned);
    Span { start, end: start }
}
