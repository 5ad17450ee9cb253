//! Helm charts, through the command `helm`: how it is called, and what its output declares.
//!
//! What `helm template` prints has lines of its own, which are in no file of the user's. So what a chart declares is located at the first line of its
//! template, and its address says which object of that template it is.

use std::ffi::OsString;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Output;

use innovate_model::{Position, Span};

use super::declared::{Declaration, Target};
use super::document::{self, InputError};
use super::kubernetes;

/// The file that makes a folder a chart.
pub const CHART: &str = "Chart.yaml";

/// How a line begins by which helm says the template of the document that follows.
const SOURCE: &str = "# Source: ";

/// The release's name where none is given: the one that helm itself takes.
const RELEASE: &str = "release-name";

/// A chart, and with what it is rendered.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Chart {
    /// The folder with its `Chart.yaml`.
    pub folder: PathBuf,
    /// The name of the release.
    pub release: Option<String>,
    /// The namespace of the release; that of the objects that name none.
    pub namespace: Option<String>,
    /// Files of values, the last one first in rank.
    pub values: Vec<PathBuf>,
    /// Single values in the form of helm's `--set`, which outrank the files.
    pub set: Vec<String>,
}

/// A chart that cannot be rendered.
#[derive(Debug, thiserror::Error)]
pub enum HelmError {
    /// There is no `helm`.
    #[error("`{}` is a Helm chart, and there is no `helm` to render it; install Helm 3 (https://helm.sh/docs/intro/install), or leave the folder out", chart.display())]
    Missing {
        /// The chart's folder.
        chart: PathBuf,
    },
    /// It cannot be started.
    #[error("cannot start `helm` to render `{}`", chart.display())]
    Start {
        /// The chart's folder.
        chart: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// It refuses the chart.
    #[error("`helm template` fails on `{}`: {message}", chart.display())]
    Failed {
        /// The chart's folder.
        chart: PathBuf,
        /// What it says.
        message: String,
    },
    /// What it prints is no list of Kubernetes objects.
    #[error(transparent)]
    Input(#[from] InputError),
}

/// Whether the folder is a chart.
pub fn is_chart(folder: &Path) -> bool {
    folder.join(CHART).is_file()
}

impl Chart {
    /// The arguments by which `helm` renders the chart. Tests of the chart are left out: they do not run with the release. What a repository calls its folders
    /// comes last, after what ends the flags.
    pub fn arguments(&self) -> Vec<OsString> {
        let mut arguments: Vec<OsString> = vec!["template".into(), "--skip-tests".into()];
        arguments.extend(self.namespace.iter().flat_map(|namespace| ["--namespace".into(), namespace.into()]));
        arguments.extend(self.values.iter().flat_map(|file| ["--values".into(), file.clone().into_os_string()]));
        arguments.extend(self.set.iter().flat_map(|value| ["--set".into(), value.into()]));
        arguments.extend(["--".into(), self.release.as_deref().unwrap_or(RELEASE).into(), self.folder.clone().into_os_string()]);
        arguments
    }

    /// What the chart declares. `run` runs `helm` with the arguments that it is given and gives what that printed.
    ///
    /// # Errors
    /// There is no `helm`, it fails, or what it prints is not what a chart may declare.
    pub fn read(&self, target: &Target, run: impl FnOnce(&[OsString]) -> io::Result<Output>) -> Result<Declaration, HelmError> {
        let chart = || self.folder.clone();
        let output = run(&self.arguments()).map_err(|source| match source.kind() {
            io::ErrorKind::NotFound => HelmError::Missing { chart: chart() },
            _ => HelmError::Start { chart: chart(), source },
        })?;
        if !output.status.success() {
            // What follows an empty line is advice on helm's own flags.
            let said = String::from_utf8_lossy(&output.stderr);
            let lines: Vec<&str> = said.lines().map(str::trim).take_while(|line| !line.is_empty()).collect();
            let message = lines.join(" ").trim_start_matches("Error: ").to_owned();
            return Err(HelmError::Failed { chart: chart(), message });
        }
        Ok(self.rendered(&output.stdout, target)?)
    }

    /// What the text declares that `helm template` printed for the chart.
    ///
    /// # Errors
    /// It is no list of Kubernetes objects.
    pub fn rendered(&self, output: &[u8], target: &Target) -> Result<Declaration, InputError> {
        let folder = self.folder.to_string_lossy().replace('\\', "/");
        let folder = folder.trim_end_matches('/');
        let text = std::str::from_utf8(output).map_err(|_| InputError::new(folder, None, "what `helm template` prints is not UTF-8"))?;
        let mut declared = Declaration::default();
        for (first, part) in parts(text) {
            let source = part.lines().take_while(|line| line.starts_with('#')).find_map(|line| line.strip_prefix(SOURCE));
            // The first folder is the chart's name.
            let template = source.and_then(|path| path.trim().split_once('/')).map_or(CHART, |(_, template)| template);
            let file = format!("{folder}/{template}");
            let of_rendered = |error: InputError| {
                let line = error.at.map_or(first, |at| first + at.line - 1);
                let message = format!("{}, in line {line} of what `helm template` prints", error.message);
                InputError::new(&file, None, message)
            };
            let documents = document::parse(&file, part.as_bytes()).map_err(of_rendered)?;
            let of_part = kubernetes::read_in(&file, &documents, target, self.namespace.as_deref()).map_err(of_rendered)?;
            declared.resources.extend(of_part.resources);
            declared.skipped.extend(of_part.skipped);
        }
        let top = Span { start: Position::default(), end: Position::default() };
        for resource in &mut declared.resources {
            resource.origin.span = top;
            resource.origin.places.clear();
            resource.origin.remarks.iter_mut().for_each(|(span, _)| *span = top);
        }
        declared.skipped.iter_mut().for_each(|skipped| skipped.location.span = top);
        Ok(declared)
    }
}

/// The documents of a stream as texts, each with the number of its first line. A line of `---` is in no document: all texts of manifests are indented.
fn parts(text: &str) -> Vec<(usize, String)> {
    let mut parts = vec![(1, String::new())];
    for (number, line) in text.lines().enumerate() {
        if line.trim_end() == "---" {
            parts.push((number + 2, String::new()));
        } else if let Some((_, part)) = parts.last_mut() {
            part.push_str(line);
            part.push('\n');
        }
    }
    parts
}
