//! What policies can judge, one file a format.

pub mod inventory;
pub mod journal;
pub mod snapshot;
