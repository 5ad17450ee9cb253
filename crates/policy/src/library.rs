//! Policies together, and where they come from.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::analysis::Analysis;
use crate::evaluate::engine;
use crate::guard;
use crate::program::entry_points;
use crate::sources::{id_of, is_library, is_policy};
use crate::trace::Trace;
use crate::{ANY, ByType, Metadata, PolicyError, Program, ReadSet, Severity, Sources};

/// Library modules: file and source.
pub(crate) type Modules = Vec<(String, Cow<'static, str>)>;

/// A policy that cannot judge.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize, Serialize)]
pub struct Broken {
    /// The id that its path gives it.
    pub id: String,
    /// What is wrong with it.
    pub reason: String,
}

/// One policy.
#[derive(Clone, Debug)]
pub struct Policy {
    /// Its id, such as `aws.rds.tls_not_required`; `data.<id>` is its package.
    pub id: String,
    /// Whether it ships with the program. Others are somebody's: they run in a process of their own.
    pub ships: bool,
    /// The file that it came from, relative to its folder of policies.
    pub file: String,
    /// The Rego.
    pub source: Cow<'static, str>,
    /// The examples beside it, YAML.
    pub examples: Option<Cow<'static, str>>,
    /// What it says of itself.
    pub metadata: Metadata,
    /// What it reads.
    pub read_set: ReadSet,
    /// The rules that deny: `deny`, `violation`, `warn`.
    pub rules: Vec<String>,
    /// Whether it has a rule `not_applicable`.
    pub has_applicability: bool,
    /// Its parameters: defaults, then what the user set.
    pub parameters: Map<String, Value>,
    /// Its bytecode.
    pub(crate) program: Program,
    /// What it takes to follow its evaluation.
    pub(crate) trace: Trace,
    /// The library modules that it may import.
    pub(crate) modules: Arc<Modules>,
}

impl Policy {
    /// The types that it judges or looks up, [`ANY`] among them where it looks one up by a computed name.
    pub fn types(&self) -> impl Iterator<Item = &str> {
        self.metadata.custom.resource_types.iter().map(String::as_str).chain(self.read_set.all_types())
    }

    /// The policy and the library modules that it reaches, as files and texts; the policy comes first.
    pub(crate) fn reached(&self) -> Vec<(&str, &str)> {
        let mut reached = vec![(self.file.as_str(), self.source.as_ref())];
        let mut left: Vec<(&str, &str)> = self.modules.iter().map(|(file, text)| (file.as_str(), text.as_ref())).collect();
        let mut next = 0;
        while let Some((_, text)) = reached.get(next).copied() {
            let is_named =
                |module: &str| module.lines().find_map(|line| line.strip_prefix("package ")).is_some_and(|name| text.contains(name.trim()));
            let (named, others) = left.into_iter().partition(|(_, module)| is_named(module));
            let named: Vec<(&str, &str)> = named;
            reached.extend(named);
            left = others;
            next += 1;
        }
        reached
    }

    /// The text of a file that the policy is made of: its own, or that of a library module.
    pub fn text_of(&self, file: &str) -> Option<&str> {
        if file == self.file {
            return Some(&self.source);
        }
        self.modules.iter().find(|(name, _)| name == file).map(|(_, text)| text.as_ref())
    }
}

/// Which policies to judge by.
#[derive(Clone, Debug, Default)]
pub struct Selection {
    /// Ids or prefixes of ids at a dot; empty for all.
    pub ids: Vec<String>,
    /// The mildest severity.
    pub severity: Option<Severity>,
}

/// Policies and the modules that they share.
#[derive(Clone, Debug, Default)]
pub struct Library {
    /// The policies in order of their ids.
    pub policies: Vec<Policy>,
    /// Policies of its folders that did not load.
    pub broken: Vec<Broken>,
    /// The library modules of the policies that were loaded last.
    pub(crate) modules: Arc<Modules>,
}

impl Library {
    /// The library modules: file and source.
    pub fn modules(&self) -> impl Iterator<Item = (&str, &str)> {
        self.modules.iter().map(|(file, source)| (file.as_str(), source.as_ref()))
    }

    /// The policies of a folder alone, with its own library modules.
    ///
    /// # Errors
    /// The folder can't be read, or a policy does not load.
    pub fn only(folder: &Path) -> Result<Self, PolicyError> {
        let sources = Sources::read(folder)?;
        let library = Self::from_files(&sources.files, Modules::new())?;
        match sources.refused.into_iter().next() {
            Some((file, reason)) => Err(PolicyError::Guard { file, reason }),
            None => Ok(library),
        }
    }

    /// The policies of these sources; those that do not load are among the broken ones.
    pub fn of(sources: &Sources) -> Self {
        let modules: Modules = sources.modules.iter().map(|(file, text)| (file.clone(), text.clone().into())).collect();
        let mut library = match Self::from_files(&sources.files, modules.clone()) {
            Ok(library) => library,
            // One of them is at fault: each is loaded alone.
            Err(_) => {
                let mut library = Self { policies: Vec::new(), broken: Vec::new(), modules: Arc::new(modules.clone()) };
                for id in sources.ids() {
                    match Self::from_files(&sources.only(|other| other == id).files, modules.clone()) {
                        Ok(alone) => {
                            library.policies.extend(alone.policies);
                            library.modules = alone.modules;
                        }
                        Err(error) => library.broken.push(Broken { id, reason: error.to_string() }),
                    }
                }
                library
            }
        };
        library.broken.sort();
        library
    }

    /// The policies that ship, or those that do not.
    pub fn of_origin(&self, ships: bool) -> Vec<Policy> {
        self.policies.iter().filter(|policy| policy.ships == ships).cloned().collect()
    }

    /// Whether all of its policies ship.
    pub fn ships(&self) -> bool {
        self.policies.iter().all(|policy| policy.ships)
    }

    /// No policy but what did not load.
    pub fn of_broken(broken: Vec<Broken>) -> Self {
        Self { broken, ..Self::default() }
    }

    /// These policies and others, which take the place of those with the same id.
    #[must_use]
    pub fn with(mut self, added: Self) -> Self {
        let is_new = |id: &str| added.policies.iter().any(|policy| policy.id == id) || added.broken.iter().any(|broken| broken.id == id);
        self.policies.retain(|known| !is_new(&known.id));
        self.broken.retain(|known| !is_new(&known.id));
        self.policies.extend(added.policies);
        self.broken.extend(added.broken);
        if !added.modules.is_empty() {
            self.modules = added.modules;
        }
        self.policies.sort_by(|a, b| a.id.cmp(&b.id));
        self.broken.sort();
        self
    }

    /// The texts of the policies that did not ship, those that share library modules together.
    pub fn sources(&self) -> Vec<Sources> {
        let mut sources: Vec<(&Arc<Modules>, Sources)> = Vec::new();
        for policy in self.policies.iter().filter(|policy| !policy.ships) {
            let known = sources.iter().position(|(modules, _)| Arc::ptr_eq(modules, &policy.modules));
            let at = known.unwrap_or_else(|| {
                let modules = policy.modules.iter().map(|(file, text)| (file.clone(), text.clone().into_owned())).collect();
                sources.push((&policy.modules, Sources { modules, ..Sources::default() }));
                sources.len() - 1
            });
            if let Some((_, of_modules)) = sources.get_mut(at) {
                of_modules.files.insert(policy.file.clone(), policy.source.clone().into_owned());
                let examples = policy.examples.as_ref().map(|text| (policy.file.replace(".rego", ".yaml"), text.clone().into_owned()));
                of_modules.files.extend(examples);
            }
        }
        sources.into_iter().map(|(_, sources)| sources).collect()
    }

    fn from_files(files: &BTreeMap<String, String>, mut modules: Modules) -> Result<Self, PolicyError> {
        for (file, source) in files.iter().filter(|(file, _)| is_library(file)) {
            modules.retain(|(known, _)| known != file);
            modules.push((file.clone(), source.clone().into()));
        }
        let modules = Arc::new(modules);
        let sources: Vec<(&String, &String)> = files.iter().filter(|(file, _)| is_policy(file)).collect();
        let of_sources = sources.iter().map(|(file, source)| (file.as_str(), source.as_str()));
        let of_modules = modules.iter().map(|(file, source)| (file.as_str(), source.as_ref()));
        let mut engine = engine(of_sources.chain(of_modules))?;
        let analysed = Analysis::of(&engine, sources.len())?;
        let mut policies = Vec::new();
        for ((file, source), analysis) in sources.into_iter().zip(analysed) {
            let id = id_of(file);
            if analysis.package != id {
                return Err(PolicyError::Package { file: file.clone(), found: analysis.package, expected: id });
            }
            if let Some(rule) = analysis.recursive.first() {
                let reason = format!("rule `{rule}` calls itself, and Rego has no recursion");
                return Err(PolicyError::Guard { file: file.clone(), reason });
            }
            if let Some((place, name)) = analysis.forbidden.first() {
                return Err(PolicyError::Guard {
                    file: format!("{}:{}:{}", place.file, place.line, place.column),
                    reason: guard::forbidden(name),
                });
            }
            let metadata = Metadata::parse(file, source)?;
            let rules: Vec<String> =
                ["deny", "violation", "warn"].into_iter().filter(|rule| analysis.rules.contains(*rule)).map(ToOwned::to_owned).collect();
            if rules.is_empty() {
                return Err(PolicyError::NoRule { file: file.clone() });
            }
            policies.push(Policy {
                id,
                ships: false,
                examples: files.get(&file.replace(".rego", ".yaml")).cloned().map(Into::into),
                parameters: metadata.defaults(),
                has_applicability: analysis.rules.contains("not_applicable"),
                read_set: analysis.read_set,
                file: file.clone(),
                source: source.clone().into(),
                metadata,
                rules,
                program: Program(Cow::Borrowed(&[])),
                trace: analysis.reached.map_or(Trace::Unknown, Trace::Known),
                modules: modules.clone(),
            });
        }
        let entries: Vec<Vec<String>> =
            policies.iter().map(|policy| entry_points(&policy.id, &policy.rules, policy.has_applicability)).collect();
        for (policy, program) in policies.iter_mut().zip(Program::compile_each(&mut engine, &entries)?) {
            policy.program = program;
        }
        Ok(Self { policies, broken: Vec::new(), modules })
    }

    /// The same library with only the selected policies.
    ///
    /// # Errors
    /// An id that selects nothing.
    pub fn select(mut self, selection: &Selection) -> Result<Self, PolicyError> {
        let matches = |id: &str, wanted: &str| id == wanted || id.strip_prefix(wanted).is_some_and(|rest| rest.starts_with('.'));
        for wanted in &selection.ids {
            let mut known = self.policies.iter().map(|policy| &policy.id).chain(self.broken.iter().map(|broken| &broken.id));
            if !known.any(|id| matches(id, wanted)) {
                return Err(PolicyError::Unknown { id: wanted.clone(), suggestion: self.nearest(wanted) });
            }
        }
        let by_id = |id: &str| selection.ids.is_empty() || selection.ids.iter().any(|wanted| matches(id, wanted));
        self.broken.retain(|broken| by_id(&broken.id));
        self.policies.retain(|policy| by_id(&policy.id) && selection.severity.is_none_or(|least| policy.metadata.custom.severity >= least));
        Ok(self)
    }

    /// What the policies need of each type; none where some policy looks resources up by a computed type.
    pub fn needs(&self) -> Option<ByType> {
        gathered(self.policies.iter().map(|policy| policy.read_set.needs(&policy.metadata.custom.resource_types)))
    }

    /// What the policies that judge some of these types look up, without what they judge; none where one of them looks resources up by a computed type.
    pub fn looked_up(&self, judged: &BTreeSet<&str>) -> Option<ByType> {
        let judges = |policy: &&Policy| policy.metadata.custom.resource_types.iter().any(|name| judged.contains(name.as_str()));
        gathered(self.policies.iter().filter(judges).map(|policy| policy.read_set.needs(&[])))
    }

    /// Sets parameters: policy id → name → value, checked against the policies' own schemas.
    ///
    /// # Errors
    /// An unknown policy or parameter, or a value that the schema refuses.
    pub fn set_parameters(&mut self, overrides: &BTreeMap<String, Map<String, Value>>) -> Result<(), PolicyError> {
        for (id, values) in overrides {
            if self.broken.iter().any(|broken| broken.id == *id) {
                continue;
            }
            let suggestion = self.nearest(id);
            let Some(policy) = self.policies.iter_mut().find(|policy| policy.id == *id) else {
                return Err(PolicyError::Unknown { id: id.clone(), suggestion });
            };
            for (name, value) in values {
                let fail = |reason| PolicyError::Parameter { policy: id.clone(), parameter: name.clone(), reason };
                let Some(schema) = policy.metadata.custom.parameters.get(name) else {
                    let known: Vec<&str> = policy.metadata.custom.parameters.keys().map(String::as_str).collect();
                    return Err(fail(match known.as_slice() {
                        [] => "the policy has no parameters".to_owned(),
                        known => format!("there is no such parameter; the policy has `{}`", known.join("`, `")),
                    }));
                };
                let validator = jsonschema::validator_for(schema).map_err(|error| fail(format!("its schema is not valid: {error}")))?;
                validator.validate(value).map_err(|error| fail(error.to_string()))?;
                policy.parameters.insert(name.clone(), value.clone());
            }
        }
        Ok(())
    }

    fn nearest(&self, id: &str) -> Option<String> {
        let last = |id: &str| id.rsplit('.').next().unwrap_or_default().to_owned();
        self.policies
            .iter()
            .map(|policy| {
                (strsim::damerau_levenshtein(&policy.id, id).min(1 + strsim::damerau_levenshtein(&last(&policy.id), &last(id))), &policy.id)
            })
            .min()
            .filter(|(distance, candidate)| *distance <= candidate.len() / 3)
            .map(|(_, id)| id.clone())
    }
}

/// All that is needed of each type.
fn gathered(parts: impl Iterator<Item = ByType>) -> Option<ByType> {
    let mut needs = ByType::new();
    for (name, paths) in parts.flatten() {
        needs.entry(name).or_default().extend(&paths);
    }
    (!needs.contains_key(ANY)).then_some(needs)
}
