use super::{parents, parents_in_parallel};
use rayon::prelude::*;
use surety_protocol::{
    Digest,
    merkle::{EMPTY_ROOT, ProofError},
};

/// Levels that one thread builds over its part of the leaves before it goes on to the next: these parts stay in its cache.
const FUSED: usize = 12;

/// A whole tree in memory, for proofs of any leaf. Holds about twice the digests of its leaves, and never more while it
/// is built.
#[derive(Clone, Debug)]
pub struct Tree {
    /// Level 0 holds the leaves, each further one the nodes above; a node without a sibling moves up unchanged.
    levels: Vec<Vec<Digest>>,
}

impl Tree {
    /// Builds the tree over leaf hashes, on all threads of the rayon pool.
    pub fn new(leaves: Vec<Digest>) -> Self {
        let mut levels: Vec<Vec<Digest>> = Vec::new();
        let mut size = leaves.len();
        while size > 1 {
            size = size.div_ceil(2);
            // Not written yet: the threads that fill it are the first to touch its pages.
            levels.push(vec![[0; 32]; size]);
        }
        let fused = levels.len().min(FUSED);
        let (low, high) = levels.split_at_mut(fused);
        fill_parts(&leaves, low);
        let mut below: &[Digest] = low.last().map_or(&[], Vec::as_slice);
        for level in high {
            parents_in_parallel(below, level);
            below = level;
        }
        levels.insert(0, leaves);
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
        let top = self.levels.last().and_then(|top| top.first());
        top.copied().unwrap_or(EMPTY_ROOT)
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
            proof.extend(level.get(position ^ 1));
            position >>= 1;
        }
        Ok(proof)
    }
}

/// Fills the lowest levels above the leaves: every thread a part of each level at a time.
fn fill_parts(leaves: &[Digest], levels: &mut [Vec<Digest>]) {
    let part = 1 << levels.len();
    let mut parts: Vec<Vec<&mut [Digest]>> = leaves.chunks(part).map(|_| Vec::with_capacity(levels.len())).collect();
    for (height, level) in levels.iter_mut().enumerate() {
        let pieces = level.chunks_mut(part >> (height + 1));
        parts.iter_mut().zip(pieces).for_each(|(part, piece)| part.push(piece));
    }
    parts
        .into_par_iter()
        .zip(leaves.par_chunks(part))
        .for_each(|(part, leaves)| {
            let mut below: &[Digest] = leaves;
            for level in part {
                parents(below, level);
                below = level;
            }
        });
}
