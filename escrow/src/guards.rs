//! Who may call, when, and with how much.

use alloy_primitives::{B256, U256};
use stylus_sdk::prelude::*;
use surety_contracts::{IEscrow, Phase, Terms, codec::EncodedTerms};

use crate::{Escrow, Outcome, state::State, terms};

impl<H: Host> Escrow<H> {
    /// The job that terms name, if it is in one of the `allowed` phases.
    pub(crate) fn enter(&self, terms: &EncodedTerms<'_>, allowed: &[Phase]) -> Outcome<(B256, State, Terms)> {
        let id = self.id_of(terms);
        let state = self.state_of(id);
        if !allowed.contains(&state.phase) {
            return Err(IEscrow::WrongPhase { phase: state.phase }.into());
        }
        let terms = terms.decode()?;
        Ok((id, state, terms))
    }

    /// A result on chain that can still be challenged or accepted.
    pub(crate) fn enter_challenge(&self, terms: &EncodedTerms<'_>) -> Outcome<(B256, State, Terms)> {
        self.enter(terms, &[Phase::Committed, Phase::Demanded, Phase::Disputed])
    }

    #[inline(never)]
    pub(crate) fn only_client(&self, terms: &Terms) -> Outcome {
        if self.vm.msg_sender() != terms.client {
            return Err(IEscrow::NotClient { client: terms.client }.into());
        }
        Ok(())
    }

    #[inline(never)]
    pub(crate) fn only_worker(&self, state: &State) -> Outcome {
        if self.vm.msg_sender() != state.worker {
            return Err(IEscrow::NotWorker { worker: state.worker }.into());
        }
        Ok(())
    }

    #[inline(never)]
    pub(crate) fn only_referee(&self, terms: &Terms) -> Outcome {
        if terms.referee.is_zero() {
            return Err(IEscrow::NoReferee {}.into());
        }
        if self.vm.msg_sender() != terms.referee {
            return Err(IEscrow::NotReferee { referee: terms.referee }.into());
        }
        Ok(())
    }

    #[inline(never)]
    pub(crate) fn by(&self, deadline: u64) -> Outcome {
        if self.now() > deadline {
            return Err(IEscrow::TooLate { deadline }.into());
        }
        Ok(())
    }

    #[inline(never)]
    pub(crate) fn past(&self, not_before: u64) -> Outcome {
        if self.now() <= not_before {
            return Err(IEscrow::TooEarly { notBefore: not_before }.into());
        }
        Ok(())
    }

    #[inline(never)]
    pub(crate) fn expect_payment(&self, expected: u128) -> Outcome {
        let (expected, paid) = (U256::from(expected), self.vm.msg_value());
        if paid != expected {
            return Err(IEscrow::WrongPayment { expected, paid }.into());
        }
        Ok(())
    }

    pub(crate) fn now(&self) -> u64 {
        self.vm.block_timestamp()
    }

    #[inline(never)]
    pub(crate) fn id_of(&self, terms: &EncodedTerms<'_>) -> B256 {
        let preimage = terms::id_preimage(self.vm.chain_id(), self.vm.contract_address(), terms.as_bytes());
        self.vm.native_keccak256(&preimage)
    }
}
