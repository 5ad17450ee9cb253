//! `AWS::SecretsManager::Secret`, from <https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_ListSecrets.html>.

use innovate_model::{Facet, HandlerError, Listing, Reach};

use super::{LIST_SECRETS, LIST_SECRETS_ACTION, secrets};
use crate::context::Context;
use crate::property::{object, tags};
use crate::registry::Registration;

const LIST: Facet =
    Facet { operation: LIST_SECRETS, action: LIST_SECRETS_ACTION, properties: &["Description", "Id", "KmsKeyId", "Name", "Tags", "Type"] };

pub(crate) const HANDLER: Registration = Registration {
    type_name: "AWS::SecretsManager::Secret",
    reach: Reach::Regional,
    list: &[LIST],
    lister: |cx, listing| Box::pin(list(cx, listing)),
    reads: &[],
};

async fn list(cx: &Context, listing: &mut Listing) -> Result<(), HandlerError> {
    let secrets = secrets(cx).await?;
    for secret in &secrets.items {
        let Some(arn) = secret.arn() else { continue };
        let mut resource = cx.resource(HANDLER.type_name, arn);
        resource.arn = Some(arn.to_owned());
        resource.properties = object! {
            "Description" => secret.description(),
            "Id" => arn,
            "KmsKeyId" => secret.kms_key_id(),
            "Name" => secret.name(),
            "Tags" => tags!(secret.tags()),
            "Type" => secret.r#type(),
        };
        listing.resources.push(resource);
    }
    secrets.end()
}
