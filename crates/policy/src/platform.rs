//! Where the resources live that a policy judges.

use crate::{Library, Policy};

/// Where resources live. An audit of one platform has nothing to say by the policies of another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Platform {
    /// Accounts of AWS.
    Aws,
    /// A Kubernetes cluster.
    Kubernetes,
    /// The repository that holds what is checked.
    Repository,
}

impl Platform {
    /// The platform of resources of a type: those of Kubernetes have the API version in their names, such as `apps/v1/Deployment`.
    pub fn of(type_name: &str) -> Self {
        match type_name {
            name if name.contains('/') => Self::Kubernetes,
            name if name.starts_with("Innovate::Repository::") => Self::Repository,
            _ => Self::Aws,
        }
    }
}

impl Policy {
    /// The platform of what it judges.
    pub fn platform(&self) -> Platform {
        self.metadata.custom.resource_types.first().map_or(Platform::Aws, |name| Platform::of(name))
    }
}

impl Library {
    /// The same library with only the policies of these platforms. Of policies that did not load it is not known, so they stay.
    #[must_use]
    pub fn on(mut self, platforms: &[Platform]) -> Self {
        self.policies.retain(|policy| platforms.contains(&policy.platform()));
        self
    }
}
