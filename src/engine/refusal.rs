//! Who refused to let what be read, and what would resolve it.

use std::collections::{BTreeMap, BTreeSet};

use innovate_model::{Cause, Denial, Layer, Resource, World};
use serde::Serialize;

/// Refused calls of one action by one policy.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Refusal {
    /// The IAM action.
    pub action: String,
    /// What refused it, as far as the messages tell.
    pub layer: Option<Layer>,
    /// Whether it was an explicit deny (true) or a missing allow (false).
    pub explicit: Option<bool>,
    /// The ARN or id of the policy.
    pub policy: Option<String>,
    /// The accounts in which it was refused.
    pub accounts: BTreeSet<String>,
    /// The Regions in which it was refused.
    pub regions: BTreeSet<String>,
    /// The principals that were refused.
    pub principals: BTreeSet<String>,
    /// A resource that it was refused for.
    pub resource: Option<String>,
    /// What would resolve it.
    pub remedy: String,
}

/// The refused calls of a world, each action and policy once; `gapped` are its resources with gaps.
pub(super) fn refusals(world: &World, gapped: &[&Resource]) -> Vec<Refusal> {
    let of_scopes = world.unread.iter().map(|unread| (unread.account.as_str(), unread.region.as_str(), &unread.cause));
    let of_resources = gapped
        .iter()
        .flat_map(|resource| resource.gaps.iter().map(|gap| (resource.account.as_str(), resource.region.as_str(), &gap.cause)));
    let mut seen: BTreeSet<(&str, &str, &Cause)> = BTreeSet::new();
    let mut groups: BTreeMap<_, Refusal> = BTreeMap::new();
    for (account, region, cause) in of_scopes.chain(of_resources) {
        if !seen.insert((account, region, cause)) {
            continue;
        }
        let Some(denial) = Denial::of(cause) else { continue };
        let action = denial.action.clone().unwrap_or_else(|| "*".to_owned());
        let key = (action.clone(), denial.layer, denial.explicit, denial.policy.clone());
        let principal = denial.principal.clone();
        let group = groups.entry(key).or_insert_with(|| Refusal {
            remedy: remedy(&action, &denial),
            action,
            layer: denial.layer,
            explicit: denial.explicit,
            policy: denial.policy,
            accounts: BTreeSet::new(),
            regions: BTreeSet::new(),
            principals: BTreeSet::new(),
            resource: denial.resource,
        });
        group.accounts.insert(account.to_owned());
        group.regions.insert(region.to_owned());
        group.principals.extend(principal);
    }
    groups.into_values().collect()
}

/// What would resolve a refusal: a statement where one would do.
fn remedy(action: &str, denial: &Denial) -> String {
    let allow = format!(r#"{{"Effect": "Allow", "Action": "{action}", "Resource": "*"}}"#);
    let principal =
        denial.principal.as_deref().and_then(|arn| arn.split_once(":assumed-role/")).and_then(|(_, rest)| rest.split('/').next());
    let role = principal.unwrap_or("InnovateAudit");
    let exception = format!(r#""Condition": {{"ArnNotLike": {{"aws:PrincipalArn": "arn:*:iam::*:role/{role}"}}}}"#);
    let policy = denial.policy.as_deref().map(|policy| format!(" `{policy}`")).unwrap_or_default();
    match (denial.layer, denial.explicit) {
        (Some(Layer::Region), _) => "enable the Region for the account, or leave it out with `--region`".to_owned(),
        (Some(Layer::ServiceControlPolicy | Layer::ResourceControlPolicy), Some(true)) => {
            format!("spare the audit role in the statement that denies it{policy}: {exception}")
        }
        (Some(Layer::ServiceControlPolicy), _) => {
            format!("allow it in the service control policies of the account and of every unit above it: {allow}")
        }
        (Some(Layer::PermissionsBoundary), Some(true)) => format!("take the deny out of the permissions boundary{policy} of the role"),
        (Some(Layer::PermissionsBoundary), _) => format!("add to the permissions boundary of the role: {allow}"),
        (Some(Layer::SessionPolicy), _) => format!("add to the policy of the session in which the audit runs: {allow}"),
        (Some(Layer::VpcEndpointPolicy), _) => format!("add to the policy of the VPC endpoint that the calls go through: {allow}"),
        (Some(Layer::TrustPolicy), _) => {
            "let the caller assume the role in its trust policy; `innovate permissions --format cloudformation` prints it".to_owned()
        }
        (Some(Layer::ResourcePolicy), Some(true)) => {
            format!("spare the audit role in the statement of the resource's policy that denies it: {exception}")
        }
        (Some(Layer::ResourcePolicy), _) => format!("add to the policy of the resource, for the audit role: {allow}"),
        (_, Some(true)) => format!("take away the deny{policy}, or spare the audit role in it: {exception}"),
        _ if action == "sts:AssumeRole" => {
            "make the role in the account, with trust to the caller; `innovate permissions --format stackset` prints it".to_owned()
        }
        _ => format!("add to the policy of the reading role: {allow}"),
    }
}
