//! Amazon Elastic Container Registry.

mod repository;

use crate::registry::Registration;

pub(crate) const HANDLERS: &[Registration] = &[repository::HANDLER];
