//! Who may call, and in which phase.

use alloc::boxed::Box;
use alloy_primitives::B256;
use stylus_sdk::prelude::*;
use surety_contracts::{IEscrow, Phase, Terms, codec::EncodedTerms, contract::Contract};

use crate::{Escrow, Outcome, state::State};

impl<H: Host> Escrow<H> {
    /// The job that terms name, if it is in one of the `allowed` phases.
    pub(crate) fn enter(&self, terms: &EncodedTerms<'_>, allowed: &[Phase]) -> Outcome<(B256, State, Box<Terms>)> {
        let id = self.id_of(terms);
        let state = self.state_of(id);
        if !allowed.contains(&state.phase) {
            return Err(IEscrow::WrongPhase { phase: state.phase }.into());
        }
        let terms = terms.decode()?;
        Ok((id, state, terms))
    }

    /// A result on chain that can still be challenged or accepted.
    pub(crate) fn enter_challenge(&self, terms: &EncodedTerms<'_>) -> Outcome<(B256, State, Box<Terms>)> {
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

    pub(crate) fn id_of(&self, terms: &EncodedTerms<'_>) -> B256 {
        self.id_in(self.vm.contract_address(), terms.0)
    }
}
