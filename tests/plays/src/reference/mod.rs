//! The protocol's text as plain Rust: who may do what and when, who is paid, how reputation moves. The oracle of all
//! fuzzing; written from `docs/PROTOCOL.md`, sharing no code with the contracts.
//!
//! Where the text does not say which of several reasons for a refusal comes first, any of them is right: a refusal is
//! predicted as the set of errors that are true.

mod collusion;
mod escrow;
mod judgement;
mod ledger;
mod referee;
mod refusal;

use surety_contracts::{CasePhase, Fault, PactPhase, Phase};

pub use ledger::{Ledger, Purse};
pub use referee::Marks;
pub use refusal::Refusal;

use crate::action::*;
use crate::scene::Scene;
use alloy_primitives::B256;

/// Everything that the protocol says about a play so far.
#[derive(Clone, Debug)]
pub struct Reference<'a> {
    pub scene: &'a Scene,
    pub now: u64,
    pub jobs: Vec<Job>,
    pub cases: Vec<Case>,
    /// By job, then by the number of the pact.
    pub pacts: Vec<Vec<Pact>>,
    pub ledger: Ledger,
    pub marks: [Marks; 4],
}

/// A job's state.
#[derive(Clone, Debug)]
pub struct Job {
    pub phase: Phase,
    pub fault: Fault,
    pub confirmed: bool,
    pub worker: Option<Who>,
    /// The clock that runs.
    pub clock: u64,
    /// T2.
    pub compute_by: u64,
    /// T3.
    pub demand_by: u64,
    pub payout_after: u64,
    pub seal: Option<B256>,
    pub result: Option<(B256, u64)>,
    /// Indices of the demand that is pending.
    pub demanded: Vec<u64>,
}

/// A case's state.
#[derive(Clone, Debug)]
pub struct Case {
    pub phase: CasePhase,
    pub fee: u128,
    pub bonus: u128,
    pub stake: u128,
    pub compute_by: u64,
    pub seal: Option<B256>,
    pub opinion: Option<(B256, u64)>,
}

/// A pact's state.
#[derive(Clone, Debug)]
pub struct Pact {
    pub phase: PactPhase,
    pub worker: Option<Who>,
    pub compute_by: u64,
}

/// What the protocol says about a call.
pub type Verdict = Result<(), Refusal>;

impl<'a> Reference<'a> {
    pub fn new(scene: &'a Scene) -> Self {
        let job = Job {
            phase: Phase::None,
            fault: Fault::None,
            confirmed: false,
            worker: None,
            clock: 0,
            compute_by: 0,
            demand_by: 0,
            payout_after: 0,
            seal: None,
            result: None,
            demanded: Vec::new(),
        };
        let case = Case {
            phase: CasePhase::None,
            fee: 0,
            bonus: 0,
            stake: 0,
            compute_by: 0,
            seal: None,
            opinion: None,
        };
        let pact = Pact {
            phase: PactPhase::None,
            worker: None,
            compute_by: 0,
        };
        Self {
            scene,
            now: scene.start,
            jobs: vec![job; scene.jobs.len()],
            cases: vec![case; scene.jobs.len()],
            pacts: scene
                .jobs
                .iter()
                .map(|job| vec![pact.clone(); job.pacts.len()])
                .collect(),
            ledger: Ledger::default(),
            marks: Default::default(),
        }
    }

    /// Seconds at which something about a job changes.
    pub fn deadlines(&self, job: usize) -> [u64; 6] {
        let (terms, job) = (&self.scene.jobs[job].terms, &self.jobs[job]);
        let reveal_by = job.compute_by + u64::from(terms.responseWindow);
        [
            terms.acceptBy,
            job.clock,
            job.compute_by,
            reveal_by,
            job.demand_by,
            job.payout_after,
        ]
    }

    /// Makes a call. If it is refused nothing changes.
    pub fn play(&mut self, play: &Play) -> Verdict {
        let Play { by, job, ref call, .. } = *play;
        let paid = self.scene.paid(play);
        match call {
            Call::Delegate => self.delegate(job, by, paid),
            Call::Cancel => self.cancel(job, by, paid),
            Call::TakeOrder => self.take_order(job, by, paid),
            Call::SubmitResult(claim) => self.submit_result(job, by, paid, *claim),
            Call::SubmitSeal(seal) => self.submit_seal(job, by, paid, *seal),
            Call::Reveal { claim, salt } => self.reveal(job, by, paid, *claim, *salt),
            Call::PublishLeaves { work, dropped } => self.publish_leaves(job, by, paid, *work, *dropped),
            Call::Accept => self.accept(job, by, paid),
            Call::Demand { indices } => self.demand(job, by, paid, indices),
            Call::Deliver { work, indices, damage } => self.deliver(job, by, paid, *work, indices, *damage),
            Call::Dispute => self.dispute(job, by, paid),
            Call::Judge(accusation) => self.judge(job, by, paid, accusation),
            Call::Confirm => self.confirm(job, by, paid),
            Call::TimeTick => self.time_tick(job, paid),
            Call::Appeal { offer } => self.appeal(job, by, paid, *offer),
            Call::TakeCase => self.take_case(job, by, paid),
            Call::SealOpinion(seal) => self.seal_opinion(job, by, paid, *seal),
            Call::RevealOpinion { claim, salt } => self.reveal_opinion(job, by, paid, *claim, *salt),
            Call::Settle => self.settle(job, paid),
            Call::OfferBribe { pact } => self.offer_bribe(job, *pact, by, paid),
            Call::AcceptBribe { pact } => self.accept_bribe(job, *pact, by, paid),
            Call::WithdrawBribe { pact } => self.withdraw_bribe(job, *pact, by, paid),
            Call::CheckResults { pact } => self.check_results(job, *pact, paid),
            Call::Withdraw { house, to } => self.withdraw(*house, by, paid, *to),
        }
    }

    fn withdraw(&mut self, house: House, by: Who, paid: u128, to: Target) -> Verdict {
        use surety_contracts::IEscrow as E;
        let credit = self.ledger.credit(house, by);
        let mut no = Refusal::unpayable(paid);
        no.when(credit == 0, E::NoCredit {});
        no.when(to == Target::Zero, E::ZeroAddress {});
        let refuses = matches!(to, Target::Account(who) if !self.ledger.takes(who));
        no.when(refuses, E::TransferFailed {});
        no.verdict()?;
        self.ledger.withdraw(house, by, to);
        Ok(())
    }

    /// Whether anything about a job can still happen.
    pub fn is_alive(&self, at: usize) -> bool {
        let to_come = match self.jobs[at].phase {
            Phase::None => self.now <= self.scene.jobs[at].terms.acceptBy,
            _ => !self.is_over(at),
        };
        to_come || self.held_for_case(at) + self.held_for_pacts(at) > 0
    }

    /// The jobs that came to an end.
    pub fn ended(&self) -> impl Iterator<Item = &Job> {
        (0..self.jobs.len())
            .filter(|at| self.is_over(*at))
            .map(|at| &self.jobs[at])
    }

    /// What a contract holds for jobs, cases and pacts that are running.
    pub fn held(&self, house: House) -> u128 {
        let jobs = 0..self.jobs.len();
        match house {
            House::Escrow => jobs.map(|job| self.held_for_job(job)).sum(),
            House::Referee => jobs.map(|job| self.held_for_case(job)).sum(),
            House::Collusion => jobs.map(|job| self.held_for_pacts(job)).sum(),
        }
    }

    /// Every contract holds what it owes to those whose business with it runs, and its credits: no more, no less.
    pub fn is_solvent(&self) -> bool {
        HOUSES.into_iter().all(|house| {
            let credits: u128 = EVERYBODY.into_iter().map(|who| self.ledger.credit(house, who)).sum();
            self.ledger.change(Purse::House(house)) == (self.held(house) + credits) as i128
        })
    }
}
