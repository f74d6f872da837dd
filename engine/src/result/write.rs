use super::{COUNT_AT, FileError, Form, HEADER, Header, beside};
use crate::{batch::Batch, merkle::Stream};
use std::{
    fs::{self, File, OpenOptions},
    io::{self, Seek, SeekFrom, Write},
    path::{Path, PathBuf},
};
use surety_protocol::Digest;

/// Single elements are gathered up to so many bytes before they are hashed and written.
const GATHERED: usize = 1 << 20;

/// Writes a file beside its place and moves it there when it is whole, so that a file never is half a result.
pub struct Writer {
    path: PathBuf,
    partial: PathBuf,
    file: File,
    max_element: u32,
    stream: Stream,
    gathered: Batch,
    /// Bytes of the file so far.
    length: u64,
}

impl Writer {
    /// Begins a result at `path`. What was begun there before is lost.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub fn create(path: &Path, form: Form, max_element: u32) -> Result<Self, FileError> {
        let partial = partial(path);
        let wrong = |source| FileError::Write {
            path: partial.clone(),
            source,
        };
        let header = Header {
            form,
            max_element,
            // Known at the end.
            count: 0,
        };
        let mut file = File::create(&partial).map_err(wrong)?;
        file.write_all(&header.bytes()).map_err(wrong)?;
        Ok(Self::over(path, file, max_element, Stream::new(), HEADER))
    }

    /// Carries on with a result that was begun at `path`, behind the `length` bytes whose elements `stream` has seen.
    /// What is behind them is lost.
    pub(crate) fn resume(path: &Path, max_element: u32, stream: Stream, length: u64) -> Result<Self, FileError> {
        let partial = partial(path);
        let open = || -> io::Result<File> {
            let mut file = OpenOptions::new().write(true).open(&partial)?;
            file.set_len(length)?;
            file.seek(SeekFrom::Start(length))?;
            Ok(file)
        };
        let file = open().map_err(|source| FileError::Write {
            path: partial.clone(),
            source,
        })?;
        Ok(Self::over(path, file, max_element, stream, length))
    }

    fn over(path: &Path, file: File, max_element: u32, stream: Stream, length: u64) -> Self {
        Self {
            path: path.to_owned(),
            partial: partial(path),
            file,
            max_element,
            stream,
            gathered: Batch::new(),
            length,
        }
    }

    /// Appends one element.
    ///
    /// # Errors
    /// If it is longer than `maxElement`, or the file cannot be written.
    pub fn push(&mut self, element: &[u8]) -> Result<(), FileError> {
        self.check(element.len())?;
        let pushed = self.gathered.push(element);
        pushed.map_err(|_| self.too_long(element.len()))?;
        if self.gathered.encoded().len() >= GATHERED {
            self.flush()?;
        }
        Ok(())
    }

    /// Appends many elements, hashing them on all threads of the rayon pool.
    ///
    /// # Errors
    /// As [`Self::push`]; then none of them is appended.
    pub fn append(&mut self, batch: &Batch) -> Result<(), FileError> {
        self.flush()?;
        self.check(batch.longest())?;
        self.write(batch)
    }

    /// Root and count of the elements so far, and the bytes of the file that hold them, which are on disk then.
    pub(crate) fn settle(&mut self) -> Result<(Digest, u64, u64), FileError> {
        self.flush()?;
        self.file.sync_data().map_err(|source| self.wrong(source))?;
        Ok((self.stream.root(), self.stream.count(), self.length))
    }

    /// Completes the file. Returns root and count.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub fn finish(mut self) -> Result<(Digest, u64), FileError> {
        self.flush()?;
        let (root, count) = (self.stream.root(), self.stream.count());
        self.complete(&root, count).map_err(|source| self.wrong(source))?;
        Ok((root, count))
    }

    fn complete(&mut self, root: &Digest, count: u64) -> io::Result<()> {
        self.file.write_all(root)?;
        self.file.seek(SeekFrom::Start(COUNT_AT))?;
        self.file.write_all(&count.to_be_bytes())?;
        self.file.sync_all()?;
        fs::rename(&self.partial, &self.path)
    }

    fn flush(&mut self) -> Result<(), FileError> {
        let mut gathered = std::mem::take(&mut self.gathered);
        self.write(&gathered)?;
        gathered.clear();
        self.gathered = gathered;
        Ok(())
    }

    fn write(&mut self, batch: &Batch) -> Result<(), FileError> {
        if batch.is_empty() {
            return Ok(());
        }
        self.stream.extend(&batch.leaf_hashes());
        let bytes = batch.encoded();
        self.file.write_all(bytes).map_err(|source| self.wrong(source))?;
        self.length += bytes.len() as u64;
        Ok(())
    }

    fn check(&self, length: usize) -> Result<(), FileError> {
        if length > self.max_element as usize {
            return Err(self.too_long(length));
        }
        Ok(())
    }

    fn too_long(&self, length: usize) -> FileError {
        FileError::TooLong {
            length,
            limit: self.max_element,
        }
    }

    fn wrong(&self, source: io::Error) -> FileError {
        FileError::Write {
            path: self.path.clone(),
            source,
        }
    }
}

/// Where a result stands until it is whole.
pub(crate) fn partial(path: &Path) -> PathBuf {
    beside(path, "partial")
}
