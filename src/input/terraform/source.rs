//! Where the blocks of a configuration are: the `.tf` files beside a plan.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use hcl_edit::Span as _;
use hcl_edit::expr::Expression;
use hcl_edit::parser::parse_body;
use hcl_edit::structure::{Block as HclBlock, Body};
use innovate_model::{Position, Span};
use serde_json::Value;

use super::Plan;
use super::plan::{steps, without_key};
use crate::input::document::MOST_BYTES;

/// How deep expressions and blocks may be nested; the parser goes down by recursion.
const MOST_DEPTH: usize = 100;

/// How deep modules may call modules.
const MOST_MODULES: usize = 32;

/// A block of a file.
struct Block {
    file: Arc<str>,
    /// Its head.
    span: Span,
    attributes: BTreeMap<String, Span>,
    /// The single values that are written in it.
    literals: BTreeSet<String>,
    blocks: Vec<(String, Block)>,
    remarks: Vec<(Span, Value)>,
}

/// Sets the places of all that is found below the folder.
pub(super) fn locate(plan: &mut Plan, folder: &Path) {
    let mut blocks = BTreeMap::new();
    read_module(folder, "", MOST_MODULES, &mut blocks);
    let find = |address: &str| blocks.get(&plain_address(address));
    for (declared, trails) in plan.declaration.resources.iter_mut().zip(&plan.trails) {
        let Some(own) = find(&declared.origin.address) else { continue };
        let properties = Value::Object(declared.resource.properties.clone());
        declared.origin.file = own.file.clone();
        declared.origin.span = own.span;
        for trail in trails {
            // A place is in the file of its resource.
            let Some(block) = find(&trail.address).filter(|block| block.file == own.file) else { continue };
            if trail.address != declared.origin.address || declared.origin.remarks.is_empty() {
                declared.origin.remarks.extend(block.remarks.iter().cloned());
            }
            for (pointer, attribute) in &trail.attributes {
                let place = block.place(attribute, pointer, &properties);
                let place = place.or_else(|| (trail.address != declared.origin.address).then_some(block.span));
                if let Some(place) = place {
                    declared.origin.places.insert(pointer.clone(), place);
                }
            }
        }
    }
    for skipped in &mut plan.declaration.skipped {
        if let Some(block) = find(&skipped.location.address) {
            skipped.location.file = block.file.to_string();
            skipped.location.span = block.span;
        }
    }
}

/// An address without keys: `module.a["x"].aws_vpc.main[0]` is in the block `module.a.aws_vpc.main`.
fn plain_address(address: &str) -> String {
    steps(address).into_iter().map(without_key).collect::<Vec<_>>().join(".")
}

fn read_module(folder: &Path, path: &str, left: usize, blocks: &mut BTreeMap<String, Block>) {
    let Some(left) = left.checked_sub(1) else { return };
    // The folder of a file that is named without one.
    let listed = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
    let entries = fs::read_dir(listed).into_iter().flatten().filter_map(Result::ok).map(|entry| folder.join(entry.file_name()));
    let mut files: Vec<PathBuf> =
        entries.filter(|path| path.extension().is_some_and(|extension| extension == "tf" || extension == "tofu")).collect();
    files.sort();
    for file in files {
        let small = fs::metadata(&file).is_ok_and(|known| known.is_file() && known.len() <= MOST_BYTES as u64);
        let Some(text) = fs::read_to_string(&file).ok().filter(|text| small && !is_deep(text)) else { continue };
        let Ok(body) = parse_body(&text) else { continue };
        let name: Arc<str> = Arc::from(file.to_string_lossy().replace('\\', "/"));
        let lines = Lines::new(&text);
        for block in body.blocks() {
            let labels: Vec<&str> = block.labels.iter().map(|label| label.as_str()).collect();
            match (block.ident.as_str(), labels.as_slice()) {
                ("resource", [type_name, own]) => {
                    let mut found = read_block(block, &name, &lines);
                    found.remarks = block.span().map(|range| lines.remarks(&range, &strings(&block.body))).unwrap_or_default();
                    blocks.insert(format!("{path}{type_name}.{own}"), found);
                }
                ("module", [own]) => {
                    let source = block.body.get_attribute("source").and_then(|source| source.value.as_str());
                    if let Some(source) = source.filter(|source| source.starts_with("./") || source.starts_with("../")) {
                        read_module(&joined(folder, source), &format!("{path}module.{own}."), left, blocks);
                    }
                }
                _ => {}
            }
        }
    }
}

/// A folder by the path from another, without `.` and with as few `..` as possible.
fn joined(folder: &Path, source: &str) -> PathBuf {
    let mut path = folder.to_owned();
    for step in source.split('/') {
        match step {
            "" | "." => {}
            ".." if path.file_name().is_some() => drop(path.pop()),
            step => path.push(step),
        }
    }
    path
}

/// Whether brackets are nested deeper than the parser should go.
fn is_deep(text: &str) -> bool {
    let mut depth = 0_usize;
    text.bytes().any(|byte| {
        match byte {
            b'(' | b'[' | b'{' => depth += 1,
            b')' | b']' | b'}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        depth > MOST_DEPTH
    })
}

fn read_block(block: &HclBlock, file: &Arc<str>, lines: &Lines<'_>) -> Block {
    let head = block.span().map(|range| {
        let line = lines.text.get(range.clone()).and_then(|text| text.lines().next()).unwrap_or_default();
        range.start..range.start + line.trim_end().trim_end_matches('{').trim_end().len()
    });
    let mut found = Block {
        file: file.clone(),
        span: head.map(|range| lines.span(range)).unwrap_or_default(),
        attributes: BTreeMap::new(),
        literals: BTreeSet::new(),
        blocks: Vec::new(),
        remarks: Vec::new(),
    };
    for attribute in block.body.attributes() {
        if let (Some(key), Some(value)) = (attribute.key.span(), attribute.value.span()) {
            // Of a value of many lines the name is enough.
            let whole = key.start..value.end;
            let one_line = lines.text.get(whole.clone()).is_some_and(|text| !text.trim_end().contains('\n'));
            found.attributes.insert(attribute.key.to_string(), lines.span(if one_line { whole } else { key }));
        }
        literals(&attribute.value, &mut found.literals);
    }
    for inner in block.body.blocks() {
        let name = inner.ident.as_str();
        let labels: Vec<&str> = inner.labels.iter().map(|label| label.as_str()).collect();
        match (name, labels.as_slice()) {
            ("dynamic", [name]) => {
                if let Some(content) = inner.body.blocks().find(|block| block.ident.as_str() == "content") {
                    found.blocks.push(((*name).to_owned(), read_block(content, file, lines)));
                }
            }
            _ => found.blocks.push((name.to_owned(), read_block(inner, file, lines))),
        }
    }
    found
}

fn literals(expression: &Expression, found: &mut BTreeSet<String>) {
    match expression {
        Expression::String(text) => drop(found.insert(text.value().clone())),
        Expression::Number(number) => drop(found.insert(number.value().to_string())),
        Expression::Bool(truth) => drop(found.insert(truth.value().to_string())),
        Expression::Array(items) => items.iter().for_each(|item| literals(item, found)),
        _ => {}
    }
}

/// Where the texts of a body are, in which there are no comments.
fn strings(body: &Body) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    for attribute in body.attributes() {
        strings_of(&attribute.value, &mut found);
    }
    for block in body.blocks() {
        found.extend(strings(&block.body));
    }
    found
}

fn strings_of(expression: &Expression, found: &mut Vec<Range<usize>>) {
    match expression {
        Expression::String(_) | Expression::StringTemplate(_) | Expression::HeredocTemplate(_) => found.extend(expression.span()),
        Expression::Array(items) => items.iter().for_each(|item| strings_of(item, found)),
        Expression::Object(object) => object.iter().for_each(|(_, value)| strings_of(value.expr(), found)),
        Expression::Parenthesis(inner) => strings_of(inner.inner(), found),
        Expression::FuncCall(call) => call.args.iter().for_each(|argument| strings_of(argument, found)),
        _ => {}
    }
}

impl Block {
    /// The place of an attribute, such as `ingress.from_port`, whose value is the property at the pointer. Of several blocks of one name it
    /// is in that with the most of the property's values.
    fn place(&self, attribute: &str, pointer: &str, properties: &Value) -> Option<Span> {
        let (mut block, mut place) = (self, None);
        for step in attribute.split('.') {
            if let Some(span) = block.attributes.get(step) {
                return Some(*span);
            }
            let named: Vec<&Block> = block.blocks.iter().filter(|(name, _)| name == step).map(|(_, block)| block).collect();
            block = match named.as_slice() {
                [] => break,
                [only] => only,
                several => {
                    let item = pointer.match_indices('/').nth(2).map_or(pointer, |(end, _)| pointer.get(..end).unwrap_or_default());
                    let mut values = BTreeSet::new();
                    texts(properties.pointer(item)?, &mut values);
                    let alike = |block: &Block| block.literals.intersection(&values).count();
                    let most = several.iter().map(|block| alike(block)).max()?;
                    let mut best = several.iter().filter(|block| alike(block) == most);
                    match (best.next(), best.next()) {
                        (Some(only), None) => only,
                        _ => return place,
                    }
                }
            };
            place = Some(block.span);
        }
        place
    }
}

fn texts(value: &Value, found: &mut BTreeSet<String>) {
    match value {
        Value::String(text) => drop(found.insert(text.clone())),
        Value::Number(_) | Value::Bool(_) => drop(found.insert(value.to_string())),
        Value::Array(items) => items.iter().for_each(|item| texts(item, found)),
        Value::Object(object) => object.values().for_each(|item| texts(item, found)),
        Value::Null => {}
    }
}

/// A text by lines.
struct Lines<'a> {
    text: &'a str,
    /// Where lines start.
    starts: Vec<usize>,
}

impl<'a> Lines<'a> {
    fn new(text: &'a str) -> Self {
        let starts = std::iter::once(0).chain(text.match_indices('\n').map(|(at, _)| at + 1)).collect();
        Self { text, starts }
    }

    fn position(&self, at: usize) -> Position {
        let line = self.starts.partition_point(|start| *start <= at);
        let start = self.starts.get(line.saturating_sub(1)).copied().unwrap_or_default();
        Position { line, column: self.text.get(start..at).map_or(0, |before| before.chars().count()) + 1 }
    }

    fn span(&self, range: Range<usize>) -> Span {
        Span { start: self.position(range.start), end: self.position(range.end) }
    }

    /// The line at a number from 0, without its end, and where it starts.
    fn line(&self, number: usize) -> Option<(usize, &'a str)> {
        let start = *self.starts.get(number)?;
        Some((start, self.text.get(start..)?.lines().next().unwrap_or_default()))
    }

    /// The comments `# innovate: …` in a block and directly above it.
    fn remarks(&self, block: &Range<usize>, strings: &[Range<usize>]) -> Vec<(Span, Value)> {
        let (first, last) = (self.position(block.start).line - 1, self.position(block.end).line - 1);
        let above =
            (0..first).rev().take_while(|number| self.line(*number).is_some_and(|(_, line)| line.trim_start().starts_with(['#', '/'])));
        let mut lines: Vec<usize> = above.collect();
        lines.reverse();
        lines.extend(first..=last);
        let mut found = Vec::new();
        for (start, line) in lines.into_iter().filter_map(|number| self.line(number)) {
            let Some((mark, text)) = line.match_indices(['#', '/']).find_map(|(at, _)| {
                let rest = line.get(at..)?;
                let comment = rest.strip_prefix('#').or_else(|| rest.strip_prefix("//"))?.trim_start();
                Some((at, comment.strip_prefix("innovate:")?.trim()))
            }) else {
                continue;
            };
            if !strings.iter().any(|string| string.contains(&(start + mark))) {
                found.push((self.span(start + mark..start + line.trim_end().len()), Value::from(text)));
            }
        }
        found
    }
}
