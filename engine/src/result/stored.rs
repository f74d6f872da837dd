use super::{Corruption, FileError, HEADER, Header, ROOT, Reader, index};
use crate::{
    batch::Batch,
    merkle::{GROUP, Stream, Tree},
};
use std::{
    fs::File,
    io::{self, Read, Seek, SeekFrom},
    path::{Path, PathBuf},
};
use surety_protocol::Digest;

/// Results with more elements keep their index in a file: to read them through once more would take longer than that.
const INDEXED_FROM: u64 = 1 << 20;

/// A result file that proves its elements, without holding them in memory: it keeps the root and the place of every group of
/// [`GROUP`] elements, and hashes the others of an element's group again. That is 72 bytes for 256 elements.
#[derive(Debug)]
pub struct Stored {
    path: PathBuf,
    header: Header,
    root: Digest,
    /// Where each group begins in the file, and where the last one ends.
    offsets: Vec<u64>,
    /// The tree over the groups' roots.
    top: Tree,
}

impl Stored {
    /// Reads and checks the whole file. A large one gets an index beside it (`RESULT.index`), which says the next time what
    /// this reading would.
    ///
    /// # Errors
    /// If the file cannot be read, or is corrupt.
    pub fn open(path: &Path) -> Result<Self, FileError> {
        if let Some(found) = Self::indexed(path)? {
            return Ok(found);
        }
        let mut reader = Reader::over(path, Stream::with_layer())?;
        let header = reader.header();
        let mut offsets = Vec::new();
        loop {
            let (first, offset) = (reader.count(), reader.offset());
            let Some(batch) = reader.batch()? else { break };
            // The first of a group is the first whose number is a multiple.
            let skipped = (first.next_multiple_of(GROUP as u64) - first) as usize;
            let starts = (skipped..batch.len()).step_by(GROUP);
            offsets.extend(starts.map(|index| offset + batch.offset(index) as u64));
        }
        offsets.push(reader.offset());
        let root = reader.root();
        let top = Tree::new(reader.into_stream().into_layer());
        let stored = Self {
            path: path.to_owned(),
            header,
            root,
            offsets,
            top,
        };
        if header.count >= INDEXED_FROM {
            // Without it the next reading takes longer, and nothing else.
            let _ = index::write(path, &root, &stored.offsets, stored.top.leaves());
        }
        Ok(stored)
    }

    /// What an index says, if there is one of this very file.
    fn indexed(path: &Path) -> Result<Option<Self>, FileError> {
        let Some(index::Index { root, offsets, layer }) = index::read(path) else {
            return Ok(None);
        };
        let header = Reader::open(path)?.header();
        let top = Tree::new(layer);
        let fits = offsets.last().is_some_and(|end| *end >= HEADER) && top.root() == root;
        let groups = header.count.div_ceil(GROUP as u64);
        if !fits || top.count() != groups || offsets.len() as u64 != groups + 1 {
            return Ok(None);
        }
        Ok(Some(Self {
            path: path.to_owned(),
            header,
            root,
            offsets,
            top,
        }))
    }

    pub fn path(&self) -> &Path {
        &self.path
    }

    pub fn header(&self) -> Header {
        self.header
    }

    pub fn root(&self) -> Digest {
        self.root
    }

    pub fn count(&self) -> u64 {
        self.header.count
    }

    /// Roots of all groups of [`GROUP`] elements, the last of which may have fewer. They are nodes of the result's tree, and
    /// the tree over them has its root.
    pub fn groups(&self) -> &[Digest] {
        self.top.leaves()
    }

    /// Element `index`.
    ///
    /// # Errors
    /// If there is none, or the file cannot be read or was changed since it was opened.
    pub fn element(&self, index: u64) -> Result<Vec<u8>, FileError> {
        let (batch, _) = self.group(index)?;
        Ok(batch.element((index % GROUP as u64) as usize).to_vec())
    }

    /// Element `index` with its inclusion proof, lowest sibling first.
    ///
    /// # Errors
    /// As [`Self::element`].
    pub fn prove(&self, index: u64) -> Result<(Vec<u8>, Vec<Digest>), FileError> {
        let (batch, group) = self.group(index)?;
        let place = index % GROUP as u64;
        let no_element = |_| self.no_element(index);
        let mut proof = group.prove(place).map_err(no_element)?;
        // Of a group alone, and of a last one beside others, the levels up to the group's height have no siblings.
        proof.extend(self.top.prove(index / GROUP as u64).map_err(no_element)?);
        Ok((batch.element(place as usize).to_vec(), proof))
    }

    /// The first index whose element is not below `element`, in a result whose elements are in order.
    ///
    /// # Errors
    /// As [`Self::element`].
    pub fn insertion_point(&self, element: &[u8]) -> Result<u64, FileError> {
        let (mut low, mut high) = (0, self.count());
        while low < high {
            let middle = low + (high - low) / 2;
            if self.element(middle)?.as_slice() < element {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        Ok(low)
    }

    /// The elements of the group of `index`, and their tree, checked against the root.
    fn group(&self, index: u64) -> Result<(Batch, Tree), FileError> {
        if index >= self.count() {
            return Err(self.no_element(index));
        }
        let number = (index / GROUP as u64) as usize;
        let (start, end) = (self.offsets[number], self.offsets[number + 1]);
        let bytes = self.bytes(start, end).map_err(|source| FileError::Read {
            path: self.path.clone(),
            source,
        })?;
        let (batch, rest) = Batch::parse(bytes, GROUP as u64);
        let tree = Tree::new(batch.leaf_hashes());
        if !rest.is_empty() || Some(&tree.root()) != self.top.leaves().get(number) {
            return Err(FileError::Corrupt {
                path: self.path.clone(),
                reason: Corruption::Root,
            });
        }
        Ok((batch, tree))
    }

    fn bytes(&self, start: u64, end: u64) -> io::Result<Vec<u8>> {
        let mut file = File::open(&self.path)?;
        file.seek(SeekFrom::Start(start))?;
        let mut bytes = Vec::new();
        file.take(end.saturating_sub(start)).read_to_end(&mut bytes)?;
        Ok(bytes)
    }

    fn no_element(&self, index: u64) -> FileError {
        FileError::NoElement {
            index,
            count: self.count(),
        }
    }
}

/// Bytes of a whole result file whose elements end at `end`.
pub(super) const fn size(end: u64) -> u64 {
    end + ROOT
}
