//! What each role can do next, in the words to type.

use std::path::Path;

use surety_contracts::{CasePhase, Phase};

use super::Standing;

/// Something that somebody can do now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Move {
    pub who: &'static str,
    /// Absent where all that can be done is to wait.
    pub command: Option<String>,
    pub what: &'static str,
}

/// Collects moves on one job.
struct Moves {
    file: String,
    moves: Vec<Move>,
}

impl Moves {
    /// `command`: without `surety` and the job.
    fn add(&mut self, who: &'static str, command: &str, what: &'static str) {
        self.moves.push(Move {
            who,
            command: Some(format!("surety {command} {}", self.file)),
            what,
        });
    }

    fn wait(&mut self, who: &'static str, what: &'static str) {
        self.moves.push(Move {
            who,
            command: None,
            what,
        });
    }
}

/// Everything that the contracts would allow, in the order in which people would want it. `file`: the job's, if it is at
/// hand.
pub fn moves(standing: &Standing<'_>, file: Option<&Path>) -> Vec<Move> {
    let file = file.map_or("JOB.json".to_owned(), |path| path.display().to_string());
    let mut moves = Moves {
        file,
        moves: Vec::new(),
    };
    of_job(standing, &mut moves);
    of_case(standing, &mut moves);
    moves.moves
}

fn of_job(standing: &Standing<'_>, moves: &mut Moves) {
    let (terms, job, now) = (standing.terms, standing.job(), standing.now);
    let due = standing.tick_due();
    match standing.phase() {
        Phase::Open => {
            if due {
                moves.add("anyone", "tick", "reward and bonus go back to the client");
            } else {
                moves.add("worker", "take", "take the job for its deposit");
            }
            moves.add("client", "cancel", "take reward and bonus back");
        }
        Phase::Taken if due => moves.add("anyone", "tick", "the worker was silent, all goes to the client"),
        Phase::Taken if terms.isSealed => moves.add("worker", "submit", "submit the seal of a result"),
        Phase::Taken => moves.add("worker", "submit", "submit the result"),
        Phase::Sealed if due => moves.add("anyone", "tick", "the worker did not reveal, all goes to the client"),
        Phase::Sealed if now > job.clock => moves.add("worker", "reveal", "reveal the result"),
        Phase::Sealed => moves.wait("worker", "wait for the end of the compute window, then reveal"),
        Phase::Committed if due => {
            moves.add("anyone", "tick", "the worker is paid");
            moves.add("client", "accept", "pay the worker with its bonus");
        }
        Phase::Committed => {
            moves.add("client", "verify", "check the result");
            moves.add("client", "accept", "pay the worker now, with its bonus");
            if now <= standing.demand_by() {
                moves.add(
                    "client",
                    "demand --indices 0",
                    "have elements shown on chain, for a bond each",
                );
            }
            if terms.predicate.is_zero() && !terms.referee.is_zero() && !job.confirmed {
                moves.add("client", "dispute", "ask the referee for a ruling, for a bond");
            }
            of_judges(standing, moves);
        }
        phase @ (Phase::Demanded | Phase::Disputed) => {
            match (phase, due) {
                (Phase::Demanded, true) => {
                    moves.add("anyone", "tick", "the demand was not answered, all goes to the client")
                }
                (Phase::Demanded, false) => {
                    moves.add("anyone", "deliver", "show the demanded elements, and earn the bond")
                }
                (_, true) => moves.add("anyone", "tick", "the referee was silent, the worker is paid"),
                (_, false) => {}
            }
            if !due {
                of_judges(standing, moves);
            }
            moves.add("client", "accept", "pay the worker");
        }
        _ => {}
    }
}

fn of_judges(standing: &Standing<'_>, moves: &mut Moves) {
    let (terms, confirmed) = (standing.terms, standing.job().confirmed);
    if !terms.predicate.is_zero() {
        moves.add("anyone", "judge", "prove a fault of the result");
    } else if !terms.referee.is_zero() && !confirmed {
        moves.add("referee", "judge", "convict of a fault");
    }
    if !terms.verifier.is_zero() {
        if standing.confirmable() {
            moves.add("anyone", "confirm", "the referee contract reports the same result");
        }
    } else if !terms.referee.is_zero() && !confirmed {
        moves.add("referee", "confirm", "the result is right: its bonus is earned");
    }
}

/// The second opinion.
fn of_case(standing: &Standing<'_>, moves: &mut Moves) {
    let Some(case) = &standing.view.case else { return };
    let (phase, now) = (standing.phase(), standing.now);
    let computing = matches!(phase, Phase::Taken | Phase::Sealed) && now <= standing.job().clock;
    let reveal_by = case.computeBy.saturating_add(standing.terms.responseWindow.into());
    match case.phase {
        CasePhase::None if computing || (phase == Phase::Open && now <= standing.terms.acceptBy) => {
            moves.add("client", "case appeal", "offer the referee a fee for a second opinion");
        }
        CasePhase::Offered if computing => moves.add("referee", "case take", "take the case for its stake"),
        CasePhase::Bound if now <= case.computeBy => {
            moves.add("referee", "case seal", "submit the seal of its own result");
        }
        CasePhase::Sealed if now <= case.computeBy => {
            moves.wait(
                "referee",
                "wait for the end of the compute window, then reveal its result",
            );
        }
        CasePhase::Sealed if now <= reveal_by => moves.add("referee", "case reveal", "reveal its result"),
        _ => {}
    }
    if standing.settle_due() {
        moves.add("anyone", "case settle", "close the case by how the job ended");
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::look::sample::{self, CLOCK};

    fn actors(phase: Phase, now: u64) -> Vec<(&'static str, String)> {
        let seen = sample::job(phase);
        words(&moves(&seen.at(now), None))
    }

    fn words(moves: &[Move]) -> Vec<(&'static str, String)> {
        let word = |command: &Option<String>| match command {
            Some(command) => command.split(' ').nth(1).unwrap_or_default().to_owned(),
            None => "wait".to_owned(),
        };
        moves.iter().map(|next| (next.who, word(&next.command))).collect()
    }

    #[test]
    fn moves_follow_phase_and_clock() {
        let does = |phase, now, who, what: &str| actors(phase, now).contains(&(who, what.to_owned()));
        let accept_by = sample::terms().acceptBy;
        assert!(does(Phase::Open, accept_by, "worker", "take"));
        assert!(!does(Phase::Open, accept_by + 1, "worker", "take"));
        assert!(does(Phase::Open, accept_by + 1, "anyone", "tick"));
        assert!(does(Phase::Taken, CLOCK, "worker", "submit"));
        assert!(does(Phase::Taken, CLOCK + 1, "anyone", "tick"));
        assert!(does(Phase::Sealed, CLOCK, "worker", "wait"));
        assert!(does(Phase::Sealed, CLOCK + 50, "worker", "reveal"));
        assert!(does(Phase::Sealed, CLOCK + 51, "anyone", "tick"));
        assert!(does(Phase::Committed, CLOCK, "client", "dispute"));
        assert!(does(Phase::Committed, CLOCK, "referee", "judge"));
        assert!(does(Phase::Committed, CLOCK + 1, "anyone", "tick"));
        assert!(does(Phase::Demanded, CLOCK, "anyone", "deliver"));
        assert!(does(Phase::Disputed, CLOCK, "referee", "confirm"));
        assert_eq!(actors(Phase::Paid, CLOCK), vec![]);
    }

    #[test]
    fn with_a_predicate_anyone_judges_and_nobody_disputes() {
        let mut seen = sample::job(Phase::Committed);
        seen.terms.predicate = alloy::primitives::Address::repeat_byte(9);
        let moves = words(&moves(&seen.at(CLOCK), None));
        assert!(moves.contains(&("anyone", "judge".to_owned())));
        assert!(!moves.contains(&("client", "dispute".to_owned())));
    }

    #[test]
    fn a_case_has_moves_of_its_own() {
        let mut seen = sample::with_case(Phase::Taken, CasePhase::Offered);
        let of_referee = |seen: &crate::look::Seen, now| {
            let all = moves(&seen.at(now), Some(Path::new("a/b.json")));
            all.into_iter()
                .find(|next| next.who == "referee")
                .and_then(|next| next.command)
        };
        assert_eq!(of_referee(&seen, CLOCK).unwrap(), "surety case take a/b.json");
        assert_eq!(of_referee(&seen, CLOCK + 1), None);
        seen = sample::with_case(Phase::Sealed, CasePhase::Sealed);
        assert_eq!(of_referee(&seen, CLOCK), None, "it waits");
        assert_eq!(of_referee(&seen, CLOCK + 1).unwrap(), "surety case reveal a/b.json");
        seen = sample::with_case(Phase::Paid, CasePhase::Revealed);
        let last = moves(&seen.at(CLOCK), None).pop().unwrap();
        assert_eq!(last.command.unwrap(), "surety case settle JOB.json");
    }
}
