//! `innovate explain`.

use std::io::{self, Write};
use std::path::PathBuf;

use clap::Args;
use innovate_model::{Resource, World};
use serde_json::{Map, Value};

use super::audit::read_snapshot;
use super::settings::Policies;
use super::{Exit, Global, usage, worker};
use crate::engine::{self, Basis, Change};
use crate::finding::Verdict;
use crate::policy::{Library, Policy, Selection};

/// Lines that are shown of one value.
const MOST_LINES: usize = 4;

#[derive(Args, Debug)]
pub(super) struct Arguments {
    /// The policy's id.
    #[arg(value_name = "POLICY")]
    id: String,
    /// The resource: its id or ARN; `TYPE/ID` where several types have the id.
    resource: String,
    /// The file that holds the resource.
    #[arg(long, value_name = "FILE")]
    snapshot: PathBuf,
    /// The account of the resource, where several have one of this id.
    #[arg(long, value_name = "ID")]
    account: Option<String>,
    /// The Region of the resource, likewise.
    #[arg(long, value_name = "REGION")]
    region: Option<String>,
    #[command(flatten)]
    policies: Policies,
}

pub(super) fn run(arguments: &Arguments, global: &Global) -> anyhow::Result<Exit> {
    let library = arguments.policies.library(global)?;
    let chosen = library.clone().select(&Selection { ids: vec![arguments.id.clone()], severity: None }).map_err(usage)?;
    let [policy] = chosen.policies.as_slice() else {
        return Err(usage(format!("`{}` names several policies; give the id of one", arguments.id)));
    };
    let world = read_snapshot(&arguments.snapshot)?;
    let resource = find(&world, policy, arguments)?;
    let text = if library.ships() {
        explanation(&world, &library, policy, resource)?
    } else {
        let place = world.resources.iter().position(|known| known.order() == resource.order()).unwrap_or_default();
        worker::explain(&world, &library, &policy.id, place)?
    };
    let Some(text) = text else {
        return Err(usage(format!("`{}` does not judge {} `{}`", policy.id, resource.type_name, resource.id)));
    };
    io::stdout().lock().write_all(text.as_bytes())?;
    Ok(Exit::Clean)
}

/// The explanation of the verdict of the policy on the resource, for people; none where it does not judge it.
pub(super) fn explanation(world: &World, library: &Library, policy: &Policy, resource: &Resource) -> anyhow::Result<Option<String>> {
    let Some(explanation) = engine::explain(world, library, policy, resource)? else { return Ok(None) };
    let mut text = Vec::new();
    let out = &mut text;
    writeln!(
        out,
        "{}: {} on {} `{}` ({}, {})",
        explanation.verdict, policy.id, resource.type_name, resource.id, resource.account, resource.region
    )?;
    for denial in &explanation.denials {
        writeln!(out, "  {} {}", denial.path, denial.message)?;
    }
    if explanation.basis.is_empty() {
        writeln!(out, "\nNo single value decides it.")?;
    } else {
        writeln!(out, "\nIt rests on:")?;
    }
    for basis in &explanation.basis {
        show(basis, resource, policy, out)?;
    }
    if let Some(changes) = &explanation.remedy {
        writeln!(out, "\nThe smallest change that makes it pass, and no other policy fail:\n{}", serde_json::to_string_pretty(changes)?)?;
        let properties = snippet(resource, changes);
        if !properties.is_empty() {
            let template = serde_json::json!({ "Type": resource.type_name, "Properties": properties });
            writeln!(out, "\nIn a CloudFormation template:\n{}", serde_json::to_string_pretty(&template)?)?;
        }
    } else if explanation.verdict == Verdict::Fail {
        writeln!(
            out,
            "\nNo one or two changes of what it compares with constants make it pass; see `innovate policy show {}`.",
            policy.id
        )?;
    }
    Ok(Some(String::from_utf8(text)?))
}

/// The one resource that is meant.
fn find<'a>(world: &'a World, policy: &Policy, arguments: &Arguments) -> anyhow::Result<&'a Resource> {
    let (name, account, region) = (&arguments.resource, arguments.account.as_ref(), arguments.region.as_ref());
    let is_meant = |resource: &&Resource| {
        let named =
            resource.id == *name || resource.arn.as_ref() == Some(name) || format!("{}/{}", resource.type_name, resource.id) == *name;
        named && account.is_none_or(|account| *account == resource.account) && region.is_none_or(|region| *region == resource.region)
    };
    let found: Vec<&Resource> = world.resources.iter().filter(is_meant).collect();
    let judged: Vec<&Resource> =
        found.iter().copied().filter(|resource| policy.metadata.custom.resource_types.contains(&resource.type_name)).collect();
    match (judged.as_slice(), found.as_slice()) {
        ([one], _) | ([], [one]) => Ok(one),
        ([], []) => Err(usage(format!("no resource `{name}` in the snapshot"))),
        (several, _) => {
            let places: Vec<String> = several
                .iter()
                .map(|resource| format!("{}/{} ({}, {})", resource.type_name, resource.id, resource.account, resource.region))
                .collect();
            Err(usage(format!("`{name}` names several resources; narrow it by `--account` and `--region`: {}", places.join(", "))))
        }
    }
}

fn show(basis: &Basis<'_>, resource: &Resource, policy: &Policy, out: &mut impl Write) -> io::Result<()> {
    let own = basis.resource.order() == resource.order();
    let of = if own { String::new() } else { format!("{} `{}` ", basis.resource.type_name, basis.resource.id) };
    let what = if basis.pointer.is_empty() { "being there".to_owned() } else { basis.pointer.clone() };
    let value = match &basis.value {
        Some(value) => format!(" = {value}"),
        None if basis.pointer.is_empty() => String::new(),
        None => " is absent".to_owned(),
    };
    writeln!(out, "  {of}{what}{value}{}", origin(basis))?;
    // Lines of the policy itself say more than those of the library.
    let mut lines: Vec<(bool, &str, u32)> =
        basis.places.iter().map(|place| (*place.file != *policy.file, place.file.as_ref(), place.line)).collect();
    lines.sort_unstable();
    lines.dedup();
    for (_, file, number) in lines.into_iter().take(MOST_LINES) {
        let line = usize::try_from(number).unwrap_or_default().saturating_sub(1);
        let text = policy.text_of(file).and_then(|text| text.lines().nth(line)).unwrap_or_default();
        writeln!(out, "    {file}:{number}  {}", text.trim())?;
    }
    Ok(())
}

/// The operation that told the value.
#[cfg(feature = "aws")]
fn origin(basis: &Basis<'_>) -> String {
    let definitions = innovate_aws::definitions();
    let first = basis.pointer.split('/').nth(1).unwrap_or_default();
    let of_type = definitions.iter().find(|definition| definition.type_name == basis.resource.type_name);
    let facet = of_type.and_then(|definition| definition.facets().find(|facet| first.is_empty() || facet.properties.contains(&first)));
    facet.map(|facet| format!("  (from {})", facet.action)).unwrap_or_default()
}

#[cfg(not(feature = "aws"))]
fn origin(_basis: &Basis<'_>) -> String {
    String::new()
}

/// The changed properties as a template has them.
fn snippet(resource: &Resource, changes: &[Change]) -> Map<String, Value> {
    let mut changed = resource.clone();
    changes.iter().for_each(|change| changed.put(&change.path, change.value.clone()));
    let mut properties = Map::new();
    for change in changes {
        let top = change.path.split('/').nth(1).unwrap_or_default();
        if let Some(value) = changed.properties.get(top) {
            properties.insert(top.to_owned(), value.clone());
        }
    }
    properties
}
