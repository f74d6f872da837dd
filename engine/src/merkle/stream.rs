use super::{parents, reduce};
use rayon::prelude::*;
use surety_protocol::{Digest, merkle::Frontier};

/// Leaves under one digest of the layer that [`Stream::with_layer`] keeps.
pub const GROUP: usize = 1 << 8;

/// Leaves that are reduced to one digest at a time, so that the lanes are full on nearly every level.
const PART: usize = 1 << 12;

/// A Merkle root from leaves that come one after the other, in memory that grows with the logarithm of their number.
#[derive(Clone, Debug, Default)]
pub struct Stream {
    /// Over the roots of the whole parts.
    parts: Frontier,
    /// Leaves behind the last whole part.
    pending: Vec<Digest>,
    layer: Option<Vec<Digest>>,
}

impl Stream {
    pub fn new() -> Self {
        Self::default()
    }

    /// Keeps the roots of all groups of [`GROUP`] leaves, from which [`Self::into_layer`] makes proofs possible: 32 bytes
    /// for each group.
    pub fn with_layer() -> Self {
        Self {
            layer: Some(Vec::new()),
            ..Self::default()
        }
    }

    /// Leaves so far.
    pub fn count(&self) -> u64 {
        self.parts.count() * PART as u64 + self.pending.len() as u64
    }

    /// Appends leaf hashes, on all threads of the rayon pool.
    pub fn extend(&mut self, mut leaves: &[Digest]) {
        if !self.pending.is_empty() {
            let (now, later) = leaves.split_at(leaves.len().min(PART - self.pending.len()));
            self.pending.extend_from_slice(now);
            leaves = later;
            if self.pending.len() < PART {
                return;
            }
            let part = std::mem::take(&mut self.pending);
            self.whole_parts(&part);
        }
        let (whole, rest) = leaves.split_at(leaves.len() / PART * PART);
        self.whole_parts(whole);
        self.pending.extend_from_slice(rest);
    }

    /// Root of the leaves so far.
    pub fn root(&self) -> Digest {
        // The last part's root stands where a leaf of the tree over parts would: both trees divide alike.
        let mut parts = self.parts.clone();
        if let Some(root) = reduce(&mut self.pending.clone(), &mut Vec::new()) {
            parts.push(root);
        }
        parts.root()
    }

    /// The roots of all groups of [`GROUP`] leaves, the last of which may have fewer; none if they were not kept.
    pub fn into_layer(mut self) -> Vec<Digest> {
        let mut layer = self.layer.take().unwrap_or_default();
        for group in self.pending.chunks(GROUP) {
            layer.extend(reduce(&mut group.to_vec(), &mut Vec::new()));
        }
        layer
    }

    fn whole_parts(&mut self, leaves: &[Digest]) {
        let done: Vec<_> = leaves
            .par_chunks_exact(PART)
            .map_init(Room::default, |room, part| room.reduce(part, self.layer.is_some()))
            .collect();
        for (root, groups) in done {
            self.parts.push(root);
            if let Some(layer) = &mut self.layer {
                layer.extend(groups);
            }
        }
    }
}

/// Memory that a thread uses again for each part.
#[derive(Default)]
struct Room {
    below: Vec<Digest>,
    above: Vec<Digest>,
}

impl Room {
    /// Root of a part, and the roots of its groups if they are wanted.
    fn reduce(&mut self, part: &[Digest], with_groups: bool) -> (Digest, Vec<Digest>) {
        self.below.clear();
        self.below.resize(part.len() / 2, [0; 32]);
        parents(part, &mut self.below);
        while self.below.len() > part.len() / GROUP {
            self.above.clear();
            self.above.resize(self.below.len() / 2, [0; 32]);
            parents(&self.below, &mut self.above);
            std::mem::swap(&mut self.below, &mut self.above);
        }
        let groups = if with_groups { self.below.clone() } else { Vec::new() };
        (reduce(&mut self.below, &mut self.above).unwrap_or_default(), groups)
    }
}
