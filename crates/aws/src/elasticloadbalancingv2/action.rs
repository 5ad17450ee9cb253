//! What a listener or one of its rules does with a request:
//! <https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_Action.html>.

use std::collections::HashMap;

use aws_sdk_elasticloadbalancingv2::types::{
    Action, AuthenticateCognitoActionConfig, AuthenticateOidcActionConfig, ForwardActionConfig, JwtValidationActionConfig,
};
use innovate_model::Properties;
use serde_json::Value;

use crate::property::{list as objects, object};

/// The actions, with the timeouts of sessions (in seconds) in the form that `timeout` gives them.
pub(super) fn actions(actions: &[Action], timeout: fn(i64) -> Value) -> Vec<Value> {
    objects(actions.iter().map(|action| {
        object! {
            "AuthenticateCognitoConfig" => action.authenticate_cognito_config().map(|config| cognito(config, timeout)),
            "AuthenticateOidcConfig" => action.authenticate_oidc_config().map(|config| oidc(config, timeout)),
            "FixedResponseConfig" => action.fixed_response_config().map(|config| {
                object! {
                    "ContentType" => config.content_type(),
                    "MessageBody" => config.message_body(),
                    "StatusCode" => config.status_code(),
                }
            }),
            "ForwardConfig" => action.forward_config().map(forward),
            "JwtValidationConfig" => action.jwt_validation_config().map(jwt_validation),
            "Order" => action.order(),
            "RedirectConfig" => action.redirect_config().map(|config| {
                object! {
                    "Host" => config.host(),
                    "Path" => config.path(),
                    "Port" => config.port(),
                    "Protocol" => config.protocol(),
                    "Query" => config.query(),
                    "StatusCode" => config.status_code().map(|code| code.as_str()),
                }
            }),
            "TargetGroupArn" => action.target_group_arn(),
            "Type" => action.r#type().map(|kind| kind.as_str()),
        }
    }))
}

fn forward(config: &ForwardActionConfig) -> Properties {
    let groups = objects(config.target_groups().iter().map(|group| {
        object! { "TargetGroupArn" => group.target_group_arn(), "Weight" => group.weight() }
    }));
    let stickiness = config.target_group_stickiness_config().map(|stickiness| {
        object! { "DurationSeconds" => stickiness.duration_seconds(), "Enabled" => stickiness.enabled() }
    });
    object! { "TargetGroupStickinessConfig" => stickiness, "TargetGroups" => groups }
}

fn cognito(config: &AuthenticateCognitoActionConfig, timeout: fn(i64) -> Value) -> Properties {
    object! {
        "AuthenticationRequestExtraParams" => config.authentication_request_extra_params().map(parameters),
        "OnUnauthenticatedRequest" => config.on_unauthenticated_request().map(|behavior| behavior.as_str()),
        "Scope" => config.scope(),
        "SessionCookieName" => config.session_cookie_name(),
        "SessionTimeout" => config.session_timeout().map(timeout),
        "UserPoolArn" => config.user_pool_arn(),
        "UserPoolClientId" => config.user_pool_client_id(),
        "UserPoolDomain" => config.user_pool_domain(),
    }
}

/// Without the client secret, whatever the answer holds.
fn oidc(config: &AuthenticateOidcActionConfig, timeout: fn(i64) -> Value) -> Properties {
    object! {
        "AuthenticationRequestExtraParams" => config.authentication_request_extra_params().map(parameters),
        "AuthorizationEndpoint" => config.authorization_endpoint(),
        "ClientId" => config.client_id(),
        "Issuer" => config.issuer(),
        "OnUnauthenticatedRequest" => config.on_unauthenticated_request().map(|behavior| behavior.as_str()),
        "Scope" => config.scope(),
        "SessionCookieName" => config.session_cookie_name(),
        "SessionTimeout" => config.session_timeout().map(timeout),
        "TokenEndpoint" => config.token_endpoint(),
        "UseExistingClientSecret" => config.use_existing_client_secret(),
        "UserInfoEndpoint" => config.user_info_endpoint(),
    }
}

fn jwt_validation(config: &JwtValidationActionConfig) -> Properties {
    let claims = objects(config.additional_claims().iter().map(|claim| {
        object! {
            "Format" => claim.format().map(|format| format.as_str()),
            "Name" => claim.name(),
            "Values" => claim.values(),
        }
    }));
    object! {
        "AdditionalClaims" => (!claims.is_empty()).then_some(claims),
        "Issuer" => config.issuer(),
        "JwksEndpoint" => config.jwks_endpoint(),
    }
}

fn parameters(parameters: &HashMap<String, String>) -> Properties {
    let mut pairs: Vec<(&String, &String)> = parameters.iter().collect();
    pairs.sort_unstable();
    pairs.into_iter().map(|(name, value)| (name.clone(), Value::from(value.as_str()))).collect()
}
