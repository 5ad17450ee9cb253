//! What a part of a template comes to.

use serde_json::{Map, Value};

use innovate_model::{Cause, HandlerErrorCode, Property, Resource, Span, pointer};

use crate::input::document::{Kind, Node};

/// Combinations of unknown values that are followed up.
const MOST_COMBINATIONS: usize = 32;

/// A value, or what is known of it.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Part {
    /// A boolean, number or text, and how it is written.
    Scalar(Value, String),
    /// A list.
    List(Vec<(Span, Part)>),
    /// A map.
    Map(Vec<(String, Span, Part)>),
    /// `null`.
    Null,
    /// `AWS::NoValue`: as if it were not written.
    Absent,
    /// Not known before the deployment.
    Unknown {
        /// Why, for people.
        why: String,
        /// What it can be; empty where nothing is known.
        values: Vec<Part>,
    },
    /// Not known, and nothing to be shown.
    Secret {
        /// Why, for people.
        why: String,
        /// The dynamic reference that is resolved to it; none for a parameter.
        reference: Option<String>,
    },
}

impl Part {
    /// A text; one with a dynamic reference is unknown, whoever put it together: it may stand for a secret.
    pub(super) fn text(text: impl Into<String>) -> Self {
        let text = text.into();
        let Some((_, reference)) = text.split_once("{{resolve:") else { return Self::Scalar(Value::from(text.as_str()), text) };
        let service = ["ssm-secure", "ssm", "secretsmanager"].into_iter().find(|service| reference.starts_with(service));
        let why = format!("a dynamic reference to `{}` is resolved when the stack is deployed", service.unwrap_or("another service"));
        match service {
            Some("ssm-secure" | "secretsmanager") => Self::Secret { why, reference: Some(text) },
            _ => Self::unknown(why),
        }
    }

    pub(super) fn unknown(why: impl Into<String>) -> Self {
        Self::Unknown { why: why.into(), values: Vec::new() }
    }

    /// A part without functions, as it stands in the text.
    pub(super) fn literal(node: &Node) -> Self {
        match &node.kind {
            Kind::Null => Self::Null,
            Kind::Bool(value) => Self::Scalar(Value::from(*value), value.to_string()),
            Kind::Number(number, text) => Self::Scalar(Value::Number(number.clone()), text.clone()),
            Kind::Text(text) => Self::text(text.as_str()),
            Kind::List(items) => Self::List(items.iter().map(|item| (item.place(), Self::literal(item))).collect()),
            Kind::Map(entries) => {
                Self::Map(entries.iter().map(|entry| (entry.key.clone(), entry.place(), Self::literal(&entry.value))).collect())
            }
        }
    }

    pub(super) fn of_value(value: &Value) -> Self {
        match value {
            Value::Null => Self::Null,
            Value::String(text) => Self::text(text.as_str()),
            Value::Bool(_) | Value::Number(_) => Self::Scalar(value.clone(), value.to_string()),
            Value::Array(items) => Self::List(items.iter().map(|item| (Span::default(), Self::of_value(item))).collect()),
            Value::Object(object) => {
                Self::Map(object.iter().map(|(key, value)| (key.clone(), Span::default(), Self::of_value(value))).collect())
            }
        }
    }

    /// The part with `span` for every place that it does not know itself.
    pub(super) fn placed(self, span: Span) -> Self {
        self.with_places(&|known| if known == Span::default() { span } else { known })
    }

    /// The part with `span` for all of its places: those of another file say nothing here.
    pub(super) fn moved(self, span: Span) -> Self {
        self.with_places(&|_| span)
    }

    fn with_places(self, place: &dyn Fn(Span) -> Span) -> Self {
        match self {
            Self::List(items) => Self::List(items.into_iter().map(|(span, item)| (place(span), item.with_places(place))).collect()),
            Self::Map(entries) => {
                Self::Map(entries.into_iter().map(|(key, span, value)| (key, place(span), value.with_places(place))).collect())
            }
            Self::Unknown { why, values } => {
                Self::Unknown { why, values: values.into_iter().map(|value| value.with_places(place)).collect() }
            }
            other => other,
        }
    }

    /// How much there is of it: values, and eight letters for one.
    pub(super) fn weight(&self) -> usize {
        1 + match self {
            Self::Scalar(_, text) => text.len() / 8,
            Self::List(items) => items.iter().map(|(_, item)| item.weight()).sum(),
            Self::Map(entries) => entries.iter().map(|(_, _, value)| value.weight()).sum(),
            Self::Unknown { values, .. } => values.iter().map(Self::weight).sum(),
            Self::Null | Self::Absent | Self::Secret { .. } => 0,
        }
    }

    /// A scalar as it is written.
    pub(super) fn written(&self) -> Option<&str> {
        match self {
            Self::Scalar(_, text) => Some(text),
            _ => None,
        }
    }

    /// The items, where it is a list.
    pub(super) fn items(&self) -> Option<impl Iterator<Item = &Part>> {
        match self {
            Self::List(items) => Some(items.iter().map(|(_, item)| item)),
            _ => None,
        }
    }

    /// The first unknown that it holds.
    fn first_unknown(&self) -> Option<(&str, &[Part])> {
        match self {
            Self::Unknown { why, values } => Some((why, values)),
            Self::Secret { why, .. } => Some((why, &[])),
            Self::List(items) => items.iter().find_map(|(_, item)| item.first_unknown()),
            Self::Map(entries) => entries.iter().find_map(|(_, _, value)| value.first_unknown()),
            _ => None,
        }
    }

    fn replace_first_unknown(&mut self, by: &Part) -> bool {
        match self {
            Self::Unknown { .. } => {
                *self = by.clone();
                true
            }
            Self::List(items) => {
                let found = items.iter_mut().any(|(_, item)| item.replace_first_unknown(by));
                items.retain(|(_, item)| *item != Self::Absent);
                found
            }
            Self::Map(entries) => {
                let found = entries.iter_mut().any(|(_, _, value)| value.replace_first_unknown(by));
                entries.retain(|(_, _, value)| *value != Self::Absent);
                found
            }
            _ => false,
        }
    }

    /// What the part can be with every unknown in it replaced; none where one of them can be anything, or there are too many.
    pub(super) fn possibilities(&self) -> Option<Vec<Part>> {
        let mut open = vec![self.clone()];
        loop {
            let Some(at) = open.iter().position(|part| part.first_unknown().is_some()) else { return Some(open) };
            let part = open.swap_remove(at);
            let values = part.first_unknown().map(|(_, values)| values.to_vec()).unwrap_or_default();
            if values.is_empty() || open.len() + values.len() > MOST_COMBINATIONS {
                return None;
            }
            for value in &values {
                let mut replaced = part.clone();
                replaced.replace_first_unknown(value);
                open.push(replaced);
            }
        }
    }

    /// What `function` gives of the arguments: where some of them are unknown, for each of their possibilities that it takes.
    /// With the others nothing is deployed.
    pub(super) fn lift<E>(arguments: Part, mut function: impl FnMut(&Part) -> Result<Part, E>) -> Result<Part, E> {
        let Some((why, _)) = arguments.first_unknown() else { return function(&arguments) };
        let why = why.to_owned();
        let Some(possibilities) = arguments.possibilities() else { return Ok(Self::unknown(why)) };
        let (mut values, mut refused) = (Vec::new(), None);
        for possibility in &possibilities {
            match function(possibility) {
                Ok(Self::Unknown { values: more, .. }) if more.is_empty() => return Ok(Self::unknown(why)),
                Ok(Self::Unknown { values: more, .. }) => values.extend(more),
                Ok(value) => values.push(value),
                Err(error) => refused = Some(error),
            }
        }
        if let (true, Some(error)) = (values.is_empty(), refused) {
            return Err(error);
        }
        values.dedup();
        Ok(match values.as_slice() {
            [one] => one.clone(),
            _ => Self::Unknown { why, values },
        })
    }

    /// The value, without what is absent or unknown.
    pub(super) fn value(&self) -> Value {
        match self {
            Self::Scalar(value, _) => value.clone(),
            Self::List(items) => {
                Value::Array(items.iter().filter(|(_, item)| *item != Self::Absent).map(|(_, item)| item.value()).collect())
            }
            Self::Map(entries) => {
                let known =
                    entries.iter().filter(|(_, _, value)| !matches!(value, Self::Absent | Self::Unknown { .. } | Self::Secret { .. }));
                Value::Object(known.map(|(key, _, value)| (key.clone(), value.value())).collect())
            }
            Self::Null | Self::Absent | Self::Unknown { .. } | Self::Secret { .. } => Value::Null,
        }
    }
}

/// Puts parts into a resource, each value in the type that its schema admits, with its place.
pub(super) struct Builder<'a> {
    pub(super) resource: &'a mut Resource,
    pub(super) places: &'a mut std::collections::BTreeMap<String, Span>,
    /// The properties that no read gives back, in the form of `Schema::write_only`.
    pub(super) write_only: &'a [&'a str],
}

impl Builder<'_> {
    /// The value of the part; none where it is absent or unknown.
    pub(super) fn build(&mut self, part: &Part, pointer: &str, schema: Option<Property<'_>>) -> Option<Value> {
        match part {
            Part::Null | Part::Absent => None,
            // CloudFormation takes one item for a list of one.
            Part::Scalar(..) | Part::Map(_) if schema.is_some_and(|schema| schema.types() == ["array"]) => {
                let item = self.build(part, &format!("{pointer}/0"), schema.and_then(|schema| schema.child("*")));
                item.map(|item| Value::Array(vec![item]))
            }
            Part::Scalar(value, text) => {
                let value = typed(value, text, schema);
                let types = schema.map(Property::types).unwrap_or_default();
                let is_plain = !types.is_empty() && types.iter().all(|name| matches!(*name, "boolean" | "integer" | "number"));
                if is_plain && value.is_string() {
                    // CloudFormation refuses it; nobody knows what is meant.
                    let cause =
                        Cause { code: HandlerErrorCode::MalformedAnswer, action: None, message: format!("is no {}", types.join(" or ")) };
                    self.resource.add_gap(pointer, cause);
                    return None;
                }
                Some(value)
            }
            Part::Unknown { why, values } => {
                self.gap(pointer, why, values, schema);
                None
            }
            // What no read gives back an audit judges without, too; where it comes from is known here.
            Part::Secret { reference, .. } if self.write_only.iter().any(|name| pointer.strip_prefix('/') == Some(*name)) => {
                reference.as_deref().map(Value::from)
            }
            Part::Secret { why, .. } => {
                self.gap(pointer, why, &[], schema);
                None
            }
            Part::Map(entries) => {
                let mut object = Map::new();
                for (key, span, part) in entries {
                    let pointer = format!("{pointer}/{}", pointer::escape(key));
                    self.places.insert(pointer.clone(), *span);
                    if let Some(value) = self.build(part, &pointer, schema.and_then(|schema| schema.child(key))) {
                        object.insert(key.clone(), value);
                    }
                }
                Some(Value::Object(object))
            }
            Part::List(items) => {
                // An item that may be absent moves those behind it: then the list as a whole is what is unknown.
                if items.iter().any(|(_, item)| matches!(item, Part::Unknown { .. }))
                    && let Some(possibilities) = part.possibilities()
                {
                    let why = part.first_unknown().map(|(why, _)| why.to_owned()).unwrap_or_default();
                    self.gap(pointer, &why, &possibilities, schema);
                    return None;
                }
                let child = schema.and_then(|schema| schema.child("*"));
                let mut list = Vec::new();
                for (span, item) in items.iter().filter(|(_, item)| !matches!(item, Part::Absent)) {
                    let pointer = format!("{pointer}/{}", list.len());
                    self.places.insert(pointer.clone(), *span);
                    list.push(self.build(item, &pointer, child).unwrap_or_default());
                }
                Some(Value::Array(list))
            }
        }
    }

    fn gap(&mut self, pointer: &str, why: &str, values: &[Part], schema: Option<Property<'_>>) {
        let cause = Cause { code: HandlerErrorCode::NotYetKnown, action: None, message: why.to_owned() };
        self.resource.add_gap(pointer, cause);
        let plain: Vec<String> = values
            .iter()
            .map(|value| {
                let mut scratch = Resource::new("", "", "", "");
                let mut places = std::collections::BTreeMap::new();
                let mut builder = Builder { resource: &mut scratch, places: &mut places, write_only: &[] };
                builder.build(value, "", schema).unwrap_or_default().to_string()
            })
            .collect();
        if let Some(gap) = self.resource.gaps.iter_mut().find(|gap| gap.pointer == pointer) {
            gap.values = plain;
        }
    }
}

/// A scalar in the type that the schema admits: templates may write `"true"` and `"5432"`, and ids as numbers.
fn typed(value: &Value, text: &str, schema: Option<Property<'_>>) -> Value {
    let types = schema.map(Property::types).unwrap_or_default();
    let admits = |name: &str| types.contains(&name);
    let natural = match value {
        Value::String(_) => admits("string"),
        Value::Bool(_) => admits("boolean"),
        Value::Number(number) => admits("number") || (admits("integer") && !number.is_f64()),
        _ => true,
    };
    if types.is_empty() || natural {
        return value.clone();
    }
    if admits("boolean") {
        match text.to_ascii_lowercase().as_str() {
            "true" | "yes" | "on" => return Value::from(true),
            "false" | "no" | "off" => return Value::from(false),
            _ => {}
        }
    }
    if (admits("integer") || admits("number"))
        && let Ok(number) = text.trim().parse::<i64>()
    {
        return Value::from(number);
    }
    if admits("number")
        && let Ok(number) = text.trim().parse::<f64>()
    {
        return Value::from(number);
    }
    if admits("string") { Value::from(text) } else { value.clone() }
}
