//! Policies: Rego modules with metadata, loaded from a folder, analysed for what they read, compiled, and evaluated.
//!
//! Only this crate names `regorus`. It does not know what ships: the build script of `innovate` packs that by [`Library::pack`].

mod analysis;
mod convention;
mod coverage;
mod evaluate;
mod guard;
mod library;
mod metadata;
mod pack;
mod platform;
mod program;
mod read_set;
mod severity;
mod sources;
mod syntax;
mod trace;
mod unit;

use std::path::PathBuf;

pub use convention::{Convention, Conventions, IDS as CONVENTIONS};
pub use coverage::{Coverage, Lines};
pub use evaluate::{Denial, Document, Evaluator, Input, Interpreter, Members, Names, Outcome, Scope};
pub use library::{Broken, Library, Policy, Selection};
pub use metadata::{Action, Custom, Metadata, Remediation, Stages};
pub use platform::Platform;
pub use program::Program;
pub use read_set::{ANY, ByType, Path, Paths, Place, ReadSet, Reading};
pub use severity::{Severity, UnknownSeverity};
pub use sources::Sources;
pub use unit::{UnitFailure, UnitTests};

/// A policy that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum PolicyError {
    /// The file cannot be read.
    #[error("cannot read `{}`", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The folder holds no policy.
    #[error("no policy (a `.rego` file that is not a test) in `{}`", path.display())]
    Empty {
        /// The folder.
        path: PathBuf,
    },
    /// There is no metadata block.
    #[error("{file}: no `# METADATA` block; start the file with one (title, description, custom.severity, custom.resource_types, …)")]
    NoMetadata {
        /// The file.
        file: String,
    },
    /// The metadata block is wrong.
    #[error("{file}: the metadata is not valid: {reason}")]
    Metadata {
        /// The file.
        file: String,
        /// What the parser says.
        reason: String,
    },
    /// The package is not the one that the path asks for.
    #[error("{file}: the package is `{found}`, but the path asks for `{expected}`")]
    Package {
        /// The file.
        file: String,
        /// The package of the module.
        found: String,
        /// The package that the path asks for.
        expected: String,
    },
    /// The policy has no rule that the engine asks for.
    #[error("{file}: no rule `deny`, `violation` or `warn`: the policy would check nothing")]
    NoRule {
        /// The file.
        file: String,
    },
    /// The engine would not survive the policy.
    #[error("{file}: {reason}")]
    Guard {
        /// The file.
        file: String,
        /// What is wrong.
        reason: String,
    },
    /// The Rego does not compile.
    #[error("{reason}")]
    Rego {
        /// What the engine says, with file, line and column.
        reason: String,
    },
    /// The packed policies are not of this build.
    #[error("the packed policies do not fit this program: {reason}")]
    Pack {
        /// What is wrong.
        reason: String,
    },
    /// Evaluation failed.
    #[error("policy `{policy}` failed on `{resource}`: {reason}")]
    Evaluation {
        /// The policy.
        policy: String,
        /// The resource's id.
        resource: String,
        /// What the engine says.
        reason: String,
    },
    /// A result of the wrong form.
    #[error("policy `{policy}`: a denial must be an object with `message` and `path`, not {found}")]
    Denial {
        /// The policy.
        policy: String,
        /// What it gave.
        found: String,
    },
    /// No policy of this name.
    #[error("no policy `{id}`{}", suggestion.as_ref().map(|s| format!("; did you mean `{s}`?")).unwrap_or_else(|| "; `innovate policy list` names them all".to_owned()))]
    Unknown {
        /// The id or prefix asked for.
        id: String,
        /// The nearest id.
        suggestion: Option<String>,
    },
    /// A parameter that the policy does not have, or a value that its schema refuses.
    #[error("policy `{policy}`: parameter `{parameter}`: {reason}")]
    Parameter {
        /// The policy.
        policy: String,
        /// The parameter.
        parameter: String,
        /// What is wrong with it.
        reason: String,
    },
}
