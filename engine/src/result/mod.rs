//! The file in which a worker hands its result to whoever checks it.
//!
//! | field | size | content |
//! |---|---|---|
//! | magic | 8 | `SURETYR` and the version, 1 |
//! | form | 1 | 0 Set, 1 Table, 2 Chain |
//! | maxElement | 4 | bytes that no element exceeds |
//! | count | 8 | number of elements |
//! | elements | each 2 + its length | length, then the bytes |
//! | root | 32 | Merkle root of the elements (RFC 9162): what was committed on chain, and the checksum |
//!
//! Numbers are big-endian. Nothing may follow. Both directions stream: memory does not grow with the count. Whether the
//! elements are in order is no property of the file: a false result can be carried, checked and judged too.

mod index;
mod read;
mod stored;
mod write;

pub use read::Reader;
pub use stored::Stored;
pub use write::Writer;
pub(crate) use write::partial;

use std::{
    io,
    path::{Path, PathBuf},
};
use surety_tasks::Shape;

const MAGIC: [u8; 8] = *b"SURETYR\x01";
/// Where the count stands.
const COUNT_AT: u64 = 13;
/// Bytes before the first element.
pub const HEADER: u64 = 21;
const ROOT: u64 = 32;
/// The escrow takes no larger elements.
const MAX_ELEMENT: u32 = 32_768;

/// What the elements of a result are, and with which number a file says so.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Form {
    Set = 0,
    Table = 1,
    Chain = 2,
}

impl From<Shape> for Form {
    fn from(shape: Shape) -> Self {
        match shape {
            Shape::Set => Self::Set,
            Shape::Table { .. } => Self::Table,
            Shape::Chain { .. } => Self::Chain,
        }
    }
}

/// What a result file says before its elements.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Header {
    pub form: Form,
    pub max_element: u32,
    pub count: u64,
}

impl Header {
    /// As a file begins.
    pub fn bytes(&self) -> [u8; HEADER as usize] {
        let mut bytes = [0; HEADER as usize];
        bytes[..8].copy_from_slice(&MAGIC);
        bytes[8] = self.form as u8;
        bytes[9..13].copy_from_slice(&self.max_element.to_be_bytes());
        bytes[13..].copy_from_slice(&self.count.to_be_bytes());
        bytes
    }
}

/// Why a result file cannot be read or written. `path` is the file.
#[derive(Debug, thiserror::Error)]
pub enum FileError {
    #[error("cannot open the result file {}: {source}", .path.display())]
    Open { path: PathBuf, source: io::Error },
    #[error("cannot read the result file {}: {source}", .path.display())]
    Read { path: PathBuf, source: io::Error },
    #[error("cannot write the result file {}: {source}", .path.display())]
    Write { path: PathBuf, source: io::Error },
    #[error("{} is no result file of this version (it does not begin with SURETYR 1)", .path.display())]
    Magic { path: PathBuf },
    #[error("the result file {} is corrupt: {reason}; get it again from the worker", .path.display())]
    Corrupt { path: PathBuf, reason: Corruption },
    #[error("an element of {length} bytes does not fit into maxElement {limit}")]
    TooLong { length: usize, limit: u32 },
    #[error("there is no element {index}: the result has {count}")]
    NoElement { index: u64, count: u64 },
}

/// What is wrong inside a result file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Corruption {
    #[error("it ends early")]
    EndsEarly,
    #[error("it has bytes after its end")]
    TrailingBytes,
    #[error("form {0} does not exist")]
    Form(u8),
    #[error("maxElement {0} is not between 1 and 32,768")]
    MaxElement(u32),
    #[error("it promises {0} elements, more than fit into its size")]
    Count(u64),
    #[error("element {index} has {length} bytes, more than maxElement")]
    ElementTooLong { index: u64, length: usize },
    #[error("its elements do not make the root at its end")]
    Root,
}

/// The file beside `path` whose name is that of `path` and `what`.
pub fn beside(path: &Path, what: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".");
    name.push(what);
    name.into()
}
