//! The Merkle tree of [`surety_protocol::merkle`] at size: the same roots and proofs, many hashes at once.

mod room;
mod stream;
mod tree;

pub use room::room;
pub use stream::{GROUP, Stream};
pub use tree::Tree;

use crate::sha::{Backend, Block, blocks, pad};
use rayon::prelude::*;
use std::sync::LazyLock;
use surety_protocol::{
    Digest,
    hash::{BLOCK, INITIAL},
    merkle::{leaf_hash, node_hash},
};

static BACKEND: LazyLock<Backend> = LazyLock::new(Backend::detect);

/// First bytes of what is hashed (RFC 9162, 2.1.1).
const LEAF: u8 = 0;
const NODE: u8 = 1;

/// Longest elements that are hashed side by side, in bytes; the rows of longer ones would leave the fastest cache.
const LONGEST_IN_LANES: usize = 1024;

/// Elements of which one thread hashes a run.
const RUN: usize = 1 << 10;

/// Hashes pairs of neighbours, on this thread: `above[i]` of `below[2 i]` and `below[2 i + 1]`. A last one without a
/// neighbour moves up unchanged. `above` has half as many, rounded up.
pub fn parents(below: &[Digest], above: &mut [Digest]) {
    // A pair is 64 bytes: the node's block, but for its tag.
    let (pairs, alone) = below.as_flattened().as_chunks();
    BACKEND.digest_tagged(NODE, pairs, above);
    if let (Ok(alone), Some(last)) = (alone.try_into(), above.last_mut()) {
        *last = alone;
    }
}

/// [`parents`], on all threads of the rayon pool.
pub fn parents_in_parallel(below: &[Digest], above: &mut [Digest]) {
    above
        .par_chunks_mut(RUN)
        .zip(below.par_chunks(2 * RUN))
        .for_each(|(above, below)| parents(below, above));
}

/// Leaf hashes of `digests.len()` elements, on all threads of the rayon pool; `element(i)` is number i.
pub fn leaf_hashes<E: AsRef<[u8]>>(element: impl Fn(usize) -> E + Sync, digests: &mut [Digest]) {
    digests
        .par_chunks_mut(RUN)
        .enumerate()
        .for_each(|(run, digests)| leaves_from(run * RUN, &element, digests, &mut Vec::new()));
}

/// Leaf hashes of the elements from number `first` on, on this thread. `rows` is room to use again.
fn leaves_from<E: AsRef<[u8]>>(
    first: usize,
    element: impl Fn(usize) -> E,
    digests: &mut [Digest],
    rows: &mut Vec<Block>,
) {
    let lanes = BACKEND.lanes();
    for (group, digests) in digests.chunks_mut(lanes).enumerate() {
        hash_leaves(|i| element(first + group * lanes + i), digests, rows);
    }
}

/// Leaf hashes of as many elements as there are lanes, or fewer.
fn hash_leaves<E: AsRef<[u8]>>(element: impl Fn(usize) -> E, digests: &mut [Digest], rows: &mut Vec<Block>) {
    let length = element(0).as_ref().len();
    let alike = length <= LONGEST_IN_LANES && (1..digests.len()).all(|i| element(i).as_ref().len() == length);
    if !alike {
        digests
            .iter_mut()
            .enumerate()
            .for_each(|(i, digest)| *digest = leaf_hash(element(i).as_ref()));
        return;
    }
    let blocks = blocks(1 + length);
    rows.clear();
    rows.resize(digests.len() * blocks, [0; BLOCK]);
    for (i, row) in rows.chunks_exact_mut(blocks).enumerate() {
        let bytes = row.as_flattened_mut();
        bytes[0] = LEAF;
        bytes[1..=length].copy_from_slice(element(i).as_ref());
        pad(row, 1 + length);
    }
    BACKEND.digest(&INITIAL, rows, blocks, digests);
}

/// Root of the tree over `digests`, which are used up as room: afterwards they hold nothing of use. None: no digests.
fn reduce(digests: &mut Vec<Digest>, room: &mut Vec<Digest>) -> Option<Digest> {
    while digests.len() > 2 {
        room.clear();
        room.resize(digests.len().div_ceil(2), [0; 32]);
        parents(digests, room);
        std::mem::swap(digests, room);
    }
    match digests[..] {
        [left, right] => Some(node_hash(&left, &right)),
        [alone] => Some(alone),
        _ => None,
    }
}
