//! The flags that say what is accepted: waivers and a baseline.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use anyhow::Context;
use clap::Args;
use jiff::civil::Date;

use super::usage;
use crate::input::declared::Origin;
use crate::waiver::{self, Accepted, Baseline, Waiver};

/// The file of waivers where none is named.
pub(super) const WAIVERS: &str = "innovate-waivers.yaml";

/// Which waivers count.
#[derive(Args, Debug)]
pub(super) struct Waivers {
    /// The file of waivers; without it, `innovate-waivers.yaml` of this folder where there is one.
    #[arg(long, value_name = "FILE", env = "INNOVATE_WAIVERS")]
    waivers: Option<PathBuf>,
    /// No waivers, neither of a file nor beside resources.
    #[arg(long)]
    no_waivers: bool,
}

/// What is accepted.
#[derive(Args, Debug)]
pub(super) struct Accept {
    #[command(flatten)]
    waivers: Waivers,
    /// Only what this file does not know fails; `innovate baseline` writes it.
    #[arg(long, value_name = "FILE", env = "INNOVATE_BASELINE")]
    baseline: Option<PathBuf>,
}

impl Waivers {
    /// The waivers of the file and those beside what is declared; `known` are the ids of all policies that there are.
    pub(super) fn load<'a>(&self, known: &BTreeSet<String>, origins: impl IntoIterator<Item = &'a Origin>) -> anyhow::Result<Vec<Waiver>> {
        let mut waivers = Vec::new();
        if self.no_waivers {
            return Ok(waivers);
        }
        if self.waivers.is_some() || Path::new(WAIVERS).exists() {
            waivers = read(self.waivers.as_deref().unwrap_or(Path::new(WAIVERS)))?;
        }
        for origin in origins {
            waivers.extend(waiver::inline(origin).map_err(usage)?);
        }
        waiver::hold_known(&waivers, known).map_err(usage)?;
        Ok(waivers)
    }
}

impl Accept {
    /// The files that say what is accepted, whether they are there or not.
    pub(super) fn files(&self) -> impl Iterator<Item = PathBuf> {
        let waivers = self.waivers.waivers.clone().unwrap_or_else(|| PathBuf::from(WAIVERS));
        self.baseline.clone().into_iter().chain([waivers])
    }

    /// All that is accepted; `known` are the ids of all policies that there are, `origins` the places of what files declare.
    pub(super) fn load<'a>(&self, known: &BTreeSet<String>, origins: impl IntoIterator<Item = &'a Origin>) -> anyhow::Result<Accepted> {
        let waivers = self.waivers.load(known, origins)?;
        let baseline = self.baseline.as_deref().map(|path| {
            let text = text(path)?;
            Baseline::parse(&path.to_string_lossy(), &text).map_err(usage)
        });
        Ok(Accepted { waivers, baseline: baseline.transpose()? })
    }
}

/// The waivers of a file.
pub(super) fn read(path: &Path) -> anyhow::Result<Vec<Waiver>> {
    waiver::parse(&path.to_string_lossy(), &text(path)?).map_err(usage)
}

pub(super) fn text(path: &Path) -> anyhow::Result<String> {
    std::fs::read_to_string(path).with_context(|| format!("cannot read `{}`", path.display()))
}

/// The day on which waivers are looked at.
pub(super) fn today() -> Date {
    jiff::Timestamp::now().to_zoned_datetime(jiff::tz::TimeZone::UTC).date()
}
