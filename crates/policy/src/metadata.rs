//! The `# METADATA` block of a policy, in OPA's annotation format
//! (<https://www.openpolicyagent.org/docs/policy-language#metadata>).

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{PolicyError, Severity};

/// What a policy says of itself.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Metadata {
    /// The defect in a few words.
    pub title: String,
    /// What is wrong where the policy denies.
    pub description: String,
    /// Where AWS or Kubernetes document the matter.
    #[serde(default)]
    pub related_resources: Vec<String>,
    /// OPA's own; `package` is the only one that fits.
    #[serde(default)]
    pub scope: Option<String>,
    /// What `innovate` adds.
    pub custom: Custom,
}

/// The `custom` part of the metadata.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Custom {
    /// How bad a violation is.
    pub severity: Severity,
    /// The types that the policy judges.
    pub resource_types: Vec<String>,
    /// What happens to those who leave it so.
    pub risk: String,
    /// How to mend it.
    pub remediation: Remediation,
    /// The policy's parameters, each a JSON Schema with a default.
    #[serde(default)]
    pub parameters: BTreeMap<String, Value>,
}

/// Steps that mend a violation.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Remediation {
    /// In the AWS console.
    pub console: String,
    /// With the AWS CLI.
    pub cli: String,
    /// In a CloudFormation template.
    pub cloudformation: String,
}

impl Metadata {
    /// Reads the block at the head of `source`.
    ///
    /// # Errors
    /// There is none, or it is not YAML of this form.
    pub fn parse(file: &str, source: &str) -> Result<Self, PolicyError> {
        let mut lines = source.lines().skip_while(|line| line.trim() != "# METADATA").peekable();
        if lines.next().is_none() {
            return Err(PolicyError::NoMetadata { file: file.to_owned() });
        }
        let block: Vec<&str> = lines.map_while(|line| line.strip_prefix('#')).map(|line| line.strip_prefix(' ').unwrap_or(line)).collect();
        serde_saphyr::from_str(&block.join("\n"))
            .map_err(|error| PolicyError::Metadata { file: file.to_owned(), reason: error.to_string() })
    }

    /// The default of every parameter.
    pub fn defaults(&self) -> serde_json::Map<String, Value> {
        self.custom.parameters.iter().filter_map(|(name, schema)| Some((name.clone(), schema.get("default")?.clone()))).collect()
    }
}
