//! What is wrong with a blueprint before anything is resolved.

use std::collections::BTreeSet;

use innovate_model::Schemas;
use serde_saphyr::Spanned;

use super::Blueprint;
use super::document::{Guardrails, Parameter, Stack, Value};
use crate::input::cloudformation::{is_template, stack};
use crate::input::document::InputError;

/// Bytes of a template that CloudFormation takes in a call:
/// <https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html>.
const MOST_BYTES: usize = 51_200;

/// Letters of the name of a stack, by the same page.
const MOST_LETTERS: usize = 128;

/// The Region that a stack is in that names none.
const HOME: &str = "home";

impl Blueprint {
    /// What is wrong: all of it, in the order of the file. `policies` are the ids of all policies that there are.
    pub fn lint(&self, policies: &BTreeSet<String>) -> Vec<InputError> {
        let mut wrong = Vec::new();
        let document = &self.document;
        if !is_name(&document.name.value) {
            let message = format!("`{}` is no name of stacks: letters, digits and hyphens, a letter first", document.name.value);
            wrong.push(self.error(&document.name, message));
        }
        if let Some(prefix) = &document.prefix {
            let fits = matches!(Value::parse(&prefix.value), Ok(Value::Literal(text)) if is_name(&text));
            let is_parameter = matches!(Value::parse(&prefix.value), Ok(Value::Parameter(name)) if document.parameters.contains_key(&name));
            if !fits && !is_parameter {
                wrong.push(self.error(prefix, "`prefix` is a name of letters, digits and hyphens, or `{parameter: NAME}`"));
            }
        }
        if !document.regions.contains_key(HOME) {
            wrong.push(InputError::new(&self.path(super::FILE), None, "`regions` has no `home`, the Region of stacks that name none"));
        }
        for (name, parameter) in &document.parameters {
            if let Some(default) = parameter.value.default() {
                wrong.extend(
                    violation(&parameter.value, default)
                        .map(|message| self.error(parameter, format!("the default of `{name}`: {message}"))),
                );
            }
        }
        let managed = document.accounts.values().filter(|account| account.value.management).count();
        if managed != 1 {
            wrong.push(InputError::new(
                &self.path(super::FILE),
                None,
                format!("{managed} accounts are `management: true`; one is, whose credentials the run has"),
            ));
        }
        for (name, account) in &document.accounts {
            match (&account.value.id, account.value.management) {
                (None, false) => {
                    let message =
                        format!("the account `{name}` has no `id`: give its twelve digits, or the output of the stack that makes it");
                    wrong.push(self.error(account, message));
                }
                (Some(id), true) => {
                    wrong.push(self.error(id, format!("`{name}` is the account of the run's credentials, which say its id")))
                }
                (Some(id), false) => wrong.extend(self.wrong_value("", "id", id)),
                (None, true) => {}
            }
        }
        for (name, environment) in &document.environments {
            for (parameter, value) in &environment.value.parameters {
                let message = match document.parameters.get(parameter) {
                    None => Some(format!("the environment `{name}` sets `{parameter}`, which is no parameter of the blueprint")),
                    Some(declared) => {
                        violation(&declared.value, &value.value).map(|message| format!("`{parameter}` of `{name}`: {message}"))
                    }
                };
                wrong.extend(message.map(|message| self.error(value, message)));
            }
            self.lint_guardrails(&environment.value.guardrails, policies, &mut wrong);
        }
        self.lint_guardrails(&document.guardrails, policies, &mut wrong);
        for (name, stack) in &document.stacks {
            self.lint_stack(name, stack, &mut wrong);
        }
        for (name, setting) in &document.settings {
            if Schemas::vendored().get(&setting.value.type_name.value).is_err() {
                let message = format!("the setting `{name}` is of the type `{}`, which nobody knows", setting.value.type_name.value);
                wrong.push(self.error(&setting.value.type_name, message));
            }
        }
        let parts = document.stacks.keys().chain(document.settings.keys()).chain(document.environments.keys());
        wrong.extend(parts.filter(|name| !is_name(name)).map(|name| {
            InputError::new(&self.path(super::FILE), None, format!("`{name}` is no name: letters, digits and hyphens, a letter first"))
        }));
        let mut names = BTreeSet::new();
        for (name, stack) in &document.stacks {
            if stack.value.environments.is_empty() {
                wrong.push(self.error(stack, format!("the stack `{name}` is for no environment")));
            }
            for environment in &stack.value.environments {
                let full = self.stack_name(&environment.value, name);
                if !names.insert(full.clone()) {
                    wrong.push(self.error(environment, format!("the stack `{full}` is there twice; call one of them otherwise")));
                }
            }
        }
        if let Err(error) = self.steps() {
            wrong.push(error);
        }
        wrong
    }

    fn lint_guardrails(&self, guardrails: &Guardrails, policies: &BTreeSet<String>, wrong: &mut Vec<InputError>) {
        let unknown = |id: &str| format!("no policy `{id}`; `innovate policy list` names them all");
        let stages = guardrails.stages.iter().map(|(id, action)| (id, self.error(action, unknown(id))));
        let parameters = guardrails.parameters.iter().map(|(id, values)| (id, self.error(values, unknown(id))));
        let may = guardrails.unknown.iter().map(|id| (&id.value, self.error(id, unknown(&id.value))));
        wrong.extend(stages.chain(parameters).chain(may).filter(|(id, _)| !policies.contains(*id)).map(|(_, error)| error));
    }

    fn lint_stack(&self, name: &str, declared: &Spanned<Stack>, wrong: &mut Vec<InputError>) {
        let stack = &declared.value;
        let Some(template) = self.template(stack) else { return };
        let file = self.path(&stack.template.value);
        if !is_template(template) {
            wrong.push(InputError::new(&file, None, "is no CloudFormation template: it has no `Resources`"));
            return;
        }
        let bytes = self.template_text(stack).len();
        if bytes > MOST_BYTES {
            wrong.push(InputError::new(
                &file,
                None,
                format!("has {bytes} bytes; CloudFormation takes {MOST_BYTES} at most: make two stacks of it"),
            ));
        }
        for logical in stack::nested(template) {
            wrong.push(InputError::new(
                &file,
                None,
                format!("`{logical}` is a nested stack, which a blueprint does not provision: make a stack of the blueprint of it"),
            ));
        }
        for environment in &stack.environments {
            let full = self.stack_name(&environment.value, name);
            if full.len() > MOST_LETTERS {
                wrong.push(
                    self.error(environment, format!("the stack `{full}` has a name of {} letters; {MOST_LETTERS} are allowed", full.len())),
                );
            }
        }
        let parameters = stack::parameters(template);
        for (parameter, value) in &stack.parameters {
            if !parameters.contains_key(parameter) {
                wrong.push(self.error(value, format!("the template of `{name}` has no parameter `{parameter}`")));
            }
            for environment in &stack.environments {
                wrong.extend(self.wrong_value(&environment.value, parameter, value));
            }
        }
        for (parameter, declaration) in parameters {
            if !declaration.has_default && !stack.parameters.contains_key(&parameter) {
                wrong.push(self.error(declared, format!("the stack `{name}` gives `{parameter}` of its template no value")));
            }
        }
        wrong.dedup();
    }

    /// What is wrong with a value that a stack or an account is given.
    fn wrong_value(&self, environment: &str, name: &str, value: &Spanned<serde_json::Value>) -> Option<InputError> {
        let known = |what: &str, name: &str, there: bool| (!there).then(|| format!("no {what} `{name}` in this blueprint"));
        let message = match Value::parse(&value.value) {
            Err(message) => Some(format!("`{name}`: {message}")),
            Ok(Value::Literal(_) | Value::EnvironmentName) => None,
            Ok(Value::Parameter(parameter)) => match self.document.parameters.contains_key(&parameter) {
                false => known("parameter", &parameter, false),
                true if self.parameter(environment, &parameter).is_none() => {
                    Some(format!("`{parameter}` has no default and is not set for the environment `{environment}`"))
                }
                true => None,
            },
            Ok(Value::Account(account)) => known("account", &account, self.document.accounts.contains_key(&account)),
            Ok(Value::Region(region)) => known("Region", &region, self.document.regions.contains_key(&region)),
            Ok(Value::Output { stack, name, .. }) => {
                let template = self.document.stacks.get(&stack).and_then(|stack| self.template(&stack.value));
                let has = template.is_none_or(|template| stack::outputs(template).contains(&name));
                (!has).then(|| format!("the template of `{stack}` has no output `{name}`"))
            }
        };
        message.map(|message| self.error(value, message))
    }
}

fn is_name(name: &str) -> bool {
    name.starts_with(|first: char| first.is_ascii_alphabetic())
        && name.chars().all(|letter| letter.is_ascii_alphanumeric() || letter == '-')
}

/// How the value is not what the parameter admits.
pub(super) fn violation(parameter: &Parameter, value: &serde_json::Value) -> Option<String> {
    let validator = match jsonschema::validator_for(&parameter.0) {
        Ok(validator) => validator,
        Err(error) => return Some(format!("its schema is not valid: {error}")),
    };
    validator.validate(value).err().map(|error| error.to_string())
}
