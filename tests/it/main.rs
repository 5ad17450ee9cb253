//! The integration tests: one binary, so that it links once.
#![allow(clippy::expect_used, clippy::indexing_slicing, clippy::panic, clippy::unwrap_used, reason = "a test fails by panicking")]

mod blueprint;
mod blueprint_docs;
mod check;
#[cfg(feature = "aws")]
mod cloud;
mod cloudformation;
mod collect;
mod command;
mod documents;
mod floors;
mod format;
mod framework;
mod fuzz;
mod gate;
mod html;
mod init;
mod judge;
mod kubernetes;
mod law;
mod malformed;
mod mutation;
mod pipelines;
mod policies;
mod policy_bundle;
mod policy_diff;
mod policy_docs;
mod policy_lint;
mod policy_new;
mod policy_test;
mod read_set;
mod readme;
mod report;
mod schemas;
#[cfg(feature = "aws")]
mod simulation;
mod since;
mod terraform;
mod thrice;
mod verdict;
mod waiver;
mod worker;
mod world;
