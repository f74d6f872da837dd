//! The Merkle tree of RFC 9162 (Certificate Transparency v2) with SHA-256, for any number of leaves.
//!
//! The papers' tree I(i, j) = H(I(i-1, j) || I(i-1, j + 2^(i-1))) is its shape for 2^k leaves; the tags keep a node
//! from passing for a leaf.

#[cfg(feature = "alloc")]
mod frontier;
#[cfg(feature = "alloc")]
mod list;
#[cfg(feature = "alloc")]
mod tree;

#[cfg(feature = "alloc")]
pub use frontier::Frontier;
#[cfg(feature = "alloc")]
pub use list::whole_proofs;
#[cfg(feature = "alloc")]
pub use tree::{Tree, leaf_hashes};

use crate::{Digest, hash, tag};
use core::borrow::Borrow;

/// Root of the tree without leaves: H("").
pub const EMPTY_ROOT: Digest = [
    0xe3, 0xb0, 0xc4, 0x42, 0x98, 0xfc, 0x1c, 0x14, 0x9a, 0xfb, 0xf4, 0xc8, 0x99, 0x6f, 0xb9, 0x24, 0x27, 0xae, 0x41,
    0xe4, 0x64, 0x9b, 0x93, 0x4c, 0xa4, 0x95, 0x99, 0x1b, 0x78, 0x52, 0xb8, 0x55,
];

/// Why an inclusion proof does not hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProofError {
    /// The index is not below the number of leaves.
    IndexOutOfRange,
    /// The proof has not exactly [`proof_len`] digests, nor does it end where it meets an earlier one.
    WrongLength,
    /// The proof leads to another root, or past the earlier proof that it should meet.
    RootMismatch,
}

impl core::fmt::Display for ProofError {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str(match self {
            Self::IndexOutOfRange => "the index is not below the number of leaves",
            Self::WrongLength => "the inclusion proof has the wrong length for this index and count",
            Self::RootMismatch => "the inclusion proof does not lead to the root",
        })
    }
}

impl core::error::Error for ProofError {}

/// Hash of a leaf: H(0x00 || element).
pub fn leaf_hash(element: &[u8]) -> Digest {
    hash::sha256(&[&[tag::LEAF], element])
}

/// Hash of an inner node: H(0x01 || left || right).
pub fn node_hash(left: &Digest, right: &Digest) -> Digest {
    hash::node(left, right)
}

/// Levels of siblings in the longest inclusion proof of a tree of `count` leaves: ceil(log2(count)), 0 for none.
pub fn depth(count: u64) -> u32 {
    match count.checked_sub(1) {
        Some(last) => u64::BITS - last.leading_zeros(),
        None => 0,
    }
}

/// Digests in the inclusion proof of leaf `index` among `count`; none if there is no such leaf.
pub fn proof_len(index: u64, count: u64) -> Option<u32> {
    (index < count).then(|| {
        let (inner, border) = shape(index, count);
        inner + border
    })
}

/// Splits a proof into the levels below the point where the paths of this leaf and the last one part, each with a
/// sibling on the side that the index's bit tells, and the levels above it, where only left siblings remain.
/// `index` must be below `count`.
fn shape(index: u64, count: u64) -> (u32, u32) {
    let inner = u64::BITS - (index ^ (count - 1)).leading_zeros();
    let border = index.checked_shr(inner).unwrap_or(0).count_ones();
    (inner, border)
}

/// Digests in the proof of leaf `index` below the point where its path meets that of the leaf `earlier`. In a list that
/// shows the earlier leaf first, its proof has the rest, so this one may end there. None unless
/// `earlier < index < count`.
pub fn joining_len(index: u64, earlier: u64, count: u64) -> Option<u32> {
    (earlier < index && index < count).then(|| {
        let (inner, _) = shape(index, count);
        let level = parting(index, earlier);
        // Above `inner` a level has a sibling where the index has a bit.
        let border = index.checked_shr(inner).unwrap_or(0) & !(u64::MAX << level.saturating_sub(inner));
        level.min(inner) + border.count_ones()
    })
}

/// The level at whose two nodes the paths of two different leaves arrive as siblings.
fn parting(index: u64, other: u64) -> u32 {
    u64::BITS - 1 - (index ^ other).leading_zeros()
}

/// Checks that the leaf with hash `leaf` is number `index` (0-based) of the `count` leaves under `root`
/// (RFC 9162, 2.1.3.2). Costs [`proof_len`] node hashes; a proof of the wrong length costs none.
pub fn verify_inclusion<P: Borrow<Digest>>(
    root: &Digest,
    count: u64,
    index: u64,
    leaf: &Digest,
    proof: &[P],
) -> Result<(), ProofError> {
    verify_beside(root, count, index, leaf, proof, core::iter::empty())
}

/// The same for a leaf of a list: the proof may end where the path meets that of an `earlier` leaf ([`joining_len`]).
///
/// `earlier`: indices and proofs of leaves that this checked already against the same root, in any order.
pub fn verify_beside<'a, P: Borrow<Digest> + 'a>(
    root: &Digest,
    count: u64,
    index: u64,
    leaf: &Digest,
    proof: &[P],
    mut earlier: impl Iterator<Item = (u64, &'a [P])>,
) -> Result<(), ProofError> {
    if index >= count {
        return Err(ProofError::IndexOutOfRange);
    }
    let (inner, border) = shape(index, count);
    let goal = if proof.len() as u64 == u64::from(inner + border) {
        root
    } else {
        // The earlier leaf lies left of the point where the paths meet, and a left node has its sibling in the proof.
        let meeting = |(other, theirs): (u64, &'a [P])| {
            let ends = u64::from(joining_len(index, other, count)?) == proof.len() as u64;
            theirs.get(parting(index, other) as usize).filter(|_| ends)
        };
        earlier.find_map(meeting).ok_or(ProofError::WrongLength)?.borrow()
    };
    let mut digest = *leaf;
    for (level, sibling) in proof.iter().enumerate() {
        let sibling = sibling.borrow();
        let level = level as u32;
        digest = if level >= inner || index >> level & 1 == 1 {
            hash::node(sibling, &digest)
        } else {
            hash::node(&digest, sibling)
        };
    }
    if digest == *goal {
        Ok(())
    } else {
        Err(ProofError::RootMismatch)
    }
}
