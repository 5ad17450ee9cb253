//! The file `blueprint.yaml`, of the form that `schemas/blueprint.json` describes.

use std::collections::{BTreeMap, BTreeSet};

use indexmap::IndexMap;
use innovate_model::Position;
use serde::Deserialize;
use serde_json::Value as Json;
use serde_saphyr::Spanned;

use crate::input::document::{self, InputError};
use crate::policy::Action;

/// The version of the form.
const VERSION: u64 = 1;

/// The name of the file in the folder of a blueprint.
pub const FILE: &str = "blueprint.yaml";

/// What is provisioned, where, and by which rules.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Document {
    version: Spanned<u64>,
    /// Its name.
    pub name: Spanned<String>,
    /// What the names of its stacks begin with, where that is not its name: a text or a parameter.
    pub prefix: Option<Spanned<Json>>,
    /// A few words.
    pub title: String,
    /// What it provisions.
    pub description: String,
    /// How accounts are entered.
    #[serde(default)]
    pub entry: Entry,
    /// Regions, each by the name that stacks use; `home` is where a stack goes that names none.
    pub regions: IndexMap<String, String>,
    /// What a user may set.
    #[serde(default)]
    pub parameters: IndexMap<String, Spanned<Parameter>>,
    /// The accounts.
    pub accounts: IndexMap<String, Spanned<Account>>,
    /// The environments, each in one account.
    pub environments: IndexMap<String, Spanned<Environment>>,
    /// The stacks.
    pub stacks: IndexMap<String, Spanned<Stack>>,
    /// Settings that CloudFormation has no type for.
    #[serde(default)]
    pub settings: IndexMap<String, Spanned<Setting>>,
    /// By which policies it is judged before it is provisioned.
    #[serde(default)]
    pub guardrails: Guardrails,
}

/// The roles by which accounts are entered.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// The role that a new account of the organization has.
    pub bootstrap: String,
    /// The role that is taken where the account has it.
    pub role: Option<String>,
}

impl Entry {
    /// The roles in the order in which they are tried.
    pub fn roles(&self) -> Vec<String> {
        self.role.iter().chain([&self.bootstrap]).cloned().collect()
    }
}

impl Default for Entry {
    fn default() -> Self {
        Self { bootstrap: "OrganizationAccountAccessRole".to_owned(), role: None }
    }
}

/// Something that a user may set: a JSON Schema of it, with a default.
#[derive(Clone, Debug, Deserialize)]
#[serde(transparent)]
pub struct Parameter(pub Json);

impl Parameter {
    /// What it is where nobody sets it.
    pub fn default(&self) -> Option<&Json> {
        self.0.get("default")
    }

    /// What it means.
    pub fn description(&self) -> &str {
        self.0.get("description").and_then(Json::as_str).unwrap_or_default()
    }
}

/// An account.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Account {
    /// What it is for.
    #[serde(default)]
    pub title: String,
    /// Whether it is the one whose credentials the run has: that of the organization's management, or the only one.
    #[serde(default)]
    pub management: bool,
    /// Its id: twelve digits, or the output of the stack that makes it.
    pub id: Option<Spanned<Json>>,
}

/// Whether somebody has to agree.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
pub enum Approval {
    /// Whoever starts the run.
    #[default]
    None,
    /// Somebody who names the plan's digest, or types the name of the environment.
    Required,
}

/// An environment.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Environment {
    /// Its account.
    pub account: Spanned<String>,
    /// Whether somebody has to agree to a change of it.
    #[serde(default)]
    pub approval: Approval,
    /// Whether its stacks cannot be deleted, nor their stateful resources replaced, by accident.
    #[serde(default)]
    pub protection: bool,
    /// Parameters that are set for it.
    #[serde(default)]
    pub parameters: IndexMap<String, Spanned<Json>>,
    /// Guardrails that are other here.
    #[serde(default)]
    pub guardrails: Guardrails,
}

/// A stack of each of its environments.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Stack {
    /// A few words.
    #[serde(default)]
    pub title: String,
    /// The template, from the folder of the blueprint.
    pub template: Spanned<String>,
    /// Its environments.
    pub environments: Vec<Spanned<String>>,
    /// The name of its Region.
    pub region: Option<Spanned<String>>,
    /// Stacks and settings that come before it, beside those whose outputs it takes.
    #[serde(default)]
    pub after: Vec<Spanned<String>>,
    /// What drives its cost.
    #[serde(default)]
    pub cost: Vec<String>,
    /// The parameters of the template.
    #[serde(default)]
    pub parameters: IndexMap<String, Spanned<Json>>,
}

/// Properties of a resource that CloudFormation has no type for.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Setting {
    /// A few words.
    #[serde(default)]
    pub title: String,
    /// Its environments.
    pub environments: Vec<Spanned<String>>,
    /// The name of its Region, where its type lives in one.
    pub region: Option<Spanned<String>>,
    /// Stacks and settings that come before it, beside those whose outputs it takes.
    #[serde(default)]
    pub after: Vec<Spanned<String>>,
    /// The type.
    #[serde(rename = "type")]
    pub type_name: Spanned<String>,
    /// The resource, where the account has several of the type.
    pub id: Option<Spanned<Json>>,
    /// Its properties.
    pub properties: IndexMap<String, Spanned<Json>>,
}

/// How policies judge what is to be provisioned.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Guardrails {
    /// What is done about violations, by policy.
    #[serde(default)]
    pub stages: IndexMap<String, Spanned<Action>>,
    /// Parameters of policies.
    #[serde(default)]
    pub parameters: IndexMap<String, Spanned<BTreeMap<String, Json>>>,
    /// Policies that may stay unknown until the stacks are there.
    #[serde(default)]
    pub unknown: Vec<Spanned<String>>,
}

/// Where it is written.
pub(super) fn place<T>(spanned: &Spanned<T>) -> Position {
    document::position(spanned.referenced)
}

/// A value that a stack gets, before it is known.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// As it is written; a list is joined by commas.
    Literal(String),
    /// A parameter of the blueprint.
    Parameter(String),
    /// The name of the environment.
    EnvironmentName,
    /// The id of an account.
    Account(String),
    /// A Region by its name in the blueprint.
    Region(String),
    /// An output of a stack, of this environment where none is named.
    Output {
        /// The environment.
        environment: Option<String>,
        /// The stack.
        stack: String,
        /// The output.
        name: String,
    },
}

/// A text for a scalar or a list of scalars, as CloudFormation takes parameters.
pub fn text(value: &Json) -> Option<String> {
    match value {
        Json::String(text) => Some(text.clone()),
        Json::Bool(value) => Some(value.to_string()),
        Json::Number(number) => Some(number.to_string()),
        Json::Array(items) => {
            let items: Option<Vec<String>> = items.iter().map(|item| if item.is_array() { None } else { text(item) }).collect();
            items.map(|items| items.join(","))
        }
        Json::Null | Json::Object(_) => None,
    }
}

/// The keys by which a value refers to another.
const REFERENCES: [&str; 5] = ["parameter", "environment", "account", "region", "output"];

impl Value {
    /// Whether something is a reference, and not a map of its own.
    pub fn is_reference(value: &Json) -> bool {
        let is_one =
            |object: &serde_json::Map<String, Json>| object.len() == 1 && object.keys().all(|key| REFERENCES.contains(&key.as_str()));
        value.as_object().is_some_and(is_one)
    }

    /// What is written.
    ///
    /// # Errors
    /// It is neither a value nor a reference; the error says what would be.
    pub fn parse(value: &Json) -> Result<Self, String> {
        if let Some(text) = text(value) {
            return Ok(Self::Literal(text));
        }
        let wrong = || {
            "expected a text, a number, a boolean, a list of these, or one of `{parameter: NAME}`, `{environment: name}`, `{account: NAME}`, \
             `{region: NAME}` and `{output: STACK.OUTPUT}`"
                .to_owned()
        };
        let mut entries = value.as_object().into_iter().flatten();
        let (Some((key, Json::String(name))), None) = (entries.next(), entries.next()) else { return Err(wrong()) };
        match key.as_str() {
            "parameter" => Ok(Self::Parameter(name.clone())),
            "account" => Ok(Self::Account(name.clone())),
            "region" => Ok(Self::Region(name.clone())),
            "environment" if name == "name" => Ok(Self::EnvironmentName),
            "output" => {
                let (environment, rest) =
                    name.split_once('/').map_or((None, name.as_str()), |(environment, rest)| (Some(environment), rest));
                let (stack, output) = rest
                    .split_once('.')
                    .ok_or_else(|| format!("`{name}` names no output; write it as `STACK.OUTPUT` or `ENVIRONMENT/STACK.OUTPUT`"))?;
                Ok(Self::Output { environment: environment.map(ToOwned::to_owned), stack: stack.to_owned(), name: output.to_owned() })
            }
            _ => Err(wrong()),
        }
    }
}

/// Reads `blueprint.yaml`. Whether what it names is there is not looked at.
///
/// # Errors
/// It is not of the form: the error names the line.
pub fn parse(file: &str, text: &str) -> Result<Document, InputError> {
    let document: Document =
        document::typed(file, text)?.ok_or_else(|| InputError::new(file, None, "is empty; `innovate blueprint new` writes one"))?;
    if document.version.value != VERSION {
        let message = format!("`version` is {}; this program reads {VERSION}", document.version.value);
        return Err(InputError::new(file, place(&document.version), message));
    }
    Ok(document)
}

impl Document {
    /// What is called `name` in the order of steps: a stack or a setting.
    pub fn environments_of(&self, name: &str) -> Option<BTreeSet<&str>> {
        let environments = self.stacks.get(name).map(|stack| &stack.value.environments);
        let environments = environments.or_else(|| self.settings.get(name).map(|setting| &setting.value.environments));
        environments.map(|environments| environments.iter().map(|name| name.value.as_str()).collect())
    }
}
