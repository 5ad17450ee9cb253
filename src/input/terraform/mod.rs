//! Terraform plans and states, as `terraform show -json` writes them: what will be there once the plan is applied.

mod convert;
mod plan;
mod policy_document;
mod reference;
mod source;
mod table;
mod tree;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;

use innovate_model::{Cause, GLOBAL, HandlerErrorCode, Location, Resource, Schemas, Span};
use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::{Map, Value};

use self::convert::{Converted, Surroundings, convert};
use self::plan::{Document, Planned};
use self::reference::Configuration;
use self::table::{Rule, Table, plain};
use self::tree::Tree;
use super::declared::{Declaration, Declared, Origin, Skipped, Target};
use super::document::InputError;

/// Whether a text is a plan or state as `terraform show -json` writes it, though it may be cut short.
pub fn is_plan(text: &[u8]) -> bool {
    #[derive(Deserialize)]
    struct Head {
        format_version: Option<IgnoredAny>,
        planned_values: Option<IgnoredAny>,
        resource_changes: Option<IgnoredAny>,
        values: Option<IgnoredAny>,
    }
    let text = text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(text);
    match serde_json::from_slice::<Head>(text) {
        Ok(head) => head.format_version.is_some() && (head.planned_values.or(head.resource_changes).or(head.values)).is_some(),
        Err(_) => {
            let start: String = String::from_utf8_lossy(text.get(..200.min(text.len())).unwrap_or_default()).split_whitespace().collect();
            start.starts_with("{\"format_version\":")
        }
    }
}

/// What a plan leads to, or what a state holds. Each resource lies in the file's first line, under its Terraform address.
///
/// # Errors
/// The text is no plan, or one that failed.
pub fn read(file: &str, text: &[u8], target: &Target) -> Result<Declaration, InputError> {
    Ok(Plan::read(file, text, target)?.declaration)
}

/// What a plan leads to, each resource at its block in the `.tf` files of the folder and of the local modules that they call. What is not
/// found there lies in the plan's file.
///
/// # Errors
/// The text is no plan, or one that failed. Files that can't be read or parsed tell no places.
pub fn read_beside(file: &str, text: &[u8], target: &Target, folder: &Path) -> Result<Declaration, InputError> {
    let mut plan = Plan::read(file, text, target)?;
    source::locate(&mut plan, folder);
    Ok(plan.declaration)
}

/// The Terraform types that are mapped, and the types of our model that each declares.
pub fn types() -> BTreeMap<String, BTreeSet<String>> {
    let all = Table::get().into_iter().flat_map(Table::all);
    let declared = |rule: &Rule| [Some(rule.type_name.clone()), rule.alone.as_ref().map(|alone| alone.type_name.clone())];
    all.map(|(name, rules)| (name.to_owned(), rules.iter().flat_map(declared).flatten().collect())).collect()
}

/// What a plan leads to, and where each property comes from.
struct Plan {
    declaration: Declaration,
    /// By resource.
    trails: Vec<Vec<Trail>>,
}

/// What one block of the configuration gives to a resource.
struct Trail {
    address: String,
    /// The attribute of each property, by pointer.
    attributes: BTreeMap<String, String>,
}

/// A resource in the making.
struct Making {
    resource: Resource,
    address: String,
    trails: Vec<Trail>,
}

/// A resource of the plan that is mapped.
struct Mapped<'a> {
    planned: &'a Planned,
    rules: &'a [Rule],
    tree: Tree,
    account: String,
    region: String,
}

impl Mapped<'_> {
    /// The resource of a rule before it has properties. Its id is what identifies it, or its address.
    fn resource(&self, rule: &Rule, id: Option<String>) -> Resource {
        let region = if rule.global { GLOBAL } else { self.region.as_str() };
        let mut resource =
            Resource::new(&rule.type_name, id.unwrap_or_else(|| self.planned.address.clone()), self.account.as_str(), region);
        resource.arn = self.tree.get("arn").text().filter(|_| rule.each.is_none());
        resource
    }

    /// What others may call it.
    fn identities(&self, rule: &Rule) -> BTreeSet<String> {
        let attributes = ["id", "arn", "name"].into_iter().map(ToOwned::to_owned);
        let attributes =
            attributes.chain(rule.id.iter().flat_map(|id| id.split('|')).map(ToOwned::to_owned)).chain(rule.known_by.iter().cloned());
        let mut found: BTreeSet<String> = attributes.filter_map(|attribute| self.tree.get(&attribute).text()).collect();
        found.insert(self.planned.address.clone());
        found
    }
}

impl Plan {
    fn read(file: &str, text: &[u8], target: &Target) -> Result<Self, InputError> {
        let table = Table::get().map_err(|error| InputError::new(file, None, error))?;
        let mut document = Document::parse(file, text)?;
        let planned = document.take_resources();
        let identifies = |type_name: &str, attribute: &str| match table.rules(type_name).first() {
            _ if type_name == policy_document::TYPE => policy_document::ATTRIBUTES.contains(&attribute),
            // A part has the names of what it belongs to.
            Some(rule) if rule.into.is_some() => false,
            Some(rule) => {
                matches!(attribute, "id" | "arn" | "name")
                    || rule.id.iter().any(|id| id.split('|').any(|id| id == attribute))
                    || rule.known_by.iter().any(|known| known == attribute)
            }
            None => true,
        };
        let configuration = Configuration::new(&document.configuration, &planned, &identifies);
        let mut skipped = Vec::new();
        let mut skip = |address: &str, type_name: &str, reason: String, unread: bool| {
            let location = Location { file: file.to_owned(), address: address.to_owned(), span: Span::default() };
            skipped.push(Skipped { location, type_name: type_name.to_owned(), reason, unread });
        };

        let providers = Providers::of(&document, &configuration, &planned);
        let mut mapped: BTreeMap<usize, Mapped<'_>> = BTreeMap::new();
        for (at, resource) in planned.iter().enumerate().filter(|(_, resource)| !resource.is_data()) {
            let rules = table.rules(&resource.type_name);
            if rules.is_empty() {
                if resource.remains() {
                    let of_aws = resource.type_name.starts_with("aws_") || resource.type_name.starts_with("awscc_");
                    let reason = if of_aws { "no policy speaks of this type" } else { "not an AWS resource" };
                    skip(&resource.address, &resource.type_name, reason.to_owned(), false);
                }
                continue;
            }
            let computed = rules.iter().flat_map(|rule| rule.computed.iter().cloned()).collect();
            let tree =
                if resource.remains() { Tree::of(resource, configuration.block(resource), &computed) } else { Tree::before(resource) };
            let (account, region) = providers.place(&configuration, resource, &tree, target);
            mapped.insert(at, Mapped { planned: resource, rules, tree, account, region });
        }

        let addresses = planned.iter().enumerate().filter(|(_, resource)| resource.remains() && !resource.is_data());
        let ids = addresses.map(|(at, resource)| (at, resource.address.clone())).collect();
        let mut reader = Reader {
            configuration: &configuration,
            planned: &planned,
            ids,
            makings: Vec::new(),
            owners: BTreeMap::new(),
            of_planned: BTreeMap::new(),
        };
        // At first those that are known, then those that are made of others.
        for with_references in [false, true] {
            let known = mapped.iter().filter(|(_, mapped)| mapped.planned.remains()).filter_map(|(at, mapped)| {
                Some((*at, reader.known_id(mapped, mapped.rules.first()?, &mapped.tree, None, with_references)?))
            });
            let known: Vec<(usize, String)> = known.collect();
            reader.ids.extend(known);
        }
        let remaining: Vec<(usize, &Mapped<'_>)> =
            mapped.iter().map(|(at, mapped)| (*at, mapped)).filter(|(_, mapped)| mapped.planned.remains()).collect();
        for (at, mapped) in &remaining {
            for rule in mapped.rules.iter().filter(|rule| rule.into.is_none() && holds(rule, &mapped.tree)) {
                if let Some(each) = rule.each.as_ref().filter(|each| matches!(mapped.tree.get(each), Tree::Unknown { .. })) {
                    skip(&mapped.planned.address, &mapped.planned.type_name, format!("its `{each}` is known only after apply"), true);
                }
                reader.make(*at, mapped, rule);
            }
        }
        for (_, mapped) in remaining.iter().filter(|(_, mapped)| !mapped.rules.iter().any(|rule| holds(rule, &mapped.tree))) {
            skip(&mapped.planned.address, &mapped.planned.type_name, "no policy speaks of what it declares".to_owned(), false);
        }
        for mapped in mapped.values() {
            for rule in mapped.rules.iter().filter(|rule| rule.into.is_some()) {
                reader.take_away(mapped, rule);
            }
        }
        for (_, mapped) in &remaining {
            for rule in mapped.rules.iter().filter(|rule| holds(rule, &mapped.tree)) {
                let Some(into) = &rule.into else { continue };
                if !reader.merge(mapped, rule, into) {
                    skip(&mapped.planned.address, &mapped.planned.type_name, format!("its `{into}` is not in this plan"), true);
                }
            }
        }
        Ok(reader.finish(file, skipped))
    }
}

/// Whether the attributes are such that the rule holds.
fn holds(rule: &Rule, tree: &Tree) -> bool {
    rule.when.iter().all(|(attribute, wanted)| {
        let found = tree.get(attribute);
        match wanted {
            Value::Null => found.is_there(),
            Value::String(text) => found.text().as_ref() == Some(text),
            other => found.text() == Some(other.to_string()),
        }
    })
}

/// Makes resources of what is planned.
struct Reader<'a> {
    configuration: &'a Configuration<'a>,
    planned: &'a [Planned],
    /// The ids of planned resources.
    ids: BTreeMap<usize, String>,
    makings: Vec<Making>,
    /// Resources by type, account and Region and by what they may be called.
    owners: BTreeMap<(String, String, String, String), usize>,
    /// Resources by the one that is planned, and by type.
    of_planned: BTreeMap<(usize, String), usize>,
}

impl Reader<'_> {
    /// The id of a resource, or of an item of a list of `outer`, by the attributes that identify it.
    fn known_id(&self, mapped: &Mapped<'_>, rule: &Rule, tree: &Tree, outer: Option<&Tree>, with_references: bool) -> Option<String> {
        let text = |tree: &Tree| match tree {
            Tree::Unknown { references, .. } if with_references => match self.configuration.targets(mapped.planned, references)?.as_slice()
            {
                [only] => self.ids.get(only).cloned(),
                _ => None,
            },
            other => other.text(),
        };
        let part = |name: &str| match (name.strip_prefix('^'), outer) {
            _ if name == "@account" => Some(mapped.account.clone()),
            (Some(attribute), Some(outer)) => text(outer.get(attribute)),
            _ => text(tree.get(name)),
        };
        let of_table = rule.id.iter().find_map(|names| names.split('|').map(part).collect::<Option<Vec<_>>>().map(|parts| parts.join("|")));
        of_table.or_else(|| {
            // What the provider `awscc` calls like the properties that identify.
            let Tree::Map(entries) = tree else { return None };
            let schema = Schemas::vendored().get(&rule.type_name).ok().filter(|_| rule.id == ["id"] && rule.properties.is_empty())?;
            let named =
                |name: &str| entries.iter().find(|(attribute, _)| plain(attribute) == plain(name)).and_then(|(_, entry)| text(entry));
            schema.primary_identifier().into_iter().map(named).collect::<Option<Vec<_>>>().map(|parts| parts.join("|"))
        })
    }

    fn converted(&self, mapped: &Mapped<'_>, rule: &Rule, tree: &Tree, outer: Option<&Tree>, id: &str) -> Converted {
        let Ok(schema) = Schemas::vendored().get(&rule.type_name) else { return Converted::default() };
        let ids = |references: &[String]| {
            let targets = self.configuration.targets(mapped.planned, references)?;
            targets.iter().map(|at| self.ids.get(at).cloned()).collect()
        };
        let document = |references: &[String]| match self.configuration.targets(mapped.planned, references)?.as_slice() {
            [only] => {
                let data = self.planned.get(*only).filter(|planned| planned.is_data())?;
                policy_document::document(&Tree::of(data, self.configuration.block(data), &BTreeSet::new()))
            }
            _ => None,
        };
        convert(rule, schema, tree, &Surroundings { ids: &ids, document: &document, outer, id, account: &mapped.account })
    }

    fn make(&mut self, at: usize, mapped: &Mapped<'_>, rule: &Rule) {
        let Some(each) = &rule.each else {
            let resource = mapped.resource(rule, self.known_id(mapped, rule, &mapped.tree, None, true));
            let converted = self.converted(mapped, rule, &mapped.tree, None, &resource.id);
            let making = self.add(mapped, resource, converted);
            self.of_planned.insert((at, rule.type_name.clone()), making);
            for identity in mapped.identities(rule) {
                self.owners.entry(owner_key(mapped, rule, &identity)).or_insert(making);
            }
            return;
        };
        let items = match mapped.tree.get(each) {
            Tree::List(items) => items.as_slice(),
            _ => return,
        };
        for (number, item) in items.iter().enumerate() {
            let id = self.known_id(mapped, rule, item, Some(&mapped.tree), true);
            let id = id.unwrap_or_else(|| format!("{}/{each}/{number}", mapped.planned.address));
            let own = self.ids.get(&at).cloned().unwrap_or_default();
            let mut converted = self.converted(mapped, rule, item, Some(&mapped.tree), &own);
            for attribute in converted.attributes.values_mut() {
                *attribute = format!("{each}.{attribute}");
            }
            self.add(mapped, mapped.resource(rule, Some(id)), converted);
        }
    }

    fn add(&mut self, mapped: &Mapped<'_>, mut resource: Resource, converted: Converted) -> usize {
        resource.properties = converted.properties;
        resource.gaps = converted.gaps;
        let address = mapped.planned.address.clone();
        let trails = vec![Trail { address: address.clone(), attributes: converted.attributes }];
        self.makings.push(Making { resource, address, trails });
        self.makings.len() - 1
    }

    /// The owners of a part that are in the plan; none where nobody knows which they are.
    fn owners_of(&self, mapped: &Mapped<'_>, rule: &Rule, named: &Tree) -> Option<Vec<usize>> {
        match named {
            Tree::List(items) => {
                items.iter().map(|item| self.owners_of(mapped, rule, item)).collect::<Option<Vec<_>>>().map(|owners| owners.concat())
            }
            Tree::Known(_) | Tree::Sensitive { .. } => {
                let known = match named {
                    Tree::Sensitive { value, .. } => Tree::Known(value.clone()),
                    known => known.clone(),
                };
                let found = known.text().and_then(|text| self.owners.get(&owner_key(mapped, rule, &text)));
                Some(found.copied().into_iter().collect())
            }
            Tree::Unknown { references, .. } => {
                let targets = self.configuration.targets(mapped.planned, references)?;
                Some(targets.into_iter().filter_map(|at| self.of_planned.get(&(at, rule.type_name.clone())).copied()).collect())
            }
            Tree::Nothing | Tree::Map(_) => Some(Vec::new()),
        }
    }

    /// Puts a part where it belongs; whether there is a place for it.
    fn merge(&mut self, mapped: &Mapped<'_>, rule: &Rule, into: &str) -> bool {
        let named = mapped.tree.get(into);
        if !named.is_there() {
            return true;
        }
        let Some(owners) = self.owners_of(mapped, rule, named) else {
            // It may be a part of any.
            let part = self.converted(mapped, rule, &mapped.tree, None, "");
            let message = format!("`{}` may belong to it, as its `{into}` is known only after apply", mapped.planned.address);
            for making in self.makings.iter_mut().filter(|making| making.resource.type_name == rule.type_name) {
                let touched: BTreeSet<String> = part
                    .properties
                    .keys()
                    .cloned()
                    .chain(part.gaps.iter().filter_map(|gap| gap.pointer.split('/').nth(1).map(ToOwned::to_owned)))
                    .collect();
                for name in touched {
                    making
                        .resource
                        .add_gap(format!("/{name}"), Cause { code: HandlerErrorCode::NotYetKnown, action: None, message: message.clone() });
                }
            }
            return true;
        };
        for owner in &owners {
            let Some(id) = self.makings.get(*owner).map(|making| making.resource.id.clone()) else { continue };
            let part = self.converted(mapped, rule, &mapped.tree, None, &id);
            if let Some(making) = self.makings.get_mut(*owner) {
                making.merge(&mapped.planned.address, part);
            }
        }
        if !owners.is_empty() {
            return true;
        }
        let Some(alone) = &rule.alone else { return false };
        let owner = match named {
            Tree::Known(value) => value.as_str().unwrap_or_default().to_owned(),
            Tree::Unknown { references, .. } => {
                let targets = self.configuration.targets(mapped.planned, references).unwrap_or_default();
                targets.first().and_then(|at| self.ids.get(at)).cloned().unwrap_or_default()
            }
            _ => String::new(),
        };
        let part = self.converted(mapped, rule, &mapped.tree, None, &owner);
        let items = part.properties.get(&alone.each).and_then(Value::as_array).cloned().unwrap_or_default();
        let several = items.len() > 1;
        for (number, item) in items.into_iter().enumerate() {
            let Value::Object(mut properties) = item else { continue };
            properties.insert(alone.owner.clone(), Value::from(owner.as_str()));
            let own = |pointer: &str| pointer.strip_prefix(&format!("/{}/{number}", alone.each)).map(ToOwned::to_owned);
            let gaps = part.gaps.iter().filter_map(|gap| Some(innovate_model::Gap { pointer: own(&gap.pointer)?, ..gap.clone() }));
            let attributes = part.attributes.iter().filter_map(|(pointer, attribute)| Some((own(pointer)?, attribute.clone()))).collect();
            let id = mapped.tree.get("id").text().filter(|_| !several);
            let id =
                id.unwrap_or_else(|| if several { format!("{}/{number}", mapped.planned.address) } else { mapped.planned.address.clone() });
            let rule = Rule { type_name: alone.type_name.clone(), ..rule.clone() };
            let converted = Converted { properties, gaps: gaps.collect(), attributes };
            self.add(mapped, mapped.resource(&rule, Some(id)), converted);
        }
        true
    }

    /// Takes out of the owner, which remembers it, what a part was that goes or changes.
    fn take_away(&mut self, mapped: &Mapped<'_>, rule: &Rule) {
        let Some(into) = rule.into.as_ref().filter(|_| !mapped.planned.before.is_null() && mapped.planned.before != mapped.planned.after)
        else {
            return;
        };
        let before = Tree::before(mapped.planned);
        if !holds(rule, &before) {
            return;
        }
        for owner in self.owners_of(mapped, rule, before.get(into)).unwrap_or_default() {
            let Some(id) = self.makings.get(owner).map(|making| making.resource.id.clone()) else { continue };
            let part = self.converted(mapped, rule, &before, None, &id);
            let Some(making) = self.makings.get_mut(owner) else { continue };
            for (name, was) in part.properties {
                match (making.resource.properties.get_mut(&name), was) {
                    (Some(Value::Array(items)), Value::Array(gone)) => items.retain(|item| !gone.contains(item)),
                    (Some(known), was) if *known == was => drop(making.resource.properties.remove(&name)),
                    _ => {}
                }
            }
        }
    }

    fn finish(self, file: &str, mut skipped: Vec<Skipped>) -> Plan {
        let file: Arc<str> = Arc::from(file);
        let mut taken = BTreeSet::new();
        let (mut resources, mut trails) = (Vec::new(), Vec::new());
        for Making { mut resource, address, trails: own } in self.makings {
            let key = |resource: &Resource| {
                let (account, region, type_name, id) = resource.order();
                [account, region, type_name, id].map(ToOwned::to_owned)
            };
            if !taken.insert(key(&resource)) {
                resource.id.clone_from(&address);
                taken.insert(key(&resource));
            }
            let origin = Origin { file: file.clone(), address, span: Span::default(), places: BTreeMap::new(), remarks: Vec::new() };
            resources.push(Declared { resource, origin });
            trails.push(own);
        }
        skipped.sort();
        skipped.dedup();
        Plan { declaration: Declaration { resources, skipped, ..Declaration::default() }, trails }
    }
}

fn owner_key(mapped: &Mapped<'_>, rule: &Rule, identity: &str) -> (String, String, String, String) {
    let region = if rule.global { GLOBAL } else { mapped.region.as_str() };
    (rule.type_name.clone(), mapped.account.clone(), region.to_owned(), identity.to_owned())
}

impl Making {
    /// Adds a part: lists grow by items that they do not have, objects by entries.
    fn merge(&mut self, address: &str, part: Converted) {
        let mut moved: BTreeMap<String, String> = BTreeMap::new();
        for (name, value) in part.properties {
            match (self.resource.properties.get_mut(&name), value) {
                (Some(Value::Array(items)), Value::Array(more)) => {
                    for (number, item) in more.into_iter().enumerate() {
                        let at = items.iter().position(|known| *known == item).unwrap_or_else(|| {
                            items.push(item);
                            items.len() - 1
                        });
                        moved.insert(format!("/{name}/{number}"), format!("/{name}/{at}"));
                    }
                }
                (Some(Value::Object(known)), Value::Object(more)) => deepen(known, more),
                (_, value) => drop(self.resource.properties.insert(name, value)),
            }
        }
        let at = |pointer: &str| {
            let end = pointer.match_indices('/').nth(2).map_or(pointer.len(), |(end, _)| end);
            let (start, rest) = pointer.split_at(end);
            moved.get(start).map_or_else(|| pointer.to_owned(), |start| format!("{start}{rest}"))
        };
        let attributes: BTreeMap<String, String> =
            part.attributes.iter().map(|(pointer, attribute)| (at(pointer), attribute.clone())).collect();
        // What the part says was not known of the resource itself.
        self.resource.gaps.retain(|gap| !attributes.contains_key(&gap.pointer));
        for gap in part.gaps {
            self.resource.add_gap(at(&gap.pointer), gap.cause);
        }
        self.trails.push(Trail { address: address.to_owned(), attributes });
    }
}

fn deepen(known: &mut Map<String, Value>, more: Map<String, Value>) {
    for (name, value) in more {
        match (known.get_mut(&name), value) {
            (Some(Value::Object(inner)), Value::Object(more)) => deepen(inner, more),
            (_, value) => drop(known.insert(name, value)),
        }
    }
}

/// What is known of the accounts and Regions of providers.
struct Providers {
    /// Region and account by the key of a provider's configuration.
    known: BTreeMap<String, (Option<String>, Option<String>)>,
}

impl Providers {
    fn of(document: &Document, configuration: &Configuration<'_>, planned: &[Planned]) -> Self {
        let mut known: BTreeMap<String, (Option<String>, Option<String>)> = BTreeMap::new();
        for resource in planned {
            let Some((name, provider)) = configuration.provider(resource) else { continue };
            let (region, account) = known.entry(name.to_owned()).or_insert_with(|| {
                let expressions = provider.get("expressions");
                let region = expressions.and_then(|expressions| constant(document, expressions.get("region")?));
                let role = expressions.and_then(|expressions| {
                    let role = expressions.get("assume_role")?;
                    constant(document, role.get(0).unwrap_or(role).get("role_arn")?)
                });
                (region, role.and_then(|role| part_of_arn(&role, 4)))
            });
            let arn = [&resource.after, &resource.before].into_iter().find_map(|values| values.get("arn").and_then(Value::as_str));
            if let Some(arn) = arn {
                *account = account.take().or_else(|| part_of_arn(arn, 4).filter(|account| account != "aws"));
                *region = region.take().or_else(|| part_of_arn(arn, 3));
            }
        }
        Self { known }
    }

    /// The account and Region of a resource.
    fn place(&self, configuration: &Configuration<'_>, resource: &Planned, tree: &Tree, target: &Target) -> (String, String) {
        let arn = tree.get("arn").text();
        let of_arn = |part| arn.as_deref().and_then(|arn| part_of_arn(arn, part));
        let provider = configuration.provider(resource).and_then(|(name, _)| self.known.get(name));
        let (region, account) = provider.cloned().unwrap_or_default();
        let account = of_arn(4).or(account).unwrap_or_else(|| target.account.clone());
        let region = tree.get("region").text().or_else(|| of_arn(3)).or(region).unwrap_or_else(|| target.region.clone());
        (account, region)
    }
}

/// The text of an expression that is a constant, or a variable of the root module.
fn constant(document: &Document, expression: &Value) -> Option<String> {
    if let Some(constant) = expression.get("constant_value") {
        return constant.as_str().map(ToOwned::to_owned);
    }
    let mut references = expression.get("references")?.as_array()?.iter().filter_map(Value::as_str);
    let name = references.next().filter(|_| references.next().is_none())?.strip_prefix("var.")?;
    document.variable(name)?.as_str().map(ToOwned::to_owned)
}

/// A part of an ARN that is not empty: 3 is the Region, 4 the account.
fn part_of_arn(arn: &str, part: usize) -> Option<String> {
    let found = arn.strip_prefix("arn:")?.split(':').nth(part - 1)?;
    (!found.is_empty()).then(|| found.to_owned())
}
