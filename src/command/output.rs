//! Where reports go: `-o FORMAT[=PATH]`.

use std::fs::File;
use std::io::{self, BufWriter, IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::str::FromStr;

use anyhow::Context;

use crate::report::{Format, Report, Style, UnknownFormat};

/// One report to write.
#[derive(Clone, Debug)]
pub(super) struct Output {
    format: Format,
    path: Option<PathBuf>,
}

impl Output {
    /// Whether it is JSON.
    pub(super) fn is_json(&self) -> bool {
        self.format == Format::Json
    }
}

impl FromStr for Output {
    type Err = UnknownFormat;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (format, path) = text.split_once('=').map_or((text, None), |(format, path)| (format, Some(PathBuf::from(path))));
        Ok(Self { format: format.parse()?, path })
    }
}

/// What `--output` takes.
pub(super) fn help() -> String {
    format!("A report: {}, with `=PATH` into a file; repeatable", Format::names())
}

/// Writes every output; standard output where there is no path, and `usual` where none is asked for.
pub(super) fn write(outputs: &[Output], usual: Format, report: &Report<'_>) -> anyhow::Result<()> {
    let usual = Output { format: usual, path: None };
    let outputs = if outputs.is_empty() { std::slice::from_ref(&usual) } else { outputs };
    for output in outputs {
        match &output.path {
            Some(path) => {
                let plain = Report { style: Style { colour: false, width: None }, ..*report };
                write_file(path, |file| Ok(output.format.write(&plain, file)?))
                    .with_context(|| format!("cannot write `{}`", path.display()))?;
            }
            None => {
                let mut stdout = BufWriter::new(io::stdout().lock());
                output.format.write(report, &mut stdout)?;
                stdout.flush()?;
            }
        }
    }
    Ok(())
}

/// Holds that every output can be written, before hours go into what would be lost.
pub(super) fn probe(outputs: &[Output]) -> anyhow::Result<()> {
    outputs.iter().filter_map(|output| output.path.as_deref()).try_for_each(probe_file)
}

/// Holds that the file can be written.
pub(super) fn probe_file(path: &Path) -> anyhow::Result<()> {
    if path.exists() && !path.is_file() {
        return Ok(());
    }
    let partial = partial(path);
    std::fs::write(&partial, []).and_then(|()| std::fs::remove_file(&partial)).with_context(|| format!("cannot write `{}`", path.display()))
}

/// The file beside `path` that is written first.
fn partial(path: &Path) -> PathBuf {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(format!(".{}.partial", std::process::id()));
    path.with_file_name(name)
}

/// Puts what `fill` writes in the place of a file at once: a reader sees the old file or the new one, never half of it.
pub(super) fn write_file(path: &Path, fill: impl FnOnce(&mut dyn Write) -> anyhow::Result<()>) -> anyhow::Result<()> {
    let filled = |path: &Path| {
        let mut file = BufWriter::new(File::create(path)?);
        fill(&mut file)?;
        file.flush()?;
        anyhow::Ok(())
    };
    if path.exists() && !path.is_file() {
        return filled(path);
    }
    let partial = partial(path);
    let written = filled(&partial).and_then(|()| Ok(std::fs::rename(&partial, path)?));
    if written.is_err() {
        drop(std::fs::remove_file(&partial));
    }
    written
}

/// How standard output wants its report.
pub(super) fn style() -> Style {
    let terminal = io::stdout().is_terminal();
    let no_colour = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
    let width = terminal.then(|| terminal_size::terminal_size().map(|(width, _)| width.0)).flatten();
    Style { colour: terminal && !no_colour, width }
}
