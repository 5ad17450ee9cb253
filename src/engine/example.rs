//! The examples beside a policy: cases that must fail, cases that must pass.

use std::collections::{BTreeMap, BTreeSet};

use innovate_model::{AccountFacts, OrganizationFacts, Resource, Schemas, World};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::scope;
use crate::finding::Verdict;
use crate::input::declared::{Declaration, Target};
use crate::input::document::{self, InputError};
use crate::input::{cloudformation, kubernetes};
use crate::policy::{ANY, Coverage, Denial, Evaluator, Input, Interpreter, Outcome, Policy, PolicyError};

const ACCOUNT: &str = "111111111111";
const REGION: &str = "us-east-1";
const NOW: &str = "2026-01-01T00:00:00Z";

/// A policy's examples that cannot be run.
#[derive(Debug, thiserror::Error)]
pub enum ExampleError {
    /// The file is not of the documented form.
    #[error("{file}: {reason}")]
    Form {
        /// The file.
        file: String,
        /// What is wrong.
        reason: String,
    },
    /// The policies do not load or run.
    #[error(transparent)]
    Policy(#[from] PolicyError),
}

/// A case that did not come out as it says.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
pub struct CaseFailure {
    /// The policy.
    pub policy: String,
    /// The case's name; empty where the policy as a whole is at fault.
    pub case: String,
    /// What happened.
    pub reason: String,
}

/// Which examples to run, and how.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
pub struct Tests {
    /// Only cases with this in their names.
    pub case: Option<String>,
    /// Whether to note which lines the cases go through.
    pub coverage: bool,
}

/// What the examples of a library gave.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
pub struct ExampleReport {
    /// Policies that were tested.
    pub policies: usize,
    /// Cases that were run.
    pub cases: usize,
    /// What went wrong.
    pub failures: Vec<CaseFailure>,
    /// The lines that the cases went through; empty where that was not asked for.
    #[serde(default)]
    pub coverage: Coverage,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Examples {
    pub(super) cases: Vec<Case>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Case {
    pub(super) name: String,
    pub(super) expect: Verdict,
    #[serde(default)]
    same_as: Option<String>,
    #[serde(default)]
    deny: Option<Vec<String>>,
    #[serde(default)]
    resource: Option<Document>,
    #[serde(default)]
    cloudformation: Option<String>,
    #[serde(default)]
    logical_id: Option<String>,
    #[serde(default)]
    manifests: Option<String>,
    #[serde(default)]
    object: Option<String>,
    #[serde(default)]
    resources: Vec<Document>,
    #[serde(default)]
    parameters: Map<String, Value>,
    #[serde(default)]
    now: Option<String>,
    #[serde(default)]
    account: Map<String, Value>,
    #[serde(default)]
    organization: Map<String, Value>,
}

#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Document {
    #[serde(rename = "type")]
    type_name: String,
    id: String,
    #[serde(default)]
    arn: Option<String>,
    #[serde(default)]
    account: Option<String>,
    #[serde(default)]
    region: Option<String>,
    #[serde(default)]
    properties: Map<String, Value>,
}

impl Document {
    fn into_resource(self) -> Resource {
        let mut resource = Resource::new(
            &self.type_name,
            self.id,
            self.account.unwrap_or_else(|| ACCOUNT.to_owned()),
            self.region.unwrap_or_else(|| REGION.to_owned()),
        );
        resource.arn = self.arn;
        resource.properties = self.properties;
        resource
    }
}

impl ExampleReport {
    /// Adds what the examples of other policies gave.
    pub fn merge(&mut self, other: Self) {
        self.policies += other.policies;
        self.cases += other.cases;
        self.failures.extend(other.failures);
        self.coverage.merge(other.coverage);
    }

    /// Of a policy that could not be tried.
    pub fn failed(policy: &str, reason: String) -> Self {
        let failure = CaseFailure { policy: policy.to_owned(), case: String::new(), reason };
        Self { policies: 1, failures: vec![failure], ..Self::default() }
    }
}

/// Runs the examples of every policy by the RVM and by the interpreter, which must agree. What cannot be run is a failure.
pub fn run(policies: &[Policy]) -> ExampleReport {
    run_chosen(policies, &Tests::default())
}

/// Runs chosen examples as [`run`] does.
pub fn run_chosen(policies: &[Policy], tests: &Tests) -> ExampleReport {
    let mut report = ExampleReport { policies: policies.len(), ..ExampleReport::default() };
    for policy in policies {
        let mut fail = |case: &str, reason: String| {
            report.failures.push(CaseFailure { policy: policy.id.clone(), case: case.to_owned(), reason });
        };
        for name in &policy.metadata.custom.resource_types {
            if let Err(error) = Schemas::vendored().get(name) {
                fail("", error.to_string());
            }
        }
        for name in policy.read_set.all_types().filter(|name| *name != ANY) {
            if let Err(error) = Schemas::vendored().get(name) {
                fail("", format!("looks up a type: {error}"));
            }
        }
        if tests.coverage {
            // A policy of which no case comes to an evaluation is there, too.
            let lines = Interpreter::new(policy).and_then(|interpreter| interpreter.lines());
            lines.into_iter().for_each(|lines| report.coverage.merge(lines));
        }
        let mut fail = |case: &str, reason: String| {
            report.failures.push(CaseFailure { policy: policy.id.clone(), case: case.to_owned(), reason });
        };
        let Some(examples) = &policy.examples else {
            fail("", format!("has no examples; write `{}`", policy.file.replace(".rego", ".yaml")));
            continue;
        };
        let examples: Examples = match serde_saphyr::from_str(examples) {
            Ok(examples) => examples,
            Err(error) => {
                fail("", format!("{}: {error}", policy.file.replace(".rego", ".yaml")));
                continue;
            }
        };
        for expected in [Verdict::Fail, Verdict::Pass] {
            if !examples.cases.iter().any(|case| case.expect == expected) {
                fail("", format!("has no example with `expect: {expected}`"));
            }
        }
        let is_chosen = |case: &Case| tests.case.as_ref().is_none_or(|text| case.name.contains(text));
        let mut ran = Vec::new();
        for case in examples.cases.into_iter().filter(is_chosen) {
            report.cases += 1;
            let name = case.name.clone();
            match run_case(policy, case, tests.coverage.then_some(&mut report.coverage)) {
                Ok((example, denials, None)) => ran.push((example, denials)),
                Ok((_, _, Some(reason))) | Err(ExampleError::Form { reason, .. }) => {
                    report.failures.push(CaseFailure { policy: policy.id.clone(), case: name, reason });
                }
                Err(ExampleError::Policy(error)) => {
                    report.failures.push(CaseFailure { policy: policy.id.clone(), case: name, reason: error.to_string() });
                }
            }
        }
        let mut fail = |case: &str, reason: String| {
            report.failures.push(CaseFailure { policy: policy.id.clone(), case: case.to_owned(), reason });
        };
        for (example, denials) in &ran {
            let Some(same) = &example.same_as else { continue };
            match ran.iter().find(|(other, _)| other.name == *same) {
                Some((other, of_other)) => {
                    if let Err(reason) = example.agrees(denials, other, of_other) {
                        fail(&example.name, reason);
                    }
                }
                // The other one may not be among those that are chosen.
                None if tests.case.is_some() => {}
                None => fail(&example.name, format!("`same_as` names `{same}`, which is no other case that comes out as it says")),
            }
        }
    }
    report
}

/// The world of an example, and the resource of it that is judged.
#[derive(Clone, Debug)]
pub struct Example {
    /// The case's name.
    pub name: String,
    /// The verdict that it must have.
    pub expect: Verdict,
    /// Whether a template declares what is judged, and the account does not have it yet.
    pub declared: bool,
    /// The live case that shows the same as this one of a template, by its name.
    pub same_as: Option<String>,
    /// All that there is.
    pub world: World,
    /// The resource that is judged.
    pub tested: Resource,
    /// Parameters of the policy for this case.
    pub parameters: Map<String, Value>,
}

impl Example {
    /// The examples of a policy.
    ///
    /// # Errors
    /// Its file of examples is not of the documented form.
    pub fn of(policy: &Policy) -> Result<Vec<Self>, ExampleError> {
        let Some(examples) = &policy.examples else { return Ok(Vec::new()) };
        let form =
            |error: serde_saphyr::Error| ExampleError::Form { file: policy.file.replace(".rego", ".yaml"), reason: error.to_string() };
        let examples: Examples = serde_saphyr::from_str(examples).map_err(form)?;
        examples.cases.into_iter().map(|case| Self::new(policy, case)).collect()
    }

    fn new(policy: &Policy, case: Case) -> Result<Self, ExampleError> {
        let form = |reason: String| ExampleError::Form { file: policy.file.clone(), reason };
        let mut resources: Vec<Resource> = case.resources.into_iter().map(Document::into_resource).collect();
        let (is_template, mut unread) = (case.cloudformation.is_some(), Vec::new());
        let (mut declared, name) = match (case.resource, case.cloudformation, case.manifests) {
            (Some(document), None, None) => (vec![document.into_resource()], None),
            (None, Some(template), None) => {
                let declaration = declaration(&template).map_err(form)?;
                unread = declaration.unread;
                (declaration.resources.into_iter().map(|declared| declared.resource).collect(), case.logical_id)
            }
            (None, None, Some(manifests)) => (objects(&manifests).map_err(|error| form(error.to_string()))?, case.object),
            _ => return Err(form("a case has either `resource`, `cloudformation` or `manifests`".to_owned())),
        };
        let at = declared.iter().position(|resource| match &name {
            Some(id) => resource.id == *id,
            None => policy.metadata.custom.resource_types.contains(&resource.type_name),
        });
        let at = at.ok_or_else(|| form("the case has no resource that the policy judges".to_owned()))?;
        let tested = declared.remove(at);
        resources.extend(declared);
        resources.push(tested.clone());
        let mut world = world(&tested, resources, case.now, case.account, case.organization).map_err(form)?;
        world.unread = unread;
        Ok(Self {
            name: case.name,
            expect: case.expect,
            declared: is_template,
            same_as: case.same_as,
            world,
            tested,
            parameters: case.parameters,
        })
    }

    /// Whether what is said of this example's resource, which a template declares, is what is said of a live one: the same verdict, and at the same places
    /// the same messages, but for the ids of resources that the deployment names.
    ///
    /// # Errors
    /// Says what differs.
    pub fn agrees(&self, said: &[Denial], live: &Self, of_live: &[Denial]) -> Result<(), String> {
        let name = &live.name;
        if !self.declared || live.declared {
            return Err(format!("`same_as` is for a case with `cloudformation`, and `{name}` is to be one with `resource`"));
        }
        if self.expect != live.expect || self.parameters != live.parameters || self.tested.type_name != live.tested.type_name {
            return Err(format!("`{name}` expects another verdict, has other parameters or is of another type"));
        }
        let schema = Schemas::vendored().get(&self.tested.type_name).map_err(|error| error.to_string())?;
        let named = matches!(schema.primary_identifier().as_slice(), [name] if !schema.read_only().contains(name));
        if named && self.tested.id != live.tested.id {
            return Err(format!("the template calls `{}` what is `{}` in `{name}`", self.tested.id, live.tested.id));
        }
        let ids: BTreeSet<&str> = self.world.resources.iter().map(|resource| resource.id.as_str()).collect();
        let mut left: Vec<&Denial> = of_live.iter().collect();
        let mut names = BTreeMap::from([(self.tested.id.as_str(), live.tested.id.as_str())]);
        for denial in said {
            let found = left.iter().enumerate().find_map(|(at, other)| {
                let renamed = renamed(&denial.message, &other.message, &ids, &names).filter(|_| denial.path == other.path)?;
                Some((at, renamed))
            });
            let Some((at, renamed)) = found else {
                return Err(format!("`{name}` does not say `{}` at `{}`", denial.message, denial.path));
            };
            left.remove(at);
            names = renamed;
        }
        left.first().map_or(Ok(()), |denial| Err(format!("does not say `{}` at `{}`, as `{name}` does", denial.message, denial.path)))
    }
}

/// What the live account calls the resources of a template, where the messages are the same with the ids replaced; none where they are not. `names` is what
/// is known of it before.
fn renamed<'a>(
    message: &'a str,
    live: &'a str,
    ids: &BTreeSet<&str>,
    names: &BTreeMap<&'a str, &'a str>,
) -> Option<BTreeMap<&'a str, &'a str>> {
    let mut names = names.clone();
    let (words, of_live): (Vec<&str>, Vec<&str>) = (message.split('`').collect(), live.split('`').collect());
    let same = words.iter().zip(&of_live).enumerate().all(|(at, (word, other))| {
        // What stands between backticks has an odd place.
        let is_id = at % 2 == 1 && ids.contains(word);
        word == other || (is_id && names.entry(*word).or_insert(*other) == other)
    });
    (same && words.len() == of_live.len()).then_some(names)
}

/// Runs one case; gives what is denied, and what is wrong with it.
fn run_case(
    policy: &Policy,
    mut case: Case,
    coverage: Option<&mut Coverage>,
) -> Result<(Example, Vec<Denial>, Option<String>), ExampleError> {
    let deny = case.deny.take();
    let example = Example::new(policy, case)?;
    let (denials, complaint) = judge(policy, &example, deny, coverage)?;
    Ok((example, denials, complaint))
}

fn judge(
    policy: &Policy,
    example: &Example,
    deny: Option<Vec<String>>,
    coverage: Option<&mut Coverage>,
) -> Result<(Vec<Denial>, Option<String>), ExampleError> {
    let Example { world, tested, parameters, expect, .. } = example;
    let wrong = |reason: String| Ok((Vec::new(), Some(reason)));
    for resource in &world.resources {
        let schema = Schemas::vendored().get(&resource.type_name);
        let schema = schema.map_err(|error| ExampleError::Form { file: policy.file.clone(), reason: error.to_string() })?;
        // An example names only the properties that matter, so what the schema requires may be missing.
        let violations = schema.root().violations(&Value::Object(resource.properties.clone()));
        let violations: Vec<String> = violations.into_iter().filter(|violation| !violation.ends_with("is required")).collect();
        if !violations.is_empty() {
            return wrong(format!("`{}` does not fit its schema: {}", resource.id, violations.join("; ")));
        }
    }

    let mut policy = policy.clone();
    policy.parameters.extend(parameters.clone());
    let alone = std::slice::from_ref(&policy);
    let common = scope::Common::held(world, alone);
    let scopes = scope::scopes(&common, &world.resources, alone);
    let view = scopes.iter().find(|view| view.inputs.iter().any(|input| **input == *tested));
    let Some(view) = view else { return wrong("the policy does not judge the type of the resource".to_owned()) };
    let mut documents = scope::Documents::default();
    let data = view.data_of(&policy, &mut documents)?;
    let input = Input::new(&tested.id, documents.of(tested));
    let mut evaluator = Evaluator::new(&policy)?;
    evaluator.enter(&data)?;
    let by_vm = evaluator.judge(&input)?;
    let mut interpreter = if coverage.is_some() { Interpreter::new(&policy)? } else { Interpreter::of_reached(&policy)? };
    if coverage.is_some() {
        interpreter.note_lines();
    }
    interpreter.enter(&data)?;
    let by_interpreter = interpreter.judge(&input)?;
    if let Some(coverage) = coverage {
        coverage.merge(interpreter.coverage()?);
    }
    if by_vm != by_interpreter {
        return wrong(format!("the RVM gives {by_vm:?}, the interpreter {by_interpreter:?}"));
    }
    let verdict = Verdict::from(&by_vm);
    let denials: &[Denial] = match &by_vm {
        Outcome::NotApplicable => &[],
        Outcome::Denials(denials) => denials,
    };
    let shown = || denials.iter().map(|denial| format!("`{}` {}", denial.path, denial.message)).collect::<Vec<_>>().join("; ");
    if verdict != *expect {
        return wrong(format!("expected `{expect}`, got `{verdict}` {}", shown()));
    }
    if let Some(mut expected) = deny {
        expected.sort();
        let mut paths: Vec<&str> = denials.iter().map(|denial| denial.path.as_str()).collect();
        paths.sort_unstable();
        if expected != paths {
            return wrong(format!("expected denials at {expected:?}, got {}", shown()));
        }
    }
    Ok((denials.to_vec(), None))
}

fn world(
    tested: &Resource,
    resources: Vec<Resource>,
    now: Option<String>,
    account: Map<String, Value>,
    organization: Map<String, Value>,
) -> Result<World, String> {
    let mut facts = serde_json::json!({ "id": tested.account, "status": "ACTIVE", "management": false });
    if let Some(object) = facts.as_object_mut() {
        object.extend(account);
    }
    let facts: AccountFacts = serde_json::from_value(facts).map_err(|error| format!("`account`: {error}"))?;
    let organization = if organization.is_empty() {
        None
    } else {
        let mut document = serde_json::json!({ "id": "o-example", "management_account": tested.account, "accounts": {} });
        if let Some(object) = document.as_object_mut() {
            object.extend(organization);
        }
        if let Some(accounts) = document.get_mut("accounts").and_then(Value::as_object_mut) {
            for (id, account) in accounts {
                if let Some(account) = account.as_object_mut() {
                    account.entry("id").or_insert_with(|| Value::from(id.as_str()));
                    account.entry("status").or_insert_with(|| Value::from("ACTIVE"));
                    account.entry("management").or_insert(Value::Bool(false));
                }
            }
        }
        Some(serde_json::from_value::<OrganizationFacts>(document).map_err(|error| format!("`organization`: {error}"))?)
    };
    Ok(World {
        read_at: now.unwrap_or_else(|| NOW.to_owned()),
        caller: tested.account.clone(),
        organization,
        accounts: BTreeMap::from([(tested.account.clone(), facts)]),
        resources,
        ..World::default()
    })
}

/// The objects of manifests.
fn objects(text: &str) -> Result<Vec<Resource>, InputError> {
    let target = Target { account: ACCOUNT.to_owned(), region: REGION.to_owned() };
    let declaration = kubernetes::read("manifests", &document::parse("manifests", text.as_bytes())?, &target)?;
    match declaration.skipped.into_iter().next() {
        Some(skipped) => {
            Err(InputError::new("manifests", skipped.location.span.start, format!("`{}` {}", skipped.type_name, skipped.reason)))
        }
        None => Ok(declaration.resources.into_iter().map(|declared| declared.resource).collect()),
    }
}

/// What a template declares.
fn declaration(template: &str) -> Result<Declaration, String> {
    let documents = document::parse("the template", template.as_bytes()).map_err(|error| error.to_string())?;
    let target = Target { account: ACCOUNT.to_owned(), region: REGION.to_owned() };
    let context = cloudformation::Context {
        target: &target,
        parameters: &cloudformation::Parameters::new(),
        exports: &cloudformation::Exports::default(),
        ambiguous: &BTreeSet::new(),
        load: &|_| Err(std::io::ErrorKind::NotFound.into()),
        stack: None,
    };
    let Some(document) = documents.into_iter().next() else { return Err("the template is empty".to_owned()) };
    let declared = cloudformation::read("the template", document, &context).map_err(|error| error.to_string())?;
    if let Some(skipped) = declared.skipped.first() {
        return Err(format!("`{}`: {}", skipped.type_name, skipped.reason));
    }
    Ok(declared)
}
