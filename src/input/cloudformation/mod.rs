//! CloudFormation templates, with what SAM and the CDK make of them.

mod arn;
pub mod cdk;
mod foreach;
mod identity;
mod intrinsic;
pub mod outline;
pub mod parameter;
mod part;
mod sam;
pub mod stack;

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::io;
use std::path::Path;
use std::rc::Rc;
use std::sync::Arc;

use innovate_model::{Cause, HandlerErrorCode, Location, Resource, Schemas, Span, Unread};
use serde_json::Value;

pub use parameter::Parameters;
pub use stack::{Given, Role, Stacked};

use super::declared::{Declaration, Declared, Origin, Skipped, Target};
use super::document::{Entry, InputError, Kind, Node, parse};
pub use arn::region_of;
use part::{Builder, Part};

/// Stacks in stacks in stacks.
const MOST_NESTED: usize = 10;

/// How long a chain of values that rest on each other may be: it takes place on the stack.
const MOST_CHAINED: usize = 130;

/// What functions may give in a template with all that it nests: values, and eight letters for one.
const MOST_GIVEN: usize = 16_000_000;

/// What a nested stack counts for beside what its functions give: a folder of stacks can nest more of them than anybody can read.
const STACK: usize = MOST_GIVEN / 2_000;

/// What the values of several templates are known by.
pub struct Context<'a> {
    /// Where the stacks go.
    pub target: &'a Target,
    /// The values of parameters; a template takes those that it declares.
    pub parameters: &'a Parameters,
    /// What other templates export.
    pub exports: &'a Exports,
    /// Logical ids that several templates have: their resources are told apart by the file.
    pub ambiguous: &'a BTreeSet<String>,
    /// Reads a file that a template names.
    pub load: &'a (dyn Fn(&str) -> io::Result<Vec<u8>> + Sync),
    /// What is known of the one stack that the template is for.
    pub stack: Option<&'a stack::Stack<'a>>,
}

/// Values that templates export, by name.
#[derive(Debug, Default, PartialEq)]
pub struct Exports(BTreeMap<String, Part>);

impl Exports {
    /// Adds those of other templates.
    pub fn extend(&mut self, other: Self) {
        self.0.extend(other.0);
    }
}

/// What it took to read a template, with all that it nests.
#[derive(Debug, Default)]
struct Cost {
    given: Cell<usize>,
    chained: Cell<usize>,
}

impl Cost {
    fn pay(&self, more: usize, refused: impl FnOnce() -> InputError) -> Result<(), InputError> {
        self.given.set(self.given.get().saturating_add(more));
        if self.given.get() > MOST_GIVEN { Err(refused()) } else { Ok(()) }
    }

    fn deeper<T>(&self, refused: impl FnOnce() -> InputError, work: impl FnOnce() -> Result<T, InputError>) -> Result<T, InputError> {
        let chained = self.chained.get();
        if chained >= MOST_CHAINED {
            return Err(refused());
        }
        self.chained.set(chained + 1);
        let result = work();
        self.chained.set(chained);
        result
    }
}

/// A template being read.
struct Template<'a> {
    file: Arc<str>,
    root: Node,
    target: &'a Target,
    parameters: BTreeMap<String, Part>,
    exports: &'a BTreeMap<String, Part>,
    context: &'a Context<'a>,
    /// What the ids of a nested stack begin with.
    prefix: String,
    /// The files that nest it, from the outermost.
    nesting: Vec<Arc<str>>,
    cost: Rc<Cost>,
    /// What each came to; none while it is looked for.
    conditions: RefCell<HashMap<String, Option<intrinsic::Truth>>>,
    ids: RefCell<HashMap<String, Option<String>>>,
    attributes: RefCell<BTreeSet<String>>,
    stacks: RefCell<HashMap<String, Option<Stack<'a>>>>,
}

/// A nested stack: its template, or why there is none.
type Stack<'a> = Result<Rc<Template<'a>>, String>;

const STACK_TYPE: &str = "AWS::CloudFormation::Stack";

/// The type of a resource.
fn type_of(resource: &Node) -> Option<&str> {
    resource.get("Type").and_then(Node::text)
}

/// Whether the document is a template.
pub fn is_template(document: &Node) -> bool {
    let is_resource = |entry: &Entry| {
        let by_function = entry.key.starts_with(foreach::PREFIX) || entry.key == intrinsic::TRANSFORM;
        by_function || type_of(&entry.value).is_some_and(|name| name.contains("::"))
    };
    document.get("AWSTemplateFormatVersion").is_some()
        || document.get("Resources").and_then(Node::entries).is_some_and(|entries| entries.iter().any(is_resource))
}

/// The logical ids of a template, with those that loops would write left out.
pub fn logical_ids(document: &Node) -> impl Iterator<Item = &str> {
    document.get("Resources").and_then(Node::entries).into_iter().flatten().map(|entry| entry.key.as_str())
}

/// The files of the stacks that a template nests.
pub fn nested(file: &str, document: &Node) -> Vec<String> {
    let resources = document.get("Resources").and_then(Node::entries).unwrap_or_default().iter().map(|entry| &entry.value);
    let stacks = resources.filter(|node| type_of(node) == Some(STACK_TYPE));
    stacks.filter_map(template_url).filter(|url| !url.contains("://")).map(|url| beside(file, url)).collect()
}

/// Where the template of a nested stack is, as it is written; the CDK says which file it will upload.
fn template_url(stack: &Node) -> Option<&str> {
    let asset = stack.get("Metadata").and_then(|metadata| metadata.get("aws:asset:path"));
    asset.or_else(|| stack.get("Properties")?.get("TemplateURL")).and_then(Node::text)
}

/// The path of what a file names, from where the file's own path starts.
fn beside(file: &str, name: &str) -> String {
    if name.starts_with('/') {
        return name.to_owned();
    }
    let mut steps: Vec<&str> = file.split('/').collect();
    steps.pop();
    for step in name.split(['/', '\\']) {
        match step {
            "." | "" => {}
            ".." if steps.last().is_some_and(|last| *last != "..") => drop(steps.pop()),
            step => steps.push(step),
        }
    }
    steps.join("/")
}

/// What a template declares, with its nested stacks.
///
/// # Errors
/// It is not of the form of a template, or names what it does not have.
pub fn read(file: &str, document: Node, context: &Context<'_>) -> Result<Declaration, InputError> {
    let mut declaration = Declaration::default();
    Template::outermost(file, document, context)?.declare(&mut declaration)?;
    Ok(declaration)
}

/// What a template exports, with its nested stacks.
///
/// # Errors
/// It is not of the form of a template, or names what it does not have.
pub fn exports(file: &str, document: Node, context: &Context<'_>) -> Result<Exports, InputError> {
    let mut exports = Exports::default();
    Template::outermost(file, document, context)?.export(&mut exports)?;
    Ok(exports)
}

impl<'a> Template<'a> {
    /// A template that no other nests.
    fn outermost(file: &str, root: Node, context: &'a Context<'a>) -> Result<Self, InputError> {
        let given = context.parameters.iter().map(|(name, value)| (name.clone(), Part::text(value.as_str()))).collect();
        Self::new(file, root, context, &given).and_then(Self::expanded)
    }

    fn new(file: &str, root: Node, context: &'a Context<'a>, given: &BTreeMap<String, Part>) -> Result<Self, InputError> {
        let mut template = Self {
            file: Arc::from(file),
            root,
            target: context.target,
            parameters: BTreeMap::new(),
            exports: &context.exports.0,
            context,
            prefix: String::new(),
            nesting: Vec::new(),
            cost: Rc::default(),
            conditions: RefCell::default(),
            ids: RefCell::default(),
            attributes: RefCell::default(),
            stacks: RefCell::default(),
        };
        for section in ["Parameters", "Mappings", "Conditions", "Resources", "Outputs"] {
            if let Some(entry) = template.root.entry(section)
                && entry.value.entries().is_none()
                && entry.value.kind != Kind::Null
            {
                return Err(template.error(entry.span.start, format!("`{section}` is a map, not {}", entry.value.describe())));
            }
        }
        for entry in template.root.get("Parameters").and_then(Node::entries).unwrap_or_default() {
            let value = parameter::resolve(file, &entry.key, &entry.value, given.get(&entry.key))?;
            template.parameters.insert(entry.key.clone(), value);
        }
        Ok(template)
    }

    /// With its loops written out.
    fn expanded(mut self) -> Result<Self, InputError> {
        if foreach::has_loop(&self.root) {
            self.root = foreach::expand(&self, &self.root)?;
        }
        Ok(self)
    }

    fn outputs(&self) -> &[Entry] {
        self.root.get("Outputs").and_then(Node::entries).unwrap_or_default()
    }

    /// Adds what the template exports.
    fn export(&self, exports: &mut Exports) -> Result<(), InputError> {
        for output in self.outputs() {
            let name = output.value.get("Export").and_then(|export| export.get("Name"));
            if let (Some(name), Some(value)) = (name, output.value.get("Value"))
                && let Part::Scalar(_, name) = self.resolve(name)?
            {
                exports.0.insert(name, self.resolve(value)?);
            }
        }
        for entry in self.resources().filter(|entry| type_of(&entry.value) == Some(STACK_TYPE)) {
            if let Ok(stack) = self.stack(&entry.key, &entry.value)? {
                stack.export(exports)?;
            }
        }
        Ok(())
    }

    fn resources(&self) -> impl Iterator<Item = &Entry> {
        self.root.get("Resources").and_then(Node::entries).into_iter().flatten()
    }

    fn resource(&self, logical: &str) -> Option<&Node> {
        self.root.get("Resources").and_then(|resources| resources.get(logical))
    }

    fn logical_ids(&self) -> impl Iterator<Item = &str> {
        self.resources().map(|entry| entry.key.as_str())
    }

    /// The names of the template's transforms.
    fn transforms(&self) -> Vec<String> {
        let Some(node) = self.root.get("Transform") else { return Vec::new() };
        let name = |node: &Node| node.scalar().or_else(|| node.get("Name").and_then(Node::scalar)).unwrap_or_default();
        node.items().map_or_else(|| vec![name(node)], |items| items.iter().map(name).collect())
    }

    /// Whether a transform may add what the text does not have.
    fn is_transformed(&self) -> bool {
        let sections = self.root.entries().unwrap_or_default().iter();
        self.transforms().iter().any(|name| name != "AWS::LanguageExtensions")
            || sections.filter_map(|section| section.value.entries()).flatten().any(|entry| entry.key == intrinsic::TRANSFORM)
    }

    /// Transforms that may change every resource.
    fn macros(&self) -> Vec<String> {
        let known = |name: &String| {
            name == sam::TRANSFORM || name != "AWS::Include" && name.starts_with("AWS::") && !name.starts_with("AWS::Serverless")
        };
        self.transforms().into_iter().filter(|name| !known(name)).collect()
    }

    /// The name of the stack: that of the file where it is not known.
    fn name(&self) -> &str {
        if let Some(stack) = self.context.stack {
            return stack.name;
        }
        let stem = Path::new(self.file.as_ref()).file_stem().and_then(|stem| stem.to_str()).unwrap_or("stack");
        stem.strip_suffix(".template").unwrap_or(stem)
    }

    /// The template of a nested stack, or why it is not there.
    fn stack(&self, logical: &str, node: &Node) -> Result<Stack<'a>, InputError> {
        if let Some(known) = self.stacks.borrow().get(logical) {
            return Ok(known.clone().unwrap_or_else(|| Err(format!("the nested stack `{logical}` rests on itself"))));
        }
        self.stacks.borrow_mut().insert(logical.to_owned(), None);
        let stack = self.load_stack(logical, node)?;
        self.stacks.borrow_mut().insert(logical.to_owned(), Some(stack.clone()));
        Ok(stack)
    }

    fn load_stack(&self, logical: &str, node: &Node) -> Result<Stack<'a>, InputError> {
        let properties = node.get("Properties");
        let place = properties.and_then(|properties| properties.get("TemplateURL")).map_or(node.span, |url| url.span);
        let url = match (template_url(node), properties.and_then(|properties| properties.get("TemplateURL"))) {
            (Some(url), _) => Part::text(url),
            (None, Some(url)) => self.resolve(url)?,
            (None, None) => return Err(self.error(node.span.start, format!("the stack `{logical}` has no `TemplateURL`"))),
        };
        let Some(url) = url.written() else { return Ok(Err(format!("the template of the nested stack `{logical}` is not known here"))) };
        if url.contains("://") {
            return Ok(Err(format!("the template of the nested stack `{logical}` is at an address, not in a file")));
        }
        let path = beside(&self.file, url);
        if self.nesting.iter().chain([&self.file]).any(|file| **file == *path) {
            return Err(self.error(place.start, format!("the template `{path}` nests itself")));
        }
        if self.nesting.len() >= MOST_NESTED {
            return Err(self.error(place.start, format!("stacks are nested more than {MOST_NESTED} deep")));
        }
        self.cost.pay(STACK, || self.error(place.start, "too many stacks are nested here"))?;
        let text = (self.context.load)(&path)
            .map_err(|error| self.error(place.start, format!("cannot read the template `{path}` of the stack `{logical}`: {error}")))?;
        let Some(document) = parse(&path, &text)?.into_iter().next() else {
            return Err(InputError::new(&path, None, "holds no template"));
        };
        let mut given = BTreeMap::new();
        for entry in properties.and_then(|properties| properties.get("Parameters")).and_then(Node::entries).unwrap_or_default() {
            given.insert(entry.key.clone(), self.resolve(&entry.value)?.moved(Span::default()));
        }
        let stack = Self {
            prefix: format!("{}{logical}.", self.prefix),
            nesting: [self.nesting.as_slice(), std::slice::from_ref(&self.file)].concat(),
            cost: self.cost.clone(),
            ..Self::new(&path, document, self.context, &given)?
        };
        Ok(Ok(Rc::new(stack.expanded()?)))
    }

    fn location(&self, address: &str, span: Span) -> Location {
        Location { file: self.file.to_string(), address: address.to_owned(), span }
    }

    /// Adds what the template declares.
    fn declare(&self, declaration: &mut Declaration) -> Result<(), InputError> {
        if self.root.get("Resources").is_none() {
            return Err(self.error(self.root.span.start, "a template has `Resources`, and this one has not"));
        }
        for parameter in self.root.get("Parameters").and_then(Node::entries).unwrap_or_default() {
            if parameter::is_true(parameter.value.get("NoEcho")) {
                let default = parameter.value.get("Default").map(|default| (self.file.clone(), default.span));
                declaration.secrets.extend(default);
            }
        }
        for name in self.macros() {
            let at = self.root.entry("Transform").map(Entry::place).unwrap_or_default();
            declaration.skipped.push(Skipped {
                location: self.location("Transform", at),
                type_name: name,
                reason: "a transform that only CloudFormation does may change every resource".to_owned(),
                // Each resource has a gap for it.
                unread: false,
            });
        }
        for entry in self.resources() {
            let (logical, node) = (entry.key.as_str(), &entry.value);
            let type_name = match node.get("Type") {
                Some(name) => name.text().ok_or_else(|| self.error(name.span.start, "`Type` is a text, such as `AWS::S3::Bucket`"))?,
                None if logical == intrinsic::TRANSFORM => {
                    declaration.skipped.push(Skipped {
                        location: self.location(logical, entry.span),
                        type_name: logical.to_owned(),
                        reason: "what a transform includes is known only when the stack is deployed".to_owned(),
                        unread: true,
                    });
                    continue;
                }
                None => return Err(self.error(entry.span.start, format!("the resource `{logical}` has no `Type`"))),
            };
            let condition = node.get("Condition");
            let named = |node: &Node| {
                node.text().map(ToOwned::to_owned).ok_or_else(|| self.error(node.span.start, "`Condition` is the name of a condition"))
            };
            let exists = condition.map_or(Ok(Some(true)), |node| self.condition(&named(node)?, node.span.start))?;
            if exists == Some(false) {
                continue;
            }
            let before = declaration.resources.len();
            self.declare_one(entry, type_name, declaration)?;
            if let (None, Some(condition)) = (exists, condition.and_then(Node::text)) {
                let types: BTreeSet<(&str, &str)> = declaration
                    .resources
                    .iter()
                    .skip(before)
                    .map(|one| (one.resource.type_name.as_str(), one.resource.region.as_str()))
                    .collect();
                let conditional = declaration.resources.iter().skip(before).map(|one| one.resource.address());
                declaration.conditional.extend(conditional);
                declaration.unread.extend(types.into_iter().map(|(type_name, region)| Unread {
                    account: self.target.account.clone(),
                    region: region.to_owned(),
                    type_name: type_name.to_owned(),
                    cause: not_yet(format!("whether `{logical}` is there hangs on the condition `{condition}`")),
                }));
            }
        }
        Ok(())
    }

    /// Adds what one resource declares.
    fn declare_one(&self, entry: &Entry, type_name: &str, declaration: &mut Declaration) -> Result<(), InputError> {
        let (logical, node) = (entry.key.as_str(), &entry.value);
        let skip = |reason: String, unread: bool| {
            let location = self.location(logical, entry.span);
            Skipped { location, type_name: type_name.to_owned(), reason, unread }
        };
        if type_name == STACK_TYPE {
            match self.stack(logical, node)? {
                Ok(stack) => stack.declare(declaration)?,
                Err(reason) => declaration.skipped.push(skip(reason, true)),
            }
            return Ok(());
        }
        if type_name.starts_with("AWS::Serverless::") {
            return self.serverless(entry, type_name, declaration);
        }
        if self.context.stack.is_none() && Schemas::vendored().get(type_name).is_err() {
            let (reason, unread) = match type_name.ends_with("::MODULE") {
                true => ("what is in a module is known only when the stack is deployed", true),
                false => ("no policy speaks of this type", false),
            };
            declaration.skipped.push(skip(reason.to_owned(), unread));
            return Ok(());
        }
        let properties = match node.get("Properties") {
            Some(properties) => self.resolve(properties)?,
            None => Part::Map(Vec::new()),
        };
        if !matches!(properties, Part::Map(_) | Part::Null | Part::Unknown { .. }) {
            return Err(self.error(node.get("Properties").unwrap_or(node).span.start, format!("the `Properties` of `{logical}` are a map")));
        }
        if let (Ok(schema), Some(properties)) = (Schemas::vendored().get(type_name), node.get("Properties")) {
            // What no reading gives back is a password or the like.
            let at = |path: &str| path.split('/').try_fold(properties, |node, step| node.get(step));
            let hidden = schema.write_only().into_iter().filter_map(at).filter(|node| node.text().is_some());
            declaration.secrets.extend(hidden.map(|node| (self.file.clone(), node.span)));
        }
        let address = node.get("Metadata").and_then(|metadata| metadata.get("aws:cdk:path")).and_then(Node::text).unwrap_or(logical);
        let id = self.id_of(logical)?.unwrap_or_else(|| self.placeholder(logical));
        let mut declared = self.declared(type_name, &id, address, entry.span, &properties);
        let metadata = node.get("Metadata").and_then(|metadata| metadata.entry("innovate"));
        declared.origin.remarks.extend(metadata.map(|entry| (entry.span, entry.value.value())));
        if !self.macros().is_empty() || node.get(intrinsic::TRANSFORM).is_some() {
            declared.resource.add_gap("", not_yet("a transform may change it when the stack is deployed".to_owned()));
        }
        declaration.resources.push(declared);
        Ok(())
    }

    /// A resource of these properties.
    fn declared(&self, type_name: &str, id: &str, address: &str, span: Span, properties: &Part) -> Declared {
        let mut resource = Resource::new(type_name, id, self.target.account.as_str(), region_of(type_name, self.target));
        let mut places = BTreeMap::new();
        let schema = Schemas::vendored().get(type_name).ok();
        let write_only = schema.map(innovate_model::Schema::write_only).unwrap_or_default();
        let mut builder = Builder { resource: &mut resource, places: &mut places, write_only: &write_only };
        let properties = &properties.clone().placed(span);
        if let Some(Value::Object(object)) = builder.build(properties, "", schema.map(innovate_model::Schema::root)) {
            resource.properties = object;
        }
        resource.arn = Some(self.arn(type_name, id));
        let origin = Origin { file: self.file.clone(), address: address.to_owned(), span, places, remarks: Vec::new() };
        Declared { resource, origin }
    }
}

fn not_yet(message: String) -> Cause {
    Cause { code: HandlerErrorCode::NotYetKnown, action: None, message }
}
