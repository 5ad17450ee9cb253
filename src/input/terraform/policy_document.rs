//! Policy documents that a plan makes of blocks: `data "aws_iam_policy_document"` is read only at apply where it names what is not there yet.

use std::collections::BTreeMap;

use serde_json::Value;

use super::tree::Tree;

/// The Terraform type, a data source.
pub(super) const TYPE: &str = "aws_iam_policy_document";

/// The attributes that are the document.
pub(super) const ATTRIBUTES: [&str; 2] = ["json", "minified_json"];

/// The document, each part known or not; none where it is made of other documents, too.
pub(super) fn document(tree: &Tree) -> Option<Tree> {
    let others = ["source_policy_documents", "override_policy_documents", "source_json", "override_json"];
    let Tree::List(statements) = tree.get("statement") else { return None };
    if others.iter().any(|other| tree.get(other).is_there()) {
        return None;
    }
    let version = tree.get("version").text().unwrap_or_else(|| "2012-10-17".to_owned());
    let mut document = BTreeMap::from([
        ("Version".to_owned(), text(&version)),
        ("Statement".to_owned(), Tree::List(statements.iter().map(statement).collect())),
    ]);
    document.extend(tree.get("policy_id").text().map(|id| ("Id".to_owned(), text(&id))));
    Some(Tree::Map(document))
}

fn text(text: &str) -> Tree {
    Tree::Known(Value::from(text))
}

fn statement(tree: &Tree) -> Tree {
    let mut statement = BTreeMap::new();
    let effect = tree.get("effect");
    statement.insert("Effect".to_owned(), if effect.is_there() { effect.clone() } else { text("Allow") });
    let same =
        [("Sid", "sid"), ("Action", "actions"), ("NotAction", "not_actions"), ("Resource", "resources"), ("NotResource", "not_resources")];
    for (name, attribute) in same {
        let found = tree.get(attribute);
        if found.is_there() {
            statement.insert(name.to_owned(), found.clone());
        }
    }
    for (name, attribute) in [("Principal", "principals"), ("NotPrincipal", "not_principals")] {
        let found = tree.get(attribute);
        if found.is_there() {
            statement.insert(name.to_owned(), principals(found));
        }
    }
    let conditions = tree.get("condition");
    if conditions.is_there() {
        statement.insert("Condition".to_owned(), by_two(conditions, "test", "variable", "values"));
    }
    Tree::Map(statement)
}

fn principals(tree: &Tree) -> Tree {
    let Tree::List(blocks) = tree else { return tree.clone() };
    let mut found = BTreeMap::new();
    for block in blocks {
        match (block.get("type").text().as_deref(), block.get("type")) {
            (Some("*"), _) => return text("*"),
            (Some(kind), _) => add(&mut found, kind, block.get("identifiers")),
            // Whose they are is unknown.
            (None, unknown) => return unknown.clone(),
        }
    }
    Tree::Map(found)
}

/// Blocks as an object of objects of values.
fn by_two(tree: &Tree, outer: &str, inner: &str, values: &str) -> Tree {
    let Tree::List(blocks) = tree else { return tree.clone() };
    let mut found: BTreeMap<String, Tree> = BTreeMap::new();
    for block in blocks {
        let (Some(first), Some(second)) = (block.get(outer).text(), block.get(inner).text()) else {
            let unknown = [block.get(outer), block.get(inner)].into_iter().find(|tree| tree.text().is_none());
            return unknown.cloned().unwrap_or(Tree::Nothing);
        };
        if let Tree::Map(object) = found.entry(first).or_insert_with(|| Tree::Map(BTreeMap::new())) {
            add(object, &second, block.get(values));
        }
    }
    Tree::Map(found)
}

/// Adds values to those of the same name.
fn add(object: &mut BTreeMap<String, Tree>, name: &str, values: &Tree) {
    match (object.get_mut(name), values) {
        (Some(Tree::List(known)), Tree::List(more)) => known.extend(more.iter().cloned()),
        _ => drop(object.insert(name.to_owned(), values.clone())),
    }
}
