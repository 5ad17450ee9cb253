//! What a run will change: pure data, judged before anything is written.

mod agreement;
mod difference;
mod guardrail;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest, Sha256};

pub use agreement::{STATEFUL, departures, open_policy, protection_policy, token, unplanned};
pub use difference::{amendments, difference};
pub use guardrail::{Guarded, GuardrailError, Guardrails, Rules, guard};

/// The version of the form.
pub const VERSION: u32 = 1;

/// What will be done, in order.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Plan {
    /// The version of the form.
    pub version: u32,
    /// The name of what is provisioned.
    pub blueprint: String,
    /// The account of the run's credentials; none where the plan was made without them.
    pub caller: Option<String>,
    /// The steps, each after those that it rests on.
    pub steps: Vec<Step>,
    /// Why nothing of it is to be done, whatever the policies say.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub refusals: Vec<String>,
    /// Stacks of the blueprint that are there, and that it does not have any more: account, Region and name.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub leftovers: Vec<(String, String, String)>,
}

/// A stack or a setting of an environment.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Step {
    /// Its name in the blueprint.
    pub name: String,
    /// The environment.
    pub environment: String,
    /// The name of the account.
    pub account: String,
    /// The id of the account; none where it is not there yet.
    pub account_id: Option<String>,
    /// The Region.
    pub region: String,
    /// The numbers of the steps that come before it, from 0.
    pub after: Vec<usize>,
    /// Whether somebody has to agree to a change.
    pub approval: bool,
    /// Whether the stack is protected from deletion, and its stateful resources from replacement.
    pub protection: bool,
    /// What will be done.
    pub change: Change,
}

/// What a step does.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Change {
    /// By CloudFormation.
    Stack(StackChange),
    /// In place, where CloudFormation has no type.
    Setting(Amendment),
}

/// What becomes of a stack.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StackAction {
    /// There is none.
    Create,
    /// There is an empty one from a creation that failed, which goes first.
    Recreate,
    /// It changes.
    Update,
    /// An operation is under way or came to no good end, which is dealt with first.
    Await,
    /// It stays.
    Keep,
}

/// A change of a stack.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct StackChange {
    /// Its name in CloudFormation.
    pub stack: String,
    /// What becomes of it.
    pub action: StackAction,
    /// The file of the template.
    pub template: String,
    /// The SHA-256 of the template's text, in hexadecimal.
    pub template_digest: String,
    /// The parameters that it is given.
    pub parameters: Vec<Parameter>,
    /// The resources that change.
    pub resources: Vec<ResourceChange>,
    /// Whether the stack is to be protected from now on, or no longer; none where that stays as it is.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub protect: Option<bool>,
}

/// A parameter of a template.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Parameter {
    /// Its name.
    pub name: String,
    /// What the blueprint says that it is.
    #[serde(default)]
    pub source: Value,
    /// What it was; none where there was no stack, or no such parameter.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub before: Option<String>,
    /// What it will be; none where that is known only when an earlier step is done, or is nothing to show.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub after: Option<String>,
    /// Why it is not known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unknown: Option<String>,
    /// Whether it is nothing to show.
    #[serde(skip_serializing_if = "std::ops::Not::not", default)]
    pub is_secret: bool,
    /// What is nothing to show: in no file, and not part of the digest.
    #[serde(skip)]
    pub secret: Option<Secret>,
}

impl Parameter {
    /// What CloudFormation is given.
    pub fn given(&self) -> Option<&str> {
        self.after.as_deref().or_else(|| self.secret.as_ref().map(|secret| secret.0.as_str()))
    }
}

/// A value that is nothing to show.
#[derive(Clone, PartialEq)]
pub struct Secret(pub String);

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Secret")
    }
}

/// What becomes of a resource.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ResourceAction {
    /// There is none.
    Create,
    /// It changes in place.
    Update,
    /// Another takes its place.
    Replace,
    /// It goes.
    Delete,
    /// It stays, and the stack forgets it.
    Retain,
}

/// A change of a resource.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ResourceChange {
    /// Its name in the template.
    pub logical_id: String,
    /// Its type.
    #[serde(rename = "type")]
    pub type_name: String,
    /// Its id in its service; none where there is none yet.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub physical_id: Option<String>,
    /// What becomes of it.
    pub action: ResourceAction,
    /// What becomes of the one whose place is taken, or that goes: `Delete`, `Retain` or `Snapshot`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub policy: Option<String>,
    /// The properties that change.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub properties: Vec<PropertyChange>,
}

/// A change of a property.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PropertyChange {
    /// A JSON pointer into the properties.
    pub pointer: String,
    /// What it was.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub before: Option<Value>,
    /// What it will be.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub after: Option<Value>,
    /// Why it is not known what it will be.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unknown: Option<String>,
    /// Whether the values are nothing to show.
    #[serde(skip_serializing_if = "std::ops::Not::not", default)]
    pub secret: bool,
    /// Whether the change makes another resource take the place of this one.
    #[serde(skip_serializing_if = "Replacement::is_never", default)]
    pub replacement: Replacement,
}

/// Whether a change of a property makes another resource take the place of the one that has it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Replacement {
    /// It changes in place.
    #[default]
    Never,
    /// It hangs on the values.
    Conditional,
    /// Always: only the creation sets it.
    Always,
}

impl Replacement {
    fn is_never(&self) -> bool {
        *self == Self::Never
    }
}

/// Properties of a resource that CloudFormation has no type for.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Amendment {
    /// The type.
    #[serde(rename = "type")]
    pub type_name: String,
    /// The resource.
    pub id: String,
    /// What it will have.
    pub properties: serde_json::Map<String, Value>,
    /// The same as the blueprint says it.
    #[serde(default)]
    pub source: serde_json::Map<String, Value>,
    /// Whether some of it is known only when an earlier step is done.
    #[serde(skip_serializing_if = "std::ops::Not::not", default)]
    pub is_pending: bool,
    /// What is other now; none where it was not looked at.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub changes: Option<Vec<PropertyChange>>,
}

impl Plan {
    /// Whether nothing changes.
    pub fn is_empty(&self) -> bool {
        self.steps.iter().all(|step| !step.change.is_change())
    }

    /// The SHA-256 of all that the plan does, in hexadecimal: by it a plan is agreed to.
    pub fn digest(&self) -> String {
        let text = serde_json::to_string(self).unwrap_or_default();
        digest(text.as_bytes())
    }

    /// How many resources are treated so.
    pub fn count(&self, action: ResourceAction) -> usize {
        let stacks = self.steps.iter().filter_map(|step| step.change.stack());
        stacks.flat_map(|stack| &stack.resources).filter(|resource| resource.action == action).count()
    }
}

impl Change {
    /// Whether there is something to do.
    pub fn is_change(&self) -> bool {
        match self {
            Self::Stack(stack) => stack.action != StackAction::Keep || stack.protect.is_some(),
            Self::Setting(amendment) => amendment.changes.as_ref().is_none_or(|changes| !changes.is_empty()),
        }
    }

    /// The stack, where it is one.
    pub fn stack(&self) -> Option<&StackChange> {
        match self {
            Self::Stack(stack) => Some(stack),
            Self::Setting(_) => None,
        }
    }
}

/// The SHA-256 of bytes, in hexadecimal.
pub fn digest(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}
