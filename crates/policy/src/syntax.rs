//! The syntax tree that regorus gives, as JSON, with what the analysis asks of it.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::PolicyError;
use crate::read_set::Place;

/// The modules of an engine, in the order in which they were added.
pub(crate) struct Syntax(Vec<Value>);

impl Syntax {
    pub(crate) fn of(engine: &regorus::Engine) -> Result<Self, PolicyError> {
        let rego = |error: &dyn std::fmt::Display| PolicyError::Rego { reason: error.to_string() };
        let text = engine.get_ast_as_json().map_err(|error| rego(&error))?;
        serde_json::from_str(&text).map(Self).map_err(|error| rego(&error))
    }

    pub(crate) fn modules(&self) -> Vec<Module<'_>> {
        self.0.iter().filter_map(Module::new).collect()
    }
}

/// A parsed module.
pub(crate) struct Module<'a> {
    pub(crate) file: &'a str,
    text: &'a str,
    /// The whole tree.
    pub(crate) tree: &'a Value,
    pub(crate) package: String,
    /// Alias → path of an import from `data`, dots between names.
    pub(crate) imports: BTreeMap<String, String>,
    /// Name → definitions.
    pub(crate) rules: BTreeMap<String, Vec<&'a Value>>,
}

impl<'a> Module<'a> {
    fn new(document: &'a Value) -> Option<Self> {
        let source = document.get("source")?;
        let ast = document.get("ast")?;
        let text = source.get("contents")?.as_str()?;
        let package = static_path(ast.pointer("/package/refr")?).join(".");
        let mut imports = BTreeMap::new();
        for import in list(ast.get("imports")) {
            let path = import.get("refr").map(static_path).unwrap_or_default();
            let alias = import.get("as").and_then(|span| spanned(text, span)).map(ToOwned::to_owned).or_else(|| path.last().cloned());
            if let (Some(alias), Some("data")) = (alias, path.first().map(String::as_str)) {
                imports.insert(alias, path.iter().skip(1).cloned().collect::<Vec<_>>().join("."));
            }
        }
        let mut rules: BTreeMap<String, Vec<&Value>> = BTreeMap::new();
        for rule in list(ast.get("rules")) {
            let (_, spec) = tag(rule)?;
            let head = spec.get("head").and_then(tag).map(|(_, head)| head);
            let refr = head.and_then(|head| head.get("refr")).or_else(|| spec.get("refr"));
            let name = refr.map(static_path).and_then(|path| path.into_iter().next()).unwrap_or_default();
            rules.entry(name).or_default().push(rule);
        }
        Some(Self { file: source.get("file")?.as_str()?, text, tree: ast, package, imports, rules })
    }

    /// The text of a span, which is how the tree gives the names of variables that are declared.
    pub(crate) fn spanned(&self, span: &Value) -> &'a str {
        spanned(self.text, span).unwrap_or_default()
    }

    /// The text with no more than these rules, each on its own lines.
    pub(crate) fn only(&self, rules: &BTreeSet<&str>) -> String {
        let starts = self.rules.iter().flat_map(|(name, definitions)| definitions.iter().map(move |rule| (name.as_str(), rule)));
        let starts = starts.filter_map(|(name, rule)| Some((offset(tag(rule)?.1.get("span")?, "start")?, rules.contains(name))));
        // A rule goes on until the next one starts; before the first are the package and its imports, behind comments.
        let package = self.tree.pointer("/package/span").and_then(|span| offset(span, "start")).unwrap_or_default();
        let starts: BTreeMap<usize, bool> = [(0, false), (package, true)].into_iter().chain(starts).collect();
        let ends = starts.keys().skip(1).copied().chain([self.text.len()]);
        let mut text = String::new();
        for ((start, is_wanted), end) in starts.iter().zip(ends) {
            let part = self.text.get(*start..end).unwrap_or_default();
            if *is_wanted { text.push_str(part) } else { text.extend(part.matches('\n')) }
        }
        text
    }

    /// The lines of its statements and of the values of its rules, which the engine notes when it evaluates them; of a comprehension it notes those of its
    /// statements.
    pub(crate) fn lines(&self) -> BTreeSet<u32> {
        let mut lines = BTreeSet::new();
        for rule in self.rules.values().flatten().filter_map(|rule| tag(rule)).map(|(_, spec)| spec) {
            let head = rule.get("head").and_then(tag).map(|(_, head)| head);
            let values = [head.and_then(|head| head.pointer("/assign/value")), head.and_then(|head| head.get("key")), rule.get("value")];
            let is_evaluated = |value: &&Value| tag(value).is_some_and(|(kind, _)| !kind.ends_with("Compr"));
            lines.extend(values.into_iter().flatten().filter(is_evaluated).map(|value| self.place(value).line));
            list(rule.get("bodies")).for_each(|body| self.statements(body, &mut lines));
        }
        lines
    }

    fn statements(&self, node: &Value, lines: &mut BTreeSet<u32>) {
        match node {
            Value::Object(object) => {
                // `some x` alone declares and does nothing.
                let does = |statement: &&Value| statement.pointer("/literal/SomeVars").is_none();
                lines.extend(list(object.get("stmts")).filter(does).map(|statement| self.place(statement).line));
                object.values().for_each(|inner| self.statements(inner, lines));
            }
            Value::Array(items) => items.iter().for_each(|inner| self.statements(inner, lines)),
            _ => {}
        }
    }

    /// Where a node is.
    pub(crate) fn place(&self, node: &Value) -> Place {
        let span = node.get("span").or_else(|| tag(node).and_then(|(_, inner)| inner.get("span")));
        let number = |name: &str| span.and_then(|span| span.get(name)?.as_u64()).and_then(|n| u32::try_from(n).ok()).unwrap_or_default();
        // The tree counts a tab as four columns; editors and OPA as one.
        let before = usize::try_from(number("start")).ok().and_then(|start| self.text.get(..start)).unwrap_or_default();
        let column = before.rsplit('\n').next().map_or(0, |line| line.chars().count());
        Place { file: self.file.into(), line: number("line"), column: u32::try_from(column).unwrap_or_default() + 1 }
    }
}

fn spanned<'a>(text: &'a str, span: &Value) -> Option<&'a str> {
    text.get(offset(span, "start")?..offset(span, "end")?)
}

fn offset(span: &Value, end: &str) -> Option<usize> {
    usize::try_from(span.get(end)?.as_u64()?).ok()
}

/// The name and content of a node such as `{"RefDot": {…}}`.
pub(crate) fn tag(node: &Value) -> Option<(&str, &Value)> {
    node.as_object()?.iter().next().map(|(name, inner)| (name.as_str(), inner))
}

/// Calls `visit` with every node at and below this one, with its name and content; the outermost comes first.
pub(crate) fn walk<'a>(node: &'a Value, visit: &mut dyn FnMut(&'a Value, &'a str, &'a Value)) {
    match node {
        Value::Object(object) => {
            if let (1, Some((name, inner))) = (object.len(), tag(node))
                && name.starts_with(|first: char| first.is_ascii_uppercase())
            {
                visit(node, name, inner);
            }
            object.values().for_each(|inner| walk(inner, visit));
        }
        Value::Array(items) => items.iter().for_each(|inner| walk(inner, visit)),
        _ => {}
    }
}

/// The items of a node that is a list; none where it is absent.
pub(crate) fn list(node: Option<&Value>) -> impl Iterator<Item = &Value> {
    node.and_then(Value::as_array).into_iter().flatten()
}

/// The name of a variable.
pub(crate) fn variable(node: &Value) -> Option<&str> {
    node.pointer("/Var/value").and_then(Value::as_str)
}

/// A reference as its base and its steps.
pub(crate) fn chain(node: &Value) -> (&Value, Vec<Step<'_>>) {
    let mut steps = Vec::new();
    let mut node = node;
    loop {
        let (step, next) = match tag(node) {
            Some(("RefDot", dot)) => (dot.pointer("/field/1").and_then(Value::as_str).map(Step::Name), dot.get("refr")),
            Some(("RefBrack", bracket)) => (bracket.get("index").map(Step::Index), bracket.get("refr")),
            _ => break,
        };
        let (Some(step), Some(next)) = (step, next) else { break };
        steps.push(step);
        node = next;
    }
    steps.reverse();
    (node, steps)
}

/// A step of a reference.
pub(crate) enum Step<'a> {
    /// `.name`
    Name(&'a str),
    /// `[expression]`
    Index(&'a Value),
}

impl<'a> Step<'a> {
    /// The name, where it is not computed.
    pub(crate) fn name(&self) -> Option<&'a str> {
        match self {
            Self::Name(name) => Some(name),
            Self::Index(index) => string(index),
        }
    }
}

/// The names of a reference up to the first that is computed.
pub(crate) fn static_path(node: &Value) -> Vec<String> {
    let (base, steps) = chain(node);
    variable(base).into_iter().chain(steps.iter().map_while(Step::name)).map(ToOwned::to_owned).collect()
}

/// The text of a string literal.
pub(crate) fn string(node: &Value) -> Option<&str> {
    node.pointer("/String/value").or_else(|| node.pointer("/RawString/value")).and_then(Value::as_str)
}
