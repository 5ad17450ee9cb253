//! What files declare, and where.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use innovate_model::{Location, Resource, Span, Unread};
use serde::Serialize;
use serde_json::Value;

/// The account of resources that a file declares for no known account.
pub const NO_ACCOUNT: &str = "000000000000";

/// The Region of resources that a file declares for no known Region.
pub const NO_REGION: &str = "us-east-1";

/// A resource that a file declares.
#[derive(Clone, Debug, PartialEq)]
pub struct Declared {
    /// What is declared, with gaps for what is not known before it is deployed.
    pub resource: Resource,
    /// Where.
    pub origin: Origin,
}

/// Where a resource is declared.
#[derive(Clone, Debug, PartialEq)]
pub struct Origin {
    /// The file.
    pub file: Arc<str>,
    /// What the file calls the resource.
    pub address: String,
    /// Where the resource is: its name in the file.
    pub span: Span,
    /// Where its properties are, by JSON pointer.
    pub places: BTreeMap<String, Span>,
    /// What the file says beside the resource to `innovate`: the entries under `Metadata: innovate:`, each with its place.
    pub remarks: Vec<(Span, Value)>,
}

impl Origin {
    /// The place of what is at the pointer, or of the nearest that it lies in.
    pub fn locate(&self, pointer: &str) -> Location {
        let mut known = pointer;
        let span = loop {
            match (self.places.get(known), known.rsplit_once('/')) {
                (Some(span), _) => break *span,
                (None, Some((parent, _))) => known = parent,
                (None, None) => break self.span,
            }
        };
        Location { file: self.file.to_string(), address: self.address.clone(), span }
    }
}

/// Something of a file that no policy judges, and why.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Skipped {
    /// Where it is.
    pub location: Location,
    /// The type, in the words of the file, such as `aws_foo_bar`.
    #[serde(rename = "type")]
    pub type_name: String,
    /// Why it is not judged.
    pub reason: String,
    /// Whether policies may have something to say of what it stands for.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub unread: bool,
}

/// What files declare.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Declaration {
    /// The resources.
    pub resources: Vec<Declared>,
    /// What is left out.
    pub skipped: Vec<Skipped>,
    /// Types of which resources may be there or not.
    pub unread: Vec<Unread>,
    /// The addresses of these resources.
    pub conditional: BTreeSet<String>,
    /// Files and where in them something is that nobody should see.
    pub secrets: Vec<(Arc<str>, Span)>,
}

impl Declaration {
    /// Adds what others declare.
    pub fn extend(&mut self, other: Self) {
        let Self { resources, skipped, unread, conditional, secrets } = other;
        self.resources.extend(resources);
        self.skipped.extend(skipped);
        self.unread.extend(unread);
        self.conditional.extend(conditional);
        self.secrets.extend(secrets);
    }
}

/// Where resources go whose file does not say it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    /// The account id.
    pub account: String,
    /// The Region.
    pub region: String,
}

impl Default for Target {
    fn default() -> Self {
        Self { account: NO_ACCOUNT.to_owned(), region: NO_REGION.to_owned() }
    }
}
