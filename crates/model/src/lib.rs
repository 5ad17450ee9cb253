//! The resource model that every other part of `innovate` speaks: CloudFormation-shaped [`Resource`]s and their [`Schema`]s,
//! the [`Gap`]s of what could not be read, and the [`Handler`]s that read.
//!
//! Nothing here does I/O or knows an SDK: [`Cloud`] and [`Handler`] are implemented by `innovate-aws` for the real
//! cloud and by [`MemoryCloud`] for tests.

mod denial;
mod gap;
mod handler;
mod location;
mod memory;
pub mod pointer;
mod resource;
mod schema;
mod stack;
mod world;

pub use denial::{Denial, Layer};
pub use gap::{Cause, Gap, OTHER_REGIONS, UNLISTED, Unread};
pub use handler::{Account, Calls, Cloud, Definition, Facet, Handler, HandlerError, HandlerErrorCode, Listing, Reach, Region};
pub use location::{Location, Position, Span};
pub use memory::MemoryCloud;
pub use resource::{GLOBAL, Properties, Resource};
pub use schema::{Property, Schema, SchemaError, Schemas};
pub use stack::{
    AnnouncedChange, ChangeSet, ChangeSetRequest, DeployedStack, KnownStack, Provisioner, Provisioning, StackEvent, StackResource,
};
pub use world::{AccountFacts, OrganizationFacts, Reads, Tally, World};
