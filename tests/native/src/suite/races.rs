//! Calls that compete in one block, in every order.

use alloy_primitives::{Address, U256};
use alloy_sol_types::SolCall;
use surety_contracts::*;

use super::{gains, signed};
use crate::*;

/// How a job ended once a call was made, whatever came after it in the block.
fn ends(call: JobCall) -> Option<Phase> {
    match call {
        JobCall::Cancel => Some(Phase::Refunded),
        JobCall::Accept => Some(Phase::Paid),
        JobCall::Judge => Some(Phase::Convicted),
        _ => None,
    }
}

/// Every two calls that a phase allows, in one second and in both orders: the first is done, the second is done or
/// refused, and in the end everything is paid out that was paid in.
pub fn whoever_comes_first_in_a_block_nothing_is_lost<P: Platform + Default>() {
    for phase in [
        Phase::Open,
        Phase::Taken,
        Phase::Committed,
        Phase::Demanded,
        Phase::Disputed,
    ] {
        let world = job_in(World::<P>::plain, phase, |_| {});
        let competing = JobCall::ALL.into_iter().filter(|call| call.exists(false));
        let competing: Vec<_> = competing
            .filter(|call| *call != JobCall::TimeTick && call.phases().contains(&phase))
            .collect();
        let held = signed(world.held());
        for first in &competing {
            for second in &competing {
                let what = format!("{first:?}, then {second:?} in {phase:?}");
                world.platform.undone(|| {
                    let gained = gains(&world, |world| {
                        let now = world.platform.now();
                        assert!(first.make(world).is_ok(), "{what}");
                        let _ = second.make(world);
                        assert_eq!(world.platform.now(), now, "in one second");
                        end(world);
                    });
                    if let Some(phase) = ends(*first) {
                        assert_eq!(world.job().phase, phase, "{what}");
                    }
                    assert_eq!(gained.iter().sum::<i128>(), held, "{what}");
                    assert_eq!(world.held(), U256::ZERO, "{what}");
                });
            }
        }
    }
}

fn is_over(phase: Phase) -> bool {
    matches!(
        phase,
        Phase::Refunded | Phase::Forfeited | Phase::Paid | Phase::Convicted
    )
}

/// A transaction: what it is called, who makes it to whom, with how many wei.
type Transaction = (&'static str, Address, Address, u128, Vec<u8>);

fn sent(name: &'static str, from: Address, to: Address, value: u128, call: &impl SolCall) -> Transaction {
    (name, from, to, value, call.abi_encode())
}

/// Every call of job, case and pact, by whoever may make it.
fn transactions<P: Platform>(world: &World<P>) -> Vec<Transaction> {
    let (client, worker, referee, anybody) = (world.client, world.worker, world.referee, world.stranger);
    let (escrow, verifier, bribes) = (world.escrow, world.verifier, world.collusion);
    let (case, pot) = (FEE + CASE_BONUS, BRIBE + PACT_STAKE);
    vec![
        sent("cancel", client, escrow, 0, &world.cancel_call()),
        sent("takeOrder", worker, escrow, DEPOSIT, &world.take_call()),
        sent("submitSeal", worker, escrow, 0, &world.seal_call()),
        sent("reveal", worker, escrow, 0, &world.reveal_call()),
        sent("accept", client, escrow, 0, &world.accept_call()),
        sent("demand", client, escrow, 2 * BOND, &world.demand_call(&DEMANDED)),
        sent("deliver", anybody, escrow, 0, &world.deliver_call(&DEMANDED)),
        sent("judge", anybody, escrow, 0, &world.judge_call()),
        sent("confirm", anybody, escrow, 0, &world.confirm_call()),
        sent("timeTick", anybody, escrow, 0, &world.tick_call()),
        sent("appeal", client, verifier, case, &world.appeal_call()),
        sent("takeCase", referee, verifier, STAKE, &world.take_case_call()),
        sent("seal opinion", referee, verifier, 0, &world.seal_opinion_call()),
        sent("reveal opinion", referee, verifier, 0, &world.reveal_opinion_call()),
        sent("settle", anybody, verifier, 0, &world.settle_call()),
        sent("offerBribe", worker, bribes, pot, &world.offer_bribe_call()),
        sent("acceptBribe", referee, bribes, PACT_STAKE, &world.accept_bribe_call()),
        sent("withdrawBribe", worker, bribes, 0, &world.withdraw_bribe_call()),
        sent("checkResults", anybody, bribes, 0, &world.check_results_call()),
    ]
}

/// Ends everything that still runs, by the clock and by anybody.
fn end<P: Platform>(world: &World<P>) {
    while !is_over(world.job().phase) {
        world.run_out();
    }
    world.past_reveals();
    let anybody = world.stranger;
    if world.peek(anybody, world.verifier, 0, &world.settle_call()).is_ok() {
        world.settle();
    }
    if world
        .peek(anybody, world.collusion, 0, &world.check_results_call())
        .is_ok()
    {
        world.check_results();
    }
}

/// At every stage of the game, every two calls that are possible, in one second and in both orders: whatever the second
/// one comes to, everything is paid out in the end that was paid in.
pub fn every_two_calls_in_a_block_settle_to_the_wei<P: Platform + Default>() {
    type Stage<P> = fn(&World<P>) -> &World<P>;
    let stages: [Stage<P>; 10] = [
        |world| world.delegate(),
        |world| world.take().appeal(),
        |world| world.offer_bribe(),
        |world| world.take_case(),
        |world| world.accept_bribe().seal_result(),
        |world| world.seal_opinion().past_t2(),
        |world| world.reveal_result(),
        |world| world.reveal_opinion(),
        |world| world.demand(&DEMANDED),
        |world| world.judge(),
    ];
    let mut world = World::<P>::new(|_| {});
    world.work = world.agreed.clone();
    for (number, stage) in stages.into_iter().enumerate() {
        stage(&world);
        let all = transactions(&world);
        let platform = &world.platform;
        let possible: Vec<_> = all
            .iter()
            .filter(|(_, from, to, value, data)| platform.peek(*from, *to, *value, data.clone()).is_ok())
            .collect();
        assert!(!possible.is_empty(), "something goes on at stage {number}");
        let held = signed(world.held());
        for first in &possible {
            for second in &possible {
                platform.undone(|| {
                    let gained = gains(&world, |world| {
                        for (_, from, to, value, data) in [*first, *second] {
                            let _ = platform.send(*from, *to, *value, data.clone());
                        }
                        end(world);
                    });
                    let what = format!("{}, then {} at stage {number}", first.0, second.0);
                    assert_eq!(gained.iter().sum::<i128>(), held, "{what}");
                    assert_eq!(world.held(), U256::ZERO, "{what}");
                });
            }
        }
    }
}

/// In the last second of a deadline what it is for still goes, and the clock's own call does not; one second later it
/// is the other way round.
pub fn a_deadline_belongs_to_those_who_keep_it<P: Platform + Default>() {
    let edges = [
        (Phase::Open, JobCall::TakeOrder),
        (Phase::Taken, JobCall::SubmitResult),
        (Phase::Committed, JobCall::Demand),
        (Phase::Committed, JobCall::Dispute),
        (Phase::Committed, JobCall::Judge),
        (Phase::Committed, JobCall::Confirm),
        (Phase::Demanded, JobCall::Deliver),
        (Phase::Demanded, JobCall::Judge),
        (Phase::Demanded, JobCall::Confirm),
        (Phase::Disputed, JobCall::Judge),
        (Phase::Disputed, JobCall::Confirm),
    ];
    for (phase, call) in edges {
        let world = job_in(World::<P>::plain, phase, |_| {});
        let last = waits_until(&world.job(), &world.terms);
        let both = |time| {
            world.at(time);
            [call, JobCall::TimeTick].map(|call| world.platform.undone(|| call.make(&world)).is_ok())
        };
        assert_eq!(both(last), [true, false], "{call:?} in the last second in {phase:?}");
        assert_eq!(both(last + 1), [false, true], "{call:?} past it in {phase:?}");
    }
}

/// An order that is open to anybody goes to the first of two workers; the other one keeps its deposit.
pub fn an_open_order_goes_to_the_first_of_two<P: Platform + Default>() {
    let world = World::<P>::plain(|terms| terms.worker = Address::ZERO);
    world.delegate();
    let gained = gains(&world, |world| {
        let take = |who| world.peek(who, world.escrow, DEPOSIT, &world.take_call());
        assert!(take(world.stranger).is_ok(), "either may");
        world.take();
        let error = IEscrow::WrongPhase { phase: Phase::Taken };
        world.refuses(world.stranger, world.escrow, DEPOSIT, &world.take_call(), error);
    });
    assert_eq!(gained, [0, -(DEPOSIT as i128), 0, 0]);
}
