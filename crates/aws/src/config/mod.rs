use crate::registry::Registration;

pub(crate) const HANDLERS: &[Registration] = &[];
