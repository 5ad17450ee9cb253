//! `innovate policy lint`.

use std::collections::BTreeSet;
use std::io::{self, Write};

use super::{Chosen, exit, filled};
use crate::command::{Exit, Global, worker};
use crate::engine::{self, Lint};
use crate::policy;

pub(super) fn run(chosen: &Chosen, global: &Global) -> anyhow::Result<Exit> {
    let own = chosen.own(global)?;
    let library = chosen.library(own.as_ref(), global)?;
    let filled = filled();
    let mut lints: BTreeSet<Lint> = worker::lint(&library)?;
    for policy in &library.of_origin(true) {
        lints.extend(engine::lint(policy, filled.as_ref())?);
    }
    if chosen.folder.is_none() {
        for (file, text) in policy::shipped()?.modules() {
            lints.extend(engine::lint_module(file, text)?);
        }
    }
    lints.extend(engine::lint_library(&library));
    if let Some(own) = own.as_ref().filter(|_| chosen.ids.is_empty()) {
        lints.extend(engine::lint_files(own.sources.files.keys()));
    }
    let files = own.iter().flat_map(|own| &own.sources.files);
    for broken in &library.broken {
        let is_its = |file: &str| file.strip_suffix(".rego").is_some_and(|file| file.replace('/', ".") == broken.id);
        let source = files.clone().find(|(file, _)| is_its(file)).map(|(_, text)| text.as_str());
        lints.insert(engine::lint_broken(broken, source.unwrap_or_default()));
    }
    let mut out = io::stdout().lock();
    for lint in &lints {
        writeln!(out, "{lint}")?;
    }
    let left_out = if filled.is_some() { "" } else { "; this build reads nothing live, so what handlers fill was left out" };
    writeln!(out, "{} policies, {} problems{left_out}", library.policies.len(), lints.len())?;
    Ok(exit(&library, lints.is_empty()))
}
