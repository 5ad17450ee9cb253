//! Lists that do not fit in memory, in a file without a name: the system takes it back however the process ends.

use std::fs::File;
use std::io::{self, BufReader, BufWriter, Read, Seek, Write};

use serde::Serialize;
use serde::de::DeserializeOwned;

/// Compression that costs less time than the disk that it saves.
const LEVEL: i32 = 1;

/// A file of lists.
#[derive(Debug)]
pub struct Spill {
    file: File,
}

/// Where one list is in the file.
#[derive(Clone, Copy, Debug)]
pub struct Segment {
    offset: u64,
    length: u64,
}

impl Spill {
    /// A new file in the system's folder for such files.
    ///
    /// # Errors
    /// It cannot be made.
    pub fn new() -> io::Result<Self> {
        tempfile::tempfile().map(|file| Self { file })
    }

    /// Adds a list.
    ///
    /// # Errors
    /// The disk is full.
    pub fn append<T: Serialize>(&mut self, items: impl IntoIterator<Item = T>) -> io::Result<Segment> {
        let offset = self.file.seek(io::SeekFrom::End(0))?;
        let mut encoder = zstd::Encoder::new(BufWriter::new(&self.file), LEVEL)?;
        for item in items {
            serde_json::to_writer(&mut encoder, &item)?;
            encoder.write_all(b"\n")?;
        }
        encoder.finish()?.flush()?;
        Ok(Segment { offset, length: self.file.stream_position()? - offset })
    }

    /// The list, item by item.
    ///
    /// # Errors
    /// The file cannot be read; later errors are among the items.
    pub fn stream<T: DeserializeOwned>(&self, segment: Segment) -> io::Result<impl Iterator<Item = io::Result<T>>> {
        let decoder = zstd::Decoder::new(Part { file: &self.file, at: segment.offset, left: segment.length })?;
        let items = serde_json::Deserializer::from_reader(BufReader::new(decoder)).into_iter();
        Ok(items.map(|item| item.map_err(io::Error::from)))
    }

    /// The whole list.
    ///
    /// # Errors
    /// The file cannot be read.
    pub fn read<T: DeserializeOwned>(&self, segment: Segment) -> io::Result<Vec<T>> {
        let mut text = Vec::new();
        zstd::Decoder::new(Part { file: &self.file, at: segment.offset, left: segment.length })?.read_to_end(&mut text)?;
        serde_json::Deserializer::from_slice(&text).into_iter().map(|item| item.map_err(io::Error::from)).collect()
    }
}

/// A part of a file, read without the position that all of its readers share.
struct Part<'a> {
    file: &'a File,
    at: u64,
    left: u64,
}

impl Read for Part<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let most = buffer.len().min(usize::try_from(self.left).unwrap_or(usize::MAX));
        let count = read_at(self.file, buffer.get_mut(..most).unwrap_or_default(), self.at)?;
        let moved = u64::try_from(count).unwrap_or_default();
        self.at += moved;
        self.left -= moved;
        Ok(count)
    }
}

#[cfg(unix)]
fn read_at(file: &File, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
    std::os::unix::fs::FileExt::read_at(file, buffer, offset)
}

#[cfg(windows)]
fn read_at(file: &File, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
    std::os::windows::fs::FileExt::seek_read(file, buffer, offset)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_come_back_in_any_order() {
        let mut spill = Spill::new().unwrap();
        let first = spill.append(0..1000).unwrap();
        let second = spill.append(["a", "b"]).unwrap();
        let empty = spill.append(Vec::<u8>::new()).unwrap();
        assert_eq!(spill.read::<String>(second).unwrap(), ["a", "b"]);
        let mut numbers = spill.stream::<u64>(first).unwrap();
        assert_eq!(numbers.next().unwrap().unwrap(), 0);
        assert_eq!(spill.read::<u64>(first).unwrap().len(), 1000);
        assert_eq!(numbers.map(Result::unwrap).last(), Some(999));
        assert!(spill.read::<u8>(empty).unwrap().is_empty());
    }
}
