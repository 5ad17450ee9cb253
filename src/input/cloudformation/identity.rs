//! What a resource is called before it is there: what `Ref` and `Fn::GetAtt` give of it.

use innovate_model::{Position, Schemas, Span};

use super::arn::arn;
use super::part::Part;
use super::{STACK_TYPE, Template, sam, type_of};
use crate::input::document::{InputError, Node};

impl Template<'_> {
    /// What `Ref` of a resource gives: its identifier where the template says it, otherwise its logical id. None where there is no such resource.
    pub(super) fn id_of(&self, logical: &str) -> Result<Option<String>, InputError> {
        if let Some(physical) = self.context.stack.and_then(|stack| stack.ids.get(logical)) {
            return Ok(Some(physical.clone()));
        }
        if let Some(known) = self.ids.borrow().get(logical) {
            return Ok(Some(known.clone().unwrap_or_else(|| self.placeholder(logical))));
        }
        let Some(node) = self.resource(logical) else { return Ok(sam::owner(self, logical).map(|_| self.placeholder(logical))) };
        self.ids.borrow_mut().insert(logical.to_owned(), None);
        let mut parts = Vec::new();
        if let Ok(schema) = Schemas::vendored().get(node.get("Type").and_then(Node::text).unwrap_or_default()) {
            let properties = node.get("Properties");
            for name in schema.primary_identifier() {
                let value = properties.and_then(|properties| properties.get(name)).map(|value| self.resolve(value)).transpose()?;
                match value {
                    Some(Part::Scalar(_, text)) => parts.push(text),
                    _ => {
                        parts.clear();
                        break;
                    }
                }
            }
        }
        let id = match (self.managed_policy_arn(node)?, parts.is_empty()) {
            (Some(arn), _) => arn,
            (None, true) => self.placeholder(logical),
            (None, false) => parts.join("|"),
        };
        self.ids.borrow_mut().insert(logical.to_owned(), Some(id.clone()));
        Ok(Some(id))
    }

    /// The ARN of a managed policy that has a name, by which roles may refer to it.
    pub(super) fn managed_policy_arn(&self, node: &Node) -> Result<Option<String>, InputError> {
        if node.get("Type").and_then(Node::text) != Some("AWS::IAM::ManagedPolicy") {
            return Ok(None);
        }
        let property = |name: &str| node.get("Properties").and_then(|properties| properties.get(name));
        let resolved = |name: &str| property(name).map(|value| self.resolve(value)).transpose();
        let (name, path) = (resolved("ManagedPolicyName")?, resolved("Path")?);
        let path = match &path {
            None | Some(Part::Absent) => "/",
            Some(path) => path.written().unwrap_or("/"),
        };
        let name = name.as_ref().and_then(Part::written);
        Ok(name.map(|name| self.arn("AWS::IAM::ManagedPolicy", &format!("{}{name}", path.trim_start_matches('/')))))
    }

    pub(super) fn placeholder(&self, logical: &str) -> String {
        if let Some(stack) = self.context.stack {
            return format!("{}.{logical}", stack.name);
        }
        if self.prefix.is_empty() && self.context.ambiguous.contains(logical) {
            return format!("{}#{logical}", self.file);
        }
        format!("{}{logical}", self.prefix)
    }

    /// What `Fn::GetAtt` gives.
    pub(super) fn attribute(&self, logical: &str, attribute: &str, at: Position) -> Result<Part, InputError> {
        let is_replaced = self.context.stack.is_some_and(|stack| stack.replaced.contains(logical));
        let when = if is_replaced { "when another resource has taken its place" } else { "when the stack is deployed" };
        let after = || Part::unknown(format!("`{logical}.{attribute}` is known only {when}"));
        let Some(node) = self.resource(logical) else {
            return match self.reference(logical, at)? {
                Part::Scalar(..) if attribute == "Arn" => {
                    let type_name = sam::owner(self, logical).unwrap_or_default();
                    Ok(Part::text(self.arn(type_name, &self.placeholder(logical))))
                }
                _ => Ok(after()),
            };
        };
        let type_name = type_of(node).unwrap_or_default();
        if type_name == STACK_TYPE {
            let Some(output) = attribute.strip_prefix("Outputs.") else { return Ok(after()) };
            return match self.stack(logical, node)? {
                Ok(stack) => match stack.outputs().iter().find(|entry| entry.key == output) {
                    Some(found) => match found.value.get("Value") {
                        Some(value) => Ok(stack.resolve(value)?.moved(Span { start: at, end: at })),
                        None => Ok(after()),
                    },
                    None if stack.is_transformed() => Ok(after()),
                    None => Err(self.error(at, format!("`{}` has no output `{output}`", stack.file))),
                },
                Err(why) => Ok(Part::unknown(why)),
            };
        }
        let Some(id) = self.id_of(logical)? else { return Ok(after()) };
        let Ok(schema) = Schemas::vendored().get(type_name) else { return Ok(after()) };
        if is_identity(schema, attribute) {
            return Ok(Part::text(id));
        }
        if self.context.stack.is_some_and(|stack| stack.exact) {
            return Ok(after());
        }
        if attribute.ends_with("Arn") && !attribute.contains('.') {
            return Ok(Part::text(self.arn(type_name, &id)));
        }
        let steps: Vec<&str> = attribute.split('.').collect();
        let (first, rest) = steps.split_first().unwrap_or((&attribute, &[]));
        // What only the service sets is not known; what matters to policies is that it is of this resource.
        let path = steps.join("/");
        let is_within = |known: &&str| path.strip_prefix(*known).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
        let is_text = || schema.property(&steps).is_some_and(|property| property.types() == ["string"]);
        if schema.read_only().iter().any(is_within) && is_text() {
            // Templates cut addresses into pieces.
            let is_address = attribute.to_ascii_lowercase().ends_with("url");
            return Ok(Part::text(if is_address { format!("https://{id}") } else { id }));
        }
        let Some(given) = node.get("Properties").and_then(|properties| properties.get(first)) else { return Ok(after()) };
        let key = format!("{logical}.{attribute}");
        if !self.attributes.borrow_mut().insert(key.clone()) {
            return Err(self.error(at, format!("`{key}` rests on itself")));
        }
        let value = self.resolve(given);
        self.attributes.borrow_mut().remove(&key);
        let inner = rest.iter().try_fold(value?, |part, step| match part {
            Part::Map(entries) => entries.into_iter().find(|(key, ..)| key == step).map(|(.., value)| value),
            Part::Unknown { why, .. } => Some(Part::unknown(why)),
            _ => None,
        });
        Ok(inner.filter(|inner| *inner != Part::Absent).unwrap_or_else(after))
    }

    /// An ARN for what has none yet, in the form of its service.
    pub(super) fn arn(&self, type_name: &str, id: &str) -> String {
        arn(type_name, id, self.target)
    }
}

/// Whether the attribute is the identifier of the resource, perhaps by another name, as `GroupId` for the `Id` of a security group.
fn is_identity(schema: &innovate_model::Schema, attribute: &str) -> bool {
    match schema.primary_identifier().as_slice() {
        [one] => *one == attribute || (*one == "Id" && matches!(attribute, "GroupId" | "InstanceId" | "VolumeId")),
        _ => false,
    }
}
