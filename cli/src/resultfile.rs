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

use std::{
    fs::{self, File},
    io::{self, BufReader, BufWriter, Read, Seek, SeekFrom, Write},
    path::{Path, PathBuf},
};

use alloy::primitives::B256;
use surety_contracts::Form;
use surety_protocol::merkle::{Frontier, leaf_hash};

use crate::names;

const MAGIC: [u8; 8] = *b"SURETYR\x01";
const COUNT_AT: u64 = 13;
const HEADER: u64 = 21;
const ROOT: u64 = 32;
/// The escrow takes no larger elements.
const MAX_ELEMENT: u32 = 32_768;

/// Why a result file cannot be read or written. `path` is the file.
#[derive(Debug, thiserror::Error)]
pub enum ResultFileError {
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
    ElementTooLong { index: u64, length: u16 },
    #[error("its elements do not make the root at its end")]
    Root,
}

/// What a result file says before its elements.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Header {
    pub form: Form,
    pub max_element: u32,
    pub count: u64,
}

/// A whole result in memory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ResultFile {
    pub form: Form,
    pub max_element: u32,
    pub elements: Vec<Vec<u8>>,
    pub root: B256,
}

impl ResultFile {
    /// Reads and checks a file.
    pub fn read(path: &Path) -> Result<Self, ResultFileError> {
        let mut reader = Reader::open(path)?;
        let Header { form, max_element, .. } = reader.header();
        // The count is only a promise until the elements are there.
        let elements = reader.by_ref().collect::<Result<Vec<_>, _>>()?;
        Ok(Self {
            form,
            max_element,
            elements,
            root: reader.root(),
        })
    }
}

/// Writes a file beside its place and moves it there when it is whole, so that a file never is half a result.
pub struct Writer {
    path: PathBuf,
    partial: PathBuf,
    file: BufWriter<File>,
    max_element: u32,
    frontier: Frontier,
}

impl Writer {
    pub fn create(path: &Path, form: Form, max_element: u32) -> Result<Self, ResultFileError> {
        let mut partial = path.as_os_str().to_owned();
        partial.push(".partial");
        let partial = PathBuf::from(partial);
        let wrong = |source| ResultFileError::Write {
            path: partial.clone(),
            source,
        };
        let mut file = BufWriter::new(File::create(&partial).map_err(wrong)?);
        let mut header = Vec::with_capacity(HEADER as usize);
        header.extend(MAGIC);
        header.push(form as u8);
        header.extend(max_element.to_be_bytes());
        // The count, known at the end.
        header.extend([0; 8]);
        file.write_all(&header).map_err(wrong)?;
        Ok(Self {
            path: path.to_owned(),
            partial,
            file,
            max_element,
            frontier: Frontier::new(),
        })
    }

    pub fn push(&mut self, element: &[u8]) -> Result<(), ResultFileError> {
        let length = match u16::try_from(element.len()) {
            Ok(length) if u32::from(length) <= self.max_element => length,
            _ => {
                return Err(ResultFileError::TooLong {
                    length: element.len(),
                    limit: self.max_element,
                });
            }
        };
        self.frontier.push(leaf_hash(element));
        let written = self
            .file
            .write_all(&length.to_be_bytes())
            .and_then(|()| self.file.write_all(element));
        written.map_err(|source| self.wrong(source))
    }

    /// Completes the file. Returns root and count.
    pub fn finish(mut self) -> Result<(B256, u64), ResultFileError> {
        let (root, count) = (self.frontier.root(), self.frontier.count());
        self.complete(&root, count).map_err(|source| self.wrong(source))?;
        Ok((root.into(), count))
    }

    fn complete(&mut self, root: &[u8; 32], count: u64) -> io::Result<()> {
        self.file.write_all(root)?;
        self.file.seek(SeekFrom::Start(COUNT_AT))?;
        self.file.write_all(&count.to_be_bytes())?;
        self.file.flush()?;
        self.file.get_ref().sync_all()?;
        fs::rename(&self.partial, &self.path)
    }

    fn wrong(&self, source: io::Error) -> ResultFileError {
        ResultFileError::Write {
            path: self.path.clone(),
            source,
        }
    }
}

/// Reads a file element by element. The last item is an error if the file turns out to be corrupt, so a result holds
/// only once the iterator has ended without one.
pub struct Reader {
    path: PathBuf,
    file: BufReader<File>,
    header: Header,
    frontier: Frontier,
    done: bool,
}

impl Reader {
    pub fn open(path: &Path) -> Result<Self, ResultFileError> {
        let open = |source| ResultFileError::Open {
            path: path.to_owned(),
            source,
        };
        let corrupt = |reason| ResultFileError::Corrupt {
            path: path.to_owned(),
            reason,
        };
        let file = File::open(path).map_err(open)?;
        let size = file.metadata().map_err(open)?.len();
        let mut file = BufReader::new(file);
        let mut magic = Vec::new();
        let read = file.by_ref().take(MAGIC.len() as u64).read_to_end(&mut magic);
        read.map_err(|source| ResultFileError::Read {
            path: path.to_owned(),
            source,
        })?;
        if magic != MAGIC {
            return Err(ResultFileError::Magic { path: path.to_owned() });
        }
        let mut reader = Self {
            path: path.to_owned(),
            file,
            header: Header {
                form: Form::Set,
                max_element: 0,
                count: 0,
            },
            frontier: Frontier::new(),
            done: false,
        };
        let [form] = reader.bytes()?;
        let form = Form::try_from(form)
            .ok()
            .filter(|form| *form != Form::__Invalid)
            .ok_or_else(|| corrupt(Corruption::Form(form)))?;
        let max_element = u32::from_be_bytes(reader.bytes()?);
        if !(1..=MAX_ELEMENT).contains(&max_element) {
            return Err(corrupt(Corruption::MaxElement(max_element)));
        }
        let count = u64::from_be_bytes(reader.bytes()?);
        // An element takes two bytes at least.
        if count > size.saturating_sub(HEADER + ROOT) / 2 {
            return Err(corrupt(Corruption::Count(count)));
        }
        reader.header = Header {
            form,
            max_element,
            count,
        };
        Ok(reader)
    }

    pub fn header(&self) -> Header {
        self.header
    }

    /// Root of the elements read so far.
    pub fn root(&self) -> B256 {
        self.frontier.root().into()
    }

    fn element(&mut self) -> Result<Vec<u8>, ResultFileError> {
        let length = u16::from_be_bytes(self.bytes()?);
        if u32::from(length) > self.header.max_element {
            let index = self.frontier.count();
            return Err(self.corrupt(Corruption::ElementTooLong { index, length }));
        }
        let mut element = vec![0; usize::from(length)];
        self.fill(&mut element)?;
        self.frontier.push(leaf_hash(&element));
        Ok(element)
    }

    fn end(&mut self) -> Result<(), ResultFileError> {
        if self.bytes::<32>()? != self.frontier.root() {
            return Err(self.corrupt(Corruption::Root));
        }
        match self.file.read(&mut [0]) {
            Ok(0) => Ok(()),
            Ok(_) => Err(self.corrupt(Corruption::TrailingBytes)),
            Err(source) => Err(self.unreadable(source)),
        }
    }

    fn bytes<const N: usize>(&mut self) -> Result<[u8; N], ResultFileError> {
        let mut bytes = [0; N];
        self.fill(&mut bytes)?;
        Ok(bytes)
    }

    fn fill(&mut self, bytes: &mut [u8]) -> Result<(), ResultFileError> {
        self.file.read_exact(bytes).map_err(|source| match source.kind() {
            io::ErrorKind::UnexpectedEof => self.corrupt(Corruption::EndsEarly),
            _ => self.unreadable(source),
        })
    }

    fn corrupt(&self, reason: Corruption) -> ResultFileError {
        ResultFileError::Corrupt {
            path: self.path.clone(),
            reason,
        }
    }

    fn unreadable(&self, source: io::Error) -> ResultFileError {
        ResultFileError::Read {
            path: self.path.clone(),
            source,
        }
    }
}

impl Iterator for Reader {
    type Item = Result<Vec<u8>, ResultFileError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.done {
            return None;
        }
        let item = if self.frontier.count() < self.header.count {
            Some(self.element())
        } else {
            self.end().err().map(Err)
        };
        self.done = !matches!(item, Some(Ok(_)));
        item
    }
}

impl std::fmt::Display for Header {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} of {}", names::form(self.form), self.count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use surety_protocol::merkle::{EMPTY_ROOT, Tree, leaf_hashes};

    fn write(path: &Path, elements: &[Vec<u8>]) -> (B256, u64) {
        let mut writer = Writer::create(path, Form::Set, 8).unwrap();
        for element in elements {
            writer.push(element).unwrap();
        }
        writer.finish().unwrap()
    }

    fn elements() -> Vec<Vec<u8>> {
        (0..5u32)
            .map(|n| n.to_be_bytes()[..n.min(4) as usize].to_vec())
            .collect()
    }

    fn corruption(path: &Path) -> Corruption {
        match ResultFile::read(path) {
            Err(ResultFileError::Corrupt { reason, .. }) => reason,
            other => panic!("expected a corrupt file, found {other:?}"),
        }
    }

    #[test]
    fn a_result_survives_the_file_and_leaves_nothing_beside_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("result");
        let (root, count) = write(&path, &elements());
        assert_eq!(count, 5);
        assert_eq!(root.0, Tree::new(leaf_hashes(&elements())).root());
        let read = ResultFile::read(&path).unwrap();
        assert_eq!(read.elements, elements());
        assert_eq!((read.form, read.max_element, read.root), (Form::Set, 8, root));
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn an_empty_result_is_a_result() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("result");
        assert_eq!(write(&path, &[]), (EMPTY_ROOT.into(), 0));
        assert_eq!(ResultFile::read(&path).unwrap().elements, Vec::<Vec<u8>>::new());
    }

    #[test]
    fn no_changed_bit_and_no_other_length_goes_unnoticed() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("result");
        write(&path, &elements());
        let good = fs::read(&path).unwrap();
        for bit in 0..good.len() * 8 {
            // Another form or a higher maxElement is for the terms to contradict.
            let byte = bit / 8;
            if (8..13).contains(&byte) {
                continue;
            }
            let mut bad = good.clone();
            bad[byte] ^= 1 << (bit % 8);
            fs::write(&path, &bad).unwrap();
            assert!(ResultFile::read(&path).is_err(), "bit {bit}");
        }
        for length in 0..good.len() {
            fs::write(&path, &good[..length]).unwrap();
            assert!(ResultFile::read(&path).is_err(), "length {length}");
        }
        let mut long = good;
        long.push(0);
        fs::write(&path, &long).unwrap();
        assert_eq!(corruption(&path), Corruption::TrailingBytes);
    }

    #[test]
    fn what_is_wrong_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("result");
        assert!(matches!(ResultFile::read(&path), Err(ResultFileError::Open { .. })));
        fs::write(&path, "hello").unwrap();
        assert!(matches!(ResultFile::read(&path), Err(ResultFileError::Magic { .. })));
        let mut file = MAGIC.to_vec();
        file.push(3);
        fs::write(&path, &file).unwrap();
        assert_eq!(corruption(&path), Corruption::Form(3));
        file[8] = 0;
        file.extend(0u32.to_be_bytes());
        fs::write(&path, &file).unwrap();
        assert_eq!(corruption(&path), Corruption::MaxElement(0));
        file[12] = 8;
        file.extend(u64::MAX.to_be_bytes());
        fs::write(&path, &file).unwrap();
        assert_eq!(corruption(&path), Corruption::Count(u64::MAX));
    }

    #[test]
    fn an_element_above_the_maximum_is_not_written() {
        let folder = tempfile::tempdir().unwrap();
        let mut writer = Writer::create(&folder.path().join("result"), Form::Set, 8).unwrap();
        assert!(matches!(
            writer.push(&[0; 9]),
            Err(ResultFileError::TooLong { length: 9, limit: 8 })
        ));
    }
}
