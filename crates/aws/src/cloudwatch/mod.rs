//! Amazon CloudWatch.

mod alarm;

use crate::registry::Registration;

pub(crate) const HANDLERS: &[Registration] = &[alarm::HANDLER];
