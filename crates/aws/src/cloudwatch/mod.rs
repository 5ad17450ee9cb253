//! Amazon CloudWatch.

mod alarm;
mod composite_alarm;

use crate::registry::Registration;

pub(crate) const HANDLERS: &[Registration] = &[alarm::HANDLER, composite_alarm::HANDLER];
