//! Who refused a call, as far as AWS's message tells.
//!
//! The wordings: <https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html>.

use std::sync::LazyLock;

use regex::Regex;
use serde::{Deserialize, Serialize};

use crate::{Cause, HandlerErrorCode};

/// What refused a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Layer {
    /// A policy of the user, group or role.
    IdentityPolicy,
    /// A policy of the resource.
    ResourcePolicy,
    /// A service control policy of the organization.
    ServiceControlPolicy,
    /// A resource control policy of the organization.
    ResourceControlPolicy,
    /// The permissions boundary of the user or role.
    PermissionsBoundary,
    /// The policy of the session.
    SessionPolicy,
    /// The policy of the VPC endpoint that the call went through.
    VpcEndpointPolicy,
    /// The trust policy of the role.
    TrustPolicy,
    /// The account has not opted in to the Region, or it is disabled.
    Region,
}

impl Layer {
    /// The words for a person, such as `service control policy`.
    pub fn describe(self) -> &'static str {
        match self {
            Self::IdentityPolicy => "identity policy",
            Self::ResourcePolicy => "resource policy",
            Self::ServiceControlPolicy => "service control policy",
            Self::ResourceControlPolicy => "resource control policy",
            Self::PermissionsBoundary => "permissions boundary",
            Self::SessionPolicy => "session policy",
            Self::VpcEndpointPolicy => "VPC endpoint policy",
            Self::TrustPolicy => "trust policy of the role",
            Self::Region => "Region",
        }
    }
}

/// A refused call. What the message does not tell is none.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Denial {
    /// The IAM action.
    pub action: Option<String>,
    /// The ARN of the resource, or what stands for it.
    pub resource: Option<String>,
    /// The ARN of who called.
    pub principal: Option<String>,
    /// What refused it.
    pub layer: Option<Layer>,
    /// Whether it was an explicit deny (true) or a missing allow (false).
    pub explicit: Option<bool>,
    /// The ARN or id of the policy.
    pub policy: Option<String>,
}

static ACTION: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"authorized to perform:? ?([A-Za-z0-9-]+:[A-Za-z0-9*]+)").ok());
static PRINCIPAL: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r#"(?:(?:User|Principal|Service Principal): |^)"?([^\s"]+)"? is not authorized to (?:perform|access)"#).ok()
});
static RESOURCE: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r#"(?:on (?:the )?(?:following )?resources?:|Access to the resource) ?"?(.+?)"?(?:,? because | with an explicit deny| is denied|\. | \(Service|\.?$)"#).ok()
});
static LAYER: LazyLock<Option<Regex>> = LazyLock::new(|| {
    let layers = "identity-based polic|resource-based polic|service control polic|resource control polic|permissions boundar|sessions? polic|VPC endpoint polic|role trust polic";
    Regex::new(&format!(r"(?:(no)|(explicit deny) (?:in|transitively through) (?:an?|the)|through (?:an?|the)|because (?:the)) ({layers})"))
        .ok()
});
static POLICY: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"(?:policy|boundary|ARN): ?(arn:[^\s]+)").ok());

impl Denial {
    /// Reads the message of a refused call; none where the cause is no refusal.
    pub fn of(cause: &Cause) -> Option<Self> {
        if cause.code == HandlerErrorCode::RegionDisabled {
            return Some(Self { action: cause.action.clone(), layer: Some(Layer::Region), ..Self::default() });
        }
        (cause.code == HandlerErrorCode::AccessDenied).then(|| {
            let told = Self::parse(&cause.message);
            // The message of some services tells an action of another name, and most tell none.
            Self { action: cause.action.clone().or(told.action), ..told }
        })
    }

    /// Reads AWS's own message.
    pub fn parse(message: &str) -> Self {
        let text = message.split_whitespace().collect::<Vec<_>>().join(" ");
        let first = |pattern: &LazyLock<Option<Regex>>| {
            let found = LazyLock::force(pattern).as_ref()?.captures(&text)?;
            found.get(1).map(|found| found.as_str().to_owned())
        };
        // The last word counts: a VPC endpoint can refuse by way of a service control policy.
        let named = LAYER.as_ref().and_then(|pattern| pattern.captures_iter(&text).last());
        let layer = named.as_ref().and_then(|found| found.get(3)).and_then(|found| layer_of(found.as_str()));
        let denies = text.contains("explicit deny");
        let explicit = if denies { Some(true) } else { named.as_ref().map(|_| false) };
        let resource = first(&RESOURCE).map(|resource| resource.trim_matches('"').to_owned());
        let policy = first(&POLICY).map(|arn| arn.trim_end_matches(['.', ',', ')']).to_owned());
        Self { action: first(&ACTION), resource, principal: first(&PRINCIPAL), layer, explicit, policy }
    }
}

fn layer_of(words: &str) -> Option<Layer> {
    let layers = [
        ("identity", Layer::IdentityPolicy),
        ("resource-based", Layer::ResourcePolicy),
        ("service control", Layer::ServiceControlPolicy),
        ("resource control", Layer::ResourceControlPolicy),
        ("permissions", Layer::PermissionsBoundary),
        ("session", Layer::SessionPolicy),
        ("VPC", Layer::VpcEndpointPolicy),
        ("role trust", Layer::TrustPolicy),
    ];
    layers.into_iter().find(|(name, _)| words.starts_with(name)).map(|(_, layer)| layer)
}
