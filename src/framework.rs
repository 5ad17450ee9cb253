//! Frameworks of controls, and the policies that serve them: `reports/frameworks/*.yaml`.

use std::collections::BTreeSet;

use include_dir::{Dir, include_dir};
use serde::{Deserialize, Serialize};

static FOLDER: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/reports/frameworks");

/// A standard, or another list of controls.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Framework {
    /// Its id, such as `cis_aws_5.0`: the name of its file.
    #[serde(skip_deserializing)]
    pub id: String,
    /// Its name.
    pub title: String,
    /// Its version.
    pub version: String,
    /// Who publishes it.
    pub publisher: String,
    /// Where.
    pub link: String,
    /// Its controls, in its own order.
    pub controls: Vec<Control>,
}

/// One control.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Control {
    /// The framework's own number.
    pub id: String,
    /// What it asks for, in words of ours.
    pub title: String,
    /// The policies that judge it, or a part of it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub policies: Vec<String>,
    /// What is left to a person, and why.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub manual: Option<String>,
    /// Whether policies could judge it, and none does.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub unserved: bool,
}

/// How a control is judged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Coverage {
    /// By policies alone.
    Full,
    /// By policies, and a person for the rest.
    Partial,
    /// By a person.
    Manual,
    /// Not at all.
    Unserved,
}

impl Control {
    /// How it is judged.
    pub fn coverage(&self) -> Coverage {
        match (self.policies.is_empty(), &self.manual) {
            (false, None) => Coverage::Full,
            (false, Some(_)) => Coverage::Partial,
            (true, Some(_)) => Coverage::Manual,
            (true, None) => Coverage::Unserved,
        }
    }
}

/// No such framework, or one that is not of the documented form.
#[derive(Debug, thiserror::Error)]
pub enum FrameworkError {
    /// None of this id.
    #[error("no framework `{id}`; there are `{}`", known.join("`, `"))]
    Unknown {
        /// What was asked for.
        id: String,
        /// What there is.
        known: Vec<String>,
    },
    /// Not of the form.
    #[error("{file}: {reason}")]
    Form {
        /// The file.
        file: String,
        /// What is wrong.
        reason: String,
    },
}

impl Framework {
    fn parse(id: &str, file: &str, text: &str) -> Result<Self, FrameworkError> {
        let fail = |reason: String| FrameworkError::Form { file: file.to_owned(), reason };
        let mut framework: Self = serde_saphyr::from_str(text).map_err(|error| fail(error.to_string()))?;
        id.clone_into(&mut framework.id);
        let mut seen = BTreeSet::new();
        for control in &framework.controls {
            if !seen.insert(&control.id) {
                return Err(fail(format!("control `{}` is there twice", control.id)));
            }
            let judged = !control.policies.is_empty() || control.manual.is_some();
            if judged == control.unserved {
                return Err(fail(format!("control `{}` has either `policies` or `manual`, or is `unserved`", control.id)));
            }
        }
        Ok(framework)
    }

    /// All the policies that serve it.
    pub fn policies(&self) -> BTreeSet<&str> {
        self.controls.iter().flat_map(|control| &control.policies).map(String::as_str).collect()
    }
}

/// The ids of the frameworks, in order.
pub fn ids() -> Vec<String> {
    let mut ids: Vec<String> = FOLDER.files().filter_map(|file| file.path().file_stem()?.to_str().map(ToOwned::to_owned)).collect();
    ids.sort();
    ids
}

/// The framework of a user's file, which has the form of those that ship; its id is the name of the file.
///
/// # Errors
/// It is not of that form.
pub fn of_text(file: &str, text: &str) -> Result<Framework, FrameworkError> {
    let id = std::path::Path::new(file).file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
    Framework::parse(&id, file, text)
}

/// The framework of this id.
///
/// # Errors
/// There is none.
pub fn framework(id: &str) -> Result<Framework, FrameworkError> {
    let text = FOLDER.get_file(format!("{id}.yaml")).and_then(|file| file.contents_utf8());
    let text = text.ok_or_else(|| FrameworkError::Unknown { id: id.to_owned(), known: ids() })?;
    Framework::parse(id, &format!("reports/frameworks/{id}.yaml"), text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_control_is_judged_or_says_that_it_is_not() {
        let head = "title: T\nversion: 1\npublisher: P\nlink: L\ncontrols:\n";
        let said = |controls: &str| of_text("it.yaml", &format!("{head}{controls}")).map_err(|error| error.to_string());
        let one = said("  - id: \"1.10\"\n    title: One\n    policies: [aws.a.b]\n  - id: \"1.11\"\n    title: Two\n    unserved: true\n")
            .unwrap();
        assert_eq!(one.controls.iter().map(Control::coverage).collect::<Vec<_>>(), [Coverage::Full, Coverage::Unserved]);
        for controls in ["  - id: \"1\"\n    title: One\n", "  - id: \"1\"\n    title: One\n    manual: M\n    unserved: true\n"] {
            assert!(said(controls).unwrap_err().contains("control `1` has either `policies` or `manual`"));
        }
        let twice = "  - { id: \"1\", title: One, manual: M }\n  - { id: \"1\", title: One, manual: M }\n";
        assert!(said(twice).unwrap_err().contains("control `1` is there twice"));
        assert!(framework("cis").unwrap_err().to_string().contains("no framework `cis`; there are `aws_fsbp`"));
    }
}
