//! The short forms of the fuzzers. `docs/TESTING.md` has the long ones.

use proptest::prelude::*;
use surety_native::Native;
use surety_plays::{Decoder, Script, Tally, Twins, question_predicate};
use surety_tests::Devnet;

/// Actions of a play, on average.
const LENGTH: usize = 200;

fn script() -> impl Strategy<Value = Script> {
    let actions = prop::collection::vec(any::<u64>(), 1..2 * LENGTH);
    (any::<u64>(), actions).prop_map(|(scene, actions)| Script { scene, actions })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 500, ..ProptestConfig::default() })]

    /// 100,000 actions.
    #[test]
    fn the_contracts_do_what_the_protocol_says(script in script()) {
        let played = script.play(&Native::default(), &mut ());
        prop_assert!(played.is_ok(), "{}", played.unwrap_err());
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 100, ..ProptestConfig::default() })]

    /// 20,000 actions, each call in four changed forms before.
    #[test]
    fn changed_calldata_is_refused_by_name(script in script()) {
        let native = Native::default();
        let mut decoder = Decoder::new(&native, None, 4, script.scene);
        let played = script.play(&native, &mut decoder);
        prop_assert!(played.is_ok(), "{}", played.unwrap_err());
    }
}

#[test]
fn every_call_is_accepted_somewhere() {
    let mut total = Tally::default();
    for seed in 0..500 {
        total += Script::new(seed, LENGTH)
            .play(&Native::default(), &mut ())
            .expect("as above");
    }
    assert_eq!(total.never_accepted(), [""; 0], "{total:?}");
}

/// 2,000 actions on both chains, each call in a changed form before.
#[test]
fn wasm_does_what_native_code_does() {
    let mut total = Tally::default();
    for seed in 0..10 {
        let played = Twins::default().play(&Script::new(seed, LENGTH), 1);
        total += played.unwrap_or_else(|failure| panic!("seed {seed}: {failure}"));
    }
    assert!(total.accepted.len() > 12, "{total:?}");
}

#[test]
fn the_predicate_says_yes_only_to_what_is_true() {
    question_predicate(&Native::default(), 200, 1).expect("natively");
    question_predicate(&<Devnet>::default(), 40, 2).expect("as WASM");
}
