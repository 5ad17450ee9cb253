//! IAM Access Analyzer.

mod analyzer;

use crate::registry::Registration;

pub(crate) const HANDLERS: &[Registration] = &[analyzer::HANDLER];
