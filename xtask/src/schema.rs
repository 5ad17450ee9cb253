//! Vendors CloudFormation resource schemas from the wheel of cfn-lint, which carries the public registry's schemas with their known errors patched.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, bail};
use serde_json::Value;

use crate::process::{cache, root, run};

/// The release whose schemas are vendored.
const CFN_LINT: &str = "1.58.0";

/// The provider Region whose schemas are taken: every type exists there.
const REGION: &str = "us-east-1";

/// Keys that nothing reads: prose, and the registry's own handlers.
const DROPPED: [&str; 7] = ["$comment", "$schema", "handlers", "sourceUrl", "documentationUrl", "tagging", "replacementStrategy"];

/// Writes `schemas/aws`, or, with `check`, fails where it is not what would be written.
pub fn generate(check: bool) -> Result<()> {
    let schemas = unpack()?.join("cfnlint/data/schemas");
    let provider = json(&schemas.join(format!("providers/{REGION}.json")))?;
    let folder = root().join("schemas/aws");
    let types = fs::read_to_string(root().join("schemas/types.txt"))?;
    let mut expected = BTreeSet::new();
    let mut stale = Vec::new();
    fs::create_dir_all(&folder)?;
    for type_name in types.lines().filter(|line| !line.is_empty()) {
        let hash = provider.get(type_name).and_then(Value::as_str).with_context(|| format!("cfn-lint has no `{type_name}`"))?;
        let mut document = json(&schemas.join(format!("resources/{hash}.json")))?;
        strip(&mut document, false);
        let mut text = serde_json::to_string_pretty(&document)?;
        text.push('\n');
        let name = format!("{}.json", type_name.replace("::", "-"));
        let path = folder.join(&name);
        expected.insert(name.clone());
        if fs::read_to_string(&path).ok().as_deref() != Some(&text) {
            stale.push(name);
            if !check {
                fs::write(&path, text)?;
            }
        }
    }
    for entry in fs::read_dir(&folder)? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        if !expected.contains(&name) {
            if !check {
                fs::remove_file(entry.path())?;
            }
            stale.push(name);
        }
    }
    if check && !stale.is_empty() {
        bail!("stale schemas: {}; run `cargo xtask schema`", stale.join(", "));
    }
    println!("{} schemas, {} {}", expected.len(), stale.len(), if check { "stale" } else { "written or removed" });
    Ok(())
}

fn unpack() -> Result<std::path::PathBuf> {
    let folder = cache().join(format!("cfn-lint-{CFN_LINT}"));
    if !folder.join("cfnlint").is_dir() {
        fs::create_dir_all(&folder)?;
        run(Command::new("python3")
            .args(["-m", "pip", "download", "--quiet", "--no-deps", "--dest"])
            .arg(&folder)
            .arg(format!("cfn-lint=={CFN_LINT}")))?;
        let wheel = format!("cfn_lint-{CFN_LINT}-py3-none-any.whl");
        run(Command::new("python3").args(["-m", "zipfile", "-e"]).arg(folder.join(wheel)).arg(&folder))?;
    }
    Ok(folder)
}

fn json(path: &Path) -> Result<Value> {
    let text = fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
    Ok(serde_json::from_str(&text)?)
}

/// Drops what nothing reads; `names` says that the keys of this object are property names.
fn strip(value: &mut Value, names: bool) {
    match value {
        Value::Object(object) => {
            if !names {
                object.retain(|key, value| {
                    !(DROPPED.contains(&key.as_str()) || (matches!(key.as_str(), "description" | "title") && value.is_string()))
                });
            }
            for (key, value) in object.iter_mut() {
                strip(value, !names && matches!(key.as_str(), "properties" | "definitions" | "patternProperties"));
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| strip(item, false)),
        _ => {}
    }
}
