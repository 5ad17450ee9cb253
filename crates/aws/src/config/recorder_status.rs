//! `Innovate::Config::RecorderStatus`, from
//! <https://docs.aws.amazon.com/config/latest/APIReference/API_DescribeConfigurationRecorderStatus.html>.

use aws_sdk_config::types::RecorderStatus;
use innovate_model::{Facet, HandlerError, Listing, Reach};

use crate::context::Context;
use crate::failure::Failure;
use crate::property::object;
use crate::registry::Registration;

const DESCRIBE: Facet = Facet {
    operation: "DescribeConfigurationRecorderStatus",
    action: "config:DescribeConfigurationRecorderStatus",
    properties: &["LastErrorCode", "LastStartTime", "LastStatus", "LastStopTime", "Name", "Recording"],
};

pub(crate) const HANDLER: Registration = Registration {
    type_name: "Innovate::Config::RecorderStatus",
    reach: Reach::Regional,
    list: &[DESCRIBE],
    lister: |cx, listing| Box::pin(list(cx, listing)),
    reads: &[],
};

async fn list(cx: &Context, listing: &mut Listing) -> Result<(), HandlerError> {
    let answer = cx.config().describe_configuration_recorder_status().send().await.failed(DESCRIBE.action)?;
    for status in answer.configuration_recorders_status() {
        let Some(name) = status.name() else { continue };
        let mut resource = cx.resource(HANDLER.type_name, name);
        resource.arn = status.arn().map(ToOwned::to_owned);
        resource.properties = object! {
            "LastErrorCode" => status.last_error_code(),
            "LastStartTime" => status.last_start_time(),
            "LastStatus" => status.last_status().map(documented),
            "LastStopTime" => status.last_stop_time(),
            "Name" => name,
            "Recording" => status.recording(),
        };
        listing.resources.push(resource);
    }
    Ok(())
}

/// The status as the API reference spells it: the service answers `SUCCESS` for what is documented as `Success`.
fn documented(status: &RecorderStatus) -> &str {
    let status = status.as_str();
    RecorderStatus::values().iter().copied().find(|known| known.eq_ignore_ascii_case(status)).unwrap_or(status)
}
