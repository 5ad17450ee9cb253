//! Stacks of CloudFormation that are there.

use std::collections::BTreeMap;

use async_trait::async_trait;
use serde::{Deserialize, Serialize};

use crate::{HandlerError, Properties};

/// A stack as CloudFormation describes it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeployedStack {
    /// Its name.
    pub name: String,
    /// Its ARN.
    pub id: String,
    /// Its status, such as `CREATE_COMPLETE`
    /// (<https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/view-stack-events.html>).
    pub status: String,
    /// Why it has this status, where CloudFormation says it.
    pub reason: Option<String>,
    /// The values of its parameters; those of `NoEcho` are asterisks.
    pub parameters: BTreeMap<String, String>,
    /// Its outputs.
    pub outputs: BTreeMap<String, String>,
    /// Its tags.
    pub tags: BTreeMap<String, String>,
    /// Whether it cannot be deleted.
    pub termination_protection: bool,
}

/// A resource of a stack.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct StackResource {
    /// Its name in the template.
    pub logical_id: String,
    /// Its id in its service; none before it is made.
    pub physical_id: Option<String>,
    /// Its type.
    pub type_name: String,
    /// Its status, such as `UPDATE_FAILED`.
    pub status: String,
    /// Why it has this status, where CloudFormation says it.
    pub reason: Option<String>,
}

/// A stack with what it holds.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct KnownStack {
    /// What describes it.
    pub stack: DeployedStack,
    /// The text of its template.
    pub template: String,
    /// Its resources.
    pub resources: Vec<StackResource>,
}

impl DeployedStack {
    /// Whether nothing of it is there: its creation was rolled back, was never begun, or it was deleted.
    pub fn is_empty(&self) -> bool {
        matches!(self.status.as_str(), "REVIEW_IN_PROGRESS" | "ROLLBACK_COMPLETE" | "DELETE_COMPLETE")
    }

    /// Whether an operation is under way, or one came to an end from which the stack cannot be changed.
    pub fn is_unsettled(&self) -> bool {
        self.is_busy() || matches!(self.status.as_str(), "CREATE_FAILED" | "DELETE_FAILED" | "ROLLBACK_FAILED" | "UPDATE_ROLLBACK_FAILED")
    }

    /// Whether an operation is under way.
    pub fn is_busy(&self) -> bool {
        self.status.ends_with("_IN_PROGRESS") && self.status != "REVIEW_IN_PROGRESS"
    }
}

/// Something that happened to a resource of a stack, or to the stack.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct StackEvent {
    /// Its id.
    pub id: String,
    /// When: RFC 3339, UTC.
    pub time: String,
    /// The resource's name in the template; that of the stack for the stack.
    pub logical_id: String,
    /// The resource's id in its service.
    pub physical_id: Option<String>,
    /// The resource's type.
    pub type_name: String,
    /// The status that it came to.
    pub status: String,
    /// Why.
    pub reason: Option<String>,
    /// The token of the request that brought it about.
    pub token: Option<String>,
}

/// What CloudFormation is to change.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ChangeSetRequest {
    /// The name of the stack.
    pub stack: String,
    /// The name of the change set: the same for the same change.
    pub name: String,
    /// Whether there is no stack yet.
    pub create: bool,
    /// The text of the template.
    pub template: String,
    /// The parameters.
    pub parameters: BTreeMap<String, String>,
    /// The tags of the stack.
    pub tags: BTreeMap<String, String>,
}

/// What CloudFormation says that it would change.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChangeSet {
    /// Its name.
    pub name: String,
    /// `CREATE_COMPLETE`, `CREATE_IN_PROGRESS`, `FAILED`, …
    pub status: String,
    /// `AVAILABLE`, `UNAVAILABLE`, `EXECUTE_COMPLETE`, …
    pub execution_status: String,
    /// Why it has this status.
    pub reason: Option<String>,
    /// The resources.
    pub changes: Vec<AnnouncedChange>,
}

impl ChangeSet {
    /// Whether it failed for the reason that nothing changes.
    pub fn is_without_changes(&self) -> bool {
        let words = ["didn't contain changes", "No updates are to be performed"];
        self.status == "FAILED" && self.reason.as_deref().is_some_and(|reason| words.iter().any(|words| reason.contains(words)))
    }
}

/// What CloudFormation says that it would do with a resource.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct AnnouncedChange {
    /// `Add`, `Modify`, `Remove`, `Import`, `Dynamic`.
    pub action: String,
    /// The resource's name in the template.
    pub logical_id: String,
    /// Its type.
    pub type_name: String,
    /// `True`, `False`, `Conditional`; empty where it does not apply.
    pub replacement: String,
    /// The properties that it will have, as JSON, where CloudFormation says them.
    pub after: Option<String>,
}

/// CloudFormation in one account and Region. Every call that writes can be made again: it then finds what it made before.
#[async_trait]
pub trait Provisioner: Send + Sync {
    /// Every stack that is not deleted.
    ///
    /// # Errors
    /// The failed call.
    async fn stacks(&self) -> Result<Vec<DeployedStack>, HandlerError>;

    /// A stack; none where there is none of the name.
    ///
    /// # Errors
    /// The failed call.
    async fn stack(&self, name: &str) -> Result<Option<DeployedStack>, HandlerError>;

    /// The text of a stack's template.
    ///
    /// # Errors
    /// The failed call.
    async fn template(&self, stack: &str) -> Result<String, HandlerError>;

    /// The resources of a stack.
    ///
    /// # Errors
    /// The failed call.
    async fn resources(&self, stack: &str) -> Result<Vec<StackResource>, HandlerError>;

    /// The events of a stack after the one of this id, the oldest first; all where there is none.
    ///
    /// # Errors
    /// The failed call.
    async fn events(&self, stack: &str, after: Option<&str>) -> Result<Vec<StackEvent>, HandlerError>;

    /// The id of the newest event of a stack.
    ///
    /// # Errors
    /// The failed call.
    async fn last_event(&self, stack: &str) -> Result<Option<String>, HandlerError>;

    /// Has CloudFormation look at a change.
    ///
    /// # Errors
    /// The failed call.
    async fn create_change_set(&self, request: &ChangeSetRequest) -> Result<(), HandlerError>;

    /// A change set; none where there is none of the name.
    ///
    /// # Errors
    /// The failed call.
    async fn change_set(&self, stack: &str, name: &str) -> Result<Option<ChangeSet>, HandlerError>;

    /// Takes a change set away.
    ///
    /// # Errors
    /// The failed call.
    async fn delete_change_set(&self, stack: &str, name: &str) -> Result<(), HandlerError>;

    /// Begins a change.
    ///
    /// # Errors
    /// The failed call.
    async fn execute(&self, stack: &str, change_set: &str, token: &str) -> Result<(), HandlerError>;

    /// Begins to delete a stack but for these resources.
    ///
    /// # Errors
    /// The failed call.
    async fn delete(&self, stack: &str, retain: &[String], token: &str) -> Result<(), HandlerError>;

    /// Goes on with a roll-back that failed, leaving these resources as they are.
    ///
    /// # Errors
    /// The failed call.
    async fn continue_rollback(&self, stack: &str, skip: &[String], token: &str) -> Result<(), HandlerError>;

    /// Protects a stack from deletion, or no longer.
    ///
    /// # Errors
    /// The failed call.
    async fn protect(&self, stack: &str, protected: bool) -> Result<(), HandlerError>;

    /// Sets what an update may not do, a stack policy in JSON.
    ///
    /// # Errors
    /// The failed call.
    async fn set_policy(&self, stack: &str, policy: &str) -> Result<(), HandlerError>;

    /// The properties that a setting without a CloudFormation type has now; of lists that it shares with others, what is wanted and there.
    ///
    /// # Errors
    /// The failed call, or nobody knows settings of the type.
    async fn setting(&self, type_name: &str, wanted: &Properties) -> Result<Properties, HandlerError>;

    /// Has a setting have these properties; nothing changes where it has them.
    ///
    /// # Errors
    /// The failed call, or nobody can set properties of the type.
    async fn set(&self, type_name: &str, wanted: &Properties) -> Result<(), HandlerError>;
}

/// A cloud in which something can be provisioned.
#[async_trait]
pub trait Provisioning: Send + Sync {
    /// The account of the caller.
    ///
    /// # Errors
    /// The failed call.
    async fn account(&self) -> Result<String, HandlerError>;

    /// Enters a Region of an account by the first of the roles that can be assumed; the caller's own account with the caller's identity.
    ///
    /// # Errors
    /// None of the roles can be assumed: the failed call of the last.
    async fn provisioner(&self, account: &str, region: &str, roles: &[String]) -> Result<Box<dyn Provisioner>, HandlerError>;
}
