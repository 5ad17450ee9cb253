//! The world as one account and Region see it.

use std::collections::{BTreeMap, BTreeSet};

use innovate_model::{Cause, GLOBAL, HandlerErrorCode, Resource, World};
use serde_json::{Map, Value, json};

use super::same_scope;
use crate::policy::{Policy, ReadSet, Scope};

/// One account and Region: the resources to judge there, and those that their policies can look up.
pub(super) struct View<'a> {
    account: &'a str,
    region: &'a str,
    pub(super) inputs: Vec<&'a Resource>,
    /// The resources of the account that this Region sees.
    visible: Vec<&'a Resource>,
    world: &'a World,
}

/// The views of every account and Region in which something is to be judged.
pub(super) fn scopes<'a>(world: &'a World, policies: &[Policy]) -> Vec<View<'a>> {
    let judged: BTreeSet<&str> = policies.iter().flat_map(|policy| &policy.metadata.custom.resource_types).map(String::as_str).collect();
    let mut inputs: BTreeMap<(&str, &str), Vec<&Resource>> = BTreeMap::new();
    let mut by_account: BTreeMap<&str, Vec<&Resource>> = BTreeMap::new();
    for resource in &world.resources {
        by_account.entry(&resource.account).or_default().push(resource);
        if judged.contains(resource.type_name.as_str()) {
            inputs.entry((&resource.account, &resource.region)).or_default().push(resource);
        }
    }
    inputs
        .into_iter()
        .map(|((account, region), inputs)| {
            let all = by_account.get(account).map(Vec::as_slice).unwrap_or_default();
            let visible =
                all.iter().copied().filter(|resource| region == GLOBAL || resource.region == region || resource.region == GLOBAL).collect();
            View { account, region, inputs, visible, world }
        })
        .collect()
}

/// The document that policies see as `input` and in `data.resources`.
pub(super) fn document(resource: &Resource) -> Value {
    let mut document = json!({
        "type": resource.type_name,
        "id": resource.id,
        "account": resource.account,
        "region": resource.region,
        "properties": resource.properties,
    });
    if let (Some(arn), Some(object)) = (&resource.arn, document.as_object_mut()) {
        object.insert("arn".to_owned(), Value::from(arn.as_str()));
    }
    document
}

impl View<'_> {
    /// `data` for the policies: only the types that some policy looks up.
    pub(super) fn data(&self, world: &World, policies: &[Policy]) -> Scope {
        let reads = |of: fn(&ReadSet) -> &BTreeSet<String>| -> BTreeSet<&str> {
            policies.iter().flat_map(|policy| of(&policy.read_set)).map(String::as_str).collect()
        };
        let types = reads(|set| &set.types);
        let organization_types = reads(|set| &set.organization_types);
        let all = policies.iter().any(|policy| policy.read_set.all_types);

        let empty = |types: &BTreeSet<&str>| -> Map<String, Value> { types.iter().map(|name| ((*name).to_owned(), json!({}))).collect() };
        let mut resources = empty(&types);
        let mut documents = Vec::new();
        for resource in self.visible.iter().filter(|resource| all || types.contains(resource.type_name.as_str())) {
            let elsewhere = resource.region != self.region && resource.region != GLOBAL;
            let key = if elsewhere { format!("{}@{}", resource.id, resource.region) } else { resource.id.clone() };
            let document = document(resource);
            insert(&mut resources, &resource.type_name, key, document.clone());
            documents.push((*resource, document));
        }
        let mut everywhere = empty(&organization_types);
        for resource in world.resources.iter().filter(|resource| all || organization_types.contains(resource.type_name.as_str())) {
            let key = format!("{}/{}/{}", resource.account, resource.region, resource.id);
            insert(&mut everywhere, &resource.type_name, key, document(resource));
        }
        let account = world.accounts.get(self.account).or_else(|| world.organization.as_ref()?.accounts.get(self.account));
        let account = account.map_or_else(|| json!({ "id": self.account, "management": false }), |facts| json!(facts));
        let mut organization = world.organization.as_ref().map_or_else(
            || json!({}),
            |facts| json!({ "id": facts.id, "management_account": facts.management_account, "accounts": facts.accounts }),
        );
        if let Some(object) = organization.as_object_mut() {
            object.insert("resources".to_owned(), Value::Object(everywhere));
        }
        let referrers = if policies.iter().any(|policy| policy.read_set.referrers) { self.referrers(&documents) } else { Map::new() };
        Scope::new(json!({
            "account": account,
            "now": nanoseconds(&world.read_at),
            "organization": organization,
            "referrers": referrers,
            "resources": resources,
        }))
    }

    /// Id → type → id → document of the resources that mention the id, or the ARN that belongs to it, in a property.
    fn referrers(&self, documents: &[(&Resource, Value)]) -> Map<String, Value> {
        let mut ids: BTreeMap<&str, &str> = BTreeMap::new();
        for resource in &self.visible {
            ids.insert(&resource.id, &resource.id);
            if let Some(arn) = &resource.arn {
                ids.insert(arn, &resource.id);
            }
        }
        let mut referrers = Map::new();
        for (resource, document) in documents {
            let mut mentioned = BTreeSet::new();
            let mut queue: Vec<&Value> = resource.properties.values().collect();
            while let Some(value) = queue.pop() {
                match value {
                    Value::String(text) => mentioned.extend(ids.get(text.as_str()).copied().filter(|id| *id != resource.id)),
                    Value::Array(items) => queue.extend(items),
                    Value::Object(object) => queue.extend(object.values()),
                    _ => {}
                }
            }
            for id in mentioned {
                if let Some(by_type) = referrers.entry(id.to_owned()).or_insert_with(|| json!({})).as_object_mut() {
                    insert(by_type, &resource.type_name, resource.id.clone(), document.clone());
                }
            }
        }
        referrers
    }

    /// What of the resources that `policy` looks up from here was not read.
    pub(super) fn lookup_gaps(&self, policy: &Policy) -> BTreeSet<Cause> {
        let reads = &policy.read_set;
        let here = self.visible.iter().copied().filter(|other| reads.all_types || reads.types.contains(&other.type_name));
        let anywhere = self.world.resources.iter().filter(|other| reads.organization_types.contains(&other.type_name));
        let anywhere = anywhere.take(if reads.organization_types.is_empty() { 0 } else { usize::MAX });
        let mut causes: BTreeSet<Cause> = here.chain(anywhere).flat_map(|other| own_gaps(policy, other)).collect();
        for unread in &self.world.unread {
            let of = |types: &BTreeSet<String>| !types.is_empty() && (unread.type_name == "*" || types.contains(&unread.type_name));
            let seen = (unread.account == "*" || unread.account == self.account) && same_scope(&unread.region, self.region);
            if (seen && (reads.all_types || of(&reads.types))) || of(&reads.organization_types) {
                causes.insert(unread.cause.clone());
            }
        }
        let types = reads.types.iter().chain(&reads.organization_types);
        causes.extend(types.filter(|name| super::is_unread_type(self.world, name)).map(|name| Cause {
            code: HandlerErrorCode::NotFound,
            action: None,
            message: format!("nothing reads `{name}`"),
        }));
        causes
    }
}

/// What of the resource itself `policy` reads and could not be read.
pub(super) fn own_gaps(policy: &Policy, resource: &Resource) -> impl Iterator<Item = Cause> {
    resource.gaps.iter().filter(|gap| policy.read_set.reads(&gap.pointer)).map(|gap| gap.cause.clone())
}

fn insert(types: &mut Map<String, Value>, type_name: &str, key: String, document: Value) {
    if let Some(of_type) = types.entry(type_name.to_owned()).or_insert_with(|| json!({})).as_object_mut() {
        of_type.insert(key, document);
    }
}

/// Nanoseconds since the epoch of an RFC 3339 time; 0 where it is none.
fn nanoseconds(time: &str) -> i64 {
    time.parse::<jiff::Timestamp>().ok().and_then(|at| i64::try_from(at.as_nanosecond()).ok()).unwrap_or_default()
}
