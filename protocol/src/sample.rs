//! Which leaves a client looks at when it does not look at all of them.
//!
//! | sampler | randomness | who can bias it |
//! |---|---|---|
//! | [`positions`] | the root alone (paper 1, equations 1 and 2) | the worker: it can try roots until the sample misses its bad leaves, see [`detection::grinding_tries`](crate::detection::grinding_tries) |
//! | [`fresh`] | 32 fresh random bytes of the client's | nobody but the client; the default |
//! | [`seeded`] | a seed committed before the work, mixed with the root | nobody, and everybody can check it afterwards |

use crate::{Digest, sha256};
#[cfg(feature = "alloc")]
use {
    crate::tag,
    alloc::{collections::BTreeSet, vec::Vec},
};

/// The papers' sampler: i_k = (H^k(root) mod n) + 1 for k = 1, 2, ..., where H^1 = H(root), a digest is read as a
/// 256-bit big-endian integer and n is `count`. Endless, with repetitions; yields nothing if `count` is 0.
///
/// Positions are 1-based as in the paper: leaf index = position - 1.
pub fn positions(root: &Digest, count: u64) -> Positions {
    Positions { digest: *root, count }
}

/// See [`positions`].
#[derive(Clone, Debug)]
pub struct Positions {
    digest: Digest,
    count: u64,
}

impl Iterator for Positions {
    type Item = u64;

    fn next(&mut self) -> Option<u64> {
        if self.count == 0 {
            return None;
        }
        self.digest = sha256(&[&self.digest]);
        let n = u128::from(self.count);
        let rest = self
            .digest
            .iter()
            .fold(0u128, |rest, byte| (rest << 8 | u128::from(*byte)) % n);
        Some(rest as u64 + 1)
    }
}

/// `wanted` distinct leaf indices (0-based, increasing; all of them if `wanted` >= `count`), uniform over `seed`,
/// which must be 32 fresh random bytes that the worker could not know.
#[cfg(feature = "alloc")]
pub fn fresh(seed: &Digest, count: u64, wanted: u64) -> Vec<u64> {
    if wanted >= count {
        return (0..count).collect();
    }
    // Floyd's algorithm: one draw for each index, every subset equally likely.
    let mut stream = Stream {
        seed,
        block: 0,
        words: [0; 4],
        used: 4,
    };
    let mut chosen = BTreeSet::new();
    for last in count - wanted..count {
        let drawn = stream.up_to(last);
        if !chosen.insert(drawn) {
            chosen.insert(last);
        }
    }
    chosen.into_iter().collect()
}

/// As [`fresh`], from H(0x04 || seed || root || count): a seed promised in the terms
/// ([`seed_hash`](crate::commitment::seed_hash)) and opened after the root was committed, so neither side could choose
/// the sample and anybody can repeat it.
#[cfg(feature = "alloc")]
pub fn seeded(client_seed: &Digest, root: &Digest, count: u64, wanted: u64) -> Vec<u64> {
    fresh(
        &sha256(&[&[tag::MIX], client_seed, root, &count.to_be_bytes()]),
        count,
        wanted,
    )
}

/// Uniform integers from H(0x05 || seed || block number), four 64-bit big-endian words a block.
#[cfg(feature = "alloc")]
struct Stream<'a> {
    seed: &'a Digest,
    block: u64,
    words: [u64; 4],
    used: usize,
}

#[cfg(feature = "alloc")]
impl Stream<'_> {
    fn word(&mut self) -> u64 {
        if self.used >= self.words.len() {
            let digest = sha256(&[&[tag::DRAW], self.seed, &self.block.to_be_bytes()]);
            for (word, bytes) in self.words.iter_mut().zip(digest.chunks_exact(8)) {
                *word = bytes.iter().fold(0, |word, byte| word << 8 | u64::from(*byte));
            }
            self.block = self.block.wrapping_add(1);
            self.used = 0;
        }
        let word = self.words[self.used];
        self.used += 1;
        word
    }

    /// Uniform in 0..=last: masked to the smallest power of two above, drawn again when too large.
    fn up_to(&mut self, last: u64) -> u64 {
        let mask = u64::MAX.checked_shr(last.leading_zeros()).unwrap_or(0);
        loop {
            let word = self.word() & mask;
            if word <= last {
                return word;
            }
        }
    }
}
