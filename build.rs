//! Compiles the policies that ship: a start of the program then neither parses nor compiles them, and a policy that does not compile
//! ends the build with its file, line and column.

use std::error::Error;
use std::path::{Path, PathBuf};

use innovate_policy::Library;

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed=policies");
    let packed = Library::only(Path::new("policies"))?.pack()?;
    let folder = std::env::var_os("OUT_DIR").ok_or("cargo sets OUT_DIR")?;
    std::fs::write(PathBuf::from(folder).join("policies.bin"), packed)?;
    Ok(())
}
