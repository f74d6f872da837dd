//! Positions that differ only in when they happened, or in clocks that nobody reads any more, are one: the symmetry by
//! which the state space is finite and small.
//!
//! The contracts read the time only to compare it with deadlines that they stored, or with T1 while a job is open. So once
//! the order is taken a whole play can be moved in time. A deadline is last compared with its response window added; what
//! lies further back than that can lie any distance back. Deadlines of closed jobs, cases and pacts are never compared.
//! `tests/normal.rs` checks this against the contracts: every move in a position and in its normal form does the same.

use alloy_primitives::{Address, B256, U256};
use surety_collusion::state::Record as Pact;
use surety_contracts::{CasePhase, PactPhase, Phase};
use surety_escrow::state::{Challenge, State as Job};
use surety_native::State;
use surety_referee::state::Record as Case;

use crate::{Game, word};

impl Game {
    /// The position that stands for all that no call can tell from this one.
    pub fn normal(&self, mut state: State) -> State {
        let place = &self.place;
        let mut job = Job::unpack(word(&state, place.escrow, place.id, 0));
        if matches!(job.phase, Phase::None | Phase::Open) {
            // T1 is part of the terms. How long ago it passed does not matter.
            state.time = state.time.min(place.terms.acceptBy + 1);
            return state;
        }
        let (now, then) = (state.time, place.before.time);
        let back = u64::from(place.terms.responseWindow) + 1;
        // Zero is a clock that was never set.
        let shifted = |deadline: u64, is_read: bool| match deadline {
            0 => 0,
            _ if !is_read => then,
            _ => then + (deadline + back).saturating_sub(now),
        };
        state.time = then + back;
        let running = !self.is_over(&state);
        job.clock = shifted(job.clock, running);
        set(&mut state, place.escrow, place.id, 0, job.pack());

        let mut challenge = Challenge::unpack(word(&state, place.escrow, place.id, 2));
        challenge.demand_by = shifted(challenge.demand_by, running);
        // What a demand or dispute interrupted; the next one writes it anew.
        let interrupted = matches!(job.phase, Phase::Demanded | Phase::Disputed);
        challenge.payout_after = shifted(challenge.payout_after, interrupted);
        set(&mut state, place.escrow, place.id, 2, challenge.pack());

        let mut case = Case::unpack(word(&state, place.verifier, place.id, 0));
        case.compute_by = shifted(case.compute_by, case.phase != CasePhase::Closed);
        set(&mut state, place.verifier, place.id, 0, case.pack());

        let mut pact = Pact::unpack(word(&state, place.collusion, place.pact, 0));
        pact.compute_by = shifted(pact.compute_by, pact.phase != PactPhase::Closed);
        set(&mut state, place.collusion, place.pact, 0, pact.pack());
        state
    }
}

fn set(state: &mut State, contract: Address, base: B256, offset: u64, word: B256) {
    let key = (contract, U256::from_be_bytes(base.0).wrapping_add(U256::from(offset)));
    if word.is_zero() {
        state.storage.remove(&key);
    } else {
        state.storage.insert(key, word);
    }
}
