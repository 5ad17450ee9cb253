//! Amazon CloudWatch Logs.

mod log_group;
mod metric_filter;

use std::collections::HashMap;

use innovate_model::Properties;

use crate::property::object;
use crate::registry::Registration;

pub(crate) const HANDLERS: &[Registration] = &[log_group::HANDLER, metric_filter::HANDLER];

/// A map as CloudFormation's list of `Key` and `Value`, in order of the keys.
fn pairs(map: &HashMap<String, String>) -> Vec<Properties> {
    let mut pairs: Vec<(&String, &String)> = map.iter().collect();
    pairs.sort_unstable();
    pairs.into_iter().map(|(key, value)| object! { "Key" => key, "Value" => value }).collect()
}
