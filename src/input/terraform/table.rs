//! What Terraform types are in our model, as data: `table/*.yaml`, one file a service.
//!
//! A type has one rule, or several where it declares several resources. Attributes whose name is that of a property but for case and
//! underscores (`subnet_ids`, or `rule` for `Rules`) go there by themselves, at any depth; a rule says what is otherwise.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use include_dir::{Dir, include_dir};
use innovate_model::Schemas;
use serde::Deserialize;
use serde_json::Value;

static FILES: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/src/input/terraform/table");

static TABLE: LazyLock<Result<Table, String>> = LazyLock::new(read);

/// One of something, or a list.
#[derive(Clone, Debug, Deserialize)]
#[serde(untagged)]
pub(super) enum OneOrMany<T> {
    One(T),
    Many(Vec<T>),
}

impl<T> OneOrMany<T> {
    pub(super) fn items(&self) -> &[T] {
        match self {
            Self::One(one) => std::slice::from_ref(one),
            Self::Many(many) => many,
        }
    }
}

/// How a Terraform type becomes a resource of ours, or a part of one.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Rule {
    /// The type in our model.
    #[serde(rename = "type")]
    pub(super) type_name: String,
    /// The attributes that identify it, the first that is known; `a|b` is both.
    #[serde(default = "by_id")]
    pub(super) id: Vec<String>,
    /// Further attributes by which others refer to it.
    #[serde(default)]
    pub(super) known_by: Vec<String>,
    /// Attributes that nobody sets, so that those that are unknown are not left to a default.
    #[serde(default)]
    pub(super) computed: BTreeSet<String>,
    /// Whether it lives once an account.
    #[serde(default)]
    pub(super) global: bool,
    /// The attribute that names the resource of this type which it is a part of.
    pub(super) into: Option<String>,
    /// What becomes of the part where the resource that it belongs to is not in the plan.
    pub(super) alone: Option<Alone>,
    /// The list each of whose items is a resource; `^a` is then the attribute `a` around the list.
    pub(super) each: Option<String>,
    /// The attributes that must be there, or have a value, for the rule to hold.
    #[serde(default)]
    pub(super) when: BTreeMap<String, Value>,
    /// Where attributes go by their name; the root of the properties without it.
    #[serde(default)]
    pub(super) at: String,
    /// Whether attributes go by their name.
    #[serde(default = "yes")]
    pub(super) by_name: bool,
    /// Properties by their path.
    #[serde(default)]
    pub(super) properties: BTreeMap<String, OneOrMany<Source>>,
    /// The properties of nested attributes with another name, by name, or by path where that is not enough.
    #[serde(default)]
    pub(super) names: BTreeMap<String, String>,
    /// The attributes that don't go by their name.
    #[serde(default)]
    pub(super) ignore: BTreeSet<String>,
}

/// A part whose owner is elsewhere: each item of a list is a resource.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Alone {
    /// The type of these resources.
    #[serde(rename = "type")]
    pub(super) type_name: String,
    /// The property with the list.
    pub(super) each: String,
    /// The property that names the owner.
    pub(super) owner: String,
}

/// Where a property comes from.
#[derive(Clone, Debug, Deserialize)]
#[serde(untagged)]
pub(super) enum Source {
    /// An attribute.
    Attribute(String),
    /// Something that takes more words.
    Conversion(Box<Conversion>),
}

/// A conversion.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Conversion {
    /// The attribute; `.` is all of the resource, `@id` and `@account` its own id and account.
    #[serde(default)]
    pub(super) from: String,
    /// The value, whatever the attributes.
    pub(super) constant: Option<Value>,
    /// The attribute that must be there.
    pub(super) when: Option<String>,
    /// The attributes that must not be there.
    #[serde(default)]
    pub(super) unless: Vec<String>,
    /// Values by the text of the attribute's; null for none.
    #[serde(default)]
    pub(super) values: BTreeMap<String, Value>,
    /// The value where there is none.
    pub(super) default: Option<Value>,
    /// Texts become objects with the text under this name.
    pub(super) wrap: Option<String>,
    /// What such objects have besides.
    #[serde(default)]
    pub(super) with: BTreeMap<String, Value>,
    /// A list becomes an object, by the attribute that names and the one that is the value.
    pub(super) object: Option<(String, String)>,
    /// A list of `Key` and `Value`, of attributes by key.
    #[serde(default)]
    pub(super) pairs: BTreeMap<String, String>,
    /// Items become several, one for each value of these attributes, which goes to the property.
    #[serde(default)]
    pub(super) expand: BTreeMap<String, String>,
    /// With `expand`, the property that is the resource's own id where the attribute `self` is true.
    pub(super) own: Option<String>,
}

fn by_id() -> Vec<String> {
    vec!["id".to_owned()]
}

fn yes() -> bool {
    true
}

/// The whole table.
#[derive(Debug)]
pub(super) struct Table {
    rules: BTreeMap<String, OneOrMany<Rule>>,
    /// The rules of the provider `awscc`, whose attributes are the properties, by the type without colons and in lower case.
    cloudcontrol: BTreeMap<String, Rule>,
}

impl Table {
    /// The table that ships.
    ///
    /// # Errors
    /// A file of it is not of its form.
    pub(super) fn get() -> Result<&'static Self, &'static str> {
        TABLE.as_ref().map_err(String::as_str)
    }

    /// The rules of a Terraform type; none where it is not mapped.
    pub(super) fn rules(&self, terraform_type: &str) -> &[Rule] {
        if let Some(rules) = self.rules.get(terraform_type) {
            return rules.items();
        }
        let of_cloudcontrol = terraform_type.strip_prefix("awscc_").and_then(|name| self.cloudcontrol.get(&plain(name)));
        of_cloudcontrol.map(std::slice::from_ref).unwrap_or_default()
    }

    /// All mapped types with their rules.
    pub(super) fn all(&self) -> impl Iterator<Item = (&str, &[Rule])> {
        self.rules.iter().map(|(name, rules)| (name.as_str(), rules.items()))
    }
}

fn read() -> Result<Table, String> {
    let mut rules: BTreeMap<String, OneOrMany<Rule>> = BTreeMap::new();
    for file in FILES.files() {
        let error = |reason: String| format!("{}: {reason}", file.path().display());
        let text = file.contents_utf8().ok_or_else(|| error("not UTF-8".to_owned()))?;
        let document: Value = serde_saphyr::from_str(text).map_err(|reason| error(reason.to_string()))?;
        let Value::Object(types) = document else { return Err(error("not a map".to_owned())) };
        for (name, value) in types {
            let of_type = serde_json::from_value(value).map_err(|reason| error(format!("`{name}`: {reason}")))?;
            rules.insert(name, of_type);
        }
    }
    let global: BTreeSet<&str> =
        rules.values().flat_map(OneOrMany::items).filter(|rule| rule.global).map(|rule| rule.type_name.as_str()).collect();
    let mut cloudcontrol = BTreeMap::new();
    for type_name in Schemas::vendored().types() {
        if let Some(name) = type_name.strip_prefix("AWS::") {
            let is_global = global.contains(type_name.as_str());
            let rule = serde_json::from_value(serde_json::json!({ "type": type_name, "global": is_global }));
            cloudcontrol.insert(plain(name), rule.map_err(|reason| reason.to_string())?);
        }
    }
    Ok(Table { rules, cloudcontrol })
}

/// A name without what Terraform and CloudFormation write differently: `DBSubnetGroup` and `db_subnet_group` are the same.
pub(super) fn plain(name: &str) -> String {
    name.chars().filter(char::is_ascii_alphanumeric).map(|character| character.to_ascii_lowercase()).collect()
}
