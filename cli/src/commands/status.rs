//! Where a job stands, and what can happen next.

use alloy::primitives::{Address, U256};
use anyhow::Result;
use serde_json::json;
use surety_contracts::{IEscrow::creditCall, Job, Pending, Phase, Terms};

use crate::{
    args::{GlobalArgs, JobArgs},
    context::{JobContext, Report, total},
    names, units,
};

/// Something that somebody can do now.
#[derive(Debug, PartialEq, Eq)]
struct Move {
    who: &'static str,
    what: String,
}

/// `surety status`
pub async fn run(global: &GlobalArgs, args: &JobArgs) -> Result<Report> {
    let context = JobContext::reading(global, args).await?;
    let (job, pending) = (context.job().await?, context.pending().await?);
    let now = context.chain.now().await?;
    let terms = &context.terms;
    let moves = moves(terms, &job, &pending, now);
    let stake = at_stake(terms, &job, &pending);
    let mut text = format!(
        "job {}\n  task      {}\n  phase     {}\n",
        context.file.job_id,
        context.file.task,
        standing(&job)
    );
    if let Some((deadline, meaning)) = clock(terms, &job) {
        let left = match deadline.checked_sub(now) {
            Some(left) => format!("{} left", units::span(left)),
            None => format!("{} ago", units::span(now - deadline)),
        };
        text += &format!("  clock     {meaning} {} ({left})\n", units::moment(deadline));
    }
    if !job.root.is_zero() {
        text += &format!(
            "  result    {} elements, root {}\n",
            units::grouped(job.count),
            job.root
        );
    }
    text += &format!("  in escrow {}\n", units::ether(stake));
    let worker = if job.worker.is_zero() { terms.worker } else { job.worker };
    let mut parties = Vec::new();
    for (role, account) in [("client", terms.client), ("worker", worker), ("referee", terms.referee)] {
        if account.is_zero() {
            continue;
        }
        let credit = context.chain.call(context.file.escrow, creditCall { account }).await?;
        text += &format!("  {role:<9} {account}{}\n", you(global, account));
        if !credit.is_zero() {
            text += &format!(
                "            has {} of credit: `surety withdraw`\n",
                units::ether(credit)
            );
        }
        parties.push(json!({ "role": role, "account": account, "creditWei": credit.to_string() }));
    }
    text += if moves.is_empty() {
        "nothing is left to do"
    } else {
        "next:"
    };
    for Move { who, what } in &moves {
        text += &format!("\n  {who:<9} {what}");
    }
    let json = json!({
        "jobId": context.file.job_id,
        "phase": names::phase(job.phase),
        "fault": names::fault(job.fault),
        "confirmed": job.confirmed,
        "now": now,
        "clock": clock(terms, &job).map(|(deadline, _)| deadline),
        "root": job.root,
        "count": job.count,
        "atStakeWei": stake.to_string(),
        "parties": parties,
        "next": moves.iter().map(|next| json!({ "who": next.who, "what": next.what })).collect::<Vec<_>>(),
    });
    Ok(Report::new(text, json))
}

fn you(global: &GlobalArgs, account: Address) -> &'static str {
    if global.keys.address_hint() == Some(account) {
        " (you)"
    } else {
        ""
    }
}

fn standing(job: &Job) -> String {
    let mut text = names::phase(job.phase).to_owned();
    if job.phase == Phase::Convicted {
        text += &format!(" ({})", names::fault(job.fault));
    }
    if job.confirmed {
        text += ", confirmed";
    }
    text
}

/// The clock that runs, and what it says.
fn clock(terms: &Terms, job: &Job) -> Option<(u64, &'static str)> {
    Some(match job.phase {
        Phase::Open => (terms.acceptBy, "to be taken by"),
        Phase::Taken => (job.clock, "result due by"),
        Phase::Sealed => (job.clock, "to be revealed after"),
        Phase::Committed => (job.clock, "worker is paid after"),
        Phase::Demanded => (job.clock, "answer due by"),
        Phase::Disputed => (job.clock, "ruling due by"),
        _ => return None,
    })
}

/// Money that the escrow holds for the job, in wei.
fn at_stake(terms: &Terms, job: &Job, pending: &Pending) -> U256 {
    let bonds = U256::from(terms.bond) * U256::from(pending.bonds);
    match job.phase {
        Phase::Open => total(&[terms.reward, terms.bonus]),
        Phase::Taken | Phase::Sealed | Phase::Committed => total(&[terms.reward, terms.bonus, terms.deposit]),
        Phase::Demanded | Phase::Disputed => total(&[terms.reward, terms.bonus, terms.deposit]) + bonds,
        _ => U256::ZERO,
    }
}

/// Everything that the escrow would allow, in the order in which people would want it.
fn moves(terms: &Terms, job: &Job, pending: &Pending, now: u64) -> Vec<Move> {
    let mut moves = Vec::new();
    let mut add = |who, what: &str| {
        moves.push(Move {
            who,
            what: what.to_owned(),
        });
    };
    let due = now > job.clock;
    match job.phase {
        Phase::Open if now > terms.acceptBy => {
            add("client", "cancel: take reward and bonus back");
            add("anyone", "tick: reward and bonus go back to the client");
        }
        Phase::Open => {
            add("worker", "take the job");
            add("client", "cancel: take reward and bonus back");
        }
        Phase::Taken if due => add("anyone", "tick: the worker was silent, all goes to the client"),
        Phase::Taken if terms.isSealed => add("worker", "submit the seal of a result"),
        Phase::Taken => add("worker", "submit the result"),
        Phase::Sealed if now > job.clock.saturating_add(terms.responseWindow.into()) => {
            add("anyone", "tick: the worker did not reveal, all goes to the client");
        }
        Phase::Sealed if due => add("worker", "reveal the result"),
        Phase::Sealed => add("worker", "wait for the end of the compute window, then reveal"),
        Phase::Committed if due => {
            add("anyone", "tick: the worker is paid");
            add("client", "accept: pay the worker with its bonus");
        }
        Phase::Committed => {
            add("client", "verify the result");
            add("client", "accept: pay the worker now");
            if now <= demand_by(job, pending) {
                add("client", "demand elements on chain");
            }
            if terms.predicate.is_zero() && !terms.referee.is_zero() && !job.confirmed {
                add("client", "dispute the result");
            }
            judging(terms, job, &mut add);
        }
        Phase::Demanded if due => {
            add("anyone", "tick: the demand was not answered, all goes to the client");
            add("client", "accept: pay the worker");
        }
        Phase::Demanded => {
            add("anyone", "deliver the demanded elements, and earn the bond");
            add("client", "accept: pay the worker");
            judging(terms, job, &mut add);
        }
        Phase::Disputed if due => {
            add("anyone", "tick: the referee was silent, the worker is paid");
            add("client", "accept: pay the worker");
        }
        Phase::Disputed => {
            judging(terms, job, &mut add);
            add("client", "accept: pay the worker");
        }
        _ => {}
    }
    moves
}

fn judging(terms: &Terms, job: &Job, add: &mut impl FnMut(&'static str, &str)) {
    if !terms.predicate.is_zero() {
        add("anyone", "judge: prove a fault of the result");
    } else if !terms.referee.is_zero() && !job.confirmed {
        add("referee", "judge: convict of a fault");
    }
    if !terms.verifier.is_zero() && !job.confirmed {
        add("anyone", "confirm, once the verifier reports the same result");
    } else if !terms.referee.is_zero() && !job.confirmed {
        add("referee", "confirm: the result is right");
    }
}

/// T3. While nothing was demanded the payout clock is T3 itself.
fn demand_by(job: &Job, pending: &Pending) -> u64 {
    if pending.demandBy == 0 {
        job.clock
    } else {
        pending.demandBy
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloy::primitives::{B256, aliases::U96};
    use surety_contracts::{Fault, Form};

    fn terms() -> Terms {
        Terms {
            client: Address::repeat_byte(1),
            worker: Address::ZERO,
            referee: Address::repeat_byte(2),
            verifier: Address::ZERO,
            predicate: Address::ZERO,
            functionCommitment: B256::ZERO,
            dataCommitment: B256::ZERO,
            seedHash: B256::ZERO,
            salt: B256::ZERO,
            form: Form::Table,
            count: 1,
            maxElement: 8,
            isSealed: false,
            reward: U96::from(100),
            bonus: U96::from(10),
            deposit: U96::from(50),
            bond: U96::from(3),
            acceptBy: 1000,
            computeWindow: 100,
            disputeWindow: 100,
            responseWindow: 50,
            rulingWindow: 100,
        }
    }

    fn job(phase: Phase, clock: u64) -> Job {
        Job {
            phase,
            fault: Fault::None,
            confirmed: false,
            worker: Address::repeat_byte(3),
            clock,
            root: B256::ZERO,
            count: 0,
        }
    }

    fn pending(bonds: u8) -> Pending {
        Pending {
            demandBy: 0,
            payoutAfter: 0,
            bonds,
            indicesHash: Default::default(),
        }
    }

    fn actors(terms: &Terms, phase: Phase, clock: u64, now: u64) -> Vec<(&'static str, String)> {
        moves(terms, &job(phase, clock), &pending(0), now)
            .into_iter()
            .map(|next| {
                (
                    next.who,
                    next.what.split([':', ' ']).next().unwrap_or_default().to_owned(),
                )
            })
            .collect()
    }

    #[test]
    fn moves_follow_phase_and_clock() {
        let does =
            |phase, clock, now, who, what: &str| actors(&terms(), phase, clock, now).contains(&(who, what.to_owned()));
        assert!(does(Phase::Open, 0, 1000, "worker", "take"));
        assert!(!does(Phase::Open, 0, 1001, "worker", "take"));
        assert!(does(Phase::Open, 0, 1001, "anyone", "tick"));
        assert!(does(Phase::Taken, 500, 500, "worker", "submit"));
        assert!(does(Phase::Taken, 500, 501, "anyone", "tick"));
        assert!(does(Phase::Sealed, 500, 500, "worker", "wait"));
        assert!(does(Phase::Sealed, 500, 550, "worker", "reveal"));
        assert!(does(Phase::Sealed, 500, 551, "anyone", "tick"));
        assert!(does(Phase::Committed, 500, 500, "client", "dispute"));
        assert!(does(Phase::Committed, 500, 500, "referee", "judge"));
        assert!(does(Phase::Committed, 500, 501, "anyone", "tick"));
        assert!(does(Phase::Demanded, 500, 500, "anyone", "deliver"));
        assert!(does(Phase::Disputed, 500, 500, "referee", "confirm"));
        assert_eq!(actors(&terms(), Phase::Paid, 500, 500), vec![]);
    }

    #[test]
    fn with_a_predicate_anyone_judges_and_nobody_disputes() {
        let mut terms = terms();
        terms.predicate = Address::repeat_byte(9);
        let moves = actors(&terms, Phase::Committed, 500, 500);
        assert!(moves.contains(&("anyone", "judge".to_owned())));
        assert!(!moves.contains(&("client", "dispute".to_owned())));
    }

    #[test]
    fn the_stake_is_what_was_paid_in() {
        let stake = |phase, bonds| at_stake(&terms(), &job(phase, 500), &pending(bonds));
        assert_eq!(stake(Phase::Open, 0), U256::from(110));
        assert_eq!(stake(Phase::Committed, 0), U256::from(160));
        assert_eq!(stake(Phase::Demanded, 4), U256::from(172));
        assert_eq!(stake(Phase::Convicted, 0), U256::ZERO);
    }
}
