//! SHA-256 over the compression function alone: chain code pays for every instruction, and the generic buffering of a
//! streaming hasher costs more there than the padding of the few shapes hashed here.

use crate::{Digest, tag};
use sha2::block_api::compress256;

/// The state before the first block (FIPS 180-4, 5.3.3).
pub const INITIAL: [u32; 8] = [
    0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19,
];

/// Bytes of a block.
pub const BLOCK: usize = 64;

/// Where a final block's length field begins.
const LENGTH: usize = BLOCK - 8;

/// SHA-256 of the concatenation of `parts`.
pub fn sha256(parts: &[&[u8]]) -> Digest {
    let mut state = INITIAL;
    let mut block = [0u8; BLOCK];
    let mut filled = 0usize;
    let mut length = 0u64;
    for part in parts {
        length = length.wrapping_add(part.len() as u64);
        let mut rest = *part;
        while !rest.is_empty() {
            let free = &mut block[filled..];
            let taken = free.len().min(rest.len());
            let (now, later) = rest.split_at(taken);
            free[..taken].copy_from_slice(now);
            rest = later;
            filled += taken;
            if filled == BLOCK {
                compress256(&mut state, core::slice::from_ref(&block));
                filled = 0;
            }
        }
    }
    let tail = &mut block[filled..];
    tail.fill(0);
    tail[0] = 0x80;
    if filled >= LENGTH {
        compress256(&mut state, core::slice::from_ref(&block));
        block = [0; BLOCK];
    }
    block[LENGTH..].copy_from_slice(&length.wrapping_mul(8).to_be_bytes());
    compress256(&mut state, core::slice::from_ref(&block));
    to_bytes(&state)
}

/// H(0x01 || left || right): always two blocks, laid out without a buffer.
pub(crate) fn node(left: &Digest, right: &Digest) -> Digest {
    let mut blocks = [[0u8; BLOCK]; 2];
    blocks[0][0] = tag::NODE;
    blocks[0][1..33].copy_from_slice(left);
    blocks[0][33..].copy_from_slice(&right[..31]);
    blocks[1][0] = right[31];
    blocks[1][1] = 0x80;
    blocks[1][LENGTH..].copy_from_slice(&(65u64 * 8).to_be_bytes());
    let mut state = INITIAL;
    compress256(&mut state, &blocks);
    to_bytes(&state)
}

fn to_bytes(state: &[u32; 8]) -> Digest {
    let mut digest = [0u8; 32];
    for (bytes, word) in digest.chunks_exact_mut(4).zip(state) {
        bytes.copy_from_slice(&word.to_be_bytes());
    }
    digest
}
