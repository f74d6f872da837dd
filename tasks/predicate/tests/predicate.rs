//! The contract's answers against the native ones, with the precompile's replies set by hand.

use alloy_primitives::{Address, U256, address};
use proptest::prelude::*;
use stylus_sdk::{abi::Bytes, testing::TestVM};
use surety_engine::compute::compute;
use surety_predicate::{ModExpFailed, Predicate, PredicateError};
use surety_tasks::{Encoded, Range, parse, verify_element};

const MODEXP: Address = address!("0000000000000000000000000000000000000005");

fn ask(vm: &TestVM, encoded: &Encoded, index: u64, element: &[u8]) -> Result<bool, PredicateError> {
    let bytes = Bytes::copy_from_slice;
    Predicate::from(vm).holds(
        bytes(&encoded.function),
        bytes(&encoded.data),
        index,
        bytes(&[]),
        bytes(element),
    )
}

/// 3 powers to 65537 modulo 2^127 - 1, and the precompile's input for each.
fn table() -> (Encoded, Vec<Vec<u8>>, Vec<Vec<u8>>) {
    let modulus = ((1u128 << 127) - 1).to_be_bytes();
    let encoded = parse(&format!("modexp:65537:7{}:{}:3", "f".repeat(31), "2a".repeat(32))).unwrap();
    let values = compute(encoded.task().unwrap(), |_| {}).unwrap();
    let inputs = (0..3u64)
        .map(|index| {
            let x = surety_protocol::sha256(&[&[0x2a; 32], &index.to_be_bytes(), &[0; 4]]);
            let lengths = [16, 3, 16]
                .map(|length| U256::from(length).to_be_bytes::<32>())
                .concat();
            [&lengths[..], &x[..16], &[1, 0, 1], &modulus].concat()
        })
        .collect();
    (encoded, values, inputs)
}

#[test]
fn a_power_is_checked_by_the_precompile() {
    let (encoded, values, inputs) = table();
    for (index, input) in inputs.into_iter().enumerate() {
        let vm = TestVM::new();
        vm.mock_static_call(MODEXP, input, Ok(values[index].clone()));
        assert_eq!(ask(&vm, &encoded, index as u64, &values[index]), Ok(true));
        assert_eq!(ask(&vm, &encoded, index as u64, &values[(index + 1) % 3]), Ok(false));
    }
}

#[test]
fn a_precompile_that_fails_or_says_too_little_decides_nothing() {
    let (encoded, values, inputs) = table();
    let no_answer = Err(PredicateError::ModExpFailed(ModExpFailed {}));
    for reply in [Err(vec![]), Ok(vec![]), Ok(values[0][..15].to_vec())] {
        let vm = TestVM::new();
        vm.mock_static_call(MODEXP, inputs[0].clone(), reply);
        assert_eq!(ask(&vm, &encoded, 0, &values[0]), no_answer);
    }
}

#[test]
fn what_no_power_can_be_is_false_without_asking_the_precompile() {
    let (encoded, values, _) = table();
    let vm = TestVM::new();
    assert_eq!(ask(&vm, &encoded, 3, &values[0]), Ok(false));
    assert_eq!(ask(&vm, &encoded, 0, &values[0][..15]), Ok(false));
    assert_eq!(ask(&vm, &encoded, 0, &[0; 40_000]), Ok(false));
}

proptest! {
    #[test]
    fn sets_are_answered_as_natively(n in 0u64..5000, tail in prop::collection::vec(any::<u8>(), 0..3)) {
        let vm = TestVM::new();
        let range = Range::new(100, 4000).unwrap();
        let element = [&n.to_be_bytes()[..], &tail].concat();
        for encoded in [Encoded::primes(range), Encoded::preimage(b"surety", 3, range).unwrap()] {
            let native = verify_element(&encoded.task().unwrap(), 0, &[], &element).unwrap();
            prop_assert_eq!(ask(&vm, &encoded, 0, &element), Ok(native));
        }
    }

    #[test]
    fn garbage_is_false(function in prop::collection::vec(any::<u8>(), 0..40), data in prop::collection::vec(any::<u8>(), 0..80)) {
        let encoded = Encoded { function, data };
        prop_assume!(encoded.task().is_err());
        prop_assert_eq!(ask(&TestVM::new(), &encoded, 0, &[0; 8]), Ok(false));
    }
}
