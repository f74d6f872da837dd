//! 16 lanes of 32 bits.

use super::{
    Block, Messages,
    kernel::{K, kernel},
};
use std::arch::x86_64::*;
use surety_protocol::Digest;

const LANES: usize = 16;
type V = __m512i;

kernel!("avx512f");

#[target_feature(enable = "avx512f")]
#[inline]
fn splat(word: u32) -> V {
    _mm512_set1_epi32(word.cast_signed())
}

#[target_feature(enable = "avx512f")]
#[inline]
fn add(a: V, b: V) -> V {
    _mm512_add_epi32(a, b)
}

#[target_feature(enable = "avx512f")]
#[inline]
fn xor3(a: V, b: V, c: V) -> V {
    _mm512_ternarylogic_epi32::<0x96>(a, b, c)
}

/// `a` where its bits are set in `mask`, `b` where not.
#[target_feature(enable = "avx512f")]
#[inline]
fn choose(mask: V, a: V, b: V) -> V {
    _mm512_ternarylogic_epi32::<0xca>(mask, a, b)
}

#[target_feature(enable = "avx512f")]
#[inline]
fn majority(a: V, b: V, c: V) -> V {
    _mm512_ternarylogic_epi32::<0xe8>(a, b, c)
}

#[target_feature(enable = "avx512f")]
#[inline]
fn ror<const N: i32, const REST: i32>(a: V) -> V {
    _mm512_ror_epi32::<N>(a)
}

#[target_feature(enable = "avx512f")]
#[inline]
fn shr<const N: u32>(a: V) -> V {
    _mm512_srli_epi32::<N>(a)
}

/// The other byte order in every word.
#[target_feature(enable = "avx512f")]
#[inline]
fn swap_bytes(a: V) -> V {
    choose(splat(0xff00_ff00), _mm512_ror_epi32::<8>(a), _mm512_rol_epi32::<8>(a))
}

#[target_feature(enable = "avx512f")]
#[inline]
fn load(rows: &[Block], blocks: usize, block: usize) -> [V; 16] {
    let mut lanes = [splat(0); LANES];
    for (lane, vector) in lanes.iter_mut().enumerate() {
        let row = &rows[lane * blocks + block];
        // SAFETY: a block is 64 bytes, as many as are read, and this load asks for no alignment.
        *vector = swap_bytes(unsafe { _mm512_loadu_si512(row.as_ptr().cast()) });
    }
    transpose(lanes)
}

#[target_feature(enable = "avx512f")]
#[inline]
fn store(state: [V; 8], digests: &mut [Digest; LANES]) {
    let mut words = [splat(0); 16];
    words[..8].copy_from_slice(&state);
    for (digest, lane) in digests.iter_mut().zip(transpose(words)) {
        let low = _mm512_castsi512_si256(swap_bytes(lane));
        // SAFETY: a digest is 32 bytes, as many as are written, and this store asks for no alignment.
        unsafe { _mm256_storeu_si256(digest.as_mut_ptr().cast(), low) };
    }
}

/// Word i of vector j becomes word j of vector i: by pairs of words, by pairs of pairs, then by quarters.
#[target_feature(enable = "avx512f")]
#[inline]
fn transpose(rows: [V; 16]) -> [V; 16] {
    let mut pairs = rows;
    for (into, from) in pairs.chunks_exact_mut(2).zip(rows.chunks_exact(2)) {
        into[0] = _mm512_unpacklo_epi32(from[0], from[1]);
        into[1] = _mm512_unpackhi_epi32(from[0], from[1]);
    }
    let mut fours = pairs;
    for (into, from) in fours.chunks_exact_mut(4).zip(pairs.chunks_exact(4)) {
        into[0] = _mm512_unpacklo_epi64(from[0], from[2]);
        into[1] = _mm512_unpackhi_epi64(from[0], from[2]);
        into[2] = _mm512_unpacklo_epi64(from[1], from[3]);
        into[3] = _mm512_unpackhi_epi64(from[1], from[3]);
    }
    let mut columns = fours;
    for column in 0..4 {
        let [a, b, c, d] = [0, 4, 8, 12].map(|four| fours[four + column]);
        // Quarters 0 and 2 of two vectors, and quarters 1 and 3.
        let (even, odd) = (_mm512_shuffle_i32x4::<0x88>(a, b), _mm512_shuffle_i32x4::<0xdd>(a, b));
        let (even_after, odd_after) = (_mm512_shuffle_i32x4::<0x88>(c, d), _mm512_shuffle_i32x4::<0xdd>(c, d));
        columns[column] = _mm512_shuffle_i32x4::<0x88>(even, even_after);
        columns[4 + column] = _mm512_shuffle_i32x4::<0x88>(odd, odd_after);
        columns[8 + column] = _mm512_shuffle_i32x4::<0xdd>(even, even_after);
        columns[12 + column] = _mm512_shuffle_i32x4::<0xdd>(odd, odd_after);
    }
    columns
}
