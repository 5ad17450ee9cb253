//! The files of an earlier revision, by the `git` command.

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::Context;

use super::usage;

/// A revision, written out.
pub(super) struct Revision {
    /// Holds the files.
    folder: tempfile::TempDir,
    /// Where in them the folder is that the program runs in.
    prefix: PathBuf,
}

/// While this is there, relative paths are those of a revision.
pub(super) struct Inside {
    outside: PathBuf,
}

impl Drop for Inside {
    fn drop(&mut self) {
        // It was there a moment ago; where it is gone now, no path of it can be meant any more.
        drop(std::env::set_current_dir(&self.outside));
    }
}

impl Revision {
    /// Writes out what a revision holds.
    pub(super) fn check_out(name: &str) -> anyhow::Result<Self> {
        let prefix = git(["rev-parse", "--show-prefix"], None)
            .map_err(|error| usage(format!("`--since` compares revisions of a Git repository: {error:#}")))?;
        // A name that begins with a hyphen is a flag to nobody.
        let commit = git(["rev-parse", "--verify", "--quiet", "--end-of-options", &format!("{name}^{{commit}}")], None);
        let commit = commit.map_err(|_| usage(format!("there is no revision `{name}`; a shallow clone may lack it, so fetch it first")))?;
        let folder = tempfile::tempdir().context("cannot make a folder for the earlier revision")?;
        // An index of its own: that of the repository stays as it is.
        let index = folder.path().join("index");
        let mut files = folder.path().join("files").into_os_string();
        files.push("/");
        git([OsStr::new("read-tree"), OsStr::new(commit.trim())], Some(&index))?;
        let mut to = std::ffi::OsString::from("--prefix=");
        to.push(&files);
        // From the top: in a folder only its own files are written.
        let top = git(["rev-parse", "--show-cdup"], None)?;
        let top = if top.trim().is_empty() { "." } else { top.trim() };
        git(
            [OsStr::new("-C"), OsStr::new(top), OsStr::new("checkout-index"), OsStr::new("--all"), OsStr::new("--quiet"), &to],
            Some(&index),
        )?;
        let revision = Self { folder, prefix: PathBuf::from(prefix.trim()) };
        // A folder that the revision does not have holds nothing there.
        std::fs::create_dir_all(revision.root()).context("cannot make a folder for the earlier revision")?;
        Ok(revision)
    }

    /// Makes relative paths those of the revision, until what is given back is dropped.
    pub(super) fn enter(&self) -> anyhow::Result<Inside> {
        let outside = std::env::current_dir().context("the folder that the program runs in is gone")?;
        std::env::set_current_dir(self.root()).context("cannot enter the earlier revision")?;
        Ok(Inside { outside })
    }

    /// The folder that stands for the one that the program runs in.
    pub(super) fn root(&self) -> PathBuf {
        self.folder.path().join("files").join(&self.prefix)
    }

    /// Which of the files, and of those in the folders, are not as the revision has them. Paths that lie outside of the repository are not looked at.
    pub(super) fn changed(&self, paths: &BTreeSet<PathBuf>) -> anyhow::Result<BTreeSet<String>> {
        let mut changed = BTreeSet::new();
        for path in paths.iter().filter(|path| path.is_relative()) {
            let (now, then) = (files(path, Path::new(""))?, files(path, &self.root())?);
            for file in now.union(&then) {
                if read(file)? != read(&self.root().join(file))? {
                    changed.insert(file.to_string_lossy().replace('\\', "/"));
                }
            }
        }
        Ok(changed)
    }
}

/// The files that Git tracks in the paths, from the folder that the program runs in; none where there is no repository.
pub(super) fn tracked(paths: &[String]) -> BTreeSet<String> {
    if !paths.iter().any(|path| Path::new(path).is_dir()) {
        return BTreeSet::new();
    }
    let there = paths.iter().filter(|path| *path != "-" && Path::new(path).exists()).map(String::as_str);
    let listed = git(["ls-files", "-z", "--cached", "--"].into_iter().chain(there), None).unwrap_or_default();
    listed.split('\0').filter(|name| !name.is_empty()).map(ToOwned::to_owned).collect()
}

/// The text of a file; none where it is not there.
fn read(path: &Path) -> anyhow::Result<Option<Vec<u8>>> {
    match std::fs::read(path) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error).with_context(|| format!("cannot read `{}`", path.display())),
    }
}

/// The files of a path below `root`, by their paths from there.
fn files(path: &Path, root: &Path) -> anyhow::Result<BTreeSet<PathBuf>> {
    let full = root.join(path);
    if full.is_file() {
        return Ok(BTreeSet::from([path.to_owned()]));
    }
    let mut found = BTreeSet::new();
    if full.is_dir() {
        for entry in std::fs::read_dir(&full).with_context(|| format!("cannot read `{}`", full.display()))? {
            found.extend(files(&path.join(entry?.file_name()), root)?);
        }
    }
    Ok(found)
}

/// What a Git command says.
fn git<I: AsRef<OsStr>>(arguments: impl IntoIterator<Item = I>, index: Option<&Path>) -> anyhow::Result<String> {
    let mut command = Command::new("git");
    command.args(arguments);
    if let Some(index) = index {
        command.env("GIT_INDEX_FILE", index);
    }
    let output = command.output().context("cannot run `git`")?;
    if !output.status.success() {
        anyhow::bail!("git: {}", String::from_utf8_lossy(&output.stderr).trim());
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}
