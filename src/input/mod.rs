//! What policies can judge, one file a format.

pub mod declared;
pub mod document;
pub mod inventory;
pub mod journal;
pub mod snapshot;
