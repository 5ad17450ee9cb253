//! Amazon EC2 and VPC.

mod volume;

use crate::registry::Registration;

pub(crate) const HANDLERS: &[Registration] = &[volume::HANDLER];
