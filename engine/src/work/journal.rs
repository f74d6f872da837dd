//! What a worker has done, record by record beside the result that it writes.
//!
//! | field | size | content |
//! |---|---|---|
//! | magic | 8 | `SURETYJ` and the version, 1 |
//! | binding | 32 | SHA-256 over form, maxElement, function and data |
//! | records | each 88 | position of the domain (8), count of elements (8), bytes of the result file (8), root (32), SHA-256 of these (32) |
//!
//! A record is written after the elements that it speaks of are on disk. So whatever was cut off when a process or its
//! machine died, the last record that is whole and whose root the elements make is where to carry on.

use super::{Order, WorkError};
use crate::{
    batch::Batch,
    merkle::Stream,
    result::{Form, partial},
    result::{HEADER, beside},
};
use std::{
    fs::{self, File, OpenOptions, TryLockError},
    io::{self, Read, Seek, SeekFrom, Write},
    path::{Path, PathBuf},
};
use surety_protocol::{Digest, sha256};

const MAGIC: [u8; 8] = *b"SURETYJ\x01";
const HEAD: usize = 8 + 32;
const RECORD: usize = 3 * 8 + 32 + 32;

/// Bytes read at a time where elements are looked through.
const CHUNK: u64 = 1 << 22;

/// How far a result was at some time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Record {
    /// Positions of the domain that were done.
    pub position: u64,
    /// Elements found.
    pub count: u64,
    /// Bytes of the file that hold them, its header among them.
    pub length: u64,
    /// Root of the elements.
    pub root: Digest,
}

/// Where to carry on.
pub(super) struct Found {
    pub position: u64,
    pub length: u64,
    /// Over the elements found.
    pub stream: Stream,
    /// The last of them; empty if there are none.
    pub last: Vec<u8>,
}

/// An open journal, which no other process can open.
pub(super) struct Journal {
    path: PathBuf,
    file: File,
}

impl Journal {
    /// Opens the journal of an order, or begins one. Also tells how far an earlier process came, if it came anywhere.
    pub(super) fn open(order: &Order<'_>, form: Form) -> Result<(Self, Option<Found>), WorkError> {
        let path = beside(order.path, "journal");
        let failed = |source| WorkError::Journal {
            path: path.clone(),
            source,
        };
        let mut options = OpenOptions::new();
        options.read(true).write(true).create(true).truncate(false);
        let mut file = options.open(&path).map_err(failed)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(WorkError::Busy { path }),
            Err(TryLockError::Error(source)) => return Err(failed(source)),
        }
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes).map_err(failed)?;
        let head = head(order, form);
        if bytes.len() >= HEAD && bytes[..HEAD] != head {
            return Err(WorkError::OtherTask { path });
        }
        let (found, records) = resume(&bytes, &partial(order.path));
        let kept = HEAD + records * RECORD;
        let mut begin = || -> io::Result<()> {
            if bytes.len() < HEAD {
                file.set_len(0)?;
                file.seek(SeekFrom::Start(0))?;
                file.write_all(&head)?;
            }
            // What was not whole, or speaks of what is not there.
            file.set_len(kept as u64)?;
            file.seek(SeekFrom::Start(kept as u64))?;
            Ok(())
        };
        begin().map_err(failed)?;
        Ok((Self { path, file }, found))
    }

    /// Takes note of what is on disk.
    pub(super) fn note(&mut self, record: &Record) -> Result<(), WorkError> {
        let written = self.file.write_all(&record.encode());
        written
            .and_then(|()| self.file.sync_data())
            .map_err(|source| WorkError::Journal {
                path: self.path.clone(),
                source,
            })
    }

    /// Of a result that is whole.
    pub(super) fn remove(self) -> Result<(), WorkError> {
        fs::remove_file(&self.path).map_err(|source| WorkError::Journal {
            path: self.path,
            source,
        })
    }
}

impl Record {
    fn encode(&self) -> [u8; RECORD] {
        let mut bytes = [0; RECORD];
        for (field, value) in bytes.chunks_exact_mut(8).zip([self.position, self.count, self.length]) {
            field.copy_from_slice(&value.to_be_bytes());
        }
        bytes[24..56].copy_from_slice(&self.root);
        let checksum = sha256(&[&bytes[..56]]);
        bytes[56..].copy_from_slice(&checksum);
        bytes
    }

    /// None if the bytes are not what was written.
    fn decode(bytes: &[u8; RECORD]) -> Option<Self> {
        let field = |at: usize| Some(u64::from_be_bytes(*bytes[at..].first_chunk()?));
        let record = Self {
            position: field(0)?,
            count: field(8)?,
            length: field(16)?,
            root: *bytes[24..].first_chunk()?,
        };
        (record.encode() == *bytes).then_some(record)
    }
}

fn head(order: &Order<'_>, form: Form) -> [u8; HEAD] {
    let length = (order.function.len() as u64).to_be_bytes();
    let binding = sha256(&[
        &[form as u8],
        &order.max_element.to_be_bytes(),
        &length,
        order.function,
        order.data,
    ]);
    let mut bytes = [0; HEAD];
    bytes[..8].copy_from_slice(&MAGIC);
    bytes[8..].copy_from_slice(&binding);
    bytes
}

/// The last record of a journal that the partial file at `path` bears out, and how many records it is the last of.
fn resume(journal: &[u8], path: &Path) -> (Option<Found>, usize) {
    let records = journal.get(HEAD..).unwrap_or_default().as_chunks::<RECORD>().0;
    let records = records.iter().map_while(Record::decode);
    let Ok(mut file) = File::open(path) else {
        return (None, 0);
    };
    if file.seek(SeekFrom::Start(HEADER)).is_err() {
        return (None, 0);
    }
    let mut position = Position {
        file,
        length: HEADER,
        stream: Stream::new(),
        last: Vec::new(),
    };
    let mut found = None;
    let mut borne_out = 0;
    for record in records {
        // Errors of reading end the search as a missing element would: what came before is whole.
        if !position.advance(&record).unwrap_or(false) || position.stream.root() != record.root {
            break;
        }
        borne_out += 1;
        found = Some(Found {
            position: record.position,
            length: record.length,
            stream: position.stream.clone(),
            last: position.last.clone(),
        });
    }
    (found, borne_out)
}

/// A place in a partial file, with what the elements before it make.
struct Position {
    file: File,
    length: u64,
    stream: Stream,
    last: Vec<u8>,
}

impl Position {
    /// Reads on to where a record ends. False: there are not as many elements in as many bytes.
    fn advance(&mut self, record: &Record) -> io::Result<bool> {
        let mut ahead = Vec::new();
        while self.length < record.length {
            let unread = record.length - self.length - ahead.len() as u64;
            let read = Read::by_ref(&mut self.file)
                .take(unread.min(CHUNK))
                .read_to_end(&mut ahead)?;
            let missing = record.count.saturating_sub(self.stream.count());
            let (batch, rest) = Batch::parse(std::mem::take(&mut ahead), missing);
            ahead = rest;
            if batch.is_empty() && read == 0 {
                return Ok(false);
            }
            self.length += batch.encoded().len() as u64;
            self.stream.extend(&batch.leaf_hashes());
            if let Some(last) = batch.last() {
                self.last = last.to_vec();
            }
        }
        Ok(ahead.is_empty() && self.length == record.length && self.stream.count() == record.count)
    }
}
