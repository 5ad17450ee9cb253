//! What is other than the deployed templates say.

use std::collections::{BTreeMap, BTreeSet};

use innovate_model::{Resource, Schema, Schemas, World, pointer};
use serde::Serialize;
use serde_json::{Map, Value};

use super::{Blueprint, Known};
use crate::input::declared::Declared;
use crate::input::document::InputError;
use crate::plan::Change;

/// The properties that a reading fills, by type; a type that it does not read has no entry.
pub type Filled = BTreeMap<String, BTreeSet<String>>;

/// What was found of a resource.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Drift {
    /// A property is other.
    Changed {
        /// A JSON pointer into the properties.
        pointer: String,
        /// What the template says.
        template: Value,
        /// What is there; none where nothing is.
        live: Option<Value>,
    },
    /// It is not there.
    Deleted,
    /// It is nobody's, in what the stacks own.
    Added,
    /// It could not be compared.
    Unread {
        /// A JSON pointer into the properties; empty for the resource as a whole.
        pointer: String,
        /// Why.
        reason: String,
    },
}

/// A resource of which something is to be told.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Drifted {
    /// The environment.
    pub environment: String,
    /// The name of the stack in the blueprint.
    pub stack: String,
    /// The resource's name in the template; empty of one that was added.
    pub logical_id: String,
    /// Its type.
    #[serde(rename = "type")]
    pub type_name: String,
    /// Its id.
    pub id: String,
    /// The account.
    pub account: String,
    /// The Region.
    pub region: String,
    /// What was found.
    #[serde(flatten)]
    pub drift: Drift,
}

/// What was found of a blueprint.
#[derive(Clone, Debug, Default, Serialize)]
pub struct DriftReport {
    /// What is to be told, in the order of the steps.
    pub found: Vec<Drifted>,
    /// Properties that were compared.
    pub compared: usize,
    /// Resources that were compared.
    pub resources: usize,
}

impl DriftReport {
    /// Whether something is other than the templates say.
    pub fn is_drifted(&self) -> bool {
        self.found.iter().any(|found| !matches!(found.drift, Drift::Unread { .. }))
    }

    /// Whether something could not be compared.
    pub fn has_gaps(&self) -> bool {
        self.found.iter().any(|found| matches!(found.drift, Drift::Unread { .. }))
    }
}

/// Types of which a resource that refers to a network of a stack, and that no stack has, was added by hand; each with the property that refers to it.
const INHABITANTS: [(&str, &str); 8] = [
    ("AWS::EC2::FlowLog", "ResourceId"),
    ("AWS::EC2::NatGateway", "VpcId"),
    ("AWS::EC2::NetworkAcl", "VpcId"),
    ("AWS::EC2::RouteTable", "VpcId"),
    ("AWS::EC2::SecurityGroup", "VpcId"),
    ("AWS::EC2::Subnet", "VpcId"),
    ("AWS::EC2::VPCEndpoint", "VpcId"),
    ("AWS::RDS::DBSubnetGroup", "VpcId"),
];

/// Properties by which a resource is found whose `Ref` is not what identifies it.
const NATURAL: [(&str, &[&str]); 3] = [
    ("AWS::EC2::EIP", &["PublicIp"]),
    ("AWS::EC2::NetworkAclEntry", &["NetworkAclId", "RuleNumber", "Egress"]),
    ("AWS::Route53::RecordSet", &["Name", "Type"]),
];

/// Properties of which AWS gives back something else than was asked for.
const TRANSFORMED: [(&str, &str); 2] = [
    ("AWS::CertificateManager::Certificate", "/DomainValidationOptions"),
    // It has the name of the certificate, too.
    ("AWS::CertificateManager::Certificate", "/SubjectAlternativeNames"),
];

/// Resources of templates that are items of a property of another, with the property that names the other.
const ITEMS: [(&str, &str, &str, &str); 2] = [
    ("AWS::EC2::SecurityGroupEgress", "AWS::EC2::SecurityGroup", "SecurityGroupEgress", "GroupId"),
    ("AWS::EC2::SecurityGroupIngress", "AWS::EC2::SecurityGroup", "SecurityGroupIngress", "GroupId"),
];

/// The resource as it is there.
fn find<'a>(declared: &Resource, live: &'a World, there: &BTreeMap<String, &'a Resource>) -> Option<&'a Resource> {
    if let Some(found) = there.get(&declared.address()) {
        return Some(found);
    }
    let alike = live.resources.iter().filter(|resource| {
        (&resource.type_name, &resource.account, &resource.region) == (&declared.type_name, &declared.account, &declared.region)
    });
    let natural = NATURAL.iter().find(|(name, _)| *name == declared.type_name).map(|(_, names)| *names);
    let fits = |resource: &&Resource| match natural {
        // An address is its own name.
        Some([name]) => resource.text(name) == Some(declared.id.as_str()),
        // What only the deployment knew tells nothing.
        Some(names) => names.iter().filter(|name| !declared.gaps.iter().any(|gap| gap.pointer == format!("/{name}"))).all(|name| {
            let value = |resource: &Resource| resource.properties.get(*name).cloned().unwrap_or(Value::Bool(false));
            is_same(name, &value(declared), &value(resource))
        }),
        None => resource.id.split('|').any(|part| part == declared.id),
    };
    alike.into_iter().find(fits)
}

impl Blueprint {
    /// Compares what is there with the deployed templates, property by property. What a template does not say is no drift: AWS has defaults.
    ///
    /// # Errors
    /// A deployed template is not of the form.
    pub fn drift(&self, known: &Known, live: &World, filled: &Filled) -> Result<DriftReport, InputError> {
        let forecast = self.forecast(known)?;
        let deployed = self.deployed(&forecast.plan, known)?;
        let there: BTreeMap<String, &Resource> = live.resources.iter().map(|resource| (resource.address(), resource)).collect();
        let mut report = DriftReport::default();
        let (mut owned, mut networks) = (BTreeSet::new(), BTreeMap::new());
        let declared_all = || deployed.values().flat_map(|stacked| &stacked.declaration.resources);
        for (number, stacked) in &deployed {
            let Some(step) = forecast.plan.steps.get(*number) else { continue };
            for declared in &stacked.declaration.resources {
                let resource = &declared.resource;
                owned.insert(resource.id.clone());
                let told = |drift| Drifted {
                    environment: step.environment.clone(),
                    stack: step.name.clone(),
                    logical_id: declared.origin.address.clone(),
                    type_name: resource.type_name.clone(),
                    id: resource.id.clone(),
                    account: resource.account.clone(),
                    region: resource.region.clone(),
                    drift,
                };
                if resource.type_name == "AWS::EC2::VPC" {
                    networks.insert(resource.id.clone(), (step.environment.clone(), step.name.clone()));
                }
                if ITEMS.iter().any(|(name, ..)| *name == resource.type_name) {
                    // It is compared where it shows.
                    continue;
                }
                let Some(filled) = filled.get(&resource.type_name) else {
                    report.found.push(told(Drift::Unread { pointer: String::new(), reason: "nothing reads this type".to_owned() }));
                    continue;
                };
                let Some(found) = find(resource, live, &there) else {
                    let unread = live.unread.iter().find(|unread| {
                        unread.account == resource.account
                            && live.covers(unread, &resource.type_name)
                            && (unread.region == "*" || unread.region == resource.region)
                    });
                    report.found.push(told(match unread {
                        Some(unread) => Drift::Unread { pointer: String::new(), reason: unread.cause.message.clone() },
                        None => Drift::Deleted,
                    }));
                    continue;
                };
                report.resources += 1;
                owned.insert(found.id.clone());
                let declared = &with_items(declared, declared_elsewhere(&resource.type_name, &resource.id, declared_all()));
                let mut compare = Compare { declared, live: found, filled, found: Vec::new(), compared: 0 };
                compare.all();
                report.compared += compare.compared;
                report.found.extend(compare.found.into_iter().map(told));
            }
        }
        for resource in &live.resources {
            let property = INHABITANTS.iter().find(|(type_name, _)| *type_name == resource.type_name);
            let network = property.and_then(|(_, property)| networks.get(resource.text(property)?));
            if let Some((environment, stack)) = network.filter(|_| !owned.contains(&resource.id) && !is_made_by_aws(resource)) {
                report.found.push(Drifted {
                    environment: environment.clone(),
                    stack: stack.clone(),
                    logical_id: String::new(),
                    type_name: resource.type_name.clone(),
                    id: resource.id.clone(),
                    account: resource.account.clone(),
                    region: resource.region.clone(),
                    drift: Drift::Added,
                });
            }
        }
        for step in &forecast.plan.steps {
            let (Change::Setting(amendment), Some(account)) = (&step.change, &step.account_id) else { continue };
            for change in amendment.changes.iter().flatten() {
                report.found.push(Drifted {
                    environment: step.environment.clone(),
                    stack: step.name.clone(),
                    logical_id: String::new(),
                    type_name: amendment.type_name.clone(),
                    id: amendment.id.clone(),
                    account: account.clone(),
                    region: step.region.clone(),
                    drift: Drift::Changed {
                        pointer: change.pointer.clone(),
                        template: change.after.clone().unwrap_or_default(),
                        live: change.before.clone(),
                    },
                });
            }
        }
        Ok(report)
    }
}

/// What AWS makes by itself in a network: what is there by default, and what a service of it needs.
fn is_made_by_aws(resource: &Resource) -> bool {
    let tags = resource.properties.get("Tags").and_then(Value::as_array).into_iter().flatten();
    let of_service = tags
        .filter_map(|tag| tag.get("Key").and_then(Value::as_str))
        .any(|key| key.starts_with("aws:eks:") || key.starts_with("kubernetes.io/"));
    let is_default = resource.text("GroupName") == Some("default")
        || ["IsDefault", "Main"].iter().any(|name| resource.properties.get(*name) == Some(&Value::Bool(true)))
        || matches!(resource.type_name.as_str(), "AWS::EC2::NetworkAcl" | "AWS::EC2::RouteTable");
    of_service || is_default
}

/// What other resources of templates add to the properties of one, by property.
fn declared_elsewhere<'a>(type_name: &str, id: &str, declared: impl Iterator<Item = &'a Declared>) -> BTreeMap<&'static str, Vec<Value>> {
    let mut items: BTreeMap<&'static str, Vec<Value>> = BTreeMap::new();
    for one in declared {
        for (name, owner, property, reference) in ITEMS {
            if name == one.resource.type_name && owner == type_name && one.resource.text(reference) == Some(id) {
                let mut item = one.resource.properties.clone();
                item.remove(reference);
                items.entry(property).or_default().push(Value::Object(item));
            }
        }
    }
    items
}

/// The resource with what others add to it.
fn with_items(declared: &Declared, items: BTreeMap<&'static str, Vec<Value>>) -> Declared {
    let mut declared = declared.clone();
    for (property, more) in items {
        if let Value::Array(list) = declared.resource.properties.entry(property.to_owned()).or_insert_with(|| Value::Array(Vec::new())) {
            list.extend(more);
        }
    }
    declared
}

/// One resource, as it is declared and as it is.
struct Compare<'a> {
    declared: &'a Declared,
    live: &'a Resource,
    filled: &'a BTreeSet<String>,
    found: Vec<Drift>,
    compared: usize,
}

impl Compare<'_> {
    fn all(&mut self) {
        let schema = Schemas::vendored().get(&self.live.type_name).ok();
        let write_only = schema.map(Schema::write_only).unwrap_or_default();
        let declared = self.declared;
        for (name, value) in &declared.resource.properties {
            let here = format!("/{}", pointer::escape(name));
            let is_transformed = TRANSFORMED.contains(&(self.live.type_name.as_str(), here.as_str()));
            if write_only.contains(&name.as_str()) || is_transformed {
                continue;
            }
            if !self.filled.contains(name) {
                self.found.push(Drift::Unread { pointer: here, reason: "no reading gives this property".to_owned() });
                continue;
            }
            self.value(&here, value, self.live.properties.get(name));
        }
    }

    fn gap(&self, here: &str) -> Option<String> {
        let gap = self
            .live
            .gaps
            .iter()
            .find(|gap| here == gap.pointer || here.starts_with(&format!("{}/", gap.pointer)) || gap.pointer.is_empty());
        gap.map(|gap| gap.cause.message.clone())
    }

    /// Whether the template does not say what it comes to.
    fn is_open(&self, here: &str) -> bool {
        self.declared.resource.gaps.iter().any(|gap| gap.pointer == here || gap.pointer.starts_with(&format!("{here}/")))
    }

    fn value(&mut self, here: &str, template: &Value, live: Option<&Value>) {
        if let Some(reason) = self.gap(here) {
            self.found.push(Drift::Unread { pointer: here.to_owned(), reason });
            return;
        }
        if let (Value::Object(template), Some(Value::Object(live))) = (template, live) {
            for (name, value) in template {
                self.value(&format!("{here}/{}", pointer::escape(name)), value, live.get(name));
            }
            return;
        }
        if self.is_open(here) {
            // What only the deployment knew cannot be told from what it became.
            return;
        }
        self.compared += 1;
        let same = match live {
            Some(live) => is_same(here, template, live),
            None => is_nothing(template),
        };
        if !same {
            self.found.push(Drift::Changed { pointer: here.to_owned(), template: template.clone(), live: live.cloned() });
        }
    }
}

/// Whether the value says the same as none.
fn is_nothing(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Bool(value) => !value,
        Value::String(text) => text.is_empty(),
        Value::Array(items) => items.is_empty(),
        Value::Object(object) => object.values().all(is_nothing),
        Value::Number(_) => false,
    }
}

/// Whether what is there is what the template says, with all that AWS adds to it by itself.
fn is_same(here: &str, template: &Value, live: &Value) -> bool {
    match (template, live) {
        (Value::Object(template), Value::Object(live)) => is_within(template, live),
        (Value::Array(template), Value::Array(live)) => {
            let is_tags = here.ends_with("Tags");
            let is_kept = |item: &&Value| !(is_tags && is_tag_of_stack(item));
            let template: Vec<&Value> = template.iter().filter(is_kept).collect();
            let live: Vec<&Value> = live.iter().filter(is_kept).collect();
            template.iter().all(|item| live.iter().any(|other| is_same(here, item, other)))
                && live.iter().all(|other| template.iter().any(|item| is_same(here, item, other)))
        }
        // A policy as a text.
        (Value::Object(_), Value::String(text)) => serde_json::from_str::<Value>(text).is_ok_and(|live| is_same(here, template, &live)),
        (Value::String(text), Value::Object(_)) => serde_json::from_str::<Value>(text).is_ok_and(|template| is_same(here, &template, live)),
        // One item for a list of one, as policies have it.
        (Value::Array(items), other) | (other, Value::Array(items)) => matches!(items.as_slice(), [one] if is_same(here, one, other)),
        _ => {
            let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), ToOwned::to_owned);
            let (template, live) = (text(template), text(live));
            // A major version stands for what it has come to, and a name of DNS may end in a dot.
            template == live
                || here.ends_with("EngineVersion") && live.starts_with(&format!("{template}."))
                || bare(&template) == bare(&live)
                || is_same_number(&template, &live)
        }
    }
}

/// A name without what services leave out of it: the scheme of an address, and the dot that ends a name of DNS.
fn bare(text: &str) -> &str {
    text.trim_start_matches("https://").trim_end_matches('.')
}

fn is_same_number(one: &str, other: &str) -> bool {
    matches!((one.parse::<f64>(), other.parse::<f64>()), (Ok(one), Ok(other)) if one.to_bits() == other.to_bits())
}

fn is_within(template: &Map<String, Value>, live: &Map<String, Value>) -> bool {
    template.iter().all(|(name, value)| live.get(name).map_or_else(|| is_nothing(value), |live| is_same(name, value, live)))
}

/// Whether CloudFormation gives the tag to every resource of a stack.
fn is_tag_of_stack(tag: &Value) -> bool {
    let key = tag.get("Key").and_then(Value::as_str).unwrap_or_default();
    key.starts_with("aws:") || key.starts_with("innovate:")
}
