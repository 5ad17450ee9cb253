//! Everything that was read.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::{GLOBAL, Reach, Resource, Unread};

/// What the organization says of one of its accounts.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AccountFacts {
    /// The account id, twelve digits.
    pub id: String,
    /// Its name in the organization.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Its e-mail address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// `ACTIVE`, `SUSPENDED`, `PENDING_CLOSURE`, …
    pub status: String,
    /// Whether it is the management account.
    pub management: bool,
    /// The names of the organizational units that hold it, from the root down.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub organizational_units: Vec<String>,
    /// The ids of these units, in the same order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub organizational_unit_ids: Vec<String>,
    /// Its tags.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub tags: BTreeMap<String, String>,
}

impl AccountFacts {
    /// Whether the account can be read: suspended and closed ones can't.
    pub fn is_active(&self) -> bool {
        self.status == "ACTIVE"
    }
}

/// The organization and its accounts.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OrganizationFacts {
    /// The organization's id, such as `o-a1b2c3d4e5`.
    pub id: String,
    /// The id of the management account.
    pub management_account: String,
    /// Every account, suspended and closed ones too, by id.
    pub accounts: BTreeMap<String, AccountFacts>,
    /// What of the organization could not be read, such as the tags of an account.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unread: Vec<Unread>,
}

/// How often a facet was asked for, and how often it was read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tally {
    /// Once for a listing, once for each resource otherwise.
    pub asked: u64,
    /// Of these; why the rest was not is among the gaps and what is unread.
    pub read: u64,
}

/// What was set out to be read: account → Region → facet (`AWS::RDS::DBInstance DescribeDBInstances`) → how often.
pub type Reads = BTreeMap<String, BTreeMap<String, BTreeMap<String, Tally>>>;

/// The world that policies judge.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct World {
    /// When reading began: RFC 3339, UTC. The age of keys and certificates is counted from it.
    pub read_at: String,
    /// The account whose credentials read the world.
    pub caller: String,
    /// The organization, where there is one and it could be listed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub organization: Option<OrganizationFacts>,
    /// The accounts that were to be read, by id.
    pub accounts: BTreeMap<String, AccountFacts>,
    /// The Regions that were to be read, by account.
    pub regions: BTreeMap<String, Vec<String>>,
    /// The types that the reading covered, and where they live; none where it covered every type there is, as in an example. What is not among them is unread, not absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub types: Option<BTreeMap<String, Reach>>,
    /// The resources, ordered by account, Region, type and id.
    pub resources: Vec<Resource>,
    /// What could not be read.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unread: Vec<Unread>,
    /// What was set out to be read, and what was.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub reads: Reads,
    /// Whether the reading was interrupted before its end.
    #[serde(default)]
    pub interrupted: bool,
    /// The resources to judge, by [`Resource::address`], where it is not all: the others are there to be looked up.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub judged: Option<BTreeSet<String>>,
}

impl World {
    /// Puts resources and unread scopes in their canonical order.
    pub fn sort(&mut self) {
        self.resources.sort_by(|a, b| a.order().cmp(&b.order()));
        for resource in &mut self.resources {
            resource.gaps.sort();
        }
        self.unread.sort();
        self.unread.dedup();
    }

    /// Whether the resource is to be judged.
    pub fn judges(&self, resource: &Resource) -> bool {
        self.judged.as_ref().is_none_or(|judged| judged.contains(&resource.address()))
    }

    /// The resources with gaps.
    pub fn gapped(&self) -> impl Iterator<Item = &Resource> {
        self.resources.iter().filter(|resource| !resource.gaps.is_empty())
    }

    /// Whether `unread` covers resources of the type: a Region that was not read has none of the types that live once an account.
    pub fn covers(&self, unread: &Unread, type_name: &str) -> bool {
        if unread.type_name != "*" {
            return unread.type_name == type_name;
        }
        let of_region = unread.region != "*" && unread.region != GLOBAL;
        let reach = self.types.as_ref().and_then(|types| types.get(type_name));
        !of_region || reach.is_none_or(|reach| *reach == Reach::Regional)
    }
}
