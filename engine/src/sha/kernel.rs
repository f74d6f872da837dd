//! SHA-256 (FIPS 180-4) written once for vectors of any width.

/// Round constants (FIPS 180-4, 4.2.2).
pub(super) const K: [u32; 64] = [
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5, 0xd807aa98,
    0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174, 0xe49b69c1, 0xefbe4786,
    0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da, 0x983e5152, 0xa831c66d, 0xb00327c8,
    0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967, 0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13,
    0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85, 0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819,
    0xd6990624, 0xf40e3585, 0x106aa070, 0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a,
    0x5b9cca4f, 0x682e6ff3, 0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7,
    0xc67178f2,
];

/// Defines `digest` for a vector type, from what is in scope: `V` (a vector of `LANES` words), `splat`, `add`, `xor3`,
/// `choose`, `majority`, `ror::<N, 32 - N>`, `shr::<N>`, `load` (block `b` of every message, word by word), `store`, and
/// [`Messages`](super::Messages).
///
/// A macro and no trait: functions of a trait cannot be compiled for the processor that they are chosen for.
macro_rules! kernel {
    ($feature:literal) => {
        /// Hashes `LANES` messages.
        #[target_feature(enable = $feature)]
        pub(super) fn digest(kind: Messages<'_>, rows: &[Block], digests: &mut [Digest; LANES]) {
            let mut state = [splat(0); 8];
            for (vector, word) in state.iter_mut().zip(kind.initial()) {
                *vector = splat(*word);
            }
            match kind {
                Messages::Padded { blocks, .. } => {
                    for block in 0..blocks {
                        state = compress(state, load(rows, blocks, block));
                    }
                }
                Messages::Tagged(tag) => {
                    let (first, last) = behind(tag, load(rows, 1, 0));
                    state = compress(compress(state, first), last);
                }
            }
            store(state, digests);
        }

        /// A tag of one byte, 64 bytes and the padding: every byte moves one place on, so that the last is alone in the
        /// second block.
        #[target_feature(enable = $feature)]
        #[inline]
        fn behind(tag: u8, words: [V; 16]) -> ([V; 16], [V; 16]) {
            let highest = splat(0xff00_0000);
            let (mut first, mut last) = ([splat(0); 16], [splat(0); 16]);
            let mut before = splat(u32::from(tag) << 24);
            for (moved, word) in first.iter_mut().zip(words) {
                let rotated = ror::<8, 24>(word);
                *moved = choose(highest, before, rotated);
                before = rotated;
            }
            last[0] = choose(highest, before, splat(0x0080_0000));
            last[15] = splat(65 * 8);
            (first, last)
        }

        #[target_feature(enable = $feature)]
        #[inline]
        fn compress(before: [V; 8], mut words: [V; 16]) -> [V; 8] {
            let mut state = before;
            let (groups, _) = K.as_chunks::<16>();
            for (number, k) in groups.iter().enumerate() {
                if number > 0 {
                    schedule(&mut words);
                }
                // Spelled out, so that every word is a register.
                state = round(state, words[0], k[0]);
                state = round(state, words[1], k[1]);
                state = round(state, words[2], k[2]);
                state = round(state, words[3], k[3]);
                state = round(state, words[4], k[4]);
                state = round(state, words[5], k[5]);
                state = round(state, words[6], k[6]);
                state = round(state, words[7], k[7]);
                state = round(state, words[8], k[8]);
                state = round(state, words[9], k[9]);
                state = round(state, words[10], k[10]);
                state = round(state, words[11], k[11]);
                state = round(state, words[12], k[12]);
                state = round(state, words[13], k[13]);
                state = round(state, words[14], k[14]);
                state = round(state, words[15], k[15]);
            }
            for (vector, before) in state.iter_mut().zip(before) {
                *vector = add(*vector, before);
            }
            state
        }

        /// The next 16 words of the message schedule.
        #[target_feature(enable = $feature)]
        #[inline]
        fn schedule(words: &mut [V; 16]) {
            words[0] = expand(words[0], words[1], words[9], words[14]);
            words[1] = expand(words[1], words[2], words[10], words[15]);
            words[2] = expand(words[2], words[3], words[11], words[0]);
            words[3] = expand(words[3], words[4], words[12], words[1]);
            words[4] = expand(words[4], words[5], words[13], words[2]);
            words[5] = expand(words[5], words[6], words[14], words[3]);
            words[6] = expand(words[6], words[7], words[15], words[4]);
            words[7] = expand(words[7], words[8], words[0], words[5]);
            words[8] = expand(words[8], words[9], words[1], words[6]);
            words[9] = expand(words[9], words[10], words[2], words[7]);
            words[10] = expand(words[10], words[11], words[3], words[8]);
            words[11] = expand(words[11], words[12], words[4], words[9]);
            words[12] = expand(words[12], words[13], words[5], words[10]);
            words[13] = expand(words[13], words[14], words[6], words[11]);
            words[14] = expand(words[14], words[15], words[7], words[12]);
            words[15] = expand(words[15], words[0], words[8], words[13]);
        }

        #[target_feature(enable = $feature)]
        #[inline]
        fn expand(word: V, next: V, ninth: V, far: V) -> V {
            let small = xor3(ror::<7, 25>(next), ror::<18, 14>(next), shr::<3>(next));
            let large = xor3(ror::<17, 15>(far), ror::<19, 13>(far), shr::<10>(far));
            add(add(word, ninth), add(small, large))
        }

        #[target_feature(enable = $feature)]
        #[inline]
        fn round([a, b, c, d, e, f, g, h]: [V; 8], word: V, k: u32) -> [V; 8] {
            let sum = xor3(ror::<6, 26>(e), ror::<11, 21>(e), ror::<25, 7>(e));
            let first = add(add(add(h, add(splat(k), word)), choose(e, f, g)), sum);
            let sum = xor3(ror::<2, 30>(a), ror::<13, 19>(a), ror::<22, 10>(a));
            let second = add(sum, majority(a, b, c));
            [add(first, second), a, b, c, add(d, first), e, f, g]
        }
    };
}

pub(super) use kernel;
