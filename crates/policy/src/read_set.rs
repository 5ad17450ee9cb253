//! What a policy reads, by static analysis of its syntax tree and of the library rules that it reaches.
//!
//! The analysis over-approximates: whatever it can't name is taken as everything. Names are collected without regard to which
//! resource they are read from, so a name counts for the input and for every resource that is looked up.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::PolicyError;

/// The facts that decide which gaps matter to a policy.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
pub struct ReadSet {
    /// The top-level properties that are read, of the input or of any resource that is looked up.
    pub properties: BTreeSet<String>,
    /// Whether properties are read in a way that names none: then all of them count.
    pub all_properties: bool,
    /// The types that are looked up in `data.resources` or `data.referrers`.
    pub types: BTreeSet<String>,
    /// The types that are looked up in `data.organization.resources` or `data.organization.identified`.
    pub organization_types: BTreeSet<String>,
    /// Whether types are looked up by a name that is computed: then all of them count.
    pub all_types: bool,
    /// Whether `data.referrers` is read.
    pub referrers: bool,
    /// Whether facts of `data.account` but its id, or of `data.organization`, are read, which only the organization tells.
    pub organization: bool,
}

/// What the analysis of one module gives.
#[derive(Debug)]
pub(crate) struct Analysis {
    pub package: String,
    pub rules: BTreeSet<String>,
    pub read_set: ReadSet,
}

impl ReadSet {
    /// Whether a gap at `pointer` (into the properties) may matter.
    pub fn reads(&self, pointer: &str) -> bool {
        let first = pointer.trim_start_matches('/').split('/').next().unwrap_or_default();
        self.all_properties || first.is_empty() || self.properties.contains(first)
    }

    /// Analyses the first `count` modules of an engine together with the others, which they may import.
    pub(crate) fn analyse(engine: &regorus::Engine, count: usize) -> Result<Vec<Analysis>, PolicyError> {
        let rego = |error: &dyn std::fmt::Display| PolicyError::Rego { reason: error.to_string() };
        let text = engine.get_ast_as_json().map_err(|error| rego(&error))?;
        let asts: Vec<Value> = serde_json::from_str(&text).map_err(|error| rego(&error))?;
        let parsed: Vec<Module> = asts.iter().filter_map(|ast| Module::new(ast.get("ast")?)).collect();
        let by_package: BTreeMap<&str, &Module> = parsed.iter().map(|module| (module.package.as_str(), module)).collect();
        Ok(parsed
            .iter()
            .take(count)
            .map(|module| {
                let mut walk = Walk { modules: &by_package, read_set: ReadSet::default(), reached: BTreeSet::new(), queue: Vec::new() };
                for rule in module.rules.keys() {
                    walk.reach(&module.package, rule);
                }
                walk.run();
                Analysis { package: module.package.clone(), rules: module.rules.keys().cloned().collect(), read_set: walk.read_set }
            })
            .collect())
    }
}

/// A parsed module.
struct Module<'a> {
    package: String,
    /// Alias → package of an import.
    imports: BTreeMap<String, String>,
    rules: BTreeMap<String, Vec<&'a Value>>,
}

impl<'a> Module<'a> {
    fn new(ast: &'a Value) -> Option<Self> {
        let package = path_of(ast.pointer("/package/refr")?).join(".");
        let mut imports = BTreeMap::new();
        for import in ast.get("imports").and_then(Value::as_array).into_iter().flatten() {
            let path = import.get("refr").map(path_of).unwrap_or_default();
            let alias = import.get("as").and_then(name_of).or_else(|| path.last().cloned());
            if let (Some(alias), Some("data")) = (alias, path.first().map(String::as_str)) {
                imports.insert(alias, path.iter().skip(1).cloned().collect::<Vec<_>>().join("."));
            }
        }
        let mut rules: BTreeMap<String, Vec<&Value>> = BTreeMap::new();
        for rule in ast.get("rules").and_then(Value::as_array).into_iter().flatten() {
            let spec = rule.as_object().and_then(|rule| rule.values().next())?;
            let head = spec.get("head").and_then(Value::as_object).and_then(|head| head.values().next());
            let refr = head.and_then(|head| head.get("refr")).or_else(|| spec.get("refr"));
            let name = refr.map(path_of).and_then(|path| path.into_iter().next()).unwrap_or_default();
            rules.entry(name).or_default().push(rule);
        }
        Some(Self { package, imports, rules })
    }
}

/// The name in a variable or field: `{"Var": {"value": name}}`, or `[span, name]`.
fn name_of(node: &Value) -> Option<String> {
    node.pointer("/Var/value").or_else(|| node.get(1)).or(Some(node)).and_then(Value::as_str).map(ToOwned::to_owned)
}

/// The static parts of a reference.
fn path_of(node: &Value) -> Vec<String> {
    let (base, steps) = chain(node);
    base.into_iter().map(ToOwned::to_owned).chain(steps.into_iter().map_while(|step| step)).collect()
}

/// A reference as its base variable and its steps, none for a step that is computed.
fn chain(node: &Value) -> (Option<&str>, Vec<Option<String>>) {
    let mut steps = Vec::new();
    let mut node = node;
    loop {
        if let Some(dot) = node.get("RefDot") {
            steps.push(dot.get("field").and_then(name_of));
            let Some(next) = dot.get("refr") else { break };
            node = next;
        } else if let Some(bracket) = node.get("RefBrack") {
            steps.push(
                bracket
                    .pointer("/index/String/value")
                    .or_else(|| bracket.pointer("/index/RawString/value"))
                    .and_then(Value::as_str)
                    .map(ToOwned::to_owned),
            );
            let Some(next) = bracket.get("refr") else { break };
            node = next;
        } else {
            break;
        }
    }
    steps.reverse();
    (node.pointer("/Var/value").and_then(Value::as_str), steps)
}

struct Walk<'a> {
    modules: &'a BTreeMap<&'a str, &'a Module<'a>>,
    read_set: ReadSet,
    reached: BTreeSet<(String, String)>,
    queue: Vec<(String, String)>,
}

impl Walk<'_> {
    fn reach(&mut self, package: &str, rule: &str) {
        let key = (package.to_owned(), rule.to_owned());
        if self.reached.insert(key.clone()) {
            self.queue.push(key);
        }
    }

    fn run(&mut self) {
        while let Some((package, rule)) = self.queue.pop() {
            let Some(module) = self.modules.get(package.as_str()).copied() else { continue };
            for node in module.rules.get(&rule).into_iter().flatten() {
                self.visit(node, module);
            }
        }
    }

    fn visit(&mut self, node: &Value, module: &Module<'_>) {
        match node {
            Value::Array(items) => items.iter().for_each(|item| self.visit(item, module)),
            Value::Object(object) => {
                if object.contains_key("RefDot") || object.contains_key("RefBrack") {
                    self.reference(node, module);
                    return;
                }
                if let Some(call) = object.get("Call")
                    && self.object_get(call, module)
                {
                    return;
                }
                if let Some(name) = node.pointer("/Var/value").and_then(Value::as_str) {
                    self.variable(name, module);
                }
                object.values().for_each(|value| self.visit(value, module));
            }
            _ => {}
        }
    }

    fn variable(&mut self, name: &str, module: &Module<'_>) {
        if module.rules.contains_key(name) {
            self.reach(&module.package, name);
        }
        if let Some(package) = module.imports.get(name).cloned() {
            // A whole imported package as a value: everything in it.
            let rules: Vec<String> = self.modules.get(package.as_str()).map(|m| m.rules.keys().cloned().collect()).unwrap_or_default();
            for rule in rules {
                self.reach(&package, &rule);
            }
            if let Some((package, rule)) = package.rsplit_once('.') {
                self.reach(package, rule);
            }
        }
        if name == "data" {
            self.read_set.organization = true;
            self.read_set.all_types = true;
            self.read_set.all_properties = true;
        }
    }

    /// `object.get(x.properties, "Name", default)` reads one name.
    fn object_get(&mut self, call: &Value, module: &Module<'_>) -> bool {
        if call.get("fcn").map(path_of).is_none_or(|path| path != ["object", "get"]) {
            return false;
        }
        let (Some(of), Some(name)) = (call.pointer("/params/0"), call.pointer("/params/1/String/value").and_then(Value::as_str)) else {
            return false;
        };
        let (base, mut steps) = chain(of);
        if base.is_none() || steps.last().and_then(Option::as_deref) != Some("properties") {
            return false;
        }
        steps.push(Some(name.to_owned()));
        self.steps(base, &steps, module);
        self.inner(of, module);
        if let Some(default) = call.pointer("/params/2") {
            self.visit(default, module);
        }
        true
    }

    fn reference(&mut self, node: &Value, module: &Module<'_>) {
        let (base, steps) = chain(node);
        self.steps(base, &steps, module);
        self.inner(node, module);
    }

    /// The computed parts within a reference: bracket indexes, and a base that is no variable.
    fn inner(&mut self, node: &Value, module: &Module<'_>) {
        let mut node = node;
        loop {
            if let Some(bracket) = node.get("RefBrack") {
                if let Some(index) = bracket.get("index") {
                    self.visit(index, module);
                }
                let Some(next) = bracket.get("refr") else { return };
                node = next;
            } else if let Some(next) = node.get("RefDot").and_then(|dot| dot.get("refr")) {
                node = next;
            } else {
                if node.get("Var").is_none() {
                    self.visit(node, module);
                }
                return;
            }
        }
    }

    fn steps(&mut self, base: Option<&str>, steps: &[Option<String>], module: &Module<'_>) {
        if let Some(at) = steps.iter().position(|step| step.as_deref() == Some("properties")) {
            match steps.get(at + 1) {
                Some(Some(name)) => {
                    self.read_set.properties.insert(name.clone());
                }
                _ => self.read_set.all_properties = true,
            }
        }
        let Some(base) = base else { return };
        let names: Vec<Option<&str>> = steps.iter().map(Option::as_deref).collect();
        if base == "data" {
            match names.as_slice() {
                [Some("resources"), rest @ ..] => self.lookup(rest.first().copied().flatten(), false),
                [Some("referrers"), rest @ ..] => {
                    self.read_set.referrers = true;
                    self.lookup(rest.get(1).copied().flatten(), false);
                }
                [Some("organization"), Some("resources" | "identified"), rest @ ..] => self.lookup(rest.first().copied().flatten(), true),
                [Some("parameters" | "now"), ..] | [Some("account"), Some("id")] => {}
                [Some("account" | "organization"), ..] => self.read_set.organization = true,
                path => {
                    let path: Vec<&str> = path.iter().map_while(|step| *step).collect();
                    for split in 1..path.len() {
                        let (package, rule) = path.split_at(split);
                        if let Some(rule) = rule.first() {
                            self.reach(&package.join("."), rule);
                        }
                    }
                }
            }
        } else if let Some(package) = module.imports.get(base).cloned() {
            match names.first() {
                Some(Some(rule)) => self.reach(&package, rule),
                _ => self.variable(base, module),
            }
        } else if module.rules.contains_key(base) {
            self.reach(&module.package, base);
        }
    }

    fn lookup(&mut self, type_name: Option<&str>, organization: bool) {
        match type_name {
            Some(name) if organization => {
                self.read_set.organization_types.insert(name.to_owned());
            }
            Some(name) => {
                self.read_set.types.insert(name.to_owned());
            }
            None => self.read_set.all_types = true,
        }
    }
}
