use super::{ProofError, joining_len, node_hash, parting, proof_len, verify_inclusion};
use crate::Digest;
use alloc::vec::Vec;

/// The whole inclusion proofs of a list whose proofs may end where they meet an earlier one, each checked against `root`.
///
/// `list`: index, leaf hash and proof, as [`verify_beside`](super::verify_beside) takes one after the other.
///
/// # Errors
/// As there, for the first leaf that is not proven.
pub fn whole_proofs(
    root: &Digest,
    count: u64,
    list: &[(u64, Digest, Vec<Digest>)],
) -> Result<Vec<Vec<Digest>>, ProofError> {
    let mut whole: Vec<Vec<Digest>> = Vec::with_capacity(list.len());
    for (index, leaf, proof) in list {
        let length = proof_len(*index, count).ok_or(ProofError::IndexOutOfRange)?;
        let mut proof = proof.clone();
        if proof.len() as u64 != u64::from(length) {
            let ends = |other: u64| joining_len(*index, other, count).map(u64::from) == Some(proof.len() as u64);
            let met = list.iter().zip(&whole).rev().find(|((other, ..), _)| ends(*other));
            let ((other, hash, _), theirs) = met.ok_or(ProofError::WrongLength)?;
            // Below the meeting point the other leaf is on the left, where every level has a sibling.
            let (below, above) = theirs.split_at(parting(*index, *other) as usize);
            let sibling = below.iter().enumerate().fold(*hash, |digest, (level, sibling)| {
                if other >> level & 1 == 1 {
                    node_hash(sibling, &digest)
                } else {
                    node_hash(&digest, sibling)
                }
            });
            proof.push(sibling);
            proof.extend(above.iter().skip(1));
        }
        verify_inclusion(root, count, *index, leaf, &proof)?;
        whole.push(proof);
    }
    Ok(whole)
}
