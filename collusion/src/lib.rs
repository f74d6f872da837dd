//! The bribe contract (DCR_C2): worker and referee agree on a false result. It is the adversary's, written to test that
//! the game holds.
//!
//! ```text
//!           offerBribe            acceptBribe             checkResults
//!   (none) ────────────▶ Offered ─────────────▶ Accepted ──────────────▶ Closed
//!                           │ withdrawBribe, checkResults                   ▲
//!                           └───────────────────────────────────────────────┘
//! ```
//!
//! Promises (`docs/INVARIANTS.md`): CONSERVE, SOLVENT, EXIT, PARTIES, PHASES, ONCE, PUSH, ASKED, STRICT, PACT. In short:
//! - Nobody's word counts about what was submitted: both results are read from the escrow and the referee contract.
//! - Who keeps the pact loses nothing to one who breaks it; no result revealed in time is a broken pact.
//! - What a pact paid in is what it pays out, to the wei, on every path; closed once, before it pays.
//! - Every pact ends without the help of any one party: whoever likes checks the results.
//!
//! Whom it trusts: the escrow and the referee contract named at construction, to tell how job and case stand.
//! Calls are not re-entrant: the entrypoint refuses them. State is written, and flushed, before money moves.
#![cfg_attr(target_arch = "wasm32", no_std)]
extern crate alloc;

mod error;
mod route;
pub mod state;

use alloc::boxed::Box;
use alloy_primitives::{Address, B256};
use alloy_sol_types::{SolCall, SolEvent};
pub use error::CollusionError;
use state::Record;
use stylus_sdk::prelude::*;
use surety_contracts::{
    CasePhase, ICollusion, IReferee, Job, PactPhase, PactState, Phase, Terms,
    codec::{Args, EncodedTerms, ToWord, Word, wei, with_selector},
    contract::Contract,
};

/// Storage: a pact's one slot lies at its id (see [`state`]); credits at slot 0, the escrow's address at slot 1, the
/// referee contract's at slot 2.
pub struct Collusion<H> {
    vm: H,
}

/// `Pact` as it travels: the id of a pact is a hash of exactly these words.
#[derive(Debug, Clone, Copy)]
pub struct EncodedPact<'a>(pub &'a [Word; PACT_WORDS]);

/// Words of `Pact`: those of its terms, then four.
pub const PACT_WORDS: usize = surety_contracts::codec::TERMS_WORDS + 4;

/// A pact as its calls need it.
struct Pact<'a> {
    id: B256,
    encoded_terms: EncodedTerms<'a>,
    terms: Box<Terms>,
    root: B256,
    count: u64,
    bribe: u128,
    stake: u128,
}

type Outcome<T = ()> = Result<T, Box<CollusionError>>;

const ESCROW: B256 = B256::with_last_byte(1);
const REFEREE: B256 = B256::with_last_byte(2);

impl<H: Host> Collusion<H> {
    pub fn new(vm: H) -> Self {
        Self { vm }
    }

    /// Fixes escrow and referee contract, once; deploy and construct in one transaction, as the deployer contract does.
    pub fn construct(&mut self, escrow: Address, referee: Address) -> Outcome {
        if !self.escrow().is_zero() {
            return Err(ICollusion::Constructed {}.into());
        }
        self.ask_job(escrow, B256::ZERO).ok_or(ICollusion::EscrowFailed {})?;
        self.report_in(referee, B256::ZERO)?;
        self.write(ESCROW, 0, escrow.into_word());
        self.write(REFEREE, 0, referee.into_word());
        Ok(())
    }

    /// The worker offers. Payable: bribe + stake. Job Taken or Sealed, by T2. Returns the pact's id.
    pub fn offer_bribe(&mut self, pact: EncodedPact<'_>) -> Outcome<B256> {
        let encoded = pact;
        let pact = self.decode(&encoded)?;
        let referee = self.referee();
        if pact.terms.verifier != referee {
            return Err(ICollusion::NotVerifier {
                verifier: pact.terms.verifier,
            }
            .into());
        }
        if self.record(pact.id).phase != PactPhase::None {
            return Err(ICollusion::IdUsed { pactId: pact.id }.into());
        }
        self.expect_payment(pact.bribe + pact.stake)?;
        let (job_id, job) = self.job(&pact)?;
        if !matches!(job.phase, Phase::Taken | Phase::Sealed) {
            return Err(ICollusion::WrongPhase { phase: job.phase }.into());
        }
        if self.vm.msg_sender() != job.worker {
            return Err(ICollusion::NotWorker { worker: job.worker }.into());
        }
        self.by(job.clock)?;
        let record = Record {
            phase: PactPhase::Offered,
            worker: job.worker,
            compute_by: job.clock,
        };
        self.store(pact.id, &record);
        self.log(
            &[
                ICollusion::BribeOffered::SIGNATURE_HASH,
                pact.id,
                job_id,
                job.worker.into_word(),
            ],
            encoded.0.as_flattened(),
        );
        Ok(pact.id)
    }

    /// The referee bound by the case accepts. Payable: stake. By T2.
    pub fn accept_bribe(&mut self, pact: EncodedPact<'_>) -> Outcome {
        let (pact, mut record) = self.enter(&pact, &[PactPhase::Offered])?;
        if self.vm.msg_sender() != pact.terms.referee {
            return Err(ICollusion::NotReferee {
                referee: pact.terms.referee,
            }
            .into());
        }
        self.by(record.compute_by)?;
        self.expect_payment(pact.stake)?;
        let case = self.case_phase(self.job_id(&pact))?;
        if !matches!(case, CasePhase::Bound | CasePhase::Sealed) {
            return Err(ICollusion::WrongCasePhase { phase: case }.into());
        }
        record.phase = PactPhase::Accepted;
        self.store(pact.id, &record);
        self.emit(
            ICollusion::BribeAccepted::SIGNATURE_HASH,
            &[pact.id, pact.terms.referee.into_word()],
            &[],
        );
        Ok(())
    }

    /// The worker takes an offer back that was not accepted.
    pub fn withdraw_bribe(&mut self, pact: EncodedPact<'_>) -> Outcome {
        let (pact, record) = self.enter(&pact, &[PactPhase::Offered])?;
        if self.vm.msg_sender() != record.worker {
            return Err(ICollusion::NotWorker { worker: record.worker }.into());
        }
        self.give_back(&pact, record)
    }

    /// Closes a pact by what both revealed. Anybody may call.
    ///
    /// Never accepted: past T2. Accepted: once both results are public, or could have been.
    pub fn check_results(&mut self, pact: EncodedPact<'_>) -> Outcome {
        let (pact, mut record) = self.enter(&pact, &[PactPhase::Offered, PactPhase::Accepted])?;
        if record.phase == PactPhase::Offered {
            self.past(record.compute_by)?;
            return self.give_back(&pact, record);
        }
        let (job_id, job) = self.job(&pact)?;
        let committed = matches!(
            job.phase,
            Phase::Committed | Phase::Demanded | Phase::Disputed | Phase::Paid | Phase::Convicted
        );
        let (revealed, root, count) = self.report_in(self.referee(), job_id)?;
        if !(committed && revealed) {
            self.past(record.compute_by + u64::from(pact.terms.responseWindow))?;
        }
        let worker_kept = committed && job.root == pact.root && job.count == pact.count;
        let referee_kept = revealed && root == pact.root && count == pact.count;
        let Pact { bribe, stake, .. } = pact;
        let (to_worker, to_referee) = match (worker_kept, referee_kept) {
            (true, true) => (stake, stake + bribe),
            (false, true) => (0, 2 * stake + bribe),
            (true, false) => (2 * stake + bribe, 0),
            (false, false) => (stake + bribe, stake),
        };
        record.phase = PactPhase::Closed;
        self.store(pact.id, &record);
        self.emit(
            ICollusion::PactClosed::SIGNATURE_HASH,
            &[pact.id],
            &[
                worker_kept.to_word(),
                referee_kept.to_word(),
                to_worker.to_word(),
                to_referee.to_word(),
            ],
        );
        self.push(record.worker, to_worker)?;
        self.push(pact.terms.referee, to_referee)
    }

    /// The escrow whose jobs pacts are about.
    pub fn escrow(&self) -> Address {
        Address::from_word(self.read(ESCROW, 0))
    }

    /// The referee contract whose cases pacts are about.
    pub fn referee(&self) -> Address {
        Address::from_word(self.read(REFEREE, 0))
    }

    /// The id of a pact on this chain, in this contract.
    pub fn pact_id(&self, pact: EncodedPact<'_>) -> Outcome<B256> {
        Ok(self.decode(&pact)?.id)
    }

    /// The state of a pact; all zero for an id that was never used.
    pub fn pact_of(&self, pact_id: B256) -> PactState {
        let Record {
            phase,
            worker,
            compute_by,
        } = self.record(pact_id);
        PactState {
            phase,
            worker,
            computeBy: compute_by,
        }
    }
}

/// Guards, storage, and the two contracts that are asked.
impl<H: Host> Collusion<H> {
    fn decode<'a>(&self, encoded: &EncodedPact<'a>) -> Outcome<Pact<'a>> {
        let args = Args::of(encoded.0);
        let encoded_terms = args.terms(0)?;
        let rest = surety_contracts::codec::TERMS_WORDS;
        Ok(Pact {
            id: self.id_in(self.vm.contract_address(), encoded.0),
            encoded_terms,
            terms: encoded_terms.decode()?,
            root: args.b256(rest)?,
            count: args.u64(rest + 1)?,
            bribe: wei(&args.u96(rest + 2)?),
            stake: wei(&args.u96(rest + 3)?),
        })
    }

    /// The pact, if it is in one of the `allowed` phases.
    fn enter<'a>(&self, encoded: &EncodedPact<'a>, allowed: &[PactPhase]) -> Outcome<(Pact<'a>, Record)> {
        let pact = self.decode(encoded)?;
        let record = self.record(pact.id);
        if !allowed.contains(&record.phase) {
            return Err(ICollusion::WrongPactPhase { phase: record.phase }.into());
        }
        Ok((pact, record))
    }

    /// Ends a pact that was never accepted.
    fn give_back(&mut self, pact: &Pact<'_>, mut record: Record) -> Outcome {
        record.phase = PactPhase::Closed;
        self.store(pact.id, &record);
        self.emit(ICollusion::BribeWithdrawn::SIGNATURE_HASH, &[pact.id], &[]);
        self.push(record.worker, pact.bribe + pact.stake)
    }

    fn record(&self, id: B256) -> Record {
        Record::unpack(self.read(id, 0))
    }

    fn store(&mut self, id: B256, record: &Record) {
        self.write(id, 0, record.pack());
    }

    fn job_id(&self, pact: &Pact<'_>) -> B256 {
        self.id_in(self.escrow(), pact.encoded_terms.0)
    }

    fn job(&self, pact: &Pact<'_>) -> Outcome<(B256, Job)> {
        let id = self.job_id(pact);
        let job = self.ask_job(self.escrow(), id).ok_or(ICollusion::EscrowFailed {})?;
        Ok((id, job))
    }

    /// What the referee of a job revealed, if it did.
    fn report_in(&self, referee: Address, job_id: B256) -> Outcome<(bool, B256, u64)> {
        self.ask_report(referee, job_id)
            .ok_or_else(|| ICollusion::RefereeFailed {}.into())
    }

    fn case_phase(&self, job_id: B256) -> Outcome<CasePhase> {
        let call = with_selector(IReferee::caseOfCall::SELECTOR, &[job_id.0]);
        let phase = self
            .ask(self.referee(), &call, 7)
            .and_then(|answer| CasePhase::try_from(answer.args().small(0).ok()?).ok());
        phase.ok_or_else(|| ICollusion::RefereeFailed {}.into())
    }
}
