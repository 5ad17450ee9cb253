//! Every resource type and its handler: one line a type.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use async_trait::async_trait;
use futures::future::BoxFuture;
use innovate_model::{Definition, Facet, Handler, HandlerError, Listing, Properties, Reach, Resource};

use crate::context::Context;

type ListCall = for<'a> fn(&'a Context, &'a mut Listing) -> BoxFuture<'a, Result<(), HandlerError>>;
type EachCall = for<'a> fn(&'a Context, &'a Resource) -> BoxFuture<'a, Result<Properties, HandlerError>>;
type BatchCall = for<'a> fn(&'a Context, &'a [Resource]) -> BoxFuture<'a, Result<Vec<Properties>, HandlerError>>;

/// The handler of one resource type.
#[derive(Debug)]
pub(crate) struct Registration {
    pub(crate) type_name: &'static str,
    pub(crate) reach: Reach,
    /// The calls of the listing and what they fill.
    pub(crate) list: &'static [Facet],
    pub(crate) lister: ListCall,
    /// The further calls, for one resource or a batch.
    pub(crate) reads: &'static [Read],
}

/// A facet that is read after the listing.
#[derive(Debug)]
pub(crate) struct Read {
    pub(crate) facet: Facet,
    pub(crate) call: Call,
}

/// How a facet is read.
#[derive(Debug)]
pub(crate) enum Call {
    /// One call a resource.
    Each(EachCall),
    /// One call for up to so many resources; gives the properties of each, in order.
    #[allow(dead_code, reason = "not every feature set has a service with bulk reads")]
    Batch(usize, BatchCall),
}

impl Registration {
    fn definition(&self) -> Definition {
        let size = |read: &Read| match read.call {
            Call::Each(_) => 1,
            Call::Batch(size, _) => size,
        };
        Definition {
            type_name: self.type_name,
            reach: self.reach,
            list: self.list,
            reads: self.reads.iter().map(|read| (read.facet, size(read))).collect(),
        }
    }
}

/// A registration bound to an account and Region.
struct Bound {
    registration: &'static Registration,
    definition: Definition,
    context: Arc<Context>,
}

#[async_trait]
impl Handler for Bound {
    fn definition(&self) -> &Definition {
        &self.definition
    }

    async fn list(&self, listing: &mut Listing) -> Result<(), HandlerError> {
        let action = self.registration.list.first().map_or("", |facet| facet.action);
        let _turn = self.context.turn(action).await;
        (self.registration.lister)(&self.context, listing).await
    }

    async fn read(&self, facet: usize, resources: &[Resource]) -> Vec<Result<Properties, HandlerError>> {
        let Some(read) = self.registration.reads.get(facet) else { return Vec::new() };
        match read.call {
            Call::Each(call) => {
                let mut answers = Vec::with_capacity(resources.len());
                for resource in resources {
                    let _turn = self.context.turn(read.facet.action).await;
                    answers.push(call(&self.context, resource).await);
                }
                answers
            }
            Call::Batch(_, call) => {
                let _turn = self.context.turn(read.facet.action).await;
                match call(&self.context, resources).await {
                    Ok(properties) => properties.into_iter().map(Ok).collect(),
                    Err(error) => vec![Err(error); resources.len()],
                }
            }
        }
    }
}

/// The handlers of a reach, bound to `context`.
pub(crate) fn handlers(reach: Reach, context: &Arc<Context>) -> Vec<Box<dyn Handler>> {
    registrations()
        .filter(|registration| registration.reach == reach)
        .map(|registration| -> Box<dyn Handler> {
            Box::new(Bound { registration, definition: registration.definition(), context: context.clone() })
        })
        .collect()
}

/// The types that can be read, with their facets.
pub fn definitions() -> Vec<Definition> {
    registrations().map(Registration::definition).collect()
}

/// Types of templates that have no life of their own in the account: the resource that they are part of shows them.
const REPRESENTED: &[(&str, &str)] = &[
    ("AWS::EC2::EIPAssociation", "AWS::EC2::EIP"),
    ("AWS::EC2::SecurityGroupEgress", "AWS::EC2::SecurityGroup"),
    ("AWS::EC2::SecurityGroupIngress", "AWS::EC2::SecurityGroup"),
    ("AWS::IAM::GroupPolicy", "AWS::IAM::Group"),
    ("AWS::IAM::Policy", "AWS::IAM::User"),
    ("AWS::IAM::RolePolicy", "AWS::IAM::Role"),
    ("AWS::IAM::UserPolicy", "AWS::IAM::User"),
    ("AWS::IAM::UserToGroupAddition", "AWS::IAM::User"),
];

/// Properties that only templates have: no operation tells them, though the schemas do not call them write-only.
const TEMPLATE_ONLY: &[(&str, &str)] = &[
    // An instance has the values that its launch template gave it.
    ("AWS::EC2::Instance", "LaunchTemplate"),
    ("AWS::RDS::DBInstance", "DBClusterSnapshotIdentifier"),
];

/// The top-level properties of each type that handlers fill or that only templates have; none where the type has no handler of its own.
pub fn properties() -> BTreeMap<String, Option<BTreeSet<&'static str>>> {
    let mut properties: BTreeMap<String, Option<BTreeSet<&str>>> = types().into_keys().map(|name| (name, None)).collect();
    for registration in registrations() {
        let facets = registration.list.iter().chain(registration.reads.iter().map(|read| &read.facet));
        let filled = facets.flat_map(|facet| facet.properties).copied();
        let template_only = TEMPLATE_ONLY.iter().filter(|(name, _)| *name == registration.type_name).map(|(_, property)| *property);
        properties.insert(registration.type_name.to_owned(), Some(filled.chain(template_only).collect()));
    }
    properties
}

/// The types that some handler reads or represents.
pub(crate) fn types() -> BTreeMap<String, Reach> {
    let mut types: BTreeMap<String, Reach> =
        registrations().map(|registration| (registration.type_name.to_owned(), registration.reach)).collect();
    types.insert("Innovate::Account::Region".to_owned(), Reach::Regional);
    for (part, whole) in REPRESENTED {
        if let Some(reach) = types.get(*whole).copied() {
            types.insert((*part).to_owned(), reach);
        }
    }
    types
}

fn registrations() -> impl Iterator<Item = &'static Registration> {
    HANDLERS.iter().copied().flatten()
}

/// One list a service: `HANDLERS` of its module.
const HANDLERS: &[&[Registration]] = &[
    #[cfg(feature = "accessanalyzer")]
    crate::accessanalyzer::HANDLERS,
    #[cfg(feature = "acm")]
    crate::acm::HANDLERS,
    #[cfg(feature = "cloudtrail")]
    crate::cloudtrail::HANDLERS,
    #[cfg(feature = "cloudwatch")]
    crate::cloudwatch::HANDLERS,
    #[cfg(feature = "config")]
    crate::config::HANDLERS,
    #[cfg(feature = "ec2")]
    crate::ec2::HANDLERS,
    #[cfg(feature = "ecr")]
    crate::ecr::HANDLERS,
    #[cfg(feature = "eks")]
    crate::eks::HANDLERS,
    #[cfg(feature = "elasticloadbalancingv2")]
    crate::elasticloadbalancingv2::HANDLERS,
    #[cfg(feature = "guardduty")]
    crate::guardduty::HANDLERS,
    #[cfg(feature = "iam")]
    crate::iam::HANDLERS,
    #[cfg(feature = "kms")]
    crate::kms::HANDLERS,
    #[cfg(feature = "cloudwatchlogs")]
    crate::logs::HANDLERS,
    #[cfg(feature = "organizations")]
    crate::organizations::HANDLERS,
    #[cfg(feature = "rds")]
    crate::rds::HANDLERS,
    #[cfg(feature = "route53")]
    crate::route53::HANDLERS,
    #[cfg(feature = "s3")]
    crate::s3::HANDLERS,
    #[cfg(feature = "secretsmanager")]
    crate::secretsmanager::HANDLERS,
    #[cfg(feature = "securityhub")]
    crate::securityhub::HANDLERS,
    #[cfg(feature = "sns")]
    crate::sns::HANDLERS,
    #[cfg(feature = "ssoadmin")]
    crate::sso::HANDLERS,
];
