//! Commitments that the terms and the chain carry (paper 2, initialisation phase).

use crate::{Digest, sha256, tag};

/// Commitment to the function or the data of a job: H(salt || H(message)). Each takes a salt of its own.
pub fn commit(salt: &Digest, message: &[u8]) -> Digest {
    sha256(&[salt, &sha256(&[message])])
}

/// Does (`salt`, `message`) open `commitment`?
pub fn opens(commitment: &Digest, salt: &Digest, message: &[u8]) -> bool {
    commit(salt, message) == *commitment
}

/// Seal of a result: H of its [`seal_preimage`].
pub fn seal(job_id: &Digest, account: &[u8; 20], root: &Digest, count: u64, salt: &Digest) -> Digest {
    sha256(&[&seal_preimage(job_id, account, root, count, salt)])
}

/// What a seal hashes: 0x02 || jobId || account || root || count || salt, the count as 8 bytes big-endian.
/// Bound to the account that submits it, so a copied seal opens for nobody else.
pub fn seal_preimage(job_id: &Digest, account: &[u8; 20], root: &Digest, count: u64, salt: &Digest) -> [u8; 125] {
    let mut preimage = [tag::SEAL; 125];
    preimage[1..33].copy_from_slice(job_id);
    preimage[33..53].copy_from_slice(account);
    preimage[53..85].copy_from_slice(root);
    preimage[85..93].copy_from_slice(&count.to_be_bytes());
    preimage[93..].copy_from_slice(salt);
    preimage
}

/// The `seedHash` of terms: H(0x03 || seed), the client's promise of the seed that
/// [`sample::seeded`](crate::sample::seeded) will mix with the root.
pub fn seed_hash(seed: &Digest) -> Digest {
    sha256(&[&[tag::SEED], seed])
}
