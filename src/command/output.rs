//! Where reports go: `-o FORMAT[=PATH]`.

use std::fs::File;
use std::io::{self, BufWriter, IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::str::FromStr;

use anyhow::Context;

use super::live;
use crate::report::{Format, Report, Style, UnknownFormat};

/// One report to write.
#[derive(Clone, Debug)]
pub(super) struct Output {
    format: Format,
    place: Place,
}

/// Where a report goes.
#[derive(Clone, Debug)]
enum Place {
    Stdout,
    File(PathBuf),
    /// A bucket of Amazon S3, and the template of a key.
    Bucket(String, String),
}

/// What cannot be written.
#[derive(Debug, thiserror::Error)]
pub(super) enum OutputError {
    /// The format is none.
    #[error(transparent)]
    Format(#[from] UnknownFormat),
    /// The address of an object is none.
    #[error("`{0}` is no address of an object; give `s3://BUCKET/KEY`, with dates as in `s3://reports/%Y/%m/%d/innovate.json`")]
    Address(String),
}

impl Output {
    /// Whether it is JSON.
    pub(super) fn is_json(&self) -> bool {
        self.format == Format::Json
    }
}

impl FromStr for Output {
    type Err = OutputError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let Some((format, place)) = text.split_once('=') else {
            return Ok(Self { format: text.parse()?, place: Place::Stdout });
        };
        let place = match place.strip_prefix("s3://") {
            None => Place::File(PathBuf::from(place)),
            Some(address) => match address.split_once('/') {
                Some((bucket, key)) if !bucket.is_empty() && !key.is_empty() && is_template(key) => {
                    Place::Bucket(bucket.to_owned(), key.to_owned())
                }
                _ => return Err(OutputError::Address(place.to_owned())),
            },
        };
        Ok(Self { format: format.parse()?, place })
    }
}

/// Whether the key can have a date put in, as `strftime` does it.
fn is_template(key: &str) -> bool {
    jiff::fmt::strtime::format(key, jiff::Timestamp::UNIX_EPOCH).is_ok()
}

/// What `--output` takes.
pub(super) fn help() -> String {
    format!(
        "A report: {}, with `=PATH` into a file or `=s3://BUCKET/KEY` into an object, whose key may have dates as in `%Y/%m/%d/report.json`; repeatable",
        Format::names()
    )
}

/// Writes every output; standard output where there is no path, and `usual` where none is asked for.
pub(super) fn write(outputs: &[Output], usual: Format, report: &Report<'_>) -> anyhow::Result<()> {
    let usual = Output { format: usual, place: Place::Stdout };
    let outputs = if outputs.is_empty() { std::slice::from_ref(&usual) } else { outputs };
    for output in outputs {
        let plain = Report { style: Style { colour: false, width: None }, ..*report };
        match &output.place {
            Place::File(path) => {
                write_file(path, |file| Ok(output.format.write(&plain, file)?))
                    .with_context(|| format!("cannot write `{}`", path.display()))?;
            }
            Place::Bucket(bucket, key) => {
                let key = jiff::fmt::strtime::format(key, jiff::Timestamp::now())?;
                let mut file = tempfile::NamedTempFile::new()?;
                let mut writer = BufWriter::new(&mut file);
                output.format.write(&plain, &mut writer)?;
                writer.flush()?;
                drop(writer);
                live::put(bucket, &key, file.path(), output.format.media_type())
                    .with_context(|| format!("cannot write `s3://{bucket}/{key}`"))?;
            }
            Place::Stdout => {
                let mut stdout = BufWriter::new(io::stdout().lock());
                match output.format.write(report, &mut stdout).and_then(|()| stdout.flush()) {
                    // A reader that has seen enough does not change what was found.
                    Err(error) if error.kind() == io::ErrorKind::BrokenPipe => drop(stdout.into_parts()),
                    written => written?,
                }
            }
        }
    }
    Ok(())
}

/// Holds that every output can be written, before hours go into what would be lost.
pub(super) fn probe(outputs: &[Output]) -> anyhow::Result<()> {
    outputs.iter().try_for_each(|output| match &output.place {
        Place::File(path) => probe_file(path),
        Place::Stdout | Place::Bucket(..) => Ok(()),
    })
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
