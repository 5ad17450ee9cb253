//! The JSON of `terraform show`, by <https://developer.hashicorp.com/terraform/internals/json-format>.

use std::collections::BTreeMap;

use innovate_model::Position;
use serde::Deserialize;
use serde_json::Value;

use super::policy_document;
use crate::input::document::{InputError, MOST_BYTES};

/// A plan or a state.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Document {
    #[serde(default)]
    planned_values: Option<Values>,
    /// A state has its values at the top.
    #[serde(default)]
    values: Option<Values>,
    #[serde(default)]
    resource_changes: Vec<ResourceChange>,
    #[serde(default)]
    deferred_changes: Vec<Deferred>,
    #[serde(default)]
    pub(super) configuration: Value,
    #[serde(default)]
    variables: BTreeMap<String, Variable>,
    #[serde(default)]
    errored: bool,
}

#[derive(Debug, Default, Deserialize)]
struct Values {
    #[serde(default)]
    root_module: Module,
}

#[derive(Debug, Default, Deserialize)]
struct Module {
    #[serde(default)]
    resources: Vec<PlannedResource>,
    #[serde(default)]
    child_modules: Vec<Module>,
}

#[derive(Debug, Deserialize)]
struct PlannedResource {
    address: String,
    #[serde(default)]
    mode: String,
    #[serde(rename = "type")]
    type_name: String,
    #[serde(default)]
    index: Value,
    #[serde(default)]
    values: Value,
    #[serde(default)]
    sensitive_values: Value,
}

#[derive(Debug, Deserialize)]
struct Deferred {
    resource_change: ResourceChange,
}

#[derive(Debug, Deserialize)]
struct ResourceChange {
    address: String,
    #[serde(default)]
    mode: String,
    #[serde(rename = "type")]
    type_name: String,
    #[serde(default)]
    index: Value,
    #[serde(default)]
    change: Change,
}

#[derive(Debug, Default, Deserialize)]
struct Change {
    #[serde(default)]
    actions: Vec<String>,
    #[serde(default)]
    before: Value,
    #[serde(default)]
    after: Value,
    #[serde(default)]
    after_unknown: Value,
    #[serde(default)]
    after_sensitive: Value,
}

#[derive(Debug, Deserialize)]
struct Variable {
    #[serde(default)]
    value: Value,
}

/// A resource of the plan: what it was, and what it will be.
#[derive(Debug)]
pub(super) struct Planned {
    pub(super) address: String,
    pub(super) type_name: String,
    /// Its key, where it is one of several.
    pub(super) index: Value,
    /// What it is before; null for what is made.
    pub(super) before: Value,
    /// What it is after; null for what is deleted.
    pub(super) after: Value,
    pub(super) unknown: Value,
    pub(super) sensitive: Value,
}

impl Planned {
    /// The module instance that it lies in, such as `module.a["x"]`; empty for the root.
    pub(super) fn module(&self) -> String {
        let steps = steps(&self.address);
        steps.get(..self.own_steps(&steps)).unwrap_or_default().join(".")
    }

    /// How many steps of its address name its module.
    fn own_steps(&self, steps: &[&str]) -> usize {
        let outside = steps.len().saturating_sub(2);
        if self.is_data() { outside.saturating_sub(1) } else { outside }
    }

    /// Whether it is a data source.
    pub(super) fn is_data(&self) -> bool {
        self.type_name == policy_document::TYPE
    }

    /// Its address in its module without a key, such as `aws_kms_key.main`.
    pub(super) fn local(&self) -> String {
        let steps = steps(&self.address);
        let last = steps.get(self.own_steps(&steps)..).unwrap_or_default();
        last.iter().map(|step| without_key(step)).collect::<Vec<_>>().join(".")
    }

    /// Whether it will be there.
    pub(super) fn remains(&self) -> bool {
        !self.after.is_null()
    }
}

impl Document {
    /// Of a text.
    ///
    /// # Errors
    /// It is not JSON of the documented form, is too large, or tells of a plan that failed.
    pub(super) fn parse(file: &str, text: &[u8]) -> Result<Self, InputError> {
        if text.len() > MOST_BYTES {
            return Err(InputError::new(file, None, format!("has {} bytes; what is checked has at most {MOST_BYTES}", text.len())));
        }
        let text = text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(text);
        let text = std::str::from_utf8(text).map_err(|error| {
            let before = String::from_utf8_lossy(text.get(..error.valid_up_to()).unwrap_or_default());
            let last = before.rsplit('\n').next().unwrap_or_default();
            let at = Position { line: before.matches('\n').count() + 1, column: last.chars().count() + 1 };
            InputError::new(file, at, "is not UTF-8 from here on; save the file as UTF-8")
        })?;
        let document: Self = serde_json::from_str(text).map_err(|error| {
            let at = Position { line: error.line(), column: error.column() };
            let message = error.to_string();
            let said = message.rsplit_once(" at line ").map_or(message.as_str(), |(said, _)| said);
            InputError::new(file, at, format!("is no plan as `terraform show -json` writes it: {said}"))
        })?;
        if document.errored {
            let message = "the plan failed, so that it is not whole; mend what `terraform plan` complains of and write it again";
            return Err(InputError::new(file, None, message));
        }
        Ok(document)
    }

    /// The value of a root variable.
    pub(super) fn variable(&self, name: &str) -> Option<&Value> {
        self.variables.get(name).map(|variable| &variable.value)
    }

    /// The managed resources, those that are deleted too, and the policy documents that are made at apply.
    pub(super) fn take_resources(&mut self) -> Vec<Planned> {
        let mut found = BTreeMap::new();
        let deferred = std::mem::take(&mut self.deferred_changes).into_iter().map(|deferred| deferred.resource_change);
        for resource in std::mem::take(&mut self.resource_changes).into_iter().chain(deferred) {
            let Change { actions, before, after, after_unknown, after_sensitive } = resource.change;
            // What is forgotten goes on without Terraform, which then declares nothing of it.
            let goes =
                actions.iter().any(|action| action == "forget") || after.is_null() && !actions.iter().any(|action| action == "create");
            let after = match after {
                _ if goes => Value::Null,
                // All of it is unknown.
                Value::Null => Value::Object(serde_json::Map::new()),
                after => after,
            };
            if resource.mode != "data" || resource.type_name == policy_document::TYPE {
                let planned = Planned {
                    address: resource.address.clone(),
                    type_name: resource.type_name,
                    index: resource.index,
                    before,
                    after,
                    unknown: after_unknown,
                    sensitive: after_sensitive,
                };
                // A deposed object has the address of the one that takes its place.
                if planned.remains() || !found.contains_key(&resource.address) {
                    found.insert(resource.address, planned);
                }
            }
        }
        let mut modules: Vec<Module> =
            [self.planned_values.take(), self.values.take()].into_iter().flatten().map(|v| v.root_module).collect();
        while let Some(module) = modules.pop() {
            modules.extend(module.child_modules);
            for resource in module.resources.into_iter().filter(|resource| resource.mode != "data") {
                found.entry(resource.address.clone()).or_insert_with(|| Planned {
                    address: resource.address,
                    type_name: resource.type_name,
                    index: resource.index,
                    before: Value::Null,
                    after: resource.values,
                    unknown: Value::Null,
                    sensitive: resource.sensitive_values,
                });
            }
        }
        found.into_values().collect()
    }
}

/// The steps of an address or reference; points within keys divide nothing: `module.a["x.y"].b` has three.
pub(super) fn steps(address: &str) -> Vec<&str> {
    let mut found = Vec::new();
    let (mut start, mut quoted, mut escaped, mut depth) = (0, false, false, 0_usize);
    for (at, character) in address.char_indices() {
        match character {
            _ if escaped => escaped = false,
            '\\' if quoted => escaped = true,
            '"' => quoted = !quoted,
            '[' if !quoted => depth += 1,
            ']' if !quoted => depth = depth.saturating_sub(1),
            '.' if !quoted && depth == 0 => {
                found.push(address.get(start..at).unwrap_or_default());
                start = at + 1;
            }
            _ => {}
        }
    }
    found.push(address.get(start..).unwrap_or_default());
    found
}

/// A step without its key.
pub(super) fn without_key(step: &str) -> &str {
    step.split_once('[').map_or(step, |(name, _)| name)
}

/// The key of a step: a text or a number.
pub(super) fn key(step: &str) -> Option<Value> {
    let (_, rest) = step.split_once('[')?;
    serde_json::from_str(rest.strip_suffix(']')?).ok()
}
