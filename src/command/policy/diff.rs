//! `innovate policy diff`.

use std::io::{self, Write};
use std::path::PathBuf;

use clap::{Args, ValueEnum};
use comfy_table::Table;
use comfy_table::presets::NOTHING;
use itertools::Itertools;

use crate::command::audit;
use crate::command::origin::{Own, Verification};
use crate::command::settings;
use crate::command::{Exit, Global};
use crate::engine::{Counts, Diff, Judgement, Options};
use crate::input::inventory::Inventory;
use crate::policy::{self, Library};

/// The name by which those that ship are asked for.
const SHIPPED: &str = "shipped";

#[derive(Args, Debug)]
pub(super) struct Arguments {
    /// The policies before: a folder, a bundle, or `shipped`.
    before: String,
    /// The policies after, likewise.
    after: String,
    /// The world that both judge.
    #[arg(long, value_name = "FILE")]
    snapshot: PathBuf,
    /// Exit with 3 where anything changes.
    #[arg(long)]
    fail_on_change: bool,
    /// How to tell.
    #[arg(short, long, value_enum, default_value_t = Format::Table)]
    output: Format,
    #[command(flatten)]
    verification: Verification,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Format {
    Table,
    Json,
}

pub(super) fn run(arguments: &Arguments, global: &Global) -> anyhow::Result<Exit> {
    let world = audit::read_snapshot(&arguments.snapshot)?;
    let inventory = Inventory::from(&world);
    let key = settings::key(&arguments.verification, global)?;
    let judged = |name: &str| -> anyhow::Result<Judgement> {
        let library = match name {
            SHIPPED => policy::shipped()?,
            place => settings::alone(&Own::read(place, key.as_ref())?)?,
        };
        judge(&inventory, &library)
    };
    let (before, after) = (judged(&arguments.before)?, judged(&arguments.after)?);
    let diff = Diff::new(&before, &after)?;
    let mut out = io::stdout().lock();
    match arguments.output {
        Format::Json => writeln!(out, "{}", serde_json::to_string_pretty(&diff)?)?,
        Format::Table => table(&diff, &mut out)?,
    }
    let failed = before.ledger.errors.iter().chain(&after.ledger.errors).collect_vec();
    for (id, reason) in &failed {
        tracing::error!("policy `{id}` cannot be compared: {reason}");
    }
    Ok(match (failed.is_empty(), arguments.fail_on_change && !diff.is_empty()) {
        (false, _) => Exit::Error,
        (true, true) => Exit::Violations,
        (true, false) => Exit::Clean,
    })
}

fn judge(inventory: &Inventory<'_>, library: &Library) -> anyhow::Result<Judgement> {
    let workers = super::super::workers();
    audit::judge(inventory, library, Options { keep_passes: true, workers, watch: None })
}

fn table(diff: &Diff, out: &mut dyn Write) -> io::Result<()> {
    for (policies, word) in [(&diff.added, "new"), (&diff.removed, "removed")] {
        for (id, counts) in policies {
            writeln!(out, "{word} policy {id}: {}", shown(counts))?;
        }
    }
    let mut table = Table::new();
    table.load_style(NOTHING);
    for change in &diff.changes {
        let resource = format!("{} {}", change.resource.type_name, change.resource.id);
        let verdicts = format!("{} → {}", change.before, change.after);
        table.add_row([&change.policy, &verdicts, &change.account, &change.region, &resource, &change.message]);
    }
    if !diff.changes.is_empty() {
        writeln!(out, "{}", table.trim_fmt())?;
    }
    let (changes, added, removed) = (diff.changes.len(), diff.added.len(), diff.removed.len());
    writeln!(out, "{changes} verdicts change, {added} policies are new, {removed} are removed")
}

fn shown(counts: &Counts) -> String {
    let all = [
        (counts.fail, "fail"),
        (counts.unknown, "unknown"),
        (counts.waived, "waived"),
        (counts.pass, "pass"),
        (counts.not_applicable, "not applicable"),
    ];
    let some = all.iter().filter(|(count, _)| *count > 0).map(|(count, word)| format!("{count} {word}")).join(", ");
    if some.is_empty() { "judges nothing here".to_owned() } else { some }
}
