//! The world as one account and Region see it.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::io;
use std::sync::Arc;

use innovate_model::{AccountFacts, Cause, GLOBAL, Gap, HandlerErrorCode, Resource, Schemas, UNLISTED, Unread, World, pointer};
use serde_json::{Value, json};

use super::missing::{Missing, What};
use super::same_scope;
use crate::input::inventory::{Disk, Inventory};
use crate::policy::{ANY, ByType as Reads, Document, Members, Names, Policy, PolicyError, ReadSet, Scope};

/// Resources on disk that are judged at once.
const PART: usize = 2000;

/// One account and Region: the resources to judge there, and those that their policies can look up.
pub(super) struct View<'a> {
    account: &'a str,
    region: &'a str,
    /// Those to judge, where they are in memory.
    pub(super) inputs: Vec<&'a Resource>,
    of_account: OfAccount<'a>,
    common: &'a Common<'a>,
}

/// Views that one is divided into at most: each sees all of the account.
const MOST_PARTS: usize = 16;

/// All resources of an account, the same for each of its views.
#[derive(Clone)]
enum OfAccount<'a> {
    Held(Arc<Vec<&'a Resource>>),
    Stored(&'a Disk),
}

/// What the accounts of a world see alike.
pub struct Common<'a> {
    /// The world, of which only the facts are looked at.
    world: &'a World,
    /// The resources that have gaps.
    gapped: Vec<&'a Resource>,
    /// What the policies look up across accounts.
    looked_up: LookedUp<'a>,
    across: Across<'a>,
}

/// What is looked up across accounts.
enum Across<'a> {
    /// The resources, of which each thread makes documents of its own: threads that share them slow each other.
    Held(Vec<&'a Resource>),
    /// `data.organization` as all threads share it, where memory is dear.
    Shared(Document),
}

impl<'a> Common<'a> {
    /// Of a world that may be on disk.
    pub(super) fn new(inventory: &'a Inventory<'_>, policies: &'a [Policy]) -> io::Result<Self> {
        let world = inventory.world.as_ref();
        let Some(disk) = &inventory.disk else { return Ok(Self::held(world, policies)) };
        let looked_up = LookedUp::across(policies);
        let (mut organization, mut names) = (Organization::new(&looked_up), Names::default());
        for resource in disk.across() {
            organization.add(&resource?, &mut names);
        }
        let across = Across::Shared(organization.finish(world));
        Ok(Self { world, gapped: inventory.gapped(), looked_up, across })
    }

    /// Of a world, those of its resources that are looked up across accounts, and those that have gaps.
    pub fn of(world: &'a World, across: &'a [Resource], gapped: &'a [Resource], policies: &'a [Policy]) -> Self {
        let across = Across::Held(across.iter().collect());
        Self { world, gapped: gapped.iter().collect(), looked_up: LookedUp::across(policies), across }
    }

    /// Of a world in memory.
    pub(super) fn held(world: &'a World, policies: &'a [Policy]) -> Self {
        let looked_up = LookedUp::across(policies);
        let across = Across::Held(world.resources.iter().filter(|resource| looked_up.has(&resource.type_name)).collect());
        Self { world, gapped: world.gapped().collect(), looked_up, across }
    }

    /// `data.organization`: its facts, and the resources of all accounts that some policy looks up.
    fn organization(&self, names: &mut Names) -> Document {
        match &self.across {
            Across::Shared(document) => document.clone(),
            Across::Held(resources) => {
                let mut organization = Organization::new(&self.looked_up);
                resources.iter().for_each(|resource| organization.add(resource, names));
                organization.finish(self.world)
            }
        }
    }
}

/// The types that policies look up.
pub(super) struct LookedUp<'a> {
    /// With the top-level properties that they read of them; none where that is all of them.
    types: BTreeMap<&'a str, Option<BTreeSet<&'a str>>>,
    /// Whether some policy looks up whatever type.
    any: bool,
}

impl<'a> LookedUp<'a> {
    /// What the policies look up across accounts.
    pub(super) fn across(policies: &'a [Policy]) -> Self {
        Self::of(policies.iter(), |reads| vec![&reads.organization_resources])
    }

    /// What the policies look up, by these parts of their read-sets.
    fn of(policies: impl Iterator<Item = &'a Policy> + Clone, parts: impl Fn(&'a ReadSet) -> Vec<&'a Reads>) -> Self {
        let mut types: BTreeMap<&str, Option<BTreeSet<&str>>> = BTreeMap::new();
        for (name, paths) in policies.clone().flat_map(|policy| parts(&policy.read_set)).flatten().filter(|(name, _)| *name != ANY) {
            let known = types.entry(name).or_insert_with(|| Some(BTreeSet::new()));
            *known = known.take().zip(paths.properties()).map(|(known, more)| known.into_iter().chain(more).collect());
        }
        Self { types, any: policies.into_iter().any(|policy| policy.read_set.is_of_any_type()) }
    }

    fn has(&self, type_name: &str) -> bool {
        self.any || self.types.contains_key(type_name)
    }

    /// Whether the property of the type is read.
    fn reads(&self, type_name: &str, property: &str) -> bool {
        self.any || self.types.get(type_name).is_some_and(|names| names.as_ref().is_none_or(|names| names.contains(property)))
    }

    /// The types; none where they can be any.
    pub(super) fn names(&self) -> Option<BTreeSet<String>> {
        (!self.any).then(|| self.types.keys().map(|name| (*name).to_owned()).collect())
    }
}

/// `data.organization` in the making.
struct Organization<'a> {
    looked_up: &'a LookedUp<'a>,
    /// Type → `<account>/<region>/<id>` → id and document.
    resources: BTreeMap<String, BTreeMap<String, (String, Document)>>,
}

impl<'a> Organization<'a> {
    fn new(looked_up: &'a LookedUp<'a>) -> Self {
        let resources = looked_up.types.keys().map(|name| ((*name).to_owned(), BTreeMap::new())).collect();
        Self { looked_up, resources }
    }

    fn add(&mut self, resource: &Resource, names: &mut Names) {
        let key = format!("{}/{}/{}", resource.account, resource.region, resource.id);
        let document = document(resource, names, |name| self.looked_up.reads(&resource.type_name, name));
        self.resources.entry(resource.type_name.clone()).or_default().insert(key, (resource.id.clone(), document));
    }

    fn finish(self, world: &World) -> Document {
        let mut identified = Vec::new();
        for (name, of_type) in &self.resources {
            let mut by_id: BTreeMap<&str, Vec<Document>> = BTreeMap::new();
            for (id, document) in of_type.values() {
                by_id.entry(id).or_default().push(document.clone());
            }
            identified.push((name, Document::object(by_id.into_iter().map(|(id, same)| (id, Document::list(same))))));
        }
        let identified = Document::object(identified);
        let documents = |of_type: BTreeMap<String, (String, Document)>| of_type.into_iter().map(|(key, (_, document))| (key, document));
        let resources = Document::object(self.resources.into_iter().map(|(name, of_type)| (name, Document::object(documents(of_type)))));
        let facts = world.organization.as_ref().map_or_else(
            || json!({}),
            |facts| json!({ "id": facts.id, "management_account": facts.management_account, "accounts": facts.accounts }),
        );
        let facts = facts.as_object().into_iter().flatten().map(|(name, value)| (name.as_str(), Document::from(value)));
        Document::object(facts.chain([("resources", resources), ("identified", identified)]))
    }
}

/// The views of every account and Region in which something is to be judged of these resources, which are all those of their accounts.
pub(super) fn scopes<'a>(common: &'a Common<'a>, resources: &'a [Resource], policies: &[Policy]) -> Vec<View<'a>> {
    let judged: HashSet<&str> = policies.iter().flat_map(|policy| &policy.metadata.custom.resource_types).map(String::as_str).collect();
    let mut inputs: BTreeMap<(&str, &str), Vec<&Resource>> = BTreeMap::new();
    let mut by_account: HashMap<&str, Vec<&Resource>> = HashMap::new();
    // Resources of a Region lie beside one another in a sorted world.
    for of_region in resources.chunk_by(|a, b| a.account == b.account && a.region == b.region) {
        let Some(first) = of_region.first() else { continue };
        by_account.entry(&first.account).or_default().extend(of_region);
        if in_view(common.world, &first.account, &first.region) {
            let of_region =
                of_region.iter().filter(|resource| judged.contains(resource.type_name.as_str()) && common.world.judges(resource));
            inputs.entry((&first.account, &first.region)).or_default().extend(of_region);
        }
    }
    let by_account: HashMap<&str, Arc<Vec<&Resource>>> = by_account.into_iter().map(|(account, all)| (account, Arc::new(all))).collect();
    inputs
        .into_iter()
        .filter(|(_, inputs)| !inputs.is_empty())
        .map(|((account, region), inputs)| {
            let of_account = OfAccount::Held(by_account.get(account).cloned().unwrap_or_default());
            View { account, region, inputs, of_account, common }
        })
        .collect()
}

/// The views in several, each with a part of the resources to judge, where there are many: then several threads can have them.
pub(super) fn divided(views: Vec<View<'_>>) -> Vec<View<'_>> {
    let parts = views.into_iter().flat_map(|view| {
        // Not by the number of processors: what is looked into is bounded by view.
        let size = view.inputs.len().div_ceil(MOST_PARTS).max(PART);
        let inputs: Vec<Vec<&Resource>> = view.inputs.chunks(size).map(<[_]>::to_vec).collect();
        inputs.into_iter().map(move |inputs| View { inputs, of_account: view.of_account.clone(), ..view })
    });
    parts.collect()
}

/// The views of an account on disk.
pub(super) fn stored<'a>(common: &'a Common<'a>, disk: &'a Disk, account: &'a str) -> impl Iterator<Item = View<'a>> {
    let regions = disk.regions(account).map(|(region, _)| region).filter(move |region| in_view(common.world, account, region));
    regions.map(move |region| View { account, region, inputs: Vec::new(), of_account: OfAccount::Stored(disk), common })
}

/// Whether the resources of Region `other` are in the view of `region`: its own and the global ones, all in the global view.
fn sees(region: &str, other: &str) -> bool {
    region == GLOBAL || other == region || other == GLOBAL
}

/// Whether the account and Region are to be judged: resources of others are there, too, for policies to look up, such as the buckets of other Regions.
fn in_view(world: &World, account: &str, region: &str) -> bool {
    if !world.accounts.is_empty() && !world.accounts.contains_key(account) {
        return false;
    }
    let regions = world.regions.get(account).map(Vec::as_slice).unwrap_or_default();
    regions.is_empty() || region == GLOBAL || regions.iter().any(|known| known == region)
}

/// The documents of one thread: each resource becomes one once, for all the views of its account that follow one another.
#[derive(Default)]
pub(super) struct Documents {
    account: String,
    /// By the address of the resource, which the world keeps where it is.
    of_account: HashMap<*const Resource, Document>,
    /// `data.organization`, the same for every view.
    organization: Option<Document>,
    names: Names,
}

impl Documents {
    /// The document that policies see as `input` and in `data.resources`. The resources of an account stay where they are as long as it is judged.
    pub(super) fn of(&mut self, resource: &Resource) -> Document {
        if self.account != resource.account {
            self.account.clone_from(&resource.account);
            self.of_account.clear();
        }
        self.of_account.entry(std::ptr::from_ref(resource)).or_insert_with(|| document(resource, &mut self.names, |_| true)).clone()
    }

    /// A document of its own, for a resource that is not of the world.
    pub(super) fn fresh(&mut self, resource: &Resource) -> Document {
        document(resource, &mut self.names, |_| true)
    }
}

/// The document of a resource, with those of its properties that are wanted.
fn document(resource: &Resource, names: &mut Names, wanted: impl Fn(&str) -> bool) -> Document {
    let properties = Document::properties(resource.properties.iter().filter(|(name, _)| wanted(name)), names);
    of_parts(resource, Document::from(resource.id.as_str()), properties, names)
}

/// The same of its id and its properties.
fn of_parts(resource: &Resource, id: Document, properties: Document, names: &mut Names) -> Document {
    let members = [
        ("type", names.text(&resource.type_name)),
        ("id", id),
        ("account", names.text(&resource.account)),
        ("region", names.text(&resource.region)),
        ("properties", properties),
    ];
    Document::named(members.into_iter().chain(resource.arn.as_deref().map(|arn| ("arn", Document::from(arn)))), names)
}

/// Type → key → document.
type ByType = BTreeMap<String, Members>;

fn object(types: ByType) -> Document {
    Document::object(types.into_iter().map(|(name, of_type)| (name, Document::from(of_type))))
}

impl<'a> View<'a> {
    /// The types of the resources that may be judged here.
    pub(super) fn types(&self) -> BTreeSet<&str> {
        match self.of_account {
            OfAccount::Held(_) => self.inputs.iter().map(|resource| resource.type_name.as_str()).collect(),
            OfAccount::Stored(disk) => disk
                .regions(self.account)
                .filter(|(region, _)| *region == self.region)
                .flat_map(|(_, types)| types)
                .map(String::as_str)
                .collect(),
        }
    }

    /// Gives the resources to judge, of these types, in the order of a world: at once where they are in memory, otherwise a part at a time.
    pub(super) fn each_part(&self, types: &BTreeSet<&str>, mut take: impl FnMut(&[&Resource]) -> io::Result<()>) -> io::Result<()> {
        let OfAccount::Stored(disk) = self.of_account else { return take(&self.inputs) };
        let mut part = Vec::new();
        for resource in disk.stream(self.account, self.region) {
            let resource = resource?;
            if types.contains(resource.type_name.as_str()) {
                part.push(resource);
            }
            if part.len() == PART {
                take(&part.iter().collect::<Vec<_>>())?;
                part.clear();
            }
        }
        if part.is_empty() { Ok(()) } else { take(&part.iter().collect::<Vec<_>>()) }
    }

    /// Gives the resources of the account that this Region sees.
    fn each_visible(&self, mut take: impl FnMut(Cow<'a, Resource>)) -> io::Result<()> {
        match &self.of_account {
            OfAccount::Held(all) => {
                all.iter().filter(|resource| sees(self.region, &resource.region)).for_each(|resource| take(Cow::Borrowed(*resource)));
            }
            OfAccount::Stored(disk) => {
                for (region, _) in disk.regions(self.account).filter(|(region, _)| sees(self.region, region)) {
                    for resource in disk.stream(self.account, region) {
                        take(Cow::Owned(resource?));
                    }
                }
            }
        }
        Ok(())
    }

    /// The key of a resource that is looked up, and its document: as the one that is judged, where both are in memory; otherwise with no more of it than
    /// policies read.
    fn looked_up(&self, resource: &Resource, known: &LookedUp<'_>, documents: &mut Documents) -> (Document, Document) {
        let key = Document::from(self.key(resource).as_ref());
        let document = match self.of_account {
            OfAccount::Held(_) => documents.of(resource),
            OfAccount::Stored(_) => {
                // The key is the id, but for what is elsewhere.
                let id = if self.is_elsewhere(resource) { Document::from(resource.id.as_str()) } else { key.clone() };
                let wanted = resource.properties.iter().filter(|(name, _)| known.reads(&resource.type_name, name));
                let names = &mut documents.names;
                let properties = Document::properties(wanted, names);
                // The little that policies read is the same for many.
                let properties = names.shared(properties);
                of_parts(resource, id, properties, names)
            }
        };
        (key, document)
    }

    /// The document of a resource that is judged.
    pub(super) fn judged(&self, resource: &Resource, documents: &mut Documents) -> Document {
        match self.of_account {
            OfAccount::Held(_) => documents.of(resource),
            OfAccount::Stored(_) => documents.fresh(resource),
        }
    }

    fn is_elsewhere(&self, resource: &Resource) -> bool {
        resource.region != self.region && resource.region != GLOBAL
    }

    /// What a resource is found by in `data.resources`.
    fn key<'r>(&self, resource: &'r Resource) -> Cow<'r, str> {
        if self.is_elsewhere(resource) { Cow::Owned(format!("{}@{}", resource.id, resource.region)) } else { Cow::Borrowed(&resource.id) }
    }

    /// `data` for one policy, of a view in memory.
    pub(super) fn data_of(&self, policy: &Policy, documents: &mut Documents) -> Result<Scope, PolicyError> {
        self.data(&[policy], documents).map_err(|error| PolicyError::Rego { reason: error.to_string() })
    }

    /// `data` for the policies: only the types that some policy looks up.
    pub(super) fn data(&self, policies: &[&Policy], documents: &mut Documents) -> io::Result<Scope> {
        let known = LookedUp::of(policies.iter().copied(), |reads| vec![&reads.resources, &reads.referrers]);
        let mut resources: ByType = known.types.keys().map(|name| ((*name).to_owned(), Members::default())).collect();
        self.each_visible(|resource| {
            if known.has(&resource.type_name) {
                let (key, document) = self.looked_up(&resource, &known, documents);
                match resources.get_mut(&resource.type_name) {
                    Some(of_type) => of_type.insert(key, document),
                    None => resources.entry(resource.type_name.clone()).or_default().insert(key, document),
                }
            }
        })?;
        let facts =
            self.common.world.accounts.get(self.account).or_else(|| self.common.world.organization.as_ref()?.accounts.get(self.account));
        let unlisted = || AccountFacts { id: self.account.to_owned(), ..AccountFacts::default() };
        let account = json!(facts.cloned().unwrap_or_else(unlisted));
        let has_referrers = policies.iter().any(|policy| policy.read_set.has_referrers());
        let referrers = if has_referrers { self.referrers(&resources)? } else { BTreeMap::new() };
        let names = &mut documents.names;
        let organization = documents.organization.get_or_insert_with(|| self.common.organization(names)).clone();
        Ok(Scope::new([
            ("account", Document::from(&account)),
            ("now", Document::from(&json!(nanoseconds(&self.common.world.read_at)))),
            ("organization", organization),
            ("referrers", Document::object(referrers.into_iter().map(|(id, of_id)| (id, object(of_id))))),
            ("resources", object(resources)),
        ]))
    }

    /// Id → type → id → document of the looked-up resources that mention the id, or the ARN that belongs to it, in a property.
    fn referrers(&self, looked_up: &ByType) -> io::Result<BTreeMap<String, ByType>> {
        let mut ids: HashMap<Cow<'a, str>, Cow<'a, str>> = HashMap::new();
        self.each_visible(|resource| {
            let (id, arn): (Cow<'a, str>, Option<Cow<'a, str>>) = match resource {
                Cow::Borrowed(resource) => (Cow::Borrowed(&resource.id), resource.arn.as_deref().map(Cow::Borrowed)),
                Cow::Owned(resource) => (Cow::Owned(resource.id), resource.arn.map(Cow::Owned)),
            };
            ids.extend(arn.map(|arn| (arn, id.clone())));
            ids.insert(id.clone(), id);
        })?;
        let mut referrers: BTreeMap<String, ByType> = BTreeMap::new();
        self.each_visible(|resource| {
            let Some(document) = looked_up.get(&resource.type_name).and_then(|of_type| of_type.get(&self.key(&resource))) else { return };
            let mut mentioned = BTreeSet::new();
            let mut queue: Vec<&Value> = resource.properties.values().collect();
            while let Some(value) = queue.pop() {
                match value {
                    Value::String(text) => mentioned.extend(ids.get(text.as_str()).filter(|id| **id != resource.id)),
                    Value::Array(items) => queue.extend(items),
                    Value::Object(object) => queue.extend(object.values()),
                    _ => {}
                }
            }
            for id in mentioned {
                let of_id = referrers.entry(id.clone().into_owned()).or_default();
                of_id.entry(resource.type_name.clone()).or_default().insert(Document::from(resource.id.as_str()), document.clone());
            }
        })?;
        Ok(referrers)
    }

    /// What of the resources that `policy` looks up from here was not read.
    pub(super) fn missing(&self, policy: &Policy) -> BTreeSet<Missing> {
        let reads = &policy.read_set;
        let mut missing = BTreeSet::new();
        for other in &self.common.gapped {
            let here = other.account == self.account && sees(self.region, &other.region);
            for gap in other.gaps.iter().filter(|gap| gap.refers.is_none()) {
                let read = (here && reads.reads_looked_up(&other.type_name, &gap.pointer) && may_matter(reads, other, gap))
                    || reads.reads_in_organization(&other.type_name, &gap.pointer);
                if read {
                    let what = What::Property(other.type_name.clone(), gap.pointer.clone());
                    missing.insert(Missing { what, cause: gap.cause.clone() });
                }
            }
        }
        for unread in &self.common.world.unread {
            let seen = unread.account == self.account && same_scope(&unread.region, self.region);
            let types = reads.types().filter(|_| seen).chain(reads.organization_resources.keys().map(String::as_str));
            let types = types.filter(|name| *name == ANY || self.common.world.covers(unread, name));
            missing.extend(types.map(|name| Missing { what: What::Type(name.to_owned()), cause: unread.cause.clone() }));
            if reads.reads_organization() && is_of_organization(unread) {
                missing.insert(Missing { what: What::Facts, cause: unread.cause.clone() });
            }
        }
        missing.extend(reads.all_types().filter(|name| super::is_unread_type(self.common.world, name)).map(|name| Missing {
            what: What::Type(name.to_owned()),
            cause: Cause { code: HandlerErrorCode::NotFound, action: None, message: format!("nothing reads `{name}`") },
        }));
        missing
    }
}

/// What of the resource itself `policy` reads and could not be read.
pub(super) fn own_missing(policy: &Policy, resource: &Resource) -> impl Iterator<Item = Missing> {
    let reads = &policy.read_set;
    resource.gaps.iter().filter_map(|gap| {
        let what = match &gap.refers {
            Some(name) => reads.looks_up(name).then(|| What::Type(name.clone())),
            None => reads.input.reads(&gap.pointer).then(|| What::Own(gap.pointer.clone(), gap.values.clone())),
        };
        Some(Missing { what: what?, cause: gap.cause.clone() })
    })
}

/// Whether a gap of a looked-up resource can matter: where all that is asked is whether the resource refers to another, a value that is known only
/// after the deployment and cannot be a reference does not.
fn may_matter(reads: &ReadSet, resource: &Resource, gap: &Gap) -> bool {
    let is_read = || [reads.resources.get(&resource.type_name), reads.referrers.get(&resource.type_name)].into_iter().flatten();
    if gap.cause.code != HandlerErrorCode::NotYetKnown || is_read().any(|paths| paths.reads(&gap.pointer)) {
        return true;
    }
    let Ok(schema) = Schemas::vendored().get(&resource.type_name) else { return true };
    let names = pointer::names(&gap.pointer);
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let only_one_way = |pointers: Vec<&str>| names.first().is_some_and(|name| pointers.contains(name));
    let types = schema.property(&names).map(innovate_model::Property::types).unwrap_or_default();
    let is_plain = !types.is_empty() && types.iter().all(|name| matches!(*name, "boolean" | "integer" | "number"));
    !(is_plain || only_one_way(schema.read_only()) || only_one_way(schema.write_only()))
}

/// Whether the policy reads what is at `pointer` of the resource, as its input or where it looks it up.
pub(super) fn matters(policy: &Policy, resource: &Resource, pointer: &str, is_input: bool) -> bool {
    let (reads, name) = (&policy.read_set, &resource.type_name);
    (is_input && reads.input.reads(pointer)) || reads.reads_looked_up(name, pointer) || reads.reads_in_organization(name, pointer)
}

/// Whether `unread` is a part of what the organization tells of its accounts.
pub(super) fn is_of_organization(unread: &Unread) -> bool {
    unread.account == UNLISTED
        || matches!(unread.type_name.as_str(), "AWS::Organizations::Account" | "AWS::Organizations::OrganizationalUnit")
}

/// Nanoseconds since the epoch of an RFC 3339 time; 0 where it is none.
fn nanoseconds(time: &str) -> i64 {
    time.parse::<jiff::Timestamp>().ok().and_then(|at| i64::try_from(at.as_nanosecond()).ok()).unwrap_or_default()
}
