//! What a template shows before any of its values is known.

use std::collections::BTreeSet;

use super::intrinsic::call;
use crate::input::document::{Entry, Kind, Node};

/// A resource of a template.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outline<'a> {
    /// Its logical id.
    pub id: &'a str,
    /// Its type.
    pub type_name: &'a str,
    /// The name of the condition on which it depends, where it does.
    pub condition: Option<&'a str>,
    /// The logical ids of other resources that its properties name, by `Ref`, `Fn::GetAtt` or `Fn::Sub`.
    pub references: BTreeSet<&'a str>,
}

/// The resources of a template in the order of the file. Those that only a loop or a transform makes are not among them.
pub fn resources<'a>(document: &'a Node) -> Vec<Outline<'a>> {
    let entries = document.get("Resources").and_then(Node::entries).unwrap_or_default();
    let ids: BTreeSet<&str> = entries.iter().map(|entry| entry.key.as_str()).collect();
    let outline = |entry: &Entry| {
        let mut named = BTreeSet::new();
        if let Some(properties) = entry.value.get("Properties") {
            gather(properties, &mut named);
        }
        ids.iter().copied().filter(|id| *id != entry.key && named.contains(*id)).collect()
    };
    let resource = |entry: &'a Entry| {
        let Entry { key, value, .. } = entry;
        let condition = value.get("Condition").and_then(Node::text);
        Some(Outline { id: key, type_name: value.get("Type")?.text()?, condition, references: outline(entry) })
    };
    entries.iter().filter_map(resource).collect()
}

/// Adds what functions name, resources and parameters alike.
fn gather(node: &Node, named: &mut BTreeSet<String>) {
    if let Some((function, argument)) = call(node) {
        // `Fn::GetAtt` takes a list or `A.B`; `Fn::Sub` a text, or a list with it.
        let (first, variables) = match argument.items() {
            Some(items) => (items.first().and_then(Node::text), items.get(1)),
            None => (argument.text(), None),
        };
        let is_variable = |name: &str| variables.is_some_and(|variables| variables.get(name).is_some());
        let logical = |text: &str| text.split('.').next().unwrap_or_default().trim().to_owned();
        match function.as_ref() {
            "Ref" | "Fn::GetAtt" => named.extend(first.map(logical)),
            "Fn::Sub" => {
                let inner = first.unwrap_or_default().split("${").skip(1).filter_map(|part| part.split_once('}'));
                named.extend(inner.map(|(name, _)| name).filter(|name| !is_variable(name.trim())).map(logical));
            }
            _ => {}
        }
    }
    match &node.kind {
        Kind::List(items) => items.iter().for_each(|item| gather(item, named)),
        Kind::Map(entries) => entries.iter().for_each(|entry| gather(&entry.value, named)),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::input::document::parse;

    #[test]
    fn resources_name_each_other_in_every_way_that_a_template_has() {
        let text = "Parameters: { P: { Type: String } }\nResources:\n  A: { Type: T, Condition: C }\n  B: { Type: T, DependsOn: A }\n  \
                    C: { Type: U, Properties: { X: !Ref A, Y: !Ref P, Z: !Ref C } }\n  \
                    D: { Type: U, Properties: { X: [{ Fn::GetAtt: [A, Arn] }, !GetAtt B.Arn] } }\n  \
                    E: { Type: U, Properties: { X: !Sub \"${A}-${B.Arn}-${!C}-${P}\" } }\n  \
                    F: { Type: U, Properties: { X: { Fn::Sub: [\"${A}-${D}\", { A: !If [Q, { Ref: E }, !Ref AWS::NoValue] }] } } }\n  \
                    Fn::ForEach::G: [N, [a], { \"G${N}\": { Type: T } }]\n";
        let document = parse("t.yaml", text.as_bytes()).unwrap().remove(0);
        let found: Vec<(&str, Vec<&str>)> =
            resources(&document).iter().map(|outline| (outline.id, outline.references.iter().copied().collect())).collect();
        let expected: [(&str, &[&str]); 6] =
            [("A", &[]), ("B", &[]), ("C", &["A"]), ("D", &["A", "B"]), ("E", &["A", "B"]), ("F", &["D", "E"])];
        assert_eq!(found, expected.map(|(id, named)| (id, named.to_vec())));
        assert_eq!(resources(&document).first().map(|outline| (outline.type_name, outline.condition)), Some(("T", Some("C"))));
    }
}
