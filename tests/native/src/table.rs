//! Worlds in every phase of a job, a case and a pact, and the phases in which each call is allowed.

use alloy_primitives::Address;
use surety_contracts::{CasePhase, PactPhase, Phase, Terms};

use crate::{Answer, CASE_BONUS, FEE, PACT_STAKE, Platform, STAKE, World};

/// Every phase of a job.
pub const JOB_PHASES: [Phase; 11] = [
    Phase::None,
    Phase::Open,
    Phase::Taken,
    Phase::Sealed,
    Phase::Committed,
    Phase::Demanded,
    Phase::Disputed,
    Phase::Refunded,
    Phase::Forfeited,
    Phase::Paid,
    Phase::Convicted,
];

/// Brings a sealed job without predicate to `phase`, of which the clock has not run out; `taken` is called when the job
/// was taken, and before it is given back where it never is.
pub fn job_in<P: Platform + Default>(phase: Phase, before: impl Fn(&World<P>)) -> World<P> {
    let world = World::new(|terms: &mut Terms| terms.predicate = Address::ZERO);
    if phase == Phase::None {
        before(&world);
        return world;
    }
    world.delegate();
    if matches!(phase, Phase::Open | Phase::Refunded) {
        before(&world);
        if phase == Phase::Refunded {
            world.cancel();
        }
        return world;
    }
    world.take();
    before(&world);
    match phase {
        Phase::Taken => return world,
        Phase::Forfeited => {
            world.run_out();
            return world;
        }
        _ => world.seal_result(),
    };
    if phase == Phase::Sealed {
        return world;
    }
    world.reveal_result();
    match phase {
        Phase::Committed => {}
        Phase::Demanded => {
            world.demand(&[0]);
        }
        Phase::Disputed => {
            world.dispute();
        }
        Phase::Paid => {
            world.accept();
        }
        Phase::Convicted => {
            world.demand(&[0]).run_out();
        }
        _ => unreachable!("handled above"),
    }
    world
}

/// A call of the referee contract: its name, the case phases in which it is allowed, and how it is tried by whoever may
/// make it, at a time when nothing but the case's phase can be wrong.
pub type CaseCall<P> = (&'static str, &'static [CasePhase], fn(&World<P>) -> Answer);

/// Brings a case to `phase`. The job is Sealed by its worker, revealed and accepted where the case is Closed.
pub fn case_in<P: Platform + Default>(phase: CasePhase) -> World<P> {
    let world = World::new(|_| {});
    world.delegate().take().seal_result();
    if phase >= CasePhase::Offered {
        world.appeal();
    }
    if phase >= CasePhase::Bound {
        world.take_case();
    }
    if phase >= CasePhase::Sealed {
        world.seal_opinion();
    }
    if phase >= CasePhase::Revealed {
        world.reveal_opinion();
    }
    if phase >= CasePhase::Closed {
        world.reveal_result().accept().settle();
    }
    world
}

/// Every call of the referee contract that depends on a case's phase.
#[allow(non_snake_case, reason = "a table")]
pub fn CASE_CALLS<P: Platform>() -> [CaseCall<P>; 5] {
    use CasePhase::*;
    [
        ("appeal", &[None], |world| {
            world.peek(world.client, world.verifier, FEE + CASE_BONUS, &world.appeal_call())
        }),
        ("takeCase", &[Offered], |world| {
            world.peek(world.referee, world.verifier, STAKE, &world.take_case_call())
        }),
        ("submitSeal", &[Bound], |world| {
            world.peek(world.referee, world.verifier, 0, &world.seal_opinion_call())
        }),
        ("reveal", &[Sealed], |world| {
            if world.case().phase == Sealed {
                world.past_t2();
            }
            world.peek(world.referee, world.verifier, 0, &world.reveal_opinion_call())
        }),
        ("settle", &[Offered, Bound, Sealed, Revealed], |world| {
            if world.job().phase == surety_contracts::Phase::Sealed {
                world.past_reveals().run_out();
            }
            world.peek(world.stranger, world.verifier, 0, &world.settle_call())
        }),
    ]
}

/// A call of the bribe contract, as [`CaseCall`].
pub type PactCall<P> = (&'static str, &'static [PactPhase], fn(&World<P>) -> Answer);

/// Brings a pact to `phase`; case Bound, job Sealed.
pub fn pact_in<P: Platform + Default>(phase: PactPhase) -> World<P> {
    let world = World::new(|_| {});
    world.delegate().take().appeal().take_case().seal_result();
    if phase >= PactPhase::Offered {
        world.offer_bribe();
    }
    if phase >= PactPhase::Accepted {
        world.accept_bribe();
    }
    if phase >= PactPhase::Closed {
        world.past_reveals().check_results();
    }
    world
}

/// Every call of the bribe contract that depends on a pact's phase; `offerBribe` refuses a used id with `IdUsed`.
#[allow(non_snake_case, reason = "a table")]
pub fn PACT_CALLS<P: Platform>() -> [PactCall<P>; 3] {
    use PactPhase::*;
    [
        ("acceptBribe", &[Offered], |world| {
            world.peek(world.referee, world.collusion, PACT_STAKE, &world.accept_bribe_call())
        }),
        ("withdrawBribe", &[Offered], |world| {
            world.peek(world.worker, world.collusion, 0, &world.withdraw_bribe_call())
        }),
        ("checkResults", &[Offered, Accepted], |world| {
            world.past_reveals();
            world.peek(world.stranger, world.collusion, 0, &world.check_results_call())
        }),
    ]
}
