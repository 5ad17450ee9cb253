//! From the SDK's errors to [`HandlerError`].

use std::error::Error;

use aws_credential_types::provider::error::CredentialsError;
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use innovate_model::{HandlerError, HandlerErrorCode};

/// Turns a failed SDK call into a [`HandlerError`] that names the IAM action.
pub(crate) trait Failure<T> {
    /// The result with the error of the call that needed `action`.
    fn failed(self, action: &'static str) -> Result<T, HandlerError>;
}

impl<T, E> Failure<T> for Result<T, SdkError<E, HttpResponse>>
where
    E: ProvideErrorMetadata + Error + Send + Sync + 'static,
{
    fn failed(self, action: &'static str) -> Result<T, HandlerError> {
        self.map_err(|error| classify(&error, action))
    }
}

/// The service's error code where the call reached the service and was refused, such as `NoSuchBucketPolicy`.
pub(crate) fn service_code<E: ProvideErrorMetadata>(error: &SdkError<E, HttpResponse>) -> Option<&str> {
    error.as_service_error().and_then(ProvideErrorMetadata::code)
}

fn classify<E>(error: &SdkError<E, HttpResponse>, action: &'static str) -> HandlerError
where
    E: ProvideErrorMetadata + Error + Send + Sync + 'static,
{
    let fail = |code, message| HandlerError::new(code, action, message);
    match error {
        SdkError::TimeoutError(_) => fail(HandlerErrorCode::ServiceTimeout, "the call ran into its deadline".to_owned()),
        SdkError::DispatchFailure(failure) => {
            let code = match failure.as_connector_error() {
                Some(connector) if connector.is_timeout() => HandlerErrorCode::ServiceTimeout,
                Some(_) if !lacks_credentials(error) => HandlerErrorCode::NetworkFailure,
                _ => HandlerErrorCode::InvalidCredentials,
            };
            fail(code, chain(error))
        }
        SdkError::ResponseError(context) => {
            let status = context.raw().status().as_u16();
            let code = if status >= 500 { HandlerErrorCode::ServiceInternalError } else { HandlerErrorCode::MalformedAnswer };
            fail(code, chain(error))
        }
        SdkError::ServiceError(context) => {
            let status = context.raw().status().as_u16();
            let metadata = context.err();
            let code = metadata.code().unwrap_or_default();
            let message = match (metadata.message(), code) {
                (Some(message), _) if !message.is_empty() => message.to_owned(),
                (_, "") if status < 300 => format!("the answer does not parse: {}", chain(error)),
                (_, "") => format!("the service answered HTTP {status}"),
                (_, code) => code.to_owned(),
            };
            fail(of_code(code, status), message)
        }
        _ => fail(HandlerErrorCode::InvalidRequest, chain(error)),
    }
}

/// The kind of a service's error code; the common codes of all services:
/// <https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html>, <https://docs.aws.amazon.com/IAM/latest/APIReference/CommonErrors.html>.
pub(crate) fn of_code(code: &str, status: u16) -> HandlerErrorCode {
    match code {
        "AccessDenied"
        | "AccessDeniedException"
        | "AccessDeniedForDependencyException"
        | "UnauthorizedOperation"
        | "UnauthorizedException"
        | "AuthorizationError"
        | "AuthorizationErrorException"
        | "Forbidden" => HandlerErrorCode::AccessDenied,
        "ExpiredToken"
        | "ExpiredTokenException"
        | "InvalidClientTokenId"
        | "InvalidAccessKeyId"
        | "SignatureDoesNotMatch"
        | "UnrecognizedClientException"
        | "InvalidSignatureException"
        | "MissingAuthenticationToken"
        | "RequestExpired" => HandlerErrorCode::InvalidCredentials,
        "AWSOrganizationsNotInUseException" => HandlerErrorCode::NotFound,
        "OptInRequired" | "RegionDisabledException" | "AuthFailure" => HandlerErrorCode::RegionDisabled,
        "Throttling"
        | "ThrottlingException"
        | "ThrottledException"
        | "RequestThrottled"
        | "RequestThrottledException"
        | "TooManyRequestsException"
        | "RequestLimitExceeded"
        | "SlowDown"
        | "BandwidthLimitExceeded"
        | "PriorRequestNotComplete" => HandlerErrorCode::Throttling,
        _ if status >= 500 => HandlerErrorCode::ServiceInternalError,
        _ if status == 403 => HandlerErrorCode::AccessDenied,
        _ if status == 429 => HandlerErrorCode::Throttling,
        _ if status == 404 || code.contains("NotFound") || code.starts_with("NoSuch") => HandlerErrorCode::NotFound,
        "ValidationError" | "ValidationException" | "InvalidParameterValue" | "InvalidParameterException" => {
            HandlerErrorCode::InvalidRequest
        }
        "" if status < 300 => HandlerErrorCode::MalformedAnswer,
        _ => HandlerErrorCode::GeneralServiceException,
    }
}

/// Whether the call was never sent, as no provider gave credentials.
fn lacks_credentials(error: &(dyn Error + 'static)) -> bool {
    let mut next = Some(error);
    while let Some(error) = next {
        if error.is::<CredentialsError>() {
            return true;
        }
        next = error.source();
    }
    false
}

/// The messages of an error and its sources, each once.
pub(crate) fn chain(error: &(dyn Error + 'static)) -> String {
    let mut parts: Vec<String> = Vec::new();
    let mut next = Some(error);
    while let Some(error) = next {
        let part = error.to_string();
        if parts.last() != Some(&part) {
            parts.push(part);
        }
        next = error.source();
    }
    parts.join(": ")
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

    use innovate_model::{Cause, Denial, Layer};
    use serde::Deserialize;

    use super::of_code;

    #[derive(Deserialize)]
    struct Case {
        name: String,
        code: String,
        message: String,
        expect: Expected,
    }

    #[derive(Debug, Default, Deserialize, PartialEq)]
    #[serde(default, deny_unknown_fields)]
    struct Expected {
        action: Option<String>,
        resource: Option<String>,
        principal: Option<String>,
        layer: Option<Layer>,
        explicit: Option<bool>,
        policy: Option<String>,
    }

    #[test]
    fn the_words_of_aws_tell_who_denied() {
        let cases: Vec<Case> = serde_saphyr::from_str(include_str!("../../../tests/fixtures/denials.yaml")).unwrap();
        assert!(cases.len() > 50);
        let mut wrong = Vec::new();
        for case in cases {
            let cause = Cause { code: of_code(&case.code, 403), action: None, message: case.message };
            let denial = Denial::of(&cause).unwrap_or_default();
            let Denial { action, resource, principal, layer, explicit, policy } = denial;
            let found = Expected { action, resource, principal, layer, explicit, policy };
            if found != case.expect {
                wrong.push(format!(
                    "{} ({:?}): {}\n  found    {found:?}\n  expected {:?}",
                    case.name, cause.code, cause.message, case.expect
                ));
            }
        }
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    }
}
