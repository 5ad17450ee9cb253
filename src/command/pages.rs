//! Pages of the reference in a folder: what is old there, and writing it anew.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::{self, Write};
use std::path::Path;

use anyhow::Context;

use super::Exit;

/// Pages by their path in the folder, and whose they are.
pub(super) struct Pages<'a> {
    /// The folder.
    pub(super) folder: &'a Path,
    /// The texts.
    pub(super) texts: BTreeMap<String, String>,
    /// Whether these are all that the folder is to have.
    pub(super) is_whole: bool,
    /// What each is of: `policy`.
    pub(super) of: &'a str,
}

impl Pages<'_> {
    /// Writes what is not there as it should be and removes what is left over; with `check` only says so.
    pub(super) fn settle(&self, check: bool) -> anyhow::Result<Exit> {
        let (folder, of) = (self.folder, self.of);
        let left_over = format!("is of no {of}");
        let known = if self.is_whole { files(folder)? } else { BTreeSet::new() };
        let mut problems: BTreeMap<&str, &str> = BTreeMap::new();
        for (file, text) in &self.texts {
            match fs::read_to_string(folder.join(file)) {
                Ok(known) if known == *text => {}
                Ok(_) => drop(problems.insert(file, "is old")),
                Err(error) if error.kind() == io::ErrorKind::NotFound => drop(problems.insert(file, "is missing")),
                Err(error) => return Err(error).with_context(|| format!("cannot read `{}`", folder.join(file).display())),
            }
        }
        problems.extend(known.iter().filter(|file| !self.texts.contains_key(*file)).map(|file| (file.as_str(), left_over.as_str())));
        let mut out = io::stdout().lock();
        if check {
            for (file, problem) in &problems {
                writeln!(out, "{} {problem}", folder.join(file).display())?;
            }
            let hint = if problems.is_empty() { String::new() } else { format!("; `innovate {of} docs` writes them anew") };
            writeln!(out, "{} pages, {} problems{hint}", self.texts.len(), problems.len())?;
            return Ok(if problems.is_empty() { Exit::Clean } else { Exit::Violations });
        }
        for file in problems.keys() {
            let path = folder.join(file);
            let written = match self.texts.get(*file) {
                Some(text) => path.parent().map_or(Ok(()), fs::create_dir_all).and_then(|()| fs::write(&path, text)),
                None => fs::remove_file(&path),
            };
            written.with_context(|| format!("cannot write `{}`", path.display()))?;
        }
        writeln!(out, "{} pages in `{}`, {} written or removed", self.texts.len(), folder.display(), problems.len())?;
        Ok(Exit::Clean)
    }
}

/// The pages of a folder; none where there is no folder yet.
fn files(folder: &Path) -> anyhow::Result<BTreeSet<String>> {
    let mut files = BTreeSet::new();
    let mut left = vec![folder.to_owned()];
    while let Some(next) = left.pop().filter(|_| folder.exists()) {
        for entry in fs::read_dir(&next).with_context(|| format!("cannot read `{}`", next.display()))? {
            let path = entry?.path();
            if path.is_dir() {
                left.push(path);
            } else if path.extension().is_some_and(|extension| extension == "md") {
                files.insert(path.strip_prefix(folder).unwrap_or(&path).to_string_lossy().replace('\\', "/"));
            }
        }
    }
    Ok(files)
}
