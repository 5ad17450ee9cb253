//! `Fn::ForEach`, which writes a part of a template once for each item of a list:
//! <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference-foreach.html>.

use super::Template;
use super::part::Part;
use crate::input::document::{Entry, InputError, Kind, Node};

/// What all loops of a template may write, all in all, in bytes.
const MOST_WRITTEN: usize = 64 << 20;

/// What a value counts for beside its text, in bytes.
const VALUE: usize = 16;

/// What the key of a loop begins with.
pub(super) const PREFIX: &str = "Fn::ForEach::";

/// Whether something in the node is a loop.
pub(super) fn has_loop(node: &Node) -> bool {
    match &node.kind {
        Kind::List(items) => items.iter().any(has_loop),
        Kind::Map(entries) => entries.iter().any(|entry| entry.key.starts_with(PREFIX) || has_loop(&entry.value)),
        _ => false,
    }
}

/// The node with every loop written out. `template` knows parameters and maps, of which the lists are made.
pub(super) fn expand(template: &Template<'_>, node: &Node) -> Result<Node, InputError> {
    Expansion { template, written: 0 }.node(node)
}

struct Expansion<'a, 'b> {
    template: &'a Template<'b>,
    written: usize,
}

impl Expansion<'_, '_> {
    fn node(&mut self, node: &Node) -> Result<Node, InputError> {
        let kind = match &node.kind {
            Kind::List(items) => Kind::List(items.iter().map(|item| self.node(item)).collect::<Result<_, _>>()?),
            Kind::Map(entries) => {
                let mut expanded = Vec::new();
                for entry in entries {
                    if entry.key.starts_with(PREFIX) {
                        expanded.extend(self.rounds(entry)?);
                    } else {
                        expanded.push(Entry { key: entry.key.clone(), span: entry.span, value: self.node(&entry.value)? });
                    }
                }
                Kind::Map(expanded)
            }
            _ => node.kind.clone(),
        };
        Ok(Node { kind, tag: node.tag.clone(), span: node.span })
    }

    fn rounds(&mut self, entry: &Entry) -> Result<Vec<Entry>, InputError> {
        let template = self.template;
        let start = entry.span.start;
        let wrong = || template.error(start, format!("`{}` takes a list of a name, a list and a map", entry.key));
        let Some([name, list, body]) = entry.value.items() else { return Err(wrong()) };
        let (Some(name), Some(body)) = (name.text(), body.entries()) else { return Err(wrong()) };
        let list = match template.resolve(list)? {
            Part::List(items) => items.into_iter().map(|(_, item)| item.written().map(ToOwned::to_owned)).collect::<Option<Vec<_>>>(),
            Part::Scalar(_, text) => Some(text.split(',').map(|item| item.trim().to_owned()).collect()),
            _ => None,
        };
        let list =
            list.ok_or_else(|| template.error(start, format!("the list of `{}` is not known here; give its parameters", entry.key)))?;
        let mut written = Vec::new();
        for item in &list {
            for inner in body {
                let mut round = Round { name, item, left: MOST_WRITTEN.saturating_sub(self.written) };
                let filled = round.entry(inner);
                self.written = MOST_WRITTEN - round.left;
                let Some(round) = filled else {
                    return Err(template.error(start, format!("loops write more than {MOST_WRITTEN} bytes")));
                };
                if round.key.starts_with(PREFIX) {
                    written.extend(self.rounds(&round)?);
                } else {
                    written.push(Entry { value: self.node(&round.value)?, ..round });
                }
            }
        }
        Ok(written)
    }
}

/// One item of a loop, put in for its name.
struct Round<'a> {
    name: &'a str,
    item: &'a str,
    /// Bytes that may still be written.
    left: usize,
}

impl Round<'_> {
    fn entry(&mut self, entry: &Entry) -> Option<Entry> {
        Some(Entry { key: self.text(&entry.key)?, span: entry.span, value: self.node(&entry.value)? })
    }

    /// The node with the item in it; none where there is no room for it.
    fn node(&mut self, node: &Node) -> Option<Node> {
        self.left = self.left.checked_sub(VALUE)?;
        let is_name = |node: &Node| node.text() == Some(self.name);
        let kind = match &node.kind {
            _ if node.tag.as_deref() == Some("Ref") && is_name(node) => {
                return Some(Node { tag: None, kind: Kind::Text(self.item.to_owned()), span: node.span });
            }
            Kind::Map(entries) => match entries.as_slice() {
                [entry] if entry.key == "Ref" && is_name(&entry.value) => Kind::Text(self.item.to_owned()),
                entries => Kind::Map(entries.iter().map(|entry| self.entry(entry)).collect::<Option<_>>()?),
            },
            Kind::List(items) => Kind::List(items.iter().map(|node| self.node(node)).collect::<Option<_>>()?),
            Kind::Text(text) => Kind::Text(self.text(text)?),
            other => other.clone(),
        };
        Some(Node { kind, tag: node.tag.clone(), span: node.span })
    }

    /// The text with `${name}` replaced, and `&{name}` by the item's letters and digits alone.
    fn text(&mut self, text: &str) -> Option<String> {
        let plain: String = self.item.chars().filter(char::is_ascii_alphanumeric).collect();
        let names = [(format!("${{{}}}", self.name), self.item), (format!("&{{{}}}", self.name), plain.as_str())];
        let more: usize = names.iter().map(|(name, item)| text.matches(name.as_str()).count() * item.len()).sum();
        self.left = self.left.checked_sub(text.len() + more)?;
        Some(names.iter().fold(text.to_owned(), |text, (name, item)| text.replace(name, item)))
    }
}
