//! Reads AWS: a [`Session`] is the [`innovate_model::Cloud`] of an AWS Organization, and every resource type has one handler in
//! `src/<service>/<resource>.rs` that is named once in the registry.
//!
//! Only this crate names the SDK. Handlers give CloudFormation properties; they judge nothing.

mod account;
mod context;
mod failure;
mod listed;
mod memo;
mod organization;
mod pace;
mod property;
mod registry;
mod session;
#[cfg(feature = "cloudformation")]
mod setting;
mod throttle;

#[cfg(feature = "accessanalyzer")]
mod accessanalyzer;
#[cfg(feature = "acm")]
mod acm;
#[cfg(feature = "cloudformation")]
mod cloudformation;
#[cfg(feature = "cloudtrail")]
mod cloudtrail;
#[cfg(feature = "cloudwatch")]
mod cloudwatch;
#[cfg(feature = "config")]
mod config;
#[cfg(feature = "ec2")]
mod ec2;
#[cfg(feature = "ecr")]
mod ecr;
#[cfg(feature = "eks")]
mod eks;
#[cfg(feature = "elasticloadbalancingv2")]
mod elasticloadbalancingv2;
#[cfg(feature = "guardduty")]
mod guardduty;
#[cfg(feature = "iam")]
mod iam;
#[cfg(feature = "kms")]
mod kms;
#[cfg(feature = "cloudwatchlogs")]
mod logs;
#[cfg(feature = "organizations")]
mod organizations;
#[cfg(feature = "rds")]
mod rds;
#[cfg(feature = "route53")]
mod route53;
#[cfg(feature = "s3")]
mod s3;
#[cfg(feature = "secretsmanager")]
mod secretsmanager;
#[cfg(feature = "securityhub")]
mod securityhub;
#[cfg(feature = "sns")]
mod sns;
#[cfg(feature = "ssoadmin")]
mod sso;
#[cfg(feature = "s3")]
mod storage;

pub use context::home_region;
pub use pace::{Pace, Time, Turn, rate, service_of};
pub use registry::{definitions, properties};
pub use session::{ENTERING_ACTIONS, OWN_ACTIONS, Options, Session};
