//! What a policy says of a resource.

use std::collections::BTreeMap;
use std::fmt;

use innovate_model::{Cause, Location, Resource, pointer};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
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
    /// The address of the resource, as [`Resource::address`] gives it.
    pub fn address(&self) -> String {
        format!("{}/{}/{}/{}", self.account, self.region, self.resource.type_name, self.resource.id)
    }

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
/// not say which it is; where `path` is empty, of the resource. Only what the policy reads counts, so it is the same for the same values, whatever else was read.
pub fn evidence(policy: &Policy, resource: &Resource, path: &str) -> String {
    let read: Vec<Rest<'_>> = policy.read_set.input.0.iter().map(|(path, reading)| Rest { steps: path, deep: reading.deep }).collect();
    let names = pointer::names(path);
    let mut steps = names.iter();
    let first = steps.next().map(String::as_str).unwrap_or_default();
    let (mut place, mut at) = (resource.properties.get(first), below(&read, first));
    let mut item = None;
    for step in steps {
        let is_list = place.is_some_and(Value::is_array);
        place = place.and_then(|value| within(value, step));
        at = below(&at, step);
        if is_list && place.is_some() {
            item = Some((place, at.clone()));
        }
    }
    let (place, at) = item.unwrap_or((place, at));
    let mut digest = Sha256::new();
    match place {
        // A policy may name a place of which it reads nothing.
        _ if names.is_empty() || at.is_empty() => canonical(&seen_of(&resource.properties, &read), &mut digest),
        Some(value) => canonical(&seen(value, &at), &mut digest),
        None => digest.update("absent"),
    }
    hex(digest)
}

/// What is left of a path that is read.
#[derive(Clone, Copy)]
struct Rest<'a> {
    steps: &'a [String],
    /// Whether all counts that its end holds.
    deep: bool,
}

/// What is left of the paths after one more step.
fn below<'a>(rests: &[Rest<'a>], step: &str) -> Vec<Rest<'a>> {
    let after = |rest: &Rest<'a>| match rest.steps.split_first() {
        Some((first, steps)) => (first == step || first == ANY).then_some(Rest { steps, ..*rest }),
        None => rest.deep.then_some(*rest),
    };
    rests.iter().filter_map(after).collect()
}

fn within<'a>(value: &'a Value, step: &str) -> Option<&'a Value> {
    match value {
        Value::Array(items) => items.get(step.parse::<usize>().ok()?),
        value => value.get(step),
    }
}

/// The value with no more than is read of it.
fn seen(value: &Value, read: &[Rest<'_>]) -> Value {
    if read.iter().any(|rest| rest.deep && rest.steps.is_empty()) {
        return value.clone();
    }
    match value {
        Value::Object(members) => seen_of(members, read),
        Value::Array(items) => {
            let items = items.iter().enumerate().map(|(number, item)| (item, below(read, &number.to_string())));
            Value::Array(items.filter(|(_, at)| !at.is_empty()).map(|(item, at)| seen(item, &at)).collect())
        }
        single => single.clone(),
    }
}

/// The members with no more than is read of them.
fn seen_of(members: &Map<String, Value>, read: &[Rest<'_>]) -> Value {
    let members = members.iter().map(|(name, value)| (name, value, below(read, name)));
    Value::Object(members.filter(|(.., at)| !at.is_empty()).map(|(name, value, at)| (name.clone(), seen(value, &at))).collect())
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
