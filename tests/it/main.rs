//! The integration tests: one binary, so that it links once.
#![allow(clippy::expect_used, clippy::indexing_slicing, clippy::panic, clippy::unwrap_used, reason = "a test fails by panicking")]

#[cfg(feature = "aws")]
mod cloud;
mod collect;
mod command;
mod documents;
mod floors;
mod framework;
mod judge;
mod law;
mod policies;
mod read_set;
mod readme;
mod report;
mod schemas;
#[cfg(feature = "aws")]
mod simulation;
mod verdict;
mod waiver;
mod worker;
mod world;
