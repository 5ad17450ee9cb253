//! What a reading that was broken off has finished: a folder with one file an account, a line for each type of a Region. A line that a killed process left
//! half-written is not one.

use std::collections::{BTreeMap, HashMap};
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use innovate_model::{Resource, Tally};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// What the reading as a whole is.
const HEADER: &str = "reading.json";

/// How the names of the accounts' files end.
const EXTENSION: &str = "jsonl";

/// A folder that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum JournalError {
    /// It can't be read or written.
    #[error("cannot use `{}`", path.display())]
    File {
        /// The folder or file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The folder belongs to something else.
    #[error("`{}` holds {found}; give another folder, or delete this one", path.display())]
    Other {
        /// The folder.
        path: PathBuf,
        /// What is in it.
        found: &'static str,
    },
    /// Another process is at it.
    #[error("another run uses `{}`; wait for it, or give another folder", path.display())]
    InUse {
        /// The folder.
        path: PathBuf,
    },
}

#[derive(Debug, Deserialize, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
struct Header {
    /// The version of the program: another one may read other properties.
    program: String,
    /// What was needed of each type.
    needs: Value,
    /// When the reading began.
    read_at: Timestamp,
}

/// A type of a Region, read to its end without a failure.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Serialize)]
pub struct Finished {
    /// The resources.
    pub resources: Vec<Resource>,
    /// How often each facet was asked for and read.
    pub reads: BTreeMap<String, Tally>,
}

#[derive(Deserialize, Serialize)]
struct Line<F> {
    at: Timestamp,
    region: String,
    type_name: String,
    finished: F,
}

/// What an account has finished, by Region and type.
pub type OfAccount = HashMap<(String, String), Finished>;

/// The journal of a reading. Others are kept out as long as it is there.
#[derive(Debug)]
pub struct Journal {
    folder: PathBuf,
    header: Header,
    now: fn() -> Timestamp,
    max_age: SignedDuration,
    _lock: File,
}

impl Journal {
    /// The journal in this folder, a new one where there is none or all of it is older than `max_age`.
    ///
    /// # Errors
    /// The folder can't be used, belongs to a reading of other needs, or to a process that is still there.
    pub fn open(folder: &Path, needs: Value, now: fn() -> Timestamp, max_age: SignedDuration) -> Result<Self, JournalError> {
        let fail = |path: &Path| {
            let path = path.to_owned();
            move |source| JournalError::File { path, source }
        };
        let other = |found| JournalError::Other { path: folder.to_owned(), found };
        fs::create_dir_all(folder).map_err(fail(folder))?;
        let path = folder.join(HEADER);
        let is_new = !path.exists();
        if is_new && fs::read_dir(folder).map_err(fail(folder))?.next().is_some() {
            return Err(other("no broken-off reading but other files"));
        }
        let lock = OpenOptions::new().create(true).append(true).open(&path).map_err(fail(&path))?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(fs::TryLockError::WouldBlock) => return Err(JournalError::InUse { path: folder.to_owned() }),
            Err(fs::TryLockError::Error(source)) => return Err(fail(&path)(source)),
        }
        let program = env!("CARGO_PKG_VERSION").to_owned();
        let text = fs::read(&path).map_err(fail(&path))?;
        let mut journal = Self { folder: folder.to_owned(), header: Header { program, needs, read_at: now() }, now, max_age, _lock: lock };
        // A header without an end is that of a process that was killed before it read anything.
        if let Ok(known) = serde_json::from_slice::<Header>(&text) {
            if known.program != journal.header.program {
                return Err(other("a reading by another version of the program"));
            }
            if known.needs != journal.header.needs {
                return Err(other("a reading for other policies"));
            }
            if journal.is_young(known.read_at) || journal.has_young().map_err(fail(folder))? {
                journal.header = known;
                return Ok(journal);
            }
        }
        journal.remove_parts().map_err(fail(folder))?;
        let header = serde_json::to_vec(&journal.header).map_err(|error| fail(&path)(error.into()))?;
        fs::write(&path, header).map_err(fail(&path))?;
        Ok(journal)
    }

    /// When the reading began, now or in an earlier process.
    pub fn read_at(&self) -> Timestamp {
        self.header.read_at
    }

    /// What of the account was finished before and is young enough. What was half-written is cut off, for the next line to begin on a line of its own.
    ///
    /// # Errors
    /// The file can't be read.
    pub fn account(&self, account: &str) -> io::Result<OfAccount> {
        let path = self.file(account);
        let text = match fs::read(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(OfAccount::new()),
            Err(error) => return Err(error),
        };
        let whole = text.iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
        if whole < text.len() {
            OpenOptions::new().write(true).open(&path)?.set_len(u64::try_from(whole).unwrap_or_default())?;
        }
        let lines = text.get(..whole).unwrap_or_default().split(|byte| *byte == b'\n');
        let lines = lines.filter_map(|line| serde_json::from_slice::<Line<Finished>>(line).ok());
        Ok(lines.filter(|line| self.is_young(line.at)).map(|line| ((line.region, line.type_name), line.finished)).collect())
    }

    /// Notes that a type of a Region is finished.
    ///
    /// # Errors
    /// The disk is full.
    pub fn finish(&self, account: &str, region: &str, type_name: &str, finished: &Finished) -> io::Result<()> {
        let line = Line { at: (self.now)(), region: region.to_owned(), type_name: type_name.to_owned(), finished };
        let mut text = serde_json::to_vec(&line)?;
        text.push(b'\n');
        OpenOptions::new().create(true).append(true).open(self.file(account))?.write_all(&text)
    }

    /// Forgets everything: the reading has come to its end.
    ///
    /// # Errors
    /// A file can't be removed.
    pub fn clear(self) -> io::Result<()> {
        self.remove_parts()?;
        fs::remove_file(self.folder.join(HEADER))
    }

    fn file(&self, account: &str) -> PathBuf {
        self.folder.join(account).with_extension(EXTENSION)
    }

    fn is_young(&self, at: Timestamp) -> bool {
        (self.now)().duration_since(at) <= self.max_age
    }

    fn parts(&self) -> io::Result<Vec<PathBuf>> {
        let entries: io::Result<Vec<_>> = fs::read_dir(&self.folder)?.collect();
        Ok(entries?.into_iter().map(|entry| entry.path()).filter(|path| path.extension().is_some_and(|name| name == EXTENSION)).collect())
    }

    fn has_young(&self) -> io::Result<bool> {
        for path in self.parts()? {
            let changed = fs::metadata(path)?.modified()?;
            if Timestamp::try_from(changed).is_ok_and(|changed| self.is_young(changed)) {
                return Ok(true);
            }
        }
        Ok(false)
    }

    fn remove_parts(&self) -> io::Result<()> {
        self.parts()?.into_iter().try_for_each(fs::remove_file)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn morning() -> Timestamp {
        "2026-01-01T08:00:00Z".parse().unwrap()
    }

    fn noon() -> Timestamp {
        "2026-01-01T12:00:00Z".parse().unwrap()
    }

    fn finished() -> Finished {
        Finished { resources: vec![Resource::new("AWS::EC2::Volume", "vol-1", "1", "eu-west-1")], reads: BTreeMap::new() }
    }

    #[test]
    fn what_was_finished_is_known_and_what_is_half_written_is_not() {
        let folder = tempfile::tempdir().unwrap();
        let open = || Journal::open(folder.path(), Value::Null, morning, SignedDuration::from_hours(1)).unwrap();
        let journal = open();
        journal.finish("1", "eu-west-1", "AWS::EC2::Volume", &finished()).unwrap();
        journal.finish("1", "eu-west-1", "AWS::EC2::VPC", &Finished::default()).unwrap();
        let file = folder.path().join("1.jsonl");
        let whole = fs::read(&file).unwrap();
        drop(journal);
        for length in 0..=whole.len() {
            fs::write(&file, &whole[..length]).unwrap();
            let known = open().account("1").unwrap();
            assert_eq!(known.len(), whole[..length].iter().filter(|byte| **byte == b'\n').count());
            assert!(known.iter().all(|((_, name), part)| (name == "AWS::EC2::VPC") == part.resources.is_empty()));
        }
        // The next line begins where the last whole one ended.
        fs::write(&file, &whole[..whole.len() - 3]).unwrap();
        let journal = open();
        assert_eq!(journal.account("1").unwrap().len(), 1);
        journal.finish("1", "eu-west-1", "AWS::EC2::VPC", &Finished::default()).unwrap();
        assert_eq!(journal.account("1").unwrap().len(), 2);
        journal.clear().unwrap();
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
    }

    #[test]
    fn a_folder_of_something_else_is_refused_and_an_old_one_begun_anew() {
        let folder = tempfile::tempdir().unwrap();
        let open = |needs, now| Journal::open(folder.path(), needs, now, SignedDuration::from_hours(1));
        let journal = open(Value::Null, morning).unwrap();
        assert!(matches!(open(Value::Null, morning), Err(JournalError::InUse { .. })));
        journal.finish("1", "eu-west-1", "AWS::EC2::Volume", &finished()).unwrap();
        drop(journal);
        assert!(matches!(open(Value::from("other"), morning), Err(JournalError::Other { .. })));
        let path = folder.path().join("1.jsonl");
        let since = std::time::Duration::from_secs(morning().as_second().try_into().unwrap());
        let long_ago = std::time::SystemTime::UNIX_EPOCH + since;
        File::options().append(true).open(&path).unwrap().set_modified(long_ago).unwrap();
        let journal = open(Value::Null, noon).unwrap();
        assert_eq!((journal.read_at(), journal.account("1").unwrap().len()), (noon(), 0));
        drop(journal);
        fs::remove_file(folder.path().join(HEADER)).unwrap();
        fs::write(folder.path().join("notes.txt"), "mine").unwrap();
        assert!(matches!(open(Value::Null, noon), Err(JournalError::Other { .. })));
    }
}
