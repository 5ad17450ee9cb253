//! What a policy says of a resource.

use std::fmt;

use innovate_model::{Cause, Location, Resource};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::policy::{Outcome, Severity};

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
        let fingerprint = digest.finalize().iter().take(16).map(|byte| format!("{byte:02x}")).collect();
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
