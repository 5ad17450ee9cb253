//! The policies that ship with the program, and all of `innovate_policy`.

use std::borrow::Cow;
use std::collections::BTreeMap;

use include_dir::{Dir, include_dir};

pub use innovate_policy::*;

/// The folder, for the texts; what is judged by is [`PACKED`].
static FOLDER: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/policies");

/// The same folder as the build script compiled it.
static PACKED: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/policies.bin"));

/// The policies that ship with the program.
///
/// # Errors
/// They are not of this build, which the build script rules out.
pub fn shipped() -> Result<Library, PolicyError> {
    let texts = texts();
    let modules = texts.iter().filter(|(file, _)| file.starts_with("lib/") && file.ends_with(".rego") && !file.ends_with("_test.rego"));
    let modules = modules.map(|(file, text)| (file.clone(), Cow::Borrowed(*text))).collect();
    Library::unpack(PACKED, modules, |file| texts.get(file).copied())
}

/// The files of unit tests that ship, each a name and its text.
pub fn shipped_tests() -> Vec<(String, String)> {
    texts().into_iter().filter(|(file, _)| file.ends_with("_test.rego")).map(|(file, text)| (file, text.to_owned())).collect()
}

/// The texts of the folder by file. A walk, as a look-up by path in an included folder compares it with every file there.
fn texts() -> BTreeMap<String, &'static str> {
    let mut texts = BTreeMap::new();
    let mut folders = vec![&FOLDER];
    while let Some(folder) = folders.pop() {
        folders.extend(folder.dirs());
        for file in folder.files() {
            if let (Some(path), Some(text)) = (file.path().to_str(), file.contents_utf8()) {
                texts.insert(path.replace('\\', "/"), text);
            }
        }
    }
    texts
}
