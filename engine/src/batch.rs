//! Runs of elements in the encoding of a result file: each its length in 2 bytes, big-endian, then its bytes. What is
//! computed goes to the file as it is, and what is read stays as it was.

use crate::merkle;
use surety_protocol::Digest;

/// Bytes of an element's length.
pub const PREFIX: usize = 2;

/// A run of elements.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Batch {
    bytes: Vec<u8>,
    count: usize,
    layout: Layout,
}

/// Where the elements begin.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Layout {
    /// Every element has so many bytes.
    Alike(usize),
    /// Offsets of all elements' lengths.
    Various(Vec<usize>),
}

impl Default for Layout {
    fn default() -> Self {
        Self::Alike(0)
    }
}

/// An element has more than 65,535 bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("an element is longer than 65,535 bytes")]
pub struct TooLong;

impl Batch {
    pub fn new() -> Self {
        Self::default()
    }

    /// A batch of all `elements`.
    ///
    /// # Errors
    /// [`TooLong`], if one of them is.
    pub fn of<T: AsRef<[u8]>>(elements: impl IntoIterator<Item = T>) -> Result<Self, TooLong> {
        let mut batch = Self::new();
        elements
            .into_iter()
            .try_for_each(|element| batch.push(element.as_ref()))?;
        Ok(batch)
    }

    /// Reads elements from the beginning of `bytes`: as many as are whole, but no more than `most`. What is behind them
    /// is cut off and returned.
    pub fn parse(mut bytes: Vec<u8>, most: u64) -> (Self, Vec<u8>) {
        let most = usize::try_from(most).unwrap_or(usize::MAX);
        let mut at = 0;
        let mut count = 0;
        let mut layout = Layout::default();
        while count < most
            && let Some(length) = length_at(&bytes, at)
            && bytes.len() - at - PREFIX >= length
        {
            layout.note(count, at, length);
            at += PREFIX + length;
            count += 1;
        }
        let rest = bytes.split_off(at);
        (Self { bytes, count, layout }, rest)
    }

    /// Appends an element.
    ///
    /// # Errors
    /// [`TooLong`], and nothing is appended.
    pub fn push(&mut self, element: &[u8]) -> Result<(), TooLong> {
        let length = u16::try_from(element.len()).map_err(|_| TooLong)?;
        self.layout.note(self.count, self.bytes.len(), element.len());
        self.bytes.extend_from_slice(&length.to_be_bytes());
        self.bytes.extend_from_slice(element);
        self.count += 1;
        Ok(())
    }

    /// Makes room for so many more elements of so many bytes.
    pub fn reserve(&mut self, elements: usize, length: usize) {
        self.bytes.reserve(elements.saturating_mul(PREFIX + length));
    }

    /// Appends a number as an element of 8 bytes, big-endian.
    pub fn push_number(&mut self, number: u64) {
        let mut encoded = [0; PREFIX + 8];
        encoded[PREFIX - 1] = 8;
        encoded[PREFIX..].copy_from_slice(&number.to_be_bytes());
        self.layout.note(self.count, self.bytes.len(), 8);
        self.bytes.extend_from_slice(&encoded);
        self.count += 1;
    }

    /// Appends all elements of another batch.
    pub fn append(&mut self, other: &Self) {
        if self.count == 0 {
            self.clone_from(other);
            return;
        }
        match (&self.layout, &other.layout) {
            (Layout::Alike(width), Layout::Alike(same)) if width == same || other.count == 0 => {}
            _ => {
                let starts = (0..self.count).map(|i| self.start(i));
                let more = (0..other.count).map(|i| self.bytes.len() + other.start(i));
                self.layout = Layout::Various(starts.chain(more).collect());
            }
        }
        self.bytes.extend_from_slice(&other.bytes);
        self.count += other.count;
    }

    /// Makes the batch empty and keeps its memory.
    pub fn clear(&mut self) {
        self.bytes.clear();
        self.count = 0;
        self.layout = Layout::default();
    }

    pub const fn len(&self) -> usize {
        self.count
    }

    pub const fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// The elements with their lengths, as they stand in a file.
    pub fn encoded(&self) -> &[u8] {
        &self.bytes
    }

    /// Element `index`; panics unless it is below [`Self::len`].
    pub fn element(&self, index: usize) -> &[u8] {
        let start = self.start(index);
        let length = match &self.layout {
            Layout::Alike(width) => *width,
            Layout::Various(_) => length_at(&self.bytes, start).unwrap_or_default(),
        };
        &self.bytes[start + PREFIX..start + PREFIX + length]
    }

    pub fn last(&self) -> Option<&[u8]> {
        self.count.checked_sub(1).map(|last| self.element(last))
    }

    pub fn iter(&self) -> impl ExactSizeIterator<Item = &[u8]> {
        (0..self.count).map(|index| self.element(index))
    }

    /// Offset in [`Self::encoded`] at which the length of element `index` stands; its end for an index beyond the last.
    pub fn offset(&self, index: usize) -> usize {
        if index < self.count {
            self.start(index)
        } else {
            self.bytes.len()
        }
    }

    /// Bytes of the longest element.
    pub fn longest(&self) -> usize {
        match &self.layout {
            Layout::Alike(width) => *width,
            Layout::Various(_) => self.iter().map(<[u8]>::len).max().unwrap_or_default(),
        }
    }

    /// Hashes every element, on all threads of the rayon pool.
    pub fn leaf_hashes(&self) -> Vec<Digest> {
        let mut digests = vec![[0; 32]; self.count];
        merkle::leaf_hashes(|index| self.element(index), &mut digests);
        digests
    }

    fn start(&self, index: usize) -> usize {
        match &self.layout {
            Layout::Alike(width) => index * (PREFIX + width),
            Layout::Various(starts) => starts[index],
        }
    }
}

impl Layout {
    /// Takes note of one more element after `count` others: of `length` bytes, its length at offset `start`.
    fn note(&mut self, count: usize, start: usize, length: usize) {
        match self {
            Self::Alike(width) if count == 0 => *width = length,
            Self::Alike(width) if *width == length => {}
            Self::Alike(width) => {
                let step = PREFIX + *width;
                *self = Self::Various((0..count).map(|index| index * step).chain([start]).collect());
            }
            Self::Various(starts) => starts.push(start),
        }
    }
}

/// The length that stands at `at`, if all of it does.
fn length_at(bytes: &[u8], at: usize) -> Option<usize> {
    let prefix = bytes.get(at..)?.first_chunk::<PREFIX>()?;
    Some(usize::from(u16::from_be_bytes(*prefix)))
}
