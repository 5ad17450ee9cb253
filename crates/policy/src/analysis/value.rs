//! What the analysis knows of a value: where it may come from, what it holds, which constants it may be.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::read_set::Path;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Root {
    Input,
    Data,
}

/// Where a value may come from.
pub(super) type Origin = (Root, Path);

/// What is known of a value.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Abstract {
    pub(super) origins: BTreeSet<Origin>,
    /// What its members may be, where the policy itself made the list, set or object.
    pub(super) items: Option<Box<Abstract>>,
    /// What further members may be, by name, where the policy wrote the object with their names.
    pub(super) fields: BTreeMap<String, Abstract>,
    pub(super) constants: Constants,
}

/// The scalars that a value may be, besides what it takes from its origins.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Constants {
    #[default]
    None,
    /// One of these, as JSON.
    Known(BTreeSet<String>),
    Any,
}

impl Abstract {
    pub(super) fn origin(root: Root, path: Path) -> Self {
        Self { origins: BTreeSet::from([(root, path)]), ..Self::default() }
    }

    pub(super) fn constant(value: &Value) -> Self {
        Self { constants: Constants::Known(BTreeSet::from([value.to_string()])), ..Self::default() }
    }

    pub(super) fn any() -> Self {
        Self { constants: Constants::Any, ..Self::default() }
    }

    pub(super) fn of_items(items: Self) -> Self {
        Self { items: Some(Box::new(items)), ..Self::default() }
    }

    pub(super) fn join(&mut self, other: Self) {
        self.origins.extend(other.origins);
        match (&mut self.items, other.items) {
            (Some(items), Some(others)) => items.join(*others),
            (items @ None, others) => *items = others,
            _ => {}
        }
        for (name, field) in other.fields {
            self.fields.entry(name).or_default().join(field);
        }
        self.constants = match (std::mem::take(&mut self.constants), other.constants) {
            (Constants::Any, _) | (_, Constants::Any) => Constants::Any,
            (Constants::None, known) | (known, Constants::None) => known,
            (Constants::Known(mut a), Constants::Known(b)) => {
                a.extend(b);
                Constants::Known(a)
            }
        };
    }

    /// The constants that it is one of, where it can be nothing else.
    pub(super) fn only_constants(&self) -> Option<&BTreeSet<String>> {
        match &self.constants {
            Constants::Known(known) if self.origins.is_empty() && self.items.is_none() => Some(known),
            _ => None,
        }
    }
}

pub(super) type Variables = BTreeMap<String, Abstract>;

/// Whether a value from there is a whole resource.
pub(super) fn is_resource((root, path): &Origin) -> bool {
    let names: Vec<&str> = path.iter().map(String::as_str).collect();
    matches!(
        (root, names.as_slice()),
        (Root::Input, [])
            | (Root::Data, ["resources", _, _] | ["referrers", _, _, _])
            | (Root::Data, ["organization", "resources", _, _] | ["organization", "identified", _, _, _])
    )
}
