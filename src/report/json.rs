//! The JSON report, of the form that `schemas/report.json` describes.

use std::io::{self, Write};

use innovate_model::Calls;
use serde::ser::{Error, SerializeSeq};
use serde::{Serialize, Serializer};

use super::Report;
use super::control::{Summary, summary};
use crate::engine::{Findings, Ledger};

/// The version of the form; a change that readers must know of raises it.
const SCHEMA: &str = "innovate-report/1";

#[derive(Serialize)]
struct Document<'a> {
    schema: &'static str,
    run: Run<'a>,
    findings: All<'a>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    frameworks: Vec<Summary<'a>>,
    ledger: &'a Ledger,
}

#[derive(Serialize)]
struct Run<'a> {
    version: &'static str,
    read_at: &'a str,
    caller: &'a str,
    organization: Option<&'a str>,
    accounts: Vec<AccountRun<'a>>,
    policies: usize,
    calls: Option<&'a Calls>,
}

#[derive(Serialize)]
struct AccountRun<'a> {
    id: &'a str,
    name: Option<&'a str>,
    status: &'a str,
    regions: &'a [String],
}

/// The findings, one by one from wherever they are.
struct All<'a>(&'a Findings);

impl Serialize for All<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut list = serializer.serialize_seq(None)?;
        for finding in self.0.iter().map_err(Error::custom)? {
            list.serialize_element(finding.map_err(Error::custom)?.as_ref())?;
        }
        list.end()
    }
}

/// Writes the report, one line a finding would be too long: two spaces of indentation.
pub(super) fn write(report: &Report<'_>, writer: &mut dyn Write) -> io::Result<()> {
    let world = report.world;
    let accounts = world
        .accounts
        .values()
        .map(|account| AccountRun {
            id: &account.id,
            name: account.name.as_deref(),
            status: &account.status,
            regions: world.regions.get(&account.id).map(Vec::as_slice).unwrap_or_default(),
        })
        .collect();
    let document = Document {
        schema: SCHEMA,
        run: Run {
            version: env!("CARGO_PKG_VERSION"),
            read_at: &world.read_at,
            caller: &world.caller,
            organization: world.organization.as_ref().map(|organization| organization.id.as_str()),
            accounts,
            policies: report.library.policies.len(),
            calls: report.calls,
        },
        findings: All(&report.judgement.findings),
        frameworks: report.frameworks.iter().map(|framework| summary(framework, &report.judgement.ledger)).collect(),
        ledger: &report.judgement.ledger,
    };
    serde_json::to_writer_pretty(&mut *writer, &document).map_err(io::Error::from)?;
    writeln!(writer)
}
