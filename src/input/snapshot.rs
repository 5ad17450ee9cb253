//! Snapshots: a world in a file. The file is zstd over one JSON document, `{"format": "innovate-snapshot", "version": 1, "world": {…}}`,
//! object keys in order, resources in order: the same world gives the same bytes.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::fmt;
use std::io::{self, BufReader, Read, Write};

use innovate_model::{AccountFacts, OrganizationFacts, Reach, Reads, Unread, World};
use serde::de::{self, DeserializeSeed, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde::ser::{self, SerializeSeq};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::{Map, Value};

use super::inventory::{Builder, Inventory};

const FORMAT: &str = "innovate-snapshot";
const VERSION: u32 = 1;
const LEVEL: i32 = 9;

/// The most that a snapshot may unpack to: 8 GiB, beyond any organization and below what a crafted file could ask for.
const MAX_BYTES: u64 = 8 << 30;

/// Bytes of JSON that are parsed in one piece, which is faster.
const AT_ONCE: u64 = 8 << 20;

/// Bytes of one resource: a crafted file would otherwise ask for all the memory that there is.
const RESOURCE: u64 = 128 << 20;

/// Bytes of one other member of the world, such as the ledger of what was read in ten thousand accounts.
const MEMBER: u64 = 2 << 30;

/// Bytes that are taken from what unpacks at a time.
const BUFFER: usize = 1 << 18;

/// A snapshot that cannot be read or written.
#[derive(Debug, thiserror::Error)]
pub enum SnapshotError {
    /// Not zstd, or cut short.
    #[error("the snapshot is truncated or is no snapshot; write it again with `innovate snapshot -o FILE`")]
    Compression(#[source] std::io::Error),
    /// Not the documented JSON.
    #[error("the snapshot is corrupt at line {}, column {}", .0.line(), .0.column())]
    Json(#[source] serde_json::Error),
    /// One resource is larger than any that a service tells of.
    #[error("a resource has more than {} MB, or the rest more than {}: no service tells of such", RESOURCE >> 20, MEMBER >> 20)]
    Large,
    /// Another format.
    #[error("the file says that it is `{0}`, not `{FORMAT}`")]
    Format(String),
    /// A version that this program does not know.
    #[error("the snapshot has version {0}, this program reads version {VERSION}; use a newer `innovate`")]
    Version(u32),
    /// The disk has no room for what does not fit in memory.
    #[error("what does not fit in memory cannot be kept on disk; set `TMPDIR` to a folder with room, or `--memory` higher")]
    Spill(#[source] std::io::Error),
    /// It can't be written.
    #[error("the snapshot cannot be written")]
    Write(#[source] std::io::Error),
}

#[derive(Serialize)]
struct Document<'a> {
    format: &'a str,
    version: u32,
    world: WorldOf<'a>,
}

/// A world with its resources from wherever they are, in the form of [`World`].
#[derive(Serialize)]
struct WorldOf<'a> {
    read_at: &'a str,
    caller: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    organization: &'a Option<OrganizationFacts>,
    accounts: &'a BTreeMap<String, AccountFacts>,
    regions: &'a BTreeMap<String, Vec<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    types: &'a Option<BTreeMap<String, Reach>>,
    resources: Resources<'a>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    unread: &'a Vec<Unread>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    reads: &'a Reads,
    interrupted: bool,
}

impl<'a> From<&'a Inventory<'_>> for WorldOf<'a> {
    fn from(inventory: &'a Inventory<'_>) -> Self {
        // A field that is added to the world is named here, too, or this does not compile.
        let World { read_at, caller, organization, accounts, regions, types, resources: _, unread, reads, interrupted, judged: _ } =
            inventory.world.as_ref();
        let (resources, interrupted) = (Resources(inventory), *interrupted);
        Self { read_at, caller, organization, accounts, regions, types, resources, unread, reads, interrupted }
    }
}

struct Resources<'a>(&'a Inventory<'a>);

impl Serialize for Resources<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        enum Failure<E> {
            Disk(io::Error),
            Form(E),
        }
        impl<E> From<io::Error> for Failure<E> {
            fn from(error: io::Error) -> Self {
                Self::Disk(error)
            }
        }
        let mut list = serializer.serialize_seq(None)?;
        match self.0.each(|resource| list.serialize_element(resource).map_err(Failure::Form)) {
            Ok(()) => list.end(),
            Err(Failure::Disk(error)) => Err(ser::Error::custom(error)),
            Err(Failure::Form(error)) => Err(error),
        }
    }
}

/// Writes a world, which must be in canonical order ([`World::sort`]).
///
/// # Errors
/// The writer fails.
pub fn write(inventory: &Inventory<'_>, writer: impl Write) -> Result<(), SnapshotError> {
    let mut encoder = zstd::Encoder::new(writer, LEVEL).map_err(SnapshotError::Write)?;
    encoder.include_checksum(true).map_err(SnapshotError::Write)?;
    let document = Document { format: FORMAT, version: VERSION, world: WorldOf::from(inventory) };
    serde_json::to_writer(&mut encoder, &document).map_err(|error| SnapshotError::Write(error.into()))?;
    encoder.finish().and_then(|mut writer| writer.flush()).map_err(SnapshotError::Write)
}

/// Reads a world.
///
/// # Errors
/// The file is truncated, corrupt, of another format or of a newer version.
pub fn read(reader: impl Read) -> Result<World, SnapshotError> {
    load(reader, Builder::new(usize::MAX, None)).map(|inventory| inventory.world.into_owned())
}

/// Reads a world; its resources go to the builder one by one.
///
/// # Errors
/// The file is truncated, corrupt, of another format or of a newer version, or the builder's disk fails.
pub fn load(reader: impl Read, mut builder: Builder) -> Result<Inventory<'static>, SnapshotError> {
    let mut decoder = zstd::Decoder::new(reader).map_err(SnapshotError::Compression)?.take(MAX_BYTES);
    let mut text = Vec::new();
    decoder.by_ref().take(AT_ONCE).read_to_end(&mut text).map_err(SnapshotError::Compression)?;
    let mut failure = None;
    let left = Cell::new(MEMBER);
    let seed = DocumentSeed { builder: &mut builder, failure: &mut failure, left: &left };
    let is_whole = u64::try_from(text.len()).is_ok_and(|length| length < AT_ONCE);
    let world = if is_whole {
        let mut json = serde_json::Deserializer::from_slice(&text);
        seed.deserialize(&mut json).and_then(|world| json.end().map(|()| world))
    } else {
        let mut json = serde_json::Deserializer::from_reader(BufReader::with_capacity(
            BUFFER,
            Metered { inner: text.as_slice().chain(decoder), left: &left },
        ));
        seed.deserialize(&mut json).and_then(|world| json.end().map(|()| world))
    };
    match (world, failure) {
        (_, Some(failure)) => Err(failure),
        (Ok(world), None) => builder.finish(world).map_err(SnapshotError::Spill),
        (Err(_), None) if left.get() == 0 => Err(SnapshotError::Large),
        (Err(error), None) if error.is_io() => Err(SnapshotError::Compression(error.into())),
        (Err(error), None) => Err(SnapshotError::Json(error)),
    }
}

/// The document: what is wrong with it in words of its own is left in `failure`.
struct DocumentSeed<'a> {
    builder: &'a mut Builder,
    failure: &'a mut Option<SnapshotError>,
    left: &'a Cell<u64>,
}

/// Reads as long as something is left of what one part may have.
struct Metered<'a, R> {
    inner: R,
    left: &'a Cell<u64>,
}

impl<R: Read> Read for Metered<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(buffer)?;
        self.left.set(self.left.get().saturating_sub(u64::try_from(count).unwrap_or(u64::MAX)));
        if self.left.get() == 0 { Err(io::ErrorKind::FileTooLarge.into()) } else { Ok(count) }
    }
}

impl<'de> DeserializeSeed<'de> for DocumentSeed<'_> {
    type Value = World;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<World, D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for DocumentSeed<'_> {
    type Value = World;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a snapshot")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<World, A::Error> {
        let mut fail = |error: SnapshotError| {
            let message = de::Error::custom(&error);
            *self.failure = Some(error);
            Err(message)
        };
        let mut world = None;
        let (mut format, mut version) = (None::<String>, None::<u32>);
        while let Some(name) = map.next_key::<String>()? {
            match name.as_str() {
                "format" => format = Some(map.next_value()?),
                "version" => version = Some(map.next_value()?),
                "world" => match (format.as_deref(), version) {
                    (Some(FORMAT), Some(VERSION)) => world = Some(map.next_value_seed(WorldSeed(self.builder, self.left))?),
                    (Some(FORMAT), Some(version)) => return fail(SnapshotError::Version(version)),
                    (format, _) => return fail(SnapshotError::Format(format.unwrap_or_default().to_owned())),
                },
                _ => drop(map.next_value::<IgnoredAny>()?),
            }
        }
        world.ok_or_else(|| de::Error::missing_field("world"))
    }
}

/// The world; its resources go to the builder.
struct WorldSeed<'a>(&'a mut Builder, &'a Cell<u64>);

impl<'de> DeserializeSeed<'de> for WorldSeed<'_> {
    type Value = World;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<World, D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for WorldSeed<'_> {
    type Value = World;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a world")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<World, A::Error> {
        let mut others = Map::new();
        while let Some(name) = map.next_key::<String>()? {
            self.1.set(MEMBER);
            if name == "resources" {
                self.1.set(RESOURCE);
                map.next_value_seed(ResourcesSeed(self.0, self.1))?;
                others.insert(name, Value::Array(Vec::new()));
            } else {
                others.insert(name, map.next_value()?);
            }
        }
        World::deserialize(Value::Object(others)).map_err(de::Error::custom)
    }
}

struct ResourcesSeed<'a>(&'a mut Builder, &'a Cell<u64>);

impl<'de> DeserializeSeed<'de> for ResourcesSeed<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_seq(self)
    }
}

impl<'de> Visitor<'de> for ResourcesSeed<'_> {
    type Value = ();

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("resources")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<(), A::Error> {
        while let Some(resource) = list.next_element()? {
            self.0.add(resource).map_err(de::Error::custom)?;
            self.1.set(RESOURCE);
        }
        Ok(())
    }
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
            write(&world.into(), &mut bytes).unwrap();
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
    fn a_snapshot_that_is_read_piece_by_piece_is_the_same() {
        let mut world = World { read_at: "2026-01-01T00:00:00Z".to_owned(), ..World::default() };
        for number in 0..10_000 {
            let mut resource = innovate_model::Resource::new("AWS::EC2::Volume", format!("vol-{number:05}"), "111122223333", "eu-west-1");
            resource.properties.insert("Text".to_owned(), Value::from("x".repeat(1000)));
            world.resources.push(resource);
        }
        let mut bytes = Vec::new();
        write(&(&world).into(), &mut bytes).unwrap();
        assert!(zstd::decode_all(bytes.as_slice()).unwrap().len() > usize::try_from(AT_ONCE).unwrap());
        assert_eq!(read(bytes.as_slice()).unwrap(), world);
        let stored = load(bytes.as_slice(), Builder::new(0, Some(std::collections::BTreeSet::new()))).unwrap();
        let mut again = Vec::new();
        write(&stored, &mut again).unwrap();
        assert!(stored.disk.is_some() && again == bytes, "what is on disk is written as what is in memory");
        for length in [bytes.len() / 2, bytes.len() - 1] {
            assert!(matches!(read(&bytes[..length]), Err(SnapshotError::Compression(_))), "cut to {length} bytes");
        }
    }

    #[test]
    fn a_resource_that_would_take_all_memory_is_refused() {
        let mut encoder = zstd::Encoder::new(Vec::new(), 1).unwrap();
        let head = r#"{"format":"innovate-snapshot","version":1,"world":{"read_at":"","caller":"","accounts":{},"regions":{},"resources":[{"type":""#;
        encoder.write_all(head.as_bytes()).unwrap();
        (0..1000).for_each(|_| encoder.write_all(&[b'a'; 1_000_000]).unwrap());
        encoder.write_all(br#""}]}}"#).unwrap();
        let bytes = encoder.finish().unwrap();
        assert!(bytes.len() < 1 << 20, "it is small on disk");
        assert!(matches!(read(bytes.as_slice()), Err(SnapshotError::Large)));
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
