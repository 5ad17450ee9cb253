//! `innovate.toml` and the flags that choose policies.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use anyhow::Context;
use clap::Args;
use serde::Deserialize;
use serde_json::{Map, Value};

use super::origin::{Own, Verification, is_address, is_place};
use super::{Global, usage, worker};
use crate::bundle::VerificationKey;
use crate::collect::Needs;
use crate::framework::{self, Framework};
use crate::policy::{self, ByType, Library, Platform, PolicyError, Selection, Severity, Sources};

/// The file of settings where none is named.
const SETTINGS: &str = "innovate.toml";

/// The file `innovate.toml`.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Settings {
    /// Folders and bundles of policies, relative to the file, and addresses of bundles.
    #[serde(default)]
    policies: Vec<String>,
    /// How bundles of policies are verified.
    #[serde(default)]
    bundles: Bundles,
    /// Policy id → parameter → value.
    #[serde(default)]
    parameters: BTreeMap<String, Map<String, Value>>,
}

/// How bundles of policies are verified.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Bundles {
    /// The file of the key, relative to the file.
    verification_key: Option<PathBuf>,
    /// The id by which signatures must name it.
    verification_key_id: Option<String>,
}

/// Which policies to use.
#[derive(Args, Debug)]
pub(super) struct Policies {
    /// A policy id, a prefix of ids (`aws.rds`), or policies to add: a folder, a bundle (`.tar.gz`), or `https://…#sha256=…`; repeatable.
    #[arg(long, value_name = "ID|DIR|BUNDLE", env = "INNOVATE_POLICY", value_delimiter = ',')]
    policy: Vec<String>,
    /// Only policies of this severity or worse.
    #[arg(long, value_name = "SEVERITY", env = "INNOVATE_SEVERITY")]
    severity: Option<Severity>,
    /// Only policies that serve this framework (`innovate framework list`), or that of a YAML file; repeatable.
    #[arg(long, value_name = "ID|FILE", env = "INNOVATE_FRAMEWORK", value_delimiter = ',')]
    framework: Vec<String>,
    #[command(flatten)]
    verification: Verification,
}

/// What flags and file choose.
pub(super) struct Chosen {
    /// The policies.
    pub(super) library: Library,
    /// The frameworks that they serve, where some are asked for.
    pub(super) frameworks: Vec<Framework>,
    /// The ids of all policies that there are, chosen or not.
    pub(super) known: BTreeSet<String>,
}

impl Settings {
    fn load(global: &Global) -> anyhow::Result<(Self, PathBuf)> {
        let default = Path::new(SETTINGS);
        let path = match &global.config {
            Some(path) => path.as_path(),
            None if default.exists() => default,
            None => return Ok((Self::default(), PathBuf::new())),
        };
        let text = std::fs::read_to_string(path).with_context(|| format!("cannot read `{}`", path.display()))?;
        let settings = toml::from_str(&text).map_err(|error| usage(format!("{}: {error}", path.display())))?;
        Ok((settings, path.parent().map(Path::to_owned).unwrap_or_default()))
    }
}

impl Verification {
    /// The flags, and what the settings say where they say nothing.
    fn or(&self, settings: &Settings, folder: &Path) -> Self {
        if self.bundle_verification_key.is_some() {
            return self.clone();
        }
        let bundles = &settings.bundles;
        Self {
            bundle_verification_key: bundles.verification_key.as_ref().map(|path| folder.join(path)),
            bundle_verification_key_id: self.bundle_verification_key_id.clone().or_else(|| bundles.verification_key_id.clone()),
        }
    }
}

/// The key by which bundles are verified, where flags or file name one.
pub(super) fn key(verification: &Verification, global: &Global) -> anyhow::Result<Option<VerificationKey>> {
    let (settings, folder) = Settings::load(global)?;
    verification.or(&settings, &folder).key()
}

impl Policies {
    /// What is at a place: a folder, a bundle, or the address of one.
    pub(super) fn own(&self, place: &str, global: &Global) -> anyhow::Result<Own> {
        Own::read(place, key(&self.verification, global)?.as_ref())
    }

    /// The library that flags and file choose.
    pub(super) fn library(&self, global: &Global) -> anyhow::Result<Library> {
        self.chosen(global).map(|chosen| chosen.library)
    }

    /// The files and folders that the choice rests on, the settings among them.
    pub(super) fn files(&self, global: &Global) -> anyhow::Result<BTreeSet<PathBuf>> {
        let (settings, folder) = Settings::load(global)?;
        let verification = self.verification.or(&settings, &folder);
        let of_settings = settings.policies.iter().filter(|place| !is_address(place)).map(|place| folder.join(place));
        let of_flags = self.policy.iter().filter(|name| is_place(name) && !is_address(name)).map(PathBuf::from);
        let frameworks = self.framework.iter().filter(|name| is_framework_file(name)).map(PathBuf::from);
        let config = global.config.clone().unwrap_or_else(|| PathBuf::from(SETTINGS));
        Ok(of_settings.chain(of_flags).chain(frameworks).chain(verification.bundle_verification_key).chain([config]).collect())
    }

    /// Whether not all policies are asked for.
    pub(super) fn narrow(&self) -> bool {
        !self.policy.is_empty() || self.severity.is_some() || !self.framework.is_empty()
    }

    /// The policies of AWS that flags and file choose: what an audit judges by.
    pub(super) fn of_aws(&self, global: &Global) -> anyhow::Result<Chosen> {
        let chosen = self.chosen(global)?;
        let had_some = !chosen.library.policies.is_empty();
        let library = chosen.library.on(&[Platform::Aws]);
        if !library.policies.is_empty() || !library.broken.is_empty() {
            return Ok(Chosen { library, ..chosen });
        }
        Err(usage(if had_some {
            "all policies that are chosen judge Kubernetes objects, and what is read here is AWS: nothing would be checked"
        } else {
            "no policy is left by `--policy`, `--framework` and `--severity`: nothing would be checked"
        }))
    }

    /// What flags and file choose.
    pub(super) fn chosen(&self, global: &Global) -> anyhow::Result<Chosen> {
        self.chosen_of(policy::shipped()?, global)
    }

    /// The same, of what ships and what is added to it.
    pub(super) fn chosen_of(&self, mut library: Library, global: &Global) -> anyhow::Result<Chosen> {
        let (settings, folder) = Settings::load(global)?;
        let mut selection = Selection { ids: Vec::new(), severity: self.severity };
        let key = self.verification.or(&settings, &folder).key()?;
        let of_file = |place: &String| if is_address(place) { place.clone() } else { folder.join(place).display().to_string() };
        let mut places: Vec<String> = settings.policies.iter().map(of_file).collect();
        for name in &self.policy {
            if is_place(name) { places.push(name.clone()) } else { selection.ids.push(name.clone()) }
        }
        let mut before: Option<Sources> = None;
        for place in places {
            let modules = match &before {
                Some(sources) => sources.library_modules(),
                None => library.modules().map(|(file, text)| (file.to_owned(), text.to_owned())).collect(),
            };
            let mut own = Own::read(&place, key.as_ref())?;
            own.sources.modules = modules;
            library = library.with(worker::load(&own.sources)?);
            own.set_parameters(&mut library)?;
            before = Some(own.sources);
        }
        library.set_parameters(&settings.parameters).map_err(usage_of_policy)?;
        let frameworks = self.framework.iter().map(|name| framework(name)).collect::<anyhow::Result<Vec<Framework>>>()?;
        for framework in &frameworks {
            let is_known = |id: &&str| {
                library.policies.iter().any(|policy| policy.id == **id) || library.broken.iter().any(|broken| broken.id == **id)
            };
            if let Some(id) = framework.policies().into_iter().find(|id| !is_known(id)) {
                return Err(usage(format!("framework `{}` names the policy `{id}`, which there is not", framework.id)));
            }
        }
        let policies = library.policies.iter().map(|policy| policy.id.clone());
        let known = policies.chain(library.broken.iter().map(|broken| broken.id.clone())).collect();
        let mut library = library.select(&selection).map_err(usage_of_policy)?;
        if !frameworks.is_empty() {
            let serving: BTreeSet<&str> = frameworks.iter().flat_map(Framework::policies).collect();
            library.policies.retain(|policy| serving.contains(policy.id.as_str()));
            library.broken.retain(|broken| serving.contains(broken.id.as_str()));
        }
        name_broken(&library);
        Ok(Chosen { library, frameworks, known })
    }
}

/// The framework of this id, or of this file.
pub(super) fn framework(name: &str) -> anyhow::Result<Framework> {
    if is_framework_file(name) {
        let text = std::fs::read_to_string(name).with_context(|| format!("cannot read `{name}`"))?;
        return framework::of_text(name, &text).map_err(usage);
    }
    framework::framework(name).map_err(usage)
}

/// Whether a framework is named by its file.
fn is_framework_file(name: &str) -> bool {
    Path::new(name).extension().is_some_and(|extension| extension == "yaml" || extension == "yml")
}

/// The policies of one place alone.
pub(super) fn alone(own: &Own) -> anyhow::Result<Library> {
    let mut library = worker::load(&own.sources)?;
    own.set_parameters(&mut library)?;
    name_broken(&library);
    Ok(library)
}

fn name_broken(library: &Library) {
    for broken in &library.broken {
        tracing::error!("policy `{}` cannot judge: {}", broken.id, broken.reason);
    }
}

/// What is to be read for the policies.
pub(super) fn needs(library: &Library) -> Option<Needs> {
    library.needs().map(owned)
}

/// The properties that are read of each type.
pub(super) fn owned(needs: ByType) -> Needs {
    let owned = |names: BTreeSet<&str>| names.into_iter().map(ToOwned::to_owned).collect();
    needs.into_iter().map(|(name, paths)| (name, paths.properties().map(owned))).collect()
}

/// A policy that does not load is the tool's error; one that is not there is the user's.
fn usage_of_policy(error: PolicyError) -> anyhow::Error {
    match error {
        PolicyError::Unknown { .. } | PolicyError::Parameter { .. } | PolicyError::Empty { .. } => usage(error),
        error => error.into(),
    }
}
