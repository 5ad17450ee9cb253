//! Attributes to properties.

use std::collections::BTreeMap;

use innovate_model::{Cause, Gap, HandlerErrorCode, Property, Schema};
use serde_json::{Map, Number, Value};

use super::table::{Conversion, Rule, Source, plain};
use super::tree::Tree;

/// What a conversion needs to know of the plan.
pub(super) struct Surroundings<'a> {
    /// The ids of the resources that the expressions of an unknown attribute refer to.
    pub(super) ids: &'a dyn Fn(&[String]) -> Option<Vec<String>>,
    /// The policy document that the expression of an unknown attribute refers to.
    pub(super) document: &'a dyn Fn(&[String]) -> Option<Tree>,
    /// What is around the list that the attributes are an item of.
    pub(super) outer: Option<&'a Tree>,
    /// The id of the resource, of a part that of its owner.
    pub(super) id: &'a str,
    /// The account.
    pub(super) account: &'a str,
}

/// The properties of a resource, or of a part of one.
#[derive(Clone, Debug, Default)]
pub(super) struct Converted {
    pub(super) properties: Map<String, Value>,
    pub(super) gaps: Vec<Gap>,
    /// The attribute of each property, by pointer.
    pub(super) attributes: BTreeMap<String, String>,
}

/// Makes properties of a type out of attributes.
struct Converter<'a> {
    rule: &'a Rule,
    schema: &'a Schema,
    surroundings: &'a Surroundings<'a>,
    converted: Converted,
}

/// The properties that a rule makes of attributes.
pub(super) fn convert(rule: &Rule, schema: &Schema, tree: &Tree, surroundings: &Surroundings<'_>) -> Converted {
    let mut converter = Converter { rule, schema, surroundings, converted: Converted::default() };
    let mut root = Value::Object(Map::new());
    if rule.by_name {
        converter.by_name(tree, &mut root);
    }
    for (path, sources) in &rule.properties {
        for source in sources.items() {
            if converter.explicit(path, source, tree, &mut root) {
                break;
            }
        }
    }
    if let Value::Object(properties) = root {
        converter.converted.properties = properties;
    }
    converter.converted
}

impl Converter<'_> {
    /// Attributes whose name is that of a property.
    fn by_name(&mut self, tree: &Tree, root: &mut Value) {
        let Tree::Map(entries) = tree else { return };
        let path: Vec<&str> = self.rule.at.split('/').filter(|step| !step.is_empty()).collect();
        let Some(target) = self.schema.property(&path) else { return };
        let names = Names::of(target);
        let start: String = path.iter().map(|step| format!("/{step}")).collect();
        for (attribute, entry) in entries {
            if self.rule.ignore.contains(attribute) || matches!(attribute.as_str(), "id" | "region" | "tags_all" | "timeouts") {
                continue;
            }
            // What the provider adds to every resource counts too, where it is known.
            let all = entries.get("tags_all").filter(|all| attribute == "tags" && matches!(all, Tree::Map(_)) && is_known(all));
            let renamed = self.rule.names.get(attribute).filter(|_| !self.rule.at.is_empty()).map(String::as_str);
            let Some(name) = renamed.or_else(|| names.get(attribute)) else { continue };
            let pointer = format!("{start}/{name}");
            let Some(property) = target.child(name).filter(|_| !self.rule.properties.contains_key(pointer.trim_start_matches('/'))) else {
                continue;
            };
            if let Some(value) = self.value(all.unwrap_or(entry), property, &pointer, attribute) {
                put(root, &pointer, value);
            }
        }
    }

    /// A property that the rule names; whether there was anything.
    fn explicit(&mut self, path: &str, source: &Source, tree: &Tree, root: &mut Value) -> bool {
        let attribute_only;
        let conversion = match source {
            Source::Attribute(attribute) => {
                attribute_only = Conversion { from: attribute.clone(), ..Conversion::default() };
                &attribute_only
            }
            Source::Conversion(conversion) => conversion,
        };
        let steps: Vec<&str> = path.split('/').collect();
        let Some(property) = self.schema.property(&steps) else { return false };
        let is_there = |attribute: &String| tree.get(attribute).is_there();
        if conversion.when.iter().any(|attribute| !is_there(attribute)) || conversion.unless.iter().any(is_there) {
            return false;
        }
        if let Some(constant) = &conversion.constant {
            put(root, &format!("/{path}"), constant.clone());
            return true;
        }
        if !conversion.pairs.is_empty() {
            return self.pairs(path, conversion, tree, root);
        }
        let own = match conversion.from.as_str() {
            "@id" => Some(self.surroundings.id),
            "@account" => Some(self.surroundings.account),
            _ => None,
        };
        if let Some(own) = own {
            put(root, &format!("/{path}"), Value::from(own));
            return true;
        }
        let found = match (conversion.from.strip_prefix('^'), self.surroundings.outer) {
            (Some(attribute), Some(outer)) => outer.select(attribute),
            _ if conversion.from == "." => vec![(Vec::new(), tree)],
            _ => tree.select(&conversion.from),
        };
        let mut any = false;
        for (items, tree) in found {
            let mut items = items.iter();
            let pointer: String = steps
                .iter()
                .map(|step| match *step {
                    "*" => format!("/{}", items.next().copied().unwrap_or_default()),
                    step => format!("/{step}"),
                })
                .collect();
            let attribute = conversion.from.trim_start_matches('^').trim_matches('.');
            let gaps = self.converted.gaps.len();
            let value = if conversion.expand.is_empty() {
                self.converted_value(conversion, tree, property, &pointer, attribute)
            } else {
                self.expanded(conversion, tree, property, &pointer)
            };
            any |= self.converted.gaps.len() > gaps;
            if let Some(value) = value {
                any = true;
                put(root, &pointer, value);
            }
        }
        match &conversion.default {
            Some(default) if !any => {
                put(root, &format!("/{path}"), default.clone());
                true
            }
            _ => any,
        }
    }

    fn converted_value(
        &mut self,
        conversion: &Conversion,
        tree: &Tree,
        property: Property<'_>,
        pointer: &str,
        attribute: &str,
    ) -> Option<Value> {
        if !conversion.values.is_empty()
            && let Some(mapped) = tree.text().and_then(|text| conversion.values.get(&text))
        {
            self.converted.attributes.insert(pointer.to_owned(), attribute.to_owned());
            return (!mapped.is_null()).then(|| mapped.clone());
        }
        if let Some(name) = &conversion.wrap {
            let Tree::List(items) = tree else { return self.value(tree, property, pointer, attribute) };
            let wrapped = items.iter().filter(|item| item.is_there()).map(|item| {
                let with = conversion.with.iter().map(|(name, value)| (name.clone(), Tree::Known(value.clone())));
                Tree::Map(std::iter::once((name.clone(), item.clone())).chain(with).collect())
            });
            return self.value(&Tree::List(wrapped.collect()), property, pointer, attribute);
        }
        if let (Some((key, value)), Tree::List(items)) = (&conversion.object, tree) {
            let mut object = Map::new();
            for item in items {
                let Some(name) = item.get(key).text() else {
                    self.gap(pointer, HandlerErrorCode::NotYetKnown, format!("`{attribute}` has entries that are known only after apply"));
                    continue;
                };
                let pointer = format!("{pointer}/{}", name.replace('~', "~0").replace('/', "~1"));
                match item.get(value) {
                    Tree::Known(value) => {
                        self.converted.attributes.insert(pointer, attribute.to_owned());
                        object.insert(name, value.clone());
                    }
                    Tree::Unknown { attribute, .. } => self.unknown(&pointer, attribute),
                    Tree::Sensitive { attribute, .. } => self.sensitive(&pointer, attribute),
                    _ => {}
                }
            }
            return (!object.is_empty()).then_some(Value::Object(object));
        }
        self.value(tree, property, pointer, attribute)
    }

    fn pairs(&mut self, path: &str, conversion: &Conversion, tree: &Tree, root: &mut Value) -> bool {
        let mut pairs = Vec::new();
        for (key, attribute) in &conversion.pairs {
            let found = tree.get(attribute);
            if !found.is_there() {
                continue;
            }
            let pointer = format!("/{path}/{}/Value", pairs.len());
            let mut pair = Map::from_iter([("Key".to_owned(), Value::from(key.as_str()))]);
            match found {
                Tree::Unknown { references, .. } if self.ids(references).is_some_and(|ids| ids.len() == 1) => {
                    pair.extend(self.ids(references).unwrap_or_default().into_iter().map(|id| ("Value".to_owned(), Value::from(id))));
                }
                Tree::Unknown { attribute, .. } => self.unknown(&pointer, attribute),
                Tree::Sensitive { attribute, .. } => self.sensitive(&pointer, attribute),
                known => pair.extend(known.text().map(|text| ("Value".to_owned(), Value::from(text)))),
            }
            self.converted.attributes.insert(pointer, attribute.clone());
            pairs.push(Value::Object(pair));
        }
        if pairs.is_empty() {
            return false;
        }
        put(root, &format!("/{path}"), Value::Array(pairs));
        true
    }

    /// Security group rules: one for each source, which is what our model has.
    fn expanded(&mut self, conversion: &Conversion, tree: &Tree, property: Property<'_>, pointer: &str) -> Option<Value> {
        let items: Vec<&Tree> = match tree {
            Tree::List(items) => items.iter().collect(),
            Tree::Map(_) => vec![tree],
            Tree::Nothing => return None,
            other => return self.value(other, property, pointer, &conversion.from),
        };
        let mut expanded: Vec<Tree> = Vec::new();
        for item in items {
            let Tree::Map(entries) = item else { continue };
            let base: BTreeMap<String, Tree> = entries
                .iter()
                .filter(|(name, _)| !conversion.expand.contains_key(*name) && *name != "self")
                .map(|(name, entry)| (name.clone(), entry.clone()))
                .collect();
            let mut add = |property: &str, value: Tree| {
                let mut rule = base.clone();
                rule.insert(property.to_owned(), value);
                expanded.push(Tree::Map(rule));
            };
            for (attribute, property) in &conversion.expand {
                match item.get(attribute) {
                    Tree::List(sources) => {
                        sources.iter().filter(|source| source.is_there()).for_each(|source| add(property, source.clone()))
                    }
                    Tree::Unknown { references, attribute } => match self.ids(references) {
                        Some(ids) => ids.into_iter().for_each(|id| add(property, Tree::Known(Value::from(id)))),
                        None => add(property, Tree::Unknown { attribute: attribute.clone(), references: Vec::new() }),
                    },
                    source if source.is_there() => add(property, source.clone()),
                    _ => {}
                }
            }
            if let (Some(own), Some("true")) = (&conversion.own, item.get("self").text().as_deref()) {
                add(own, Tree::Known(Value::from(self.surroundings.id)));
            }
        }
        self.value(&Tree::List(expanded), property, pointer, &conversion.from)
    }

    fn ids(&self, references: &[String]) -> Option<Vec<String>> {
        if references.is_empty() { None } else { (self.surroundings.ids)(references) }
    }

    /// A value of the property's type; none where there is nothing, or a gap instead.
    fn value(&mut self, tree: &Tree, property: Property<'_>, pointer: &str, attribute: &str) -> Option<Value> {
        let value = match tree {
            Tree::Nothing => return None,
            Tree::Unknown { attribute, references } => return self.referred(attribute, references, property, pointer),
            Tree::Sensitive { attribute, value } => {
                // Nobody hides a secret in a switch or a number.
                let types = property.types();
                let open = !types.is_empty() && types.iter().all(|name| matches!(*name, "boolean" | "integer" | "number"))
                    || !property.enumeration().is_empty();
                if open && !value.is_object() && !value.is_array() {
                    self.single(value, property, pointer, attribute)
                } else {
                    self.sensitive(pointer, attribute);
                    None
                }
            }
            Tree::Known(value) => self.single(value, property, pointer, attribute),
            Tree::List(items) => self.list(items, property, pointer, attribute),
            Tree::Map(entries) => self.map(entries, property, pointer, attribute),
        };
        if value.is_some() {
            self.converted.attributes.insert(pointer.to_owned(), attribute.to_owned());
        }
        value
    }

    /// What an unknown attribute refers to, where that tells what it will be.
    fn referred(&mut self, attribute: &str, references: &[String], property: Property<'_>, pointer: &str) -> Option<Value> {
        let types = property.types();
        // A document that refers to a resource is more than its id.
        if types.is_empty() || types.contains(&"object") {
            if let Some(document) = (self.surroundings.document)(references).filter(|_| !references.is_empty()) {
                return self.value(&document, property, pointer, attribute);
            }
        } else if let Some(ids) = self.ids(references) {
            self.converted.attributes.insert(pointer.to_owned(), attribute.to_owned());
            match ids.as_slice() {
                _ if types.contains(&"array") => return Some(ids.into_iter().map(Value::from).collect()),
                [id] if types.contains(&"string") => return Some(Value::from(id.as_str())),
                _ => {}
            }
        }
        self.unknown(pointer, attribute);
        None
    }

    fn single(&mut self, value: &Value, property: Property<'_>, pointer: &str, attribute: &str) -> Option<Value> {
        // What is not set is an empty text or 0 where an older provider wrote it.
        let none = value.as_str() == Some("")
            || value.as_i64() == Some(0) && !property.enumeration().is_empty() && !property.enumeration().contains(&value);
        if none {
            return None;
        }
        let types = property.types();
        let coerced = coerce(value, &types).or_else(|| {
            let item = property.child("*").filter(|_| types.contains(&"array"))?;
            Some(Value::Array(vec![coerce(value, &item.types())?]))
        });
        let Some(coerced) = coerced else {
            let found = if value.is_string() { "a text" } else { "a single value" };
            self.gap(pointer, HandlerErrorCode::MalformedAnswer, format!("`{attribute}` is {found}, not {}", types.join(" or ")));
            return None;
        };
        let enumeration = property.enumeration();
        if enumeration.is_empty() || enumeration.contains(&&coerced) {
            return Some(coerced);
        }
        // `public-read` is `PublicRead`.
        let text = coerced.as_str().map(plain);
        let known = enumeration.into_iter().find(|known| text.is_some() && known.as_str().map(plain) == text).cloned();
        if known.is_none() {
            self.gap(pointer, HandlerErrorCode::MalformedAnswer, format!("`{attribute}` has a value that CloudFormation does not know"));
        }
        known
    }

    fn list(&mut self, items: &[Tree], property: Property<'_>, pointer: &str, attribute: &str) -> Option<Value> {
        let types = property.types();
        let present: Vec<&Tree> = items.iter().filter(|item| !matches!(item, Tree::Nothing)).collect();
        if present.is_empty() {
            return None;
        }
        if !types.is_empty() && !types.contains(&"array") {
            if let [only] = present.as_slice() {
                return self.value(only, property, pointer, attribute);
            }
            self.gap(pointer, HandlerErrorCode::MalformedAnswer, format!("`{attribute}` is a list, not {}", types.join(" or ")));
            return None;
        }
        let item_property = property.child("*")?;
        // Of a list that is written as one expression, what it refers to stands in order.
        let unknown: Vec<&Vec<String>> =
            present.iter().filter_map(|item| if let Tree::Unknown { references, .. } = item { Some(references) } else { None }).collect();
        let mut in_order = match unknown.split_first() {
            Some((first, rest)) if rest.iter().all(|other| other == first) => {
                self.ids(first).filter(|ids| ids.len() == unknown.len()).map(Vec::into_iter)
            }
            _ => None,
        };
        let mut values: Vec<Value> = Vec::new();
        for item in present {
            let at = format!("{pointer}/{}", values.len());
            if let (Tree::Unknown { .. }, Some(id)) = (item, in_order.as_mut().and_then(Iterator::next))
                && item_property.types().contains(&"string")
            {
                values.push(Value::from(id));
                continue;
            }
            match item {
                Tree::Map(_) | Tree::List(_) => {
                    let value = self.value(item, item_property, &at, attribute);
                    // An empty block is there all the same.
                    let none = || item_property.types().contains(&"object").then(|| Value::Object(Map::new()));
                    values.extend(value.or_else(none));
                }
                // What lacks an item is not wholly known.
                Tree::Unknown { .. } | Tree::Sensitive { .. } => values.extend(self.value(item, item_property, pointer, attribute)),
                single => values.extend(self.value(single, item_property, &at, attribute)),
            }
        }
        (!values.is_empty()).then_some(Value::Array(values))
    }

    fn map(&mut self, entries: &BTreeMap<String, Tree>, property: Property<'_>, pointer: &str, attribute: &str) -> Option<Value> {
        if property.types().contains(&"array") {
            let item = property.child("*")?;
            let Some((key, value)) = pair_of(item) else {
                let only = self.value(&Tree::Map(entries.clone()), item, &format!("{pointer}/0"), attribute)?;
                return Some(Value::Array(vec![only]));
            };
            let pairs = entries.iter().filter(|(_, entry)| !matches!(entry, Tree::Nothing)).map(|(name, entry)| {
                Tree::Map(BTreeMap::from([(key.to_owned(), Tree::Known(Value::from(name.as_str()))), (value.to_owned(), entry.clone())]))
            });
            return self.list(&pairs.collect::<Vec<_>>(), property, pointer, attribute);
        }
        let types = property.types();
        if !types.is_empty() && !types.contains(&"object") {
            self.gap(pointer, HandlerErrorCode::MalformedAnswer, format!("`{attribute}` is a block, not {}", types.join(" or ")));
            return None;
        }
        let names = Names::of(property);
        let mut object = Map::new();
        for (name, entry) in entries {
            let path = if attribute.is_empty() { name.clone() } else { format!("{attribute}.{name}") };
            let renamed = self.rule.names.iter().find(|(known, _)| path == **known || path.ends_with(&format!(".{known}")));
            let own = match renamed.map(|(_, name)| name.as_str()).or_else(|| names.get(name)) {
                Some(own) => own,
                None if names.is_open => name.as_str(),
                None => continue,
            };
            let Some(child) = property.child(own) else { continue };
            let at = format!("{pointer}/{}", own.replace('~', "~0").replace('/', "~1"));
            if let Some(value) = self.value(entry, child, &at, &path) {
                object.insert(own.to_owned(), value);
            }
        }
        (!object.is_empty()).then_some(Value::Object(object))
    }

    fn unknown(&mut self, pointer: &str, attribute: &str) {
        self.gap(pointer, HandlerErrorCode::NotYetKnown, format!("`{attribute}` is known only after apply"));
    }

    fn sensitive(&mut self, pointer: &str, attribute: &str) {
        self.gap(pointer, HandlerErrorCode::NotYetKnown, format!("`{attribute}` is sensitive"));
    }

    fn gap(&mut self, pointer: &str, code: HandlerErrorCode, message: String) {
        let gap = Gap { pointer: pointer.to_owned(), cause: Cause { code, action: None, message }, values: Vec::new(), refers: None };
        if !self.converted.gaps.contains(&gap) {
            self.converted.gaps.push(gap);
        }
    }
}

fn is_known(tree: &Tree) -> bool {
    match tree {
        Tree::Unknown { .. } | Tree::Sensitive { .. } => false,
        Tree::List(items) => items.iter().all(is_known),
        Tree::Map(entries) => entries.values().all(is_known),
        _ => true,
    }
}

/// The properties of an object by what attributes may be called.
struct Names<'a> {
    known: BTreeMap<String, &'a str>,
    /// Whether it takes any name.
    is_open: bool,
}

impl<'a> Names<'a> {
    fn of(property: Property<'a>) -> Self {
        let known: BTreeMap<String, &str> = property.names().into_iter().map(|name| (plain(name), name)).collect();
        Self { is_open: known.is_empty(), known }
    }

    /// The property of an attribute, whose block may be named for one where the property is for all.
    fn get(&self, attribute: &str) -> Option<&'a str> {
        let name = plain(attribute);
        self.known.get(&name).or_else(|| self.known.get(&format!("{name}s"))).copied()
    }
}

/// The names of key and value, where items have only these.
fn pair_of(item: Property<'_>) -> Option<(&'static str, &'static str)> {
    match item.names().as_slice() {
        ["Key", "Value"] => Some(("Key", "Value")),
        ["Name", "Value"] => Some(("Name", "Value")),
        // Those of Auto Scaling groups have more; their blocks have all of it.
        _ => None,
    }
}

/// A single value in one of the JSON types; none where it has no such form.
fn coerce(value: &Value, types: &[&str]) -> Option<Value> {
    let allows = |name: &str| types.is_empty() || types.contains(&name);
    match value {
        Value::String(text) => {
            if let Some(document) = serde_json::from_str(text).ok().filter(|document: &Value| document.is_object() && allows("object")) {
                return Some(document);
            }
            if allows("string") {
                return Some(value.clone());
            }
            if allows("boolean") && matches!(text.as_str(), "true" | "false") {
                return Some(Value::Bool(text == "true"));
            }
            if allows("integer")
                && let Ok(number) = text.parse::<i64>()
            {
                return Some(Value::from(number));
            }
            if allows("number")
                && let Some(number) = text.parse::<f64>().ok().and_then(Number::from_f64)
            {
                return Some(Value::Number(number));
            }
            serde_json::from_str(text).ok().filter(|list: &Value| list.is_array() && allows("array"))
        }
        Value::Number(number) => {
            let whole = number.as_i64().or_else(|| number.as_f64().filter(|float| float.fract() == 0.0).map(|float| float as i64));
            match whole {
                Some(whole) if allows("integer") || allows("number") => Some(Value::from(whole)),
                _ if allows("number") => Some(value.clone()),
                _ if allows("string") => Some(Value::from(whole.map_or_else(|| number.to_string(), |whole| whole.to_string()))),
                Some(whole @ (0 | 1)) if allows("boolean") => Some(Value::Bool(whole == 1)),
                _ => None,
            }
        }
        Value::Bool(_) if allows("boolean") => Some(value.clone()),
        Value::Bool(truth) if allows("string") => Some(Value::from(truth.to_string())),
        _ => None,
    }
}

/// Puts a value where a pointer says; what is on the way is made, a list for a number.
fn put(root: &mut Value, pointer: &str, value: Value) {
    let steps: Vec<&str> = pointer.split('/').skip(1).collect();
    let mut at = root;
    for step in steps {
        match step.parse::<usize>() {
            Ok(index) => {
                if !at.is_array() {
                    *at = Value::Array(Vec::new());
                }
                let Value::Array(items) = at else { return };
                if index > items.len() {
                    return;
                }
                if index == items.len() {
                    items.push(Value::Null);
                }
                let Some(item) = items.get_mut(index) else { return };
                at = item;
            }
            Err(_) => {
                if !at.is_object() {
                    *at = Value::Object(Map::new());
                }
                let Value::Object(object) = at else { return };
                at = object.entry(step).or_insert(Value::Null);
            }
        }
    }
    *at = value;
}
