//! Hashing side by side against hashing one by one.

use proptest::prelude::*;
use sha2::{Digest, Sha256};
use surety_engine::sha::{Backend, MAX_LANES, blocks, pad};
use surety_protocol::hash::INITIAL;

/// Hashes messages of one length.
fn digests(backend: Backend, messages: &[Vec<u8>]) -> Vec<[u8; 32]> {
    let length = messages.first().map_or(0, Vec::len);
    let blocks = blocks(length);
    let mut rows = vec![[0; 64]; messages.len() * blocks];
    for (message, row) in messages.iter().zip(rows.chunks_exact_mut(blocks)) {
        row.as_flattened_mut()[..length].copy_from_slice(message);
        pad(row, length);
    }
    let mut digests = vec![[0; 32]; messages.len()];
    backend.digest(&INITIAL, &rows, blocks, &mut digests);
    digests
}

#[test]
fn every_backend_hashes_every_length_and_number_as_one_by_one() {
    for backend in Backend::available() {
        for length in (0..200).step_by(7).chain([55, 56, 63, 64, 65, 119, 120]) {
            for count in [1, 2, 3, 7, 8, 9, 15, 16, 17, 2 * MAX_LANES + 5] {
                let message = |n: usize| (0..length).map(|i| (i * 31 + n * 17) as u8).collect::<Vec<u8>>();
                let messages: Vec<_> = (0..count).map(message).collect();
                let expected: Vec<[u8; 32]> = messages.iter().map(|m| Sha256::digest(m).into()).collect();
                assert_eq!(
                    digests(backend, &messages),
                    expected,
                    "{}, {count} of {length} bytes",
                    backend.name()
                );
            }
        }
    }
}

#[test]
fn every_backend_hashes_tagged_blocks_as_one_by_one() {
    for backend in Backend::available() {
        for count in [0, 1, 2, 3, 8, 15, 16, 17, 2 * MAX_LANES + 5] {
            let block = |n: usize| std::array::from_fn(|i| (i * 31 + n * 17) as u8);
            let blocks: Vec<[u8; 64]> = (0..count).map(block).collect();
            for tag in [0, 1, 0xff] {
                let expected: Vec<[u8; 32]> = blocks
                    .iter()
                    .map(|block| Sha256::new_with_prefix([tag]).chain_update(block).finalize().into())
                    .collect();
                let mut digests = vec![[0; 32]; count];
                backend.digest_tagged(tag, &blocks, &mut digests);
                assert_eq!(digests, expected, "{}, {count} behind {tag}", backend.name());
            }
        }
    }
}

#[test]
fn the_backend_that_is_chosen_is_available() {
    assert!(Backend::available().contains(&Backend::detect()));
}

proptest! {
    #[test]
    fn random_messages_hash_as_one_by_one(
        (length, seed) in (0usize..300, any::<u64>()), count in 1usize..40,
    ) {
        let byte = |n: usize, i: usize| (seed.wrapping_mul(n as u64 * 3 + 1) >> (i % 57)) as u8 ^ i as u8;
        let messages: Vec<Vec<u8>> = (0..count).map(|n| (0..length).map(|i| byte(n, i)).collect()).collect();
        let expected: Vec<[u8; 32]> = messages.iter().map(|m| Sha256::digest(m).into()).collect();
        for backend in Backend::available() {
            prop_assert_eq!(&digests(backend, &messages), &expected);
        }
    }
}
