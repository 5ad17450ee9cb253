//! What could not be read, and why.

use serde::{Deserialize, Serialize};

use crate::{HandlerError, HandlerErrorCode};

/// Why something was not read.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Cause {
    /// The kind of failure.
    pub code: HandlerErrorCode,
    /// The IAM action that was needed, such as `rds:DescribeDBParameters`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub action: Option<String>,
    /// The service's own message.
    pub message: String,
}

impl From<HandlerError> for Cause {
    fn from(error: HandlerError) -> Self {
        Self { code: error.code, action: error.action.map(Into::into), message: error.message }
    }
}

/// A part of a resource that could not be read.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Gap {
    /// JSON pointer (RFC 6901) into the properties of the resource, such as `/BucketEncryption`.
    pub pointer: String,
    /// Why it is unknown.
    pub cause: Cause,
    /// The values that it can have, where these are known, as JSON; `null` for its absence.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub values: Vec<String>,
    /// The type of what the value at the pointer names, where it is that resource that is not known, and not the value.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refers: Option<String>,
}

/// What stands for the accounts of an organization that could not be listed.
pub const UNLISTED: &str = "*";

/// What stands for the Regions of an account beside those that are named, where the account's Regions could not be listed.
pub const OTHER_REGIONS: &str = "other";

/// A part of the world that could not be listed: whatever exists there is unknown.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Unread {
    /// The account id, [`UNLISTED`] for the accounts of an organization that could not be listed.
    pub account: String,
    /// The Region, [`crate::GLOBAL`] for global services, [`OTHER_REGIONS`], or `*` where the whole account could not be entered.
    pub region: String,
    /// The resource type, `*` for every type of the account and Region.
    #[serde(rename = "type")]
    pub type_name: String,
    /// Why it was not read.
    pub cause: Cause,
}
