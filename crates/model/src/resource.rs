//! The resource document.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::pointer::unescape;
use crate::{Cause, Gap};

/// The properties of a resource in the shape of its CloudFormation schema.
pub type Properties = Map<String, Value>;

/// The Region of resources of global services.
pub const GLOBAL: &str = "global";

/// A resource in the shape of the public CloudFormation resource schema, whatever it was read from.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Resource {
    /// The resource type, such as `AWS::RDS::DBInstance`.
    #[serde(rename = "type")]
    pub type_name: String,
    /// The primary identifier of the CloudFormation schema, its parts joined by `|`; the account id for facts about a whole account.
    pub id: String,
    /// The Amazon Resource Name, where the resource has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub arn: Option<String>,
    /// The id of the account that owns the resource.
    pub account: String,
    /// The Region, or [`GLOBAL`].
    pub region: String,
    /// The properties, in PascalCase as CloudFormation names them.
    pub properties: Properties,
    /// What of `properties` could not be read.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub gaps: Vec<Gap>,
}

impl Resource {
    /// A resource with no properties yet.
    pub fn new(type_name: &str, id: impl Into<String>, account: impl Into<String>, region: impl Into<String>) -> Self {
        Self {
            type_name: type_name.to_owned(),
            id: id.into(),
            arn: None,
            account: account.into(),
            region: region.into(),
            properties: Properties::new(),
            gaps: Vec::new(),
        }
    }

    /// Adds a gap at `pointer`, unless one with the same pointer and cause is there.
    pub fn add_gap(&mut self, pointer: impl Into<String>, cause: Cause) {
        let gap = Gap { pointer: pointer.into(), cause, values: Vec::new(), refers: None };
        if !self.gaps.contains(&gap) {
            self.gaps.push(gap);
        }
    }

    /// Puts `value` where the JSON pointer into the properties says, or takes away what is there. A pointer through what is no object or list does nothing.
    pub fn put(&mut self, pointer: &str, value: Option<Value>) {
        let Some((parent, name)) = pointer.rsplit_once('/') else { return };
        let name = unescape(name);
        let mut properties = Value::Object(std::mem::take(&mut self.properties));
        match (properties.pointer_mut(parent), value) {
            (Some(Value::Object(object)), Some(value)) => drop(object.insert(name, value)),
            (Some(Value::Object(object)), None) => drop(object.remove(&name)),
            (Some(Value::Array(items)), value) => {
                if let Some(item) = name.parse().ok().and_then(|index: usize| items.get_mut(index)) {
                    *item = value.unwrap_or_default();
                }
            }
            _ => {}
        }
        if let Value::Object(object) = properties {
            self.properties = object;
        }
    }

    /// A string property, where it is there and a string.
    pub fn text(&self, property: &str) -> Option<&str> {
        self.properties.get(property).and_then(Value::as_str)
    }

    /// What no other resource of a world has: account, Region, type and id.
    pub fn address(&self) -> String {
        format!("{}/{}/{}/{}", self.account, self.region, self.type_name, self.id)
    }

    /// The key by which resources are put in order: account, Region, type, id.
    pub fn order(&self) -> (&str, &str, &str, &str) {
        (&self.account, &self.region, &self.type_name, &self.id)
    }
}
