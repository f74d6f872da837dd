//! Calls that compete in one block, in every order.

use alloy_primitives::{Address, U256};
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
                        while !is_over(world.job().phase) {
                            world.run_out();
                        }
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
