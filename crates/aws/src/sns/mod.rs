//! Amazon Simple Notification Service.

mod topic;

use crate::registry::Registration;

pub(crate) const HANDLERS: &[Registration] = &[topic::HANDLER];
