//! Reports, one file a format.

mod control;
mod html;
mod json;
mod table;

use std::io::{self, Write};
use std::str::FromStr;

use innovate_model::{Calls, World};

use crate::engine::Judgement;
use crate::framework::Framework;
use crate::policy::Library;

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

/// The formats.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// For people.
    Table,
    /// One page for a browser.
    Html,
    /// The documented, versioned JSON.
    Json,
}

/// No such format.
#[derive(Debug, thiserror::Error)]
#[error("no format `{0}`; use `table`, `html` or `json`, with `=PATH` to write to a file")]
pub struct UnknownFormat(String);

impl FromStr for Format {
    type Err = UnknownFormat;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "table" => Ok(Self::Table),
            "html" => Ok(Self::Html),
            "json" => Ok(Self::Json),
            other => Err(UnknownFormat(other.to_owned())),
        }
    }
}

impl Format {
    /// Writes the report.
    ///
    /// # Errors
    /// The writer fails.
    pub fn write(self, report: &Report<'_>, writer: &mut dyn Write) -> io::Result<()> {
        match self {
            Self::Table => table::write(report, writer),
            Self::Html => html::write(report, writer),
            Self::Json => json::write(report, writer),
        }
    }
}
