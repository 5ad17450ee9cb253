//! What policies can judge, one file a format.

pub mod snapshot;
