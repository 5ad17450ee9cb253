//! The `# METADATA` block of a policy, in OPA's annotation format
//! (<https://www.openpolicyagent.org/docs/policy-language#metadata>).

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{Platform, PolicyError, Severity};

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
    #[serde(default, with = "schemas")]
    pub parameters: BTreeMap<String, Value>,
    /// What is done about a violation, by the moment at which it is found.
    #[serde(default)]
    pub stages: Stages,
    /// Whether the value at the place of a violation is nothing to show, as it may be a credential.
    #[serde(default)]
    pub sensitive: bool,
}

/// What is done about a violation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Action {
    /// Nothing: it is not even told.
    Off,
    /// It is told.
    Warn,
    /// What would bring it about is refused.
    Deny,
}

/// What is done about a violation, by the moment at which it is found.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Stages {
    /// Before it is provisioned.
    #[serde(default)]
    pub provision: Option<Action>,
}

/// Steps that mend a violation: of a resource of AWS by `console`, `cli` and `cloudformation`, of a Kubernetes object by `manifest`. What does not apply is
/// empty.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub struct Remediation {
    /// In the AWS console.
    pub console: String,
    /// With the AWS CLI, or with `kubectl`.
    pub cli: String,
    /// In a CloudFormation template.
    pub cloudformation: String,
    /// In a Kubernetes manifest.
    pub manifest: String,
}

impl Remediation {
    /// The ways to mend it that there are, each with its name.
    pub fn ways(&self) -> impl Iterator<Item = (&'static str, &str)> {
        let ways = [("console", &self.console), ("cli", &self.cli), ("cloudformation", &self.cloudformation), ("manifest", &self.manifest)];
        ways.into_iter().map(|(name, text)| (name, text.trim_end())).filter(|(_, text)| !text.trim().is_empty())
    }
}

impl Custom {
    /// What is done about a violation before it is provisioned: what the policy says, otherwise it is refused at the severity medium and worse.
    pub fn on_provision(&self) -> Action {
        let by_severity = if self.severity >= Severity::Medium { Action::Deny } else { Action::Warn };
        self.stages.provision.unwrap_or(by_severity)
    }
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
        let wrong = |reason: String| PolicyError::Metadata { file: file.to_owned(), reason };
        let metadata: Self = serde_saphyr::from_str(&block.join("\n")).map_err(|error| wrong(error.to_string()))?;
        let named: Vec<&str> = metadata.custom.remediation.ways().map(|(name, _)| name).collect();
        // No template declares the files of a repository.
        let is_of_repository = metadata.custom.resource_types.iter().all(|name| Platform::of(name) == Platform::Repository);
        let wanted: &[&str] = if is_of_repository { &["console", "cli"] } else { &["console", "cli", "cloudformation"] };
        let is_whole = named.contains(&"manifest") || wanted.iter().all(|name| named.contains(name));
        if !is_whole {
            return Err(wrong("`custom.remediation` needs `console`, `cli` and `cloudformation`, or `manifest`".to_owned()));
        }
        Ok(metadata)
    }

    /// The default of every parameter.
    pub fn defaults(&self) -> serde_json::Map<String, Value> {
        self.custom.parameters.iter().filter_map(|(name, schema)| Some((name.clone(), schema.get("default")?.clone()))).collect()
    }

    /// What is wrong with the default of a parameter; none where it is what the parameter's schema admits.
    pub fn wrong_default(&self, name: &str) -> Option<String> {
        let schema = self.custom.parameters.get(name)?;
        let validator = match jsonschema::validator_for(schema) {
            Ok(validator) => validator,
            Err(error) => return Some(format!("its schema is not valid: {error}")),
        };
        let Some(default) = schema.get("default") else { return Some("it has no `default`".to_owned()) };
        validator.validate(default).err().map(|error| format!("its `default` is not what its schema admits: {error}"))
    }
}

/// JSON Schemas, which a form that is not for people has as texts: it does not tell of what kind a value is.
mod schemas {
    use std::collections::BTreeMap;

    use serde::de::Error as _;
    use serde::ser::Error as _;
    use serde::{Deserialize, Deserializer, Serialize, Serializer};
    use serde_json::Value;

    pub(super) fn serialize<S: Serializer>(schemas: &BTreeMap<String, Value>, serializer: S) -> Result<S::Ok, S::Error> {
        if serializer.is_human_readable() {
            return schemas.serialize(serializer);
        }
        serde_json::to_string(schemas).map_err(S::Error::custom)?.serialize(serializer)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<BTreeMap<String, Value>, D::Error> {
        if deserializer.is_human_readable() {
            return BTreeMap::deserialize(deserializer);
        }
        serde_json::from_str(<&str>::deserialize(deserializer)?).map_err(D::Error::custom)
    }
}
