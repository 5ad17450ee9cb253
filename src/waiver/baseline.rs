//! The file of failures that are known, of the form that `schemas/baseline.json` describes.

use std::collections::HashMap;
use std::io::{self, Write};

use innovate_model::Position;
use serde::{Deserialize, Serialize};

use crate::finding::{Finding, Verdict};
use crate::input::document::InputError;

/// The version of the form.
const SCHEMA: &str = "innovate-baseline/1";

/// A failure that is known.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Known {
    /// The policy's id.
    pub policy: String,
    /// The account of the resource.
    pub account: String,
    /// The Region of the resource, or `global`.
    pub region: String,
    /// The resource type.
    #[serde(rename = "type")]
    pub type_name: String,
    /// The resource's id.
    pub id: String,
    /// The file that declares the resource; none for a live one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub file: Option<String>,
    /// JSON pointer into the properties; empty for the resource as a whole.
    pub path: String,
    /// The finding's fingerprint.
    pub fingerprint: String,
    /// The fingerprint of the values.
    pub evidence: String,
}

impl Known {
    /// Of a failure; none of anything else. What is waived is not known: it is to fail again when its waiver expires.
    pub fn of(finding: &Finding) -> Option<Self> {
        if finding.verdict != Verdict::Fail {
            return None;
        }
        Some(Self {
            policy: finding.policy.clone(),
            account: finding.account.clone(),
            region: finding.region.clone(),
            type_name: finding.resource.type_name.clone(),
            id: finding.resource.id.clone(),
            file: finding.location.as_ref().map(|location| location.file.clone()),
            path: finding.path.clone(),
            fingerprint: finding.fingerprint.clone(),
            evidence: finding.evidence.clone()?,
        })
    }
}

/// Failures that are known.
#[derive(Debug, Default)]
pub struct Baseline {
    /// In order.
    pub(super) known: Vec<Known>,
    by_fingerprint: HashMap<String, usize>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    schema: String,
    findings: Vec<Known>,
}

impl Baseline {
    /// Of these failures.
    pub fn new(mut known: Vec<Known>) -> Self {
        known.sort();
        known.dedup();
        let by_fingerprint = known.iter().enumerate().map(|(number, known)| (known.fingerprint.clone(), number)).collect();
        Self { known, by_fingerprint }
    }

    /// All of them, and those of another.
    #[must_use]
    pub fn with(mut self, other: Self) -> Self {
        self.known.extend(other.known);
        Self::new(self.known)
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.known.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.known.is_empty()
    }

    /// The failure of this fingerprint.
    pub(super) fn of(&self, fingerprint: &str) -> Option<&Known> {
        self.by_fingerprint.get(fingerprint).and_then(|number| self.known.get(*number))
    }

    /// Reads a file.
    ///
    /// # Errors
    /// It is not of the form.
    pub fn parse(file: &str, text: &str) -> Result<Self, InputError> {
        let whole: File = serde_json::from_str(text).map_err(|error| {
            let at = Position { line: error.line(), column: error.column() };
            let message = error.to_string();
            let message = message.split(" at line ").next().unwrap_or_default();
            InputError::new(file, at, format!("is no baseline: {message}; `innovate baseline` writes one"))
        })?;
        if whole.schema != SCHEMA {
            return Err(InputError::new(file, None, format!("`schema` is `{}`; this program reads `{SCHEMA}`", whole.schema)));
        }
        Ok(Self::new(whole.findings))
    }

    /// Writes a file: the same for the same failures, one a line, so that differences are legible.
    ///
    /// # Errors
    /// The writer fails.
    pub fn write(&self, writer: &mut dyn Write) -> io::Result<()> {
        write!(writer, "{{\n\"schema\": \"{SCHEMA}\",\n\"findings\": [")?;
        for (number, known) in self.known.iter().enumerate() {
            writer.write_all(if number == 0 { b"\n" } else { b",\n" })?;
            serde_json::to_writer(&mut *writer, known)?;
        }
        writer.write_all(b"\n]\n}\n")
    }
}
