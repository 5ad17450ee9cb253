//! The texts of policies that did not ship, before anything is made of them.

use std::collections::BTreeMap;
use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::{Broken, PolicyError};

/// Bytes of one file of a folder; what is longer is refused unread.
const MAX_FILE: u64 = 16 << 20;

/// The texts of policies that did not ship.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
pub struct Sources {
    /// File, relative to its folder, and text: policies, their examples, and library modules below `lib/`.
    pub files: BTreeMap<String, String>,
    /// Library modules from elsewhere that they may import; a file of the folder replaces the one of its name.
    pub modules: Vec<(String, String)>,
    /// Files that cannot be taken, and why.
    pub refused: BTreeMap<String, String>,
}

impl Sources {
    /// The texts of a folder. A file that is too long or is no text is refused, with the policy that it belongs to.
    ///
    /// # Errors
    /// The folder cannot be read, or holds no policy.
    pub fn read(folder: &Path) -> Result<Self, PolicyError> {
        let mut sources = Self::default();
        sources.add(folder, folder)?;
        let names = sources.files.keys().chain(sources.refused.keys());
        if names.into_iter().any(|file| is_policy(file)) { Ok(sources) } else { Err(PolicyError::Empty { path: folder.to_owned() }) }
    }

    /// The policies that a refused file belongs to.
    pub fn broken(&self) -> Vec<Broken> {
        self.refused.iter().map(|(file, reason)| Broken { id: id_of(file), reason: format!("{file}: {reason}") }).collect()
    }

    /// The library modules that policies of other folders may import, too.
    pub fn library_modules(&self) -> Vec<(String, String)> {
        let own = self.files.iter().filter(|(file, _)| is_library(file));
        let known: BTreeMap<&String, &String> = self.modules.iter().map(|(file, text)| (file, text)).chain(own).collect();
        known.into_iter().map(|(file, text)| (file.clone(), text.clone())).collect()
    }

    /// The ids of the policies.
    pub fn ids(&self) -> impl Iterator<Item = String> {
        self.files.keys().filter(|file| is_policy(file)).map(|file| id_of(file))
    }

    /// The same with only the policies that are chosen.
    #[must_use]
    pub fn only(&self, choose: impl Fn(&str) -> bool) -> Self {
        let stays = |file: &str| file.starts_with("lib/") || choose(&id_of(file));
        let files = self.files.iter().filter(|(file, _)| stays(file)).map(|(file, text)| (file.clone(), text.clone())).collect();
        Self { files, modules: self.modules.clone(), refused: BTreeMap::new() }
    }

    fn add(&mut self, root: &Path, folder: &Path) -> Result<(), PolicyError> {
        let fail = |source| PolicyError::Read { path: folder.to_owned(), source };
        for entry in std::fs::read_dir(folder).map_err(fail)? {
            let path = entry.map_err(fail)?.path();
            if path.is_dir() {
                self.add(root, &path)?;
            } else if path.extension().is_some_and(|extension| extension == "rego" || extension == "yaml") {
                let name = path.strip_prefix(root).unwrap_or(&path).to_string_lossy().replace('\\', "/");
                match text(&path) {
                    Ok(text) => drop(self.files.insert(name, text)),
                    Err(reason) => drop(self.refused.insert(name, reason)),
                }
            }
        }
        Ok(())
    }
}

/// The text of a file, or why it is not taken.
fn text(path: &Path) -> Result<String, String> {
    let length = std::fs::metadata(path).map_err(|error| error.to_string())?.len();
    if length > MAX_FILE {
        return Err(format!("the file has {length} bytes; at most {MAX_FILE} are taken"));
    }
    std::fs::read_to_string(path).map_err(|error| error.to_string())
}

fn is_module(file: &str) -> bool {
    file.ends_with(".rego") && !file.ends_with("_test.rego")
}

pub(crate) fn is_library(file: &str) -> bool {
    is_module(file) && file.starts_with("lib/")
}

pub(crate) fn is_policy(file: &str) -> bool {
    is_module(file) && !file.starts_with("lib/")
}

/// The id that the path of a policy gives it.
pub(crate) fn id_of(file: &str) -> String {
    file.trim_end_matches(".rego").trim_end_matches(".yaml").replace('/', ".")
}
