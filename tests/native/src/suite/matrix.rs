//! Every call in every phase: allowed where the protocol's tables say so, refused with the phase everywhere else.

use std::fmt::Debug;

use alloy_primitives::Bytes;
use alloy_sol_types::SolError;
use surety_contracts::*;

use crate::*;

/// Whether a call is allowed. Any refusal but `error` fails the test.
#[track_caller]
fn allowed(answer: Answer, error: impl SolError, what: &str) -> bool {
    match answer {
        Ok(_) => true,
        Err(data) => {
            assert_eq!(Bytes::from(data), Bytes::from(error.abi_encode()), "{what}");
            false
        }
    }
}

/// Tries a call without effect: it is allowed in these phases, and refused with the error in all others.
#[track_caller]
fn attempt<P: Platform, F: Copy + Debug + PartialEq>(
    world: &World<P>,
    name: impl Debug,
    (phase, phases): (F, &[F]),
    error: impl SolError,
    call: impl FnOnce() -> Answer,
) {
    let what = format!("{name:?} in {phase:?}");
    let answer = world.platform.undone(call);
    assert_eq!(allowed(answer, error, &what), phases.contains(&phase), "{what}");
}

pub fn every_call_in_every_phase<P: Platform + Default>() {
    for (phase, is_sealed) in JOB_PHASES.into_iter().flat_map(|phase| [(phase, false), (phase, true)]) {
        if phase == Phase::Sealed && !is_sealed {
            continue;
        }
        let plain = |edit: fn(&mut Terms)| {
            World::<P>::plain(|terms| {
                terms.isSealed = is_sealed;
                edit(terms);
            })
        };
        let world = job_in(plain, phase, |_| {});
        assert_eq!(world.job().phase, phase);
        for call in JobCall::ALL.into_iter().filter(|call| call.exists(is_sealed)) {
            let error = IEscrow::WrongPhase { phase };
            attempt(&world, call, (phase, call.phases()), error, || call.attempt(&world));
        }
    }
}

pub fn every_call_in_every_case_phase<P: Platform + Default>() {
    use CasePhase::*;
    for phase in [None, Offered, Bound, Sealed, Revealed, Closed] {
        let world = case_in::<P>(phase);
        assert_eq!(world.case().phase, phase);
        for (name, phases, call) in CASE_CALLS() {
            let error = IReferee::WrongCasePhase { phase };
            attempt(&world, name, (phase, phases), error, || call(&world));
        }
    }
}

pub fn every_call_in_every_pact_phase<P: Platform + Default>() {
    use PactPhase::*;
    for phase in [None, Offered, Accepted, Closed] {
        let world = pact_in::<P>(phase);
        assert_eq!(world.pact_state().phase, phase);
        for (name, phases, call) in PACT_CALLS() {
            let error = ICollusion::WrongPactPhase { phase };
            attempt(&world, name, (phase, phases), error, || call(&world));
        }
        let used = ICollusion::IdUsed {
            pactId: world.pact_id(),
        };
        attempt(&world, "offerBribe", (phase, &[None]), used, || {
            let pot = BRIBE + PACT_STAKE;
            world.peek(world.worker, world.collusion, pot, &world.offer_bribe_call())
        });
    }
}

/// Tries a call of another contract in every phase of the job, after `between`: it is allowed in some and refused with
/// the job's phase in all others.
#[track_caller]
fn in_every_job_phase<P: Platform + Default>(
    call: impl Fn(&World<P>) -> Answer,
    between: fn(&World<P>),
    from: Phase,
    expected: impl Fn(Phase) -> bool,
) {
    for phase in JOB_PHASES.into_iter().filter(|phase| *phase >= from) {
        let world = job_in(World::<P>::new, phase, between);
        // Referee and bribe contract have the same error.
        let error = IReferee::WrongPhase { phase };
        let what = format!("while the job is {phase:?}");
        assert_eq!(allowed(call(&world), error, &what), expected(phase), "{what}");
    }
}

fn computing(phase: Phase) -> bool {
    matches!(phase, Phase::Taken | Phase::Sealed)
}

fn appealed<P: Platform>(world: &World<P>) {
    world.appeal();
}

pub fn appeal_in_every_job_phase<P: Platform + Default>() {
    let appeal = |world: &World<P>| world.peek(world.client, world.verifier, FEE + CASE_BONUS, &world.appeal_call());
    in_every_job_phase(
        appeal,
        |_| {},
        Phase::None,
        |phase| phase == Phase::Open || computing(phase),
    );
}

pub fn take_case_in_every_job_phase<P: Platform + Default>() {
    let take = |world: &World<P>| world.peek(world.referee, world.verifier, STAKE, &world.take_case_call());
    in_every_job_phase(take, appealed, Phase::Open, computing);
}

pub fn offer_in_every_job_phase<P: Platform + Default>() {
    let pot = BRIBE + PACT_STAKE;
    let offer = |world: &World<P>| world.peek(world.worker, world.collusion, pot, &world.offer_bribe_call());
    in_every_job_phase(offer, |_| {}, Phase::None, computing);
}

/// A case that nobody took is settled once the job ended or T2 passed.
pub fn settle_unbound_in_every_job_phase<P: Platform + Default>() {
    let settle = |world: &World<P>| {
        let settle = || world.peek(world.stranger, world.verifier, 0, &world.settle_call());
        if computing(world.job().phase) {
            let not_before = world.t2();
            let error = IReferee::TooEarly { notBefore: not_before };
            world.at(not_before);
            assert!(!allowed(settle(), error, "settle by T2"));
            world.at(not_before + 1);
        }
        settle()
    };
    in_every_job_phase(settle, appealed, Phase::Open, |phase| phase != Phase::Open);
}
