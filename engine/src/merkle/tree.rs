use super::{leaves_from, parents, parents_in_parallel, room};
use rayon::prelude::*;
use surety_protocol::{
    Digest,
    merkle::{EMPTY_ROOT, ProofError},
};

/// Levels, the leaves among them, of which one thread builds its part before it goes on to the next: these parts stay in
/// its cache.
const FUSED: usize = 13;

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
        Self::fill(leaves, |_, _| ())
    }

    /// Builds the tree over `count` elements, on all threads of the rayon pool; `element(i)` is number i, and is asked for
    /// twice.
    pub fn of<E: AsRef<[u8]>>(count: usize, element: impl Fn(usize) -> E + Sync) -> Self {
        Self::fill(room(count), |first, leaves| {
            leaves_from(first, &element, leaves, &mut Vec::new());
        })
    }

    /// `hash(first, leaves)` completes the leaves from number `first` on.
    fn fill(leaves: Vec<Digest>, hash: impl Fn(usize, &mut [Digest]) + Sync) -> Self {
        let mut levels = vec![leaves];
        let mut size = levels[0].len();
        while size > 1 {
            size = size.div_ceil(2);
            // Not written yet: the threads that fill it are the first to touch its pages.
            levels.push(room(size));
        }
        let fused = levels.len().min(FUSED);
        let (low, high) = levels.split_at_mut(fused);
        fill_parts(low, hash);
        let mut below: &[Digest] = low.last().map_or(&[], Vec::as_slice);
        for level in high {
            parents_in_parallel(below, level);
            below = level;
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

/// Fills the leaves and the lowest levels above: every thread a part of each level at a time.
fn fill_parts(levels: &mut [Vec<Digest>], hash: impl Fn(usize, &mut [Digest]) + Sync) {
    let part = 1 << (levels.len() - 1);
    let mut parts: Vec<Vec<&mut [Digest]>> = Vec::new();
    for (height, level) in levels.iter_mut().enumerate() {
        let pieces = level.chunks_mut(part >> height);
        parts.resize_with(parts.len().max(pieces.len()), || Vec::with_capacity(FUSED));
        parts
            .iter_mut()
            .zip(pieces)
            .for_each(|(pieces, piece)| pieces.push(piece));
    }
    parts.into_par_iter().enumerate().for_each(|(number, pieces)| {
        let mut below: &[Digest] = &[];
        for (height, level) in pieces.into_iter().enumerate() {
            match height {
                0 => hash(number * part, level),
                _ => parents(below, level),
            }
            below = level;
        }
    });
}
