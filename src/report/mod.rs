//! Reports, one file a format.

mod asff;
mod control;
mod csv;
mod github;
mod gitlab;
mod html;
mod json;
mod junit;
mod markdown;
mod ocsf;
mod outcome;
mod place;
mod plan;
mod sarif;
mod table;
mod text;

use std::collections::BTreeMap;
use std::fmt;
use std::io::{self, Write};
use std::str::FromStr;
use std::sync::Arc;

use clap::ValueEnum;
use innovate_model::{Calls, World};

use crate::engine::Judgement;
use crate::framework::Framework;
use crate::policy::Library;

pub use plan::{PlanFile, PlanFormat, PlanReport};

/// What a report is made of.
#[derive(Clone, Copy, Debug)]
pub struct Report<'a> {
    /// The world that was judged.
    pub world: &'a World,
    /// The policies that judged it.
    pub library: &'a Library,
    /// Their verdicts.
    pub judgement: &'a Judgement,
    /// The frameworks whose controls are told of.
    pub frameworks: &'a [Framework],
    /// The calls that the reading took; none where a file was judged.
    pub calls: Option<&'a Calls>,
    /// The texts of the files that declare the resources, by name; none where they are live.
    pub texts: Option<&'a BTreeMap<String, Arc<str>>>,
    /// How it is shown.
    pub style: Style,
}

/// How a report for people looks.
#[derive(Clone, Copy, Debug)]
pub struct Style {
    /// Whether colour is wanted.
    pub colour: bool,
    /// Columns of the terminal; none where it is not one.
    pub width: Option<u16>,
}

/// The formats, each by its own name in lower case with a hyphen between words.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// For people: a table.
    Table,
    /// For people: each finding with the lines of the file that it is about.
    Text,
    /// One page for a browser.
    Html,
    /// The documented, versioned JSON.
    Json,
    /// For code scanning.
    Sarif,
    /// For the test pages of CI systems.
    Junit,
    /// Compliance Findings of the Open Cybersecurity Schema Framework.
    Ocsf,
    /// For AWS Security Hub.
    Asff,
    /// For spreadsheets.
    Csv,
    /// A comment on a pull request, or a job summary.
    Markdown,
    /// Annotations of GitHub Actions.
    Github,
    /// The code quality report of GitLab.
    GitlabCodeQuality,
    /// The SAST report of GitLab.
    GitlabSast,
}

/// No such format.
#[derive(Debug, thiserror::Error)]
#[error("no format `{0}`; use {names}, with `=PATH` to write to a file", names = Format::names())]
pub struct UnknownFormat(String);

impl FromStr for Format {
    type Err = UnknownFormat;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        <Self as ValueEnum>::from_str(text, false).map_err(|_| UnknownFormat(text.to_owned()))
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.to_possible_value().map_or(Ok(()), |value| f.pad(value.get_name()))
    }
}

impl Format {
    /// The media type of what is written.
    pub fn media_type(self) -> &'static str {
        match self {
            Self::Json | Self::GitlabCodeQuality | Self::GitlabSast => "application/json",
            Self::Sarif => "application/sarif+json",
            Self::Ocsf | Self::Asff => "application/x-ndjson",
            Self::Junit => "application/xml",
            Self::Html => "text/html; charset=utf-8",
            Self::Csv => "text/csv; charset=utf-8",
            Self::Markdown => "text/markdown; charset=utf-8",
            Self::Table | Self::Text | Self::Github => "text/plain; charset=utf-8",
        }
    }

    /// The names of all of them in backticks, for a sentence that offers them.
    pub fn names() -> String {
        let names: Vec<String> = Self::value_variants().iter().map(|format| format!("`{format}`")).collect();
        names.split_last().map(|(last, others)| format!("{} or {last}", others.join(", "))).unwrap_or_default()
    }

    /// Writes the report.
    ///
    /// # Errors
    /// The writer fails, or the findings cannot be read from disk.
    pub fn write(self, report: &Report<'_>, writer: &mut dyn Write) -> io::Result<()> {
        match self {
            Self::Table => table::write(report, writer),
            Self::Text => text::write(report, writer),
            Self::Html => html::write(report, writer),
            Self::Json => json::write(report, writer),
            Self::Sarif => sarif::write(report, writer),
            Self::Junit => junit::write(report, writer),
            Self::Ocsf => ocsf::write(report, writer),
            Self::Asff => asff::write(report, writer),
            Self::Csv => csv::write(report, writer),
            Self::Markdown => markdown::write(report, writer),
            Self::Github => github::write(report, writer),
            Self::GitlabCodeQuality => gitlab::write_code_quality(report, writer),
            Self::GitlabSast => gitlab::write_sast(report, writer),
        }
    }
}
