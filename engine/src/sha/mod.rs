//! SHA-256 of many messages at once: one message in each lane of a vector register.
//!
//! A single SHA-256 is one long chain of dependent additions, which leaves most of a processor idle. Leaves, nodes and
//! candidates come in thousands that do not depend on each other, so they are hashed side by side: 16 with AVX-512, else
//! by the processor's SHA instructions one at a time (through the sha2 crate), else 8 with AVX2, else one at a time.

#[cfg(target_arch = "x86_64")]
mod avx2;
#[cfg(target_arch = "x86_64")]
mod avx512;
#[cfg(target_arch = "x86_64")]
mod kernel;

use sha2::block_api::compress256;
use surety_protocol::{
    Digest,
    hash::{BLOCK, INITIAL},
};

/// Most messages that are hashed at once.
pub const MAX_LANES: usize = 16;

/// A block of a padded message.
pub type Block = [u8; BLOCK];

/// How this processor hashes many messages. Only made where the processor has what it takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Backend(Instructions);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Instructions {
    /// One by one, by the sha2 crate: with the processor's SHA instructions, if it has some.
    Single,
    #[cfg(target_arch = "x86_64")]
    Avx2,
    #[cfg(target_arch = "x86_64")]
    Avx512,
}

impl Backend {
    /// The fastest that this processor has.
    pub fn detect() -> Self {
        #[cfg(target_arch = "x86_64")]
        {
            use std::arch::is_x86_feature_detected;
            if is_x86_feature_detected!("avx512f") {
                return Self(Instructions::Avx512);
            }
            if is_x86_feature_detected!("avx2") && !is_x86_feature_detected!("sha") {
                return Self(Instructions::Avx2);
            }
        }
        Self(Instructions::Single)
    }

    /// Every one that this processor has.
    pub fn available() -> Vec<Self> {
        let mut found = vec![Self(Instructions::Single)];
        #[cfg(target_arch = "x86_64")]
        {
            use std::arch::is_x86_feature_detected;
            if is_x86_feature_detected!("avx2") {
                found.push(Self(Instructions::Avx2));
            }
            if is_x86_feature_detected!("avx512f") {
                found.push(Self(Instructions::Avx512));
            }
        }
        found
    }

    /// Messages hashed at once.
    pub const fn lanes(self) -> usize {
        match self.0 {
            Instructions::Single => 1,
            #[cfg(target_arch = "x86_64")]
            Instructions::Avx2 => MAX_LANES / 2,
            #[cfg(target_arch = "x86_64")]
            Instructions::Avx512 => MAX_LANES,
        }
    }

    /// What hashes, for people.
    pub const fn name(self) -> &'static str {
        match self.0 {
            Instructions::Single => "one at a time (sha2)",
            #[cfg(target_arch = "x86_64")]
            Instructions::Avx2 => "8 lanes (AVX2)",
            #[cfg(target_arch = "x86_64")]
            Instructions::Avx512 => "16 lanes (AVX-512)",
        }
    }

    /// Compresses `messages`, each of `blocks` blocks with its padding, from the state `initial`, and writes the states
    /// that result as `digests`, one for each message. A padded message from [`INITIAL`]
    /// gives its SHA-256; a padded rest, from the state after what came before it, that of the whole.
    ///
    /// Does nothing with messages beyond the last whole one, nor with digests beyond.
    pub fn digest(self, initial: &[u32; 8], messages: &[Block], blocks: usize, digests: &mut [Digest]) {
        if blocks > 0 {
            self.hash(Messages::Padded { initial, blocks }, messages, digests);
        }
    }

    /// SHA-256 of `tag` and 64 bytes, for each of `messages`: of nodes, read where their children lie.
    pub fn digest_tagged(self, tag: u8, messages: &[Block], digests: &mut [Digest]) {
        self.hash(Messages::Tagged(tag), messages, digests);
    }

    fn hash(self, kind: Messages<'_>, messages: &[Block], digests: &mut [Digest]) {
        let lanes = self.lanes();
        for (messages, digests) in messages.chunks(lanes * kind.rows()).zip(digests.chunks_mut(lanes)) {
            match self.0 {
                // Each vector instruction costs the same however few of its lanes are used.
                #[cfg(target_arch = "x86_64")]
                Instructions::Avx512 if digests.len() > 2 => {
                    in_lanes(messages, kind.rows(), digests, |rows, out| {
                        // SAFETY: this variant is only made where the processor has AVX-512F.
                        unsafe { avx512::digest(kind, rows, out) }
                    });
                }
                #[cfg(target_arch = "x86_64")]
                Instructions::Avx2 if digests.len() > 2 => {
                    in_lanes(messages, kind.rows(), digests, |rows, out| {
                        // SAFETY: this variant is only made where the processor has AVX2.
                        unsafe { avx2::digest(kind, rows, out) }
                    });
                }
                _ => one_by_one(kind, messages, digests),
            }
        }
    }
}

/// What is hashed.
#[derive(Clone, Copy)]
enum Messages<'a> {
    /// So many blocks for each message, its padding among them.
    Padded { initial: &'a [u32; 8], blocks: usize },
    /// A tag in front of one block, without padding.
    Tagged(u8),
}

impl Messages<'_> {
    fn initial(&self) -> &[u32; 8] {
        match self {
            Self::Padded { initial, .. } => initial,
            Self::Tagged(_) => &INITIAL,
        }
    }

    /// Blocks that are read for each.
    fn rows(&self) -> usize {
        match *self {
            Self::Padded { blocks, .. } => blocks,
            Self::Tagged(_) => 1,
        }
    }
}

/// Runs a kernel of `LANES` lanes, idle ones among them where there are fewer messages.
#[cfg(target_arch = "x86_64")]
fn in_lanes<const LANES: usize>(
    messages: &[Block],
    blocks: usize,
    digests: &mut [Digest],
    kernel: impl FnOnce(&[Block], &mut [Digest; LANES]),
) {
    if messages.len() == LANES * blocks
        && let Some(digests) = digests.as_mut_array()
    {
        return kernel(messages, digests);
    }
    let mut rows = messages.to_vec();
    rows.resize(LANES * blocks, [0; BLOCK]);
    let mut all = [[0; 32]; LANES];
    kernel(&rows, &mut all);
    digests.iter_mut().zip(all).for_each(|(digest, found)| *digest = found);
}

fn one_by_one(kind: Messages<'_>, messages: &[Block], digests: &mut [Digest]) {
    for (message, digest) in messages.chunks_exact(kind.rows()).zip(digests) {
        let mut state = *kind.initial();
        match kind {
            Messages::Padded { .. } => compress256(&mut state, message),
            Messages::Tagged(tag) => {
                let mut rows = [[0; BLOCK]; 2];
                rows[0][0] = tag;
                rows.as_flattened_mut()[1..=BLOCK].copy_from_slice(message.as_flattened());
                pad(&mut rows, 1 + BLOCK);
                compress256(&mut state, &rows);
            }
        }
        for (bytes, word) in digest.chunks_exact_mut(4).zip(state) {
            bytes.copy_from_slice(&word.to_be_bytes());
        }
    }
}

/// Bytes of the padding's length field and the bit before it.
const PADDING: usize = 9;

/// Blocks of a message of `length` bytes with its padding.
pub const fn blocks(length: usize) -> usize {
    (length + PADDING).div_ceil(BLOCK)
}

/// Pads the message of `length` bytes that `rows` begin with. `rows` are its [`blocks`], zero behind the message.
pub fn pad(rows: &mut [Block], length: usize) {
    let bytes = rows.as_flattened_mut();
    let end = bytes.len();
    bytes[length] = 0x80;
    bytes[end - 8..].copy_from_slice(&(length as u64 * 8).to_be_bytes());
}
