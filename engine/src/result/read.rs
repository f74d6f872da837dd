use super::{COUNT_AT, Corruption, FileError, Form, HEADER, Header, MAGIC, MAX_ELEMENT, ROOT};
use crate::{batch::Batch, merkle::Stream};
use std::{
    fs::File,
    io::{self, Read},
    path::{Path, PathBuf},
};
use surety_protocol::Digest;

/// Bytes read at a time.
const CHUNK: usize = 1 << 22;

/// Reads a file batch by batch, and hashes it on the way. The last answer is an error if the file turns out to be corrupt,
/// so a result holds only once [`Self::batch`] has answered that there is no more.
pub struct Reader {
    path: PathBuf,
    file: File,
    header: Header,
    stream: Stream,
    /// Read, but not part of a batch yet.
    ahead: Vec<u8>,
    /// Where `ahead` begins in the file.
    offset: u64,
}

impl Reader {
    /// # Errors
    /// If the file cannot be read, or says in its header what no result is.
    pub fn open(path: &Path) -> Result<Self, FileError> {
        Self::over(path, Stream::new())
    }

    /// Reads with a stream of one's own, so that what it keeps can be had afterwards.
    pub(super) fn over(path: &Path, stream: Stream) -> Result<Self, FileError> {
        let open = |source| FileError::Open {
            path: path.to_owned(),
            source,
        };
        let mut file = File::open(path).map_err(open)?;
        let size = file.metadata().map_err(open)?.len();
        let header = header(path, &mut file, size)?;
        Ok(Self {
            path: path.to_owned(),
            file,
            header,
            stream,
            ahead: Vec::new(),
            offset: HEADER,
        })
    }

    pub fn header(&self) -> Header {
        self.header
    }

    /// Root of the elements read so far.
    pub fn root(&self) -> Digest {
        self.stream.root()
    }

    /// Elements read so far.
    pub fn count(&self) -> u64 {
        self.stream.count()
    }

    /// Where the elements after those read so far begin in the file.
    pub fn offset(&self) -> u64 {
        self.offset
    }

    pub(super) fn into_stream(self) -> Stream {
        self.stream
    }

    /// The next elements; none at the end of a file that is whole.
    ///
    /// # Errors
    /// If the file cannot be read, or is corrupt.
    pub fn batch(&mut self) -> Result<Option<Batch>, FileError> {
        let left = self.header.count - self.count();
        if left == 0 {
            self.end()?;
            return Ok(None);
        }
        // What is left of the last chunk may be less than an element.
        let wanted = self.ahead.len() + CHUNK;
        self.fill(wanted)?;
        let (batch, rest) = Batch::parse(std::mem::take(&mut self.ahead), left);
        self.ahead = rest;
        if batch.is_empty() {
            return Err(self.corrupt(Corruption::EndsEarly));
        }
        if batch.longest() > self.header.max_element as usize {
            let limit = self.header.max_element as usize;
            let first = batch.iter().enumerate().find(|(_, element)| element.len() > limit);
            let (at, length) = first.map_or((0, 0), |(at, element)| (at, element.len()));
            let index = self.count() + at as u64;
            return Err(self.corrupt(Corruption::ElementTooLong { index, length }));
        }
        self.offset += batch.encoded().len() as u64;
        self.stream.extend(&batch.leaf_hashes());
        Ok(Some(batch))
    }

    fn end(&mut self) -> Result<(), FileError> {
        // One more than the root, to see that nothing follows it.
        self.fill(ROOT as usize + 1)?;
        let Some(root) = self.ahead.first_chunk::<32>() else {
            return Err(self.corrupt(Corruption::EndsEarly));
        };
        if *root != self.stream.root() {
            return Err(self.corrupt(Corruption::Root));
        }
        if self.ahead.len() > ROOT as usize {
            return Err(self.corrupt(Corruption::TrailingBytes));
        }
        Ok(())
    }

    /// Reads ahead until there are `wanted` bytes or the file ends.
    fn fill(&mut self, wanted: usize) -> Result<(), FileError> {
        let missing = wanted.saturating_sub(self.ahead.len());
        let read = self.file.by_ref().take(missing as u64).read_to_end(&mut self.ahead);
        read.map(drop).map_err(|source| FileError::Read {
            path: self.path.clone(),
            source,
        })
    }

    fn corrupt(&self, reason: Corruption) -> FileError {
        FileError::Corrupt {
            path: self.path.clone(),
            reason,
        }
    }
}

/// Reads and checks what stands before the elements of a file of `size` bytes.
fn header(path: &Path, file: &mut File, size: u64) -> Result<Header, FileError> {
    let corrupt = |reason| FileError::Corrupt {
        path: path.to_owned(),
        reason,
    };
    let mut bytes = Vec::new();
    let read: io::Result<usize> = file.by_ref().take(HEADER).read_to_end(&mut bytes);
    read.map_err(|source| FileError::Read {
        path: path.to_owned(),
        source,
    })?;
    if !bytes.starts_with(&MAGIC) {
        return Err(FileError::Magic { path: path.to_owned() });
    }
    let early = || corrupt(Corruption::EndsEarly);
    let form = match *bytes.get(MAGIC.len()).ok_or_else(early)? {
        0 => Form::Set,
        1 => Form::Table,
        2 => Form::Chain,
        other => return Err(corrupt(Corruption::Form(other))),
    };
    let max_element = bytes[MAGIC.len() + 1..].first_chunk().ok_or_else(early)?;
    let max_element = u32::from_be_bytes(*max_element);
    if !(1..=MAX_ELEMENT).contains(&max_element) {
        return Err(corrupt(Corruption::MaxElement(max_element)));
    }
    let count = bytes[COUNT_AT as usize..].first_chunk().ok_or_else(early)?;
    let count = u64::from_be_bytes(*count);
    // An element takes two bytes at least.
    if count > size.saturating_sub(HEADER + ROOT) / 2 {
        return Err(corrupt(Corruption::Count(count)));
    }
    Ok(Header {
        form,
        max_element,
        count,
    })
}
