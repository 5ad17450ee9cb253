//! Changes of a file of waivers that leave everything else as it is written.

use std::collections::BTreeSet;

use innovate_model::Position;
use jiff::civil::Date;
use serde_json::json;

use super::parse;
use crate::finding::Finding;
use crate::input::document::{self, InputError, Kind, Node};

/// A waiver to be written.
#[derive(Clone, Debug)]
pub struct Draft<'a> {
    /// What it is to be called by.
    pub id: String,
    /// The failures to waive: of one policy and one resource.
    pub findings: &'a [Finding],
    /// Why.
    pub reason: String,
    /// Who answers for it.
    pub owner: String,
    /// The first day on which it covers nothing any more.
    pub expires: Date,
}

impl Draft<'_> {
    /// The names and values of the entry, as YAML.
    fn lines(&self) -> Option<Vec<String>> {
        let first = self.findings.first()?;
        let resource = match &first.location {
            Some(location) => {
                vec![
                    ("type", first.resource.type_name.clone()),
                    ("file", globset::escape(&location.file)),
                    ("address", location.address.clone()),
                ]
            }
            None => vec![
                ("type", first.resource.type_name.clone()),
                ("id", globset::escape(&first.resource.id)),
                ("account", first.account.clone()),
                ("region", first.region.clone()),
            ],
        };
        let evidence: BTreeSet<&String> = self.findings.iter().filter_map(|finding| finding.evidence.as_ref()).collect();
        let mut lines = vec![format!("id: {}", scalar(&self.id)), format!("policy: {}", scalar(&first.policy)), "resource:".to_owned()];
        lines.extend(resource.iter().map(|(name, value)| format!("  {name}: {}", scalar(value))));
        if !first.path.is_empty() && self.findings.iter().all(|finding| finding.path == first.path) {
            lines.push(format!("path: {}", scalar(&first.path)));
        }
        lines.extend([
            format!("reason: {}", scalar(&self.reason)),
            format!("owner: {}", scalar(&self.owner)),
            format!("expires: {}", self.expires),
            "fingerprints:".to_owned(),
        ]);
        lines.extend(evidence.iter().map(|evidence| format!("  - {}", json!(evidence))));
        Some(lines)
    }
}

/// A text as YAML: plain where it cannot be taken for something else.
fn scalar(text: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-' | ':' | '/' | '@');
    let begins = text.starts_with(|first: char| first.is_ascii_alphabetic() || first == '/');
    let other = ["true", "false", "null", "yes", "no", "on", "off", "y", "n"].contains(&text.to_ascii_lowercase().as_str());
    if begins && !other && !text.ends_with(':') && text.chars().all(is_plain) { text.to_owned() } else { json!(text).to_string() }
}

/// The text with one more waiver, after the last one. An empty text becomes a file.
///
/// # Errors
/// The text is no file of waivers, or one that cannot be added to.
pub fn append(file: &str, text: &str, draft: &Draft<'_>) -> Result<String, InputError> {
    let before = parse(file, text)?;
    let Some(entry) = draft.lines() else { return Ok(text.to_owned()) };
    let end = if text.contains("\r\n") { "\r\n" } else { "\n" };
    let mut lines: Vec<String> = text.split_inclusive('\n').map(ToOwned::to_owned).collect();
    let list = list(file, text)?;
    let (after, indent) = match &list {
        None => {
            lines.extend([format!("version: 1{end}"), format!("waivers:{end}")]);
            (lines.len(), 2)
        }
        Some(Waivers { key, node }) => match node.items() {
            Some(items) if !items.is_empty() => {
                let dash = items.last().and_then(|item| dash(&lines, item)).ok_or_else(|| no_block(file, node))?;
                (items.last().map_or(0, last_line), dash.column - 1)
            }
            // Nothing, or `[]`, which gives way.
            _ => {
                if let Some(line) = lines.get_mut(key.line - 1) {
                    *line = line.replacen("[]", "", 1);
                    let kept = line.trim_end().len();
                    line.truncate(kept);
                    line.push_str(end);
                }
                (key.line, key.column + 1)
            }
        },
    };
    if let Some(last) = lines.get_mut(after.saturating_sub(1)).filter(|last| !last.ends_with('\n')) {
        last.push_str(end);
    }
    let indent = " ".repeat(indent);
    let entry = entry.iter().enumerate().map(|(number, line)| format!("{indent}{}{line}{end}", if number == 0 { "- " } else { "  " }));
    lines.splice(after..after, entry);
    let changed = lines.concat();
    let expected: Vec<String> = before.iter().map(|waiver| waiver.id.clone()).chain([draft.id.clone()]).collect();
    hold(file, &changed, &expected)?;
    Ok(changed)
}

/// The text without the waivers of these ids and the comments that stand directly above them.
///
/// # Errors
/// The text is no file of waivers, or its list is not written item by item.
pub fn remove(file: &str, text: &str, ids: &BTreeSet<String>) -> Result<String, InputError> {
    let before = parse(file, text)?;
    let lines: Vec<String> = text.split_inclusive('\n').map(ToOwned::to_owned).collect();
    let Some(Waivers { node, .. }) = list(file, text)? else { return Ok(text.to_owned()) };
    let mut gone: BTreeSet<usize> = BTreeSet::new();
    for (item, _) in node.items().into_iter().flatten().zip(&before).filter(|(_, waiver)| ids.contains(&waiver.id)) {
        let dash = dash(&lines, item).ok_or_else(|| no_block(file, &node))?;
        let is_comment = |line: &String| line.trim_start().starts_with('#') && line.len() - line.trim_start().len() == dash.column - 1;
        let above = lines.iter().take(dash.line - 1).rev().take_while(|line| is_comment(line)).count();
        gone.extend(dash.line - above..=last_line(item));
    }
    let kept = lines.iter().enumerate().filter(|(number, _)| !gone.contains(&(number + 1)));
    let changed: String = kept.map(|(_, line)| line.as_str()).collect();
    let expected: Vec<String> = before.into_iter().map(|waiver| waiver.id).filter(|id| !ids.contains(id)).collect();
    hold(file, &changed, &expected)?;
    Ok(changed)
}

/// The entry `waivers` of a file: where its key is, and its value.
struct Waivers {
    key: Position,
    node: Node,
}

fn list(file: &str, text: &str) -> Result<Option<Waivers>, InputError> {
    let Some(document) = document::parse(file, text.as_bytes())?.into_iter().next() else { return Ok(None) };
    let Kind::Map(entries) = document.kind else { return Ok(None) };
    let is_flow = text.lines().nth(document.span.start.line.saturating_sub(1)).is_some_and(|line| line.trim_start().starts_with('{'));
    match entries.into_iter().find(|entry| entry.key == "waivers") {
        Some(entry) if !is_flow => Ok(Some(Waivers { key: entry.span.start, node: entry.value })),
        _ => Err(InputError::new(file, document.span.start, "has no `waivers:` on a line of its own; write one")),
    }
}

/// Where the dash of an item is; none where the list is not written with dashes.
fn dash(lines: &[String], item: &Node) -> Option<Position> {
    let (line, column) = (item.span.start.line, item.span.start.column);
    // A comment may stand between a dash and what follows it.
    (1..=line).rev().find_map(|number| {
        let text = lines.get(number - 1)?;
        let start = text.len() - text.trim_start().len();
        let is_item = text.trim_start().strip_prefix('-').is_some_and(|rest| rest.is_empty() || rest.starts_with(char::is_whitespace));
        (is_item && start + 1 < column).then_some(Position { line: number, column: start + 1 })
    })
}

/// The last line of what a node holds.
fn last_line(node: &Node) -> usize {
    let last = match &node.kind {
        Kind::List(items) => items.last(),
        Kind::Map(entries) => entries.last().map(|entry| &entry.value),
        _ => None,
    };
    match last {
        Some(last) => last_line(last).max(node.span.start.line),
        // What ends with its line ends at the begin of the next.
        None if node.span.end.column == 1 && node.span.end.line > node.span.start.line => node.span.end.line - 1,
        None => node.span.end.line,
    }
}

fn no_block(file: &str, node: &Node) -> InputError {
    InputError::new(file, node.span.start, "the waivers are not written one below the other; begin each with `- ` on a line of its own")
}

/// Holds that the changed text is what it should be.
fn hold(file: &str, text: &str, expected: &[String]) -> Result<(), InputError> {
    let found: Vec<String> = parse(file, text)?.into_iter().map(|waiver| waiver.id).collect();
    if found == *expected {
        return Ok(());
    }
    Err(InputError::new(file, None, "the waivers are written in a way that cannot be changed without losing something; change it by hand"))
}
