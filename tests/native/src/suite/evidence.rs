//! Demands, answers and accusations that do not fit, each with its error, and those that just do.

use alloy_primitives::{Address, B256, Bytes};
use alloy_sol_types::SolValue;
use surety_contracts::*;

use super::gains;
use crate::*;

/// A job with a committed result.
fn committed<P: Platform + Default>(numbers: &[u64], edit: impl FnOnce(&mut Terms)) -> World<P> {
    let mut world = World::plain(edit);
    world.work = Work::of(numbers);
    world.walk(way_to(Phase::Committed));
    world
}

pub fn demands_and_answers_that_do_not_fit<P: Platform + Default>() {
    let world = committed::<P>(&PRIMES, |_| {});
    let (client, stranger, escrow) = (world.client, world.stranger, world.escrow);
    let twice = world.demand_call(&[1, 1]);
    world.refuses(client, escrow, 2 * BOND, &twice, IEscrow::BadIndices {});
    let outside = IEscrow::IndexOutOfRange { index: 11, count: 11 };
    world.refuses(client, escrow, BOND, &world.demand_call(&[11]), outside);
    let not_client = IEscrow::NotClient { client };
    world.refuses(stranger, escrow, BOND, &world.demand_call(&[1]), not_client);
    let decided = IEscrow::PredicateDecides {};
    world.refuses(client, escrow, BOND, &world.dispute_call(), decided);

    world.demand(&[1, 4]);
    let other = world.deliver_call(&[1, 5]);
    world.refuses(stranger, escrow, 0, &other, IEscrow::IndicesMismatch {});
    let mut forged = world.deliver_call(&[1, 4]);
    forged.leaves[0].proof[0] = B256::ZERO;
    world.refuses(stranger, escrow, 0, &forged, IEscrow::BadProof { index: 1 });
    let mut long = world.deliver_call(&[1, 4]);
    long.leaves[1].element = Bytes::from(vec![0; 9]);
    let too_long = IEscrow::ElementTooLong {
        length: 9,
        maxElement: 8,
    };
    world.refuses(stranger, escrow, 0, &long, too_long);
    let gained = gains(&world, |world| {
        world.send(stranger, escrow, 0, &world.deliver_call(&[1, 4]));
    });
    assert_eq!(gained, [0, 0, 0, 2 * BOND as i128]);
}

pub fn an_empty_set_is_a_result_and_its_missing_element_a_fault<P: Platform + Default>() {
    let world = committed::<P>(&[], |_| {});
    assert_eq!((world.job().phase, world.job().count), (Phase::Committed, 0));
    world.send(world.stranger, world.escrow, 0, &world.missing_call(&[], 0, 5));
    assert_eq!(world.job().phase, Phase::Convicted);
}

pub fn evidence_that_shows_nothing<P: Platform + Default>() {
    let world = committed::<P>(&PRIMES, |_| {});
    let (anyone, escrow) = (world.stranger, world.escrow);
    let wrong = |at| world.accuse_call(Fault::WrongElement, &[2], at);
    world.refuses(anyone, escrow, 0, &wrong(2), IEscrow::NotAFault {});
    world.refuses(anyone, escrow, 0, &wrong(3), IEscrow::WrongEvidence {});
    let ordered = world.accuse_call(Fault::Disorder, &[2, 3], 2);
    world.refuses(anyone, escrow, 0, &ordered, IEscrow::InOrder {});
    let there = world.missing_call(&[1, 2], 2, 5);
    world.refuses(anyone, escrow, 0, &there, IEscrow::NotMissing {});
    let composite = world.missing_call(&[1, 2], 2, 4);
    world.refuses(anyone, escrow, 0, &composite, IEscrow::NotAFault {});
    let step = world.accuse_call(Fault::WrongStep, &[1, 2], 2);
    let inadmissible = IEscrow::FaultNotAdmissible {
        fault: Fault::WrongStep,
    };
    world.refuses(anyone, escrow, 0, &step, inadmissible);
    let mut never = wrong(2);
    never.leaves[0].element = element(4).into();
    world.refuses(anyone, escrow, 0, &never, IEscrow::BadProof { index: 2 });
    let mut opened = wrong(2);
    opened.opening.dataBytes = Bytes::from(vec![0]);
    world.refuses(anyone, escrow, 0, &opened, IEscrow::OpeningMismatch {});
}

pub fn a_referee_rules_only_on_what_was_committed<P: Platform + Default>() {
    let world = committed::<P>(&[2, 3, 4], |terms| terms.predicate = Address::ZERO);
    world.dispute();
    let word = world.accuse_call(Fault::WrongElement, &[2], 2);
    let not_referee = IEscrow::NotReferee { referee: world.referee };
    world.refuses(world.stranger, world.escrow, 0, &word, not_referee);
    let mut never = word.clone();
    never.leaves[0].element = element(9).into();
    world.refuses(world.referee, world.escrow, 0, &never, IEscrow::BadProof { index: 2 });
    world.send(world.referee, world.escrow, 0, &word);
    assert_eq!(
        (world.job().phase, world.job().fault),
        (Phase::Convicted, Fault::WrongElement)
    );
}

pub fn a_predicate_that_reverts_loops_bombs_or_returns_garbage_decides_nothing<P: Platform + Default>() {
    let predicate = Address::repeat_byte(0xad);
    let answers = |answer: Vec<u8>| Behaviour::Answers { call: None, answer };
    let behaviours = [
        Behaviour::Plain,
        Behaviour::Reverts(0),
        Behaviour::Reverts(32),
        Behaviour::Reverts(100_000),
        Behaviour::Burns,
        answers(Vec::new()),
        answers(vec![0; 31]),
        answers(vec![0; 33]),
        answers(vec![0; 100_000]),
        answers(2u64.abi_encode()),
    ];
    let world = committed::<P>(&[2, 3, 4], |terms| terms.predicate = predicate);
    let call = world.accuse_call(Fault::WrongElement, &[2], 2);
    for behaviour in behaviours {
        world.platform.behave(predicate, behaviour);
        world.refuses(world.stranger, world.escrow, 0, &call, IEscrow::PredicateFailed {});
    }
    // The same evidence convicts once the predicate answers.
    world.platform.behave(predicate, answers(false.abi_encode()));
    world.send(world.stranger, world.escrow, 0, &call);
    assert_eq!(world.job().phase, Phase::Convicted);
}
