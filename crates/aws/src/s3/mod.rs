//! Amazon S3.

mod bucket;

use crate::registry::Registration;

pub(crate) const HANDLERS: &[Registration] = &[bucket::HANDLER];
