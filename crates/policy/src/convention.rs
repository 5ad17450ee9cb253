//! What is wrong with a text that loads all the same: the conventions of Rego that keep a policy from silently checking something else, in the manner of
//! Regal's rules (<https://www.openpolicyagent.org/projects/regal/rules>). Each is described in `docs/policy-lint.md`.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::evaluate::engine;
use crate::syntax::{Module, Step, Syntax, chain, list, static_path, string, tag, variable, walk};
use crate::{ANY, Interpreter, Place, PolicyError, guard};

/// The ids of the conventions.
pub const IDS: &[&str] = &[
    "argument-count",
    "assignment-in-head",
    "constant-condition",
    "denial-form",
    "deprecated-builtin",
    "duplicate-rule",
    "naming",
    "not-equals-in-loop",
    "print",
    "shadowed-builtin",
    "some-without-in",
    "todo",
    "unassigned-value",
    "unused-import",
    "unused-rule",
    "unused-variable",
];

/// The rules that the engine asks for.
const ENTRIES: [&str; 4] = ["deny", "violation", "warn", "not_applicable"];

/// Functions whose answer is a condition, or can be one, or that bind what they are given.
const CONDITIONS: &[&str] = &[
    "all",
    "any",
    "base64.is_valid",
    "contains",
    "endswith",
    "glob.match",
    "is_array",
    "is_boolean",
    "is_null",
    "is_number",
    "is_object",
    "is_set",
    "is_string",
    "json.is_valid",
    "net.cidr_contains",
    "net.cidr_is_valid",
    "object.get",
    "object.subset",
    "print",
    "regex.globs_match",
    "regex.is_valid",
    "regex.match",
    "regex.template_match",
    "semver.is_valid",
    "startswith",
    "strings.any_prefix_match",
    "strings.any_suffix_match",
    "walk",
];

/// Something against a convention.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Convention {
    /// Which one, of [`IDS`].
    pub id: &'static str,
    /// Where.
    pub place: Place,
    /// What is wrong and what to do.
    pub message: String,
}

/// What a module has against conventions, and what it names that only the caller can judge.
#[derive(Clone, Debug, Default)]
pub struct Conventions {
    /// What is against conventions.
    pub found: Vec<Convention>,
    /// The paths that it denies as far as the text tells them: names, and [`ANY`] for what is computed.
    pub paths: Vec<(Place, Vec<String>)>,
    /// The parameters that it and the modules that it reaches read by name.
    pub parameters: Vec<(Place, String)>,
    /// Whether parameters are read by a computed name, too.
    pub computed_parameters: bool,
}

impl Interpreter<'_> {
    /// What the policy has against conventions.
    ///
    /// # Errors
    /// The syntax tree is not of the form that this build knows.
    pub fn conventions(&self) -> Result<Conventions, PolicyError> {
        let syntax = Syntax::of(&self.engine)?;
        let modules = syntax.modules();
        let mut conventions = modules.first().map(|module| Reader::new(module, &self.policy.source).read(true)).unwrap_or_default();
        for module in modules.iter().skip(1) {
            let reached = Reader::new(module, "").read(false);
            conventions.parameters.extend(reached.parameters);
            conventions.computed_parameters |= reached.computed_parameters;
        }
        Ok(conventions)
    }
}

impl Conventions {
    /// What a library module has against conventions.
    ///
    /// # Errors
    /// It does not parse.
    pub fn of_module(file: &str, source: &str) -> Result<Self, PolicyError> {
        let syntax = Syntax::of(&engine(std::iter::once((file, source)))?)?;
        Ok(syntax.modules().first().map(|module| Reader::new(module, source).read(false)).unwrap_or_default())
    }
}

/// Reads one module.
struct Reader<'a> {
    module: &'a Module<'a>,
    text: &'a str,
    conventions: Conventions,
}

impl<'a> Reader<'a> {
    fn new(module: &'a Module<'a>, text: &'a str) -> Self {
        Self { module, text, conventions: Conventions::default() }
    }

    fn read(mut self, is_policy: bool) -> Conventions {
        self.comments();
        self.imports();
        for (name, definitions) in &self.module.rules {
            self.rule_name(name, definitions, is_policy);
            self.duplicates(name, definitions);
            for definition in definitions {
                self.variables(definition);
                self.head(name, definition, is_policy);
                walk(definition, &mut |node, kind, inner| self.node(node, kind, inner));
            }
        }
        self.parameters();
        self.conventions
    }

    fn add(&mut self, id: &'static str, place: Place, message: String) {
        self.conventions.found.push(Convention { id, place, message });
    }

    fn place_in_text(&self, line: usize, column: usize) -> Place {
        let number = |number: usize| u32::try_from(number + 1).unwrap_or(u32::MAX);
        Place { file: self.module.file.into(), line: number(line), column: number(column) }
    }

    fn comments(&mut self) {
        for (number, line) in self.text.lines().enumerate() {
            for (at, _) in line.match_indices('#') {
                let (before, comment) = line.split_at(at);
                let is_text = before.matches(['"', '`']).count() % 2 == 1;
                let first = comment.trim_start_matches(['#', ' ']).split(|c: char| !c.is_alphanumeric()).next().unwrap_or_default();
                if !is_text && ["TODO", "FIXME", "XXX"].contains(&first) {
                    let column = before.chars().count();
                    self.add(
                        "todo",
                        self.place_in_text(number, column),
                        format!("`{first}` is left to do: do it, or say elsewhere that it is to be done"),
                    );
                    break;
                }
            }
        }
    }

    fn imports(&mut self) {
        let mut used = BTreeSet::new();
        for rule in list(self.module.tree.get("rules")) {
            walk(rule, &mut |node, _, _| used.extend(variable(node)));
        }
        for import in list(self.module.tree.get("imports")) {
            let path = import.get("refr").map(static_path).unwrap_or_default();
            let alias = import.get("as").filter(|span| !span.is_null()).map(|span| self.module.spanned(span).to_owned());
            let Some(name) = alias.or_else(|| path.last().cloned()) else { continue };
            let is_data = path.first().is_some_and(|first| first == "data" || first == "input");
            if is_data && !used.contains(name.as_str()) {
                self.add("unused-import", self.module.place(import), format!("`{name}` is imported and not used: remove the import"));
            }
        }
    }

    fn rule_name(&mut self, name: &str, definitions: &[&Value], is_policy: bool) {
        let Some(place) = definitions.first().map(|definition| self.module.place(definition)) else { return };
        self.naming("rule", name, place.clone());
        if guard::is_function_or_family(name) {
            let message = format!("rule `{name}` hides the built-in function of that name: give it another name");
            self.add("shadowed-builtin", place.clone(), message);
        }
        let mut named = false;
        for (other, definitions) in &self.module.rules {
            for definition in definitions.iter().filter(|_| other != name) {
                walk(definition, &mut |node, kind, inner| {
                    named |= variable(node) == Some(name);
                    named |= kind == "RefDot" && inner.pointer("/field/1").and_then(Value::as_str) == Some(name);
                });
            }
        }
        if is_policy && !ENTRIES.contains(&name) && !named {
            let message = format!("nothing uses the rule `{name}`: use it in `deny` or `not_applicable`, or remove it");
            self.add("unused-rule", place, message);
        }
    }

    fn naming(&mut self, what: &str, name: &str, place: Place) {
        if name.chars().any(|c| !c.is_ascii_lowercase() && !c.is_ascii_digit() && c != '_') {
            self.add("naming", place, format!("{what} `{name}` is not in snake_case: lower case letters, digits and `_`"));
        }
    }

    fn duplicates(&mut self, name: &str, definitions: &[&Value]) {
        let mut known: Vec<Value> = Vec::new();
        for definition in definitions {
            let text = self.bare(definition);
            if known.contains(&text) {
                let message = format!("the rule `{name}` is there twice with the same text: remove one, or mend what was to differ");
                self.add("duplicate-rule", self.module.place(definition), message);
            }
            known.push(text);
        }
    }

    /// A tree without places. Spans that stand for names become them.
    fn bare(&self, node: &Value) -> Value {
        match node {
            Value::Object(object) if object.contains_key("start") && object.contains_key("end") => self.module.spanned(node).into(),
            Value::Object(object) => {
                let kept = object.iter().filter(|(name, _)| !matches!(name.as_str(), "span" | "eidx" | "sidx" | "qidx"));
                kept.map(|(name, inner)| (name.clone(), self.bare(inner))).collect()
            }
            Value::Array(items) => items.iter().map(|item| self.bare(item)).collect(),
            other => other.clone(),
        }
    }

    /// The variables that a rule declares: how they are named, and whether they are used.
    fn variables(&mut self, definition: &Value) {
        // Name, place, and how often the declaration itself names it.
        let mut declared: Vec<(String, Place, usize)> = Vec::new();
        let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
        let module = self.module;
        let pattern = |node: &Value, declared: &mut Vec<(String, Place, usize)>| {
            pattern_variables(node, &mut |node, name| declared.push((name.to_owned(), module.place(node), 1)));
        };
        if let Some(head) = tag(definition).and_then(|(_, spec)| spec.get("head")).and_then(tag).map(|(_, head)| head) {
            list(head.get("args")).for_each(|argument| pattern(argument, &mut declared));
        }
        walk(definition, &mut |node, kind, inner| {
            if let Some(name) = variable(node) {
                *counts.entry(name).or_default() += 1;
            }
            match kind {
                "AssignExpr" if inner.get("op").and_then(Value::as_str) == Some("ColEq") => {
                    inner.get("lhs").iter().for_each(|left| pattern(left, &mut declared));
                }
                "SomeIn" => ["key", "value"].iter().filter_map(|part| inner.get(*part)).for_each(|node| pattern(node, &mut declared)),
                "SomeVars" | "Every" => {
                    let spans = list(inner.get("vars")).chain(["key", "value"].iter().filter_map(|part| inner.get(*part)));
                    for span in spans.filter(|span| span.get("line").is_some()) {
                        let place = module.place(&serde_json::json!({ "span": span }));
                        declared.push((module.spanned(span).to_owned(), place, 0));
                    }
                }
                _ => {}
            }
        });
        for (name, place, own) in declared {
            if name.starts_with('_') {
                continue;
            }
            self.naming("variable", &name, place.clone());
            if counts.get(name.as_str()).copied().unwrap_or_default() <= own {
                self.add("unused-variable", place, format!("`{name}` is not used: remove it, or write `_` where something has to stand"));
            }
        }
    }

    fn head(&mut self, name: &str, definition: &'a Value, is_policy: bool) {
        let Some((kind, spec)) = tag(definition) else { return };
        let head = spec.get("head").and_then(tag).map(|(_, head)| head);
        let operator = if kind == "Default" { spec.get("op") } else { head.and_then(|head| head.pointer("/assign/op")) };
        if operator.and_then(Value::as_str) == Some("Eq") {
            let message = format!("rule `{name}` is given its value by `=`, which elsewhere compares: write `:=`");
            self.add("assignment-in-head", self.module.place(definition), message);
        }
        if !is_policy || !["deny", "violation", "warn"].contains(&name) {
            return;
        }
        let Some(key) = head.and_then(|head| head.get("key")).filter(|key| !key.is_null()) else { return };
        let Some(("Object", object)) = tag(key) else { return };
        let fields: Vec<(&str, &Value)> =
            list(object.get("fields")).filter_map(|field| Some((string(field.get(1)?)?, field.get(2)?))).collect();
        let has = |name: &str| fields.iter().any(|(known, _)| *known == name);
        let place = self.module.place(key);
        if !has("message") && !has("msg") {
            self.add("denial-form", place.clone(), "a denial says what is wrong in `message`, and this one has none".to_owned());
        } else if has("message") && !has("path") {
            self.add(
                "denial-form",
                place.clone(),
                "a denial says where in `path`; write `\"path\": \"\"` for the resource as a whole".to_owned(),
            );
        }
        for (name, _) in fields.iter().filter(|(name, _)| !["message", "msg", "path"].contains(name)) {
            self.add("denial-form", place.clone(), format!("a denial has `message` and `path`; nobody reads `{name}`"));
        }
        if let Some((_, path)) = fields.iter().find(|(name, _)| *name == "path") {
            self.denied_path(definition, path);
        }
    }

    /// Notes the path as far as the text tells it: a literal, one made by `sprintf`, or a variable that is one of these.
    fn denied_path(&mut self, definition: &'a Value, path: &'a Value) {
        let mut written = vec![path];
        if let Some(name) = variable(path) {
            written.clear();
            walk(definition, &mut |_, kind, inner| {
                if kind == "AssignExpr" && inner.get("lhs").and_then(variable) == Some(name) {
                    written.extend(inner.get("rhs"));
                }
            });
        }
        for node in written {
            let format = called(node).filter(|(name, _)| name == "sprintf").and_then(|(_, arguments)| string(arguments.first()?));
            let Some(text) = string(node).or(format) else { continue };
            let place = self.module.place(node);
            if !text.is_empty() && !text.starts_with(['/', '%']) {
                let message = format!("`{text}` is no JSON pointer into the properties: begin it with `/`");
                self.add("denial-form", place, message);
            } else if text.starts_with('/') {
                let is_computed = |step: &str| step.contains('%') && format.is_some();
                let steps = text.split('/').skip(1).map(|step| step.replace("~1", "/").replace("~0", "~"));
                let steps: Vec<String> = steps.map(|step| if is_computed(&step) { ANY.to_owned() } else { step }).collect();
                self.conventions.paths.push((place, steps));
            }
        }
    }

    fn node(&mut self, node: &Value, kind: &str, inner: &Value) {
        match kind {
            "SomeVars" => {
                let message = "`some` only declares here: go through a collection with `some … in`, which can't take a name of an outer rule for its own";
                self.add("some-without-in", self.module.place(inner), message.to_owned());
            }
            "Expr" | "NotExpr" => {
                if let Some(expression) = inner.get("expr") {
                    self.condition(expression);
                }
            }
            "BoolExpr" if inner.get("op").and_then(Value::as_str) == Some("Ne") => {
                let goes_through =
                    |side: &Value| chain(side).1.iter().any(|step| matches!(step, Step::Index(index) if variable(index) == Some("_")));
                if ["lhs", "rhs"].iter().filter_map(|side| inner.get(*side)).any(goes_through) {
                    let message = "`!=` holds as soon as one member differs: for \"is none of them\" write `not … in …`";
                    self.add("not-equals-in-loop", self.module.place(node), message.to_owned());
                }
            }
            "Call" => {
                if let Some((name, arguments)) = called(node).filter(|(name, _)| !self.module.rules.contains_key(name)) {
                    self.call(&name, &arguments, self.module.place(node));
                }
            }
            _ => {}
        }
    }

    fn condition(&mut self, expression: &Value) {
        let sides = tag(expression).filter(|(kind, _)| *kind == "BoolExpr").map(|(_, inner)| (inner.get("lhs"), inner.get("rhs")));
        let is_constant = match sides {
            Some((Some(left), Some(right))) => is_scalar(left) && is_scalar(right),
            _ => is_scalar(expression),
        };
        if is_constant {
            self.add(
                "constant-condition",
                self.module.place(expression),
                "the condition is always the same: remove it, or write what was meant".to_owned(),
            );
        }
        if let Some((name, _)) = called(expression)
            && !self.module.rules.contains_key(&name)
            && guard::is_allowed(&name)
            && !CONDITIONS.contains(&name.as_str())
        {
            let message = format!("the value of `{name}` is not used, so the call checks nothing: compare it or give it a name");
            self.add("unassigned-value", self.module.place(expression), message);
        }
    }

    fn call(&mut self, name: &str, arguments: &[&Value], place: Place) {
        match name {
            "print" => self.add("print", place, "`print` is left in, and nobody sees what it prints: remove it".to_owned()),
            "all" | "any" => {
                let instead = if name == "all" { "every … in …" } else { "some … in …" };
                self.add("deprecated-builtin", place, format!("OPA no longer has `{name}`: write `{instead}`"));
            }
            "sprintf" => {
                let [format, values] = arguments else { return };
                let values = match tag(values) {
                    Some(("Array", array)) => Some(list(array.get("items")).count()),
                    Some(("String" | "RawString" | "Number" | "Bool" | "Null" | "Object", _)) => None,
                    _ => return,
                };
                let Some(wanted) = string(format).and_then(verbs) else { return };
                match values {
                    None => self.add("argument-count", place, "`sprintf` takes its values in a list: put them in `[…]`".to_owned()),
                    Some(given) if given != wanted => {
                        self.add("argument-count", place, format!("the format asks for {wanted} values, and {given} are given"));
                    }
                    Some(_) => {}
                }
            }
            _ => {}
        }
    }

    fn parameters(&mut self) {
        let (mut whole, mut named) = (0_usize, Vec::new());
        let module = self.module;
        for rule in list(module.tree.get("rules")) {
            walk(rule, &mut |node, kind, _| {
                if !matches!(kind, "RefDot" | "RefBrack" | "Var") {
                    return;
                }
                let (base, steps) = chain(node);
                let Some(base) = variable(base) else { return };
                let imported = module.imports.get(base).map(|path| path.split('.').collect::<Vec<_>>());
                let from = imported.or_else(|| (base == "data").then(Vec::new)).unwrap_or_else(|| vec![""]);
                let names: Vec<Option<&str>> = from.into_iter().map(Some).chain(steps.iter().map(Step::name)).collect();
                match names.as_slice() {
                    [Some("parameters")] => whole += 1,
                    [Some("parameters"), name] => {
                        whole = whole.saturating_sub(1);
                        match name {
                            Some(name) => named.push((module.place(node), (*name).to_owned())),
                            None => self.conventions.computed_parameters = true,
                        }
                    }
                    _ => {}
                }
            });
        }
        self.conventions.computed_parameters |= whole > 0;
        self.conventions.parameters = named;
    }
}

/// The name of the function and the arguments of a call.
fn called(node: &Value) -> Option<(String, Vec<&Value>)> {
    let (_, call) = tag(node).filter(|(kind, _)| *kind == "Call")?;
    Some((static_path(call.get("fcn")?).join("."), list(call.get("params")).collect()))
}

fn is_scalar(node: &Value) -> bool {
    matches!(tag(node), Some(("String" | "RawString" | "Number" | "Bool" | "Null", _)))
}

/// Calls `visit` with each variable that a pattern binds.
fn pattern_variables(node: &Value, visit: &mut dyn FnMut(&Value, &str)) {
    match (variable(node), tag(node)) {
        (Some(name), _) => visit(node, name),
        (None, Some(("Array", array))) => list(array.get("items")).for_each(|item| pattern_variables(item, visit)),
        (None, Some(("Object", object))) => {
            list(object.get("fields")).filter_map(|field| field.get(2)).for_each(|value| pattern_variables(value, visit));
        }
        _ => {}
    }
}

/// The values that a format asks for; none where it names them by number.
fn verbs(format: &str) -> Option<usize> {
    let (mut count, mut characters) = (0, format.chars());
    while let Some(character) = characters.next() {
        if character != '%' {
            continue;
        }
        for character in characters.by_ref() {
            match character {
                '%' => break,
                '[' => return None,
                '*' => count += 1,
                '+' | '-' | '#' | ' ' | '.' | '0'..='9' => {}
                _ => {
                    count += 1;
                    break;
                }
            }
        }
    }
    Some(count)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ids(body: &str) -> Vec<(&'static str, u32, u32)> {
        let source = format!("package lib.it\n\n{body}\n");
        let conventions = Conventions::of_module("lib/it.rego", &source).unwrap_or_else(|error| panic!("{error}"));
        conventions.found.into_iter().map(|found| (found.id, found.place.line, found.place.column)).collect()
    }

    #[test]
    fn each_convention_is_found_where_it_is() {
        for (body, id, line, column) in [
            ("it := sprintf(\"%s is %d\", [input.a])", "argument-count", 3, 7),
            ("it := sprintf(\"%s\", \"a\")", "argument-count", 3, 7),
            ("it = 7", "assignment-in-head", 3, 1),
            ("it if 1 == 2", "constant-condition", 3, 9),
            ("it if any([input.a])", "deprecated-builtin", 3, 7),
            ("it if input.a\n\nit if input.a", "duplicate-rule", 5, 1),
            ("theRule if input.a", "naming", 3, 1),
            ("it if {\n\tisFine := input.a\n\tisFine\n}", "naming", 4, 2),
            ("it if input.a != input.b[_]", "not-equals-in-loop", 3, 15),
            ("it if {\n\tprint(input.a)\n\tinput.a\n}", "print", 4, 2),
            ("count if input.a", "shadowed-builtin", 3, 1),
            ("time if input.a", "shadowed-builtin", 3, 1),
            ("it if {\n\tsome i\n\tinput.a[i]\n}", "some-without-in", 4, 2),
            ("# TODO: more\nit if input.a", "todo", 3, 1),
            ("it if lower(input.a)", "unassigned-value", 3, 7),
            ("import data.lib.values\n\nit if input.a", "unused-import", 3, 1),
            ("it if {\n\tx := input.a\n\tinput.b\n}", "unused-variable", 4, 2),
            ("it(x) if input.b", "unused-variable", 3, 4),
        ] {
            let found = ids(body);
            assert!(found.iter().any(|(known, at, _)| *known == id && *at == line), "{body}: {found:?}");
            if !["not-equals-in-loop", "constant-condition"].contains(&id) {
                assert_eq!(found, [(id, line, column)], "{body}");
            }
            assert!(IDS.contains(&id) && IDS.is_sorted());
        }
    }

    #[test]
    fn what_is_sound_is_left_alone() {
        for body in [
            "it := sprintf(\"100%% of %-5s and %*d\", [input.a, 5, input.b])",
            "it := sprintf(\"%[1]s %[1]s\", [input.a])",
            "it := \"# TODO\"",
            "it if {\n\tsome i, x in input.a\n\ti > 0\n\tx.y\n}",
            "it if every x in input.a {\n\tx > 1\n}",
            "it if not input.a in input.b",
            "import data.lib.values as v\n\nit := v.as_array(input.a)",
            "it if {\n\t[_, second] := input.a\n\tsecond\n}",
            "default it := false\n\nit if walk(input, [_, input.a])",
        ] {
            assert_eq!(ids(body), [], "{body}");
        }
    }
}
