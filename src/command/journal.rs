//! The journal of what was provisioned: JSON lines, each with the digest of the one before, so that nothing can be taken out or changed unnoticed.

use std::cell::RefCell;
use std::fs::{File, OpenOptions};
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::Path;

use anyhow::Context;
use serde_json::{Map, Value, json};

use crate::plan::digest;

/// A journal that is written to.
pub(super) struct Journal {
    file: RefCell<File>,
    previous: RefCell<String>,
    /// What every record says.
    common: Map<String, Value>,
}

impl Journal {
    /// Goes on with the journal of a file, or begins it. A line that a killed process left half-written is closed, and stays.
    pub(super) fn open(path: &Path, common: Value) -> anyhow::Result<Self> {
        let failed = || format!("cannot write the journal `{}`", path.display());
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder).with_context(failed)?;
        }
        let mut file = OpenOptions::new().create(true).read(true).append(true).open(path).with_context(failed)?;
        // Whoever holds it is at work on the same blueprint.
        if let Err(std::fs::TryLockError::WouldBlock) = file.try_lock() {
            anyhow::bail!("another run is at work: it holds the journal `{}`; wait until it has ended", path.display());
        }
        file.seek(SeekFrom::Start(0)).with_context(failed)?;
        let mut text = String::new();
        file.read_to_string(&mut text).with_context(failed)?;
        if !text.is_empty() && !text.ends_with('\n') {
            file.write_all(b"\n").with_context(failed)?;
        }
        let last = text.lines().rev().find_map(|line| serde_json::from_str::<Value>(line).ok());
        let previous = last.and_then(|record| record.get("digest").and_then(Value::as_str).map(ToOwned::to_owned)).unwrap_or_default();
        let common = match common {
            Value::Object(common) => common,
            _ => Map::new(),
        };
        Ok(Self { file: RefCell::new(file), previous: RefCell::new(previous), common })
    }

    /// Adds a record, and has it on disk before it returns.
    pub(super) fn write(&self, what: Value) -> anyhow::Result<()> {
        let mut record = self.common.clone();
        record.insert("time".to_owned(), json!(jiff::Timestamp::now().to_string()));
        if let Value::Object(what) = what {
            record.extend(what);
        }
        record.insert("previous".to_owned(), json!(*self.previous.borrow()));
        let own = digest(Value::Object(record.clone()).to_string().as_bytes());
        record.insert("digest".to_owned(), json!(own));
        let mut file = self.file.borrow_mut();
        file.write_all(format!("{}\n", Value::Object(record)).as_bytes())
            .and_then(|()| file.sync_data())
            .context("cannot write the journal")?;
        *self.previous.borrow_mut() = own;
        Ok(())
    }
}
