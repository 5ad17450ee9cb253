//! What a policy reads, by abstract evaluation of its syntax tree and of the library rules that it reaches.
//!
//! A value is known by where it may come from. Following a reference lengthens the path; using the value reads the path. Whatever the analysis
//! can't follow it takes as read with all that it holds, so the result is never less than what an evaluation can see.

mod expression;
mod value;

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::PolicyError;
use crate::read_set::{ANY, Path, Paths, Place, ReadSet, Reading};
use crate::syntax::{Module, Step, Syntax, chain, list, string, tag, variable};
use value::{Abstract, Origin, Root, Variables, is_resource};

/// Paths are followed so far; what is deeper is read whole.
const MAX_DEPTH: usize = 24;

/// Passes over a body until its variables are settled: a statement can use a variable that a later one binds.
const PASSES: usize = 3;

/// Calls within calls; deeper ones, and calls of a rule by itself, are taken as reading all that they are given.
const MAX_CALLS: usize = 64;

/// What the analysis of one module gives.
#[derive(Debug)]
pub(crate) struct Analysis {
    pub(crate) package: String,
    pub(crate) rules: BTreeSet<String>,
    pub(crate) read_set: ReadSet,
    /// Rules that call themselves, each once.
    pub(crate) recursive: BTreeSet<String>,
    /// Functions that it may not call, and where it does.
    pub(crate) forbidden: BTreeSet<(Place, String)>,
    /// The modules with no more than the rules that it reaches, each a file and its text; none where it may reach others.
    pub(crate) reached: Option<Vec<(String, String)>>,
}

/// What `data` holds besides rules.
const DATA: [&str; 6] = ["account", "now", "organization", "parameters", "referrers", "resources"];

/// The rules that the engine asks for.
const ENTRIES: [&str; 4] = ["deny", "violation", "warn", "not_applicable"];

impl Analysis {
    /// Analyses the first `count` modules of an engine together with the others, which they may import.
    pub(crate) fn of(engine: &regorus::Engine, count: usize) -> Result<Vec<Self>, PolicyError> {
        let syntax = Syntax::of(engine)?;
        let modules = syntax.modules();
        let by_package: BTreeMap<&str, &Module<'_>> = modules.iter().map(|module| (module.package.as_str(), module)).collect();
        Ok(modules
            .iter()
            .take(count)
            .map(|module| {
                let mut reader = Reader::new(&by_package);
                for rule in ENTRIES {
                    if module.rules.contains_key(rule) {
                        let value = reader.rule(module, rule, Vec::new());
                        reader.consume(&value);
                    }
                }
                Self {
                    package: module.package.clone(),
                    rules: module.rules.keys().cloned().collect(),
                    reached: reader.reached(),
                    recursive: std::mem::take(&mut reader.recursive),
                    forbidden: std::mem::take(&mut reader.forbidden),
                    read_set: reader.read_set(),
                }
            })
            .collect())
    }
}

/// Something that reads, and what it has seen.
struct Reader<'a> {
    modules: &'a BTreeMap<&'a str, &'a Module<'a>>,
    reads: BTreeMap<Origin, Reading>,
    calls: BTreeMap<(String, String, Vec<Abstract>), Abstract>,
    under_way: Vec<(String, String)>,
    recursive: BTreeSet<String>,
    forbidden: BTreeSet<(Place, String)>,
    /// Whether some call was not followed.
    is_cut: bool,
    place: Option<Place>,
}

impl<'a> Reader<'a> {
    fn new(modules: &'a BTreeMap<&'a str, &'a Module<'a>>) -> Self {
        Self {
            modules,
            reads: BTreeMap::new(),
            calls: BTreeMap::new(),
            under_way: Vec::new(),
            recursive: BTreeSet::new(),
            forbidden: BTreeSet::new(),
            is_cut: false,
            place: None,
        }
    }

    // --- What is read -------------------------------------------------------------------------------------------------

    fn note(&mut self, origin: &Origin, reading: &Reading) {
        let known = self.reads.entry(origin.clone()).or_default();
        known.deep |= reading.deep;
        known.open |= reading.open;
        known.constants.extend(reading.constants.iter().cloned());
        known.places.extend(self.place.clone());
        if reading.deep {
            known.deep_places.extend(self.place.clone());
        }
    }

    /// Only whether the value is there.
    fn glance(&mut self, value: &Abstract) {
        for origin in &value.origins {
            self.note(origin, &Reading::default());
        }
    }

    /// The value with all that it holds.
    fn consume(&mut self, value: &Abstract) {
        for origin in &value.origins {
            self.note(origin, &Reading { deep: true, open: true, ..Reading::default() });
        }
        value.items.iter().for_each(|items| self.consume(items));
        value.fields.values().for_each(|field| self.consume(field));
    }

    /// The value in comparison with scalar constants, none where only its truth counts: what a list or object holds makes no difference.
    fn compare(&mut self, value: &Abstract, constants: &BTreeSet<String>) {
        for origin in &value.origins {
            self.note(origin, &Reading { constants: constants.clone(), ..Reading::default() });
        }
    }

    /// How many members the value has, or which.
    fn measure(&mut self, value: &Abstract) {
        let members = self.member(value, ANY);
        for origin in value.origins.iter().chain(&members.origins) {
            self.note(origin, &Reading { open: true, ..Reading::default() });
        }
    }

    /// A member of a value.
    fn member(&mut self, value: &Abstract, name: &str) -> Abstract {
        let mut found = value.items.as_deref().cloned().unwrap_or_default();
        for (_, field) in value.fields.iter().filter(|(field, _)| name == ANY || *field == name) {
            found.join(field.clone());
        }
        for (root, path) in &value.origins {
            if path.len() >= MAX_DEPTH {
                self.consume(&Abstract::origin(*root, path.clone()));
                found.join(Abstract::any());
                continue;
            }
            let mut path = path.clone();
            path.push(name.to_owned());
            found.origins.insert((*root, path));
        }
        if value.origins.is_empty() && value.items.is_none() {
            found.join(Abstract::any());
        }
        self.glance(&found);
        found
    }

    // --- Rules --------------------------------------------------------------------------------------------------------

    /// The value of a rule or of a function for these arguments.
    fn rule(&mut self, module: &'a Module<'a>, name: &str, arguments: Vec<Abstract>) -> Abstract {
        let key = (module.package.clone(), name.to_owned(), arguments);
        if let Some(known) = self.calls.get(&key) {
            return known.clone();
        }
        let (package, name, arguments) = key.clone();
        let own = (package, name);
        let again = self.under_way.contains(&own);
        if again || self.under_way.len() >= MAX_CALLS {
            self.is_cut = true;
            if again {
                self.recursive.insert(format!("{}.{}", own.0, own.1));
            }
            arguments.iter().for_each(|argument| self.consume(argument));
            return Abstract::any();
        }
        let place = self.place.take();
        self.under_way.push(own.clone());
        let mut value = Abstract::default();
        for definition in module.rules.get(&own.1).into_iter().flatten() {
            value.join(self.definition(module, definition, &arguments));
        }
        self.under_way.pop();
        self.place = place;
        self.calls.insert(key, value.clone());
        value
    }

    fn definition(&mut self, module: &'a Module<'a>, definition: &'a Value, arguments: &[Abstract]) -> Abstract {
        let Some((kind, spec)) = tag(definition) else { return Abstract::any() };
        if kind == "Default" {
            return spec.get("value").map(|value| self.evaluate(module, value, &mut Variables::new())).unwrap_or_default();
        }
        let mut variables = Variables::new();
        let head = spec.get("head").and_then(tag);
        for (pattern, argument) in list(head.and_then(|(_, head)| head.get("args"))).zip(arguments) {
            self.bind(module, pattern, argument.clone(), &mut variables);
        }
        let bodies: Vec<&Value> = list(spec.get("bodies")).collect();
        let mut value = Abstract::default();
        if bodies.is_empty() {
            value.join(self.head(module, head, None, &mut variables));
        }
        for body in bodies {
            let mut variables = variables.clone();
            if let Some(query) = body.get("query") {
                self.query(module, query, &mut variables);
            }
            let own = body.pointer("/assign/value");
            value.join(self.head(module, head, own, &mut variables));
        }
        value
    }

    /// The value that the head of a rule gives, `own` being what a body assigns in its place.
    fn head(
        &mut self,
        module: &'a Module<'a>,
        head: Option<(&str, &'a Value)>,
        own: Option<&'a Value>,
        variables: &mut Variables,
    ) -> Abstract {
        let Some((kind, head)) = head else { return Abstract::any() };
        let assigned = own.or_else(|| head.pointer("/assign/value"));
        let mut value = match assigned {
            Some(assigned) => self.evaluate(module, assigned, variables),
            None => Abstract::constant(&Value::Bool(true)),
        };
        if kind == "Set" {
            return match head.get("key").filter(|key| !key.is_null()) {
                Some(key) => {
                    let member = self.evaluate(module, key, variables);
                    self.set_of(module, key, member)
                }
                None => Abstract::any(),
            };
        }
        // `name[key] := value`: a member for each key.
        if let Some(refr) = head.get("refr") {
            let (_, steps) = chain(refr);
            for step in steps {
                if let Step::Index(index) = step {
                    let key = self.evaluate(module, index, variables);
                    self.consume(&key);
                }
                value = Abstract::of_items(value);
            }
        }
        value
    }

    /// A set of such members. Which of them are the same depends on all that they hold, but that the ids of resources tell them apart.
    fn set_of(&mut self, module: &Module<'_>, at: &Value, member: Abstract) -> Abstract {
        self.place = Some(module.place(at));
        let (resources, others) = member.origins.iter().cloned().partition(is_resource);
        self.glance(&Abstract { origins: resources, ..Abstract::default() });
        self.consume(&Abstract { origins: others, ..member.clone() });
        Abstract::of_items(member)
    }

    // --- Bodies -------------------------------------------------------------------------------------------------------

    fn query(&mut self, module: &'a Module<'a>, query: &'a Value, variables: &mut Variables) {
        for _ in 0..PASSES {
            let before = variables.clone();
            for statement in list(query.get("stmts")) {
                for with in list(statement.get("with_mods")) {
                    for part in ["refr", "as"].into_iter().filter_map(|part| with.get(part)) {
                        let value = self.evaluate(module, part, variables);
                        self.consume(&value);
                    }
                }
                if let Some((kind, literal)) = statement.get("literal").and_then(tag) {
                    self.literal(module, kind, literal, variables);
                }
            }
            if *variables == before {
                break;
            }
        }
    }

    fn literal(&mut self, module: &'a Module<'a>, kind: &str, literal: &'a Value, variables: &mut Variables) {
        match kind {
            "SomeIn" => {
                let Some(collection) = literal.get("collection") else { return };
                let value = self.evaluate(module, collection, variables);
                self.place = Some(module.place(collection));
                let member = self.member(&value, ANY);
                if let Some(key) = literal.get("key").filter(|key| !key.is_null()) {
                    self.bind(module, key, Abstract::any(), variables);
                }
                if let Some(pattern) = literal.get("value") {
                    self.bind(module, pattern, member, variables);
                }
            }
            "Every" => {
                let Some(domain) = literal.get("domain") else { return };
                let value = self.evaluate(module, domain, variables);
                self.place = Some(module.place(domain));
                let member = self.member(&value, ANY);
                let mut inner = variables.clone();
                if let Some(key) = literal.get("key").filter(|key| !key.is_null()) {
                    inner.insert(module.spanned(key).to_owned(), Abstract::any());
                }
                if let Some(name) = literal.get("value") {
                    inner.insert(module.spanned(name).to_owned(), member);
                }
                if let Some(query) = literal.get("query") {
                    self.query(module, query, &mut inner);
                }
            }
            "Expr" | "NotExpr" => {
                let Some(expression) = literal.get("expr") else { return };
                let value = self.evaluate(module, expression, variables);
                self.place = Some(module.place(expression));
                self.compare(&value, &BTreeSet::new());
            }
            // `some x` declares a name that a later statement binds.
            _ => {}
        }
    }

    /// Binds the variables of a pattern to what `value` may be.
    fn bind(&mut self, module: &'a Module<'a>, pattern: &'a Value, value: Abstract, variables: &mut Variables) {
        if let Some(name) = variable(pattern) {
            if name != "_" {
                variables.entry(name.to_owned()).or_default().join(value);
            }
            return;
        }
        match tag(pattern) {
            Some(("Array", array)) => {
                for item in list(array.get("items")) {
                    let member = self.member(&value, ANY);
                    self.bind(module, item, member, variables);
                }
            }
            Some(("Object", object)) => {
                for field in list(object.get("fields")) {
                    let (Some(key), Some(inner)) = (field.get(1), field.get(2)) else { continue };
                    let member = self.member(&value, string(key).unwrap_or(ANY));
                    self.bind(module, inner, member, variables);
                }
            }
            _ => {
                let other = self.evaluate(module, pattern, variables);
                self.equate(&value, &other);
            }
        }
    }

    fn equate(&mut self, one: &Abstract, other: &Abstract) {
        match (one.only_constants(), other.only_constants()) {
            (_, Some(constants)) => self.compare(one, &constants.clone()),
            (Some(constants), _) => self.compare(other, &constants.clone()),
            (None, None) => {
                self.consume(one);
                self.consume(other);
            }
        }
    }

    // --- The result ---------------------------------------------------------------------------------------------------

    fn reached(&self) -> Option<Vec<(String, String)>> {
        let is_rule = |(root, path): &Origin| *root == Root::Data && !path.first().is_some_and(|name| DATA.contains(&name.as_str()));
        if self.is_cut || self.reads.keys().any(is_rule) {
            return None;
        }
        let mut reached: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
        for (package, rule, _) in self.calls.keys() {
            reached.entry(package).or_default().insert(rule);
        }
        let modules = reached.into_iter().filter_map(|(package, rules)| Some((self.modules.get(package)?, rules)));
        Some(modules.map(|(module, rules)| (module.file.to_owned(), module.only(&rules))).collect())
    }

    fn read_set(self) -> ReadSet {
        let mut read_set = ReadSet::default();
        for ((root, path), reading) in self.reads {
            let names: Vec<&str> = path.iter().map(String::as_str).collect();
            match (root, names.as_slice()) {
                (Root::Input, document) => add(&mut read_set.input, document, reading),
                (Root::Data, ["resources", rest @ ..]) => looked_up(&mut read_set.resources, rest, 1, reading),
                (Root::Data, ["referrers", _, rest @ ..]) => looked_up(&mut read_set.referrers, rest, 1, reading),
                (Root::Data, ["referrers"]) => looked_up(&mut read_set.referrers, &[], 1, reading),
                (Root::Data, ["organization", "resources", rest @ ..]) => looked_up(&mut read_set.organization_resources, rest, 1, reading),
                (Root::Data, ["organization", "identified", rest @ ..]) => {
                    looked_up(&mut read_set.organization_resources, rest, 2, reading)
                }
                (Root::Data, ["parameters" | "now", ..] | ["account", "id"]) => {}
                (Root::Data, ["account" | "organization", ..]) => {
                    if names == ["organization"] && reading.deep {
                        read_set.organization_resources.entry(ANY.to_owned()).or_default().add(Path::new(), reading.clone());
                    }
                    read_set.facts.add(path, reading);
                }
                // `data` as a whole, or a member of it by a computed name.
                (Root::Data, [] | [ANY, ..]) if reading.deep || !names.is_empty() => {
                    let whole = || Reading { deep: true, open: true, ..reading.clone() };
                    for map in [&mut read_set.resources, &mut read_set.referrers, &mut read_set.organization_resources] {
                        map.entry(ANY.to_owned()).or_default().add(Path::new(), whole());
                    }
                    read_set.facts.add(Path::new(), whole());
                    read_set.input.add(Path::new(), whole());
                }
                (Root::Data, _) => {}
            }
        }
        read_set
    }
}

/// Adds what is read of a resource's document, `type`, `id` and the like being no properties.
fn add(paths: &mut Paths, document: &[&str], reading: Reading) {
    match document {
        ["properties", path @ ..] => paths.add(path.iter().map(|name| (*name).to_owned()).collect(), reading),
        [] => paths.add(Path::new(), reading),
        // Where a listing does not tell the ARN, it is taken from this property.
        ["arn", ..] => paths.add(vec!["Arn".to_owned()], reading),
        [ANY, ..] => paths.add(Path::new(), Reading { deep: true, open: true, ..reading }),
        _ => {}
    }
}

/// Adds what is read below `type`, `keys` steps being those that choose a resource of it.
fn looked_up(by_type: &mut BTreeMap<String, Paths>, path: &[&str], keys: usize, reading: Reading) {
    match path {
        [] if !reading.deep => {}
        [] => by_type.entry(ANY.to_owned()).or_default().add(Path::new(), reading),
        [type_name, rest @ ..] => {
            let paths = by_type.entry((*type_name).to_owned()).or_default();
            match rest.get(keys..) {
                Some(document) => add(paths, document, reading),
                None => paths.add(Path::new(), reading),
            }
        }
    }
}
