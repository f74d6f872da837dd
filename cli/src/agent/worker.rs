//! What a worker does: takes what pays, computes, commits, answers demands, collects.

use surety_contracts::Phase;

use super::action::{Action, Facts, Move};
use super::store::Appraisal;

/// The next step of an account that works for others.
pub fn next(facts: &Facts<'_>) -> Action {
    let job = facts.job();
    if facts.phase() == Phase::Open {
        return if welcome(facts) { offered(facts) } else { Action::Wait };
    }
    if job.worker != facts.me {
        return if facts.ended() { Action::Finish } else { Action::Wait };
    }
    match facts.phase() {
        // Past it the deposit is lost.
        Phase::Taken if facts.now > job.clock => Action::Wait,
        Phase::Taken if facts.known.own.is_none() => Action::Work,
        Phase::Taken => Move::Submit.by(job.clock),
        Phase::Sealed if facts.now <= job.clock || facts.now > facts.reveal_by() => Action::Wait,
        Phase::Sealed => Move::Reveal.by(facts.reveal_by()),
        Phase::Demanded if facts.contestable() && facts.own_is_committed() => Move::Deliver.by(job.clock),
        _ if facts.confirmable() => Move::Confirm.by(job.clock),
        Phase::Committed | Phase::Disputed if facts.tick_due() => Move::Tick.anytime(),
        _ if facts.ended() => Action::Finish,
        _ => Action::Wait,
    }
}

/// Whether the terms and the clock let this account take the job.
fn welcome(facts: &Facts<'_>) -> bool {
    let terms = facts.terms;
    let invited = terms.worker.is_zero() || terms.worker == facts.me;
    invited && facts.me != terms.client && facts.me != terms.referee && facts.now <= terms.acceptBy
}

fn offered(facts: &Facts<'_>) -> Action {
    match &facts.known.appraisal {
        Some(Appraisal::Welcome { .. }) => Move::Take.by(facts.terms.acceptBy),
        Some(Appraisal::Declined { again, .. }) if facts.now < *again => Action::Wait,
        _ => Action::Appraise,
    }
}
