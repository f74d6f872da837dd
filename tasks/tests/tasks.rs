//! Encodings, parsing and every task's answers against independent computation.

use num_bigint::BigUint;
use proptest::prelude::*;
use sha2::{Digest, Sha256};
use surety_tasks::{
    DecodeError, Encoded, ModExp, Native, ParseError, Range, Shape, Task, UnsupportedModulus, holds, parse,
    verify_element,
};

/// x_i, written out once more.
fn expand(seed: &[u8; 32], index: u64, width: usize) -> Vec<u8> {
    let block = |block: u32| Sha256::digest([&seed[..], &index.to_be_bytes(), &block.to_be_bytes()].concat());
    (0..8).flat_map(|n| block(n).to_vec()).take(width).collect()
}

fn power_of(base: &[u8], exponent: &[u8], modulus: &[u8]) -> Vec<u8> {
    let number = BigUint::from_bytes_be;
    let bytes = number(base).modpow(&number(exponent), &number(modulus)).to_bytes_be();
    let value = bytes
        .iter()
        .skip_while(|byte| **byte == 0)
        .copied()
        .collect::<Vec<u8>>();
    [vec![0; modulus.len() - value.len()], value].concat()
}

fn leading_zeros(hash: &[u8]) -> u32 {
    let zeros = hash.iter().take_while(|byte| **byte == 0).count();
    zeros as u32 * 8 + hash.get(zeros).map_or(0, |byte| byte.leading_zeros())
}

fn rebuilt(task: &Task<'_>) -> Encoded {
    match task {
        Task::Primes(task) => Encoded::primes(task.range),
        Task::Preimage(task) => Encoded::preimage(task.prefix, task.bits, task.range).unwrap(),
        Task::ModExp(task) => Encoded::modexp(task.exponent, task.modulus, task.seed, task.count).unwrap(),
        Task::Squarings(task) => Encoded::squarings(task.start, task.modulus, task.block, task.count).unwrap(),
    }
}

fn odd_modulus() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        1usize..=8,
        1usize..=256,
        Just(32),
        Just(33),
        Just(64),
        Just(128),
        Just(256)
    ]
    .prop_flat_map(|width| {
        prop::collection::vec(any::<u8>(), width).prop_map(|mut bytes| {
            let last = bytes.len() - 1;
            bytes[last] |= 1;
            bytes[0] |= if last == 0 { 2 } else { 1 };
            bytes
        })
    })
}

/// A start below a modulus, and a block.
fn squarings() -> impl Strategy<Value = (Vec<u8>, Vec<u8>, u8)> {
    (odd_modulus(), prop::collection::vec(any::<u8>(), 256), 1u8..).prop_map(|(modulus, start, block)| {
        let start = power_of(&start, &[1], &modulus);
        (start, modulus, block)
    })
}

fn any_task() -> impl Strategy<Value = Encoded> {
    let range = || (any::<u64>(), any::<u64>()).prop_filter_map("empty", |(a, b)| Range::new(a.min(b), a.max(b)));
    prop_oneof![
        range().prop_map(Encoded::primes),
        (prop::collection::vec(any::<u8>(), 0..200), any::<u8>(), range())
            .prop_map(|(prefix, bits, range)| Encoded::preimage(&prefix, bits, range).unwrap()),
        (
            prop::collection::vec(any::<u8>(), 1..40),
            odd_modulus(),
            any::<[u8; 32]>(),
            1u64..
        )
            .prop_filter("zero exponent", |(exponent, ..)| exponent.iter().any(|byte| *byte != 0))
            .prop_map(|(exponent, modulus, seed, count)| Encoded::modexp(&exponent, &modulus, &seed, count).unwrap()),
        squarings().prop_map(|(start, modulus, block)| Encoded::squarings(&start, &modulus, block, 9).unwrap()),
    ]
}

#[test]
fn encodings_are_as_documented() {
    let primes = parse("primes:0..1000000").unwrap();
    assert_eq!(primes.function, b"\x06primes");
    assert_eq!(primes.data, [[0; 8], 1_000_000u64.to_be_bytes()].concat());
    let preimage = parse("preimage:c0ffee:20:5..1000").unwrap();
    assert_eq!(preimage.function, b"\x08preimage\x14");
    assert_eq!(
        preimage.data,
        [&5u64.to_be_bytes()[..], &1000u64.to_be_bytes(), b"\xc0\xff\xee"].concat()
    );
    let seed = "11".repeat(32);
    let modexp = parse(&format!("modexp:65537:0xf00000000000000000000001:{seed}:7")).unwrap();
    assert_eq!(
        modexp.function,
        b"\x06modexp\x00\x03\x01\x00\x01\xf0\0\0\0\0\0\0\0\0\0\0\x01"
    );
    assert_eq!(modexp.data, [&[0x11; 32][..], &7u64.to_be_bytes()].concat());
    assert_eq!(
        parse(&format!("modexp:0x10001:f00000000000000000000001:{seed}:7")),
        Ok(modexp.clone())
    );
    assert_eq!(modexp.task().unwrap().shape(), Shape::Table { count: 7 });
    assert_eq!(
        (modexp.task().unwrap().element_len(), modexp.task().unwrap().domain()),
        (12, 7)
    );
    assert_eq!(
        modexp.task().unwrap().describe(),
        "7 powers to 65537 modulo a number of 96 bits"
    );
}

#[test]
fn a_chain_is_encoded_as_documented() {
    let chain = parse("squarings:2a:0xf001:64:16").unwrap();
    assert_eq!(chain.function, b"\x09squarings\x40\xf0\x01");
    assert_eq!(chain.data, [&17u64.to_be_bytes()[..], b"\0\x2a"].concat());
    let task = chain.task().unwrap();
    assert_eq!(task.shape(), Shape::Chain { count: 17 });
    assert_eq!((task.element_len(), task.domain()), (2, 17));
    assert_eq!(task.describe(), "16 steps of 64 squarings modulo a number of 16 bits");
}

#[test]
fn what_is_no_chain_is_refused_with_its_reason() {
    let data = |count: u64, start: &[u8]| [&count.to_be_bytes()[..], start].concat();
    let cases: [(&[u8], Vec<u8>, DecodeError); 8] = [
        (b"\x09squarings", data(2, &[3]), DecodeError::FunctionLength),
        (b"\x09squarings\0\x07", data(2, &[3]), DecodeError::NoSquarings),
        (b"\x09squarings\x01\x08", data(2, &[3]), DecodeError::BadModulus),
        (b"\x09squarings\x01\0\x07", data(2, &[0, 3]), DecodeError::BadModulus),
        (b"\x09squarings\x01\x07", vec![0; 7], DecodeError::DataLength),
        (b"\x09squarings\x01\x07", data(1, &[3]), DecodeError::NoSteps),
        (b"\x09squarings\x01\x07", data(2, &[0, 3]), DecodeError::DataLength),
        (b"\x09squarings\x01\x07", data(2, &[7]), DecodeError::BadStart),
    ];
    for (function, data, error) in cases {
        assert_eq!(Task::decode(function, &data), Err(error), "{function:?}");
        assert_eq!(holds(function, &data, 0, &[], &[3], &Native::default()), Ok(false));
    }
    let wide = [&[1][..], &[0; 8]].concat();
    assert_eq!(Encoded::squarings(&wide, &[7], 1, 2), Err(DecodeError::BadStart));
    assert_eq!(parse("squarings:3:7:256:1"), Err(ParseError::Number("256".into())));
    assert_eq!(
        parse("squarings:3:7:1:18446744073709551615"),
        Err(ParseError::Number("18446744073709551615".into()))
    );
    assert_eq!(parse("squarings:3:7:1:0"), Err(ParseError::Task(DecodeError::NoSteps)));
}

#[test]
fn what_is_no_task_is_refused_with_its_reason() {
    let bounds = |lo: u64, hi: u64| [lo.to_be_bytes(), hi.to_be_bytes()].concat();
    let table = [&[7; 32][..], &1u64.to_be_bytes()].concat();
    let cases: [(&[u8], Vec<u8>, DecodeError); 20] = [
        (b"", bounds(0, 1), DecodeError::UnknownFunction),
        (b"\x06prime", bounds(0, 1), DecodeError::UnknownFunction),
        (b"\x07primes!", bounds(0, 1), DecodeError::UnknownFunction),
        (b"\x06primes\0", bounds(0, 1), DecodeError::FunctionLength),
        (b"\x06primes", bounds(1, 1), DecodeError::EmptyRange),
        (b"\x06primes", bounds(2, 1), DecodeError::EmptyRange),
        (b"\x06primes", vec![0; 15], DecodeError::DataLength),
        (b"\x06primes", [bounds(0, 1), vec![0]].concat(), DecodeError::DataLength),
        (b"\x08preimage", bounds(0, 1), DecodeError::FunctionLength),
        (b"\x08preimage\0\x10", bounds(0, 1), DecodeError::FunctionLength),
        (
            b"\x08preimage\x10",
            [bounds(0, 1), vec![0; 1025]].concat(),
            DecodeError::PrefixTooLong,
        ),
        (b"\x06modexp\0", table.clone(), DecodeError::FunctionLength),
        (b"\x06modexp\0\x02\x03", table.clone(), DecodeError::FunctionLength),
        (b"\x06modexp\0\0\x07", table.clone(), DecodeError::BadExponent),
        (b"\x06modexp\0\x02\0\x03\x07", table.clone(), DecodeError::BadExponent),
        (b"\x06modexp\0\x01\x03", table.clone(), DecodeError::BadModulus),
        (b"\x06modexp\0\x01\x03\x08", table.clone(), DecodeError::BadModulus),
        (b"\x06modexp\0\x01\x03\x01", table.clone(), DecodeError::BadModulus),
        (b"\x06modexp\0\x01\x03\x07", vec![0; 39], DecodeError::DataLength),
        (b"\x06modexp\0\x01\x03\x07", vec![0; 40], DecodeError::NoValues),
    ];
    for (function, data, error) in cases {
        assert_eq!(Task::decode(function, &data), Err(error), "{function:?}");
        assert_eq!(holds(function, &data, 0, &[], &[0; 8], &Native::default()), Ok(false));
    }
    let wide = [&[1u8][..], &[0; 256]].concat();
    assert_eq!(Encoded::modexp(&wide, &[7], &[0; 32], 1), Err(DecodeError::BadExponent));
    let mut wide = wide;
    wide[256] = 1;
    assert_eq!(Encoded::modexp(&[3], &wide, &[0; 32], 1), Err(DecodeError::BadModulus));
}

#[test]
fn what_cannot_be_read_is_refused_with_its_reason() {
    let number = |text: &str| ParseError::Number(text.into());
    assert_eq!(parse("primes"), Err(ParseError::UnknownTask("primes".into())));
    assert_eq!(parse("pi:3"), Err(ParseError::UnknownTask("pi".into())));
    assert_eq!(parse("primes:1..2:3"), Err(ParseError::Fields("primes:LO..HI")));
    assert_eq!(parse("primes:2..1"), Err(ParseError::Range("2..1".into())));
    assert_eq!(parse("primes:7"), Err(ParseError::Range("7".into())));
    assert_eq!(parse("primes:-1..7"), Err(number("-1")));
    assert_eq!(parse("preimage:0:3:0..1"), Err(ParseError::Hex("0".into())));
    assert_eq!(parse("preimage::256:0..1"), Err(number("256")));
    assert_eq!(parse("modexp:3:7:0011:1"), Err(ParseError::SeedLength(2)));
    assert_eq!(
        parse(&format!("modexp:3:8:{}:1", "00".repeat(32))),
        Err(ParseError::Task(DecodeError::BadModulus))
    );
}

#[test]
fn a_modulus_that_cannot_be_used_is_an_error() {
    for modulus in [&[][..], &[0], &[1], &[0, 1], &[8], &[255; 257]] {
        let mut power = vec![0; modulus.len()];
        assert_eq!(
            Native::default().modexp(&[3], &[3], modulus, &mut power),
            Err(UnsupportedModulus)
        );
    }
}

#[test]
fn difficulty_counts_bits_exactly() {
    for x in 0..2000u64 {
        let zeros = leading_zeros(&Sha256::digest(x.to_be_bytes())) as u8;
        let at = |bits: u8| {
            let encoded = Encoded::preimage(&[], bits, Range::new(0, 2000).unwrap()).unwrap();
            verify_element(&encoded.task().unwrap(), 0, &[], &x.to_be_bytes()).unwrap()
        };
        assert!(at(zeros) && !at(zeros + 1) && at(0) && !at(255));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn every_task_has_one_encoding(encoded in any_task(), flip in any::<usize>(), bit in 0u8..8) {
        prop_assert_eq!(&rebuilt(&encoded.task().unwrap()), &encoded);
        // Other bytes are no task or another task.
        let mut other = encoded.clone();
        let length = other.function.len();
        let flip = flip % (length + other.data.len());
        if flip < length { other.function[flip] ^= 1 << bit } else { other.data[flip - length] ^= 1 << bit }
        if let Ok(task) = other.task() {
            prop_assert_ne!(task, encoded.task().unwrap());
            prop_assert_eq!(rebuilt(&task), other.clone());
        }
    }

    #[test]
    fn garbage_is_answered(
        name in prop::sample::select(vec![&b""[..], b"\x06primes", b"\x08preimage", b"\x06modexp", b"\x09squarings"]),
        tail in prop::collection::vec(any::<u8>(), 0..60),
        data in prop::collection::vec(any::<u8>(), 0..60),
        index in any::<u64>(),
        element in prop::collection::vec(any::<u8>(), 0..60),
    ) {
        let function = [name, &tail].concat();
        let answer = holds(&function, &data, index, &element, &element, &Native::default());
        prop_assert!(answer.is_ok());
        match Task::decode(&function, &data) {
            Ok(task) => prop_assert_eq!(rebuilt(&task), Encoded { function, data }),
            Err(_) => prop_assert_eq!(answer, Ok(false)),
        }
    }

    #[test]
    fn elements_of_another_width_never_hold(encoded in any_task(), element in prop::collection::vec(any::<u8>(), 0..300)) {
        let task = encoded.task().unwrap();
        if element.len() != task.element_len() {
            prop_assert_eq!(verify_element(&task, 0, &[], &element), Ok(false));
        }
    }

    #[test]
    fn candidates_outside_the_range_never_hold(lo in 0u64..100, length in 1u64..100, x in 0u64..300) {
        let range = Range::new(lo, lo + length).unwrap();
        for encoded in [Encoded::primes(range), Encoded::preimage(b"p", 1, range).unwrap()] {
            let held = verify_element(&encoded.task().unwrap(), 0, &[], &x.to_be_bytes()).unwrap();
            prop_assert!(!held || (lo..lo + length).contains(&x));
        }
    }

    #[test]
    fn powers_agree_with_another_library(
        modulus in odd_modulus(), exponent in prop::collection::vec(any::<u8>(), 0..=256),
        base in prop::collection::vec(any::<u8>(), 0..600),
    ) {
        let mut power = vec![0xaa; modulus.len()];
        Native::default().modexp(&base, &exponent, &modulus, &mut power).unwrap();
        prop_assert_eq!(power, power_of(&base, &exponent, &modulus));
    }

    #[test]
    fn a_chain_steps_as_another_library_says_and_never_otherwise(
        (start, modulus, block) in squarings(), byte in any::<usize>(), bit in 0u8..8,
    ) {
        let encoded = Encoded::squarings(&start, &modulus, block, 3).unwrap();
        let task = encoded.task().unwrap();
        let exponent = [&[1 << (block % 8)][..], &vec![0; usize::from(block / 8)]].concat();
        let mut states = vec![start.clone()];
        for step in 0..2 {
            states.push(power_of(&states[step], &exponent, &modulus));
        }
        prop_assert_eq!(verify_element(&task, 0, &[], &states[0]), Ok(true));
        prop_assert_eq!(verify_element(&task, 2, &states[1], &states[2]), Ok(true));
        prop_assert_eq!(verify_element(&task, 3, &states[1], &states[2]), Ok(false), "beyond the last state");
        prop_assert_eq!(verify_element(&task, 0, &states[0], &states[0]), Ok(false), "nothing comes before the start");
        prop_assert_eq!(verify_element(&task, 2, &[], &states[2]), Ok(false), "a state without the one before");
        let mut squared = start.clone();
        Native::new(&task).square(&mut squared, block).unwrap();
        prop_assert_eq!(&squared, &states[1]);
        let byte = byte % states[2].len();
        states[2][byte] ^= 1 << bit;
        prop_assert_eq!(verify_element(&task, 2, &states[1], &states[2]), Ok(false));
    }

    #[test]
    fn a_table_holds_its_powers_and_nothing_else(
        modulus in odd_modulus(), exponent in prop::collection::vec(any::<u8>(), 1..20), seed in any::<[u8; 32]>(),
        index in 0u64..1 << 40, byte in any::<usize>(), bit in 0u8..8,
    ) {
        prop_assume!(exponent.iter().any(|byte| *byte != 0));
        let encoded = Encoded::modexp(&exponent, &modulus, &seed, 1 << 40).unwrap();
        let task = encoded.task().unwrap();
        let mut value = power_of(&expand(&seed, index, modulus.len()), &exponent, &modulus);
        prop_assert_eq!(verify_element(&task, index, &[], &value), Ok(true));
        prop_assert_eq!(verify_element(&task, 1 << 40, &[], &value), Ok(false));
        let byte = byte % value.len();
        value[byte] ^= 1 << bit;
        prop_assert_eq!(verify_element(&task, index, &[], &value), Ok(false));
    }
}
