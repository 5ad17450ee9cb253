//! What policies can judge, one file a format.

pub mod cloudformation;
pub mod declared;
pub mod document;
pub mod files;
pub mod helm;
pub mod inventory;
pub mod journal;
pub mod kubernetes;
pub mod named;
pub mod snapshot;
pub mod terraform;
