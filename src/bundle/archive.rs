//! The file of a bundle: a gzipped tar, of which nothing is believed.

use std::collections::BTreeMap;
use std::io::{self, Read};
use std::path::Path;

use flate2::read::GzDecoder;
use flate2::{Compression, GzBuilder};
use tar::{Archive, Builder, EntryType, Header};

use super::{BundleError, Files, MANIFEST, Manifest, SIGNATURES, SigningKey};

/// Bytes of a bundle as it comes.
pub const MOST_PACKED: u64 = 64 << 20;

/// Bytes of all that a bundle unpacks to.
const MOST_UNPACKED: u64 = 256 << 20;

/// Bytes of one file in a bundle.
const MOST_OF_FILE: u64 = 16 << 20;

/// Files in a bundle.
const MOST_FILES: usize = 20_000;

/// Fails where more is read than it may, as what a few bytes unpack to has no end.
struct Bounded<R> {
    inner: R,
    left: u64,
}

impl<R: Read> Read for Bounded<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(buffer)?;
        let length = u64::try_from(count).unwrap_or(u64::MAX);
        self.left =
            self.left.checked_sub(length).ok_or_else(|| io::Error::other(format!("it unpacks to more than {MOST_UNPACKED} bytes")))?;
        Ok(count)
    }
}

/// The files of a bundle.
pub(super) fn unpack(name: &str, bytes: &[u8]) -> Result<Files, BundleError> {
    let fail = |reason: String| BundleError::Archive { name: name.to_owned(), reason };
    let failed = |error: io::Error| fail(format!("{error}"));
    if u64::try_from(bytes.len()).unwrap_or(u64::MAX) > MOST_PACKED {
        return Err(fail(format!("it has {} bytes; at most {MOST_PACKED} are taken", bytes.len())));
    }
    let mut archive = Archive::new(Bounded { inner: GzDecoder::new(bytes), left: MOST_UNPACKED });
    let mut files = Files::new();
    for (number, entry) in archive.entries().map_err(failed)?.enumerate() {
        let mut entry = entry.map_err(failed)?;
        if number >= MOST_FILES {
            return Err(fail(format!("it holds more than {MOST_FILES} files")));
        }
        let path = entry.path_bytes().into_owned();
        let shown = String::from_utf8_lossy(&path).into_owned();
        let file = sound(&path).ok_or_else(|| fail(format!("`{}` is no name of a file in a bundle", shown.escape_debug())))?;
        match entry.header().entry_type() {
            // `git archive` begins with what is of no file.
            EntryType::Directory | EntryType::XGlobalHeader => continue,
            EntryType::Regular => {}
            other => return Err(fail(format!("`{file}` is no plain file but {other:?}, which is not taken"))),
        }
        if entry.size() > MOST_OF_FILE {
            return Err(fail(format!("`{file}` has {} bytes; at most {MOST_OF_FILE} are taken", entry.size())));
        }
        let mut content = Vec::new();
        entry.read_to_end(&mut content).map_err(failed)?;
        if files.insert(file.clone(), content).is_some() {
            return Err(fail(format!("`{file}` is there twice")));
        }
    }
    if files.is_empty() { Err(fail("it holds no files".to_owned())) } else { Ok(files) }
}

/// The name without the slash that OPA begins names with; none where it could mean a place outside of the bundle.
fn sound(path: &[u8]) -> Option<String> {
    let text = std::str::from_utf8(path).ok()?;
    let name = text.strip_prefix("./").or_else(|| text.strip_prefix('/')).unwrap_or(text);
    let name = name.strip_suffix('/').unwrap_or(name);
    if name.is_empty() && (text == "./" || text == "/") || name == "." {
        return Some(String::new());
    }
    let is_sound =
        |step: &str| !step.is_empty() && step != "." && step != ".." && !step.contains(['\\', ':']) && !step.contains(char::is_control);
    name.split('/').all(is_sound).then(|| name.to_owned())
}

/// The files of a folder that holds those of a bundle.
pub(super) fn read(folder: &Path) -> Result<Files, String> {
    let mut files = Files::new();
    let mut left = vec![folder.to_owned()];
    let (mut total, failed) = (0, |path: &Path, error: io::Error| format!("`{}`: {error}", path.display()));
    while let Some(next) = left.pop() {
        for entry in std::fs::read_dir(&next).map_err(|error| failed(&next, error))? {
            let entry = entry.map_err(|error| failed(&next, error))?;
            let path = entry.path();
            let kind = entry.metadata().map_err(|error| failed(&path, error))?;
            let name = path.strip_prefix(folder).unwrap_or(&path).to_string_lossy().replace('\\', "/");
            if kind.is_dir() {
                left.push(path);
                continue;
            }
            if !kind.is_file() {
                return Err(format!("`{name}` is no plain file, which is not taken"));
            }
            total += kind.len();
            if kind.len() > MOST_OF_FILE || total > MOST_UNPACKED || files.len() >= MOST_FILES {
                return Err(format!(
                    "`{name}` is more than is taken: {MOST_OF_FILE} bytes a file, {MOST_UNPACKED} in all, {MOST_FILES} files"
                ));
            }
            files.insert(name, std::fs::read(&path).map_err(|error| failed(&path, error))?);
        }
    }
    Ok(files)
}

/// A bundle of the files, which are those of a folder of policies and of its data, signed where there is a key. The same files give the same bytes, but for the
/// signatures of ECDSA.
///
/// # Errors
/// The key cannot sign, or a file of data does not parse.
pub fn pack(files: &BTreeMap<String, Vec<u8>>, revision: &str, key: Option<&SigningKey>) -> Result<Vec<u8>, BundleError> {
    let fail = |reason: String| BundleError::Archive { name: "the bundle".to_owned(), reason };
    let mut files = files.clone();
    let manifest = Manifest { revision: revision.to_owned(), roots: Some(vec![String::new()]), rego_version: Some(1) };
    files.insert(MANIFEST.to_owned(), serde_json::to_vec(&manifest).map_err(|error| fail(error.to_string()))?);
    if let Some(key) = key {
        let signatures = key.sign(&files).map_err(fail)?;
        files.insert(SIGNATURES.to_owned(), signatures);
    }
    let write = || -> io::Result<Vec<u8>> {
        let mut builder = Builder::new(GzBuilder::new().write(Vec::new(), Compression::best()));
        for (name, content) in &files {
            let mut header = Header::new_ustar();
            header.set_entry_type(EntryType::Regular);
            header.set_mode(0o644);
            header.set_mtime(0);
            header.set_size(u64::try_from(content.len()).unwrap_or(u64::MAX));
            builder.append_data(&mut header, name, content.as_slice())?;
        }
        builder.into_inner()?.finish()
    };
    write().map_err(|error| fail(error.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_stay_within_the_bundle() {
        for (path, expected) in [
            ("/aws/it.rego", Some("aws/it.rego")),
            ("./aws/it.rego", Some("aws/it.rego")),
            ("aws/", Some("aws")),
            ("./", Some("")),
            ("../it.rego", None),
            ("aws/../../it.rego", None),
            ("//etc/passwd", None),
            ("aws//it.rego", None),
            ("C:\\it.rego", None),
            ("aws/it\n.rego", None),
            ("", None),
        ] {
            assert_eq!(sound(path.as_bytes()).as_deref(), expected, "{path}");
        }
        assert_eq!(sound(b"\xff"), None);
    }
}
