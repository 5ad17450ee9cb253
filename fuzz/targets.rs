//! What the fuzzers call, one function a target; `tests/it/fuzz.rs` calls it on the seeds, with a stable compiler.
//! `cargo +nightly fuzz run cloudformation fuzz/corpus/cloudformation fuzz/seeds/cloudformation` runs one of them.
#![allow(dead_code, reason = "each target uses one of them")]

use std::collections::BTreeSet;
use std::io;

use innovate::input::cloudformation::{self, Context, Exports, Parameters, parameter};
use innovate::input::declared::Target;
use innovate::input::helm::Chart;
use innovate::input::{document, kubernetes, snapshot, terraform};

/// YAML and JSON.
pub fn document(bytes: &[u8]) {
    for file in ["any.yaml", "any.json"] {
        for node in document::parse(file, bytes).unwrap_or_default() {
            let _ = node.value();
        }
    }
}

/// Templates; each may nest itself.
pub fn cloudformation(bytes: &[u8]) {
    let (target, parameters, exports, ambiguous) = (Target::default(), Parameters::new(), Exports::default(), BTreeSet::new());
    let load = |name: &str| if name == "inner.yaml" { Ok(bytes.to_vec()) } else { Err(io::ErrorKind::NotFound.into()) };
    let context = Context { target: &target, parameters: &parameters, exports: &exports, ambiguous: &ambiguous, load: &load, stack: None };
    for document in document::parse("any.yaml", bytes).unwrap_or_default() {
        let _ = cloudformation::nested("any.yaml", &document);
        let _ = cloudformation::exports("any.yaml", document.clone(), &context);
        let Ok(declaration) = cloudformation::read("any.yaml", document, &context) else { continue };
        for declared in declaration.resources {
            let _ = declared.origin.locate("/Any/0/Pointer");
        }
    }
}

/// Manifests, and what `helm template` prints.
pub fn kubernetes(bytes: &[u8]) {
    let target = Target::default();
    let documents = document::parse("any.yaml", bytes).unwrap_or_default();
    let declarations = [kubernetes::read("any.yaml", &documents, &target), Chart::default().rendered(bytes, &target)];
    for declared in declarations.into_iter().flatten().flat_map(|declaration| declaration.resources) {
        let _ = declared.origin.locate("/spec/0/any");
    }
}

/// Files of parameters.
pub fn parameters(bytes: &[u8]) {
    let _ = parameter::read("any.json", bytes);
}

/// Snapshots.
pub fn snapshot(bytes: &[u8]) {
    let _ = snapshot::read(bytes);
}

/// Plans and states of Terraform.
pub fn terraform(bytes: &[u8]) {
    let _ = terraform::is_plan(bytes);
    let _ = terraform::read("any.json", bytes, &Target::default());
}
