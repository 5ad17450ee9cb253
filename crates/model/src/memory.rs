//! A cloud in memory, for tests and for planning what does not exist yet.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use async_trait::async_trait;

use crate::{
    Account, Cloud, Definition, Facet, GLOBAL, Handler, HandlerError, HandlerErrorCode, Listing, OrganizationFacts, Properties, Reach,
    Region, Resource, World,
};

const LIST: &str = "memory:List";
const READ: &str = "memory:Read";

/// Serves the resources of a [`World`] through the same contract as the real cloud. Each type is listed by its identity alone and read by one
/// facet that fills every property.
#[derive(Clone, Debug)]
pub struct MemoryCloud {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    world: World,
    denied_types: BTreeSet<String>,
    denied_accounts: BTreeSet<String>,
    calls: AtomicU64,
}

impl MemoryCloud {
    /// A cloud that holds `world` and denies nothing.
    pub fn new(world: World) -> Self {
        Self {
            shared: Arc::new(Shared { world, denied_types: BTreeSet::new(), denied_accounts: BTreeSet::new(), calls: AtomicU64::new(0) }),
        }
    }

    /// The same cloud, refusing to list `types` and to let anyone into `accounts`.
    pub fn denying(self, types: &[&str], accounts: &[&str]) -> Self {
        let owned = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
        Self {
            shared: Arc::new(Shared {
                world: self.shared.world.clone(),
                denied_types: owned(types),
                denied_accounts: owned(accounts),
                calls: AtomicU64::new(0),
            }),
        }
    }
}

#[async_trait]
impl Cloud for MemoryCloud {
    async fn caller(&self) -> Result<String, HandlerError> {
        Ok(self.shared.world.caller.clone())
    }

    async fn organization(&self) -> Result<OrganizationFacts, HandlerError> {
        self.shared.world.organization.clone().ok_or_else(|| {
            HandlerError::new(HandlerErrorCode::NotFound, "organizations:DescribeOrganization", "the account is in no organization")
        })
    }

    async fn enter(&self, account: &str) -> Result<Box<dyn Account>, HandlerError> {
        if self.shared.denied_accounts.contains(account) {
            return Err(HandlerError::new(HandlerErrorCode::AccessDenied, "sts:AssumeRole", "not authorized to assume the role"));
        }
        Ok(Box::new(MemoryAccount { shared: self.shared.clone(), id: account.to_owned() }))
    }

    fn calls(&self) -> u64 {
        self.shared.calls.load(Ordering::Relaxed)
    }
}

struct MemoryAccount {
    shared: Arc<Shared>,
    id: String,
}

#[async_trait]
impl Account for MemoryAccount {
    fn id(&self) -> &str {
        &self.id
    }

    async fn regions(&self) -> Result<Vec<Region>, HandlerError> {
        let names = self.shared.world.regions.get(&self.id).cloned().unwrap_or_default();
        Ok(names.into_iter().map(|name| Region { name, opt_in_status: "opt-in-not-required".to_owned() }).collect())
    }

    fn handlers(&self, reach: Reach, region: &str) -> Vec<Box<dyn Handler>> {
        let wanted = match reach {
            Reach::Regional => region,
            Reach::Global => GLOBAL,
            Reach::Organization => return Vec::new(),
        };
        let mut by_type: BTreeMap<&str, Vec<Resource>> = BTreeMap::new();
        let global = reach == Reach::Global;
        for resource in self.shared.world.resources.iter().filter(|resource| (resource.region == GLOBAL) == global) {
            let of_type = by_type.entry(&resource.type_name).or_default();
            if resource.account == self.id && resource.region == wanted {
                of_type.push(resource.clone());
            }
        }
        by_type
            .into_iter()
            .map(|(type_name, resources)| -> Box<dyn Handler> {
                // Leaked on purpose: definitions are static in the real cloud, and a test makes few of them.
                let type_name: &'static str = Box::leak(type_name.to_owned().into_boxed_str());
                let definition = Definition {
                    type_name,
                    reach,
                    list: &[Facet { operation: "List", action: LIST, properties: &[] }],
                    reads: vec![(Facet { operation: "Read", action: READ, properties: &[] }, 1)],
                };
                Box::new(MemoryHandler { shared: self.shared.clone(), definition, resources })
            })
            .collect()
    }
}

struct MemoryHandler {
    shared: Arc<Shared>,
    definition: Definition,
    resources: Vec<Resource>,
}

#[async_trait]
impl Handler for MemoryHandler {
    fn definition(&self) -> &Definition {
        &self.definition
    }

    async fn list(&self, listing: &mut Listing) -> Result<(), HandlerError> {
        self.shared.calls.fetch_add(1, Ordering::Relaxed);
        if self.shared.denied_types.contains(self.definition.type_name) {
            return Err(HandlerError::new(HandlerErrorCode::AccessDenied, LIST, "denied by the test"));
        }
        listing.resources.extend(self.resources.iter().map(|resource| Resource { properties: Properties::new(), ..resource.clone() }));
        Ok(())
    }

    async fn read(&self, _facet: usize, resources: &[Resource]) -> Vec<Result<Properties, HandlerError>> {
        self.shared.calls.fetch_add(1, Ordering::Relaxed);
        resources
            .iter()
            .map(|asked| {
                let found = self.resources.iter().find(|resource| resource.id == asked.id);
                found
                    .map(|resource| resource.properties.clone())
                    .ok_or_else(|| HandlerError::new(HandlerErrorCode::NotFound, READ, "no such resource"))
            })
            .collect()
    }
}
