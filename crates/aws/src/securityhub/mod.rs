//! AWS Security Hub.

mod hub;

use crate::registry::Registration;

pub(crate) const HANDLERS: &[Registration] = &[hub::HANDLER];
