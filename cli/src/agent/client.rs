//! What a client does: delegates what was ordered, fetches and checks results, challenges or accepts, ticks what is due.

use surety_contracts::{CasePhase, Fault, Phase};

use super::{
    action::{Action, Facts, Move},
    store::Verdict,
};

/// How a client goes about its jobs.
#[derive(Clone, Copy, Debug)]
pub struct Policy {
    /// Elements to demand on chain at most if a result is not delivered; zero: none.
    pub demand: u64,
    /// Seconds to wait for a delivery before.
    pub patience: u64,
}

/// The next step of an account that outsources.
pub fn next(policy: &Policy, facts: &Facts<'_>) -> Action {
    if facts.terms.client != facts.me {
        return if facts.ended() { Action::Finish } else { Action::Wait };
    }
    if facts.ended() {
        return if facts.settle_due() {
            Move::Settle.anytime()
        } else if facts.case_open() {
            Action::Wait
        } else {
            Action::Finish
        };
    }
    if facts.tick_due() {
        return Move::Tick.anytime();
    }
    match facts.phase() {
        Phase::None if !facts.known.ordered => Action::Wait,
        Phase::None if facts.now > facts.terms.acceptBy => Action::Finish,
        Phase::None => Move::Delegate.by(facts.terms.acceptBy),
        _ if appeals(facts) => Move::Appeal.by(facts.terms.acceptBy),
        Phase::Committed | Phase::Demanded | Phase::Disputed => committed(policy, facts),
        _ => Action::Wait,
    }
}

/// Whether a second opinion was ordered and can still be asked for.
fn appeals(facts: &Facts<'_>) -> bool {
    let in_time = match facts.phase() {
        Phase::Open => true,
        Phase::Taken | Phase::Sealed => facts.now <= facts.job().clock,
        _ => false,
    };
    in_time && facts.known.offer.is_some() && facts.case_phase() == CasePhase::None && facts.view.case.is_some()
}

fn committed(policy: &Policy, facts: &Facts<'_>) -> Action {
    match facts.verdict() {
        Some(Verdict::Right) => right(facts),
        Some(wrong) => {
            let disputable = facts.phase() == Phase::Committed
                && !facts.terms.referee.is_zero()
                && facts.terms.predicate.is_zero()
                && !facts.job().confirmed
                // Of what is missing without a predicate nobody can convict.
                && wrong.finding().is_some_and(|finding| finding.fault != Fault::MissingElement);
            match facts.conviction() {
                Some(action) => action,
                None if disputable => Move::Dispute.by(facts.job().clock),
                None => Action::Wait,
            }
        }
        None if facts.has_committed() => Action::Verify,
        None if facts.known.demanded && !facts.known.examined && facts.phase() == Phase::Committed => Action::Examine,
        None if demands(policy, facts) => Move::Demand.by(facts.demand_by()),
        None => Action::Fetch,
    }
}

/// A right result is paid at once, unless waiting saves the bonus.
fn right(facts: &Facts<'_>) -> Action {
    if facts.terms.bonus.is_zero() || facts.job().confirmed {
        Move::Accept.by(facts.job().clock)
    } else {
        Action::Wait
    }
}

fn demands(policy: &Policy, facts: &Facts<'_>) -> bool {
    let waited = facts
        .known
        .undelivered
        .is_some_and(|since| facts.now >= since.saturating_add(policy.patience));
    policy.demand > 0
        && waited
        && !facts.known.demanded
        && facts.phase() == Phase::Committed
        && facts.job().count > 0
        && facts.now <= facts.demand_by()
}
