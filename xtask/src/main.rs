//! Maintenance of the project: `cargo xtask schema` vendors the schemas, `cargo xtask test` runs every check and test,
//! `cargo xtask bench` the benchmarks; `cargo xtask record`
//! records the example.

mod process;
mod schema;
mod test;

use anyhow::{Result, bail};

const USAGE: &str = "usage: cargo xtask <command>

  schema [--check]   write schemas/aws and schemas/kubernetes from pinned wheels; --check only compares
  test               formatting, lints, generated files, and all tests, with the servers that they need
  bench              the benchmarks, with the servers that they need
  record             write examples/organization.snapshot anew";

fn main() -> Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        ["schema"] => schema::generate(false),
        ["schema", "--check"] => schema::generate(true),
        ["test"] => test::run(),
        ["bench"] => test::bench(),
        ["record"] => test::record(),
        _ => bail!(USAGE),
    }
}
