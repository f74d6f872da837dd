//! What moves state and money, and the two contracts that are asked.

use alloc::vec::Vec;
use alloy_primitives::{B256, U256};
use alloy_sol_types::{SolCall, SolEvent};
use stylus_sdk::prelude::*;
use surety_contracts::{
    IEscrow, IPredicate, Phase, Terms,
    codec::{EncodedTerms, ToWord, Word, push_bytes, with_selector},
    contract::{Contract, result_fits},
};
use surety_protocol::{commitment, fault::Question};

use crate::{
    Escrow, Opening, Outcome,
    state::{Challenge, State},
    terms::Amounts,
};

/// Storage.
impl<H: Host> Escrow<H> {
    pub(crate) fn state_of(&self, id: B256) -> State {
        State::unpack(self.read(id, 0))
    }

    #[inline(never)]
    pub(crate) fn store(&mut self, id: B256, state: &State) {
        self.write(id, 0, state.pack());
    }

    /// The seal while Sealed, the root from Committed on.
    pub(crate) fn result(&self, id: B256) -> B256 {
        self.read(id, 1)
    }

    pub(crate) fn set_result(&mut self, id: B256, seal_or_root: B256) {
        self.write(id, 1, seal_or_root);
    }

    pub(crate) fn raw_challenge(&self, id: B256) -> Challenge {
        Challenge::unpack(self.read(id, 2))
    }

    /// What is pending, with T3 filled in for a job that saw no challenge yet: then its clock is T3.
    #[inline(never)]
    pub(crate) fn challenge(&self, id: B256, state: &State) -> Challenge {
        let mut challenge = self.raw_challenge(id);
        if challenge.demand_by == 0 {
            challenge.demand_by = state.clock;
        }
        challenge
    }

    #[inline(never)]
    pub(crate) fn set_challenge(&mut self, id: B256, challenge: &Challenge) {
        self.write(id, 2, challenge.pack());
    }
}

/// Transitions.
impl<H: Host> Escrow<H> {
    /// The bonds that the outstanding demand or dispute paid in.
    pub(crate) fn pending_bonds(&self, id: B256, state: &State, amounts: &Amounts) -> u128 {
        if state.phase == Phase::Committed {
            return 0;
        }
        amounts.bond * u128::from(self.raw_challenge(id).bonds)
    }

    pub(crate) fn hash_indices(&self, indices: impl ExactSizeIterator<Item = u64>) -> [u8; 20] {
        let mut packed = Vec::with_capacity(indices.len() * 8);
        for index in indices {
            packed.extend_from_slice(&index.to_be_bytes());
        }
        let hash = self.vm.native_keccak256(&packed);
        let mut truncated = [0; 20];
        truncated.copy_from_slice(&hash[..20]);
        truncated
    }

    /// Taken or Sealed to Committed: T is now.
    pub(crate) fn commit(&mut self, id: B256, mut state: State, terms: &Terms, root: B256, count: u64) -> Outcome {
        if !result_fits(terms, &root, count) {
            return Err(IEscrow::WrongCount { count }.into());
        }
        state.phase = Phase::Committed;
        state.clock = self.after(terms.disputeWindow);
        state.count = count;
        self.store(id, &state);
        self.set_result(id, root);
        let data = [root.0, count.to_word(), state.clock.to_word()];
        self.emit(IEscrow::ResultCommitted::SIGNATURE_HASH, &[id], &data);
        Ok(())
    }

    /// An order that nobody took goes back to the client.
    pub(crate) fn refund(&mut self, id: B256, state: State, terms: &Terms) -> Outcome {
        let amounts = Amounts::of(terms);
        self.settle(id, state, terms, Phase::Refunded, amounts.reward + amounts.bonus, 0)
    }

    /// All that the job holds goes to the client; `state` names the fault, `at` its place.
    pub(crate) fn convict(&mut self, id: B256, state: State, terms: &Terms, at: u64) -> Outcome {
        let by = self.vm.msg_sender().into_word();
        self.emit(
            IEscrow::Convicted::SIGNATURE_HASH,
            &[id, by],
            &[state.fault.to_word(), at.to_word()],
        );
        let amounts = Amounts::of(terms);
        let bonds = self.pending_bonds(id, &state, &amounts);
        let to_client = amounts.reward + amounts.bonus + amounts.deposit + bonds;
        self.settle(id, state, terms, Phase::Convicted, to_client, 0)
    }

    /// The one end of every job: its terminal phase, then its money, in wei.
    pub(crate) fn settle(
        &mut self,
        id: B256,
        mut state: State,
        terms: &Terms,
        phase: Phase,
        to_client: u128,
        to_worker: u128,
    ) -> Outcome {
        let worker = state.worker;
        state.phase = phase;
        self.store(id, &state);
        let data = [
            phase.to_word(),
            U256::from(to_client).to_word(),
            U256::from(to_worker).to_word(),
        ];
        self.emit(IEscrow::Settled::SIGNATURE_HASH, &[id], &data);
        self.push(terms.client, to_client)?;
        self.push(worker, to_worker)
    }
}

/// Events.
impl<H: Host> Escrow<H> {
    /// `Delegated`, whose data is the terms as they came.
    pub(crate) fn emit_delegated(&self, id: B256, terms: &Terms, encoded: &EncodedTerms<'_>) {
        let topics = [
            IEscrow::Delegated::SIGNATURE_HASH,
            id,
            terms.client.into_word(),
            terms.worker.into_word(),
        ];
        self.log(&topics, encoded.as_bytes());
    }

    /// An event whose first argument in the data is a list, and whose others are `rest`.
    pub(crate) fn emit_list(&self, event: B256, id: B256, rest: &[Word], list: &[Word]) {
        let mut data = Vec::with_capacity(2 + rest.len() + list.len());
        data.push((32 * (1 + rest.len() as u64)).to_word());
        data.extend_from_slice(rest);
        data.push((list.len() as u64).to_word());
        data.extend_from_slice(list);
        self.emit(event, &[id], &data);
    }
}

/// Contracts that are asked.
impl<H: Host> Escrow<H> {
    /// The predicate's bit on a question that the evidence leaves open.
    pub(crate) fn ask_predicate(&self, terms: &Terms, opening: &Opening<'_>, question: Question<'_>) -> Outcome<bool> {
        let opens = commitment::opens(&terms.functionCommitment, opening.function_salt, opening.function)
            && commitment::opens(&terms.dataCommitment, opening.data_salt, opening.data);
        if !opens {
            return Err(IEscrow::OpeningMismatch {}.into());
        }
        let parts = [opening.function, opening.data, question.previous, question.element];
        let [function, data, previous, element] = {
            let mut offset = 5 * 32;
            parts.map(|part| {
                let here = offset;
                offset += 32 + part.len().next_multiple_of(32) as u64;
                here.to_word()
            })
        };
        let heads = [function, data, question.index.to_word(), previous, element];
        let mut call = with_selector(IPredicate::holdsCall::SELECTOR, &heads);
        for part in parts {
            push_bytes(&mut call, part);
        }
        let holds = self
            .ask(terms.predicate, &call, 1)
            .and_then(|answer| answer.args().bool(0).ok());
        holds.ok_or_else(|| IEscrow::PredicateFailed {}.into())
    }

    /// Refuses unless the verifier reports a revealed result equal to the worker's.
    pub(crate) fn check_report(&self, id: B256, terms: &Terms, state: &State) -> Outcome {
        let (revealed, root, count) = self.ask_report(terms.verifier, id).ok_or(IEscrow::VerifierFailed {})?;
        if !revealed {
            return Err(IEscrow::NotRevealed {}.into());
        }
        if root != self.result(id) || count != state.count {
            return Err(IEscrow::ReportDiffers { root, count }.into());
        }
        Ok(())
    }
}
