//! Snapshots: a world in a file. The file is zstd over one JSON document, `{"format": "innovate-snapshot", "version": 1, "world": {…}}`,
//! object keys in order, resources in order: the same world gives the same bytes.

use std::io::{Read, Write};

use innovate_model::World;
use serde::{Deserialize, Serialize};

const FORMAT: &str = "innovate-snapshot";
const VERSION: u32 = 1;
const LEVEL: i32 = 9;

/// The most that a snapshot may unpack to: 8 GiB, beyond any organization and below what a crafted file could ask for.
const MAX_BYTES: u64 = 8 << 30;

/// A snapshot that cannot be read or written.
#[derive(Debug, thiserror::Error)]
pub enum SnapshotError {
    /// Not zstd, or cut short.
    #[error("the snapshot is truncated or is no snapshot; write it again with `innovate snapshot -o FILE`")]
    Compression(#[source] std::io::Error),
    /// Not the documented JSON.
    #[error("the snapshot is corrupt at line {}, column {}", .0.line(), .0.column())]
    Json(#[source] serde_json::Error),
    /// Another format.
    #[error("the file says that it is `{0}`, not `{FORMAT}`")]
    Format(String),
    /// A version that this program does not know.
    #[error("the snapshot has version {0}, this program reads version {VERSION}; use a newer `innovate`")]
    Version(u32),
    /// It can't be written.
    #[error("the snapshot cannot be written")]
    Write(#[source] std::io::Error),
}

#[derive(Deserialize)]
struct Header {
    format: String,
    version: u32,
}

#[derive(Deserialize)]
struct Document {
    world: World,
}

#[derive(Serialize)]
struct DocumentRef<'a> {
    format: &'a str,
    version: u32,
    world: &'a World,
}

/// Writes a world, which must be in canonical order ([`World::sort`]).
///
/// # Errors
/// The writer fails.
pub fn write(world: &World, writer: impl Write) -> Result<(), SnapshotError> {
    let mut encoder = zstd::Encoder::new(writer, LEVEL).map_err(SnapshotError::Write)?;
    encoder.include_checksum(true).map_err(SnapshotError::Write)?;
    let document = DocumentRef { format: FORMAT, version: VERSION, world };
    serde_json::to_writer(&mut encoder, &document).map_err(|error| SnapshotError::Write(error.into()))?;
    encoder.finish().and_then(|mut writer| writer.flush()).map_err(SnapshotError::Write)
}

/// Reads a world.
///
/// # Errors
/// The file is truncated, corrupt, of another format or of a newer version.
pub fn read(reader: impl Read) -> Result<World, SnapshotError> {
    let mut text = Vec::new();
    let decoder = zstd::Decoder::new(reader).map_err(SnapshotError::Compression)?;
    decoder.take(MAX_BYTES).read_to_end(&mut text).map_err(SnapshotError::Compression)?;
    let header: Header = serde_json::from_slice(&text).map_err(SnapshotError::Json)?;
    if header.format != FORMAT {
        return Err(SnapshotError::Format(header.format));
    }
    if header.version != VERSION {
        return Err(SnapshotError::Version(header.version));
    }
    let document: Document = serde_json::from_slice(&text).map_err(SnapshotError::Json)?;
    Ok(document.world)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_world_survives_and_gives_the_same_bytes() {
        let mut world = World { read_at: "2026-01-01T00:00:00Z".to_owned(), caller: "111122223333".to_owned(), ..World::default() };
        world.resources.push(innovate_model::Resource::new("AWS::EC2::Volume", "vol-1", "111122223333", "eu-west-1"));
        let pack = |world: &World| {
            let mut bytes = Vec::new();
            write(world, &mut bytes).unwrap();
            bytes
        };
        let bytes = pack(&world);
        let back = read(bytes.as_slice()).unwrap();
        assert_eq!(back, world);
        assert_eq!(pack(&back), bytes);
        for length in 0..bytes.len() {
            assert!(read(&bytes[..length]).is_err(), "cut to {length} bytes");
        }
    }

    #[test]
    fn another_version_is_named() {
        let newer = zstd::encode_all(br#"{"format":"innovate-snapshot","version":9,"world":{"future":1}}"#.as_slice(), 1).unwrap();
        assert_eq!(
            read(newer.as_slice()).unwrap_err().to_string(),
            "the snapshot has version 9, this program reads version 1; use a newer `innovate`"
        );
    }
}
