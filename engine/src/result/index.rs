//! What [`Stored`](super::Stored) keeps of a large result file, in a file of its own.
//!
//! | field | size | content |
//! |---|---|---|
//! | magic | 8 | `SURETYI` and the version, 1 |
//! | root | 32 | that of the result file |
//! | groups | each 8 + 32 | where a group begins, and its root |
//! | end | 8 | where the last group ends |
//! | checksum | 32 | SHA-256 of all before |

use super::{ROOT, beside, stored::size};
use std::{
    fs::{self, File},
    io::{self, Read, Seek, SeekFrom},
    path::Path,
};
use surety_protocol::{Digest, sha256};

const MAGIC: [u8; 8] = *b"SURETYI\x01";
const HEADER: usize = 8 + 32;
const ENTRY: usize = 8 + 32;

pub(super) struct Index {
    pub root: Digest,
    /// One more than there are groups.
    pub offsets: Vec<u64>,
    pub layer: Vec<Digest>,
}

/// The index of the result file at `path`, if it has one that is whole and of this very file.
pub(super) fn read(path: &Path) -> Option<Index> {
    let bytes = fs::read(beside(path, "index")).ok()?;
    let (body, checksum) = bytes.split_last_chunk::<32>()?;
    let (head, entries) = body.split_at_checked(HEADER)?;
    let (entries, end) = entries.split_last_chunk::<8>()?;
    let root = head.strip_prefix(&MAGIC)?.try_into().ok()?;
    let end = u64::from_be_bytes(*end);
    if !entries.len().is_multiple_of(ENTRY) || sha256(&[body]) != *checksum || ending(path, size(end)).ok()? != root {
        return None;
    }
    let (mut offsets, mut layer) = (Vec::new(), Vec::new());
    for entry in entries.as_chunks::<ENTRY>().0 {
        offsets.push(u64::from_be_bytes(*entry.first_chunk()?));
        layer.push(*entry.last_chunk()?);
    }
    offsets.push(end);
    Some(Index { root, offsets, layer })
}

/// Writes the index of the result file at `path`, in place of an older one.
pub(super) fn write(path: &Path, root: &Digest, offsets: &[u64], layer: &[Digest]) -> io::Result<()> {
    let mut bytes = [&MAGIC[..], root].concat();
    for (offset, digest) in offsets.iter().zip(layer) {
        bytes.extend_from_slice(&offset.to_be_bytes());
        bytes.extend_from_slice(digest);
    }
    bytes.extend_from_slice(&offsets.last().copied().unwrap_or_default().to_be_bytes());
    bytes.extend_from_slice(&sha256(&[&bytes]));
    let partial = beside(path, "index.partial");
    fs::write(&partial, bytes)?;
    fs::rename(partial, beside(path, "index"))
}

/// The root at the end of a result file, which must have `size` bytes.
fn ending(path: &Path, size: u64) -> io::Result<Digest> {
    let mut file = File::open(path)?;
    if file.metadata()?.len() != size {
        return Err(io::ErrorKind::InvalidData.into());
    }
    file.seek(SeekFrom::Start(size - ROOT))?;
    let mut root = [0; ROOT as usize];
    file.read_exact(&mut root)?;
    Ok(root)
}
