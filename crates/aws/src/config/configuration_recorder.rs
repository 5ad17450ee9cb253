//! `AWS::Config::ConfigurationRecorder`, from
//! <https://docs.aws.amazon.com/config/latest/APIReference/API_DescribeConfigurationRecorders.html>.

use aws_sdk_config::types::{RecordingGroup, RecordingMode, ResourceType};
use innovate_model::{Facet, HandlerError, Listing, Properties, Reach};
use serde_json::Value;

use crate::context::Context;
use crate::failure::Failure;
use crate::property::{list as objects, object};
use crate::registry::Registration;

const DESCRIBE: Facet = Facet {
    operation: "DescribeConfigurationRecorders",
    action: "config:DescribeConfigurationRecorders",
    properties: &["Name", "RecordingGroup", "RecordingMode", "ResourceARN", "RoleARN"],
};

pub(crate) const HANDLER: Registration = Registration {
    type_name: "AWS::Config::ConfigurationRecorder",
    reach: Reach::Regional,
    list: &[DESCRIBE],
    lister: |cx, listing| Box::pin(list(cx, listing)),
    reads: &[],
};

async fn list(cx: &Context, listing: &mut Listing) -> Result<(), HandlerError> {
    let answer = cx.config().describe_configuration_recorders().send().await.failed(DESCRIBE.action)?;
    for recorder in answer.configuration_recorders() {
        let Some(name) = recorder.name() else { continue };
        let mut resource = cx.resource(HANDLER.type_name, name);
        resource.arn = recorder.arn().map(ToOwned::to_owned);
        resource.properties = object! {
            "Name" => name,
            "RecordingGroup" => recorder.recording_group().map(group),
            "RecordingMode" => recorder.recording_mode().map(mode),
            "ResourceARN" => recorder.arn(),
            "RoleARN" => recorder.role_arn(),
        };
        listing.resources.push(resource);
    }
    Ok(())
}

fn group(group: &RecordingGroup) -> Properties {
    // AWS answers with an empty exclusion where nothing is excluded.
    let excluded = group.exclusion_by_resource_types().map(|excluded| types(excluded.resource_types()));
    let excluded = excluded.filter(|excluded| !excluded.is_empty());
    let recorded = types(group.resource_types());
    let strategy = group.recording_strategy().and_then(|strategy| strategy.use_only());
    object! {
        "AllSupported" => group.all_supported(),
        "ExclusionByResourceTypes" => excluded.map(|excluded| object! { "ResourceTypes" => excluded }),
        "IncludeGlobalResourceTypes" => group.include_global_resource_types(),
        "RecordingStrategy" => strategy.map(|strategy| object! { "UseOnly" => strategy.as_str() }),
        "ResourceTypes" => (!recorded.is_empty()).then_some(recorded),
    }
}

fn mode(mode: &RecordingMode) -> Properties {
    let overrides = objects(mode.recording_mode_overrides().iter().map(|other| {
        object! {
            "Description" => other.description(),
            "RecordingFrequency" => other.recording_frequency().as_str(),
            "ResourceTypes" => types(other.resource_types()),
        }
    }));
    object! {
        "RecordingFrequency" => mode.recording_frequency().as_str(),
        "RecordingModeOverrides" => (!overrides.is_empty()).then_some(overrides),
    }
}

fn types(types: &[ResourceType]) -> Vec<Value> {
    types.iter().map(|kind| Value::from(kind.as_str())).collect()
}
