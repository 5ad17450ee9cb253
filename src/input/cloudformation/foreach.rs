//! `Fn::ForEach`, which writes a part of a template once for each item of a list:
//! <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference-foreach.html>.

use super::Template;
use super::part::Part;
use crate::input::document::{Entry, InputError, Kind, Node};

/// Entries that all loops of a template may write, all in all.
const MOST_ENTRIES: usize = 100_000;

const PREFIX: &str = "Fn::ForEach::";

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
                        expanded.push(Entry { value: self.node(&entry.value)?, ..entry.clone() });
                    }
                }
                Kind::Map(expanded)
            }
            _ => node.kind.clone(),
        };
        Ok(Node { kind, ..node.clone() })
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
                self.written += 1;
                if self.written > MOST_ENTRIES {
                    return Err(template.error(start, format!("loops write more than {MOST_ENTRIES} entries")));
                }
                let round = Entry { key: fill(&inner.key, name, item), span: inner.span, value: substitute(&inner.value, name, item) };
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

fn substitute(node: &Node, name: &str, item: &str) -> Node {
    let is_reference = |node: &Node| node.text() == Some(name);
    let kind = match &node.kind {
        _ if node.tag.as_deref() == Some("Ref") && is_reference(node) => {
            return Node { tag: None, kind: Kind::Text(item.to_owned()), span: node.span };
        }
        Kind::Map(entries) => match entries.as_slice() {
            [entry] if entry.key == "Ref" && is_reference(&entry.value) => Kind::Text(item.to_owned()),
            entries => Kind::Map(
                entries
                    .iter()
                    .map(|entry| Entry { key: fill(&entry.key, name, item), span: entry.span, value: substitute(&entry.value, name, item) })
                    .collect(),
            ),
        },
        Kind::List(items) => Kind::List(items.iter().map(|node| substitute(node, name, item)).collect()),
        Kind::Text(text) => Kind::Text(fill(text, name, item)),
        other => other.clone(),
    };
    Node { kind, ..node.clone() }
}

/// The text with `${name}` replaced, and `&{name}` by the item's letters and digits alone.
fn fill(text: &str, name: &str, item: &str) -> String {
    if !text.contains(name) {
        return text.to_owned();
    }
    let plain: String = item.chars().filter(char::is_ascii_alphanumeric).collect();
    text.replace(&format!("${{{name}}}"), item).replace(&format!("&{{{name}}}"), &plain)
}
