//! Calldata in, answers and errors out, as any wallet sends and reads them.

mod world;
use alloy_primitives::{B256, Bytes, U256};
use alloy_sol_types::{SolCall, SolError};
use proptest::prelude::*;
use surety_contracts::{contract::Contract as _, *};
use world::*;

fn send(world: &mut World, value: u128, call: impl SolCall) -> Result<Vec<u8>, Vec<u8>> {
    world.by(CLIENT, value, |escrow, _| escrow.route(&call.abi_encode()))
}

#[test]
fn alloys_encoding_reaches_every_kind_of_call() {
    let mut world = World::new(|_| ());
    let terms = world.terms.clone();
    let id = world.id();
    let opened = send(
        &mut world,
        REWARD + BONUS,
        IEscrow::delegateCall { terms: terms.clone() },
    )
    .expect("delegate");
    assert_eq!(IEscrow::delegateCall::abi_decode_returns_validate(&opened), Ok(id));
    let answer = send(&mut world, 0, IEscrow::jobIdCall { terms: terms.clone() }).expect("jobId");
    assert_eq!(IEscrow::jobIdCall::abi_decode_returns_validate(&answer), Ok(id));
    let answer = send(&mut world, 0, IEscrow::jobCall { jobId: id }).expect("job");
    assert_eq!(IEscrow::jobCall::abi_decode_returns_validate(&answer), Ok(world.job()));
    let answer = send(&mut world, 0, IEscrow::creditCall { account: CLIENT }).expect("credit");
    assert_eq!(
        IEscrow::creditCall::abi_decode_returns_validate(&answer),
        Ok(U256::ZERO)
    );

    let mut world = World::new(|_| ()).committed();
    let indices = vec![0, 3];
    send(
        &mut world,
        2 * BOND,
        IEscrow::demandCall {
            terms: terms.clone(),
            indices,
        },
    )
    .expect("demand");
    let answer = send(&mut world, 0, IEscrow::pendingCall { jobId: id }).expect("pending");
    assert_eq!(
        IEscrow::pendingCall::abi_decode_returns_validate(&answer),
        Ok(world.escrow.pending(id))
    );
    let leaves = world.leaves(&[0, 3]);
    send(
        &mut world,
        0,
        IEscrow::deliverCall {
            terms: terms.clone(),
            leaves,
        },
    )
    .expect("deliver");

    let mut world = World::new(|_| ()).with_set(&[2, 4, 5]).committed();
    world.predicate_says(0, &[], &element(4), no());
    let call = IEscrow::judgeCall {
        terms,
        fault: Fault::WrongElement,
        leaves: world.leaves(&[1]),
        at: 1,
        missing: Bytes::new(),
        opening: world.opening(),
    };
    send(&mut world, 0, call).expect("judge");
    assert_eq!(world.job().phase, Phase::Convicted);
}

#[test]
fn errors_carry_their_selector_and_arguments() {
    let mut world = World::new(|_| ());
    let terms = world.terms.clone();
    let data = send(&mut world, 7, IEscrow::delegateCall { terms: terms.clone() }).expect_err("wrong payment");
    let expected = IEscrow::WrongPayment {
        expected: U256::from(REWARD + BONUS),
        paid: U256::from(7),
    };
    assert_eq!(data, expected.abi_encode());
    let data = send(&mut world, 1, IEscrow::timeTickCall { terms: terms.clone() }).expect_err("takes no money");
    assert_eq!(
        data,
        IEscrow::WrongPayment {
            expected: U256::ZERO,
            paid: U256::from(1)
        }
        .abi_encode()
    );
    let data = send(&mut world, 0, IEscrow::timeTickCall { terms }).expect_err("no such job");
    assert_eq!(data, IEscrow::WrongPhase { phase: Phase::None }.abi_encode());
}

#[test]
fn calldata_that_is_no_call_says_so() {
    let mut world = World::new(|_| ());
    let malformed = IEscrow::MalformedCalldata {}.abi_encode();
    let job = IEscrow::jobCall { jobId: B256::ZERO }.abi_encode();
    for calldata in [&[][..], &job[..3], &job[..35], &[&job[..], &[0]].concat(), &[0xff; 36]] {
        let outcome = world.by(CLIENT, 0, |escrow, _| escrow.route(calldata));
        assert_eq!(outcome, Err(malformed.clone()), "{calldata:02x?}");
    }
}

proptest! {
    /// No calldata panics, whatever it holds after any selector.
    #[test]
    fn arbitrary_calldata_is_answered(selector in 0usize..19, words in proptest::collection::vec(any::<[u8; 32]>(), 0..40), small in any::<bool>()) {
        let selectors = IEscrow::IEscrowCalls::SELECTORS;
        let mut calldata = selectors[selector % selectors.len()].to_vec();
        for mut word in words {
            if small {
                word[..30].fill(0); // plausible offsets and lengths
            }
            calldata.extend(word);
        }
        let mut world = World::new(|_| ());
        let _ = world.by(CLIENT, 0, |escrow, _| escrow.route(&calldata));
    }
}
