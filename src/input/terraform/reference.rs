//! What the expressions of a configuration refer to.

use std::cell::Cell;
use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::plan::{Planned, key, steps, without_key};

/// How far references are followed through variables and outputs.
const FARTHEST: usize = 32;

/// Expressions that are followed for one attribute: each may refer to several, which would be too many to count.
const MOST_EXPRESSIONS: usize = 10_000;

/// The resources of a plan and the configuration that they come from.
pub(super) struct Configuration<'a> {
    document: &'a Value,
    /// The blocks of resources by module and address.
    blocks: BTreeMap<(String, &'a str), &'a Value>,
    /// Resources by module instance and address without key.
    instances: BTreeMap<(String, String), Vec<usize>>,
    planned: &'a [Planned],
    /// Whether an attribute tells which resource it is.
    identifies: &'a dyn Fn(&str, &str) -> bool,
}

/// Where an expression stands.
#[derive(Clone)]
struct Place {
    /// The module instance.
    module: String,
    /// `each.key` or `count.index`.
    key: Option<Value>,
}

/// How far references may still be followed.
#[derive(Clone, Copy)]
struct Left<'a> {
    depth: usize,
    expressions: &'a Cell<usize>,
}

impl Left<'_> {
    /// What is left after one expression more; none where that is one too many.
    fn after_one(self) -> Option<Self> {
        self.expressions.set(self.expressions.get().checked_sub(1)?);
        Some(Self { depth: self.depth.checked_sub(1)?, ..self })
    }
}

impl<'a> Configuration<'a> {
    /// Of a plan. `identifies` tells of a Terraform type and an attribute whether the attribute identifies the resource.
    pub(super) fn new(document: &'a Value, planned: &'a [Planned], identifies: &'a dyn Fn(&str, &str) -> bool) -> Self {
        let mut instances: BTreeMap<_, Vec<usize>> = BTreeMap::new();
        for (at, resource) in planned.iter().enumerate().filter(|(_, resource)| resource.remains()) {
            instances.entry((resource.module(), resource.local())).or_default().push(at);
        }
        let mut blocks = BTreeMap::new();
        let mut modules: Vec<(String, &Value)> = document.get("root_module").map(|root| (String::new(), root)).into_iter().collect();
        while let Some((path, module)) = modules.pop() {
            for block in module.get("resources").and_then(Value::as_array).into_iter().flatten() {
                if let Some(address) = block.get("address").and_then(Value::as_str) {
                    blocks.insert((path.clone(), address), block);
                }
            }
            for (name, call) in module.get("module_calls").and_then(Value::as_object).into_iter().flatten() {
                modules.extend(call.get("module").map(|module| (format!("{path}.{name}"), module)));
            }
        }
        Self { document, blocks, instances, planned, identifies }
    }

    /// The configuration of a module.
    fn module(&self, instance: &str) -> Option<&'a Value> {
        let mut module = self.document.get("root_module")?;
        let mut steps = steps(instance).into_iter();
        while let (Some("module"), Some(name)) = (steps.next(), steps.next()) {
            module = module.get("module_calls")?.get(without_key(name))?.get("module")?;
        }
        Some(module)
    }

    /// The block of a resource.
    pub(super) fn block(&self, resource: &Planned) -> Option<&'a Value> {
        let module = resource.module();
        let path = steps(&module).chunks(2).filter_map(|step| step.get(1)).map(|name| format!(".{}", without_key(name))).collect();
        self.blocks.get(&(path, resource.local().as_str())).copied()
    }

    /// The provider's configuration of a resource, by its key.
    pub(super) fn provider(&self, resource: &Planned) -> Option<(&'a str, &'a Value)> {
        let name = self.block(resource)?.get("provider_config_key").and_then(Value::as_str)?;
        let providers = self.document.get("provider_config")?;
        let found = |name: &'a str| providers.get(name).map(|provider| (name, provider));
        found(name).or_else(|| name.rsplit_once(':').and_then(|(_, name)| found(name)))
    }

    /// The resources that an expression of a resource refers to, in order; none where it refers to something else, too.
    pub(super) fn targets(&self, resource: &Planned, references: &[String]) -> Option<Vec<usize>> {
        let place = Place { module: resource.module(), key: Some(resource.index.clone()).filter(|key| !key.is_null()) };
        let for_each = self.block(resource).and_then(|block| block.get("for_each_expression"));
        let left = Left { depth: FARTHEST, expressions: &Cell::new(MOST_EXPRESSIONS) };
        self.follow(&place, references.iter().map(String::as_str), for_each, left).filter(|found| !found.is_empty())
    }

    fn follow<'b>(
        &self,
        place: &Place,
        references: impl Iterator<Item = &'b str> + Clone,
        for_each: Option<&Value>,
        left: Left<'_>,
    ) -> Option<Vec<usize>> {
        let left = left.after_one()?;
        let mut found = Vec::new();
        let mut keyed = references.clone().any(|reference| matches!(reference, "each.key" | "count.index"));
        let mut longest: Vec<&str> = Vec::new();
        for reference in references {
            // Each reference comes with what it goes through: `a.b.id`, then `a.b`.
            let passed = longest.last().and_then(|last| last.strip_prefix(reference)).is_some_and(|rest| rest.starts_with(['.', '[']));
            if !passed && longest.last() != Some(&reference) {
                longest.push(reference);
            }
        }
        for reference in &longest {
            if reference.starts_with("each.value") {
                let listed = for_each?.get("references").and_then(Value::as_array)?;
                keyed = true;
                let through: Vec<&str> = listed.iter().filter_map(Value::as_str).collect();
                let targets = self.follow(place, through.iter().copied(), None, left)?;
                found.extend(self.of_key(targets, place));
                continue;
            }
            let steps = steps(reference);
            match steps.as_slice() {
                ["each" | "count" | "path" | "terraform" | "self", ..] => {}
                ["local", ..] => return None,
                ["var", name, ..] => {
                    let (outer, key, call) = self.call(&place.module)?;
                    let expression = call.get("expressions")?.get(without_key(name))?;
                    let outer = Place { module: outer, key };
                    found.extend(self.expression(&outer, expression, call.get("for_each_expression"), left)?);
                }
                ["module", name, rest @ ..] => {
                    let wanted = key(name).or_else(|| place.key.clone().filter(|_| keyed));
                    let modules = self.module_instances(&place.module, without_key(name), wanted.as_ref());
                    if modules.is_empty() {
                        return None;
                    }
                    for module in modules {
                        let outputs = self.module(&module)?.get("outputs")?;
                        let expression = outputs.get(without_key(rest.first()?))?.get("expression")?;
                        found.extend(self.expression(&Place { module, key: None }, expression, None, left)?);
                    }
                }
                ["data", type_name, name, rest @ ..] | [type_name, name, rest @ ..] => {
                    if rest.first().is_some_and(|attribute| !(self.identifies)(type_name, without_key(attribute))) {
                        return None;
                    }
                    let start = if steps.first() == Some(&"data") { "data." } else { "" };
                    let local = format!("{start}{type_name}.{}", without_key(name));
                    let instances = self.instances.get(&(place.module.clone(), local))?;
                    let wanted = key(name).or_else(|| place.key.clone().filter(|_| keyed));
                    let of_key: Vec<usize> = match &wanted {
                        Some(wanted) => instances.iter().copied().filter(|at| self.has_key(*at, wanted)).collect(),
                        None => Vec::new(),
                    };
                    found.extend(if of_key.is_empty() { instances.clone() } else { of_key });
                }
                _ => return None,
            }
        }
        let mut seen = BTreeSet::new();
        found.retain(|at| seen.insert(*at));
        Some(found)
    }

    fn expression(&self, place: &Place, expression: &Value, for_each: Option<&Value>, left: Left<'_>) -> Option<Vec<usize>> {
        let listed = expression.get("references").and_then(Value::as_array)?;
        let through: Vec<&str> = listed.iter().filter_map(Value::as_str).collect();
        self.follow(place, through.iter().copied(), for_each, left)
    }

    fn of_key(&self, targets: Vec<usize>, place: &Place) -> Vec<usize> {
        let Some(key) = &place.key else { return targets };
        let of_key: Vec<usize> = targets.iter().copied().filter(|at| self.has_key(*at, key)).collect();
        if of_key.is_empty() { targets } else { of_key }
    }

    fn has_key(&self, at: usize, key: &Value) -> bool {
        self.planned.get(at).is_some_and(|resource| resource.index == *key)
    }

    /// The module around a module instance, the instance's key, and the call.
    fn call(&self, instance: &str) -> Option<(String, Option<Value>, &'a Value)> {
        let steps = steps(instance);
        let (name, outer) = steps.split_last()?;
        let outer = outer.get(..outer.len().checked_sub(1)?)?.join(".");
        let call = self.module(&outer)?.get("module_calls")?.get(without_key(name))?;
        Some((outer, key(name), call))
    }

    /// The instances of a module that have resources: that of the key, where there is such a one, otherwise all.
    fn module_instances(&self, outer: &str, name: &str, wanted: Option<&Value>) -> Vec<String> {
        let start = if outer.is_empty() { format!("module.{name}") } else { format!("{outer}.module.{name}") };
        if let Some(wanted) = wanted {
            let only = format!("{start}[{wanted}]");
            let mut inside = self.instances.range((only.clone(), String::new())..);
            if inside.next().is_some_and(|((module, _), _)| module.starts_with(&only)) {
                return vec![only];
            }
        }
        let mut found: Vec<String> = Vec::new();
        let own = steps(&start).len();
        let inside = self.instances.range((start.clone(), String::new())..).map(|((module, _), _)| module);
        for module in inside.take_while(|module| module.starts_with(&start)) {
            let steps = steps(module);
            let Some(instance) = steps.get(..own).map(|steps| steps.join(".")) else { continue };
            let same = instance.strip_prefix(&start).is_some_and(|rest| rest.is_empty() || rest.starts_with('['));
            if same && found.last() != Some(&instance) {
                found.push(instance);
            }
        }
        found
    }
}
