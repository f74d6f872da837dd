//! What an agent can do about a job, and the facts by which it decides. Deciding is pure: no I/O, no clock but the
//! chain's.

use std::ops::Deref;

use alloy::primitives::Address;
use serde::{Deserialize, Serialize};
use surety_contracts::Fault;

use super::store::{Record, Verdict};
use crate::look::Standing;

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

/// What a decision is made from.
#[derive(Clone, Copy)]
pub struct Facts<'a> {
    pub me: Address,
    pub standing: Standing<'a>,
    pub known: &'a Record,
}

impl<'a> Deref for Facts<'a> {
    type Target = Standing<'a>;

    fn deref(&self) -> &Self::Target {
        &self.standing
    }
}

impl Facts<'_> {
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
