//! Amazon GuardDuty.

mod detector;

use crate::registry::Registration;

pub(crate) const HANDLERS: &[Registration] = &[detector::HANDLER];
