//! Whether what is about to be done is what was planned.

use std::collections::BTreeMap;

use innovate_model::ChangeSet;
use serde_json::json;

use super::{Change, Plan, Replacement, ResourceAction, ResourceChange, StackAction, StackChange, Step, digest};

/// Types whose resources hold what cannot be made again.
pub const STATEFUL: [&str; 16] = [
    "AWS::Backup::BackupVault",
    "AWS::DynamoDB::GlobalTable",
    "AWS::DynamoDB::Table",
    "AWS::ECR::Repository",
    "AWS::EFS::FileSystem",
    "AWS::EKS::Cluster",
    "AWS::ElastiCache::ReplicationGroup",
    "AWS::KMS::Key",
    "AWS::OpenSearchService::Domain",
    "AWS::Organizations::Account",
    "AWS::RDS::DBCluster",
    "AWS::RDS::DBInstance",
    "AWS::Route53::HostedZone",
    "AWS::S3::Bucket",
    "AWS::SQS::Queue",
    "AWS::SecretsManager::Secret",
];

/// The stack policy of protected environments: everything may be changed, and nothing that holds what cannot be made again may be replaced or deleted
/// (<https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/protect-stack-resources.html>).
pub fn protection_policy() -> String {
    json!({
        "Statement": [
            { "Effect": "Allow", "Action": "Update:*", "Principal": "*", "Resource": "*" },
            {
                "Effect": "Deny",
                "Action": ["Update:Replace", "Update:Delete"],
                "Principal": "*",
                "Resource": "*",
                "Condition": { "StringEquals": { "ResourceType": STATEFUL } }
            }
        ]
    })
    .to_string()
}

/// The stack policy of an environment that is not protected any more.
pub fn open_policy() -> String {
    json!({ "Statement": [{ "Effect": "Allow", "Action": "Update:*", "Principal": "*", "Resource": "*" }] }).to_string()
}

impl StackChange {
    /// The name of the change set, and the token of the calls, for this change of this step: the same for the same change, whichever run makes it.
    pub fn token(&self, step: &Step) -> String {
        let parameters: BTreeMap<&str, &str> =
            self.parameters.iter().filter_map(|parameter| Some((parameter.name.as_str(), parameter.given()?))).collect();
        let text = json!([step.environment, step.name, self.stack, self.template_digest, parameters]).to_string();
        token(&text)
    }
}

/// A name for what the text says: the same for the same, whichever run makes it.
pub fn token(text: &str) -> String {
    format!("innovate-{}", digest(text.as_bytes()).get(..24).unwrap_or_default())
}

impl Plan {
    /// How another plan departs from this one, that was made before; what an earlier run has done already is no departure.
    pub fn departures(&self, now: &Self) -> Vec<String> {
        if self.blueprint != now.blueprint || self.steps.len() != now.steps.len() {
            return vec!["the blueprint has other steps".to_owned()];
        }
        let of_step = |(planned, now): (&Step, &Step)| {
            let label = format!("{}/{}", planned.environment, planned.name);
            departures(planned, now).into_iter().map(|departure| format!("{label}: {departure}")).collect::<Vec<_>>()
        };
        self.steps.iter().zip(&now.steps).flat_map(of_step).collect()
    }
}

/// How a step departs from what was planned, now that more is known. What an earlier run has done already is no departure.
pub fn departures(planned: &Step, now: &Step) -> Vec<String> {
    if (&planned.name, &planned.environment, &planned.region) != (&now.name, &now.environment, &now.region) {
        return vec![format!("`{}/{}` has the place of `{}/{}`", now.environment, now.name, planned.environment, planned.name)];
    }
    let mut departures = Vec::new();
    if planned.account_id.is_some() && planned.account_id != now.account_id {
        departures.push(format!("the account `{}` is another", planned.account));
    }
    if planned.approval != now.approval || planned.protection != now.protection {
        departures.push(format!("the environment `{}` is approved or protected otherwise", now.environment));
    }
    match (&planned.change, &now.change) {
        (Change::Stack(planned), Change::Stack(now)) => departures.extend(of_stack(planned, now)),
        (Change::Setting(planned), Change::Setting(now)) => {
            if planned.type_name != now.type_name
                || planned.source != now.source
                || !planned.is_pending && planned.properties != now.properties
            {
                departures.push(format!("`{}` is to have other properties", now.type_name));
            }
        }
        _ => departures.push("a stack has the place of a setting".to_owned()),
    }
    departures
}

fn of_stack(planned: &StackChange, now: &StackChange) -> Vec<String> {
    let mut departures = Vec::new();
    if planned.template_digest != now.template_digest {
        departures.push(format!("the template `{}` was changed", now.template));
    }
    let names = planned.parameters.iter().chain(&now.parameters).map(|parameter| parameter.name.as_str());
    for name in names.collect::<std::collections::BTreeSet<&str>>() {
        let of = |stack: &'_ StackChange| stack.parameters.iter().find(|parameter| parameter.name == name).cloned();
        let same = match (of(planned), of(now)) {
            (Some(before), Some(after)) => before.source == after.source && (before.unknown.is_some() || before.after == after.after),
            _ => false,
        };
        if !same {
            departures.push(format!("the parameter `{name}` has another value"));
        }
    }
    if now.action == StackAction::Keep || now.action == StackAction::Await {
        return departures;
    }
    match planned.action {
        StackAction::Keep => departures.push(format!("the stack `{}` changes, and was to be kept", now.stack)),
        // What was under way is known only now.
        StackAction::Await => departures.push(format!("the stack `{}` has come to another state than it was in", now.stack)),
        StackAction::Create | StackAction::Recreate if now.action == StackAction::Update => {
            departures.push(format!("the stack `{}` is there, and was to be created", now.stack));
        }
        _ => {}
    }
    for resource in &now.resources {
        let known = planned.resources.iter().find(|known| known.logical_id == resource.logical_id);
        if known.is_none_or(|known| known.action != resource.action) {
            departures.push(format!("`{}` is to be {}, which was not planned", resource.logical_id, resource.action.past()));
        } else if known.is_some_and(|known| resource.action != ResourceAction::Create && !is_agreed(known, resource)) {
            departures.push(format!("`{}` has other properties than it had, or gets others", resource.logical_id));
        }
    }
    departures
}

/// Whether the properties change as was planned, but for what was not known then.
fn is_agreed(planned: &ResourceChange, now: &ResourceChange) -> bool {
    now.properties.iter().all(|change| {
        let known = planned.properties.iter().find(|known| known.pointer == change.pointer);
        known.is_some_and(|known| known.before == change.before && (known.unknown.is_some() || known.after == change.after))
    })
}

impl ResourceAction {
    /// What has become of the resource then.
    fn past(self) -> &'static str {
        match self {
            Self::Create => "created",
            Self::Update => "changed",
            Self::Replace => "replaced",
            Self::Delete => "deleted",
            Self::Retain => "left behind",
        }
    }
}

/// What CloudFormation announces and the plan does not have: a resource that is added, removed or replaced. That more resources change in place is not among it, since
/// CloudFormation announces a change of whatever refers to what changes.
pub fn unplanned(change: &StackChange, set: &ChangeSet) -> Vec<String> {
    let mut unplanned = Vec::new();
    for announced in &set.changes {
        let planned = change.resources.iter().find(|resource| resource.logical_id == announced.logical_id);
        let action = planned.map(|resource| resource.action);
        let conditional =
            || planned.is_some_and(|resource| resource.properties.iter().any(|change| change.replacement == Replacement::Conditional));
        let (fits, words) = match (announced.action.as_str(), announced.replacement.as_str()) {
            ("Add", _) => (action == Some(ResourceAction::Create), "would be created"),
            ("Remove", _) => (matches!(action, Some(ResourceAction::Delete | ResourceAction::Retain)), "would be deleted"),
            ("Modify", "True") => {
                let may = conditional() && !STATEFUL.contains(&announced.type_name.as_str());
                (action == Some(ResourceAction::Replace) || may, "would be replaced")
            }
            ("Modify", _) => (true, ""),
            (other, _) => {
                unplanned.push(format!("`{}` ({}): {other}", announced.logical_id, announced.type_name));
                continue;
            }
        };
        if !fits {
            unplanned.push(format!("`{}` ({}) {words}", announced.logical_id, announced.type_name));
        }
    }
    unplanned
}
