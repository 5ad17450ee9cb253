//! Policies together, and where they come from.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use serde_json::{Map, Value};

use crate::analysis::Analysis;
use crate::evaluate::engine;
use crate::program::entry_points;
use crate::{ANY, ByType, Metadata, PolicyError, Program, ReadSet, Severity};

/// Library modules: file and source.
type Modules = Vec<(String, Cow<'static, str>)>;

/// One policy.
#[derive(Clone, Debug)]
pub struct Policy {
    /// Its id, such as `aws.rds.tls_not_required`; `data.<id>` is its package.
    pub id: String,
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
    /// The library modules that it may import.
    pub(crate) modules: Arc<Modules>,
}

impl Policy {
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
#[derive(Clone, Debug)]
pub struct Library {
    /// The policies in order of their ids.
    pub policies: Vec<Policy>,
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
    /// A file can't be read, or a policy does not load.
    pub fn only(folder: &Path) -> Result<Self, PolicyError> {
        let mut files = BTreeMap::new();
        read_folder(folder, folder, &mut files)?;
        Self::from_files(files, Modules::new())
    }

    /// These policies and those of a folder, which may import the library modules of these and bring `lib/*.rego` of its own; the policies that
    /// were there keep theirs.
    ///
    /// # Errors
    /// A file can't be read, or a policy does not load.
    pub fn with_folder(mut self, folder: &Path) -> Result<Self, PolicyError> {
        let mut files = BTreeMap::new();
        read_folder(folder, folder, &mut files)?;
        let added = Self::from_files(files, self.modules.to_vec())?;
        if added.policies.is_empty() {
            return Err(PolicyError::Empty { path: folder.to_owned() });
        }
        for policy in added.policies {
            self.policies.retain(|known| known.id != policy.id);
            self.policies.push(policy);
        }
        self.policies.sort_by(|a, b| a.id.cmp(&b.id));
        self.modules = added.modules;
        Ok(self)
    }

    fn from_files(files: BTreeMap<String, String>, mut modules: Modules) -> Result<Self, PolicyError> {
        let is_module = |file: &str| file.ends_with(".rego") && !file.ends_with("_test.rego");
        for (file, source) in files.iter().filter(|(file, _)| file.starts_with("lib/") && is_module(file)) {
            modules.retain(|(known, _)| known != file);
            modules.push((file.clone(), source.clone().into()));
        }
        let modules = Arc::new(modules);
        let sources: Vec<(&String, &String)> = files.iter().filter(|(file, _)| !file.starts_with("lib/") && is_module(file)).collect();
        let of_sources = sources.iter().map(|(file, source)| (file.as_str(), source.as_str()));
        let of_modules = modules.iter().map(|(file, source)| (file.as_str(), source.as_ref()));
        let mut engine = engine(of_sources.chain(of_modules))?;
        let analysed = Analysis::of(&engine, sources.len())?;
        let mut policies = Vec::new();
        for ((file, source), analysis) in sources.into_iter().zip(analysed) {
            let id = file.trim_end_matches(".rego").replace('/', ".");
            if analysis.package != id {
                return Err(PolicyError::Package { file: file.clone(), found: analysis.package, expected: id });
            }
            if let Some(rule) = analysis.recursive.first() {
                let reason = format!("rule `{rule}` calls itself, and Rego has no recursion");
                return Err(PolicyError::Guard { file: file.clone(), reason });
            }
            let metadata = Metadata::parse(file, source)?;
            let rules: Vec<String> =
                ["deny", "violation", "warn"].into_iter().filter(|rule| analysis.rules.contains(*rule)).map(ToOwned::to_owned).collect();
            if rules.is_empty() {
                return Err(PolicyError::NoRule { file: file.clone() });
            }
            policies.push(Policy {
                id,
                examples: files.get(&file.replace(".rego", ".yaml")).cloned().map(Into::into),
                parameters: metadata.defaults(),
                has_applicability: analysis.rules.contains("not_applicable"),
                read_set: analysis.read_set,
                file: file.clone(),
                source: source.clone().into(),
                metadata,
                rules,
                program: Program(Cow::Borrowed(&[])),
                modules: modules.clone(),
            });
        }
        let entries: Vec<Vec<String>> =
            policies.iter().map(|policy| entry_points(&policy.id, &policy.rules, policy.has_applicability)).collect();
        for (policy, program) in policies.iter_mut().zip(Program::compile_each(&mut engine, &entries)?) {
            policy.program = program;
        }
        Ok(Self { policies, modules })
    }

    /// The same library with only the selected policies.
    ///
    /// # Errors
    /// An id that selects nothing.
    pub fn select(mut self, selection: &Selection) -> Result<Self, PolicyError> {
        let matches = |id: &str, wanted: &str| id == wanted || id.strip_prefix(wanted).is_some_and(|rest| rest.starts_with('.'));
        for wanted in &selection.ids {
            if !self.policies.iter().any(|policy| matches(&policy.id, wanted)) {
                return Err(PolicyError::Unknown { id: wanted.clone(), suggestion: self.nearest(wanted) });
            }
        }
        self.policies.retain(|policy| {
            let by_id = selection.ids.is_empty() || selection.ids.iter().any(|wanted| matches(&policy.id, wanted));
            by_id && selection.severity.is_none_or(|least| policy.metadata.custom.severity >= least)
        });
        Ok(self)
    }

    /// What the policies need of each type; none where some policy looks resources up by a computed type.
    pub fn needs(&self) -> Option<ByType> {
        let mut needs = ByType::new();
        for policy in &self.policies {
            for (name, paths) in policy.read_set.needs(&policy.metadata.custom.resource_types) {
                needs.entry(name).or_default().extend(&paths);
            }
        }
        (!needs.contains_key(ANY)).then_some(needs)
    }

    /// Sets parameters: policy id → name → value, checked against the policies' own schemas.
    ///
    /// # Errors
    /// An unknown policy or parameter, or a value that the schema refuses.
    pub fn set_parameters(&mut self, overrides: &BTreeMap<String, Map<String, Value>>) -> Result<(), PolicyError> {
        for (id, values) in overrides {
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

fn read_folder(root: &Path, folder: &Path, files: &mut BTreeMap<String, String>) -> Result<(), PolicyError> {
    let fail = |path: &Path| {
        let path = path.to_owned();
        move |source| PolicyError::Read { path, source }
    };
    for entry in std::fs::read_dir(folder).map_err(fail(folder))? {
        let path = entry.map_err(fail(folder))?.path();
        if path.is_dir() {
            read_folder(root, &path, files)?;
        } else if path.extension().is_some_and(|extension| extension == "rego" || extension == "yaml") {
            let name = path.strip_prefix(root).unwrap_or(&path).to_string_lossy().replace('\\', "/");
            files.insert(name, std::fs::read_to_string(&path).map_err(fail(&path))?);
        }
    }
    Ok(())
}
