//! AWS Key Management Service.

mod alias;
mod key;

use crate::registry::Registration;

pub(crate) const HANDLERS: &[Registration] = &[alias::HANDLER, key::HANDLER];
