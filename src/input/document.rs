//! YAML and JSON with the place of every value.

mod json;

use std::collections::HashMap;

use granit_parser::{Event, Options, Parser, ScalarStyle, Tag};
use innovate_model::{Position, Span};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Number, Value};

/// Values of one text, those that aliases repeat counted each time, and a long text for several.
const MOST_NODES: usize = 4_000_000;

/// Bytes of a text that count as one value.
const BYTES_A_NODE: usize = 64;

/// How deep values may be nested.
const MOST_DEPTH: usize = 128;

/// The largest text that is read, in bytes.
pub const MOST_BYTES: usize = 128 << 20;

/// A text that is not of the form that it should have.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, thiserror::Error)]
#[error("{file}{}: {message}", at.map(|at| format!(":{}:{}", at.line, at.column)).unwrap_or_default())]
pub struct InputError {
    /// The file.
    pub file: String,
    /// Where in it, where that is known.
    pub at: Option<Position>,
    /// What is wrong, and what is expected.
    pub message: String,
}

impl InputError {
    /// Of a file, at a place.
    pub fn new(file: &str, at: impl Into<Option<Position>>, message: impl Into<String>) -> Self {
        Self { file: file.to_owned(), at: at.into(), message: message.into() }
    }
}

/// A value and its place.
#[derive(Clone, Debug, PartialEq)]
pub struct Node {
    /// What it is.
    pub kind: Kind,
    /// Its YAML tag, such as `!GetAtt`, without the exclamation mark.
    pub tag: Option<String>,
    /// Where it is: from its first character, for a block list or map that of its first entry, to its end.
    pub span: Span,
}

/// What a node is.
#[derive(Clone, Debug, PartialEq)]
pub enum Kind {
    /// Nothing.
    Null,
    /// True or false.
    Bool(bool),
    /// A number, and how it is written: `1.10`.
    Number(Number, String),
    /// A text.
    Text(String),
    /// A list.
    List(Vec<Node>),
    /// A map, in the order of the text.
    Map(Vec<Entry>),
}

/// An entry of a map.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// Its key.
    pub key: String,
    /// Where the key is.
    pub span: Span,
    /// Its value.
    pub value: Node,
}

impl Entry {
    /// What to show of the entry: key and value where the value is a single one, otherwise the key.
    pub fn place(&self) -> Span {
        match self.value.kind {
            Kind::List(_) | Kind::Map(_) => self.span,
            _ => Span { start: self.span.start, end: self.value.span.end.max(self.span.end) },
        }
    }
}

impl Node {
    /// A node without a tag.
    pub fn new(kind: Kind, span: Span) -> Self {
        Self { kind, tag: None, span }
    }

    /// The entries, where it is a map.
    pub fn entries(&self) -> Option<&[Entry]> {
        match &self.kind {
            Kind::Map(entries) => Some(entries),
            _ => None,
        }
    }

    /// The entry of a map.
    pub fn entry(&self, key: &str) -> Option<&Entry> {
        self.entries()?.iter().find(|entry| entry.key == key)
    }

    /// The value of a map's entry.
    pub fn get(&self, key: &str) -> Option<&Node> {
        self.entry(key).map(|entry| &entry.value)
    }

    /// The items, where it is a list.
    pub fn items(&self) -> Option<&[Node]> {
        match &self.kind {
            Kind::List(items) => Some(items),
            _ => None,
        }
    }

    /// The text, where it is one.
    pub fn text(&self) -> Option<&str> {
        match &self.kind {
            Kind::Text(text) => Some(text),
            _ => None,
        }
    }

    /// A single value as it is written: `true`, `012`, `text`.
    pub fn scalar(&self) -> Option<String> {
        match &self.kind {
            Kind::Bool(value) => Some(value.to_string()),
            Kind::Number(_, text) => Some(text.clone()),
            Kind::Text(text) => Some(text.clone()),
            Kind::Null | Kind::List(_) | Kind::Map(_) => None,
        }
    }

    /// What to show of an item of a list: the key of its first entry, where it is a map.
    pub fn place(&self) -> Span {
        match &self.kind {
            Kind::Map(entries) => entries.first().map_or(self.span, Entry::place),
            Kind::List(items) => items.first().map_or(self.span, Node::place),
            _ => self.span,
        }
    }

    /// The value without its places. Of keys that are there twice the last one counts.
    pub fn value(&self) -> Value {
        match &self.kind {
            Kind::Null => Value::Null,
            Kind::Bool(value) => Value::from(*value),
            Kind::Number(number, _) => Value::Number(number.clone()),
            Kind::Text(text) => Value::from(text.as_str()),
            Kind::List(items) => Value::Array(items.iter().map(Self::value).collect()),
            Kind::Map(entries) => {
                Value::Object(entries.iter().map(|entry| (entry.key.clone(), entry.value.value())).collect::<Map<_, _>>())
            }
        }
    }

    /// What it is, for an error: `a list`.
    pub fn describe(&self) -> &'static str {
        match self.kind {
            Kind::Null => "nothing",
            Kind::Bool(_) => "a boolean",
            Kind::Number(..) => "a number",
            Kind::Text(_) => "a text",
            Kind::List(_) => "a list",
            Kind::Map(_) => "a map",
        }
    }
}

/// Where `serde_saphyr` says that something is.
pub fn position(location: serde_saphyr::Location) -> Position {
    let number = |number: u64| usize::try_from(number).unwrap_or(usize::MAX);
    Position { line: number(location.line()), column: number(location.column()) }
}

/// A YAML text of the form of `T`; none where it is empty.
///
/// # Errors
/// It is not of the form, or not what [`parse`] takes.
pub fn typed<T: DeserializeOwned>(file: &str, text: &str) -> Result<Option<T>, InputError> {
    // Says where a key is twice, and holds what aliases may repeat.
    if parse(file, text.as_bytes())?.is_empty() {
        return Ok(None);
    }
    serde_saphyr::from_str(text).map(Some).map_err(|error| {
        let at = error.location().map(position);
        let message = error.without_snippet().to_string();
        let message = message.split(" at line ").next().unwrap_or_default();
        InputError::new(file, at, message.strip_prefix("error: ").unwrap_or(message))
    })
}

/// The documents of a YAML or JSON text; empty ones are left out.
///
/// # Errors
/// It is neither YAML nor JSON, a key is there twice, or it is too large, too deep, or has too many values.
pub fn parse(file: &str, bytes: &[u8]) -> Result<Vec<Node>, InputError> {
    if bytes.len() > MOST_BYTES {
        let message = format!("has {} bytes; what is checked has at most {MOST_BYTES}", bytes.len());
        return Err(InputError::new(file, None, message));
    }
    let text = match std::str::from_utf8(bytes) {
        Ok(text) => text.strip_prefix('\u{feff}').unwrap_or(text),
        Err(error) => {
            let before = bytes.get(..error.valid_up_to()).unwrap_or_default();
            return Err(InputError::new(file, position_after(before), "is not UTF-8 from here on; save the file as UTF-8"));
        }
    };
    if !json::is_meant(text) {
        return yaml(file, text);
    }
    let mut builder = Builder::new(file);
    match json::read(&mut builder, text) {
        Ok(()) => Ok(builder.documents),
        Err(error) if file.ends_with(".json") => Err(error),
        // A stream of YAML may begin in braces.
        Err(error) => yaml(file, text).map_err(|_| error),
    }
}

fn yaml(file: &str, text: &str) -> Result<Vec<Node>, InputError> {
    let mut options = Options::default();
    options.emit_comments = false;
    // The scanner is ahead of the builder, which says how deep is too deep, by no more than a key.
    options.flow_nesting_limit = MOST_DEPTH + options.simple_key_max_lookahead;
    options.block_nesting_limit = MOST_DEPTH + 1;
    let mut builder = Builder::new(file);
    for event in Parser::new_from_str_with_options(text, options) {
        let (event, span) = event.map_err(|error| {
            let at = Position { line: error.marker().line(), column: error.marker().col() + 1 };
            InputError::new(file, at, error.info())
        })?;
        builder.event(event, to_span(span))?;
    }
    Ok(builder.documents)
}

fn position_after(text: &[u8]) -> Position {
    let line = text.iter().filter(|byte| **byte == b'\n').count() + 1;
    let last = text.rsplit(|byte| *byte == b'\n').next().unwrap_or_default();
    Position { line, column: String::from_utf8_lossy(last).chars().count() + 1 }
}

fn to_span(span: granit_parser::Span) -> Span {
    let position = |marker: granit_parser::Marker| Position { line: marker.line(), column: marker.col() + 1 };
    Span { start: position(span.tag_start().unwrap_or(span.start)), end: position(span.end) }
}

/// The function that a tag names: not so YAML's own, such as `!!str`.
fn function(tag: Option<&Tag>) -> Option<String> {
    tag.filter(|tag| !tag.is_yaml_core_schema() && !tag.suffix().is_empty()).map(|tag| tag.suffix().to_owned())
}

/// Something that is not complete yet.
struct Open {
    node: Node,
    anchor: usize,
    /// The number of values before it.
    before: usize,
    /// The key whose value comes next.
    key: Option<Key>,
    /// Where in the map the keys are.
    keys: HashMap<String, usize>,
}

struct Key {
    text: String,
    span: Span,
    /// Whether it is `<<`, and no text of these letters.
    merges: bool,
}

struct Builder<'a> {
    file: &'a str,
    stack: Vec<Open>,
    /// By anchor, with the number of values in it.
    anchors: HashMap<usize, (Node, usize)>,
    documents: Vec<Node>,
    nodes: usize,
    /// Values that are kept for aliases.
    kept: usize,
}

impl<'a> Builder<'a> {
    fn new(file: &'a str) -> Self {
        Self { file, stack: Vec::new(), anchors: HashMap::new(), documents: Vec::new(), nodes: 0, kept: 0 }
    }

    fn event(&mut self, event: Event<'_>, span: Span) -> Result<(), InputError> {
        match event {
            Event::Scalar(text, style, anchor, tag) => {
                let tag = tag.as_deref();
                let plain =
                    style == ScalarStyle::Plain && tag.is_none_or(|tag| !tag.suffix().is_empty() && !tag.is_yaml_core_schema_tag("str"));
                let kind = if plain { plain_scalar(&text) } else { Kind::Text(text.into_owned()) };
                let key = plain && kind == Kind::Text("<<".to_owned());
                self.add(Node { kind, tag: function(tag), span }, (anchor, 1), key)
            }
            Event::SequenceStart(_, anchor, tag) => self.open(Kind::List(Vec::new()), anchor, function(tag.as_deref()), span),
            Event::MappingStart(_, anchor, tag) => self.open(Kind::Map(Vec::new()), anchor, function(tag.as_deref()), span),
            Event::SequenceEnd | Event::MappingEnd => self.close(span.end),
            Event::Alias(anchor) => {
                let Some((mut node, size)) = self.anchors.get(&anchor).cloned() else {
                    return Err(InputError::new(self.file, span.start, "an alias stands inside what it repeats"));
                };
                node.span = span;
                self.add(node, (0, size), false)
            }
            _ => Ok(()),
        }
    }

    fn open(&mut self, kind: Kind, anchor: usize, tag: Option<String>, span: Span) -> Result<(), InputError> {
        if self.stack.len() >= MOST_DEPTH {
            return Err(InputError::new(self.file, span.start, format!("values are nested more than {MOST_DEPTH} deep")));
        }
        let node = Node { kind, tag, span };
        self.stack.push(Open { node, anchor, before: self.nodes, key: None, keys: HashMap::new() });
        Ok(())
    }

    fn close(&mut self, end: Position) -> Result<(), InputError> {
        let Some(mut open) = self.stack.pop() else { return Ok(()) };
        open.node.span.end = end;
        // What is inside was counted as it came.
        let size = self.nodes.saturating_sub(open.before) + 1;
        self.nodes = open.before;
        self.add(open.node, (open.anchor, size), false)
    }

    /// Adds a value of `size` values with an anchor, 0 for none. `merges` says that it is `<<`.
    fn add(&mut self, node: Node, (anchor, size): (usize, usize), merges: bool) -> Result<(), InputError> {
        let size = size + node.text().map_or(0, |text| text.len() / BYTES_A_NODE);
        self.nodes += size;
        if anchor > 0 {
            self.kept += size;
        }
        if self.nodes > MOST_NODES || self.kept > MOST_NODES {
            let message = format!("has more than {MOST_NODES} values, with those that aliases repeat");
            return Err(InputError::new(self.file, node.span.start, message));
        }
        if anchor > 0 {
            self.anchors.insert(anchor, (node.clone(), size));
        }
        let Some(open) = self.stack.last_mut() else {
            if node.kind != Kind::Null {
                self.documents.push(node);
            }
            return Ok(());
        };
        match &mut open.node.kind {
            Kind::List(items) => items.push(node),
            Kind::Map(entries) => match open.key.take() {
                None => {
                    let Some(text) = node.scalar().or_else(|| (node.kind == Kind::Null).then(|| "null".to_owned())) else {
                        let message = format!("a key is {}; it must be a text", node.describe());
                        return Err(InputError::new(self.file, node.span.start, message));
                    };
                    open.key = Some(Key { text, span: node.span, merges });
                }
                Some(Key { span, merges: true, .. }) if !matches!(node.kind, Kind::Text(_)) => {
                    merge(self.file, (entries, &mut open.keys), node, span)?;
                }
                Some(Key { text, span, .. }) => match open.keys.get(&text).and_then(|at| entries.get_mut(*at)) {
                    // A merged entry gives way to one that is written out.
                    Some(known) if known.span == known.value.span => *known = Entry { key: text, span, value: node },
                    Some(known) => {
                        let line = known.span.start.line;
                        return Err(InputError::new(
                            self.file,
                            span.start,
                            format!("the key `{text}` is there twice, first in line {line}"),
                        ));
                    }
                    None => {
                        open.keys.insert(text.clone(), entries.len());
                        entries.push(Entry { key: text, span, value: node });
                    }
                },
            },
            _ => {}
        }
        Ok(())
    }
}

/// Puts the entries of `<<: *alias` in; those that are written out win, and keep their place. A merged entry has its value's place for its key.
fn merge(file: &str, (entries, keys): (&mut Vec<Entry>, &mut HashMap<String, usize>), node: Node, at: Span) -> Result<(), InputError> {
    let maps = match node.kind {
        Kind::List(items) => items,
        _ => vec![node],
    };
    for map in maps {
        let Kind::Map(merged) = map.kind else {
            return Err(InputError::new(file, at.start, "`<<` takes a map, or a list of maps"));
        };
        for entry in merged {
            if !keys.contains_key(&entry.key) {
                keys.insert(entry.key.clone(), entries.len());
                entries.push(Entry { span: entry.value.span, ..entry });
            }
        }
    }
    Ok(())
}

/// What an unquoted scalar is by YAML's core schema.
fn plain_scalar(text: &str) -> Kind {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => return Kind::Null,
        "true" | "True" | "TRUE" => return Kind::Bool(true),
        "false" | "False" | "FALSE" => return Kind::Bool(false),
        _ => {}
    }
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    if !digits.starts_with(|first: char| first.is_ascii_digit() || first == '.') {
        return Kind::Text(text.to_owned());
    }
    let number = if let Some(hex) = text.strip_prefix("0x") {
        i64::from_str_radix(hex, 16).ok().map(Number::from)
    } else if let Some(octal) = text.strip_prefix("0o") {
        i64::from_str_radix(octal, 8).ok().map(Number::from)
    } else if digits.bytes().all(|byte| byte.is_ascii_digit()) {
        text.parse::<i64>().ok().map(Number::from).or_else(|| text.parse::<u64>().ok().map(Number::from)).or_else(|| decimal(text))
    } else if digits.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'.' | b'e' | b'E' | b'+' | b'-')) {
        decimal(text)
    } else {
        None
    };
    number.map_or_else(|| Kind::Text(text.to_owned()), |number| Kind::Number(number, text.to_owned()))
}

fn decimal(text: &str) -> Option<Number> {
    text.parse::<f64>().ok().and_then(Number::from_f64)
}
