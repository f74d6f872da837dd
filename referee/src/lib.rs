//! Verification (DCR_C3) and reputation: a bonded second opinion on a sealed job.
//!
//! ```text
//!            appeal             takeCase           submitSeal            reveal
//!   (none) ─────────▶ Offered ───────────▶ Bound ─────────────▶ Sealed ─────────▶ Revealed
//!                        │ settle            │ settle              │ settle          │ settle
//!                        └───────────────────┴──────── Closed ◀────┴─────────────────┘
//! ```
//!
//! Promises (`docs/INVARIANTS.md`): CONSERVE, SOLVENT, EXIT, PARTIES, PHASES, SEALED, PUSH, ASKED, STRICT, RULING, REPUTE.
//! In short:
//! - It never moves the escrow's money. It reads how the job ended, and settles its own deposits by that alone.
//! - Until T2 nobody sees the worker's result, and no seal opens for anybody but who made it: a lazy referee has nothing
//!   to copy.
//! - A differing result convicts nobody; whoever is right names an element, through `escrow.judge`.
//! - What a case paid in is what it pays out, to the wei, on every path; closed once, before it pays.
//! - Every case ends without the help of any one party: whoever likes settles it.
//! - No reputation without a case. It is information and gates nothing.
//!
//! Whom it trusts: the escrow named at construction, to tell how a job stands. It has no owner.
//! Calls are not re-entrant: the entrypoint refuses them. State is written, and flushed, before money moves.
#![cfg_attr(target_arch = "wasm32", no_std)]
extern crate alloc;

mod error;
mod route;
pub mod ruling;
pub mod state;

use alloc::boxed::Box;
use alloy_primitives::{Address, B256, U256};
use alloy_sol_types::SolEvent;
pub use error::RefereeError;
use ruling::{Mark, Ruling, Share};
use state::{Record, Standing};
use stylus_sdk::prelude::*;
use surety_contracts::{
    Case, CasePhase, IReferee, Job, Offer, Phase, Reputation, Terms,
    codec::{EncodedTerms, ToWord, wei},
    contract::{Contract, result_fits},
};
use surety_protocol::commitment;

/// Storage: a case's three slots lie at its job's id and the two after it (see [`state`]); mappings from accounts to
/// credits at slot 0 and to reputation at slot 1; the escrow's address at slot 2.
pub struct Referee<H> {
    vm: H,
}

type Outcome<T = ()> = Result<T, Box<RefereeError>>;

const REPUTATION: u8 = 1;
const ESCROW: B256 = B256::with_last_byte(2);

impl<H: Host> Referee<H> {
    pub fn new(vm: H) -> Self {
        Self { vm }
    }

    /// Fixes the escrow, once; deploy and construct in one transaction, as the deployer contract does.
    pub fn construct(&mut self, escrow: Address) -> Outcome {
        if !self.escrow().is_zero() {
            return Err(IReferee::Constructed {}.into());
        }
        self.job_in(escrow, B256::ZERO)?;
        self.write(ESCROW, 0, escrow.into_word());
        Ok(())
    }

    /// The client asks its referee for a second opinion. Payable: fee + bonus. While the job is Open, or until T2.
    pub fn appeal(&mut self, terms: EncodedTerms<'_>, offer: Offer) -> Outcome {
        let (id, record, terms) = self.enter(&terms)?;
        if self.vm.msg_sender() != terms.client {
            return Err(IReferee::NotClient { client: terms.client }.into());
        }
        expect(&record, CasePhase::None)?;
        let (fee, bonus, stake) = (wei(&offer.fee), wei(&offer.bonus), wei(&offer.stake));
        let least = 2 * wei(&terms.deposit);
        if stake < least {
            return Err(IReferee::StakeTooLow {
                least: U256::from(least),
            }
            .into());
        }
        self.expect_payment(fee + bonus)?;
        let job = self.job(id)?;
        if job.phase != Phase::Open {
            self.still_computing(&job)?;
        }
        let record = Record {
            phase: CasePhase::Offered,
            fee,
            bonus,
            stake,
            ..Record::default()
        };
        self.store(id, &record);
        self.write(id, 1, record.pack_stakes());
        let [fee, bonus, stake] = [fee, bonus, stake].map(|amount| amount.to_word());
        self.emit(
            IReferee::Appealed::SIGNATURE_HASH,
            &[id, terms.client.into_word(), terms.referee.into_word()],
            &[fee, bonus, stake],
        );
        Ok(())
    }

    /// The referee binds itself. Payable: stake. Once the job is taken, until T2.
    pub fn take_case(&mut self, terms: EncodedTerms<'_>) -> Outcome {
        let (id, mut record, terms) = self.enter(&terms)?;
        self.only_referee(&terms)?;
        expect(&record, CasePhase::Offered)?;
        self.load_stakes(id, &mut record);
        self.expect_payment(record.stake)?;
        let job = self.job(id)?;
        self.still_computing(&job)?;
        record.phase = CasePhase::Bound;
        record.compute_by = job.clock;
        self.store(id, &record);
        self.emit(
            IReferee::CaseTaken::SIGNATURE_HASH,
            &[id, terms.referee.into_word()],
            &[job.clock.to_word()],
        );
        Ok(())
    }

    /// The referee commits to its own result, which stays hidden until T2. By T2.
    pub fn submit_seal(&mut self, terms: EncodedTerms<'_>, seal: B256) -> Outcome {
        let (id, mut record, terms) = self.enter(&terms)?;
        self.only_referee(&terms)?;
        expect(&record, CasePhase::Bound)?;
        self.by(record.compute_by)?;
        record.phase = CasePhase::Sealed;
        self.store(id, &record);
        self.write(id, 2, seal);
        self.emit(IReferee::OpinionSealed::SIGNATURE_HASH, &[id], &[seal.0]);
        Ok(())
    }

    /// The referee opens its seal. After T2, by T2 + response window, whatever became of the job.
    pub fn reveal(&mut self, terms: EncodedTerms<'_>, root: B256, count: u64, salt: B256) -> Outcome {
        let (id, mut record, terms) = self.enter(&terms)?;
        self.only_referee(&terms)?;
        expect(&record, CasePhase::Sealed)?;
        self.past(record.compute_by)?;
        self.by(record.compute_by + u64::from(terms.responseWindow))?;
        let opened = self.sha256(&commitment::seal_preimage(&id, &terms.referee, &root, count, &salt));
        if opened != Some(self.opinion(id)) {
            return Err(IReferee::SealMismatch {}.into());
        }
        if !result_fits(&terms, &root, count) {
            return Err(IReferee::WrongCount { count }.into());
        }
        record.phase = CasePhase::Revealed;
        record.revealed = true;
        record.count = count;
        self.store(id, &record);
        self.write(id, 2, root);
        self.emit(
            IReferee::OpinionRevealed::SIGNATURE_HASH,
            &[id],
            &[root.0, count.to_word()],
        );
        Ok(())
    }

    /// Closes a case by how its job ended. Anybody may call.
    ///
    /// Never bound: once the job ended or T2 passed. Bound: once the job ended and the referee revealed, or could have.
    pub fn settle(&mut self, terms: EncodedTerms<'_>) -> Outcome {
        let (id, mut record, terms) = self.enter(&terms)?;
        if matches!(record.phase, CasePhase::None | CasePhase::Closed) {
            return Err(IReferee::WrongCasePhase { phase: record.phase }.into());
        }
        let job = self.job(id)?;
        let ruling = if record.phase == CasePhase::Offered {
            match job.phase {
                Phase::None | Phase::Open => return Err(IReferee::WrongPhase { phase: job.phase }.into()),
                Phase::Taken | Phase::Sealed => self.past(job.clock)?,
                _ => {}
            }
            Ruling::NEVER_BOUND
        } else {
            let opinion = record
                .revealed
                .then(|| self.opinion(id) == job.root && record.count == job.count);
            let ruling = ruling::rule(opinion, &job).ok_or(IReferee::WrongPhase { phase: job.phase })?;
            if !record.revealed {
                self.past(record.compute_by + u64::from(terms.responseWindow))?;
            }
            ruling
        };
        self.load_stakes(id, &mut record);
        // Who was never bound put nothing in.
        let stake = if record.phase == CasePhase::Offered {
            0
        } else {
            record.stake
        };
        let pot = record.fee + record.bonus + stake;
        let to_referee: u128 = [
            (ruling.stake, stake),
            (ruling.fee, record.fee),
            (ruling.bonus, record.bonus),
        ]
        .map(|(share, amount)| if share == Share::Referee { amount } else { 0 })
        .iter()
        .sum();
        let to_client = pot - to_referee;
        record.phase = CasePhase::Closed;
        self.store(id, &record);
        self.mark(id, job.worker, ruling.worker, wei(&terms.deposit));
        self.mark(id, terms.referee, ruling.referee, stake);
        self.emit(
            IReferee::CaseClosed::SIGNATURE_HASH,
            &[id],
            &[to_client.to_word(), to_referee.to_word()],
        );
        self.push(terms.client, to_client)?;
        self.push(terms.referee, to_referee)
    }

    /// The escrow whose jobs are judged here.
    pub fn escrow(&self) -> Address {
        Address::from_word(self.read(ESCROW, 0))
    }

    /// Whether the referee revealed its result on a job, and that result; zero if not.
    pub fn report(&self, job_id: B256) -> (bool, B256, u64) {
        let record = Record::unpack(self.read(job_id, 0));
        match record.revealed {
            true => (true, self.opinion(job_id), record.count),
            false => (false, B256::ZERO, 0),
        }
    }

    /// The state of a case; all zero where there is none.
    pub fn case_of(&self, job_id: B256) -> Case {
        let mut record = Record::unpack(self.read(job_id, 0));
        self.load_stakes(job_id, &mut record);
        let (_, root, count) = self.report(job_id);
        Case {
            phase: record.phase,
            fee: state::amount(record.fee),
            bonus: state::amount(record.bonus),
            stake: state::amount(record.stake),
            computeBy: record.compute_by,
            root,
            count,
        }
    }

    /// What cases said about an account.
    pub fn reputation(&self, account: Address) -> Reputation {
        Standing::unpack(self.read(self.mapped(account, REPUTATION), 0)).report()
    }
}

/// Guards and storage.
impl<H: Host> Referee<H> {
    /// The case on the job that terms name, if they name this contract as verifier.
    fn enter(&self, encoded: &EncodedTerms<'_>) -> Outcome<(B256, Record, Box<Terms>)> {
        let terms = encoded.decode()?;
        if terms.verifier != self.vm.contract_address() {
            return Err(IReferee::NotVerifier {
                verifier: terms.verifier,
            }
            .into());
        }
        let id = self.id_in(self.escrow(), encoded.0);
        Ok((id, Record::unpack(self.read(id, 0)), terms))
    }

    fn only_referee(&self, terms: &Terms) -> Outcome {
        if self.vm.msg_sender() != terms.referee {
            return Err(IReferee::NotReferee { referee: terms.referee }.into());
        }
        Ok(())
    }

    /// Taken or Sealed, by T2.
    fn still_computing(&self, job: &Job) -> Outcome {
        if !matches!(job.phase, Phase::Taken | Phase::Sealed) {
            return Err(IReferee::WrongPhase { phase: job.phase }.into());
        }
        self.by(job.clock)
    }

    fn job(&self, id: B256) -> Outcome<Job> {
        self.job_in(self.escrow(), id)
    }

    fn job_in(&self, escrow: Address, id: B256) -> Outcome<Job> {
        self.ask_job(escrow, id).ok_or_else(|| IReferee::EscrowFailed {}.into())
    }

    fn store(&mut self, id: B256, record: &Record) {
        self.write(id, 0, record.pack());
    }

    fn load_stakes(&self, id: B256, record: &mut Record) {
        record.unpack_stakes(self.read(id, 1));
    }

    /// The seal while Sealed, the root once revealed.
    fn opinion(&self, id: B256) -> B256 {
        self.read(id, 2)
    }

    /// Writes down what a case said about an account; `stake` in wei.
    fn mark(&mut self, id: B256, account: Address, mark: Mark, stake: u128) {
        let Some(change) = mark.change() else { return };
        let slot = self.mapped(account, REPUTATION);
        let standing = Standing::unpack(self.read(slot, 0)).marked(mark, stake);
        self.write(slot, 0, standing.pack());
        self.emit(
            IReferee::ReputationChanged::SIGNATURE_HASH,
            &[account.into_word(), id],
            &[change.to_word(), stake.to_word()],
        );
    }
}

fn expect(record: &Record, phase: CasePhase) -> Outcome {
    if record.phase != phase {
        return Err(IReferee::WrongCasePhase { phase: record.phase }.into());
    }
    Ok(())
}
