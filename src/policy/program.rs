//! Compiled policies and their evaluation: regorus' RVM, and its interpreter, with which the tests compare it.

use std::sync::Arc;

use regorus::languages::rego::compiler::Compiler;
use regorus::rvm::RegoVM;
use regorus::rvm::program::{DeserializationResult, Program as Bytecode};
use serde_json::Value;

use super::{Library, Policy, PolicyError};

/// Instructions that one policy may use on one resource; regorus' own default of 25,000 is too few for a security group of 1,000 rules.
const MAX_INSTRUCTIONS: usize = 50_000_000;

/// The world as one account and Region see it: what `data` holds, but for the parameters.
#[derive(Clone, Debug)]
pub struct Scope {
    data: regorus::Value,
}

impl Scope {
    /// A scope from its JSON object.
    pub fn new(data: Value) -> Self {
        Self { data: regorus::Value::from(data) }
    }

    fn with_parameters(&self, policy: &Policy) -> Result<regorus::Value, PolicyError> {
        let mut data = self.data.clone();
        let parameters = regorus::Value::from(Value::Object(policy.parameters.clone()));
        data.as_object_mut()
            .map_err(|error| PolicyError::Rego { reason: error.to_string() })?
            .insert(regorus::Value::from("parameters"), parameters);
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

/// The policies of a library, compiled.
#[derive(Clone, Debug)]
pub struct Program {
    bytes: Arc<[u8]>,
    entries: Vec<Entry>,
}

#[derive(Clone, Debug)]
struct Entry {
    applicability: Option<String>,
    rules: Vec<String>,
}

impl Entry {
    fn of(policy: &Policy) -> Self {
        let path = |rule: &str| format!("data.{}.{rule}", policy.id);
        Self {
            applicability: policy.has_applicability.then(|| path("not_applicable")),
            rules: policy.rules.iter().map(|rule| path(rule)).collect(),
        }
    }

    fn paths(&self) -> impl Iterator<Item = &String> {
        self.applicability.iter().chain(&self.rules)
    }
}

fn engine(library: &Library) -> Result<regorus::Engine, PolicyError> {
    let mut engine = regorus::Engine::new();
    let policies = library.policies.iter().map(|policy| (&policy.file, &policy.source));
    for (file, source) in library.modules.iter().map(|(file, source)| (file, source)).chain(policies) {
        engine.add_policy(file.clone(), source.clone()).map_err(|error| PolicyError::Rego { reason: error.to_string() })?;
    }
    Ok(engine)
}

impl Program {
    /// Compiles every policy of the library, each with its own entry points.
    ///
    /// # Errors
    /// The Rego does not compile.
    pub fn compile(library: &Library) -> Result<Self, PolicyError> {
        let entries: Vec<Entry> = library.policies.iter().map(Entry::of).collect();
        let paths: Vec<&str> = entries.iter().flat_map(Entry::paths).map(String::as_str).collect();
        let Some(first) = paths.first() else { return Ok(Self { bytes: Arc::from([]), entries }) };
        let rego = |reason: String| PolicyError::Rego { reason };
        let compiled = engine(library)?.compile_with_entrypoint(&Arc::from(*first)).map_err(|error| rego(error.to_string()))?;
        let bytecode = Compiler::compile_from_policy(&compiled, &paths).map_err(|error| rego(error.to_string()))?;
        Ok(Self { bytes: bytecode.serialize_binary().map_err(rego)?.into(), entries })
    }
}

/// Evaluates a program in one thread.
#[derive(Debug)]
pub struct Evaluator<'a> {
    library: &'a Library,
    entries: Vec<(Option<usize>, Vec<usize>)>,
    vm: RegoVM,
}

impl<'a> Evaluator<'a> {
    /// An evaluator with a copy of the program of its own: reference counts that threads share would slow both.
    ///
    /// # Errors
    /// The program is not one that this build can run.
    pub fn new(library: &'a Library, program: &Program) -> Result<Self, PolicyError> {
        let mut vm = RegoVM::new();
        vm.set_max_instructions(MAX_INSTRUCTIONS);
        let mut entries = Vec::new();
        if !program.bytes.is_empty() {
            let reason = |reason: String| PolicyError::Rego { reason };
            let DeserializationResult::Complete(bytecode) = Bytecode::deserialize_binary(&program.bytes).map_err(reason)? else {
                return Err(reason("the compiled policies are of another version".to_owned()));
            };
            let index = |path: &String| bytecode.entry_points.get_index_of(path);
            for entry in &program.entries {
                entries.push((entry.applicability.as_ref().and_then(index), entry.rules.iter().filter_map(index).collect()));
            }
            vm.load_program(Arc::new(bytecode));
        }
        Ok(Self { library, entries, vm })
    }

    /// Makes `scope` and the parameters of policy number `policy` the `data` of what follows.
    ///
    /// # Errors
    /// The scope is not an object or collides with a rule.
    pub fn enter(&mut self, scope: &Scope, policy: usize) -> Result<(), PolicyError> {
        let Some(of) = self.library.policies.get(policy) else { return Ok(()) };
        let data = scope.with_parameters(of)?;
        self.vm.set_data(data).map_err(|error| PolicyError::Rego { reason: error.to_string() })
    }

    /// Judges one resource document by policy number `policy`, in the scope entered before.
    ///
    /// # Errors
    /// The evaluation fails, or a denial has the wrong form.
    pub fn judge(&mut self, policy: usize, input: &Input) -> Result<Outcome, PolicyError> {
        let (Some(of), Some((applicability, rules))) = (self.library.policies.get(policy), self.entries.get(policy)) else {
            return Ok(Outcome::NotApplicable);
        };
        let vm = &mut self.vm;
        let mut run = |index: usize| {
            vm.set_input(input.document.clone());
            vm.execute_entry_point_by_index(index).map_err(|error| evaluation(of, input, &error.to_string()))
        };
        if let Some(index) = applicability
            && run(*index)? == regorus::Value::from(true)
        {
            return Ok(Outcome::NotApplicable);
        }
        let mut denials = Vec::new();
        for index in rules {
            collect(of, &run(*index)?, &mut denials)?;
        }
        denials.sort();
        Ok(Outcome::Denials(denials))
    }
}

/// A resource document as the engine takes it.
#[derive(Clone, Debug)]
pub struct Input {
    id: String,
    document: regorus::Value,
}

impl Input {
    /// The input for a document, named `id` in errors.
    pub fn new(id: &str, document: Value) -> Self {
        Self { id: id.to_owned(), document: regorus::Value::from(document) }
    }
}

/// Evaluates by regorus' interpreter: slower, and the reference for what the RVM must answer.
#[derive(Debug)]
pub struct Interpreter<'a> {
    library: &'a Library,
    engine: regorus::Engine,
}

impl<'a> Interpreter<'a> {
    /// An interpreter of the library.
    ///
    /// # Errors
    /// The Rego does not parse.
    pub fn new(library: &'a Library) -> Result<Self, PolicyError> {
        Ok(Self { library, engine: engine(library)? })
    }

    /// Judges as [`Evaluator::enter`] and [`Evaluator::judge`] do.
    ///
    /// # Errors
    /// The evaluation fails, or a denial has the wrong form.
    pub fn judge(&mut self, scope: &Scope, policy: usize, input: &Input) -> Result<Outcome, PolicyError> {
        let Some(of) = self.library.policies.get(policy) else { return Ok(Outcome::NotApplicable) };
        let entry = Entry::of(of);
        self.engine.clear_data();
        self.engine.add_data(scope.with_parameters(of)?).map_err(|error| evaluation(of, input, &error.to_string()))?;
        self.engine.set_input(input.document.clone());
        let mut run = |rule: &String| self.engine.eval_rule(rule.clone()).map_err(|error| evaluation(of, input, &error.to_string()));
        if let Some(rule) = &entry.applicability
            && run(rule)? == regorus::Value::from(true)
        {
            return Ok(Outcome::NotApplicable);
        }
        let mut denials = Vec::new();
        for rule in &entry.rules {
            collect(of, &run(rule)?, &mut denials)?;
        }
        denials.sort();
        Ok(Outcome::Denials(denials))
    }

    /// Evaluates rules of library tests, `data.lib.<name>_test.test_…`, over an empty world; gives those that are not true.
    ///
    /// # Errors
    /// A module does not parse or a rule fails.
    pub fn failing_tests(library: &Library, tests: &[(String, String)]) -> Result<(usize, Vec<String>), PolicyError> {
        let rego = |error: &dyn std::fmt::Display| PolicyError::Rego { reason: error.to_string() };
        let mut engine = engine(library)?;
        let mut rules = Vec::new();
        for (file, source) in tests {
            let package = engine.add_policy(file.clone(), source.clone()).map_err(|error| rego(&error))?;
            let names = source.lines().filter_map(|line| line.split([' ', '(']).next()).filter(|name| name.starts_with("test_"));
            rules.extend(names.map(|name| format!("{package}.{name}")));
        }
        rules.sort();
        rules.dedup();
        let mut failing = Vec::new();
        for rule in &rules {
            if engine.eval_rule(rule.clone()).map_err(|error| rego(&error))? != regorus::Value::from(true) {
                failing.push(rule.clone());
            }
        }
        Ok((rules.len(), failing))
    }
}

fn evaluation(policy: &Policy, input: &Input, reason: &str) -> PolicyError {
    PolicyError::Evaluation { policy: policy.id.clone(), resource: input.id.clone(), reason: reason.to_owned() }
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
