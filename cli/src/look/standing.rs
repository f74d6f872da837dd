//! How a job stands now: what the contracts say, and what follows from that and the clock.

use surety_contracts::{Case, CasePhase, Job, Pending, Phase, Terms};

use crate::{context::is_terminal, names};

/// A job as the chain has it.
#[derive(Clone, Debug)]
pub struct View {
    pub job: Job,
    pub pending: Pending,
    /// Where the terms name a referee contract.
    pub case: Option<Case>,
}

/// A job at a time.
#[derive(Clone, Copy)]
pub struct Standing<'a> {
    /// The chain's time.
    pub now: u64,
    pub terms: &'a Terms,
    pub view: &'a View,
}

/// A time that something depends on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Deadline {
    /// Seconds since 1970, by the chain's clock.
    pub at: u64,
    /// What is to happen, or can.
    pub what: &'static str,
    /// `by` or `until` that time.
    pub until: &'static str,
    /// What can happen afterwards.
    pub then: &'static str,
}

impl Standing<'_> {
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

    /// The phase in words, with what qualifies it.
    pub fn phase_text(&self) -> String {
        let mut text = names::phase(self.phase()).to_owned();
        if self.phase() == Phase::Convicted {
            text += &format!(" ({})", names::fault(self.job().fault));
        }
        if self.job().confirmed {
            text += ", confirmed";
        }
        text
    }

    /// The clock that runs next; none once the job has ended.
    pub fn deadline(&self) -> Option<Deadline> {
        let clock = self.job().clock;
        let (at, what, until, then) = match self.phase() {
            Phase::Open => (
                self.terms.acceptBy,
                "to be taken",
                "by",
                "reward and bonus go back to the client",
            ),
            Phase::Taken => (clock, "result due", "by", "the client gets everything, the deposit too"),
            Phase::Sealed if self.now <= clock => (clock, "sealed", "until", "the worker can reveal the result"),
            Phase::Sealed => (
                self.reveal_by(),
                "to be revealed",
                "by",
                "the client gets everything, the deposit too",
            ),
            Phase::Committed if self.job().confirmed => {
                (clock, "open to challenge", "until", "the worker is paid with its bonus")
            }
            Phase::Committed if self.terms.bonus.is_zero() => {
                (clock, "open to challenge", "until", "the worker is paid")
            }
            Phase::Committed => (
                clock,
                "open to challenge",
                "until",
                "the worker is paid, the bonus goes back",
            ),
            Phase::Demanded => (clock, "answer due", "by", "the worker is convicted of withholding"),
            Phase::Disputed => (clock, "ruling due", "by", "the worker is paid, with the bond"),
            _ => return None,
        };
        Some(Deadline { at, what, until, then })
    }
}
