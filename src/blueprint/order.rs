//! Which step comes after which.

use std::collections::BTreeMap;

use serde_saphyr::Spanned;

use super::Blueprint;
use super::document::{Setting, Stack, Value};
use crate::input::document::InputError;

/// What a step provisions.
#[derive(Clone, Copy, Debug)]
pub enum Part<'a> {
    /// A stack.
    Stack(&'a Stack),
    /// Properties of something that CloudFormation has no type for.
    Setting(&'a Setting),
}

/// A stack or a setting in one of its environments.
#[derive(Clone, Debug)]
pub struct Step<'a> {
    /// Its name in the blueprint.
    pub name: &'a str,
    /// The environment.
    pub environment: &'a str,
    /// What it provisions.
    pub part: Part<'a>,
    /// The name of its account.
    pub account: &'a str,
    /// Its Region.
    pub region: &'a str,
    /// The numbers of the steps that come before it.
    pub after: Vec<usize>,
}

impl<'a> Part<'a> {
    /// Its environments.
    pub fn environments(self) -> &'a [Spanned<String>] {
        match self {
            Self::Stack(stack) => &stack.environments,
            Self::Setting(setting) => &setting.environments,
        }
    }

    fn after(self) -> &'a [Spanned<String>] {
        match self {
            Self::Stack(stack) => &stack.after,
            Self::Setting(setting) => &setting.after,
        }
    }

    fn region(self) -> Option<&'a Spanned<String>> {
        match self {
            Self::Stack(stack) => stack.region.as_ref(),
            Self::Setting(setting) => setting.region.as_ref(),
        }
    }

    /// What it is given, by the name of the parameter or property.
    pub fn values(self) -> impl Iterator<Item = (&'a str, &'a Spanned<serde_json::Value>)> {
        let values = match self {
            Self::Stack(stack) => &stack.parameters,
            Self::Setting(setting) => &setting.properties,
        };
        let id = match self {
            Self::Setting(setting) => setting.id.as_ref().map(|id| ("id", id)),
            Self::Stack(_) => None,
        };
        values.iter().map(|(name, value)| (name.as_str(), value)).chain(id)
    }

    /// The outputs that it is given, wherever they are among its values; what is none of the form is left out.
    pub fn outputs(self) -> impl Iterator<Item = Value> {
        self.values().flat_map(|(_, value)| outputs(&value.value)).filter_map(|reference| Value::parse(reference).ok())
    }
}

/// A step by its environment and name.
type Key<'a> = (&'a str, &'a str);

impl Blueprint {
    /// The steps, each after all that it rests on, otherwise in the order of the file.
    ///
    /// # Errors
    /// One names what there is not, or they rest on each other in a circle.
    pub fn steps(&self) -> Result<Vec<Step<'_>>, InputError> {
        let mut parts: Vec<(Key<'_>, Part<'_>, &Spanned<String>)> = Vec::new();
        let stacks = self.document.stacks.iter().map(|(name, stack)| (name, Part::Stack(&stack.value)));
        let settings = self.document.settings.iter().map(|(name, setting)| (name, Part::Setting(&setting.value)));
        for (name, part) in stacks.chain(settings) {
            for environment in part.environments() {
                parts.push(((environment.value.as_str(), name.as_str()), part, environment));
            }
        }
        // An environment after the other, as the file names them.
        parts.sort_by_key(|((environment, _), ..)| self.document.environments.get_index_of(*environment));
        let mut needs = Vec::new();
        for (key, part, environment) in &parts {
            needs.push(self.needs(*key, *part, environment)?);
        }
        let numbers: BTreeMap<Key<'_>, usize> = parts.iter().enumerate().map(|(number, (key, ..))| (*key, number)).collect();
        let (mut order, mut placed): (Vec<usize>, BTreeMap<usize, usize>) = (Vec::new(), BTreeMap::new());
        while order.len() < parts.len() {
            let ready = |number: &usize| {
                !placed.contains_key(number)
                    && needs
                        .get(*number)
                        .is_some_and(|needs| needs.iter().all(|key| numbers.get(key).is_some_and(|other| placed.contains_key(other))))
            };
            let Some(next) = (0..parts.len()).find(ready) else {
                let open: Vec<String> = parts
                    .iter()
                    .enumerate()
                    .filter(|(number, _)| !placed.contains_key(number))
                    .map(|(_, ((environment, name), ..))| format!("`{environment}/{name}`"))
                    .collect();
                let message = format!("{} rest on each other in a circle; take one output or `after` away", open.join(", "));
                return Err(InputError::new(&self.path(super::FILE), None, message));
            };
            placed.insert(next, order.len());
            order.push(next);
        }
        let step = |number: &usize| -> Option<Step<'_>> {
            let ((environment, name), part, _) = parts.get(*number)?;
            let account = self.document.environments.get(*environment)?.value.account.value.as_str();
            let region = self.document.regions.get(part.region().map_or("home", |region| region.value.as_str()))?;
            let mut after: Vec<usize> = needs.get(*number)?.iter().filter_map(|key| placed.get(numbers.get(key)?).copied()).collect();
            after.sort_unstable();
            after.dedup();
            Some(Step { name, environment, part: *part, account, region, after })
        };
        Ok(order.iter().filter_map(step).collect())
    }

    /// The steps that one rests on.
    fn needs<'a>(&'a self, (environment, name): Key<'a>, part: Part<'a>, at: &'a Spanned<String>) -> Result<Vec<Key<'a>>, InputError> {
        let there = |environment: &str, name: &str| self.document.environments_of(name).is_some_and(|all| all.contains(environment));
        let Some(own) = self.document.environments.get(environment) else {
            let known: Vec<&str> = self.document.environments.keys().map(String::as_str).collect();
            return Err(self.error(
                at,
                format!("`{name}` is for the environment `{environment}`, which there is not; there are `{}`", known.join("`, `")),
            ));
        };
        let Some(account) = self.document.accounts.get(&own.value.account.value) else {
            let known: Vec<&str> = self.document.accounts.keys().map(String::as_str).collect();
            let message = format!("no account `{}`; there are `{}`", own.value.account.value, known.join("`, `"));
            return Err(self.error(&own.value.account, message));
        };
        let mut needs = Vec::new();
        if let Some(region) = part.region().filter(|region| !self.document.regions.contains_key(&region.value)) {
            let known: Vec<&str> = self.document.regions.keys().map(String::as_str).collect();
            return Err(self.error(region, format!("no Region `{}`; there are `{}`", region.value, known.join("`, `"))));
        }
        for other in part.after() {
            let Some(environments) = self.document.environments_of(&other.value) else {
                return Err(self.error(other, format!("no stack and no setting `{}`, after which `{name}` is to come", other.value)));
            };
            if environments.contains(environment) {
                needs.push((environment, other.value.as_str()));
            } else {
                needs.extend(environments.into_iter().map(|environment| (environment, other.value.as_str())));
            }
        }
        let of_account = account.value.id.iter();
        for value in part.values().map(|(_, value)| value).chain(of_account) {
            for reference in outputs(&value.value) {
                let Ok(Value::Output { environment: other, stack, .. }) = Value::parse(reference) else { continue };
                let (other, stack) = self
                    .named(other.as_deref().unwrap_or(environment), &stack)
                    .filter(|(other, stack)| there(other, stack))
                    .ok_or_else(|| {
                        self.error(value, format!("no stack `{stack}` in the environment `{}`", other.as_deref().unwrap_or(environment)))
                    })?;
                if (other, stack) != (environment, name) {
                    needs.push((other, stack));
                } else {
                    return Err(self.error(value, format!("`{name}` takes an output of its own")));
                }
            }
        }
        Ok(needs)
    }

    /// The names as the document holds them.
    fn named(&self, environment: &str, stack: &str) -> Option<Key<'_>> {
        let (environment, _) = self.document.environments.get_key_value(environment)?;
        let (stack, _) = self.document.stacks.get_key_value(stack)?;
        Some((environment, stack))
    }
}

/// The references to outputs in a value.
fn outputs(value: &serde_json::Value) -> Vec<&serde_json::Value> {
    match value {
        serde_json::Value::Object(object) if object.contains_key("output") => vec![value],
        serde_json::Value::Object(object) => object.values().flat_map(outputs).collect(),
        serde_json::Value::Array(items) => items.iter().flat_map(outputs).collect(),
        _ => Vec::new(),
    }
}
