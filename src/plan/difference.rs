//! What changes from one state of a stack to the next.

use std::collections::{BTreeMap, BTreeSet};

use innovate_model::{Gap, Schema, Schemas, pointer};
use serde_json::Value;

use super::{PropertyChange, Replacement, ResourceAction, ResourceChange};
use crate::input::cloudformation::{Role, Stacked};
use crate::input::declared::Declared;

/// The resources that change, in the order of their names. `ids` are the physical ids of those that are there.
pub fn difference(old: Option<&Stacked>, new: &Stacked, ids: &BTreeMap<String, String>) -> Vec<ResourceChange> {
    let (before, after) = (old.map(resources).unwrap_or_default(), resources(new));
    let names: BTreeSet<&str> = before.keys().chain(after.keys()).copied().collect();
    names.into_iter().filter_map(|name| change(name, before.get(name).copied(), after.get(name).copied(), ids.get(name))).collect()
}

/// By name, with what becomes of each when it goes.
fn resources(stacked: &Stacked) -> BTreeMap<&str, (&Declared, Option<&Role>)> {
    let declared = stacked.declaration.resources.iter();
    declared.map(|one| (one.origin.address.as_str(), (one, stacked.roles.get(&one.origin.address)))).collect()
}

fn change(
    name: &str,
    before: Option<(&Declared, Option<&Role>)>,
    after: Option<(&Declared, Option<&Role>)>,
    physical: Option<&String>,
) -> Option<ResourceChange> {
    let of = |declared: &Declared, action, policy: Option<String>, properties| ResourceChange {
        logical_id: name.to_owned(),
        type_name: declared.resource.type_name.clone(),
        physical_id: physical.cloned(),
        action,
        policy,
        properties,
    };
    match (before, after) {
        (None, Some((new, _))) => Some(of(new, ResourceAction::Create, None, properties(None, new))),
        (Some((old, role)), None) => {
            let policy = role.and_then(|role| role.deletion_policy.clone());
            let stays = policy.as_deref().is_some_and(|policy| policy.starts_with("Retain"));
            let action = if stays { ResourceAction::Retain } else { ResourceAction::Delete };
            Some(of(old, action, Some(policy.unwrap_or_else(|| "Delete".to_owned())), Vec::new()))
        }
        (Some((old, former)), Some((new, role))) => {
            let mut changes = properties(Some(old), new);
            changes.extend(fates(former, role));
            let other_type = old.resource.type_name != new.resource.type_name;
            if changes.is_empty() && !other_type {
                return None;
            }
            if other_type || changes.iter().any(|change| change.replacement == Replacement::Always) {
                let policy = role.and_then(|role| role.update_replace_policy.clone()).unwrap_or_else(|| "Delete".to_owned());
                return Some(of(new, ResourceAction::Replace, Some(policy), changes));
            }
            Some(of(new, ResourceAction::Update, None, changes))
        }
        (None, None) => None,
    }
}

/// What becomes of the resource when it goes, where that changes. The pointers are the names that the template has beside the properties.
fn fates(former: Option<&Role>, role: Option<&Role>) -> impl Iterator<Item = PropertyChange> {
    let of = |role: Option<&Role>| {
        let policies = |role: &Role| (role.deletion_policy.clone(), role.update_replace_policy.clone());
        role.map(policies).unwrap_or_default()
    };
    let (before, after) = (of(former), of(role));
    [("DeletionPolicy", before.0, after.0), ("UpdateReplacePolicy", before.1, after.1)]
        .into_iter()
        .filter(|(_, before, after)| before != after)
        .map(|(name, before, after)| PropertyChange {
            pointer: name.to_owned(),
            before: before.map(Value::from),
            after: after.map(Value::from),
            unknown: None,
            secret: false,
            replacement: Replacement::Never,
        })
}

/// The properties of a setting that are other than wanted; what is not wanted to be anything counts for nothing.
pub fn amendments(now: &serde_json::Map<String, Value>, wanted: &serde_json::Map<String, Value>) -> Vec<PropertyChange> {
    let other = wanted.iter().filter(|(name, value)| now.get(*name) != Some(value));
    let change = |(name, value): (&String, &Value)| PropertyChange {
        pointer: format!("/{}", pointer::escape(name)),
        before: now.get(name).cloned(),
        after: Some(value.clone()),
        unknown: None,
        secret: false,
        replacement: Replacement::Never,
    };
    other.map(change).collect()
}

/// The properties that are other, each with what it was and will be.
fn properties(old: Option<&Declared>, new: &Declared) -> Vec<PropertyChange> {
    let schema = Schemas::vendored().get(&new.resource.type_name).ok();
    let mut changes = Vec::new();
    let empty = serde_json::Map::new();
    let before = old.map_or(&empty, |old| &old.resource.properties);
    let gaps = old.map(|old| old.resource.gaps.as_slice()).unwrap_or_default();
    let mut walk = Walk { gaps: (gaps, &new.resource.gaps), schema, changes: &mut changes };
    walk.object("", before, &new.resource.properties, old.is_none());
    changes
}

/// Two states of a resource, looked at side by side.
struct Walk<'a> {
    gaps: (&'a [Gap], &'a [Gap]),
    schema: Option<&'a Schema>,
    changes: &'a mut Vec<PropertyChange>,
}

impl Walk<'_> {
    /// `whole` says that a property counts as one change, whatever is in it.
    fn object(&mut self, at: &str, before: &serde_json::Map<String, Value>, after: &serde_json::Map<String, Value>, whole: bool) {
        let step = |gap: &Gap| {
            let rest = gap.pointer.strip_prefix(at)?.strip_prefix('/')?;
            rest.split('/').next().map(pointer::unescape)
        };
        let unknown = self.gaps.0.iter().chain(self.gaps.1).filter_map(step);
        let names: BTreeSet<String> = before.keys().chain(after.keys()).cloned().chain(unknown).collect();
        for name in names {
            let here = format!("{at}/{}", pointer::escape(&name));
            self.value(&here, before.get(&name), after.get(&name), whole);
        }
    }

    fn value(&mut self, at: &str, before: Option<&Value>, after: Option<&Value>, whole: bool) {
        let below = |gaps: &[Gap]| {
            gaps.iter().any(|gap| gap.pointer == at || gap.pointer.strip_prefix(at).is_some_and(|rest| rest.starts_with('/')))
        };
        let here = |gaps: &[Gap]| gaps.iter().find(|gap| gap.pointer == at).map(|gap| (gap.cause.message.clone(), gap.values.clone()));
        let (was, is) = (here(self.gaps.0), here(self.gaps.1));
        if before == after && was == is && !below(self.gaps.0) && !below(self.gaps.1) {
            return;
        }
        if let (Some(Value::Object(before)), Some(Value::Object(after)), false) = (before, after, whole) {
            return self.object(at, before, after, whole);
        }
        if before == after && was == is {
            // Further in, something is not known: the same on both sides where it is said in the same words.
            let inner = |gaps: &[Gap]| -> BTreeSet<(String, String)> {
                let inner = gaps.iter().filter(|gap| gap.pointer.starts_with(&format!("{at}/")));
                inner.map(|gap| (gap.pointer.clone(), gap.cause.message.clone())).collect()
            };
            if inner(self.gaps.0) == inner(self.gaps.1) {
                return;
            }
        }
        let path = at.trim_start_matches('/');
        let is_of = |names: Vec<&str>| names.into_iter().any(|name| covers(name, path));
        let replacement = match self.schema {
            Some(schema) if !whole && is_of(schema.create_only()) => Replacement::Always,
            Some(schema) if !whole && is_of(schema.conditional_create_only()) => Replacement::Conditional,
            _ => Replacement::Never,
        };
        let secret = self.schema.is_some_and(|schema| is_of(schema.write_only()));
        let inner = self.gaps.1.iter().find(|gap| gap.pointer.starts_with(at)).map(|gap| gap.cause.message.clone());
        let shown = |value: Option<&Value>| if secret { None } else { value.cloned() };
        self.changes.push(PropertyChange {
            pointer: at.to_owned(),
            before: shown(before),
            after: shown(after),
            unknown: is.map(|(why, _)| why).or(inner),
            secret,
            replacement,
        });
    }
}

/// Whether the property of a schema, `*` for items, is at the path, above it or below it.
fn covers(name: &str, path: &str) -> bool {
    name.split('/').zip(path.split('/')).all(|(name, step)| name == "*" || name == step)
}
