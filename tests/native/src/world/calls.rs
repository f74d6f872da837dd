//! Every call of the game, with the world's terms.

use alloy_primitives::Bytes;
use surety_contracts::*;

use super::World;
use crate::{
    platform::Platform,
    terms::SEAL_SALT,
    work::{WRONG, element},
};

impl<P: Platform> World<P> {
    pub fn delegate_call(&self) -> IEscrow::delegateCall {
        IEscrow::delegateCall { terms: self.terms() }
    }

    pub fn take_call(&self) -> IEscrow::takeOrderCall {
        IEscrow::takeOrderCall { terms: self.terms() }
    }

    pub fn cancel_call(&self) -> IEscrow::cancelCall {
        IEscrow::cancelCall { terms: self.terms() }
    }

    pub fn submit_call(&self) -> IEscrow::submitResultCall {
        IEscrow::submitResultCall {
            terms: self.terms(),
            root: self.work.root(),
            count: self.work.count(),
        }
    }

    pub fn seal_call(&self) -> IEscrow::submitSealCall {
        IEscrow::submitSealCall {
            terms: self.terms(),
            seal: self.seal_of(self.worker, &self.work),
        }
    }

    pub fn reveal_call(&self) -> IEscrow::revealCall {
        IEscrow::revealCall {
            terms: self.terms(),
            root: self.work.root(),
            count: self.work.count(),
            salt: SEAL_SALT,
        }
    }

    pub fn publish_call(&self) -> IEscrow::publishLeavesCall {
        IEscrow::publishLeavesCall {
            terms: self.terms(),
            hashes: self.work.leaf_hashes(),
        }
    }

    pub fn accept_call(&self) -> IEscrow::acceptCall {
        IEscrow::acceptCall { terms: self.terms() }
    }

    pub fn demand_call(&self, indices: &[u64]) -> IEscrow::demandCall {
        IEscrow::demandCall {
            terms: self.terms(),
            indices: indices.to_vec(),
        }
    }

    pub fn deliver_call(&self, indices: &[u64]) -> IEscrow::deliverCall {
        IEscrow::deliverCall {
            terms: self.terms(),
            leaves: self.work.leaves(indices),
        }
    }

    pub fn dispute_call(&self) -> IEscrow::disputeCall {
        IEscrow::disputeCall { terms: self.terms() }
    }

    /// A wrong element at [`WRONG`].
    pub fn judge_call(&self) -> IEscrow::judgeCall {
        self.accuse_call(Fault::WrongElement, &[WRONG], WRONG)
    }

    /// A fault at `at`, shown by leaves of the worker's result.
    pub fn accuse_call(&self, fault: Fault, leaves: &[u64], at: u64) -> IEscrow::judgeCall {
        IEscrow::judgeCall {
            terms: self.terms(),
            fault,
            leaves: self.work.leaves(leaves),
            at,
            missing: Bytes::new(),
            opening: self.opening(),
        }
    }

    /// An element that is missing at `at`, between leaves of the worker's result.
    pub fn missing_call(&self, leaves: &[u64], at: u64, missing: u64) -> IEscrow::judgeCall {
        IEscrow::judgeCall {
            missing: element(missing).into(),
            ..self.accuse_call(Fault::MissingElement, leaves, at)
        }
    }

    pub fn confirm_call(&self) -> IEscrow::confirmCall {
        IEscrow::confirmCall { terms: self.terms() }
    }

    pub fn tick_call(&self) -> IEscrow::timeTickCall {
        IEscrow::timeTickCall { terms: self.terms() }
    }

    pub fn appeal_call(&self) -> IReferee::appealCall {
        IReferee::appealCall {
            terms: self.terms(),
            offer: self.offer.clone(),
        }
    }

    pub fn take_case_call(&self) -> IReferee::takeCaseCall {
        IReferee::takeCaseCall { terms: self.terms() }
    }

    pub fn seal_opinion_call(&self) -> IReferee::submitSealCall {
        IReferee::submitSealCall {
            terms: self.terms(),
            seal: self.seal_of(self.referee, &self.opinion),
        }
    }

    pub fn reveal_opinion_call(&self) -> IReferee::revealCall {
        IReferee::revealCall {
            terms: self.terms(),
            root: self.opinion.root(),
            count: self.opinion.count(),
            salt: SEAL_SALT,
        }
    }

    pub fn settle_call(&self) -> IReferee::settleCall {
        IReferee::settleCall { terms: self.terms() }
    }

    pub fn offer_bribe_call(&self) -> ICollusion::offerBribeCall {
        ICollusion::offerBribeCall { pact: self.pact() }
    }

    pub fn accept_bribe_call(&self) -> ICollusion::acceptBribeCall {
        ICollusion::acceptBribeCall { pact: self.pact() }
    }

    pub fn withdraw_bribe_call(&self) -> ICollusion::withdrawBribeCall {
        ICollusion::withdrawBribeCall { pact: self.pact() }
    }

    pub fn check_results_call(&self) -> ICollusion::checkResultsCall {
        ICollusion::checkResultsCall { pact: self.pact() }
    }
}
