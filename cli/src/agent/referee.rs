//! What a referee does: takes cases, recomputes, seals, reveals, substantiates; rules on disputes; closes cases.

use surety_contracts::{CasePhase, Phase};

use super::{
    action::{Action, Facts, Move},
    store::{Appraisal, Verdict},
};

/// The next step of an account that gives second opinions.
pub fn next(facts: &Facts<'_>) -> Action {
    if facts.terms.referee != facts.me {
        return if facts.ended() { Action::Finish } else { Action::Wait };
    }
    if facts.terms.verifier.is_zero() {
        return ruling(facts);
    }
    match facts.case_phase() {
        CasePhase::Offered
            if matches!(facts.phase(), Phase::Taken | Phase::Sealed) && facts.now <= facts.job().clock =>
        {
            offered(facts)
        }
        CasePhase::Bound | CasePhase::Sealed | CasePhase::Revealed => case(facts),
        // An offer that nobody took is the client's to take back.
        _ if facts.ended() => Action::Finish,
        _ => Action::Wait,
    }
}

fn offered(facts: &Facts<'_>) -> Action {
    match &facts.known.appraisal {
        Some(Appraisal::Welcome { .. }) => Move::TakeCase.by(facts.job().clock),
        Some(Appraisal::Declined { again, .. }) if facts.now < *again => Action::Wait,
        _ => Action::Appraise,
    }
}

/// A case that is bound and not closed.
fn case(facts: &Facts<'_>) -> Action {
    let (compute_by, phase) = facts
        .view
        .case
        .as_ref()
        .map_or((0, CasePhase::None), |case| (case.computeBy, case.phase));
    let reveal_by = compute_by.saturating_add(facts.terms.responseWindow.into());
    match phase {
        CasePhase::Bound if facts.now <= compute_by => match facts.known.own {
            None => Action::Work,
            Some(_) => Move::SealOpinion.by(compute_by),
        },
        CasePhase::Sealed if (compute_by + 1..=reveal_by).contains(&facts.now) => Move::RevealOpinion.by(reveal_by),
        _ if facts.settle_due() => Move::Settle.anytime(),
        CasePhase::Revealed if facts.contestable() => opinion(facts),
        _ => Action::Wait,
    }
}

/// Both results are public, or the worker's is yet to come.
fn opinion(facts: &Facts<'_>) -> Action {
    match facts.opinion() {
        // If nobody delivers what was demanded, a referee with the same result loses its stake.
        Some(true) if facts.phase() == Phase::Demanded && facts.own_is_committed() => {
            Move::Deliver.by(facts.job().clock)
        }
        Some(true) if facts.confirmable() => Move::Confirm.by(facts.job().clock),
        Some(false) => substantiate(facts),
        _ => Action::Wait,
    }
}

/// A result that differs from the own one has a fault that can be named, once the result is there.
fn substantiate(facts: &Facts<'_>) -> Action {
    match (facts.verdict(), facts.conviction()) {
        (_, Some(action)) => action,
        (Some(_), None) => Action::Wait,
        (None, None) if facts.has_committed() => Action::Verify,
        (None, None) => Action::Fetch,
    }
}

/// Without a referee contract its word is asked for by a dispute.
fn ruling(facts: &Facts<'_>) -> Action {
    match facts.phase() {
        Phase::Disputed if !facts.contestable() => Action::Wait,
        Phase::Disputed if facts.known.own.is_none() => Action::Work,
        Phase::Disputed if facts.own_is_committed() => Move::Confirm.by(facts.job().clock),
        Phase::Disputed => match facts.verdict().and_then(Verdict::finding) {
            Some(_) => Move::Judge.by(facts.job().clock),
            None if facts.verdict().is_some() => Action::Wait,
            None if facts.has_committed() => Action::Verify,
            None => Action::Fetch,
        },
        _ if facts.ended() => Action::Finish,
        _ => Action::Wait,
    }
}
