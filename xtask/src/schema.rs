//! Vendors resource schemas: CloudFormation's from the wheel of cfn-lint, which carries the public registry's schemas with their known errors patched, and
//! those of Kubernetes from the wheel of kubernetes-validate, which carries the definitions of each release's OpenAPI document.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};
use serde_json::{Map, Value, json};

use crate::process::{cache, root, run};

/// The release whose schemas are vendored.
const CFN_LINT: &str = "1.58.0";

/// The provider Region whose schemas are taken: every type exists there.
const REGION: &str = "us-east-1";

/// The release whose schemas are vendored; its number is that of the newest Kubernetes that it knows.
const KUBERNETES_VALIDATE: &str = "1.37.0";

/// Keys that nothing reads: prose, and the registry's own handlers.
const DROPPED: [&str; 7] = ["$comment", "$schema", "handlers", "sourceUrl", "documentationUrl", "tagging", "replacementStrategy"];

/// Writes `schemas/aws` and `schemas/kubernetes`, or, with `check`, fails where they are not what would be written.
pub fn generate(check: bool) -> Result<()> {
    let types = fs::read_to_string(root().join("schemas/types.txt"))?;
    // The type of a Kubernetes object is its API version and its kind, with slashes.
    let (kinds, types): (Vec<&str>, Vec<&str>) = types.lines().filter(|line| !line.is_empty()).partition(|name| name.contains('/'));
    put("aws", &cloudformation(&types)?, check)?;
    put("kubernetes", &kubernetes(&kinds)?, check)
}

/// Writes or compares the documents of a folder of schemas, by their types.
fn put(folder: &str, documents: &BTreeMap<&str, Value>, check: bool) -> Result<()> {
    let path = root().join("schemas").join(folder);
    let mut expected = BTreeSet::new();
    let mut stale = Vec::new();
    fs::create_dir_all(&path)?;
    for (type_name, document) in documents {
        let mut text = serde_json::to_string_pretty(document)?;
        text.push('\n');
        let name = format!("{}.json", type_name.replace("::", "-").replace('/', "-"));
        let file = path.join(&name);
        if fs::read_to_string(&file).ok().as_deref() != Some(&text) {
            stale.push(name.clone());
            if !check {
                fs::write(&file, text)?;
            }
        }
        expected.insert(name);
    }
    for entry in fs::read_dir(&path)? {
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
        bail!("stale schemas in `schemas/{folder}`: {}; run `cargo xtask schema`", stale.join(", "));
    }
    println!("{folder}: {} schemas, {} {}", expected.len(), stale.len(), if check { "stale" } else { "written or removed" });
    Ok(())
}

fn cloudformation<'a>(types: &[&'a str]) -> Result<BTreeMap<&'a str, Value>> {
    let schemas = unpack("cfn-lint", CFN_LINT, "cfnlint")?.join("cfnlint/data/schemas");
    let provider = json(&schemas.join(format!("providers/{REGION}.json")))?;
    let mut documents = BTreeMap::new();
    for type_name in types {
        let hash = provider.get(type_name).and_then(Value::as_str).with_context(|| format!("cfn-lint has no `{type_name}`"))?;
        let mut document = json(&schemas.join(format!("resources/{hash}.json")))?;
        strip(&mut document, false);
        documents.insert(*type_name, document);
    }
    Ok(documents)
}

/// Brings the definitions of Kubernetes into the form of the registry: each kind with the definitions that it leads to, without its status.
fn kubernetes<'a>(kinds: &[&'a str]) -> Result<BTreeMap<&'a str, Value>> {
    let folder = unpack("kubernetes-validate", KUBERNETES_VALIDATE, "kubernetes_validate")?;
    let schemas = folder.join("kubernetes_validate/kubernetes-json-schema");
    let mut document = json(&schemas.join(format!("v{KUBERNETES_VALIDATE}-local/_definitions.json")))?;
    let mut definitions: Map<String, Value> =
        document.get_mut("$defs").and_then(Value::as_object_mut).map(std::mem::take).context("the wheel has no definitions")?;
    let mut by_kind = BTreeMap::new();
    for (name, definition) in &definitions {
        for of_kind in definition.get("x-kubernetes-group-version-kind").and_then(Value::as_array).into_iter().flatten() {
            let part = |key: &str| of_kind.get(key).and_then(Value::as_str).unwrap_or_default();
            let (group, version, kind) = (part("group"), part("version"), part("kind"));
            let type_name = if group.is_empty() { format!("{version}/{kind}") } else { format!("{group}/{version}/{kind}") };
            by_kind.insert(type_name, name.clone());
        }
    }
    definitions.values_mut().for_each(|definition| simplify(definition, false));
    let mut documents = BTreeMap::new();
    for type_name in kinds {
        let name = by_kind.get(*type_name).with_context(|| format!("Kubernetes {KUBERNETES_VALIDATE} has no `{type_name}`"))?;
        let mut schema = definitions.get(name).cloned().with_context(|| format!("there is no definition `{name}`"))?;
        if let Some(properties) = schema.get_mut("properties").and_then(Value::as_object_mut) {
            properties.remove("status");
            // Objects of earlier versions are of the type, too.
            if let Some(version) = properties.get_mut("apiVersion").and_then(Value::as_object_mut) {
                version.remove("enum");
            }
        }
        let (mut reached, mut queue) = (Map::new(), Vec::new());
        references(&schema, &mut queue);
        while let Some(name) = queue.pop() {
            let Some(definition) = definitions.get(&name).filter(|_| !reached.contains_key(&name)) else { continue };
            references(definition, &mut queue);
            reached.insert(name, definition.clone());
        }
        if let Some(schema) = schema.as_object_mut() {
            schema.insert("typeName".to_owned(), json!(type_name));
            schema.insert("primaryIdentifier".to_owned(), json!(["/properties/metadata/namespace", "/properties/metadata/name"]));
            schema.insert("definitions".to_owned(), Value::Object(reached));
        }
        documents.insert(*type_name, schema);
    }
    Ok(documents)
}

/// Drops prose and extensions and the null that every property admits, and points references to `definitions`; `names` says that the keys of this object are
/// property names.
fn simplify(value: &mut Value, names: bool) {
    match value {
        Value::Object(object) => {
            if !names {
                object.retain(|key, _| !matches!(key.as_str(), "description" | "format" | "default") && !key.starts_with("x-"));
                if let Some(Value::Array(types)) = object.get_mut("type") {
                    types.retain(|name| *name != "null");
                    if let [one] = types.as_slice() {
                        let one = one.clone();
                        object.insert("type".to_owned(), one);
                    }
                }
                if let Some(Value::Array(values)) = object.get_mut("enum") {
                    values.retain(|value| !value.is_null());
                }
                if let Some(Value::String(reference)) = object.get_mut("$ref") {
                    *reference = reference.replace("#/$defs/", "#/definitions/");
                }
            }
            for (key, value) in object.iter_mut() {
                simplify(value, !names && key == "properties");
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| simplify(item, false)),
        _ => {}
    }
}

/// Adds the definitions that the value refers to.
fn references(value: &Value, found: &mut Vec<String>) {
    match value {
        Value::Object(object) => {
            let name = object.get("$ref").and_then(Value::as_str).and_then(|reference| reference.strip_prefix("#/definitions/"));
            found.extend(name.map(ToOwned::to_owned));
            object.values().for_each(|value| references(value, found));
        }
        Value::Array(items) => items.iter().for_each(|item| references(item, found)),
        _ => {}
    }
}

/// The folder into which a pinned wheel is unpacked, which has the folder `module` then.
fn unpack(package: &str, version: &str, module: &str) -> Result<PathBuf> {
    let folder = cache().join(format!("{package}-{version}"));
    if !folder.join(module).is_dir() {
        fs::create_dir_all(&folder)?;
        run(Command::new("python3")
            .args(["-m", "pip", "download", "--quiet", "--no-deps", "--dest"])
            .arg(&folder)
            .arg(format!("{package}=={version}")))?;
        let wheel = format!("{}-{version}-py3-none-any.whl", package.replace('-', "_"));
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
