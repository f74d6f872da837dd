//! Lists of leaves as `deliver` and `judge` take them.

use alloc::vec::Vec;
use alloy_primitives::B256;
use surety_protocol::merkle::{self, ProofError};

use crate::Leaf;

/// Ends each whole proof where it meets that of the leaf before it in the list. `count`: leaves of the tree.
pub fn cut(leaves: &mut [Leaf], count: u64) {
    for at in (1..leaves.len()).rev() {
        if let Some(length) = merkle::joining_len(leaves[at].index, leaves[at - 1].index, count) {
            leaves[at].proof.truncate(length as usize);
        }
    }
}

/// Gives each leaf its whole proof, so that it can be shown without the others.
///
/// # Errors
/// If a leaf is not in `root`, the first one's reason.
pub fn whole(leaves: &mut [Leaf], root: &B256, count: u64) -> Result<(), ProofError> {
    let digests = |proof: &[B256]| proof.iter().map(|digest| digest.0).collect();
    let list: Vec<_> = leaves
        .iter()
        .map(|leaf| (leaf.index, merkle::leaf_hash(&leaf.element), digests(&leaf.proof)))
        .collect();
    let proofs = merkle::whole_proofs(root, count, &list)?;
    for (leaf, proof) in leaves.iter_mut().zip(proofs) {
        leaf.proof = proof.into_iter().map(B256::new).collect();
    }
    Ok(())
}
