//! The prime test and the sieve against trial division and published numbers.

use proptest::prelude::*;
use surety_engine::compute::compute;
use surety_tasks::{Encoded, Range, primes::is_prime};

fn by_division(n: u64) -> bool {
    n >= 2 && (2..).take_while(|d| d * d <= n).all(|d| !n.is_multiple_of(d))
}

fn computed(lo: u64, hi: u64) -> Vec<u64> {
    let encoded = Encoded::primes(Range::new(lo, hi).unwrap());
    let elements = compute(encoded.task().unwrap(), |_| {}).unwrap();
    elements
        .into_iter()
        .map(|element| u64::from_be_bytes(element.try_into().unwrap()))
        .collect()
}

#[test]
fn agrees_with_trial_division() {
    for n in (0..200_000).chain(4_759_123_000..4_759_123_300) {
        assert_eq!(is_prime(n), by_division(n), "{n}");
    }
}

/// The least composites that pass the strong test to the first primes (OEIS A014233), to 2, 7 and 61, and other
/// published hard cases.
#[test]
fn rejects_known_pseudoprimes() {
    let pseudoprimes = [
        2_047,
        1_373_653,
        25_326_001,
        3_215_031_751,
        2_152_302_898_747,
        3_474_749_660_383,
        341_550_071_728_321,
        3_825_123_056_546_413_051,
        4_759_123_141,
        1_122_004_669_633,
        18_446_744_066_047_760_377,
        9_746_347_772_161,
        4_335_207_661_041,
    ];
    for n in pseudoprimes {
        assert!(!is_prime(n), "{n}");
    }
}

#[test]
fn knows_the_edges_of_64_bits() {
    // https://t5k.org/lists/2small/0bit.html: 2^64 - k for these k, and 2^63 - k.
    let below_2_64: Vec<u64> = [59, 83, 95, 179, 189, 257, 279, 323, 353, 363]
        .map(|k: u64| k.wrapping_neg())
        .into_iter()
        .rev()
        .collect();
    assert_eq!(computed(363u64.wrapping_neg(), u64::MAX), below_2_64);
    for k in [25, 165, 259, 301, 375, 387, 391, 409, 457, 471] {
        assert!(is_prime((1 << 63) - k));
    }
}

/// pi(10^6), pi(10^7) (OEIS A006880), and the primes between 10^12 and 10^12 + 10^5 by the test alone.
#[test]
fn counts_are_the_published_ones() {
    assert_eq!(computed(0, 1_000_000).len(), 78_498);
    assert_eq!(computed(0, 10_000_000).len(), 664_579);
    let expected: Vec<u64> = (1_000_000_000_000..1_000_000_100_000)
        .filter(|n| is_prime(*n))
        .collect();
    assert_eq!(computed(1_000_000_000_000, 1_000_000_100_000), expected);
}

proptest! {
    #[test]
    fn products_are_composite(a in 2u64..1 << 32, b in 2u64..1 << 32) {
        prop_assert!(!is_prime(a * b));
    }

    #[test]
    fn the_sieve_loses_no_prime(lo in prop_oneof![0u64..10_000, any::<u64>(), u64::MAX - 5_000..u64::MAX], length in 1u64..3_000) {
        let hi = lo.saturating_add(length);
        prop_assume!(lo < hi);
        prop_assert_eq!(computed(lo, hi), (lo..hi).filter(|n| is_prime(*n)).collect::<Vec<_>>());
    }
}
