//! Evaluation: regorus' RVM, and its interpreter, with which the tests compare it.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use regorus::rvm::RegoVM;
use serde_json::{Map, Value};

use crate::analysis::Analysis;
use crate::guard;
use crate::program::entry_points;
use crate::trace::{Packed, Trace};
use crate::{Place, Policy, PolicyError, ReadSet};

/// A JSON value as the engine takes it. A copy shares what it holds, but not between threads without a price: keep those of a thread its own.
#[derive(Clone, Debug)]
pub struct Document(regorus::Value);

impl Document {
    /// An object of these members.
    pub fn object<K: AsRef<str>>(members: impl IntoIterator<Item = (K, Self)>) -> Self {
        let members: BTreeMap<_, _> = members.into_iter().map(|(name, value)| (regorus::Value::from(name.as_ref()), value.0)).collect();
        Self(regorus::Value::from(members))
    }

    /// The object of these properties, whose names are made once for all the objects that share `names`.
    pub fn properties<'a>(object: impl IntoIterator<Item = (&'a String, &'a Value)>, names: &mut Names) -> Self {
        let members: BTreeMap<_, _> = object.into_iter().map(|(name, value)| (names.of(name), Self::from(value).0)).collect();
        Self(regorus::Value::from(members))
    }

    /// An object of these members, whose names are made once likewise.
    pub fn named<'a>(members: impl IntoIterator<Item = (&'a str, Self)>, names: &mut Names) -> Self {
        let members: BTreeMap<_, _> = members.into_iter().map(|(name, value)| (names.of(name), value.0)).collect();
        Self(regorus::Value::from(members))
    }

    /// A list of these items.
    pub fn list(items: impl IntoIterator<Item = Self>) -> Self {
        Self(regorus::Value::from(items.into_iter().map(|item| item.0).collect::<Vec<_>>()))
    }
}

/// An object in the making.
#[derive(Clone, Debug, Default)]
pub struct Members(BTreeMap<regorus::Value, regorus::Value>);

impl Members {
    /// Puts a member, whose name is a text.
    pub fn insert(&mut self, name: Document, value: Document) {
        self.0.insert(name.0, value.0);
    }

    /// The member of this name.
    pub fn get(&self, name: &str) -> Option<Document> {
        self.0.get(&regorus::Value::from(name)).cloned().map(Document)
    }
}

impl From<Members> for Document {
    fn from(members: Members) -> Self {
        Self(regorus::Value::from(members.0))
    }
}

/// Names of members, and texts that many documents have, which the documents of one thread share.
#[derive(Debug, Default)]
pub struct Names {
    texts: HashMap<String, regorus::Value>,
    /// Whole documents; only so many, as there may be no two alike.
    documents: BTreeSet<regorus::Value>,
}

/// Documents that are kept to be shared.
const MOST_SHARED: usize = 10_000;

impl Names {
    /// The document, or one like it that is there already.
    pub fn shared(&mut self, document: Document) -> Document {
        if let Some(known) = self.documents.get(&document.0) {
            return Document(known.clone());
        }
        if self.documents.len() < MOST_SHARED {
            self.documents.insert(document.0.clone());
        }
        document
    }

    /// A text that many documents have.
    pub fn text(&mut self, text: &str) -> Document {
        Document(self.of(text))
    }

    fn of(&mut self, name: &str) -> regorus::Value {
        match self.texts.get(name) {
            Some(known) => known.clone(),
            None => self.texts.entry(name.to_owned()).or_insert_with(|| regorus::Value::from(name)).clone(),
        }
    }
}

impl From<&str> for Document {
    fn from(text: &str) -> Self {
        Self(regorus::Value::from(text))
    }
}

impl From<&Map<String, Value>> for Document {
    fn from(object: &Map<String, Value>) -> Self {
        Self::object(object.iter().map(|(name, value)| (name, Self::from(value))))
    }
}

impl From<&Value> for Document {
    fn from(value: &Value) -> Self {
        match value {
            Value::String(text) => Self::from(text.as_str()),
            Value::Array(items) => Self::list(items.iter().map(Self::from)),
            Value::Object(object) => Self::from(object),
            Value::Bool(flag) => Self(regorus::Value::from(*flag)),
            other => Self(regorus::Value::from(other.clone())),
        }
    }
}

/// The world as one account and Region see it: what `data` holds, but for the parameters.
#[derive(Clone, Debug)]
pub struct Scope {
    data: regorus::Value,
}

impl Scope {
    /// A scope from its members.
    pub fn new<K: AsRef<str>>(members: impl IntoIterator<Item = (K, Document)>) -> Self {
        Self { data: Document::object(members).0 }
    }

    fn with_parameters(&self, policy: &Policy) -> Result<regorus::Value, PolicyError> {
        let mut data = self.data.clone();
        data.as_object_mut()
            .map_err(|error| PolicyError::Rego { reason: error.to_string() })?
            .insert(regorus::Value::from("parameters"), Document::from(&policy.parameters).0);
        Ok(data)
    }
}

/// One place that a policy denies.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Denial {
    /// JSON pointer into the properties of the resource.
    pub path: String,
    /// What is wrong.
    pub message: String,
}

/// What a policy says of a resource, all of which could be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The policy does not speak of this resource.
    NotApplicable,
    /// The places that it denies, ordered; none is a pass.
    Denials(Vec<Denial>),
}

/// Judges by one policy, in one thread.
#[derive(Debug)]
pub struct Evaluator<'a> {
    policy: &'a Policy,
    vm: RegoVM,
    applicability: Option<usize>,
    rules: Vec<usize>,
}

impl<'a> Evaluator<'a> {
    /// An evaluator with a copy of the policy's program of its own: reference counts that threads share would slow both.
    ///
    /// # Errors
    /// The program is not one that this build can run.
    pub fn new(policy: &'a Policy) -> Result<Self, PolicyError> {
        let (vm, mut rules) = policy.program.load(&entry_points(&policy.id, &policy.rules, policy.has_applicability))?;
        let applicability = policy.has_applicability.then(|| rules.remove(0));
        Ok(Self { policy, vm, applicability, rules })
    }

    /// Makes `scope` and the parameters of the policy the `data` of what follows.
    ///
    /// # Errors
    /// The scope is not an object or collides with a rule.
    pub fn enter(&mut self, scope: &Scope) -> Result<(), PolicyError> {
        let data = scope.with_parameters(self.policy)?;
        self.vm.set_data(data).map_err(|error| PolicyError::Rego { reason: error.to_string() })
    }

    /// Judges one resource document in the scope entered before.
    ///
    /// # Errors
    /// The evaluation fails, or a denial has the wrong form.
    pub fn judge(&mut self, input: &Input<'_>) -> Result<Outcome, PolicyError> {
        let (policy, vm) = (self.policy, &mut self.vm);
        let mut run = |index: usize| {
            vm.set_input(input.document.clone());
            vm.execute_entry_point_by_index(index).map_err(|error| evaluation(policy, input, &error.to_string()))
        };
        if let Some(index) = self.applicability
            && run(index)? == regorus::Value::from(true)
        {
            return Ok(Outcome::NotApplicable);
        }
        let mut denials = Vec::new();
        for index in &self.rules {
            collect(policy, &run(*index)?, &mut denials)?;
        }
        denials.sort();
        Ok(Outcome::Denials(denials))
    }
}

/// A resource to judge.
#[derive(Clone, Debug)]
pub struct Input<'a> {
    id: &'a str,
    document: regorus::Value,
}

impl<'a> Input<'a> {
    /// The input for a document, named `id` in errors.
    pub fn new(id: &'a str, document: Document) -> Self {
        Self { id, document: document.0 }
    }
}

/// Judges by regorus' interpreter: slower, the reference for what the RVM must answer, and able to say which lines it went through.
#[derive(Debug)]
pub struct Interpreter<'a> {
    pub(crate) policy: &'a Policy,
    pub(crate) engine: regorus::Engine,
}

impl<'a> Interpreter<'a> {
    /// An interpreter of one policy.
    ///
    /// # Errors
    /// The Rego does not parse.
    pub fn new(policy: &'a Policy) -> Result<Self, PolicyError> {
        Ok(Self { policy, engine: engine(policy.reached().into_iter())? })
    }

    /// An interpreter of one policy with no more than the rules that it reaches, which judges alike in a part of the time.
    ///
    /// # Errors
    /// The Rego does not parse, or what was packed is not of the form that this build knows.
    pub fn of_reached(policy: &'a Policy) -> Result<Self, PolicyError> {
        let engine = match &policy.trace {
            Trace::Unknown => return Self::new(policy),
            Trace::Known(reached) => engine(reached.iter().map(|(file, text)| (file.as_str(), text.as_str())))?,
            Trace::Packed(packed) => engine(Packed::of(packed)?.reached.into_iter())?,
        };
        Ok(Self { policy, engine })
    }

    /// The read-set of the policy with the places where each path is read.
    ///
    /// # Errors
    /// The syntax tree, or what was packed of it, is not of the form that this build knows.
    pub fn read_set(&self) -> Result<ReadSet, PolicyError> {
        match &self.policy.trace {
            Trace::Unknown => Ok(Analysis::of(&self.engine, 1)?.pop().map(|analysis| analysis.read_set).unwrap_or_default()),
            Trace::Known(_) => Ok(self.policy.read_set.clone()),
            Trace::Packed(packed) => Ok(Packed::of(packed)?.placed(&self.policy.read_set)),
        }
    }

    /// As [`Evaluator::enter`].
    ///
    /// # Errors
    /// The scope is not an object or collides with a rule.
    pub fn enter(&mut self, scope: &Scope) -> Result<(), PolicyError> {
        self.engine.clear_data();
        let data = scope.with_parameters(self.policy)?;
        self.engine.add_data(data).map_err(|error| PolicyError::Rego { reason: error.to_string() })
    }

    /// Judges as [`Evaluator::judge`] does.
    ///
    /// # Errors
    /// The evaluation fails, or a denial has the wrong form.
    pub fn judge(&mut self, input: &Input<'_>) -> Result<Outcome, PolicyError> {
        let policy = self.policy;
        self.engine.set_input(input.document.clone());
        let mut run = |rule: &str| self.engine.eval_rule(rule.to_owned()).map_err(|error| evaluation(policy, input, &error.to_string()));
        let entries = entry_points(&policy.id, &policy.rules, policy.has_applicability);
        let mut entries = entries.iter();
        if policy.has_applicability
            && let Some(rule) = entries.next()
            && run(rule)? == regorus::Value::from(true)
        {
            return Ok(Outcome::NotApplicable);
        }
        let mut denials = Vec::new();
        for rule in entries {
            collect(policy, &run(rule)?, &mut denials)?;
        }
        denials.sort();
        Ok(Outcome::Denials(denials))
    }

    /// Judges, and says whether the evaluation went through a line of `places`.
    ///
    /// # Errors
    /// As [`Interpreter::judge`].
    pub fn judge_watching(&mut self, input: &Input<'_>, places: &BTreeSet<&Place>) -> Result<(Outcome, bool), PolicyError> {
        self.engine.set_enable_coverage(true);
        self.engine.clear_coverage_data();
        let outcome = self.judge(input)?;
        let report = self.engine.get_coverage_report().map_err(|error| evaluation(self.policy, input, &error.to_string()))?;
        let went = |place: &&Place| report.files.iter().any(|file| *file.path == *place.file && file.covered.contains(&place.line));
        Ok((outcome, places.iter().any(went)))
    }
}

fn evaluation(policy: &Policy, input: &Input<'_>, reason: &str) -> PolicyError {
    PolicyError::Evaluation { policy: policy.id.clone(), resource: input.id.to_owned(), reason: reason.to_owned() }
}

/// Adds what a rule denies: objects with `message` and `path`, or conftest's plain strings and objects with `msg`.
fn collect(policy: &Policy, result: &regorus::Value, denials: &mut Vec<Denial>) -> Result<(), PolicyError> {
    let items: Vec<&regorus::Value> = match result {
        regorus::Value::Undefined => Vec::new(),
        regorus::Value::Set(items) => items.iter().collect(),
        regorus::Value::Array(items) => items.iter().collect(),
        other => vec![other],
    };
    for item in items {
        let text = |key: &str| item[&regorus::Value::from(key)].as_string().ok().map(|text| text.to_string());
        let denial = match item {
            regorus::Value::String(message) => Some(Denial { message: message.to_string(), path: String::new() }),
            regorus::Value::Object(_) => {
                text("message").or_else(|| text("msg")).map(|message| Denial { message, path: text("path").unwrap_or_default() })
            }
            _ => None,
        };
        denials.push(denial.ok_or_else(|| PolicyError::Denial { policy: policy.id.clone(), found: item.to_string() })?);
    }
    Ok(())
}

/// An engine that holds these modules, each a file and its source.
///
/// # Errors
/// A module does not parse.
pub(crate) fn engine<'a>(modules: impl Iterator<Item = (&'a str, &'a str)>) -> Result<regorus::Engine, PolicyError> {
    let mut engine = regorus::Engine::new();
    for (file, source) in modules {
        guard::check(file, source)?;
        engine.add_policy(file.to_owned(), source.to_owned()).map_err(|error| PolicyError::Rego { reason: error.to_string() })?;
    }
    Ok(engine)
}
