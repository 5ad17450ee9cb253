//! One template for one stack, with what is known of the stack already.

use std::collections::{BTreeMap, BTreeSet};

use innovate_model::Span;
use serde_json::Value;

use super::part::Part;
use super::{Context, Exports, Template, type_of};
use crate::input::declared::{Declaration, Target};
use crate::input::document::{InputError, Node};

/// A value that goes into a stack or comes out of it, as far as it is known.
#[derive(Clone, Debug, PartialEq)]
pub struct Given(Part);

impl Given {
    /// A text.
    pub fn text(text: impl Into<String>) -> Self {
        Self(Part::text(text))
    }

    /// Not known, and why.
    pub fn unknown(why: impl Into<String>) -> Self {
        Self(Part::unknown(why))
    }

    /// The text; none where it is not known, or is nothing to show.
    pub fn written(&self) -> Option<String> {
        match &self.0 {
            Part::Scalar(_, text) => Some(text.clone()),
            Part::List(items) => {
                let texts: Option<Vec<&str>> = items.iter().map(|(_, item)| item.written()).collect();
                texts.map(|texts| texts.join(","))
            }
            _ => None,
        }
    }

    /// Why it is not known.
    pub fn why(&self) -> Option<&str> {
        match &self.0 {
            Part::Unknown { why, .. } | Part::Secret { why, .. } => Some(why),
            _ => None,
        }
    }
}

/// A stack, as far as it is known.
#[derive(Clone, Copy, Debug)]
pub struct Stack<'a> {
    /// Its name.
    pub name: &'a str,
    /// Where it is.
    pub target: &'a Target,
    /// The values of the template's parameters.
    pub given: &'a BTreeMap<String, Given>,
    /// The physical ids of resources that are there and stay, by logical id.
    pub ids: &'a BTreeMap<String, String>,
    /// Logical ids of resources that others will take the place of.
    pub replaced: &'a BTreeSet<String>,
    /// Whether attributes that only AWS knows are unknown; otherwise something stands for them by which policies find the resource.
    pub exact: bool,
}

/// A resource of a stack beside what it declares.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Role {
    /// Its type.
    pub type_name: String,
    /// What becomes of it when the template has it no more: `Delete`, `Retain`, `RetainExceptOnCreate` or `Snapshot`.
    pub deletion_policy: Option<String>,
    /// The same when another takes its place.
    pub update_replace_policy: Option<String>,
}

/// What a stack comes to.
#[derive(Debug, Default)]
pub struct Stacked {
    /// Its resources.
    pub declaration: Declaration,
    /// By logical id, those that may be left out by a condition among them.
    pub roles: BTreeMap<String, Role>,
    /// The outputs that there are, by name.
    pub outputs: BTreeMap<String, Given>,
}

/// What a template comes to for one stack.
///
/// # Errors
/// It is not of the form of a template, or names what it does not have.
pub fn stack(file: &str, document: Node, known: &Stack<'_>) -> Result<Stacked, InputError> {
    let (parameters, exports, ambiguous) = (BTreeMap::new(), Exports::default(), BTreeSet::new());
    let load = |name: &str| Err(std::io::Error::new(std::io::ErrorKind::Unsupported, format!("`{name}` is a nested stack")));
    let context = Context {
        target: known.target,
        parameters: &parameters,
        exports: &exports,
        ambiguous: &ambiguous,
        load: &load,
        stack: Some(known),
    };
    let given = known.given.iter().map(|(name, value)| (name.clone(), value.0.clone())).collect();
    let template = Template::new(file, document, &context, &given)?.expanded()?;
    let mut stacked = Stacked::default();
    template.declare(&mut stacked.declaration)?;
    let texts = |node: &Node, name: &str| node.get(name).and_then(Node::text).map(ToOwned::to_owned);
    let there: BTreeSet<&str> = stacked.declaration.resources.iter().map(|declared| declared.origin.address.as_str()).collect();
    for entry in template.resources().filter(|entry| there.contains(entry.key.as_str())) {
        let type_name = type_of(&entry.value).unwrap_or_default();
        let of_cluster = entry.value.get("Properties").is_some_and(|properties| properties.get("DBClusterIdentifier").is_some());
        // https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-attribute-deletionpolicy.html
        let usual = match type_name {
            "AWS::RDS::DBCluster" => Some("Snapshot"),
            "AWS::RDS::DBInstance" if !of_cluster => Some("Snapshot"),
            _ => None,
        };
        let role = Role {
            type_name: type_name.to_owned(),
            deletion_policy: texts(&entry.value, "DeletionPolicy").or_else(|| usual.map(ToOwned::to_owned)),
            update_replace_policy: texts(&entry.value, "UpdateReplacePolicy"),
        };
        stacked.roles.insert(entry.key.clone(), role);
    }
    for output in template.outputs() {
        let condition = output.value.get("Condition");
        let exists = condition.and_then(Node::text).map_or(Ok(Some(true)), |name| template.condition(name, output.value.span.start))?;
        if let (true, Some(value)) = (exists != Some(false), output.value.get("Value")) {
            // Its places are in this file, and it goes into another.
            let value = template.resolve(value)?.moved(Span::default());
            stacked.outputs.insert(output.key.clone(), Given(value));
        }
    }
    Ok(stacked)
}

/// A parameter that a template declares.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Parameter {
    /// Its type, such as `String`.
    pub type_name: String,
    /// Whether there is a value where none is given.
    pub has_default: bool,
    /// Whether it is a secret.
    pub no_echo: bool,
    /// What it means.
    pub description: String,
    /// The default, where there is one.
    pub default: Option<Value>,
}

/// The parameters of a template.
pub fn parameters(document: &Node) -> BTreeMap<String, Parameter> {
    let entries = document.get("Parameters").and_then(Node::entries).unwrap_or_default();
    let parameter = |node: &Node| Parameter {
        type_name: node.get("Type").and_then(Node::text).unwrap_or("String").to_owned(),
        has_default: node.get("Default").is_some(),
        no_echo: super::parameter::is_true(node.get("NoEcho")),
        description: node.get("Description").and_then(Node::text).unwrap_or_default().to_owned(),
        default: node.get("Default").map(Node::value),
    };
    entries.iter().map(|entry| (entry.key.clone(), parameter(&entry.value))).collect()
}

/// The logical ids of stacks that a template nests.
pub fn nested(document: &Node) -> Vec<String> {
    let entries = document.get("Resources").and_then(Node::entries).unwrap_or_default();
    entries.iter().filter(|entry| type_of(&entry.value) == Some(super::STACK_TYPE)).map(|entry| entry.key.clone()).collect()
}

/// The names of a template's outputs.
pub fn outputs(document: &Node) -> BTreeSet<String> {
    document.get("Outputs").and_then(Node::entries).unwrap_or_default().iter().map(|entry| entry.key.clone()).collect()
}
