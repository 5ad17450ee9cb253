//! AWS CloudTrail.

mod trail;

use crate::registry::Registration;

pub(crate) const HANDLERS: &[Registration] = &[trail::HANDLER];
