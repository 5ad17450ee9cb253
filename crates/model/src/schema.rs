//! CloudFormation resource schemas, and ours and those of Kubernetes objects in the same form.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use include_dir::{Dir, include_dir};
use serde_json::Value;

use crate::pointer::escape;

static VENDORED: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/../../schemas");

/// How deep `$ref`s are followed: schemas such as that of `AWS::WAFv2::WebACL` are recursive.
const MAX_DEPTH: usize = 64;

/// A schema that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum SchemaError {
    /// There is no schema for the type.
    #[error("no schema for resource type `{type_name}`{}", suggestion.as_ref().map(|s| format!("; did you mean `{s}`?")).unwrap_or_default())]
    UnknownType {
        /// The type asked for.
        type_name: String,
        /// The nearest type that there is.
        suggestion: Option<String>,
    },
    /// The schema is not JSON.
    #[error("the schema of `{type_name}` is not JSON")]
    Json {
        /// The type asked for.
        type_name: String,
        /// What the parser says.
        source: serde_json::Error,
    },
}

/// The schema of one resource type.
#[derive(Debug)]
pub struct Schema {
    document: Value,
}

/// A property as the schema describes it, `$ref`s resolved.
#[derive(Clone, Copy, Debug)]
pub struct Property<'a> {
    schema: &'a Schema,
    node: &'a Value,
}

impl Schema {
    /// A schema from its document, in the form of the CloudFormation registry.
    pub fn new(document: Value) -> Self {
        Self { document }
    }

    /// The type that it describes.
    pub fn type_name(&self) -> &str {
        self.document.get("typeName").and_then(Value::as_str).unwrap_or_default()
    }

    /// The properties that identify a resource, in order, such as `["DBInstanceIdentifier"]`.
    pub fn primary_identifier(&self) -> Vec<&str> {
        self.pointers("primaryIdentifier")
    }

    /// The properties that only creation sets: a change replaces the resource. Pointers without `/properties/`, `/` between parts, `*` for items.
    pub fn create_only(&self) -> Vec<&str> {
        self.pointers("createOnlyProperties")
    }

    /// The properties of which some changes replace the resource, in the form of [`Self::create_only`].
    pub fn conditional_create_only(&self) -> Vec<&str> {
        self.pointers("conditionalCreateOnlyProperties")
    }

    /// The properties that only the service sets.
    pub fn read_only(&self) -> Vec<&str> {
        self.pointers("readOnlyProperties")
    }

    /// The properties that no read gives back.
    pub fn write_only(&self) -> Vec<&str> {
        self.pointers("writeOnlyProperties")
    }

    /// The top-level properties that a resource must have.
    pub fn required(&self) -> Vec<&str> {
        strings(self.document.get("required"))
    }

    /// The document in the form of the registry.
    pub fn document(&self) -> &Value {
        &self.document
    }

    /// The whole of the properties, as an object.
    pub fn root(&self) -> Property<'_> {
        Property { schema: self, node: &self.document }
    }

    /// The property at `path`: names, and `*` or a number for the items of an array and the values of a map. None where the schema has no such property.
    pub fn property<'a>(&'a self, path: &[&str]) -> Option<Property<'a>> {
        path.iter().try_fold(self.root(), |property, step| property.child(step))
    }

    fn pointers(&self, key: &str) -> Vec<&str> {
        strings(self.document.get(key)).into_iter().map(|p| p.strip_prefix("/properties/").unwrap_or(p)).collect()
    }
}

fn strings(value: Option<&Value>) -> Vec<&str> {
    value.and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str).collect()
}

impl<'a> Property<'a> {
    /// The node with its `$ref`s followed.
    fn resolved(self) -> &'a Value {
        let mut node = self.node;
        for _ in 0..MAX_DEPTH {
            let Some(reference) = node.get("$ref").and_then(Value::as_str) else { break };
            let Some(target) = reference.strip_prefix('#').and_then(|p| self.schema.document.pointer(p)) else { break };
            node = target;
        }
        node
    }

    /// The alternatives of the node: itself and what `oneOf`, `anyOf` and `allOf` name.
    fn alternatives(self) -> Vec<&'a Value> {
        let mut found = Vec::new();
        let mut queue = vec![(self.resolved(), 0)];
        while let Some((node, depth)) = queue.pop() {
            found.push(node);
            if depth < 8 {
                for key in ["oneOf", "anyOf", "allOf"] {
                    for item in node.get(key).and_then(Value::as_array).into_iter().flatten() {
                        queue.push((Property { schema: self.schema, node: item }.resolved(), depth + 1));
                    }
                }
            }
        }
        found
    }

    /// The child of the given name, or an item where the step is `*` or a number.
    pub fn child(self, step: &str) -> Option<Property<'a>> {
        let is_item = step == "*" || step.bytes().all(|b| b.is_ascii_digit());
        let alternatives = self.alternatives();
        for node in &alternatives {
            if let Some(child) = node.get("properties").and_then(|p| p.get(step)) {
                return Some(Property { schema: self.schema, node: child });
            }
            if is_item && let Some(items) = node.get("items") {
                return Some(Property { schema: self.schema, node: items });
            }
            if let Some(patterns) = node.get("patternProperties").and_then(Value::as_object)
                && let Some(child) = patterns.values().next()
            {
                return Some(Property { schema: self.schema, node: child });
            }
            if let Some(additional) = node.get("additionalProperties").filter(|a| a.is_object()) {
                return Some(Property { schema: self.schema, node: additional });
            }
        }
        is_open(&alternatives).then_some(Property { schema: self.schema, node: &Value::Null })
    }

    /// The JSON types that the schema admits; empty where it admits any.
    pub fn types(self) -> Vec<&'a str> {
        let mut types: Vec<&str> = self
            .alternatives()
            .into_iter()
            .flat_map(|node| match node.get("type") {
                Some(Value::String(one)) => vec![one.as_str()],
                many => strings(many),
            })
            .collect();
        types.sort_unstable();
        types.dedup();
        types
    }

    /// The values that the schema enumerates; empty where it enumerates none.
    pub fn enumeration(self) -> Vec<&'a Value> {
        self.alternatives().into_iter().filter_map(|node| node.get("enum")).filter_map(Value::as_array).flatten().collect()
    }

    /// The default that the schema states.
    pub fn default(self) -> Option<&'a Value> {
        self.resolved().get("default")
    }

    /// The names of the child properties.
    pub fn names(self) -> Vec<&'a str> {
        let mut names: Vec<&str> = self
            .alternatives()
            .into_iter()
            .filter_map(|node| node.get("properties"))
            .filter_map(Value::as_object)
            .flat_map(|properties| properties.keys().map(String::as_str))
            .collect();
        names.sort_unstable();
        names.dedup();
        names
    }

    /// The name of a child property that `name` may be a slip for.
    pub fn nearest(self, name: &str) -> Option<&'a str> {
        let name = name.to_lowercase();
        let distance = |candidate: &&str| strsim::damerau_levenshtein(&candidate.to_lowercase(), &name);
        self.names().into_iter().min_by_key(distance).filter(|candidate| distance(candidate) <= candidate.len() / 3)
    }

    /// Where `value` departs from the schema: pointers with what is wrong. Types, enumerations, required and unknown properties are checked.
    pub fn violations(self, value: &Value) -> Vec<String> {
        let mut found = Vec::new();
        self.check(value, &mut String::new(), 0, &mut found);
        found
    }

    fn check(self, value: &Value, pointer: &mut String, depth: usize, found: &mut Vec<String>) {
        if depth > MAX_DEPTH {
            return;
        }
        let types = self.types();
        if !types.is_empty() && !types.iter().any(|t| has_type(value, t)) {
            found.push(format!("`{pointer}` is {} but the schema says {}", type_of(value), types.join(" or ")));
            return;
        }
        let enumeration = self.enumeration();
        if !enumeration.is_empty() && !enumeration.contains(&value) {
            found.push(format!("`{pointer}` is {value}, not one of the values that the schema lists"));
        }
        let length = pointer.len();
        match value {
            Value::Object(object) => {
                if let Some(required) = self.resolved().get("required") {
                    for name in strings(Some(required)) {
                        if !object.contains_key(name) {
                            found.push(format!("`{pointer}/{name}` is required"));
                        }
                    }
                }
                for (name, item) in object {
                    pointer.push('/');
                    pointer.push_str(&escape(name));
                    match self.child(name) {
                        Some(child) => child.check(item, pointer, depth + 1, found),
                        None => found.push(format!("`{pointer}` is not in the schema")),
                    }
                    pointer.truncate(length);
                }
            }
            Value::Array(items) => {
                let Some(child) = self.child("*") else { return };
                for (index, item) in items.iter().enumerate() {
                    pointer.push_str(&format!("/{index}"));
                    child.check(item, pointer, depth + 1, found);
                    pointer.truncate(length);
                }
            }
            _ => {}
        }
    }
}

/// Whether the alternatives say nothing of children: an object without properties (a policy document), or no type at all.
fn is_open(alternatives: &[&Value]) -> bool {
    let shaped = |node: &&Value| {
        let keys = ["properties", "patternProperties", "items"];
        keys.iter().any(|key| node.get(key).is_some()) || node.get("additionalProperties") == Some(&Value::Bool(false))
    };
    let container = |node: &&Value| match node.get("type") {
        None => true,
        Some(Value::String(one)) => one == "object",
        many => strings(many).contains(&"object"),
    };
    !alternatives.iter().any(shaped) && alternatives.iter().any(container)
}

fn has_type(value: &Value, name: &str) -> bool {
    match name {
        "string" => value.is_string(),
        "boolean" => value.is_boolean(),
        "integer" => value.is_i64() || value.is_u64(),
        "number" => value.is_number(),
        "object" => value.is_object(),
        "array" => value.is_array(),
        "null" => value.is_null(),
        _ => true,
    }
}

fn type_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "a string",
        Value::Array(_) => "an array",
        Value::Object(_) => "an object",
    }
}

/// The vendored schemas, each parsed when it is first asked for.
#[derive(Debug)]
pub struct Schemas {
    parsed: Mutex<BTreeMap<String, &'static Schema>>,
}

impl Schemas {
    /// The schemas that ship with the program.
    pub fn vendored() -> &'static Self {
        static SCHEMAS: Schemas = Schemas { parsed: Mutex::new(BTreeMap::new()) };
        &SCHEMAS
    }

    /// The types that there are schemas for, in order.
    pub fn types(&self) -> Vec<String> {
        let mut types: Vec<String> = VENDORED
            .dirs()
            .flat_map(Dir::files)
            .filter_map(|file| {
                let separator = if file.path().starts_with("kubernetes") { "/" } else { "::" };
                file.path().file_stem()?.to_str().map(|stem| stem.replace('-', separator))
            })
            .collect();
        types.sort();
        types
    }

    /// The schema of a type.
    ///
    /// # Errors
    /// There is none, or it does not parse.
    pub fn get(&self, type_name: &str) -> Result<&'static Schema, SchemaError> {
        let mut parsed = self.parsed.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(schema) = parsed.get(type_name) {
            return Ok(schema);
        }
        let name = format!("{}.json", type_name.replace("::", "-").replace('/', "-"));
        let folder = match type_name {
            name if name.starts_with("Innovate::") => "innovate",
            name if name.contains('/') => "kubernetes",
            _ => "aws",
        };
        let Some(file) = VENDORED.get_file(format!("{folder}/{name}")) else {
            return Err(SchemaError::UnknownType { type_name: type_name.to_owned(), suggestion: self.nearest(type_name) });
        };
        let document =
            serde_json::from_slice(file.contents()).map_err(|source| SchemaError::Json { type_name: type_name.to_owned(), source })?;
        // Leaked on purpose: the vendored schemas live as long as the program, each is parsed once.
        let schema: &'static Schema = Box::leak(Box::new(Schema::new(document)));
        parsed.insert(type_name.to_owned(), schema);
        Ok(schema)
    }

    fn nearest(&self, type_name: &str) -> Option<String> {
        self.types()
            .into_iter()
            .map(|candidate| (strsim::damerau_levenshtein(&candidate, type_name), candidate))
            .min()
            .filter(|(distance, candidate)| *distance <= candidate.len() / 4)
            .map(|(_, candidate)| candidate)
    }
}
