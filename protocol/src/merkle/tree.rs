use super::{EMPTY_ROOT, ProofError, leaf_hash};
use crate::{Digest, hash};
use alloc::{vec, vec::Vec};

/// A whole Merkle tree in memory, for proofs of any leaf: the plain one, which the contracts are tested with. For large
/// results there is the engine's.
#[derive(Clone, Debug)]
pub struct Tree {
    /// Level 0 holds the leaves, each further one the nodes above; a node without a sibling moves up unchanged.
    levels: Vec<Vec<Digest>>,
}

impl Tree {
    /// Builds the tree over leaf hashes (see [`leaf_hashes`]).
    pub fn new(leaves: Vec<Digest>) -> Self {
        let mut levels = vec![leaves];
        while let Some(below) = levels.last()
            && below.len() > 1
        {
            let above = below.chunks(2).map(parent).collect();
            levels.push(above);
        }
        Self { levels }
    }

    pub fn count(&self) -> u64 {
        self.leaves().len() as u64
    }

    /// The leaf hashes, in order.
    pub fn leaves(&self) -> &[Digest] {
        self.levels.first().map_or(&[], Vec::as_slice)
    }

    pub fn root(&self) -> Digest {
        self.levels
            .last()
            .and_then(|top| top.first())
            .copied()
            .unwrap_or(EMPTY_ROOT)
    }

    /// Inclusion proof of leaf `index` (RFC 9162, 2.1.3.1), lowest sibling first.
    ///
    /// # Errors
    /// [`ProofError::IndexOutOfRange`] if there is no such leaf.
    pub fn prove(&self, index: u64) -> Result<Vec<Digest>, ProofError> {
        if index >= self.count() {
            return Err(ProofError::IndexOutOfRange);
        }
        let mut position = index as usize;
        let mut proof = Vec::with_capacity(self.levels.len());
        for level in &self.levels {
            if let Some(sibling) = level.get(position ^ 1) {
                proof.push(*sibling);
            }
            position >>= 1;
        }
        Ok(proof)
    }
}

fn parent(pair: &[Digest]) -> Digest {
    match pair {
        [left, right] => hash::node(left, right),
        [alone] => *alone,
        _ => EMPTY_ROOT,
    }
}

/// Leaf hashes of `elements`.
pub fn leaf_hashes<T: AsRef<[u8]>>(elements: &[T]) -> Vec<Digest> {
    elements.iter().map(|element| leaf_hash(element.as_ref())).collect()
}
