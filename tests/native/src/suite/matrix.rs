//! Every call in every phase: allowed where the protocol's tables say so, refused with the phase everywhere else.

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

pub fn every_call_in_every_case_phase<P: Platform + Default>() {
    use CasePhase::*;
    for phase in [None, Offered, Bound, Sealed, Revealed, Closed] {
        for (name, phases, call) in CASE_CALLS() {
            let world = case_in::<P>(phase);
            assert_eq!(world.case().phase, phase);
            let what = format!("{name} in {phase:?}");
            let allowed = allowed(call(&world), IReferee::WrongCasePhase { phase }, &what);
            assert_eq!(allowed, phases.contains(&phase), "{what}");
        }
    }
}

pub fn every_call_in_every_pact_phase<P: Platform + Default>() {
    use PactPhase::*;
    for phase in [None, Offered, Accepted, Closed] {
        for (name, phases, call) in PACT_CALLS() {
            let world = pact_in::<P>(phase);
            assert_eq!(world.pact_state().phase, phase);
            let what = format!("{name} in {phase:?}");
            let allowed = allowed(call(&world), ICollusion::WrongPactPhase { phase }, &what);
            assert_eq!(allowed, phases.contains(&phase), "{what}");
        }
        let world = pact_in::<P>(phase);
        let value = BRIBE + PACT_STAKE;
        let answer = world.peek(world.worker, world.collusion, value, &world.offer_bribe_call());
        let pact_id = world.pact_id();
        let what = format!("offerBribe in {phase:?}");
        assert_eq!(
            allowed(answer, ICollusion::IdUsed { pactId: pact_id }, &what),
            phase == None,
            "{what}"
        );
    }
}

pub fn appeal_in_every_job_phase<P: Platform + Default>() {
    for phase in JOB_PHASES {
        let world = job_in::<P>(phase, |_| {});
        let answer = world.peek(world.client, world.verifier, FEE + CASE_BONUS, &world.appeal_call());
        let what = format!("appeal while the job is {phase:?}");
        let expected = matches!(phase, Phase::Open | Phase::Taken | Phase::Sealed);
        assert_eq!(
            allowed(answer, IReferee::WrongPhase { phase }, &what),
            expected,
            "{what}"
        );
    }
}

pub fn take_case_in_every_job_phase<P: Platform + Default>() {
    for phase in JOB_PHASES.into_iter().filter(|phase| *phase != Phase::None) {
        let world = job_in::<P>(phase, |world| {
            world.appeal();
        });
        let answer = world.peek(world.referee, world.verifier, STAKE, &world.take_case_call());
        let what = format!("takeCase while the job is {phase:?}");
        let expected = matches!(phase, Phase::Taken | Phase::Sealed);
        assert_eq!(
            allowed(answer, IReferee::WrongPhase { phase }, &what),
            expected,
            "{what}"
        );
    }
}

pub fn offer_in_every_job_phase<P: Platform + Default>() {
    for phase in JOB_PHASES {
        let world = job_in::<P>(phase, |_| {});
        let value = BRIBE + PACT_STAKE;
        let answer = world.peek(world.worker, world.collusion, value, &world.offer_bribe_call());
        let what = format!("offerBribe while the job is {phase:?}");
        let expected = matches!(phase, Phase::Taken | Phase::Sealed);
        assert_eq!(
            allowed(answer, ICollusion::WrongPhase { phase }, &what),
            expected,
            "{what}"
        );
    }
}

/// A case that nobody took is settled once the job ended or T2 passed.
pub fn settle_unbound_in_every_job_phase<P: Platform + Default>() {
    for phase in JOB_PHASES.into_iter().filter(|phase| *phase != Phase::None) {
        let world = job_in::<P>(phase, |world| {
            world.appeal();
        });
        let computing = matches!(phase, Phase::Taken | Phase::Sealed);
        let settle = |world: &World<P>| world.peek(world.stranger, world.verifier, 0, &world.settle_call());
        if computing {
            let not_before = world.t2();
            let error = IReferee::TooEarly { notBefore: not_before };
            world.at(not_before);
            assert!(!allowed(settle(&world), error, "settle by T2"));
            world.at(not_before + 1);
        }
        let what = format!("settle while the job is {phase:?}");
        assert_eq!(
            allowed(settle(&world), IReferee::WrongPhase { phase }, &what),
            phase != Phase::Open,
            "{what}"
        );
    }
}
