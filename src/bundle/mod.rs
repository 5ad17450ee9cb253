//! Policies in one file: bundles in OPA's form (<https://www.openpolicyagent.org/docs/management-bundles>), a gzipped tar with a `.manifest` and, where it is
//! signed, a `.signatures.json`. Nothing of a bundle is written to disk, and nothing of it is looked at before its signature is verified.

mod archive;
mod signature;

use std::collections::BTreeMap;
use std::path::Path;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::policy::Sources;

pub use archive::{MOST_PACKED, pack};
pub use signature::{SigningKey, VerificationKey};

const MANIFEST: &str = ".manifest";
const SIGNATURES: &str = ".signatures.json";

/// The file of data of a bundle that is signed by what it means, and not by its bytes.
const DATA: [&str; 2] = ["data.json", "data.yaml"];

/// A bundle that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum BundleError {
    /// Not a gzipped tar of a form that is taken.
    #[error("`{name}` is no bundle that can be taken: {reason}")]
    Archive {
        /// The bundle.
        name: String,
        /// What is wrong.
        reason: String,
    },
    /// A file in it is wrong.
    #[error("bundle `{name}`: `{file}`: {reason}")]
    File {
        /// The bundle.
        name: String,
        /// The file in it.
        file: String,
        /// What is wrong.
        reason: String,
    },
    /// There is a key to verify by, and the signature is missing or wrong.
    #[error("bundle `{name}` is refused: {reason}")]
    Signature {
        /// The bundle.
        name: String,
        /// What is wrong.
        reason: String,
    },
    /// A key that cannot be used.
    #[error("`{file}` is no key that can be used: {reason}")]
    Key {
        /// The file of the key.
        file: String,
        /// What is wrong, and what to do.
        reason: String,
    },
}

/// What a `.manifest` says.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
pub struct Manifest {
    /// The revision; empty where there is none.
    #[serde(default)]
    pub revision: String,
    /// The paths that the bundle is about; none for all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub roots: Option<Vec<String>>,
    /// The version of Rego: 1, or 0 for what came before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rego_version: Option<u8>,
}

/// What a bundle holds.
#[derive(Clone, Debug, Default)]
pub struct Bundle {
    /// Its revision; empty where it has none.
    pub revision: String,
    /// The policies, their examples and the library modules.
    pub sources: Sources,
    /// Policy → parameter → value, from `innovate.parameters` of its data.
    pub parameters: BTreeMap<String, Map<String, Value>>,
    /// Whether its data has anything else, which no policy can read.
    pub has_other_data: bool,
}

/// Files by name, without a leading slash.
type Files = BTreeMap<String, Vec<u8>>;

impl Bundle {
    /// A bundle from the bytes of its file, verified by the key where there is one. `name` is how errors call it.
    ///
    /// # Errors
    /// The signature is missing or wrong, or the archive is not one that is taken.
    pub fn unpack(name: &str, bytes: &[u8], key: Option<&VerificationKey>) -> Result<Self, BundleError> {
        Self::of(name, archive::unpack(name, bytes)?, key)
    }

    /// A bundle from a folder that holds its files, likewise.
    ///
    /// # Errors
    /// As [`Bundle::unpack`], or the folder cannot be read.
    pub fn read(folder: &Path, key: Option<&VerificationKey>) -> Result<Self, BundleError> {
        let name = folder.display().to_string();
        let files = archive::read(folder).map_err(|reason| BundleError::Archive { name: name.clone(), reason })?;
        Self::of(&name, files, key)
    }

    /// Whether a folder holds the files of a bundle.
    pub fn is_in(folder: &Path) -> bool {
        folder.join(MANIFEST).exists() || folder.join(SIGNATURES).exists()
    }

    fn of(name: &str, mut files: Files, key: Option<&VerificationKey>) -> Result<Self, BundleError> {
        let signatures = files.remove(SIGNATURES);
        if let Some(key) = key {
            let signature = |reason| BundleError::Signature { name: name.to_owned(), reason };
            let signatures =
                signatures.ok_or_else(|| signature(format!("it has no `{SIGNATURES}`, and there is a key to verify it by")))?;
            key.verify(&signatures, &files).map_err(signature)?;
        }
        let fail = |file: &str, reason: String| BundleError::File { name: name.to_owned(), file: file.to_owned(), reason };
        let manifest: Manifest = match files.remove(MANIFEST) {
            Some(bytes) => serde_json::from_slice(&bytes).map_err(|error| fail(MANIFEST, error.to_string()))?,
            None => Manifest::default(),
        };
        if manifest.rego_version == Some(0) {
            return Err(fail(MANIFEST, "its policies are in Rego v0, which is not taken; rewrite them by `opa fmt --v0-v1`".to_owned()));
        }
        let mut bundle = Self { revision: manifest.revision.clone(), ..Self::default() };
        let mut texts = BTreeMap::new();
        for (file, bytes) in files {
            if is_data(&file) {
                bundle.data(&file, &bytes, &manifest).map_err(|reason| fail(&file, reason))?;
            } else if file.ends_with(".rego") || file.ends_with(".yaml") {
                let text = String::from_utf8(bytes).map_err(|error| fail(&file, format!("it is no UTF-8 text: {error}")))?;
                texts.insert(file, text);
            }
        }
        let folder = folder(&texts);
        for (file, text) in texts {
            let path = package(&text).map(|package| package.replace('.', "/"));
            if file.ends_with(".rego")
                && let Some(path) = path.filter(|path| !manifest.owns(path))
            {
                return Err(fail(&file, format!("the roots of the manifest do not have `{path}`")));
            }
            bundle.sources.files.insert(file.strip_prefix(&folder).unwrap_or(&file).to_owned(), text);
        }
        Ok(bundle)
    }

    /// Takes the parameters out of a file of data.
    fn data(&mut self, file: &str, bytes: &[u8], manifest: &Manifest) -> Result<(), String> {
        let mut value = parsed(file, bytes)?;
        for step in file.rsplit('/').skip(1) {
            value = Value::Object(Map::from_iter([(step.to_owned(), value)]));
        }
        let Value::Object(mut members) = value else { return Err("it is no object".to_owned()) };
        if let Some(Value::Object(mut own)) = members.remove("innovate") {
            if let Some(parameters) = own.remove("parameters") {
                if !manifest.owns("innovate/parameters") {
                    return Err("the roots of the manifest do not have `innovate/parameters`".to_owned());
                }
                let parameters: BTreeMap<String, Map<String, Value>> =
                    serde_json::from_value(parameters).map_err(|error| format!("`innovate.parameters`: {error}"))?;
                self.parameters.extend(parameters);
            }
            self.has_other_data |= !own.is_empty();
        }
        self.has_other_data |= !members.is_empty();
        Ok(())
    }
}

impl Manifest {
    /// Whether a path lies below one of the roots.
    fn owns(&self, path: &str) -> bool {
        let Some(roots) = &self.roots else { return true };
        roots
            .iter()
            .map(|root| root.trim_matches('/'))
            .any(|root| root.is_empty() || path.strip_prefix(root).is_some_and(|rest| rest.is_empty() || rest.starts_with('/')))
    }
}

fn is_data(file: &str) -> bool {
    DATA.contains(&base(file))
}

/// Whether a file is signed by what it means, and not by its bytes.
fn is_structured(file: &str) -> bool {
    is_data(file) || base(file) == MANIFEST
}

fn base(file: &str) -> &str {
    file.rsplit('/').next().unwrap_or(file)
}

fn parsed(file: &str, bytes: &[u8]) -> Result<Value, String> {
    if file.ends_with(".yaml") {
        serde_saphyr::from_slice(bytes).map_err(|error| error.to_string())
    } else {
        serde_json::from_slice(bytes).map_err(|error| error.to_string())
    }
}

/// The package that a text says it is, without a look at its syntax.
fn package(text: &str) -> Option<&str> {
    text.lines().find_map(|line| line.strip_prefix("package ")).map(str::trim)
}

/// The folder that all modules are in, as far as their packages do not name it: what was given to `opa build`. Empty, or with a slash at its end.
fn folder(texts: &BTreeMap<String, String>) -> String {
    let mut folders = texts.iter().filter(|(file, _)| file.ends_with(".rego")).map(|(file, text)| {
        let path = format!("{}.rego", package(text)?.replace('.', "/"));
        file.strip_suffix(&path).filter(|folder| folder.is_empty() || folder.ends_with('/'))
    });
    match folders.next() {
        Some(Some(first)) if folders.all(|folder| folder == Some(first)) => first.to_owned(),
        _ => String::new(),
    }
}
