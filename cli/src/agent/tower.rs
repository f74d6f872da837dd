//! What a watchtower does for others: ticks what is due, confirms equal results, closes cases, and challenges wrong
//! results where it can get them and a predicate decides.

use super::action::{Action, Facts, Move};

/// The next step of an account that has no part in the job.
pub fn next(facts: &Facts<'_>) -> Action {
    if facts.tick_due() {
        return Move::Tick.anytime();
    }
    if facts.settle_due() {
        return Move::Settle.anytime();
    }
    if facts.ended() && !facts.case_open() {
        return Action::Finish;
    }
    if facts.confirmable() {
        return Move::Confirm.by(facts.job().clock);
    }
    if !facts.contestable() || !facts.known.has_file || facts.terms.predicate.is_zero() {
        return Action::Wait;
    }
    match (facts.verdict(), facts.conviction()) {
        (_, Some(action)) => action,
        (Some(_), None) => Action::Wait,
        (None, None) if facts.has_committed() => Action::Verify,
        (None, None) => Action::Fetch,
    }
}
