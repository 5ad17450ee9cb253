//! The policies that ship with the program, and all of `innovate_policy`.

use std::borrow::Cow;

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
    let modules = FOLDER.get_dir("lib").into_iter().flat_map(Dir::files);
    let modules = modules.filter_map(|file| Some((file.path().to_str()?.replace('\\', "/"), file.contents_utf8()?)));
    let modules = modules.filter(|(file, _)| file.ends_with(".rego") && !file.ends_with("_test.rego"));
    let modules = modules.map(|(file, text)| (file, Cow::Borrowed(text))).collect();
    Library::unpack(PACKED, modules, |file| FOLDER.get_file(file)?.contents_utf8())
}
