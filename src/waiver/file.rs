//! The file `innovate-waivers.yaml`, of the form that `schemas/waivers.json` describes.

use std::collections::{BTreeMap, BTreeSet};

use innovate_model::Position;
use jiff::civil::Date;
use serde::Deserialize;
use serde_saphyr::Spanned;

use super::{Pattern, Selector, Waiver, is_within};
use crate::input::document::{self, InputError};

/// The version of the form.
const VERSION: u64 = 1;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    version: Spanned<u64>,
    #[serde(default)]
    waivers: Option<Vec<Spanned<Entry>>>,
}

/// A waiver as it is written. What it must have is asked for by name later, so that the error names the waiver.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Entry {
    id: Option<String>,
    pub(super) policy: Option<String>,
    resource: Option<Selection>,
    #[serde(default)]
    pub(super) path: String,
    pub(super) reason: Option<String>,
    pub(super) owner: Option<String>,
    pub(super) expires: Option<String>,
    fingerprints: Option<Vec<String>>,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Selection {
    #[serde(rename = "type")]
    type_name: Option<String>,
    id: Option<String>,
    account: Option<String>,
    region: Option<String>,
    file: Option<String>,
    address: Option<String>,
}

/// The waivers of a file; an empty one has none.
///
/// # Errors
/// It is not of the form: the error names the line and, where there is one, the waiver.
pub fn parse(file: &str, text: &str) -> Result<Vec<Waiver>, InputError> {
    let Some(whole) = document::typed::<File>(file, text)? else { return Ok(Vec::new()) };
    if whole.version.value != VERSION {
        let message = format!("`version` is {}; this program reads {VERSION}", whole.version.value);
        return Err(InputError::new(file, document::position(whole.version.referenced), message));
    }
    let mut lines: BTreeMap<String, usize> = BTreeMap::new();
    let mut waivers = Vec::new();
    for entry in whole.waivers.unwrap_or_default() {
        let at = document::position(entry.referenced);
        let waiver = waiver(file, at, entry.value)?;
        if let Some(line) = lines.insert(waiver.id.clone(), at.line) {
            return Err(InputError::new(file, at, format!("the id `{}` is there twice, first in line {line}", waiver.id)));
        }
        waivers.push(waiver);
    }
    Ok(waivers)
}

fn waiver(file: &str, at: Position, entry: Entry) -> Result<Waiver, InputError> {
    let Some(id) = entry.id.clone().filter(|id| !id.trim().is_empty()) else {
        return Err(InputError::new(file, at, "a waiver has no `id`; give it a short one of its own"));
    };
    let fail = |message: String| InputError::new(file, at, format!("waiver `{id}`: {message}"));
    let mut waiver = entry.accepts().map_err(fail)?;
    waiver.resource = entry.resource.unwrap_or_default().selector().map_err(fail)?;
    let fingerprints: BTreeSet<String> = entry.fingerprints.into_iter().flatten().collect();
    let is_fingerprint = |text: &&String| text.len() != 32 || !text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
    if let Some(wrong) = fingerprints.iter().find(is_fingerprint) {
        return Err(fail(format!("`{wrong}` is no fingerprint of values; take the `evidence` of the finding in a JSON report")));
    }
    if fingerprints.is_empty() {
        return Err(fail("has no `fingerprints`; `innovate waiver add` writes those of the values that are waived".to_owned()));
    }
    Ok(Waiver { id, fingerprints: Some(fingerprints), file: file.to_owned(), at, ..waiver })
}

impl Entry {
    /// Whether it says what only one in a file of waivers has to say.
    pub(super) fn is_of_a_file(&self) -> bool {
        self.id.is_some() || self.resource.is_some() || self.fingerprints.is_some()
    }

    /// What every waiver says, wherever it stands; its resource, id and place are to be filled in.
    pub(super) fn accepts(&self) -> Result<Waiver, String> {
        let given = |name: &str, value: &Option<String>, hint: &str| {
            let value = value.as_deref().map(str::trim).filter(|value| !value.is_empty());
            value.map(ToOwned::to_owned).ok_or_else(|| format!("has no `{name}`; {hint}"))
        };
        let policy = given("policy", &self.policy, "name the policy, or a prefix such as `aws.rds`")?;
        let reason = given("reason", &self.reason, "say why it is accepted")?;
        let owner = given("owner", &self.owner, "say who answers for it")?;
        let expires = given("expires", &self.expires, "say until when, as `2027-01-31`")?;
        let expires: Date = expires.parse().map_err(|_| format!("`{expires}` is no date; write it as `2027-01-31`"))?;
        if !self.path.is_empty() && !self.path.starts_with('/') {
            return Err(format!("the path `{}` is no JSON pointer; write it as `/{}`", self.path, self.path));
        }
        let (id, file) = (String::new(), String::new());
        let (resource, path, at) = (Selector::default(), self.path.clone(), Position::default());
        Ok(Waiver { id, policy, resource, path, reason, owner, expires, fingerprints: None, file, at })
    }
}

impl Selection {
    fn selector(self) -> Result<Selector, String> {
        let glob = |name: &str, text: Option<String>| {
            let pattern = text.map(|text| Pattern::glob(&text, name == "file").map_err(|error| format!("`{name}`: {error}")));
            pattern.transpose()
        };
        let selector = Selector {
            type_name: self.type_name,
            id: glob("id", self.id)?,
            account: self.account,
            region: self.region,
            file: glob("file", self.file)?,
            address: self.address,
        };
        let texts = [&selector.type_name, &selector.account, &selector.region, &selector.address];
        let patterns = [&selector.id, &selector.file];
        if texts.iter().all(|text| text.is_none()) && patterns.iter().all(|pattern| pattern.as_ref().is_none_or(Pattern::fits_all)) {
            return Err("`resource` narrows nothing; give one of `type`, `id`, `account`, `region`, `file`, `address`".to_owned());
        }
        Ok(selector)
    }
}

/// Holds that there are the policies that the waivers name.
///
/// # Errors
/// One names a policy that there is not.
pub fn hold_known(waivers: &[Waiver], policies: &BTreeSet<String>) -> Result<(), InputError> {
    let is_known = |name: &str| policies.range(name.to_owned()..).take_while(|id| id.starts_with(name)).any(|id| is_within(id, name));
    match waivers.iter().find(|waiver| !is_known(&waiver.policy)) {
        None => Ok(()),
        Some(Waiver { id, policy, file, at, .. }) => {
            Err(InputError::new(file, *at, format!("waiver `{id}`: no policy `{policy}`; `innovate policy list` names them all")))
        }
    }
}
