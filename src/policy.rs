//! The policies that ship with the program, and all of `innovate_policy`.

use std::borrow::Cow;
use std::collections::BTreeMap;

pub use innovate_policy::*;

/// The files of the folder, each a name and its text; what is judged by is [`PACKED`].
static TEXTS: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/texts.rs"));

/// The same folder as the build script compiled it.
static PACKED: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/policies.bin"));

/// The policies that ship with the program.
///
/// # Errors
/// They are not of this build, which the build script rules out.
pub fn shipped() -> Result<Library, PolicyError> {
    let texts: BTreeMap<&str, &'static str> = TEXTS.iter().copied().collect();
    let modules = texts.iter().filter(|(file, _)| file.starts_with("lib/") && file.ends_with(".rego") && !file.ends_with("_test.rego"));
    let modules = modules.map(|(file, text)| ((*file).to_owned(), Cow::Borrowed(*text))).collect();
    Library::unpack(PACKED, modules, |file| texts.get(file).copied())
}

/// The files of unit tests that ship, each a name and its text.
pub fn shipped_tests() -> Vec<(String, String)> {
    let tests = TEXTS.iter().filter(|(file, _)| file.ends_with("_test.rego"));
    tests.map(|(file, text)| ((*file).to_owned(), (*text).to_owned())).collect()
}
