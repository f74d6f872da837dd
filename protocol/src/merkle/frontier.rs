use super::EMPTY_ROOT;
use crate::{Digest, hash};

/// A Merkle tree built leaf by leaf in constant memory: the roots of the complete subtrees to the left, one for each
/// bit of the count.
#[derive(Clone, Debug)]
pub struct Frontier {
    /// Root of the complete subtree of 2^i leaves where bit i of `count` is set; meaningless elsewhere.
    subtrees: [Digest; u64::BITS as usize],
    count: u64,
}

impl Frontier {
    pub const fn new() -> Self {
        Self {
            subtrees: [[0; 32]; u64::BITS as usize],
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
        let mut bits = self.count;
        for subtree in &mut self.subtrees {
            if bits & 1 == 0 {
                *subtree = digest;
                break;
            }
            digest = hash::node(subtree, &digest);
            bits >>= 1;
        }
        self.count = self.count.wrapping_add(1);
    }

    /// Root of the leaves pushed so far.
    pub fn root(&self) -> Digest {
        let mut root = None;
        let mut bits = self.count;
        for subtree in &self.subtrees {
            if bits == 0 {
                break;
            }
            if bits & 1 == 1 {
                root = Some(match root {
                    Some(right) => hash::node(subtree, &right),
                    None => *subtree,
                });
            }
            bits >>= 1;
        }
        root.unwrap_or(EMPTY_ROOT)
    }
}

impl Default for Frontier {
    fn default() -> Self {
        Self::new()
    }
}
