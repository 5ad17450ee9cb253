//! `innovate`: policy-as-code compliance scanning for AWS Organizations.
//!
//! The floors, lowest first; a room uses only rooms below it: `innovate_model` · [`policy`], [`spill`], [`framework`] · [`finding`], [`input`], [`bundle`] · [`collect`],
//! [`waiver`] · [`engine`], [`estimate`], [`permission`] · [`plan`] · [`blueprint`] · [`report`], [`reference`] · [`command`]. `tests/it/floors.rs` holds them.

pub mod blueprint;
pub mod bundle;
pub mod collect;
pub mod command;
pub mod engine;
pub mod estimate;
pub mod finding;
pub mod framework;
pub mod input;
pub mod permission;
pub mod plan;
pub mod policy;
pub mod reference;
pub mod report;
pub mod spill;
pub mod waiver;
