//! How resources are read: the contract between a cloud and its reader.

use std::collections::BTreeMap;

use async_trait::async_trait;
use serde::{Deserialize, Serialize};

use crate::{Cause, OrganizationFacts, Properties, Resource};

/// The kind of a failed call, in the manner of CloudFormation's `HandlerErrorCode`
/// (<https://docs.aws.amazon.com/cloudformation-cli/latest/userguide/resource-type-test-contract-errors.html>).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum HandlerErrorCode {
    /// The principal lacks permission.
    AccessDenied,
    /// The credentials are missing, expired or not accepted.
    InvalidCredentials,
    /// The service refused the request as malformed.
    InvalidRequest,
    /// The resource is not there.
    NotFound,
    /// The service throttled the call and went on throttling it through all retries.
    Throttling,
    /// The service failed (5xx) through all retries.
    ServiceInternalError,
    /// The call or the run ran into its deadline.
    ServiceTimeout,
    /// The service could not be reached or broke the connection.
    NetworkFailure,
    /// The answer was not of the form that the service documents.
    MalformedAnswer,
    /// The Region is not enabled for the account, or the service is not offered there.
    RegionDisabled,
    /// The run was interrupted before the call was made.
    Interrupted,
    /// The caller left it out of what was to be read.
    NotChosen,
    /// It is known only after the deployment of what declares it.
    NotYetKnown,
    /// Any other error of the service.
    GeneralServiceException,
}

impl HandlerErrorCode {
    /// The words for a person, such as `access denied`.
    pub fn describe(self) -> &'static str {
        match self {
            Self::AccessDenied => "access denied",
            Self::InvalidCredentials => "invalid credentials",
            Self::InvalidRequest => "invalid request",
            Self::NotFound => "not found",
            Self::Throttling => "throttled",
            Self::ServiceInternalError => "service error",
            Self::ServiceTimeout => "timed out",
            Self::NetworkFailure => "network failure",
            Self::MalformedAnswer => "malformed answer",
            Self::RegionDisabled => "region disabled",
            Self::Interrupted => "interrupted",
            Self::NotChosen => "not chosen",
            Self::NotYetKnown => "not yet known",
            Self::GeneralServiceException => "service exception",
        }
    }
}

/// A failed call.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}{}: {message}", code.describe(), action.map(|action| format!(" (`{action}`)")).unwrap_or_default())]
pub struct HandlerError {
    /// The kind of failure.
    pub code: HandlerErrorCode,
    /// The IAM action of the call.
    pub action: Option<&'static str>,
    /// The service's own message.
    pub message: String,
}

impl HandlerError {
    /// An error of the given kind for a call that needs `action`.
    pub fn new(code: HandlerErrorCode, action: &'static str, message: impl Into<String>) -> Self {
        Self { code, action: Some(action), message: message.into() }
    }
}

/// Where the resources of a type live.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reach {
    /// In each Region of an account.
    Regional,
    /// Once an account.
    Global,
    /// Once an organization, read from its management or a delegated administrator account.
    Organization,
}

/// One API operation and the properties that its answer fills.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Facet {
    /// The operation, such as `DescribeDBInstances`.
    pub operation: &'static str,
    /// The IAM action that allows it, such as `rds:DescribeDBInstances`.
    pub action: &'static str,
    /// The top-level properties that it fills.
    pub properties: &'static [&'static str],
}

/// What a handler reads, and by which calls.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Definition {
    /// The resource type, such as `AWS::RDS::DBInstance`.
    pub type_name: &'static str,
    /// Where its resources live.
    pub reach: Reach,
    /// The calls of [`Handler::list`].
    pub list: &'static [Facet],
    /// The calls of [`Handler::read`], each with how many resources one call takes.
    pub reads: Vec<(Facet, usize)>,
}

impl Definition {
    /// All facets, those of the listing first.
    pub fn facets(&self) -> impl Iterator<Item = &Facet> {
        self.list.iter().chain(self.reads.iter().map(|(facet, _)| facet))
    }
}

/// What a listing has found so far; it keeps what was read where a later page fails.
#[derive(Clone, Debug, Default)]
pub struct Listing {
    /// The resources, with the properties that the listing's own answers fill.
    pub resources: Vec<Resource>,
    /// Parts of the listing that failed while the rest went on.
    pub failures: Vec<HandlerError>,
}

/// Reads the resources of one type in one account and Region.
#[async_trait]
pub trait Handler: Send + Sync {
    /// The type and its facets.
    fn definition(&self) -> &Definition;

    /// Lists every resource, every page, into `listing`.
    ///
    /// # Errors
    /// The call that ended the listing; what was read before it stays in `listing`.
    async fn list(&self, listing: &mut Listing) -> Result<(), HandlerError>;

    /// Makes the call of read facet number `facet` for `resources`, at most as many as the definition says, and gives the properties
    /// that it fills for each of them, in order.
    async fn read(&self, facet: usize, resources: &[Resource]) -> Vec<Result<Properties, HandlerError>>;
}

/// A Region of an account.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Region {
    /// Its name, such as `eu-west-1`.
    pub name: String,
    /// `opt-in-not-required`, `opted-in` or `not-opted-in`; empty where it is not known.
    pub opt_in_status: String,
}

impl Region {
    /// Whether the account can use the Region.
    pub fn is_enabled(&self) -> bool {
        self.opt_in_status != "not-opted-in"
    }
}

/// An account that was entered.
#[async_trait]
pub trait Account: Send + Sync {
    /// The account id.
    fn id(&self) -> &str;

    /// The Regions that there are, enabled for the account or not.
    ///
    /// # Errors
    /// The failed call.
    async fn regions(&self) -> Result<Vec<Region>, HandlerError>;

    /// The handlers of the given reach, bound to this account and, for [`Reach::Regional`], to `region`.
    fn handlers(&self, reach: Reach, region: &str) -> Vec<Box<dyn Handler>>;
}

/// Account → Region → service, as IAM actions name it → calls.
pub type Calls = BTreeMap<String, BTreeMap<String, BTreeMap<String, u64>>>;

/// A cloud: an organization of accounts, or a single account.
#[async_trait]
pub trait Cloud: Send + Sync {
    /// Who is calling: the id of the caller's account.
    ///
    /// # Errors
    /// The failed call: without an identity nothing can be read.
    async fn caller(&self) -> Result<String, HandlerError>;

    /// The organization with its accounts.
    ///
    /// # Errors
    /// The failed call: the caller is in no organization (`NotFound`) or may not list it (`AccessDenied`).
    async fn organization(&self) -> Result<OrganizationFacts, HandlerError>;

    /// Enters an account: the caller's own with the caller's identity, any other by assuming the audit role there.
    ///
    /// # Errors
    /// The failed call.
    async fn enter(&self, account: &str) -> Result<Box<dyn Account>, HandlerError>;

    /// The types that the cloud's handlers read, and those that these represent; none for a cloud that reads every type there is.
    fn types(&self) -> Option<BTreeMap<String, Reach>> {
        None
    }

    /// Calls made so far, retries included.
    fn calls(&self) -> u64;

    /// The same by account, Region and service; empty for a cloud that does not tell them apart.
    fn calls_by_service(&self) -> Calls {
        Calls::new()
    }
}

impl From<HandlerErrorCode> for Cause {
    fn from(code: HandlerErrorCode) -> Self {
        Self { code, action: None, message: code.describe().to_owned() }
    }
}
