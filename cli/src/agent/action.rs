//! What an agent can do about a job, and the facts by which it decides. Deciding is pure: no I/O, no clock but the
//! chain's.

use alloy::primitives::Address;
use serde::{Deserialize, Serialize};
use surety_contracts::{Case, CasePhase, Fault, Job, Pending, Phase, Terms};

use super::store::{Record, Verdict};
use crate::context::is_terminal;

/// The next thing to do about a job.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// Nothing until somebody acts or the clock moves on.
    Wait,
    /// Look at the offer: does it hold together, does it pay?
    Appraise,
    /// Compute the result.
    Work,
    /// Get the committed result from its worker.
    Fetch,
    /// Compare a result with the computation.
    Verify,
    /// Check the elements that were delivered on chain.
    Examine,
    /// Send a transaction; `by`, in the chain's seconds, it is worth any fee.
    Send { step: Move, by: u64 },
    /// Nothing will ever be left to do.
    Finish,
}

/// A call of a contract.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Move {
    Delegate,
    Take,
    Submit,
    Reveal,
    Deliver,
    Accept,
    Demand,
    Dispute,
    Judge,
    Confirm,
    Tick,
    Appeal,
    TakeCase,
    SealOpinion,
    RevealOpinion,
    Settle,
}

impl Move {
    /// As in the events of `--json`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Delegate => "delegate",
            Self::Take => "take",
            Self::Submit => "submit",
            Self::Reveal => "reveal",
            Self::Deliver => "deliver",
            Self::Accept => "accept",
            Self::Demand => "demand",
            Self::Dispute => "dispute",
            Self::Judge => "judge",
            Self::Confirm => "confirm",
            Self::Tick => "tick",
            Self::Appeal => "appeal",
            Self::TakeCase => "take case",
            Self::SealOpinion => "seal opinion",
            Self::RevealOpinion => "reveal opinion",
            Self::Settle => "settle",
        }
    }

    /// Whenever it suits.
    pub fn anytime(self) -> Action {
        self.by(u64::MAX)
    }

    pub fn by(self, by: u64) -> Action {
        Action::Send { step: self, by }
    }
}

/// A job as the chain has it.
#[derive(Clone, Debug)]
pub struct View {
    pub job: Job,
    pub pending: Pending,
    /// Where the terms name a referee contract.
    pub case: Option<Case>,
}

/// What a decision is made from.
#[derive(Clone, Copy)]
pub struct Facts<'a> {
    pub me: Address,
    /// The chain's time.
    pub now: u64,
    pub terms: &'a Terms,
    pub view: &'a View,
    pub known: &'a Record,
}

impl Facts<'_> {
    pub fn job(&self) -> &Job {
        &self.view.job
    }

    pub fn phase(&self) -> Phase {
        self.view.job.phase
    }

    pub fn ended(&self) -> bool {
        is_terminal(self.phase())
    }

    /// When a sealed result must be open.
    pub fn reveal_by(&self) -> u64 {
        self.job().clock.saturating_add(self.terms.responseWindow.into())
    }

    /// Whether `timeTick` would settle something. Of a job that was never delegated it would not.
    pub fn tick_due(&self) -> bool {
        match self.phase() {
            Phase::Open => self.now > self.terms.acceptBy,
            Phase::Sealed => self.now > self.reveal_by(),
            Phase::Taken | Phase::Committed | Phase::Demanded | Phase::Disputed => self.now > self.job().clock,
            _ => false,
        }
    }

    /// Whether a result is committed and its clock still runs: it can be confirmed, judged, accepted.
    pub fn contestable(&self) -> bool {
        matches!(self.phase(), Phase::Committed | Phase::Demanded | Phase::Disputed) && self.now <= self.job().clock
    }

    /// Whether anybody could confirm the result, because the referee contract reports the same one.
    pub fn confirmable(&self) -> bool {
        self.contestable() && !self.job().confirmed && self.opinion() == Some(true)
    }

    /// Whether the referee's result is the worker's; none while one of them is not public.
    pub fn opinion(&self) -> Option<bool> {
        let (case, job) = (self.view.case.as_ref()?, self.job());
        let both = !case.root.is_zero() && !job.root.is_zero();
        both.then(|| (case.root, case.count) == (job.root, job.count))
    }

    /// Whether the case, if there is one, can be closed.
    pub fn settle_due(&self) -> bool {
        let Some(case) = &self.view.case else { return false };
        let revealable = case.computeBy.saturating_add(self.terms.responseWindow.into());
        match case.phase {
            CasePhase::Offered | CasePhase::Revealed => self.ended(),
            CasePhase::Bound | CasePhase::Sealed => self.ended() && self.now > revealable,
            _ => false,
        }
    }

    /// T3, until when elements can be demanded. While none were, the payout clock is T3 itself.
    pub fn demand_by(&self) -> u64 {
        match self.view.pending.demandBy {
            0 => self.job().clock,
            demand_by => demand_by,
        }
    }

    /// Whether there is a case that is not closed.
    pub fn case_open(&self) -> bool {
        self.view
            .case
            .as_ref()
            .is_some_and(|case| !matches!(case.phase, CasePhase::None | CasePhase::Closed))
    }

    pub fn case_phase(&self) -> CasePhase {
        self.view.case.as_ref().map_or(CasePhase::None, |case| case.phase)
    }

    /// Whether the job's result is the one that this agent computed.
    pub fn own_is_committed(&self) -> bool {
        self.known
            .own
            .is_some_and(|own| (own.root, own.count) == (self.job().root, self.job().count))
    }

    /// Whether this agent has the committed result, by computing or by fetching it.
    pub fn has_committed(&self) -> bool {
        let fetched = self
            .known
            .theirs
            .is_some_and(|theirs| (theirs.root, theirs.count) == (self.job().root, self.job().count));
        fetched || self.own_is_committed()
    }

    /// What checking the committed result gave.
    pub fn verdict(&self) -> Option<&Verdict> {
        let judged = self.known.verdict.as_ref()?;
        (judged.root == self.job().root).then_some(&judged.verdict)
    }

    /// What can be done against the result that was found wrong, by an account that is neither client nor referee.
    pub fn conviction(&self) -> Option<Action> {
        let finding = self.verdict()?.finding()?;
        let provable = !self.terms.predicate.is_zero() || finding.fault == Fault::Disorder;
        (provable && self.contestable()).then(|| Move::Judge.by(self.job().clock))
    }
}
