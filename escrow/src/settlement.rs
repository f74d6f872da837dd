//! What moves state and money, and the two contracts that are asked.

use alloc::vec::Vec;
use alloy_primitives::{Address, B256, U256};
use alloy_sol_types::{SolCall, SolEvent};
use stylus_sdk::{call::RawCall, prelude::*};
use surety_contracts::{
    IEscrow, IPredicate, IVerifier, Phase, Terms,
    codec::{EncodedTerms, ToWord, Word, push_bytes, with_selector},
};
use surety_protocol::{commitment, fault::Question};

use crate::{
    Escrow, Opening, Outcome,
    state::{Challenge, State},
    terms::{self, Amounts},
};

/// Gas that a pushed payment may use.
const PUSH_GAS: u64 = 50_000;
/// Gas that must be left before a push: access to a cold account, value, a new account, [`PUSH_GAS`] through the 63/64
/// rule, and what little runs in between.
const PUSH_NEEDS: u64 = 2_600 + 9_000 + 25_000 + PUSH_GAS * 64 / 63 + 400;

/// Storage.
impl<H: Host> Escrow<H> {
    /// Slot `offset` of a job, or of a credit with offset 0.
    #[inline(never)]
    fn read(&self, base: B256, offset: u64) -> B256 {
        self.vm
            .storage_load_bytes32(U256::from_be_bytes(base.0).wrapping_add(U256::from(offset)))
    }

    #[inline(never)]
    fn write(&mut self, base: B256, offset: u64, word: B256) {
        let slot = U256::from_be_bytes(base.0).wrapping_add(U256::from(offset));
        // SAFETY: the contract keeps no second view of its storage that this could make stale.
        unsafe { self.vm.storage_cache_bytes32(slot, word) }
    }

    pub(crate) fn state_of(&self, id: B256) -> State {
        State::unpack(self.read(id, 0))
    }

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
    pub(crate) fn challenge(&self, id: B256, state: &State) -> Challenge {
        let mut challenge = self.raw_challenge(id);
        if challenge.demand_by == 0 {
            challenge.demand_by = state.clock;
        }
        challenge
    }

    pub(crate) fn set_challenge(&mut self, id: B256, challenge: &Challenge) {
        self.write(id, 2, challenge.pack());
    }

    fn credit_slot(&self, account: Address) -> B256 {
        let preimage = [account.into_word().0, [0; 32]];
        self.vm.native_keccak256(preimage.as_flattened())
    }

    pub(crate) fn credit_of(&self, account: Address) -> U256 {
        self.read(self.credit_slot(account), 0).into()
    }

    pub(crate) fn set_credit(&mut self, account: Address, amount: U256) {
        self.write(self.credit_slot(account), 0, amount.into());
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
        terms::check_result(terms, &root, count)?;
        state.phase = Phase::Committed;
        state.clock = self.now() + u64::from(terms.disputeWindow);
        state.count = count;
        self.store(id, &state);
        self.set_result(id, root);
        let data = [root.0, count.to_word(), state.clock.to_word()];
        self.emit(IEscrow::ResultCommitted::SIGNATURE_HASH, &[id], &data);
        Ok(())
    }

    /// An order that nobody took goes back to the client.
    pub(crate) fn refund(&mut self, id: B256, state: State, terms: &Terms) -> Outcome {
        let amounts = Amounts::from(terms);
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
        let amounts = Amounts::from(terms);
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

    /// Pays, or credits what the recipient refuses. Enough gas must be left, so that nobody can force a refusal.
    pub(crate) fn push(&mut self, to: Address, amount: u128) -> Outcome {
        if amount == 0 {
            return Ok(());
        }
        if self.vm.evm_gas_left() < PUSH_NEEDS {
            return Err(IEscrow::NotEnoughGas { needed: PUSH_NEEDS }.into());
        }
        let amount = U256::from(amount);
        if !self.send(to, amount, PUSH_GAS) {
            let credit = self
                .credit_of(to)
                .checked_add(amount)
                .ok_or(IEscrow::TransferFailed {})?;
            self.set_credit(to, credit);
            self.emit(
                IEscrow::Credited::SIGNATURE_HASH,
                &[to.into_word()],
                &[amount.to_word()],
            );
        }
        Ok(())
    }

    /// Whether `to` took the payment. Its return data is left alone, however long.
    #[inline(never)]
    pub(crate) fn send(&self, to: Address, amount: U256, gas: u64) -> bool {
        let call = RawCall::new_with_value(&self.vm, amount)
            .gas(gas)
            .skip_return_data()
            .flush_storage_cache();
        // SAFETY: pending writes are flushed, and the entrypoint refuses re-entrance, so nothing cached goes stale.
        unsafe { call.call(to, &[]) }.is_ok()
    }
}

/// Events.
impl<H: Host> Escrow<H> {
    #[inline(never)]
    pub(crate) fn emit(&self, event: B256, indexed: &[B256], data: &[Word]) {
        let mut topics = Vec::with_capacity(1 + indexed.len());
        topics.push(event);
        topics.extend_from_slice(indexed);
        self.log(&topics, data.as_flattened());
    }

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

    fn log(&self, topics: &[B256], data: &[u8]) {
        // No event has more than the four topics that a log can hold.
        let _ = self.vm.raw_log(topics, data);
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
        let [answer] = self.ask(terms.predicate, &call).ok_or(IEscrow::PredicateFailed {})?;
        bit(answer).ok_or_else(|| IEscrow::PredicateFailed {}.into())
    }

    /// Refuses unless the verifier reports a revealed result equal to the worker's.
    pub(crate) fn check_report(&self, id: B256, terms: &Terms, state: &State) -> Outcome {
        let call = with_selector(IVerifier::reportCall::SELECTOR, &[id.0]);
        let [revealed, root, count] = self.ask(terms.verifier, &call).ok_or(IEscrow::VerifierFailed {})?;
        let revealed = bit(revealed).ok_or(IEscrow::VerifierFailed {})?;
        let count = u64::try_from(U256::from_be_bytes(count)).map_err(|_| IEscrow::VerifierFailed {})?;
        if !revealed {
            return Err(IEscrow::NotRevealed {}.into());
        }
        let root = B256::new(root);
        if root != self.result(id) || count != state.count {
            return Err(IEscrow::ReportDiffers { root, count }.into());
        }
        Ok(())
    }

    /// A static call whose answer is exactly `N` words, or nothing.
    fn ask<const N: usize>(&self, contract: Address, calldata: &[u8]) -> Option<[Word; N]> {
        let call = RawCall::new_static(&self.vm).limit_return_data(0, N * 32 + 1);
        // SAFETY: nothing was written yet in this call, and re-entrance is refused.
        let answer = unsafe { call.call(contract, calldata) }.ok()?;
        let (words, rest) = answer.as_chunks::<32>();
        if !rest.is_empty() {
            return None;
        }
        words.try_into().ok()
    }
}

/// A word of exactly 0 or 1.
fn bit(word: Word) -> Option<bool> {
    let (last, rest) = word.split_last()?;
    (*last <= 1 && rest.iter().all(|&byte| byte == 0)).then_some(*last == 1)
}
