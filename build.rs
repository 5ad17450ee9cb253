//! Compiles the policies that ship: a start of the program then neither parses nor compiles them, and a policy that does not compile
//! ends the build with its file, line and column. Their texts are listed as texts, so that a start does not look through them either.

use std::error::Error;
use std::fmt::Write;
use std::path::{Path, PathBuf};

use innovate_policy::Library;

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed=policies");
    let packed = Library::only(Path::new("policies"))?.pack()?;
    let folder = std::env::var_os("OUT_DIR").ok_or("cargo sets OUT_DIR")?;
    let folder = PathBuf::from(folder);
    std::fs::write(folder.join("policies.bin"), packed)?;
    let root = std::path::absolute("policies")?;
    let mut files = Vec::new();
    find(&root, &mut files)?;
    files.sort();
    let mut texts = String::from("&[");
    for file in files {
        let name = file.strip_prefix(&root)?.to_string_lossy().replace('\\', "/");
        write!(texts, "({name:?}, include_str!({:?})),", file.to_str().ok_or("a path is no text")?)?;
    }
    std::fs::write(folder.join("texts.rs"), texts + "]")?;
    Ok(())
}

/// Adds the Rego and YAML in a folder and those below it.
fn find(folder: &Path, files: &mut Vec<PathBuf>) -> std::io::Result<()> {
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            find(&path, files)?;
        } else if path.extension().is_some_and(|ending| ending == "rego" || ending == "yaml") {
            files.push(path);
        }
    }
    Ok(())
}
