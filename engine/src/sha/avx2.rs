//! 8 lanes of 32 bits.

use super::{
    Block, Messages,
    kernel::{K, kernel},
};
use std::arch::x86_64::*;
use surety_protocol::Digest;

const LANES: usize = 8;
type V = __m256i;

kernel!("avx2");

#[target_feature(enable = "avx2")]
#[inline]
fn splat(word: u32) -> V {
    _mm256_set1_epi32(word.cast_signed())
}

#[target_feature(enable = "avx2")]
#[inline]
fn add(a: V, b: V) -> V {
    _mm256_add_epi32(a, b)
}

#[target_feature(enable = "avx2")]
#[inline]
fn xor3(a: V, b: V, c: V) -> V {
    _mm256_xor_si256(_mm256_xor_si256(a, b), c)
}

/// `a` where its bits are set in `mask`, `b` where not.
#[target_feature(enable = "avx2")]
#[inline]
fn choose(mask: V, a: V, b: V) -> V {
    _mm256_xor_si256(b, _mm256_and_si256(mask, _mm256_xor_si256(a, b)))
}

#[target_feature(enable = "avx2")]
#[inline]
fn majority(a: V, b: V, c: V) -> V {
    _mm256_or_si256(_mm256_and_si256(a, b), _mm256_and_si256(c, _mm256_or_si256(a, b)))
}

#[target_feature(enable = "avx2")]
#[inline]
fn ror<const N: i32, const REST: i32>(a: V) -> V {
    _mm256_or_si256(_mm256_srli_epi32::<N>(a), _mm256_slli_epi32::<REST>(a))
}

#[target_feature(enable = "avx2")]
#[inline]
fn shr<const N: i32>(a: V) -> V {
    _mm256_srli_epi32::<N>(a)
}

/// The other byte order in every word.
#[target_feature(enable = "avx2")]
#[inline]
fn swap_bytes(a: V) -> V {
    let order = _mm256_set_epi8(
        12, 13, 14, 15, 8, 9, 10, 11, 4, 5, 6, 7, 0, 1, 2, 3, 12, 13, 14, 15, 8, 9, 10, 11, 4, 5, 6, 7, 0, 1, 2, 3,
    );
    _mm256_shuffle_epi8(a, order)
}

#[target_feature(enable = "avx2")]
#[inline]
fn load(rows: &[Block], blocks: usize, block: usize) -> [V; 16] {
    let mut words = [splat(0); 16];
    for (half, words) in words.chunks_exact_mut(LANES).enumerate() {
        let mut lanes = [splat(0); LANES];
        for (lane, vector) in lanes.iter_mut().enumerate() {
            let row = &rows[lane * blocks + block].as_chunks::<32>().0[half];
            // SAFETY: half a block is 32 bytes, as many as are read, and this load asks for no alignment.
            *vector = swap_bytes(unsafe { _mm256_loadu_si256(row.as_ptr().cast()) });
        }
        words.copy_from_slice(&transpose(lanes));
    }
    words
}

#[target_feature(enable = "avx2")]
#[inline]
fn store(state: [V; 8], digests: &mut [Digest; LANES]) {
    for (digest, lane) in digests.iter_mut().zip(transpose(state)) {
        // SAFETY: a digest is 32 bytes, as many as are written, and this store asks for no alignment.
        unsafe { _mm256_storeu_si256(digest.as_mut_ptr().cast(), swap_bytes(lane)) };
    }
}

/// Word i of vector j becomes word j of vector i: by pairs of words, by pairs of pairs, then by halves.
#[target_feature(enable = "avx2")]
#[inline]
fn transpose(rows: [V; 8]) -> [V; 8] {
    let mut pairs = rows;
    for (into, from) in pairs.chunks_exact_mut(2).zip(rows.chunks_exact(2)) {
        into[0] = _mm256_unpacklo_epi32(from[0], from[1]);
        into[1] = _mm256_unpackhi_epi32(from[0], from[1]);
    }
    let mut fours = pairs;
    for (into, from) in fours.chunks_exact_mut(4).zip(pairs.chunks_exact(4)) {
        into[0] = _mm256_unpacklo_epi64(from[0], from[2]);
        into[1] = _mm256_unpackhi_epi64(from[0], from[2]);
        into[2] = _mm256_unpacklo_epi64(from[1], from[3]);
        into[3] = _mm256_unpackhi_epi64(from[1], from[3]);
    }
    let mut columns = fours;
    for column in 0..4 {
        let (low, high) = (fours[column], fours[4 + column]);
        columns[column] = _mm256_permute2x128_si256::<0x20>(low, high);
        columns[4 + column] = _mm256_permute2x128_si256::<0x31>(low, high);
    }
    columns
}
