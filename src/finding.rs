//! What a policy says of a resource.

use std::collections::BTreeMap;
use std::fmt;

use innovate_model::{Cause, Location, Resource, pointer};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::policy::{ANY, Outcome, Policy, Severity};

/// The judgement of one policy on one resource.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// The policy denies something.
    Fail,
    /// Something that the policy reads could not be read.
    Unknown,
    /// A violation that someone has accepted.
    Waived,
    /// The policy finds nothing wrong.
    Pass,
    /// The policy does not speak of this resource.
    NotApplicable,
}

impl From<&Outcome> for Verdict {
    fn from(outcome: &Outcome) -> Self {
        match outcome {
            Outcome::NotApplicable => Self::NotApplicable,
            Outcome::Denials(denials) if denials.is_empty() => Self::Pass,
            Outcome::Denials(_) => Self::Fail,
        }
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Fail => "fail",
            Self::Unknown => "unknown",
            Self::Waived => "waived",
            Self::Pass => "pass",
            Self::NotApplicable => "not_applicable",
        })
    }
}

/// What identifies a resource in a report.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize, Serialize)]
pub struct ResourceRef {
    /// The resource type.
    #[serde(rename = "type")]
    pub type_name: String,
    /// The CloudFormation primary identifier, parts joined by `|`; the account id for account-level facts.
    pub id: String,
    /// The ARN, where the resource has one.
    pub arn: Option<String>,
}

impl ResourceRef {
    /// The type without its provider, such as `RDS::DBInstance`.
    pub fn kind(&self) -> &str {
        self.type_name.split_once("::").map_or(self.type_name.as_str(), |(_, rest)| rest)
    }
}

/// Who accepts a violation, why, and until when.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize, Serialize)]
pub struct WaiverRef {
    /// The waiver's id.
    pub id: String,
    /// Who answers for it.
    pub owner: String,
    /// Why it is accepted.
    pub reason: String,
    /// The first day on which it is not accepted any more.
    pub expires: Date,
}

/// One verdict, in the form in which it is reported: one for each place that a policy denies.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize, Serialize)]
pub struct Finding {
    /// The policy's id, such as `aws.rds.tls_not_required`.
    pub policy: String,
    /// The verdict.
    pub verdict: Verdict,
    /// The policy's severity.
    pub severity: Severity,
    /// The account of the resource.
    pub account: String,
    /// The Region of the resource, or `global`.
    pub region: String,
    /// The resource.
    pub resource: ResourceRef,
    /// What is wrong, or why it is unknown; empty for a pass.
    pub message: String,
    /// JSON pointer into the properties of the resource; empty for the resource as a whole.
    pub path: String,
    /// Stable over runs for the same policy, resource and place.
    pub fingerprint: String,
    /// For an unknown verdict: what was not read.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub causes: Vec<Cause>,
    /// What was not read and could not have made a difference, whatever it is.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub immaterial: Vec<Cause>,
    /// Where a file declares what is at `path`; none for a live resource.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub location: Option<Location>,
    /// Of a failure: the fingerprint of the values that it is about, by [`evidence`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub evidence: Option<String>,
    /// Of a waived failure: who accepts it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub waiver: Option<WaiverRef>,
    /// Whether a baseline knows the failure, with the same values.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub baseline: bool,
}

impl Finding {
    /// A finding on `resource`, fingerprinted. `ordinal` tells apart several denials of one place.
    pub fn new(
        policy: &str,
        verdict: Verdict,
        severity: Severity,
        resource: &Resource,
        message: String,
        path: String,
        ordinal: usize,
    ) -> Self {
        let mut digest = Sha256::new();
        for part in [policy, &resource.account, &resource.region, &resource.type_name, &resource.id, &path] {
            digest.update(part.as_bytes());
            digest.update([0]);
        }
        if ordinal > 0 {
            digest.update(ordinal.to_be_bytes());
        }
        let fingerprint = hex(digest);
        Self {
            policy: policy.to_owned(),
            verdict,
            severity,
            account: resource.account.clone(),
            region: resource.region.clone(),
            resource: ResourceRef { type_name: resource.type_name.clone(), id: resource.id.clone(), arn: resource.arn.clone() },
            message,
            path,
            fingerprint,
            causes: Vec::new(),
            immaterial: Vec::new(),
            location: None,
            evidence: None,
            waiver: None,
            baseline: false,
        }
    }

    /// The order of reports: severity (worst first), then policy, account, Region and resource.
    pub fn order(&self) -> impl Ord + '_ {
        (
            self.verdict,
            std::cmp::Reverse(self.severity),
            &self.policy,
            &self.account,
            &self.region,
            &self.resource,
            &self.path,
            &self.fingerprint,
        )
    }
}

/// The fingerprint of the values that a failure at `path` is about, 32 hexadecimal digits: of what is there, of the whole item where that is in a list, as its number alone does
/// not say which it is; where `path` is empty, of all that the policy reads of the resource. It is the same for the same values, wherever they come from.
pub fn evidence(policy: &Policy, resource: &Resource, path: &str) -> String {
    let mut digest = Sha256::new();
    let names = pointer::names(path);
    if names.is_empty() {
        let mut read = BTreeMap::new();
        for (path, reading) in &policy.read_set.input.0 {
            let steps: Vec<&String> = path.iter().take_while(|step| *step != ANY).collect();
            let is_looked_into = reading.deep || steps.len() < path.len();
            let value = match value_at(resource, &steps) {
                _ if steps.is_empty() => is_looked_into.then(|| Value::Object(resource.properties.clone())),
                value if is_looked_into => value.cloned(),
                value => value.map(outside),
            };
            read.insert(steps, value);
        }
        canonical(&Value::from_iter(read.iter().map(|(steps, value)| json!([steps, value]))), &mut digest);
    } else {
        let steps: Vec<&String> = names.iter().collect();
        match item_at(resource, &steps).or_else(|| value_at(resource, &steps)) {
            Some(value) => canonical(value, &mut digest),
            None => digest.update("absent"),
        }
    }
    hex(digest)
}

/// What is at the end of these steps; none where there is nothing.
fn value_at<'a>(resource: &'a Resource, steps: &[&String]) -> Option<&'a Value> {
    let (first, rest) = steps.split_first()?;
    rest.iter().try_fold(resource.properties.get(*first)?, |value, step| within(value, step))
}

fn within<'a>(value: &'a Value, step: &str) -> Option<&'a Value> {
    match value {
        Value::Array(items) => items.get(step.parse::<usize>().ok()?),
        value => value.get(step),
    }
}

/// The innermost item of a list that the steps lead through; none where they lead through none.
fn item_at<'a>(resource: &'a Resource, steps: &[&String]) -> Option<&'a Value> {
    let (first, rest) = steps.split_first()?;
    let (mut value, mut item) = (resource.properties.get(*first), None);
    for step in rest {
        let is_list = value.is_some_and(Value::is_array);
        value = value.and_then(|value| within(value, step));
        item = value.filter(|_| is_list).or(item);
    }
    item
}

/// What is seen of a value that is not looked into.
fn outside(value: &Value) -> Value {
    match value {
        Value::Array(_) => json!([]),
        Value::Object(_) => json!({}),
        single => single.clone(),
    }
}

/// JSON with names in order, and whole numbers written in one way.
fn canonical(value: &Value, digest: &mut Sha256) {
    match value {
        Value::Array(items) => {
            digest.update("[");
            for item in items {
                canonical(item, digest);
                digest.update(",");
            }
            digest.update("]");
        }
        Value::Object(members) => {
            let members: BTreeMap<&String, &Value> = members.iter().collect();
            digest.update("{");
            for (name, value) in members {
                digest.update(format!("{}:", json!(name)));
                canonical(value, digest);
                digest.update(",");
            }
            digest.update("}");
        }
        Value::Number(number) => {
            let whole = number.as_f64().filter(|float| number.is_f64() && float.fract() == 0.0);
            digest.update(whole.map_or_else(|| number.to_string(), |float| format!("{float:.0}")));
        }
        single => digest.update(single.to_string()),
    }
}

/// Half of the digest, which is enough to tell things apart.
fn hex(digest: Sha256) -> String {
    digest.finalize().iter().take(16).map(|byte| format!("{byte:02x}")).collect()
}
