//! Amazon RDS and Amazon Aurora. Of parameters only the values that policies read are kept.

mod db_cluster;
mod db_cluster_parameter_group;
mod db_cluster_snapshot;
mod db_instance;
mod db_parameter_group;
mod db_proxy;
mod db_snapshot;
mod db_subnet_group;

use aws_sdk_rds::types::{MasterUserSecret, Parameter};
use innovate_model::{Facet, HandlerError, HandlerErrorCode, Properties, Resource};

use crate::context::Context;
use crate::failure::Failure;
use crate::property::{Put, object, tags};
use crate::registry::Registration;

pub(crate) const HANDLERS: &[Registration] = &[
    db_cluster::HANDLER,
    db_cluster_parameter_group::HANDLER,
    db_cluster_snapshot::HANDLER,
    db_instance::HANDLER,
    db_parameter_group::HANDLER,
    db_proxy::HANDLER,
    db_snapshot::HANDLER,
    db_subnet_group::HANDLER,
];

/// The most that a page of RDS holds.
const PAGE: i32 = 100;

const TAGS: Facet = Facet { operation: "ListTagsForResource", action: "rds:ListTagsForResource", properties: &["Tags"] };

/// The parameters whose values are read: those that make an engine refuse connections without TLS.
const PARAMETERS: &[&str] = &["rds.force_ssl", "require_secure_transport"];

/// The services that share the API of RDS and have resource types of their own: the starts of their engines and families.
const OTHER_SERVICES: &[&str] = &["docdb", "neptune"];

/// An engine, or the family of a parameter group, is one of RDS.
fn is_rds(engine: Option<&str>) -> bool {
    let engine = engine.unwrap_or_default().to_ascii_lowercase();
    !OTHER_SERVICES.iter().any(|other| engine.starts_with(other))
}

/// A text that says something: policies take a property that is there, even an empty one, as set.
fn text(value: Option<&str>) -> Option<&str> {
    value.filter(|value| !value.is_empty())
}

/// The secret that RDS keeps the master password in: where it is, not what it holds.
fn master_user_secret(secret: Option<&MasterUserSecret>) -> Option<Properties> {
    let secret = secret?;
    let arn = text(secret.secret_arn())?;
    Some(object! { "KmsKeyId" => text(secret.kms_key_id()), "SecretArn" => arn })
}

/// Adds those of `parameters` that policies read and that have a value.
fn put_parameters(found: &mut Properties, parameters: &[Parameter]) {
    for parameter in parameters {
        // Hundreds are as AWS set them; of these, those count that policies ask for.
        let is_set = parameter.source() == Some("user");
        if let Some(name) = parameter.parameter_name().filter(|name| is_set || PARAMETERS.contains(name)) {
            found.put(name, text(parameter.parameter_value()));
        }
    }
}

/// The tags of a resource whose listing does not tell them.
async fn tagging(cx: &Context, resource: &Resource) -> Result<Properties, HandlerError> {
    let Some(arn) = &resource.arn else {
        return Err(HandlerError::new(HandlerErrorCode::MalformedAnswer, TAGS.action, "the listing gives no ARN"));
    };
    let answer = cx.rds().list_tags_for_resource().resource_name(arn).send().await.failed(TAGS.action)?;
    Ok(object! { "Tags" => tags!(answer.tag_list()) })
}
