//! `AWS::Logs::MetricFilter`, from
//! <https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_DescribeMetricFilters.html>.

use innovate_model::{Facet, HandlerError, Listing, Reach};

use super::pairs;
use crate::context::Context;
use crate::failure::Failure;
use crate::property::{list as objects, object};
use crate::registry::Registration;

const DESCRIBE: Facet = Facet {
    operation: "DescribeMetricFilters",
    action: "logs:DescribeMetricFilters",
    properties: &[
        "ApplyOnTransformedLogs",
        "EmitSystemFieldDimensions",
        "FieldSelectionCriteria",
        "FilterName",
        "FilterPattern",
        "LogGroupName",
        "MetricTransformations",
    ],
};

pub(crate) const HANDLER: Registration = Registration {
    type_name: "AWS::Logs::MetricFilter",
    reach: Reach::Regional,
    list: &[DESCRIBE],
    lister: |cx, listing| Box::pin(list(cx, listing)),
    reads: &[],
};

async fn list(cx: &Context, listing: &mut Listing) -> Result<(), HandlerError> {
    let mut pages = cx.logs().describe_metric_filters().limit(50).into_paginator().send();
    while let Some(page) = pages.next().await {
        for filter in page.failed(DESCRIBE.action)?.metric_filters() {
            let (Some(group), Some(name)) = (filter.log_group_name(), filter.filter_name()) else { continue };
            let mut resource = cx.resource(HANDLER.type_name, format!("{group}|{name}"));
            let transformations = objects(filter.metric_transformations().iter().map(|transformation| {
                let dimensions = objects(transformation.dimensions().map(pairs).unwrap_or_default());
                object! {
                    "DefaultValue" => transformation.default_value(),
                    "Dimensions" => (!dimensions.is_empty()).then_some(dimensions),
                    "MetricName" => transformation.metric_name(),
                    "MetricNamespace" => transformation.metric_namespace(),
                    "MetricValue" => transformation.metric_value(),
                    "Unit" => transformation.unit().map(|unit| unit.as_str()),
                }
            }));
            resource.properties = object! {
                "ApplyOnTransformedLogs" => filter.apply_on_transformed_logs(),
                "EmitSystemFieldDimensions" => filter.emit_system_field_dimensions(),
                "FieldSelectionCriteria" => filter.field_selection_criteria().filter(|criteria| !criteria.is_empty()),
                "FilterName" => name,
                // The empty pattern, which takes every event, may be left out of the answer.
                "FilterPattern" => filter.filter_pattern().unwrap_or_default(),
                "LogGroupName" => group,
                "MetricTransformations" => transformations,
            };
            listing.resources.push(resource);
        }
    }
    Ok(())
}
