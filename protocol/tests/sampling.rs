//! Commitments, samplers and detection against values computed by other means.

use proptest::prelude::*;
use surety_protocol::{
    Digest,
    commitment::{commit, opens, seal, seed_hash},
    detection::{grinding_tries, probability, probability_distinct, samples_for, samples_for_distinct},
    merkle::EMPTY_ROOT,
    sample::{fresh, positions, seeded},
};

/// Expected values, from python3:
/// ```text
/// from hashlib import sha256
/// H = lambda b: sha256(b).digest()
/// H(b'\x11'*32 + H(b'message')).hex()
/// H(b'\2' + b'\1'*32 + b'\2'*20 + b'\3'*32 + (4).to_bytes(8,'big') + b'\5'*32).hex()
/// H(b'\3' + b'\7'*32).hex()
/// ```
#[test]
fn commitments_are_the_documented_hashes() {
    let commitment = commit(&[0x11; 32], b"message");
    assert_eq!(
        hex::encode(commitment),
        "0e85efd2e54c5419e495e8540999bca58469f3007007f1688b57c8d9096bfd42"
    );
    assert!(opens(&commitment, &[0x11; 32], b"message"));
    assert!(!opens(&commitment, &[0x12; 32], b"message"));
    assert!(!opens(&commitment, &[0x11; 32], b"massage"));
    assert_eq!(
        hex::encode(seal(&[1; 32], &[2; 20], &[3; 32], 4, &[5; 32])),
        "43cccdc76433c3176d338109daa15e922091669e4559f8bb494a5cbe9bf57fa7"
    );
    assert_eq!(
        hex::encode(seed_hash(&[7; 32])),
        "976edabef0c63cc3a03ff4ddb68f6ba112c32b8a49ca27056cb3c32c1b7be989"
    );
}

/// Expected values, from python3 with H as above:
/// ```text
/// def positions(d, n, m):
///     for k in range(m): d = H(d); yield int.from_bytes(d, 'big') % n + 1
/// list(positions(H(b''), 10**6, 8)); list(positions(bytes(range(32)), 2**64 - 1, 4))
/// ```
#[test]
fn positions_are_those_of_the_paper() {
    let expected = [597079, 174929, 405915, 770057, 293010, 927256, 795654, 581723];
    assert!(positions(&EMPTY_ROOT, 1_000_000).take(8).eq(expected));
    let root: Digest = core::array::from_fn(|i| i as u8);
    let expected = [
        10661285197422219869,
        9216139853090079537,
        3727703026682018945,
        13151797095348353639,
    ];
    assert!(positions(&root, u64::MAX).take(4).eq(expected));
    assert_eq!(positions(&root, 0).next(), None);
    assert!(positions(&root, 1).take(5).eq([1; 5]));
}

/// Expected values, from python3 with H as above; the second seed is H(b'\4' + b'\x09'*32 + b'\x0a'*32 + n as 8 bytes):
/// ```text
/// def fresh(seed, n, m):
///     blocks = (H(b'\5' + seed + b.to_bytes(8,'big')) for b in range(10**6))
///     words = (int.from_bytes(d[i:i+8], 'big') for d in blocks for i in range(0, 32, 8))
///     chosen = set()
///     for last in range(n - m, n):
///         x = next(x for x in (w & (1 << last.bit_length()) - 1 for w in words) if x <= last)
///         chosen.add(last if x in chosen else x)
///     return sorted(chosen)
/// fresh(b'\x09'*32, 10**6, 6)
/// ```
#[test]
fn distinct_indices_can_be_drawn_again_by_anybody() {
    assert_eq!(
        fresh(&[9; 32], 1_000_000, 6),
        [352720, 376823, 474509, 600084, 735403, 800370]
    );
    assert_eq!(
        seeded(&[9; 32], &[10; 32], 1_000_000, 6),
        [133620, 308190, 533037, 761397, 763669, 885487]
    );
}

#[test]
fn every_subset_is_drawn_about_as_often() {
    // 10 subsets of 3 out of 5, 5,000 draws: the chi-squared statistic with 9 degrees of freedom exceeds 40 with
    // probability below 10^-5, and the seeds are fixed.
    let mut seen = std::collections::BTreeMap::new();
    for seed in 0..5000u64 {
        let seed: Digest = core::array::from_fn(|i| (seed >> (8 * (i % 2))) as u8);
        *seen.entry(fresh(&seed, 5, 3)).or_insert(0u32) += 1;
    }
    assert_eq!(seen.len(), 10);
    let statistic: f64 = seen.values().map(|n| (f64::from(*n) - 500.0).powi(2) / 500.0).sum();
    assert!(statistic < 40.0, "{statistic}");
}

/// Expected values, from python3: 1 - Fraction(comb(n - w, m), comb(n, m)), and (0.99)**-459.
#[test]
fn detection_is_the_exact_probability() {
    let close = |a: f64, b: f64| assert!((a - b).abs() < 1e-9, "{a} is not {b}");
    close(probability_distinct(100, 5, 10), 0.4162476330738481);
    close(probability_distinct(1000, 1, 500), 0.5);
    close(probability_distinct(1_000_000, 1000, 4603), 0.990107098512456);
    close(probability_distinct(1_000_000_000, 10_000_000, 458), 0.9899788245317463);
    close(probability(0.5, 1), 0.5);
    close(probability(0.1, 2), 0.19);
    close(grinding_tries(0.01, 459), 100.79655281183098);
    assert_eq!(probability_distinct(50, 10, 41), 1.0);
    assert_eq!(
        [
            probability(0.3, 0),
            probability(0.0, 9),
            probability(1.0, 0),
            probability(1.0, 1)
        ],
        [0., 0., 0., 1.]
    );
    assert_eq!(
        [grinding_tries(1.0, 0), grinding_tries(0.0, 7), grinding_tries(1.0, 1)],
        [1., 1., f64::INFINITY]
    );
    assert_eq!(probability(1e-18, 1), 1e-18);
    assert!(probability(-0.0, 9).is_sign_positive());
    assert_eq!(probability_distinct(0, 1, 1), 0.0);
}

#[test]
fn samples_for_a_wanted_detection() {
    let wanted = [(0.01, 0.99), (0.001, 0.99), (0.1, 0.95), (0.5, 0.999)];
    assert_eq!(
        wanted.map(|(wrong, wanted)| samples_for(wrong, wanted)),
        [459, 4603, 29, 10].map(Some)
    );
    assert_eq!(
        [samples_for(0.0, 0.5), samples_for(0.1, 1.0), samples_for(f64::NAN, 0.5)],
        [None; 3]
    );
    // More draws than an f64 counts.
    assert_eq!(samples_for(1e-17, 0.5), None);
    assert_eq!([samples_for(0.0, 0.0), samples_for(1.0, 1.0)], [Some(0), Some(1)]);
    let wanted = [
        (1000, 10, 0.99),
        (100, 1, 0.5),
        (100, 100, 0.99),
        (10_000, 100, 0.99),
        (100, 1, 1.0),
        (100, 1, 2.0),
    ];
    let least = wanted.map(|(count, wrong, wanted)| samples_for_distinct(count, wrong, wanted));
    assert_eq!(least, [368, 50, 1, 448, 100, 100].map(Some));
    assert_eq!(
        [samples_for_distinct(100, 0, 0.5), samples_for_distinct(0, 0, 0.5)],
        [None; 2]
    );
}

proptest! {
    #[test]
    fn distinct_indices_are_distinct_and_in_range(seed in any::<Digest>(), count in prop_oneof![0u64..50, any::<u64>()], wanted in 0u64..60) {
        let drawn = fresh(&seed, count, wanted);
        prop_assert_eq!(drawn.len() as u64, wanted.min(count));
        prop_assert!(drawn.is_sorted_by(|a, b| a < b));
        prop_assert!(drawn.iter().all(|index| *index < count));
    }

    #[test]
    fn a_seeded_sample_depends_on_seed_and_root(seed in any::<Digest>(), root in any::<Digest>(), byte in 0usize..32) {
        let mut other = seed;
        other[byte] ^= 1;
        let drawn = seeded(&seed, &root, 1 << 48, 4);
        prop_assert_ne!(&seeded(&other, &root, 1 << 48, 4), &drawn);
        prop_assert_ne!(&seeded(&root, &seed, 1 << 48, 4), &drawn);
        prop_assert_eq!(seeded(&seed, &root, 1 << 48, 4), drawn);
    }

    #[test]
    fn positions_are_in_range(root in any::<Digest>(), count in 1u64..) {
        prop_assert!(positions(&root, count).take(20).all(|position| (1..=count).contains(&position)));
    }

    #[test]
    fn the_least_sample_is_the_least(count in 1u64..2000, wrong in 1u64..2000, wanted in 0.01f64..0.9999) {
        let wrong = wrong.min(count);
        let samples = samples_for_distinct(count, wrong, wanted).unwrap();
        prop_assert!(probability_distinct(count, wrong, samples) >= wanted);
        prop_assert!(probability_distinct(count, wrong, samples - 1) < wanted);
        // Drawing distinct leaves never detects less.
        prop_assert!(samples <= samples_for(wrong as f64 / count as f64, wanted).unwrap());
    }
}
