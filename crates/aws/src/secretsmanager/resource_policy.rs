//! `AWS::SecretsManager::ResourcePolicy`, from
//! <https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_GetResourcePolicy.html>.

use futures::stream::{self, StreamExt};
use innovate_model::{Facet, HandlerError, Listing, Reach, Resource};

use super::{LIST_SECRETS, LIST_SECRETS_ACTION, secrets};
use crate::context::Context;
use crate::failure::{Failure, service_code};
use crate::property::{document, object};
use crate::registry::Registration;

const LIST: Facet = Facet { operation: LIST_SECRETS, action: LIST_SECRETS_ACTION, properties: &["Id", "SecretId"] };

const GET: Facet = Facet { operation: "GetResourcePolicy", action: "secretsmanager:GetResourcePolicy", properties: &["ResourcePolicy"] };

/// Secrets that are asked for their policy at the same time.
const AT_ONCE: usize = 8;

pub(crate) const HANDLER: Registration = Registration {
    type_name: "AWS::SecretsManager::ResourcePolicy",
    reach: Reach::Regional,
    list: &[LIST, GET],
    lister: |cx, listing| Box::pin(list(cx, listing)),
    reads: &[],
};

async fn list(cx: &Context, listing: &mut Listing) -> Result<(), HandlerError> {
    let secrets = secrets(cx).await?;
    let calls: Vec<_> = secrets.items.iter().filter_map(|secret| secret.arn()).map(|arn| policy(cx, arn)).collect();
    let mut answers = stream::iter(calls).buffered(AT_ONCE);
    while let Some(answer) = answers.next().await {
        match answer {
            Ok(resource) => listing.resources.extend(resource),
            Err(error) => listing.failures.push(error),
        }
    }
    secrets.end()
}

/// The policy of a secret that has one.
async fn policy(cx: &Context, arn: &str) -> Result<Option<Resource>, HandlerError> {
    let answer = cx.secretsmanager().get_resource_policy().secret_id(arn).send().await;
    // A secret that was deleted since it was listed.
    if let Err(error) = &answer
        && service_code(error) == Some("ResourceNotFoundException")
    {
        return Ok(None);
    }
    let answer = answer.failed(GET.action)?;
    let Some(text) = answer.resource_policy().filter(|text| !text.is_empty()) else { return Ok(None) };
    let mut resource = cx.resource(HANDLER.type_name, arn);
    resource.properties = object! { "Id" => arn, "ResourcePolicy" => document(text, GET.action)?, "SecretId" => arn };
    Ok(Some(resource))
}
