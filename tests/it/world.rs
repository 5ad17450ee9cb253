//! Worlds for the tests.

use std::collections::BTreeMap;

use innovate_model::{AccountFacts, OrganizationFacts, Resource, World};
use serde_json::{Value, json};

pub const MANAGEMENT: &str = "111111111111";
pub const PRODUCTION: &str = "222222222222";

pub fn resource(type_name: &str, id: &str, account: &str, region: &str, properties: Value) -> Resource {
    let mut resource = Resource::new(type_name, id, account, region);
    resource.properties = properties.as_object().cloned().unwrap();
    resource
}

/// An organization of two accounts with an unencrypted and an encrypted volume each.
pub fn organization() -> World {
    let facts = |id: &str, name: &str| AccountFacts {
        id: id.to_owned(),
        name: Some(name.to_owned()),
        status: "ACTIVE".to_owned(),
        management: id == MANAGEMENT,
        ..AccountFacts::default()
    };
    let accounts = BTreeMap::from([
        (MANAGEMENT.to_owned(), facts(MANAGEMENT, "management")),
        (PRODUCTION.to_owned(), facts(PRODUCTION, "production")),
    ]);
    let mut world = World {
        read_at: "2026-01-01T00:00:00Z".to_owned(),
        caller: MANAGEMENT.to_owned(),
        organization: Some(OrganizationFacts {
            id: "o-example".to_owned(),
            management_account: MANAGEMENT.to_owned(),
            accounts: accounts.clone(),
            unread: Vec::new(),
        }),
        regions: accounts.keys().map(|id| (id.clone(), vec!["eu-west-1".to_owned()])).collect(),
        accounts,
        ..World::default()
    };
    for (account, prefix) in [(MANAGEMENT, "a"), (PRODUCTION, "b")] {
        for (number, encrypted) in [(1, false), (2, true)] {
            let id = format!("vol-{prefix}{number}");
            let properties = json!({ "VolumeId": id, "Encrypted": encrypted, "AvailabilityZone": "eu-west-1a", "Size": 8 });
            world.resources.push(resource("AWS::EC2::Volume", &id, account, "eu-west-1", properties));
        }
    }
    world.sort();
    world
}
