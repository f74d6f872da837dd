//! Delegation (DCR_C1) and fair payment: one contract serves every job.
//!
//! ```text
//!                cancel, timeTick                        accept, timeTick
//!   Open ─────────────────────▶ Refunded   Committed ──────────────────────▶ Paid
//!    │ takeOrder                            ▲  │  ▲ │
//!    ▼            submitResult              │  │  │ │ judge
//!   Taken ──────────────────────────────────┤  │  │ └────────────────────────▶ Convicted
//!    │ submitSeal            reveal         │  │  │ deliver                       ▲
//!    ▼                                      │  │  │                               │ judge, timeTick
//!   Sealed ─────────────────────────────────┘  │  └── Demanded ◀── demand ─────────┤
//!    │ timeTick (from Taken too)               └───── Disputed ◀── dispute ────────┘ judge; timeTick pays
//!    ▼
//!   Forfeited
//! ```
//!
//! Promises (`docs/INVARIANTS.md`): CONSERVE, SOLVENT, EXIT, CORRECT, FAIR-CLIENT, FAIR-WORKER, FAULT, ONE-BIT, PARTIES,
//! PHASES, ONCE, SEALED, PUSH, ASKED, STRICT. In short:
//! - What a job paid in is what it pays out, to the wei, on every path; settled once, in [`Escrow::settle`].
//! - Every phase that is not terminal has an exit that anybody may take once its clock ran out: `timeTick`.
//! - A conviction names a fault that was checked against the committed root.
//! - With a predicate nobody is trusted; without one the named referee decides one bit, about a committed element.
//! - No admin, no upgrade, no fee, no pause. An id serves once.
//!
//! Whom it trusts: the terms' predicate to be total and pure, the terms' verifier to report what its referee revealed.
//! Calls are not re-entrant: the entrypoint refuses them. State is written, and flushed, before money moves.
#![cfg_attr(target_arch = "wasm32", no_std)]
extern crate alloc;

mod error;
mod guards;
mod route;
mod settlement;
pub mod state;
pub mod terms;

use alloc::{boxed::Box, vec::Vec};
use alloy_primitives::B256;
use alloy_sol_types::SolEvent;
use core::borrow::Borrow;
pub use error::EscrowError;
use error::refused;
use state::State;
use stylus_sdk::prelude::*;
use surety_contracts::{
    Fault, Form, IEscrow, Job, Pending, Phase,
    codec::{EncodedTerms, ToWord, Word},
    contract::Contract,
};
use surety_protocol::{
    Digest, commitment,
    fault::{self, Leaf, Question},
    merkle,
};
use terms::Amounts;

/// Storage: a job's three slots lie at its id and the two after it (see [`state`]); credits, in wei, are a mapping at
/// slot 0, as Solidity lays one out.
pub struct Escrow<H> {
    vm: H,
}

/// Openings of the two commitments, read in place.
#[derive(Clone, Copy, Debug)]
pub struct Opening<'a> {
    pub function_salt: &'a Word,
    pub function: &'a [u8],
    pub data_salt: &'a Word,
    pub data: &'a [u8],
}

type Outcome<T = ()> = Result<T, Box<EscrowError>>;

/// Phases with an exit by the clock: all that are not terminal.
const RUNNING: &[Phase] = &[
    Phase::Open,
    Phase::Taken,
    Phase::Sealed,
    Phase::Committed,
    Phase::Demanded,
    Phase::Disputed,
];

impl<H: Host> Escrow<H> {
    pub fn new(vm: H) -> Self {
        Self { vm }
    }

    /// Opens a job. Payable: reward + bonus. Returns its id.
    pub fn delegate(&mut self, terms: EncodedTerms<'_>) -> Outcome<B256> {
        let encoded = terms;
        let terms = encoded.decode()?;
        terms::check(&terms, self.vm.contract_address(), self.now())?;
        self.only_client(&terms)?;
        let amounts = Amounts::of(&terms);
        self.expect_payment(amounts.reward + amounts.bonus)?;
        let id = self.id_of(&encoded);
        if self.state_of(id).phase != Phase::None {
            return Err(IEscrow::IdUsed { jobId: id }.into());
        }
        self.store(id, &State::NEW);
        self.emit_delegated(id, &terms, &encoded);
        Ok(id)
    }

    /// The client takes an order back that nobody took.
    pub fn cancel(&mut self, terms: EncodedTerms<'_>) -> Outcome {
        let (id, state, terms) = self.enter(&terms, &[Phase::Open])?;
        self.only_client(&terms)?;
        self.emit(IEscrow::Cancelled::SIGNATURE_HASH, &[id], &[]);
        self.refund(id, state, &terms)
    }

    /// A worker takes the job. Payable: deposit. By T1.
    pub fn take_order(&mut self, terms: EncodedTerms<'_>) -> Outcome {
        let (id, mut state, terms) = self.enter(&terms, &[Phase::Open])?;
        let worker = self.vm.msg_sender();
        if !terms.worker.is_zero() && worker != terms.worker {
            return Err(IEscrow::NotWorker { worker: terms.worker }.into());
        }
        if worker == terms.client || worker == terms.referee {
            return Err(IEscrow::WorkerIsParty { worker }.into());
        }
        self.by(terms.acceptBy)?;
        self.expect_payment(Amounts::of(&terms).deposit)?;
        state.phase = Phase::Taken;
        state.worker = worker;
        state.clock = self.after(terms.computeWindow);
        self.store(id, &state);
        self.emit(
            IEscrow::OrderTaken::SIGNATURE_HASH,
            &[id, worker.into_word()],
            &[state.clock.to_word()],
        );
        Ok(())
    }

    /// The worker commits to its result. By T2; not for sealed jobs.
    pub fn submit_result(&mut self, terms: EncodedTerms<'_>, root: B256, count: u64) -> Outcome {
        let (id, state, terms) = self.enter(&terms, &[Phase::Taken])?;
        self.only_worker(&state)?;
        if terms.isSealed {
            return Err(IEscrow::JobIsSealed {}.into());
        }
        self.by(state.clock)?;
        self.commit(id, state, &terms, root, count)
    }

    /// The worker commits to a result that stays hidden until T2. By T2; sealed jobs.
    pub fn submit_seal(&mut self, terms: EncodedTerms<'_>, seal: B256) -> Outcome {
        let (id, mut state, terms) = self.enter(&terms, &[Phase::Taken])?;
        self.only_worker(&state)?;
        if !terms.isSealed {
            return Err(IEscrow::JobIsNotSealed {}.into());
        }
        self.by(state.clock)?;
        state.phase = Phase::Sealed;
        self.store(id, &state);
        self.set_result(id, seal);
        self.emit(IEscrow::ResultSealed::SIGNATURE_HASH, &[id], &[seal.0]);
        Ok(())
    }

    /// The worker opens its seal. After T2, by T2 + response window.
    pub fn reveal(&mut self, terms: EncodedTerms<'_>, root: B256, count: u64, salt: B256) -> Outcome {
        let (id, state, terms) = self.enter(&terms, &[Phase::Sealed])?;
        self.only_worker(&state)?;
        self.past(state.clock)?;
        self.by(state.clock + u64::from(terms.responseWindow))?;
        if self.result(id) != commitment::seal(&id, &state.worker, &root, count, &salt) {
            return Err(IEscrow::SealMismatch {}.into());
        }
        self.commit(id, state, &terms, root, count)
    }

    /// The worker logs every leaf hash, checked against the root: the first paper's hashes of all results on chain.
    pub fn publish_leaves(&mut self, terms: EncodedTerms<'_>, hashes: &[Word]) -> Outcome {
        let (id, state, _) = self.enter_challenge(&terms)?;
        self.only_worker(&state)?;
        if hashes.len() as u64 != state.count {
            return Err(IEscrow::WrongCount {
                count: hashes.len() as u64,
            }
            .into());
        }
        let mut tree = merkle::Frontier::new();
        for hash in hashes {
            tree.push(*hash);
        }
        let root = B256::new(tree.root());
        if root != self.result(id) {
            return Err(IEscrow::RootMismatch { root }.into());
        }
        self.emit_list(IEscrow::LeavesPublished::SIGNATURE_HASH, id, &[], hashes);
        Ok(())
    }

    /// The client pays at once: reward, bonus and deposit to the worker, with the bonds of a pending challenge.
    pub fn accept(&mut self, terms: EncodedTerms<'_>) -> Outcome {
        let (id, state, terms) = self.enter_challenge(&terms)?;
        self.only_client(&terms)?;
        let amounts = Amounts::of(&terms);
        let bonds = self.pending_bonds(id, &state, &amounts);
        let to_worker = amounts.reward + amounts.bonus + amounts.deposit + bonds;
        self.settle(id, state, &terms, Phase::Paid, 0, to_worker)
    }

    /// The client asks for elements. Payable: the bond for each index. By T3, one demand at a time.
    pub fn demand(&mut self, terms: EncodedTerms<'_>, indices: &[u64]) -> Outcome {
        let (id, mut state, terms) = self.enter(&terms, &[Phase::Committed])?;
        self.only_client(&terms)?;
        let mut challenge = self.challenge(id, &state);
        self.by(challenge.demand_by)?;
        terms::check_indices(&terms, state.count, indices)?;
        self.expect_payment(Amounts::of(&terms).bond * indices.len() as u128)?;
        challenge.payout_after = state.clock;
        challenge.bonds = indices.len() as u8;
        challenge.indices_hash = self.hash_indices(indices.iter().copied());
        state.phase = Phase::Demanded;
        state.clock = self.after(terms.responseWindow);
        self.store(id, &state);
        self.set_challenge(id, &challenge);
        let indices: Vec<Word> = indices.iter().map(ToWord::to_word).collect();
        self.emit_list(
            IEscrow::Demanded::SIGNATURE_HASH,
            id,
            &[state.clock.to_word()],
            &indices,
        );
        Ok(())
    }

    /// Anybody answers a demand with every demanded element and its inclusion proof, and earns the bond.
    pub fn deliver<P: Borrow<Digest>>(&mut self, terms: EncodedTerms<'_>, leaves: &[Leaf<'_, P>]) -> Outcome {
        let (id, mut state, terms) = self.enter(&terms, &[Phase::Demanded])?;
        self.by(state.clock)?;
        let mut challenge = self.challenge(id, &state);
        let asked = leaves.len() == usize::from(challenge.bonds)
            && self.hash_indices(leaves.iter().map(|leaf| leaf.index)) == challenge.indices_hash;
        if !asked {
            return Err(IEscrow::IndicesMismatch {}.into());
        }
        let root = self.result(id);
        for (which, leaf) in leaves.iter().enumerate() {
            if leaf.element.len() > terms.maxElement as usize {
                let (length, limit) = (leaf.element.len() as u64, terms.maxElement);
                return Err(IEscrow::ElementTooLong {
                    length,
                    maxElement: limit,
                }
                .into());
            }
            fault::included(&root, state.count, leaves, which, leaf.index)
                .map_err(|_| IEscrow::BadProof { index: leaf.index })?;
        }
        let bonds = self.pending_bonds(id, &state, &Amounts::of(&terms));
        challenge.bonds = 0;
        challenge.indices_hash = [0; 20];
        state.phase = Phase::Committed;
        state.clock = challenge.demand_by.max(self.after(terms.responseWindow));
        self.store(id, &state);
        self.set_challenge(id, &challenge);
        let by = self.vm.msg_sender();
        self.emit(
            IEscrow::Delivered::SIGNATURE_HASH,
            &[id, by.into_word()],
            &[state.clock.to_word()],
        );
        self.push(by, bonds)
    }

    /// The client asks the referee to rule, where no predicate can. Payable: the bond.
    pub fn dispute(&mut self, terms: EncodedTerms<'_>) -> Outcome {
        let (id, mut state, terms) = self.enter(&terms, &[Phase::Committed])?;
        self.only_client(&terms)?;
        if state.confirmed {
            return Err(IEscrow::AlreadyConfirmed {}.into());
        }
        if !terms.predicate.is_zero() {
            return Err(IEscrow::PredicateDecides {}.into());
        }
        if terms.referee.is_zero() {
            return Err(IEscrow::NoReferee {}.into());
        }
        self.by(state.clock)?;
        self.expect_payment(Amounts::of(&terms).bond)?;
        let mut challenge = self.challenge(id, &state);
        challenge.payout_after = state.clock;
        challenge.bonds = 1;
        state.phase = Phase::Disputed;
        state.clock = self.after(terms.rulingWindow);
        self.store(id, &state);
        self.set_challenge(id, &challenge);
        self.emit(IEscrow::Disputed::SIGNATURE_HASH, &[id], &[state.clock.to_word()]);
        Ok(())
    }

    /// Convicts the worker of a fault that the evidence proves against the committed root.
    ///
    /// What the evidence leaves open is one bit: the predicate decides it, whoever calls; without one the referee's call.
    /// `at`: index of the fault (Disorder: of the first of the two leaves), or the insertion point of `missing`.
    pub fn judge<P: Borrow<Digest>>(
        &mut self,
        terms: EncodedTerms<'_>,
        fault: Fault,
        leaves: &[Leaf<'_, P>],
        at: u64,
        missing: &[u8],
        opening: Opening<'_>,
    ) -> Outcome {
        let (id, mut state, terms) = self.enter_challenge(&terms)?;
        self.by(state.clock)?;
        let root = self.result(id);
        let question = match (fault, terms.form) {
            (Fault::WrongElement, Form::Table) => fault::wrong_element(&root, state.count, leaves, at).map(Some),
            // An element of a Set stands for itself: the predicate is asked with index zero.
            (Fault::WrongElement, Form::Set) => fault::wrong_element(&root, state.count, leaves, at)
                .map(|question| Some(Question { index: 0, ..question })),
            (Fault::Disorder, Form::Set) => fault::disorder(&root, state.count, leaves, at).map(|()| None),
            (Fault::MissingElement, Form::Set) if !terms.predicate.is_zero() => {
                fault::missing_element(&root, state.count, leaves, at, missing, terms.maxElement).map(Some)
            }
            (Fault::WrongStep, Form::Chain) => fault::wrong_step(&root, state.count, leaves, at).map(Some),
            _ => return Err(IEscrow::FaultNotAdmissible { fault }.into()),
        };
        if let Some(question) = question.map_err(|error| refused(error, missing, &terms))? {
            if terms.predicate.is_zero() {
                self.only_referee(&terms)?;
                if state.confirmed {
                    return Err(IEscrow::AlreadyConfirmed {}.into());
                }
            } else if self.ask_predicate(&terms, &opening, question)? != (fault == Fault::MissingElement) {
                return Err(IEscrow::NotAFault {}.into());
            }
        }
        state.fault = fault;
        self.convict(id, state, &terms, at)
    }

    /// The referee's own result equals the worker's: the bonus is earned and no word convicts any more.
    ///
    /// Without a verifier the referee says so; with one anybody may call, and the verifier's report says so.
    pub fn confirm(&mut self, terms: EncodedTerms<'_>) -> Outcome {
        let (id, mut state, terms) = self.enter_challenge(&terms)?;
        if state.confirmed {
            return Err(IEscrow::AlreadyConfirmed {}.into());
        }
        self.by(state.clock)?;
        if terms.verifier.is_zero() {
            self.only_referee(&terms)?;
        } else {
            self.check_report(id, &terms, &state)?;
        }
        let worker = state.worker;
        let mut bond = 0;
        state.confirmed = true;
        if state.phase == Phase::Disputed {
            let mut challenge = self.challenge(id, &state);
            bond = self.pending_bonds(id, &state, &Amounts::of(&terms));
            challenge.bonds = 0;
            state.phase = Phase::Committed;
            state.clock = challenge.payout_after;
            self.set_challenge(id, &challenge);
        }
        self.store(id, &state);
        let by = self.vm.msg_sender().into_word();
        self.emit(IEscrow::Confirmed::SIGNATURE_HASH, &[id, by], &[state.clock.to_word()]);
        self.push(worker, bond)
    }

    /// Does whatever is due by the clock. Anybody may call.
    pub fn time_tick(&mut self, terms: EncodedTerms<'_>) -> Outcome {
        let (id, mut state, terms) = self.enter(&terms, RUNNING)?;
        let Amounts {
            reward,
            bonus,
            deposit,
            bond,
        } = Amounts::of(&terms);
        match state.phase {
            Phase::Open => {
                self.past(terms.acceptBy)?;
                self.refund(id, state, &terms)
            }
            Phase::Taken | Phase::Sealed => {
                let reveal = if state.phase == Phase::Sealed {
                    u64::from(terms.responseWindow)
                } else {
                    0
                };
                self.past(state.clock + reveal)?;
                self.settle(id, state, &terms, Phase::Forfeited, reward + bonus + deposit, 0)
            }
            Phase::Demanded => {
                self.past(state.clock)?;
                state.fault = Fault::Withheld;
                self.convict(id, state, &terms, 0)
            }
            Phase::Disputed => {
                // No ruling in time: the worker is presumed honest, and the bond pays for its waiting.
                self.past(state.clock)?;
                self.settle(id, state, &terms, Phase::Paid, bonus, reward + deposit + bond)
            }
            Phase::Committed => {
                self.past(state.clock)?;
                let (kept, earned) = if state.confirmed { (0, bonus) } else { (bonus, 0) };
                self.settle(id, state, &terms, Phase::Paid, kept, reward + deposit + earned)
            }
            phase => Err(IEscrow::WrongPhase { phase }.into()), // not one of RUNNING
        }
    }

    /// The state of a job; all zero for an id that was never used.
    pub fn job(&self, job_id: B256) -> Job {
        let state = self.state_of(job_id);
        let root = if state.has_result() {
            self.result(job_id)
        } else {
            B256::ZERO
        };
        let State {
            phase,
            fault,
            confirmed,
            worker,
            clock,
            count,
        } = state;
        Job {
            phase,
            fault,
            confirmed,
            worker,
            clock,
            root,
            count,
        }
    }

    /// What a demand or dispute left pending.
    pub fn pending(&self, job_id: B256) -> Pending {
        let challenge = self.raw_challenge(job_id);
        Pending {
            demandBy: challenge.demand_by,
            payoutAfter: challenge.payout_after,
            bonds: challenge.bonds,
            indicesHash: challenge.indices_hash.into(),
        }
    }

    /// The id of terms on this chain, in this contract.
    pub fn job_id(&self, terms: EncodedTerms<'_>) -> Outcome<B256> {
        terms.decode()?;
        Ok(self.id_of(&terms))
    }
}
