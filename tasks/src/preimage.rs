//! The Set of numbers whose hash behind a prefix begins with enough zero bits.

use crate::Range;
use sha2::block_api::compress256;
use surety_protocol::hash::{BLOCK, INITIAL};

/// First bytes of the function, after their length.
pub const NAME: &[u8] = b"preimage";

/// Longest prefix, in bytes: it bounds what one answer on chain costs.
pub const MAX_PREFIX: usize = 1024;

/// All x in `range` where SHA-256(prefix || x as 8 bytes big-endian) begins with at least `bits` zero bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Preimage<'a> {
    pub bits: u8,
    pub range: Range,
    /// At most [`MAX_PREFIX`] bytes.
    pub prefix: &'a [u8],
}

impl Preimage<'_> {
    /// Hashes the prefix once for any number of candidates.
    pub fn search(&self) -> Search {
        let mut state = INITIAL;
        let (whole, rest) = self.prefix.as_chunks::<BLOCK>();
        compress256(&mut state, whole);
        // What is left of the prefix, the candidate, a bit, zeros and the length fill one block or two.
        let mut tail = [[0u8; BLOCK]; 2];
        let flat = tail.as_flattened_mut();
        let end = rest.len() + 8;
        let blocks = if end + 9 <= BLOCK { 1 } else { 2 };
        flat[..rest.len()].copy_from_slice(rest);
        flat[end] = 0x80;
        let length = (self.prefix.len() as u64 + 8) * 8;
        flat[blocks * BLOCK - 8..blocks * BLOCK].copy_from_slice(&length.to_be_bytes());
        Search {
            state,
            tail,
            blocks,
            at: rest.len(),
            bits: u32::from(self.bits),
            range: self.range,
        }
    }
}

/// A [`Preimage`] task with its prefix hashed.
#[derive(Clone, Debug)]
pub struct Search {
    /// After the whole blocks of the prefix.
    state: [u32; 8],
    /// The padded rest of the message, without the candidate.
    tail: [[u8; BLOCK]; 2],
    /// Blocks of `tail` that count: 1 or 2.
    blocks: usize,
    /// Where the candidate goes in `tail`; below a block's length.
    at: usize,
    bits: u32,
    range: Range,
}

impl Search {
    /// Is `element` a candidate of the range that qualifies?
    pub fn holds(&self, element: &[u8]) -> bool {
        self.range.candidate(element).is_some_and(|x| self.qualifies(x))
    }

    /// What is left to hash, for those that hash many candidates at once: the state after the whole blocks of the
    /// prefix, the padded blocks behind it, and where in these the candidate's 8 bytes belong.
    pub fn message(&self) -> ([u32; 8], &[[u8; BLOCK]], usize) {
        (self.state, &self.tail[..self.blocks], self.at)
    }

    /// Does SHA-256(prefix || x) begin with enough zero bits?
    pub fn qualifies(&self, x: u64) -> bool {
        let mut tail = self.tail;
        tail.as_flattened_mut()[self.at..self.at + 8].copy_from_slice(&x.to_be_bytes());
        let mut state = self.state;
        compress256(&mut state, &tail[..self.blocks]);
        let mut zeros = 0;
        for word in state {
            zeros += word.leading_zeros();
            if word != 0 {
                break;
            }
        }
        zeros >= self.bits
    }
}
