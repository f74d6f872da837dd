//! Steps. Each happens now, a second after the one before unless [`World::at`] moved the clock.

use alloy_primitives::Address;
use alloy_sol_types::SolCall;

use super::World;
use crate::{
    platform::Platform,
    table::{DEMANDED, Step, waits_until},
    terms::*,
};

impl<P: Platform> World<P> {
    #[track_caller]
    fn step(&self, from: Address, to: Address, value: u128, call: &impl SolCall) -> &Self {
        self.send(from, to, value, call);
        self
    }

    pub fn delegate(&self) -> &Self {
        self.step(self.client, self.escrow, REWARD + BONUS, &self.delegate_call())
    }

    pub fn cancel(&self) -> &Self {
        self.step(self.client, self.escrow, 0, &self.cancel_call())
    }

    pub fn take(&self) -> &Self {
        self.step(self.worker, self.escrow, DEPOSIT, &self.take_call())
    }

    pub fn seal_result(&self) -> &Self {
        self.step(self.worker, self.escrow, 0, &self.seal_call())
    }

    /// The worker reveals; past T2 by itself.
    pub fn reveal_result(&self) -> &Self {
        self.past_t2();
        self.step(self.worker, self.escrow, 0, &self.reveal_call())
    }

    /// The worker commits to its result, under seal and then openly where the terms say so.
    pub fn submit(&self) -> &Self {
        match self.terms.isSealed {
            true => self.seal_result().reveal_result(),
            false => self.step(self.worker, self.escrow, 0, &self.submit_call()),
        }
    }

    pub fn accept(&self) -> &Self {
        self.step(self.client, self.escrow, 0, &self.accept_call())
    }

    pub fn demand(&self, indices: &[u64]) -> &Self {
        let bonds = BOND * indices.len() as u128;
        self.step(self.client, self.escrow, bonds, &self.demand_call(indices))
    }

    pub fn dispute(&self) -> &Self {
        self.step(self.client, self.escrow, BOND, &self.dispute_call())
    }

    /// Anybody confirms equal results.
    pub fn confirm(&self) -> &Self {
        self.step(self.stranger, self.escrow, 0, &self.confirm_call())
    }

    /// Anybody convicts the worker of its wrong element.
    pub fn judge(&self) -> &Self {
        self.step(self.stranger, self.escrow, 0, &self.judge_call())
    }

    /// Anybody has done what is due by the clock.
    pub fn tick(&self) -> &Self {
        self.step(self.stranger, self.escrow, 0, &self.tick_call())
    }

    /// Moves past the job's clock, if it did not run out yet, and does what is due.
    pub fn run_out(&self) -> &Self {
        let due = waits_until(&self.job(), &self.terms);
        self.at(self.platform.now().max(due + 1));
        self.tick()
    }

    /// Brings the job along the way to a phase.
    pub fn walk(&self, steps: &[Step]) -> &Self {
        for step in steps {
            match step {
                Step::Delegate => self.delegate(),
                Step::Take => self.take(),
                Step::Seal => self.seal_result(),
                Step::Submit => self.submit(),
                Step::Demand => self.demand(&DEMANDED),
                Step::Dispute => self.dispute(),
                Step::RunOut => self.run_out(),
            };
        }
        self
    }

    pub fn appeal(&self) -> &Self {
        self.step(self.client, self.verifier, FEE + CASE_BONUS, &self.appeal_call())
    }

    pub fn take_case(&self) -> &Self {
        self.step(self.referee, self.verifier, STAKE, &self.take_case_call())
    }

    pub fn seal_opinion(&self) -> &Self {
        self.step(self.referee, self.verifier, 0, &self.seal_opinion_call())
    }

    /// The referee reveals; past T2 by itself.
    pub fn reveal_opinion(&self) -> &Self {
        self.past_t2();
        self.step(self.referee, self.verifier, 0, &self.reveal_opinion_call())
    }

    pub fn settle(&self) -> &Self {
        self.step(self.stranger, self.verifier, 0, &self.settle_call())
    }

    pub fn offer_bribe(&self) -> &Self {
        let pot = BRIBE + PACT_STAKE;
        self.step(self.worker, self.collusion, pot, &self.offer_bribe_call())
    }

    pub fn accept_bribe(&self) -> &Self {
        self.step(self.referee, self.collusion, PACT_STAKE, &self.accept_bribe_call())
    }

    pub fn check_results(&self) -> &Self {
        self.step(self.stranger, self.collusion, 0, &self.check_results_call())
    }

    /// Past the last second in which anybody reveals.
    pub fn past_reveals(&self) -> &Self {
        self.at(self.platform.now().max(self.reveal_by() + 1));
        self
    }

    pub fn past_t2(&self) -> &Self {
        self.at(self.platform.now().max(self.t2() + 1));
        self
    }

    /// Delegated, taken, appealed, and the case taken; both sealed.
    pub fn both_sealed(&self) -> &Self {
        self.delegate().take().appeal().take_case().seal_result().seal_opinion()
    }

    /// Both revealed, after they sealed.
    pub fn both_revealed(&self) -> &Self {
        self.both_sealed().reveal_result().reveal_opinion()
    }
}
