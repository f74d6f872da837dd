//! Each misuse of the referee and the bribe contract has its own error, and changes nothing.

use alloy_primitives::{Address, B256, Bytes, U256, aliases::U96};
use alloy_sol_types::{SolCall, SolError, SolValue};
use surety_contracts::{codec::CONSTRUCTOR, *};

use crate::*;

const DEPOSITS: u128 = FEE + CASE_BONUS;

pub fn appeal_refuses<P: Platform + Default>() {
    let mut world = World::<P>::new(|_| {});
    world.delegate().take();
    let call = world.appeal_call();
    let not_client = IReferee::NotClient { client: world.client };
    world.refuses(world.stranger, world.verifier, DEPOSITS, &call, not_client);
    for paid in [DEPOSITS - 1, DEPOSITS + 1] {
        let error = IReferee::WrongPayment {
            expected: U256::from(DEPOSITS),
            paid: U256::from(paid),
        };
        world.refuses(world.client, world.verifier, paid, &call, error);
    }
    let least = U256::from(2 * DEPOSIT);
    world.offer.stake = U96::from(2 * DEPOSIT - 1);
    let error = IReferee::StakeTooLow { least };
    world.refuses(world.client, world.verifier, DEPOSITS, &world.appeal_call(), error);
    world.at(world.t2() + 1);
    let error = IReferee::TooLate { deadline: world.t2() };
    world.refuses(world.client, world.verifier, DEPOSITS, &call, error);
    world.at(world.t2());
    assert!(world.peek(world.client, world.verifier, DEPOSITS, &call).is_ok());
    // Terms that name another verifier, or none, are not this contract's business.
    for verifier in [Address::ZERO, world.stranger] {
        world.terms.verifier = verifier;
        let error = IReferee::NotVerifier { verifier };
        world.refuses(world.client, world.verifier, DEPOSITS, &world.appeal_call(), error);
    }
}

/// The referee's call is refused without what it costs, and past T2.
#[track_caller]
fn unpaid_or_late<P: Platform>(world: &World<P>, to: Address, price: u128, call: &impl SolCall) {
    let error = IReferee::WrongPayment {
        expected: U256::from(price),
        paid: U256::ZERO,
    };
    world.refuses(world.referee, to, 0, call, error);
    world.at(world.t2() + 1);
    let error = IReferee::TooLate { deadline: world.t2() };
    world.refuses(world.referee, to, price, call, error);
}

pub fn take_case_refuses<P: Platform + Default>() {
    let world = World::<P>::new(|_| {});
    world.delegate().take().appeal();
    let call = world.take_case_call();
    let error = IReferee::NotReferee { referee: world.referee };
    world.refuses(world.worker, world.verifier, STAKE, &call, error);
    unpaid_or_late(&world, world.verifier, STAKE, &call);
    world.at(world.t2());
    assert!(world.peek(world.referee, world.verifier, STAKE, &call).is_ok());
}

/// Seals and reveals: by the referee, each in its time, what was sealed, of a count that can be.
pub fn opinions_are_refused<P: Platform + Default>() {
    let mut world = World::<P>::new(|_| {});
    world.delegate().take().appeal().take_case();
    let not_referee = IReferee::NotReferee { referee: world.referee };
    let seal = world.seal_opinion_call();
    world.refuses(world.worker, world.verifier, 0, &seal, not_referee);
    let (t2, now) = (world.t2(), world.platform.now());
    world.at(t2 + 1);
    world.refuses(
        world.referee,
        world.verifier,
        0,
        &seal,
        IReferee::TooLate { deadline: t2 },
    );
    world.at(now);
    world.seal_opinion();
    let reveal = world.reveal_opinion_call();
    let not_referee = IReferee::NotReferee { referee: world.referee };
    world.refuses(world.worker, world.verifier, 0, &reveal, not_referee);
    world.at(t2);
    let error = IReferee::TooEarly { notBefore: t2 };
    world.refuses(world.referee, world.verifier, 0, &reveal, error);
    world.at(t2 + 1);
    let other = IReferee::revealCall {
        root: world.agreed.root(),
        ..reveal.clone()
    };
    world.refuses(world.referee, world.verifier, 0, &other, IReferee::SealMismatch {});
    assert!(world.peek(world.referee, world.verifier, 0, &reveal).is_ok());
    world.at(world.reveal_by() + 1);
    let error = IReferee::TooLate {
        deadline: world.reveal_by(),
    };
    world.refuses(world.referee, world.verifier, 0, &reveal, error);
    // A Table of another length than the terms', sealed as it is.
    world = World::new(|terms| (terms.form, terms.count) = (Form::Table, 3));
    world.both_sealed().past_t2();
    let count = world.opinion.count();
    let error = IReferee::WrongCount { count };
    world.refuses(world.referee, world.verifier, 0, &world.reveal_opinion_call(), error);
}

pub fn settle_refuses<P: Platform + Default>() {
    let world = World::<P>::new(|_| {});
    world.both_sealed();
    let settle = world.settle_call();
    let error = IReferee::WrongPhase { phase: Phase::Sealed };
    world.refuses(world.stranger, world.verifier, 0, &settle, error);
    // The job ended, but the referee may still reveal.
    world.reveal_result().accept();
    world.at(world.reveal_by());
    let error = IReferee::TooEarly {
        notBefore: world.reveal_by(),
    };
    world.refuses(world.stranger, world.verifier, 0, &settle, error);
    world.at(world.reveal_by() + 1);
    assert!(world.peek(world.stranger, world.verifier, 0, &settle).is_ok());
}

pub fn offers_are_refused<P: Platform + Default>() {
    let mut world = World::<P>::new(|_| {});
    world.delegate().take();
    let call = world.offer_bribe_call();
    let pot = BRIBE + PACT_STAKE;
    let error = ICollusion::NotWorker { worker: world.worker };
    world.refuses(world.stranger, world.collusion, pot, &call, error);
    let error = ICollusion::WrongPayment {
        expected: U256::from(pot),
        paid: U256::from(pot - 1),
    };
    world.refuses(world.worker, world.collusion, pot - 1, &call, error);
    world.at(world.t2() + 1);
    let error = ICollusion::TooLate { deadline: world.t2() };
    world.refuses(world.worker, world.collusion, pot, &call, error);
    world.at(world.t2());
    assert!(world.peek(world.worker, world.collusion, pot, &call).is_ok());
    world.terms.verifier = world.stranger;
    let error = ICollusion::NotVerifier {
        verifier: world.stranger,
    };
    world.refuses(world.worker, world.collusion, pot, &world.offer_bribe_call(), error);
}

pub fn acceptance_is_refused<P: Platform + Default>() {
    let world = World::<P>::new(|_| {});
    world.delegate().take().appeal().offer_bribe();
    let call = world.accept_bribe_call();
    let error = ICollusion::NotReferee { referee: world.referee };
    world.refuses(world.stranger, world.collusion, PACT_STAKE, &call, error);
    let error = ICollusion::WrongCasePhase {
        phase: CasePhase::Offered,
    };
    world.refuses(world.referee, world.collusion, PACT_STAKE, &call, error);
    world.take_case();
    unpaid_or_late(&world, world.collusion, PACT_STAKE, &call);
    let withdraw = world.withdraw_bribe_call();
    let error = ICollusion::NotWorker { worker: world.worker };
    world.refuses(world.referee, world.collusion, 0, &withdraw, error);
}

/// Not before both results are public or could have been; an offer that nobody took not by T2.
pub fn results_are_checked_in_time<P: Platform + Default>() {
    let world = World::<P>::new(|_| {});
    world.delegate().take().appeal().take_case();
    world.offer_bribe().seal_result().seal_opinion();
    let check = world.check_results_call();
    let (t2, now) = (world.t2(), world.platform.now());
    world.at(t2);
    let error = ICollusion::TooEarly { notBefore: t2 };
    world.refuses(world.stranger, world.collusion, 0, &check, error);
    world.at(now);
    world.accept_bribe();
    let too_early = || ICollusion::TooEarly {
        notBefore: world.reveal_by(),
    };
    world.at(t2 + 1);
    world.refuses(world.stranger, world.collusion, 0, &check, too_early());
    world.reveal_result();
    world.refuses(world.stranger, world.collusion, 0, &check, too_early());
    world.reveal_opinion();
    assert!(world.peek(world.stranger, world.collusion, 0, &check).is_ok());
}

fn construct(arguments: Vec<u8>) -> Raw {
    Raw([&CONSTRUCTOR[..], &arguments].concat())
}

/// Calldata as it is.
struct Raw(Vec<u8>);

#[track_caller]
fn refused<P: Platform>(world: &World<P>, to: Address, value: u128, call: Raw, error: impl SolError) {
    let answer = world.platform.peek(world.stranger, to, value, call.0);
    assert_eq!(answer.map_err(Bytes::from), Err(error.abi_encode().into()));
}

/// Once, and only on contracts that answer as what they should be.
pub fn constructors_refuse<P: Platform + Default>() {
    let mut world = World::<P>::new(|_| {});
    let (escrow, verifier, collusion) = (world.escrow, world.verifier, world.collusion);
    let again = construct(escrow.abi_encode());
    refused(&world, verifier, 0, again, IReferee::Constructed {});
    let again = construct((escrow, verifier).abi_encode());
    refused(&world, collusion, 0, again, ICollusion::Constructed {});
    for wrong in [Address::ZERO, world.stranger, world.predicate, collusion] {
        assert!(world.platform.try_deploy(Contract::Referee { escrow: wrong }).is_none());
        let contract = Contract::Collusion {
            escrow: wrong,
            referee: verifier,
        };
        assert!(world.platform.try_deploy(contract).is_none());
        let contract = Contract::Collusion { escrow, referee: wrong };
        assert!(world.platform.try_deploy(contract).is_none());
    }
    assert!(world.platform.try_deploy(Contract::Referee { escrow }).is_some());
}

pub fn contracts_say_whom_they_were_constructed_for<P: Platform + Default>() {
    let world = World::<P>::new(|_| {});
    let (escrow, verifier, collusion) = (world.escrow, world.verifier, world.collusion);
    let said = |to, call: &[u8]| world.platform.peek(world.stranger, to, 0, call.to_vec());
    assert_eq!(said(verifier, &IReferee::escrowCall::SELECTOR), Ok(escrow.abi_encode()));
    assert_eq!(
        said(collusion, &ICollusion::escrowCall::SELECTOR),
        Ok(escrow.abi_encode())
    );
    assert_eq!(
        said(collusion, &ICollusion::refereeCall::SELECTOR),
        Ok(verifier.abi_encode())
    );
}

/// An escrow or a referee contract that turned into something else decides nothing: the calls revert.
pub fn impostors_are_refused<P: Platform + Default>() {
    let garbage = [
        Vec::new(),
        vec![0xff; 31],
        vec![0xff; 7 * 32],
        vec![0; 8 * 32],
        vec![0; 100_000],
    ];
    let answers = garbage.map(|answer| Behaviour::Answers { call: None, answer });
    let failures = [Behaviour::Plain, Behaviour::Reverts(100_000), Behaviour::Burns];
    let behaviours = [answers.to_vec(), failures.to_vec()].concat();
    let world = case_in::<P>(CasePhase::Revealed);
    for behaviour in &behaviours {
        world.platform.undone(|| {
            let settle = world.settle_call().abi_encode();
            world.platform.behave(world.escrow, behaviour.clone());
            refused(&world, world.verifier, 0, Raw(settle), IReferee::EscrowFailed {});
        });
    }
    let world = pact_in::<P>(PactPhase::Accepted);
    world.past_reveals();
    let check = world.check_results_call().abi_encode();
    let targets = [
        (world.escrow, ICollusion::EscrowFailed {}.abi_encode()),
        (world.verifier, ICollusion::RefereeFailed {}.abi_encode()),
    ];
    for (target, error) in targets {
        for behaviour in &behaviours {
            world.platform.undone(|| {
                world.platform.behave(target, behaviour.clone());
                let answer = world.platform.peek(world.stranger, world.collusion, 0, check.clone());
                assert_eq!(answer.map_err(Bytes::from), Err(error.clone().into()), "{behaviour:?}");
            });
        }
    }
}

/// Unknown selectors, cut calldata, bits above a type, money for a call that takes none.
pub fn calldata_is_strict<P: Platform + Default>() {
    let world = case_in::<P>(CasePhase::Offered);
    for contract in [world.verifier, world.collusion] {
        for data in [vec![], vec![1, 2, 3], vec![0xff; 4], vec![0xff; 36]] {
            refused(&world, contract, 0, Raw(data), IReferee::MalformedCalldata {});
        }
    }
    let settle = world.settle_call().abi_encode();
    refused(
        &world,
        world.verifier,
        0,
        Raw(settle[..settle.len() - 32].to_vec()),
        IReferee::MalformedCalldata {},
    );
    let mut dirty = settle.clone();
    dirty[4] = 1;
    refused(&world, world.verifier, 0, Raw(dirty), IReferee::MalformedCalldata {});
    let unpaid = IReferee::WrongPayment {
        expected: U256::ZERO,
        paid: U256::from(1),
    };
    refused(&world, world.verifier, 1, Raw(settle), unpaid);
    let mut pact = world.check_results_call().abi_encode();
    pact[4 + 22 * 32 + 32] = 1;
    refused(&world, world.collusion, 0, Raw(pact), ICollusion::MalformedCalldata {});
    let nobody = IReferee::withdrawCall { to: Address::ZERO }.abi_encode();
    refused(&world, world.verifier, 0, Raw(nobody), IReferee::ZeroAddress {});
    let unknown = IReferee::caseOfCall { jobId: B256::ZERO }.abi_encode();
    let answer = world.platform.peek(world.stranger, world.verifier, 0, unknown);
    assert_eq!(answer, Ok(vec![0; 7 * 32]));
}

/// Words behind the arguments, and tails that lie elsewhere than right behind each other, are refused: there is one
/// calldata for a call.
pub fn calldata_has_one_encoding<P: Platform + Default>() {
    let world = World::<P>::plain(|_| {});
    world.walk(way_to(Phase::Demanded));
    let malformed = || IEscrow::MalformedCalldata {};
    let account = world.client;
    let calls = [
        (world.escrow, world.tick_call().abi_encode()),
        (world.escrow, world.judge_call().abi_encode()),
        (world.escrow, world.deliver_call(&DEMANDED).abi_encode()),
        (world.escrow, world.demand_call(&DEMANDED).abi_encode()),
        (world.escrow, world.publish_call().abi_encode()),
        (world.escrow, IEscrow::jobCall { jobId: world.id() }.abi_encode()),
        (world.escrow, IEscrow::creditCall { account }.abi_encode()),
        (world.verifier, world.settle_call().abi_encode()),
        (world.verifier, world.appeal_call().abi_encode()),
        (world.verifier, IReferee::reputationCall { account }.abi_encode()),
        (world.verifier, IReferee::creditCall { account }.abi_encode()),
        (world.verifier, IReferee::escrowCall {}.abi_encode()),
        (world.collusion, world.check_results_call().abi_encode()),
        (world.collusion, ICollusion::creditCall { account }.abi_encode()),
        (world.collusion, ICollusion::refereeCall {}.abi_encode()),
    ];
    for (contract, mut call) in calls {
        refused(&world, contract, 0, Raw([&call[..], &[0; 32]].concat()), malformed());
        // The same arguments of a call that does not exist.
        call[0] ^= 1;
        refused(&world, contract, 0, Raw(call), malformed());
    }
    // The same leaves, a word further back.
    let deliver = world.deliver_call(&DEMANDED).abi_encode();
    assert!(
        world
            .platform
            .peek(world.stranger, world.escrow, 0, deliver.clone())
            .is_ok()
    );
    let head = 4 + 23 * 32;
    let mut moved = [&deliver[..head], &[0; 32], &deliver[head..]].concat();
    moved[head - 32..head].copy_from_slice(&U256::from(24 * 32).to_be_bytes::<32>());
    refused(&world, world.escrow, 0, Raw(moved), malformed());
    // Both leaves share the first one's place.
    let mut shared = deliver;
    let offsets = head + 32;
    shared.copy_within(offsets..offsets + 32, offsets + 32);
    refused(&world, world.escrow, 0, Raw(shared), malformed());
}
