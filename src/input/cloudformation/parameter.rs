//! The parameters of a template, and the files that give them values.

use std::collections::BTreeMap;

use innovate_model::Span;
use serde_json::Value;

use super::part::Part;
use crate::input::document::{InputError, Kind, Node, parse};

/// Parameter values by name, as the AWS CLI takes them.
pub type Parameters = BTreeMap<String, String>;

/// The parameters of a file, in any of the forms that the AWS CLI, CodePipeline and the CDK take: `[{"ParameterKey", "ParameterValue"}]`,
/// `["Key=Value"]`, either of them or `{"Key": "Value"}` under `Parameters`, or `{"Key": "Value"}`, as JSON or YAML.
///
/// # Errors
/// It is of none of these forms.
pub fn read(file: &str, text: &[u8]) -> Result<Parameters, InputError> {
    let documents = parse(file, text)?;
    let Some(document) = documents.first() else { return Err(InputError::new(file, None, "holds no parameters")) };
    let value = |node: &Node| match &node.kind {
        Kind::List(items) => items.iter().map(Node::scalar).collect::<Option<Vec<_>>>().map(|items| items.join(",")),
        _ => node.scalar(),
    };
    let form = |node: &Node, what: &str| InputError::new(file, node.span.start, what);
    let mut parameters = Parameters::new();
    let of_map = |map: &Node, parameters: &mut Parameters| {
        for entry in map.entries().unwrap_or_default() {
            let text = value(&entry.value).ok_or_else(|| form(&entry.value, "the value of a parameter is a text or a list of texts"))?;
            parameters.insert(entry.key.clone(), text);
        }
        Ok(())
    };
    let inner = document.get("Parameters").filter(|inner| matches!(inner.kind, Kind::Map(_) | Kind::List(_)));
    let document = inner.unwrap_or(document);
    match &document.kind {
        Kind::Map(_) => of_map(document, &mut parameters)?,
        Kind::List(items) => {
            for item in items {
                let pair = match &item.kind {
                    Kind::Text(text) => text.split_once('=').map(|(key, value)| (key.to_owned(), value.to_owned())),
                    // A parameter whose earlier value is kept says nothing here.
                    Kind::Map(_) if is_true(item.get("UsePreviousValue")) => continue,
                    Kind::Map(_) => item
                        .get("ParameterKey")
                        .and_then(Node::scalar)
                        .zip(item.get("ParameterValue").or_else(|| item.get("ResolvedValue")).and_then(value)),
                    _ => None,
                };
                let (key, value) =
                    pair.ok_or_else(|| form(item, "expected `{\"ParameterKey\": …, \"ParameterValue\": …}` or `\"Key=Value\"`"))?;
                parameters.insert(key, value);
            }
        }
        _ => return Err(form(document, "expected a list of parameters or a map of them")),
    }
    Ok(parameters)
}

/// What a parameter comes to: what is given, its default, or what is known of it.
pub(super) fn resolve(file: &str, name: &str, declared: &Node, given: Option<&Part>) -> Result<Part, InputError> {
    if declared.entries().is_none() {
        let message = format!("parameter `{name}` is {}; it must be a map with its `Type`", declared.describe());
        return Err(InputError::new(file, declared.span.start, message));
    }
    let type_name = declared.get("Type").and_then(Node::text).unwrap_or("String");
    let is_list = type_name == "CommaDelimitedList" || type_name.starts_with("List<");
    let default = declared.get("Default");
    let given = given.filter(|given| **given != Part::Absent);
    // What is given has no place in the file: where it is used counts.
    let place = default.filter(|_| given.is_none()).map_or(Span::default(), |default| default.span);
    let default = default.map(Part::literal).filter(|default| *default != Part::Null);
    let allowed = declared.get("AllowedValues").and_then(Node::items).unwrap_or_default();
    if type_name.starts_with("AWS::SSM::Parameter::Value<") {
        return Ok(Part::unknown(format!("parameter `{name}` is looked up in Systems Manager when the stack is deployed")));
    }
    if is_true(declared.get("NoEcho")) {
        // Whatever it is, it is nothing to print.
        return Ok(Part::Secret { why: format!("parameter `{name}` is a secret (NoEcho)"), reference: None });
    }
    let chosen = given.cloned().or(default);
    if let (Some(Part::Scalar(_, text)), false, true) = (given, allowed.is_empty(), !is_list) {
        let texts: Vec<String> = allowed.iter().filter_map(Node::scalar).collect();
        if !texts.contains(text) {
            let at = declared.get("AllowedValues").map(|node| node.span.start);
            return Err(InputError::new(file, at, format!("parameter `{name}` is `{text}`; it must be one of {}", texts.join(", "))));
        }
    }
    let typed = |part: Part| -> Part {
        match &part {
            Part::Scalar(_, text) if is_list => {
                // One item more than there are commas, as AWS has it: no text is one empty item.
                Part::List(text.split(',').map(|item| (place, Part::text(item.trim()))).collect())
            }
            // A parameter is a text, or a number as text, whatever it looks like.
            Part::Scalar(Value::Number(_) | Value::Bool(_), text) if type_name != "Number" => Part::text(text.as_str()),
            _ => part,
        }
    };
    Ok(match chosen {
        Some(part) => typed(part),
        None => Part::Unknown {
            why: format!("parameter `{name}` has no value here; give it one by `--parameter {name}=VALUE`"),
            // Of a list each item is one of the values, and there can be any number of them.
            values: if is_list { Vec::new() } else { allowed.iter().map(|value| typed(Part::literal(value))).collect() },
        },
    })
}

/// Whether something is true, written as a boolean or as a text.
pub(super) fn is_true(node: Option<&Node>) -> bool {
    node.and_then(Node::scalar).is_some_and(|text| text.eq_ignore_ascii_case("true"))
}
