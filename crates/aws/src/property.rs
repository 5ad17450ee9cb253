//! From the SDK's values to CloudFormation properties.

use aws_smithy_types::DateTime;
use aws_smithy_types::date_time::Format;
use innovate_model::{HandlerError, HandlerErrorCode, Properties};
use serde_json::Value;

/// A value that can be a property; none leaves the property out.
pub(crate) trait IntoProperty {
    /// The value as JSON.
    fn into_property(self) -> Option<Value>;
}

impl<T: IntoProperty> IntoProperty for Option<T> {
    fn into_property(self) -> Option<Value> {
        self.and_then(IntoProperty::into_property)
    }
}

macro_rules! into_property {
    ($($kind:ty),*) => {
        $(impl IntoProperty for $kind {
            fn into_property(self) -> Option<Value> {
                Some(Value::from(self))
            }
        })*
    };
}
into_property!(bool, i32, i64, f32, f64, &str, String, Properties, Vec<Value>);

impl IntoProperty for Value {
    fn into_property(self) -> Option<Value> {
        (!self.is_null()).then_some(self)
    }
}

impl IntoProperty for &String {
    fn into_property(self) -> Option<Value> {
        Some(Value::from(self.as_str()))
    }
}

/// An empty list is left out: the SDK gives one both for an empty and for an absent element.
impl IntoProperty for &[String] {
    fn into_property(self) -> Option<Value> {
        (!self.is_empty()).then(|| Value::from(self.to_vec()))
    }
}

/// RFC 3339 in UTC; none for a time beyond what RFC 3339 can say.
impl IntoProperty for &DateTime {
    fn into_property(self) -> Option<Value> {
        self.fmt(Format::DateTime).ok().map(Value::from)
    }
}

/// Adds properties, leaving out those that are absent.
pub(crate) trait Put {
    /// Sets `name` where there is a value.
    fn put(&mut self, name: &str, value: impl IntoProperty) -> &mut Self;
}

impl Put for Properties {
    fn put(&mut self, name: &str, value: impl IntoProperty) -> &mut Self {
        if let Some(value) = value.into_property() {
            self.insert(name.to_owned(), value);
        }
        self
    }
}

/// An object of the properties that have a value: `object! { "Name" => item.name(), … }`.
macro_rules! object {
    ($($name:literal => $value:expr),* $(,)?) => {{
        #[allow(unused_mut)]
        let mut properties = innovate_model::Properties::new();
        $($crate::property::Put::put(&mut properties, $name, $value);)*
        properties
    }};
}
pub(crate) use object;

/// The tags of any service's tag type as CloudFormation's list of `Key` and `Value`, in order of their keys; none where there are none.
macro_rules! tags {
    ($tags:expr) => {{
        let mut tags: Vec<serde_json::Value> = $tags
            .iter()
            .map(|tag| serde_json::Value::Object($crate::property::object! { "Key" => tag.key(), "Value" => tag.value() }))
            .collect();
        tags.sort_by_key(|tag| tag.get("Key").map(ToString::to_string));
        (!tags.is_empty()).then_some(tags)
    }};
}
pub(crate) use tags;

/// A list of objects from an iterator of [`Properties`]; empty where there are none.
pub(crate) fn list(items: impl IntoIterator<Item = Properties>) -> Vec<Value> {
    items.into_iter().map(Value::Object).collect()
}

/// A policy document, percent-decoded where the service encodes it (IAM).
///
/// # Errors
/// The text is not JSON.
pub(crate) fn document(text: &str, action: &'static str) -> Result<Value, HandlerError> {
    let parse = |text: &str| serde_json::from_str::<Value>(text);
    parse(text)
        .or_else(|_| parse(&percent_encoding::percent_decode_str(text).decode_utf8_lossy()))
        .map_err(|error| HandlerError::new(HandlerErrorCode::MalformedAnswer, action, format!("the policy document is not JSON: {error}")))
}
