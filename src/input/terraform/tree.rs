//! The attributes of a planned resource, each known, unknown or sensitive.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::plan::Planned;

static NULL: Value = Value::Null;

/// An attribute.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Tree {
    /// There is none, or AWS chooses.
    Nothing,
    /// A single value.
    Known(Value),
    /// Known only after apply.
    Unknown {
        /// The attribute's path.
        attribute: String,
        /// The expression that it comes from: what it refers to.
        references: Vec<String>,
    },
    /// Not to be shown.
    Sensitive {
        /// The attribute's path.
        attribute: String,
        /// What it is.
        value: Value,
    },
    /// A list.
    List(Vec<Tree>),
    /// A block, object or map.
    Map(BTreeMap<String, Tree>),
}

/// What the configuration says of an attribute.
#[derive(Clone, Copy)]
enum Said<'a> {
    /// Nobody knows: a state has no configuration, and that of a `dynamic` block is not shown.
    Unknown,
    /// Nothing.
    Nothing,
    /// An expression, or the expressions of a block.
    Expression(&'a Value),
}

impl Tree {
    /// What a resource will be. `configuration` is its block's, where the document has it; what is not said there AWS chooses, but for what
    /// is `computed`.
    pub(super) fn of(planned: &Planned, configuration: Option<&Value>, computed: &BTreeSet<String>) -> Self {
        let said = configuration.map_or(Said::Unknown, |block| block.get("expressions").map_or(Said::Nothing, Said::Expression));
        let mut tree = build(&planned.after, &planned.unknown, &planned.sensitive, said, "");
        if let Self::Map(entries) = &mut tree {
            for attribute in computed.iter().filter(|attribute| planned.unknown.get(attribute.as_str()) == Some(&Value::Bool(true))) {
                entries.insert(attribute.clone(), Self::Unknown { attribute: attribute.clone(), references: Vec::new() });
            }
        }
        tree
    }

    /// What a resource was.
    pub(super) fn before(planned: &Planned) -> Self {
        build(&planned.before, &Value::Null, &Value::Null, Said::Unknown, "")
    }

    /// The attribute at a path of names, with the items that stand for `*`. A block that can be there once is entered without its number.
    pub(super) fn select(&self, path: &str) -> Vec<(Vec<usize>, &Tree)> {
        let mut found = vec![(Vec::new(), self)];
        for step in path.split('.').filter(|step| !step.is_empty()) {
            found = found
                .into_iter()
                .flat_map(|(items, tree)| tree.step(step).into_iter().map(move |(item, tree)| (joined(&items, item), tree)))
                .collect();
        }
        found
    }

    fn step(&self, step: &str) -> Vec<(Option<usize>, &Tree)> {
        match self {
            Self::List(items) if step == "*" => items.iter().enumerate().map(|(at, item)| (Some(at), item)).collect(),
            Self::List(items) => match items.as_slice() {
                [only] => only.step(step),
                _ => Vec::new(),
            },
            Self::Map(entries) => entries.get(step).map(|entry| (None, entry)).into_iter().collect(),
            Self::Unknown { .. } | Self::Sensitive { .. } if step != "*" => vec![(None, self)],
            _ => Vec::new(),
        }
    }

    /// The only attribute at a path; `Nothing` where there is none.
    pub(super) fn get(&self, path: &str) -> &Tree {
        match self.select(path).as_slice() {
            [(_, tree)] => tree,
            _ => &Tree::Nothing,
        }
    }

    /// The text of a single value that is known, and not empty.
    pub(super) fn text(&self) -> Option<String> {
        match self {
            Self::Known(Value::String(text)) if !text.is_empty() => Some(text.clone()),
            Self::Known(value @ (Value::Number(_) | Value::Bool(_))) => Some(value.to_string()),
            _ => None,
        }
    }

    /// Whether there is anything.
    pub(super) fn is_there(&self) -> bool {
        match self {
            Self::Nothing => false,
            Self::Known(value) => value.as_str() != Some(""),
            Self::List(items) => items.iter().any(Self::is_there),
            Self::Map(entries) => !entries.is_empty(),
            Self::Unknown { .. } | Self::Sensitive { .. } => true,
        }
    }
}

fn joined(items: &[usize], item: Option<usize>) -> Vec<usize> {
    items.iter().copied().chain(item).collect()
}

fn build(after: &Value, unknown: &Value, sensitive: &Value, said: Said<'_>, attribute: &str) -> Tree {
    if *unknown == Value::Bool(true) {
        return match said {
            Said::Nothing => Tree::Nothing,
            Said::Unknown => Tree::Unknown { attribute: attribute.to_owned(), references: Vec::new() },
            Said::Expression(expression) => Tree::Unknown { attribute: attribute.to_owned(), references: references(expression) },
        };
    }
    if *sensitive == Value::Bool(true) && !after.is_null() {
        return Tree::Sensitive { attribute: attribute.to_owned(), value: after.clone() };
    }
    match after {
        Value::Object(_) | Value::Null if after.is_object() || unknown.is_object() => {
            let names = after.as_object().into_iter().chain(unknown.as_object()).flat_map(|object| object.keys());
            let names: BTreeSet<&String> = names.collect();
            let entries = names.into_iter().map(|name| {
                let child = if attribute.is_empty() { name.clone() } else { format!("{attribute}.{name}") };
                (
                    name.clone(),
                    build(
                        after.get(name).unwrap_or(&NULL),
                        within(unknown, unknown.get(name)),
                        within(sensitive, sensitive.get(name)),
                        entry(said, name),
                        &child,
                    ),
                )
            });
            Tree::Map(entries.collect())
        }
        Value::Array(items) => {
            let build_item = |(at, item): (usize, &Value)| {
                let (unknown, sensitive) = (within(unknown, unknown.get(at)), within(sensitive, sensitive.get(at)));
                build(item, unknown, sensitive, block(said, item), &format!("{attribute}[{at}]"))
            };
            Tree::List(items.iter().enumerate().map(build_item).collect())
        }
        Value::Null => Tree::Nothing,
        single => Tree::Known(single.clone()),
    }
}

/// What a mask says of what is within; where it is true it holds for all of it.
fn within<'a>(mask: &'a Value, part: Option<&'a Value>) -> &'a Value {
    part.unwrap_or(if *mask == Value::Bool(true) { mask } else { &NULL })
}

fn is_expression(value: &Value) -> bool {
    value.get("references").is_some_and(Value::is_array) || value.get("constant_value").is_some()
}

fn references(expression: &Value) -> Vec<String> {
    let listed = expression.get("references").and_then(Value::as_array);
    listed.into_iter().flatten().filter_map(Value::as_str).map(ToOwned::to_owned).collect()
}

/// What is said of an entry of a block or object.
fn entry<'a>(said: Said<'a>, name: &str) -> Said<'a> {
    match said {
        // An object that is written as one expression.
        Said::Expression(expression) if is_expression(expression) => said,
        Said::Expression(Value::Object(block)) => block.get(name).map_or(Said::Nothing, Said::Expression),
        Said::Expression(_) => Said::Unknown,
        other => other,
    }
}

/// What is said of an item of a list: of blocks that of the one whose constants it has, as sets have an order of their own.
fn block<'a>(said: Said<'a>, item: &Value) -> Said<'a> {
    let Said::Expression(Value::Array(blocks)) = said else { return if matches!(said, Said::Nothing) { Said::Unknown } else { said } };
    let mut fitting = blocks.iter().filter(|block| fits(block, item));
    match (fitting.next(), fitting.next()) {
        (Some(only), None) => Said::Expression(only),
        _ => Said::Unknown,
    }
}

fn fits(block: &Value, item: &Value) -> bool {
    let Some(expressions) = block.as_object() else { return false };
    expressions.iter().all(|(name, expression)| match (expression.get("constant_value"), item.get(name)) {
        (Some(constant), Some(value)) if !value.is_null() => same(constant, value),
        _ => true,
    })
}

fn same(constant: &Value, value: &Value) -> bool {
    let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), ToOwned::to_owned);
    match (constant, value) {
        (Value::Array(constants), Value::Array(values)) => {
            constants.len() == values.len() && constants.iter().all(|constant| values.iter().any(|value| same(constant, value)))
        }
        _ => text(constant) == text(value),
    }
}
