//! `innovate init`.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::Context;
use clap::{Args, ValueEnum};

use super::{Exit, output, usage};

/// The schema of `innovate.toml`, and where a project keeps it: editors complete the settings without a network, as this version reads them.
const SCHEMA: (&str, &str) = (".innovate/innovate.toml.json", include_str!("../../schemas/innovate.toml.json"));

const SETTINGS: &str = r#"#:schema .innovate/innovate.toml.json
# The settings of innovate for this project. Flags of the command line go before them.

# Folders of policies of your own, relative to this file.
# policies = ["policies"]

# Parameters of policies, by the policy's id: `innovate policy show ID` tells them.
# [parameters."aws.rds.backup_retention_too_short"]
# minimum_days = 30
"#;

const WAIVERS: &str = "\
# Findings that this project lives with for a time, each with a reason, an owner and a day on which it ends. `innovate waiver add` writes
# one; it covers a finding for as long as the value that offends stays what it is.
version: 1
waivers: []
";

/// Runs the action in pull requests.
const GITHUB: (&str, &str) = (".github/workflows/innovate.yml", include_str!("../../integrations/github/check.yml"));

/// The component itself, so that nothing outside the project is included.
const GITLAB: (&str, &str) = (".gitlab/innovate.yml", include_str!("../../templates/innovate/template.yml"));

/// What GitLab reads.
const GITLAB_PIPELINE: &str = ".gitlab-ci.yml";

/// Who hosts innovate, where the build does not know.
const SOMEBODY: &str = "OWNER/innovate";

#[derive(Args, Debug)]
pub(super) struct Arguments {
    /// The folder of the project.
    #[arg(value_name = "DIR", default_value = ".")]
    folder: PathBuf,
    /// The CI to write a file for; without it, the one that the project has files or a git remote of.
    #[arg(long, value_enum)]
    ci: Option<Ci>,
    /// Write anew what is there; never `.gitlab-ci.yml`.
    #[arg(long)]
    force: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Ci {
    /// A workflow of GitHub Actions.
    Github,
    /// A job of GitLab CI/CD.
    Gitlab,
    /// No file for a CI.
    None,
}

pub(super) fn run(arguments: &Arguments) -> anyhow::Result<Exit> {
    let folder = &arguments.folder;
    if !folder.is_dir() {
        return Err(usage(format!("`{}` is not a folder: make it first", folder.display())));
    }
    let release = Release::of_build();
    let ci = arguments.ci.unwrap_or_else(|| detect(folder));
    let mut out = io::stdout().lock();
    let mut write = |(name, text): (&str, &str), force: bool| -> anyhow::Result<()> {
        let path = folder.join(name);
        if path.exists() && !force {
            return Ok(writeln!(out, "kept `{}`, which was there", path.display())?);
        }
        let written = path.parent().map_or(Ok(()), fs::create_dir_all).map_err(anyhow::Error::from);
        written
            .and_then(|()| output::write_file(&path, |file| Ok(file.write_all(text.as_bytes())?)))
            .with_context(|| format!("cannot write `{}`", path.display()))?;
        Ok(writeln!(out, "wrote `{}`", path.display())?)
    };
    write(("innovate.toml", SETTINGS), arguments.force)?;
    write(SCHEMA, arguments.force)?;
    write(("innovate-waivers.yaml", WAIVERS), arguments.force)?;
    let mut steps = vec!["see what fails now: `innovate check .`".to_owned()];
    match ci {
        Ci::Github => {
            let (name, text) = GITHUB;
            write((name, release.name_in(text).as_str()), arguments.force)?;
            steps.extend(release.unknown_in(name));
            steps.push(format!("commit `{name}` on the default branch; pull requests are checked from then on"));
        }
        Ci::Gitlab => {
            let include = release.pipeline();
            let pipeline = fs::read_to_string(folder.join(GITLAB_PIPELINE)).ok();
            write(GITLAB, arguments.force)?;
            write((GITLAB_PIPELINE, include.as_str()), false)?;
            match pipeline {
                None => steps.extend(release.unknown_in(GITLAB_PIPELINE)),
                Some(text) if text.contains(GITLAB.0) => {}
                Some(_) => steps.push(format!("add this to `{GITLAB_PIPELINE}`:\n{include}")),
            }
            steps.push("commit these files; merge requests are checked from then on".to_owned());
        }
        Ci::None if arguments.ci.is_none() => {
            steps.push("for a file for the CI, name it: `innovate init --ci github`, or `gitlab`".to_owned())
        }
        Ci::None => {}
    }
    writeln!(out, "next:")?;
    for step in steps {
        writeln!(out, "- {}", step.trim_end().replace('\n', "\n  "))?;
    }
    Ok(Exit::Clean)
}

/// The CI whose files the project has, or where its git remote is.
fn detect(folder: &Path) -> Ci {
    if folder.join(".github").is_dir() {
        return Ci::Github;
    }
    if folder.join(GITLAB_PIPELINE).is_file() {
        return Ci::Gitlab;
    }
    // Without git, or a remote, there is nothing to tell it by.
    let remote = Command::new("git").arg("-C").arg(folder).args(["remote", "get-url", "origin"]).output();
    let remote = remote.map(|output| String::from_utf8_lossy(&output.stdout).into_owned()).unwrap_or_default();
    match host(&remote) {
        host if host.contains("github") => Ci::Github,
        host if host.contains("gitlab") => Ci::Gitlab,
        _ => Ci::None,
    }
}

/// The host of a remote: of `https://user@host:port/path`, and of `user@host:path`.
fn host(remote: &str) -> &str {
    let address = remote.split_once("://").map_or(remote, |(_, rest)| rest);
    let authority = address.split('/').next().unwrap_or_default();
    let host = authority.rsplit('@').next().unwrap_or_default();
    host.split(':').next().unwrap_or_default()
}

/// What the files of a CI run: this program, as it was released.
struct Release {
    /// The owner and name of the repository.
    repository: &'static str,
    /// The commit, or the tag where the build does not know it.
    commit: &'static str,
}

impl Release {
    /// The workflow of the release says where it runs; whoever builds the program for themselves does not.
    fn of_build() -> Self {
        let tag = concat!("v", env!("CARGO_PKG_VERSION"));
        let given = |name: Option<&'static str>| name.filter(|name| !name.is_empty());
        Self {
            repository: given(option_env!("INNOVATE_REPOSITORY")).unwrap_or(SOMEBODY),
            commit: given(option_env!("INNOVATE_COMMIT")).unwrap_or(tag),
        }
    }

    /// The text with this release in the places that are left for it.
    fn name_in(&self, text: &str) -> String {
        text.replace(
            &format!("{SOMEBODY}@COMMIT # VERSION"),
            &format!("{}@{} # v{}", self.repository, self.commit, env!("CARGO_PKG_VERSION")),
        )
    }

    /// A pipeline that includes the component.
    fn pipeline(&self) -> String {
        let repository = if self.repository == SOMEBODY { SOMEBODY.to_owned() } else { self.repository.to_lowercase() };
        format!("include:\n  - local: {}\n    inputs:\n      image: ghcr.io/{repository}:{}-ci\n", GITLAB.0, env!("CARGO_PKG_VERSION"))
    }

    /// What is left to do in a file where the build does not know who hosts the program.
    fn unknown_in(&self, name: &str) -> Option<String> {
        (self.repository == SOMEBODY).then(|| format!("in `{name}`, put who hosts innovate for you in the place of `OWNER`"))
    }
}
