//! What the engine computes against the tasks' own answers and another library's hashes.

use proptest::prelude::*;
use sha2::{Digest, Sha256};
use std::sync::atomic::{AtomicU64, Ordering};
use surety_engine::{
    batch::Batch,
    compute::{Engine, compute},
};
use surety_tasks::{Encoded, Native, Range, Shape, parse, verify_element};

const TASKS: [&str; 4] = [
    "primes:10..1000000",
    "preimage:00:12:7..100000",
    "modexp:3:ffff:5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a:33",
    "squarings:12345:fffffffffffffffffffffffffffffffd:20:40",
];

fn leading_zeros(hash: &[u8]) -> u32 {
    let zeros = hash.iter().take_while(|byte| **byte == 0).count();
    zeros as u32 * 8 + hash.get(zeros).map_or(0, |byte| byte.leading_zeros())
}

#[test]
fn preimages_are_the_hashes_with_enough_zeros_for_every_prefix_length() {
    for length in (0..200).chain([1023, 1024]) {
        let prefix: Vec<u8> = (0..length).map(|i| i as u8).collect();
        let encoded = Encoded::preimage(&prefix, 5, Range::new(1000, 1200).unwrap()).unwrap();
        let task = encoded.task().unwrap();
        let expected: Vec<Vec<u8>> = (1000..1200u64)
            .map(|x| x.to_be_bytes().to_vec())
            .filter(|x| leading_zeros(&Sha256::digest([&prefix[..], x].concat())) >= 5)
            .collect();
        assert_eq!(compute(task, |_| {}).unwrap(), expected, "prefix of {length} bytes");
    }
}

#[test]
fn progress_adds_up_to_the_domain() {
    for text in TASKS {
        let encoded = parse(text).unwrap();
        let task = encoded.task().unwrap();
        let done = AtomicU64::new(0);
        let elements = compute(task, |more| {
            done.fetch_add(more, Ordering::Relaxed);
        })
        .unwrap();
        assert_eq!(done.into_inner(), task.domain());
        assert!(task.shape() != Shape::Set || elements.is_sorted_by(|a, b| a < b));
        let backend = Native::new(&task);
        for (index, element) in elements.iter().enumerate() {
            assert_eq!(element.len(), task.element_len());
            let previous: &[u8] = match (task.shape(), index.checked_sub(1)) {
                (Shape::Chain { .. }, Some(before)) => &elements[before],
                _ => &[],
            };
            assert_eq!(task.holds(index as u64, previous, element, &backend), Ok(true));
        }
    }
}

#[test]
fn difficulty_beyond_the_first_word_is_exact() {
    for bits in [0, 1, 8, 63, 64, 65, 255] {
        let encoded = Encoded::preimage(b"x", bits, Range::new(0, 1000).unwrap()).unwrap();
        let task = encoded.task().unwrap();
        let expected = (0..1000u64)
            .filter(|x| verify_element(&task, 0, &[], &x.to_be_bytes()).unwrap())
            .count();
        assert_eq!(compute(task, |_| {}).unwrap().len(), expected, "{bits} bits");
    }
}

proptest! {
    #[test]
    fn a_result_is_the_same_however_it_is_cut(text in prop::sample::select(TASKS.to_vec()), cut in 0u64..3000) {
        let encoded = parse(text).unwrap();
        let engine = Engine::new(encoded.task().unwrap());
        let whole = engine.compute(0, u64::MAX, &[], |_| {}).unwrap();
        let joined = |batches: &[Batch]| batches.iter().flat_map(|b| b.encoded().to_vec()).collect::<Vec<_>>();
        let first = engine.compute(0, cut, &[], |_| {}).unwrap();
        let last = first.iter().rev().find_map(Batch::last).unwrap_or_default().to_vec();
        let second = engine.compute(cut, u64::MAX, &last, |_| {}).unwrap();
        prop_assert_eq!([joined(&first), joined(&second)].concat(), joined(&whole));
    }
}
