//! AWS Config.

mod configuration_recorder;
mod recorder_status;

use crate::registry::Registration;

pub(crate) const HANDLERS: &[Registration] = &[configuration_recorder::HANDLER, recorder_status::HANDLER];
