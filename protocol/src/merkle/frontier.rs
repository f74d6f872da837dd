use super::EMPTY_ROOT;
use crate::{Digest, hash};
use alloc::vec::Vec;

/// A Merkle tree built leaf by leaf in O(log n) memory: the roots of the complete subtrees to the left.
#[derive(Clone, Debug, Default)]
pub struct Frontier {
    /// One for each bit of `count` that is set, the largest first.
    subtrees: Vec<Digest>,
    count: u64,
}

impl Frontier {
    pub const fn new() -> Self {
        Self {
            subtrees: Vec::new(),
            count: 0,
        }
    }

    /// Leaves pushed so far.
    pub const fn count(&self) -> u64 {
        self.count
    }

    /// Appends the leaf with hash `leaf`. Amortised one node hash.
    pub fn push(&mut self, leaf: Digest) {
        let mut digest = leaf;
        // Subtrees of one size become one of twice the size, as a binary counter carries.
        for _ in 0..self.count.trailing_ones() {
            let Some(left) = self.subtrees.pop() else { break };
            digest = hash::node(&left, &digest);
        }
        self.subtrees.push(digest);
        self.count = self.count.wrapping_add(1);
    }

    /// Root of the leaves pushed so far.
    pub fn root(&self) -> Digest {
        let smallest_first = self.subtrees.iter().rev().copied();
        smallest_first
            .reduce(|right, left| hash::node(&left, &right))
            .unwrap_or(EMPTY_ROOT)
    }
}
