//! `AWS::SecretsManager::RotationSchedule`, from
//! <https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_ListSecrets.html>.

use innovate_model::{Facet, HandlerError, Listing, Reach};

use super::{LIST_SECRETS, LIST_SECRETS_ACTION, secrets};
use crate::context::Context;
use crate::property::object;
use crate::registry::Registration;

const LIST: Facet = Facet {
    operation: LIST_SECRETS,
    action: LIST_SECRETS_ACTION,
    properties: &["ExternalSecretRotationRoleArn", "Id", "RotationLambdaARN", "RotationRules", "SecretId"],
};

pub(crate) const HANDLER: Registration = Registration {
    type_name: "AWS::SecretsManager::RotationSchedule",
    reach: Reach::Regional,
    list: &[LIST],
    lister: |cx, listing| Box::pin(list(cx, listing)),
    reads: &[],
};

async fn list(cx: &Context, listing: &mut Listing) -> Result<(), HandlerError> {
    let secrets = secrets(cx).await?;
    // A secret whose rotation was switched off keeps its rules.
    for secret in secrets.items.iter().filter(|secret| secret.rotation_enabled() == Some(true)) {
        let Some(arn) = secret.arn() else { continue };
        let mut resource = cx.resource(HANDLER.type_name, arn);
        resource.properties = object! {
            "ExternalSecretRotationRoleArn" => secret.external_secret_rotation_role_arn(),
            "Id" => arn,
            "RotationLambdaARN" => secret.rotation_lambda_arn(),
            "RotationRules" => secret.rotation_rules().map(|rules| {
                object! {
                    "AutomaticallyAfterDays" => rules.automatically_after_days(),
                    "Duration" => rules.duration(),
                    "ScheduleExpression" => rules.schedule_expression(),
                }
            }),
            "SecretId" => arn,
        };
        listing.resources.push(resource);
    }
    secrets.end()
}
