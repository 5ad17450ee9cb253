//! The expressions of a body: what each may be, and what it reads.

use serde_json::Value;

use super::Reader;
use super::value::{Abstract, Root, Variables};
use crate::guard;
use crate::read_set::{ANY, Path};
use crate::syntax::{Module, Step, chain, list, static_path, string, tag, variable};

impl<'a> Reader<'a> {
    pub(super) fn evaluate(&mut self, module: &'a Module<'a>, node: &'a Value, variables: &mut Variables) -> Abstract {
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
                let mut object = Abstract::of_items(Abstract::default());
                for field in list(part("fields")) {
                    if let (Some(key), Some(value)) = (field.get(1), field.get(2)) {
                        let name = string(key);
                        let key = self.evaluate(module, key, variables);
                        self.place = Some(module.place(node));
                        self.consume(&key);
                        let value = self.evaluate(module, value, variables);
                        match name {
                            Some(name) => object.fields.entry(name.to_owned()).or_default().join(value),
                            None => object.join(Abstract::of_items(value)),
                        }
                    }
                }
                object
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

    pub(super) fn is_known(&self, module: &Module<'_>, name: &str, variables: &Variables) -> bool {
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
        let name = path.join(".");
        if !guard::is_allowed(&name) {
            self.forbidden.insert((module.place(node), name.clone()));
        }
        self.builtin(&name, &arguments, (module, &parameters), variables)
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
}
