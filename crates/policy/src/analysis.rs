//! What a policy reads, by abstract evaluation of its syntax tree and of the library rules that it reaches.
//!
//! A value is known by where it may come from. Following a reference lengthens the path; using the value reads the path. Whatever the analysis
//! can't follow it takes as read with all that it holds, so the result is never less than what an evaluation can see.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::PolicyError;
use crate::read_set::{ANY, Path, Paths, Place, ReadSet, Reading};
use crate::syntax::{Module, Step, Syntax, chain, list, static_path, string, tag, variable};

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
}

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
                    recursive: std::mem::take(&mut reader.recursive),
                    read_set: reader.read_set(),
                }
            })
            .collect())
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Root {
    Input,
    Data,
}

/// Where a value may come from.
type Origin = (Root, Path);

/// What is known of a value.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
struct Abstract {
    origins: BTreeSet<Origin>,
    /// What its members may be, where the policy itself made the list, set or object.
    items: Option<Box<Abstract>>,
    constants: Constants,
}

/// The scalars that a value may be, besides what it takes from its origins.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
enum Constants {
    #[default]
    None,
    /// One of these, as JSON.
    Known(BTreeSet<String>),
    Any,
}

impl Abstract {
    fn origin(root: Root, path: Path) -> Self {
        Self { origins: BTreeSet::from([(root, path)]), ..Self::default() }
    }

    fn constant(value: &Value) -> Self {
        Self { constants: Constants::Known(BTreeSet::from([value.to_string()])), ..Self::default() }
    }

    fn any() -> Self {
        Self { constants: Constants::Any, ..Self::default() }
    }

    fn of_items(items: Self) -> Self {
        Self { items: Some(Box::new(items)), ..Self::default() }
    }

    fn join(&mut self, other: Self) {
        self.origins.extend(other.origins);
        match (&mut self.items, other.items) {
            (Some(items), Some(others)) => items.join(*others),
            (items @ None, others) => *items = others,
            _ => {}
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
    fn only_constants(&self) -> Option<&BTreeSet<String>> {
        match &self.constants {
            Constants::Known(known) if self.origins.is_empty() && self.items.is_none() => Some(known),
            _ => None,
        }
    }
}

type Variables = BTreeMap<String, Abstract>;

/// Something that reads, and what it has seen.
struct Reader<'a> {
    modules: &'a BTreeMap<&'a str, &'a Module<'a>>,
    reads: BTreeMap<Origin, Reading>,
    calls: BTreeMap<(String, String, Vec<Abstract>), Abstract>,
    under_way: Vec<(String, String)>,
    recursive: BTreeSet<String>,
    place: Option<Place>,
}

impl<'a> Reader<'a> {
    fn new(modules: &'a BTreeMap<&'a str, &'a Module<'a>>) -> Self {
        Self { modules, reads: BTreeMap::new(), calls: BTreeMap::new(), under_way: Vec::new(), recursive: BTreeSet::new(), place: None }
    }

    // --- What is read -------------------------------------------------------------------------------------------------

    fn note(&mut self, origin: &Origin, reading: &Reading) {
        let known = self.reads.entry(origin.clone()).or_default();
        known.deep |= reading.deep;
        known.open |= reading.open;
        known.constants.extend(reading.constants.iter().cloned());
        known.places.extend(self.place.clone());
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
        if let Some(items) = &value.items {
            self.consume(items);
        }
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

    // --- Expressions --------------------------------------------------------------------------------------------------

    fn evaluate(&mut self, module: &'a Module<'a>, node: &'a Value, variables: &mut Variables) -> Abstract {
        let Some((kind, inner)) = tag(node) else { return Abstract::any() };
        let part = |name: &str| inner.get(name).filter(|part| !part.is_null());
        match kind {
            "String" | "RawString" | "Number" | "Bool" | "Null" => inner.get("value").map_or_else(Abstract::any, Abstract::constant),
            "Var" | "RefDot" | "RefBrack" => self.reference(module, node, variables),
            "Array" | "Set" => {
                let mut items = Abstract::default();
                for item in list(part("items")) {
                    items.join(self.evaluate(module, item, variables));
                }
                if kind == "Set" { self.set_of(module, node, items) } else { Abstract::of_items(items) }
            }
            "Object" => {
                let mut items = Abstract::default();
                for field in list(part("fields")) {
                    if let (Some(key), Some(value)) = (field.get(1), field.get(2)) {
                        let key = self.evaluate(module, key, variables);
                        self.place = Some(module.place(node));
                        self.consume(&key);
                        items.join(self.evaluate(module, value, variables));
                    }
                }
                Abstract::of_items(items)
            }
            "ArrayCompr" | "SetCompr" | "ObjectCompr" => {
                let mut variables = variables.clone();
                if let Some(query) = part("query") {
                    self.query(module, query, &mut variables);
                }
                if let Some(key) = part("key") {
                    let key_value = self.evaluate(module, key, &mut variables);
                    self.place = Some(module.place(key));
                    self.consume(&key_value);
                }
                let Some(term) = part("term").or_else(|| part("value")) else { return Abstract::any() };
                let member = self.evaluate(module, term, &mut variables);
                if kind == "SetCompr" { self.set_of(module, term, member) } else { Abstract::of_items(member) }
            }
            "Call" => self.call(module, node, inner, variables),
            "BoolExpr" => {
                let (Some(left), Some(right)) = (part("lhs"), part("rhs")) else { return Abstract::any() };
                let (left, right) = (self.evaluate(module, left, variables), self.evaluate(module, right, variables));
                self.place = Some(module.place(node));
                let orders = !matches!(part("op").and_then(Value::as_str), Some("Eq" | "Ne"));
                let is_number = |text: &String| text.parse::<f64>().is_ok();
                let ordered = |value: &Abstract| value.only_constants().is_some_and(|known| known.iter().all(is_number));
                if orders && !ordered(&left) && !ordered(&right) {
                    self.consume(&left);
                    self.consume(&right);
                } else {
                    self.equate(&left, &right);
                }
                Abstract::any()
            }
            "AssignExpr" => {
                let (Some(left), Some(right)) = (part("lhs"), part("rhs")) else { return Abstract::any() };
                self.assign(module, node, (left, right, part("op").and_then(Value::as_str) == Some("ColEq")), variables);
                Abstract::any()
            }
            "Membership" => {
                let (Some(value), Some(collection)) = (part("value"), part("collection")) else { return Abstract::any() };
                if let Some(key) = part("key") {
                    let key = self.evaluate(module, key, variables);
                    self.consume(&key);
                }
                let value = self.evaluate(module, value, variables);
                let collection = self.evaluate(module, collection, variables);
                self.place = Some(module.place(node));
                let member = self.member(&collection, ANY);
                self.equate(&value, &member);
                Abstract::any()
            }
            "OrExpr" => {
                let mut value = Abstract::default();
                for side in [part("lhs"), part("rhs")].into_iter().flatten() {
                    value.join(self.evaluate(module, side, variables));
                }
                value
            }
            // Arithmetic, set operations, signs.
            _ => {
                for side in ["lhs", "rhs", "expr"].into_iter().filter_map(part) {
                    let value = self.evaluate(module, side, variables);
                    self.place = Some(module.place(node));
                    self.consume(&value);
                }
                Abstract::any()
            }
        }
    }

    fn assign(&mut self, module: &'a Module<'a>, node: &Value, sides: (&'a Value, &'a Value, bool), variables: &mut Variables) {
        let (left, right, declares) = sides;
        let is_pattern = |node: &Value, variables: &Variables| match tag(node) {
            Some(("Var", _)) => variable(node).is_some_and(|name| !self.is_known(module, name, variables)),
            Some(("Array" | "Object", _)) => true,
            _ => false,
        };
        if declares || is_pattern(left, variables) {
            let value = self.evaluate(module, right, variables);
            self.place = Some(module.place(node));
            self.bind(module, left, value, variables);
        } else if is_pattern(right, variables) {
            let value = self.evaluate(module, left, variables);
            self.place = Some(module.place(node));
            self.bind(module, right, value, variables);
        } else {
            let (one, other) = (self.evaluate(module, left, variables), self.evaluate(module, right, variables));
            self.place = Some(module.place(node));
            self.equate(&one, &other);
            // In a later pass a variable that `=` binds is known: what it is bound to stays joined.
            for (node, value) in [(left, other), (right, one)] {
                if let Some(name) = variable(node).filter(|name| variables.contains_key(*name)) {
                    variables.entry(name.to_owned()).or_default().join(value);
                }
            }
        }
    }

    fn is_known(&self, module: &Module<'_>, name: &str, variables: &Variables) -> bool {
        variables.contains_key(name)
            || name == "input"
            || name == "data"
            || module.rules.contains_key(name)
            || module.imports.contains_key(name)
    }

    /// The module and rule that the names lead to, and how many names that takes.
    fn rule_at(&self, names: &[&str]) -> Option<(&'a Module<'a>, String, usize)> {
        (1..names.len()).rev().find_map(|split| {
            let (package, rest) = names.split_at(split);
            let module = self.modules.get(package.join(".").as_str()).copied()?;
            let rule = rest.first().filter(|rule| module.rules.contains_key(**rule))?;
            Some((module, (*rule).to_owned(), split + 1))
        })
    }

    fn reference(&mut self, module: &'a Module<'a>, node: &'a Value, variables: &mut Variables) -> Abstract {
        let (base, steps) = chain(node);
        let mut taken = 0;
        let mut value = match variable(base) {
            Some(name) if variables.contains_key(name) => variables.get(name).cloned().unwrap_or_default(),
            Some("input") => Abstract::origin(Root::Input, Path::new()),
            Some(name) if name == "data" || module.imports.contains_key(name) => {
                let imported: Vec<&str> = module.imports.get(name).map(|path| path.split('.').collect()).unwrap_or_default();
                let names: Vec<&str> = imported.iter().copied().chain(steps.iter().map_while(Step::name)).collect();
                match self.rule_at(&names) {
                    Some((of, rule, count)) => {
                        taken = count.saturating_sub(imported.len());
                        self.rule(of, &rule, Vec::new())
                    }
                    None => Abstract::origin(Root::Data, imported.iter().map(|name| (*name).to_owned()).collect()),
                }
            }
            Some(name) if module.rules.contains_key(name) => self.rule(module, name, Vec::new()),
            Some(_) => Abstract::any(),
            None => self.evaluate(module, base, variables),
        };
        let place = module.place(node);
        for step in steps.iter().skip(taken) {
            self.place = Some(place.clone());
            value = match step {
                Step::Name(name) => self.member(&value, name),
                Step::Index(index) => match variable(index) {
                    Some(name) if !self.is_known(module, name, variables) => {
                        self.bind(module, index, Abstract::any(), variables);
                        self.member(&value, ANY)
                    }
                    _ => {
                        let key = self.evaluate(module, index, variables);
                        self.place = Some(place.clone());
                        self.consume(&key);
                        self.indexed(&value, &key)
                    }
                },
            };
        }
        self.place = Some(place);
        self.glance(&value);
        value
    }

    /// The member of a value by a key that may be known.
    fn indexed(&mut self, value: &Abstract, key: &Abstract) -> Abstract {
        let names = key.only_constants().and_then(|known| known.iter().map(|text| serde_json::from_str::<String>(text).ok()).collect());
        let names: Vec<String> = names.unwrap_or_else(|| vec![ANY.to_owned()]);
        let mut found = Abstract::default();
        for name in names {
            found.join(self.member(value, &name));
        }
        found
    }

    fn call(&mut self, module: &'a Module<'a>, node: &'a Value, call: &'a Value, variables: &mut Variables) -> Abstract {
        let path = call.get("fcn").map(static_path).unwrap_or_default();
        let parameters: Vec<&Value> = list(call.get("params")).collect();
        let arguments: Vec<Abstract> = parameters.iter().map(|parameter| self.evaluate(module, parameter, variables)).collect();
        let names: Vec<&str> = path.iter().map(String::as_str).collect();
        let own = match names.as_slice() {
            [name] if module.rules.contains_key(*name) => Some((module, (*name).to_owned())),
            [first, rest @ ..] => {
                let imported = module.imports.get(*first).map(|path| path.split('.').collect::<Vec<_>>());
                let imported = imported.or_else(|| (*first == "data").then(Vec::new));
                let full = imported.map(|path| path.into_iter().chain(rest.iter().copied()).collect::<Vec<_>>());
                full.and_then(|full| self.rule_at(&full)).map(|(of, rule, _)| (of, rule))
            }
            [] => None,
        };
        self.place = Some(module.place(node));
        if let Some((of, rule)) = own {
            return self.rule(of, &rule, arguments);
        }
        self.builtin(&path.join("."), &arguments, (module, &parameters), variables)
    }

    fn builtin(
        &mut self,
        name: &str,
        arguments: &[Abstract],
        written: (&'a Module<'a>, &[&'a Value]),
        variables: &mut Variables,
    ) -> Abstract {
        match (name, arguments) {
            ("object.get", [object, key, default]) => {
                self.consume(key);
                let mut found = match key.items.as_deref() {
                    // A path: how far it leads is not followed.
                    Some(_) => {
                        self.consume(object);
                        Abstract::any()
                    }
                    None => self.indexed(object, key),
                };
                found.join(default.clone());
                found
            }
            ("is_array" | "is_object" | "is_string" | "is_number" | "is_boolean" | "is_null" | "is_set" | "type_name", [value]) => {
                self.glance(value);
                Abstract::any()
            }
            ("count" | "object.keys", [value]) => {
                self.measure(value);
                Abstract::any()
            }
            ("array.concat" | "object.union", [one, other]) => {
                self.measure(one);
                self.measure(other);
                let mut joined = one.clone();
                joined.join(other.clone());
                joined
            }
            _ => {
                arguments.iter().for_each(|argument| self.consume(argument));
                // `walk(x, [path, value])` and the like bind what they are given last.
                let (module, parameters) = written;
                if let Some(last) = parameters.last() {
                    let unknown: Vec<&str> = list(last.pointer("/Array/items")).chain([*last]).filter_map(variable).collect();
                    for name in unknown {
                        if name != "_" && !self.is_known(module, name, variables) {
                            variables.insert(name.to_owned(), Abstract::any());
                        }
                    }
                }
                Abstract::any()
            }
        }
    }

    // --- The result ---------------------------------------------------------------------------------------------------

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

/// Whether a value from there is a whole resource.
fn is_resource((root, path): &Origin) -> bool {
    let names: Vec<&str> = path.iter().map(String::as_str).collect();
    matches!(
        (root, names.as_slice()),
        (Root::Input, [])
            | (Root::Data, ["resources", _, _] | ["referrers", _, _, _])
            | (Root::Data, ["organization", "resources", _, _] | ["organization", "identified", _, _, _])
    )
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
