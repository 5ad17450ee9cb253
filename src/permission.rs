//! What may be granted to the principals that read, and nothing more.

use std::collections::{BTreeMap, BTreeSet};

use innovate_model::{Definition, Reach};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::collect::{Needs, needed, needed_facet};

/// The most characters, white space not counted, that a managed policy may have
/// (<https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html>).
pub const MANAGED_POLICY_SIZE: usize = 6144;

/// What the handlers call, for builds without them: by type the actions of the listing, and of what is read after it with the properties that it fills.
/// `tests/it/policy_docs.rs` holds that it is what the handlers say.
const RECORDED: &str = include_str!("../schemas/actions.json");

/// The calls of one type, as they are recorded.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
pub struct Recorded {
    /// Where its resources live.
    pub reach: Reach,
    /// The actions of the listing.
    pub list: BTreeSet<String>,
    /// The calls that follow.
    pub reads: Vec<RecordedRead>,
}

/// A call that follows the listing, as it is recorded.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
pub struct RecordedRead {
    /// Its action.
    pub action: String,
    /// The top-level properties that it fills.
    pub properties: Vec<String>,
}

/// The calls of every type, as they are recorded.
///
/// # Errors
/// The record is not of its form, which the tests rule out.
pub fn recorded() -> serde_json::Result<BTreeMap<String, Recorded>> {
    serde_json::from_str(RECORDED)
}

/// The IAM actions that reading what is needed takes in an account, in any build; without those by which the account is found and entered.
///
/// # Errors
/// As [`recorded`].
pub fn actions(needs: Option<&Needs>) -> serde_json::Result<BTreeSet<String>> {
    let mut actions = BTreeSet::new();
    for (name, calls) in recorded()? {
        let needed = match needs {
            None => None,
            Some(needs) => match needs.get(&name) {
                Some(properties) => properties.as_ref(),
                None => continue,
            },
        };
        let fills = |read: &RecordedRead| {
            needed.is_none_or(|needed| read.properties.is_empty() || read.properties.iter().any(|property| needed.contains(property)))
        };
        actions.extend(calls.list);
        actions.extend(calls.reads.into_iter().filter(fills).map(|read| read.action));
    }
    Ok(actions)
}

/// The IAM actions of a reading.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Permission {
    /// In every account that is read.
    pub member: BTreeSet<String>,
    /// In the account of the caller, besides those of every account.
    pub auditor: BTreeSet<String>,
}

impl Permission {
    /// The actions of what is needed, `own` being those with which the caller finds its way and `entering` those in each account.
    pub fn new(definitions: &[Definition], needs: Option<&Needs>, own: &[&str], entering: &[&str]) -> Self {
        let mut permission = Self { member: entering.iter().copied().map(ToOwned::to_owned).collect(), ..Self::default() };
        permission.auditor.extend(own.iter().copied().map(ToOwned::to_owned));
        for definition in definitions.iter().filter(|definition| needed(needs, definition)) {
            let actions = if definition.reach == Reach::Organization { &mut permission.auditor } else { &mut permission.member };
            let reads = definition.reads.iter().map(|(facet, _)| facet).filter(|facet| needed_facet(needs, definition, facet));
            actions.extend(definition.list.iter().chain(reads).map(|facet| facet.action.to_owned()));
        }
        permission
    }

    /// The policy documents of the caller: those of every account, and the way into the others by `role`.
    pub fn of_auditor(&self, role: &str) -> Vec<Value> {
        let actions = self.member.union(&self.auditor).filter(|action| *action != "sts:AssumeRole");
        let enter = json!({
            "Sid": "Enter",
            "Effect": "Allow",
            "Action": "sts:AssumeRole",
            "Resource": format!("arn:*:iam::*:role/{role}"),
        });
        documents(actions, Some(enter), MANAGED_POLICY_SIZE)
    }

    /// The policy documents of the role in every other account.
    pub fn of_member(&self) -> Vec<Value> {
        documents(self.member.iter(), None, MANAGED_POLICY_SIZE)
    }

    /// A CloudFormation template of the role in one account.
    pub fn template(&self, role: &str, auditor: Option<&str>, external_id: Option<&str>) -> Value {
        let documents = self.of_member();
        let mut resources = serde_json::Map::new();
        let mut attached = Vec::new();
        for (number, document) in documents.iter().enumerate() {
            let name = format!("ReadPolicy{}", number + 1);
            attached.push(json!({ "Ref": name }));
            let description = "What innovate reads";
            resources.insert(
                name,
                json!({ "Type": "AWS::IAM::ManagedPolicy", "Properties": { "Description": description, "PolicyDocument": document } }),
            );
        }
        let condition = json!({ "StringEquals": { "sts:ExternalId": { "Ref": "ExternalId" } } });
        let trust = json!({
            "Effect": "Allow",
            "Action": "sts:AssumeRole",
            "Principal": { "AWS": { "Ref": "Auditor" } },
            "Condition": { "Fn::If": ["HasExternalId", condition, { "Ref": "AWS::NoValue" }] },
        });
        let role = json!({
            "Type": "AWS::IAM::Role",
            "Properties": {
                "RoleName": role,
                "Description": "Read by innovate for its audits",
                "AssumeRolePolicyDocument": { "Version": "2012-10-17", "Statement": [trust] },
                "ManagedPolicyArns": attached,
            },
        });
        resources.insert("Role".to_owned(), role);
        json!({
            "AWSTemplateFormatVersion": "2010-09-09",
            "Description": "The role by which innovate reads this account",
            "Parameters": parameters(auditor, external_id),
            "Conditions": { "HasExternalId": { "Fn::Not": [{ "Fn::Equals": [{ "Ref": "ExternalId" }, ""] }] } },
            "Resources": resources,
            "Outputs": { "RoleArn": { "Value": { "Fn::GetAtt": ["Role", "Arn"] } } },
        })
    }

    /// A template, for the management or a delegated administrator account, of a StackSet that makes the role in every account of the organizational
    /// units, and in those that join them.
    pub fn stack_set(&self, role: &str, auditor: Option<&str>, external_id: Option<&str>) -> Value {
        let mut parameters = parameters(auditor, external_id);
        if let Some(parameters) = parameters.as_object_mut() {
            let units =
                json!({ "Type": "CommaDelimitedList", "Description": "The ids of the root (r-…) or of organizational units (ou-…)" });
            parameters.insert("OrganizationalUnitIds".to_owned(), units);
        }
        let set = json!({
            "Type": "AWS::CloudFormation::StackSet",
            "Properties": {
                "StackSetName": role,
                "Description": "The role by which innovate reads each account",
                "PermissionModel": "SERVICE_MANAGED",
                "AutoDeployment": { "Enabled": true, "RetainStacksOnAccountRemoval": false },
                "Capabilities": ["CAPABILITY_NAMED_IAM"],
                "ManagedExecution": { "Active": true },
                "OperationPreferences": { "FailureTolerancePercentage": 100, "MaxConcurrentPercentage": 100 },
                "Parameters": [
                    { "ParameterKey": "Auditor", "ParameterValue": { "Ref": "Auditor" } },
                    { "ParameterKey": "ExternalId", "ParameterValue": { "Ref": "ExternalId" } },
                ],
                // IAM is global: one Region makes the role.
                "StackInstancesGroup": [{
                    "DeploymentTargets": { "OrganizationalUnitIds": { "Ref": "OrganizationalUnitIds" } },
                    "Regions": [{ "Ref": "AWS::Region" }],
                }],
                "TemplateBody": self.template(role, auditor, external_id).to_string(),
            },
        });
        json!({
            "AWSTemplateFormatVersion": "2010-09-09",
            "Description": "The role by which innovate reads every account of the organization",
            "Parameters": parameters,
            "Resources": { "AuditRoles": set },
        })
    }
}

fn parameters(auditor: Option<&str>, external_id: Option<&str>) -> Value {
    let mut auditor_parameter = json!({
        "Type": "String",
        "Description": "The account id, or the ARN of the user or role, that may assume the role",
        "AllowedPattern": r"\d{12}|arn:[a-z-]+:(iam|sts)::\d{12}:.+",
    });
    if let (Some(parameter), Some(auditor)) = (auditor_parameter.as_object_mut(), auditor) {
        parameter.insert("Default".to_owned(), Value::from(auditor));
    }
    json!({
        "Auditor": auditor_parameter,
        "ExternalId": {
            "Type": "String",
            "Description": "The external id that the auditor must give (--external-id); empty for none",
            "AllowedPattern": r"[\w+=,.@:/-]*",
            "MaxLength": 1224,
            "Default": external_id.unwrap_or_default(),
        },
    })
}

/// Documents that allow the actions on everything, none larger than `size`; `first` is a further statement of the first one.
fn documents<'a>(actions: impl Iterator<Item = &'a String>, first: Option<Value>, size: usize) -> Vec<Value> {
    let document = |actions: &[&String], first: Option<&Value>| {
        let read = json!({ "Sid": "Read", "Effect": "Allow", "Action": actions, "Resource": "*" });
        let statements: Vec<&Value> = (!actions.is_empty()).then_some(&read).into_iter().chain(first).collect();
        json!({ "Version": "2012-10-17", "Statement": statements })
    };
    let mut documents = Vec::new();
    let mut first = first;
    let mut of_one: Vec<&String> = Vec::new();
    for action in actions {
        of_one.push(action);
        if document(&of_one, first.as_ref()).to_string().len() > size {
            of_one.pop();
            documents.push(document(&of_one, first.take().as_ref()));
            of_one = vec![action];
        }
    }
    if !of_one.is_empty() || first.is_some() {
        documents.push(document(&of_one, first.as_ref()));
    }
    documents
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn documents_are_split_where_they_grow_too_large() {
        let actions: Vec<String> = (0..100).map(|number| format!("service:DescribeThing{number}")).collect();
        let enter = json!({ "Sid": "Enter", "Effect": "Allow", "Action": "sts:AssumeRole", "Resource": "*" });
        let split = documents(actions.iter(), Some(enter), 600);
        assert!(split.len() > 4);
        let mut granted = Vec::new();
        for document in &split {
            assert!(document.to_string().len() <= 600);
            for statement in document["Statement"].as_array().into_iter().flatten().filter(|statement| statement["Sid"] == "Read") {
                granted.extend(statement["Action"].as_array().into_iter().flatten().filter_map(Value::as_str));
            }
        }
        assert_eq!(granted, actions);
        assert_eq!(split.iter().filter(|document| document.to_string().contains("Enter")).count(), 1);
    }
}
