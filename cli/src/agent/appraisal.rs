//! Whether a job is worth taking: what it will cost here, against what it pays, and whether its terms can be lived with.

use std::{
    hint::black_box,
    time::{Duration, Instant},
};

use alloy::primitives::{Address, U256};
use anyhow::Result;
use surety_contracts::{Case, Terms};
use surety_engine::compute::External;
use surety_tasks::{Native, Task};

use super::store::Appraisal;
use crate::{
    computation::Computation,
    units::{self, Wei, Window},
};

/// Measuring stops after this long.
const MEASURED: Duration = Duration::from_millis(20);
/// What is measured of a program that people bring along takes no longer; one whose first value does is not taken.
const LONGEST: Duration = Duration::from_secs(30);
/// A worker leaves itself this many times the time that it expects to need.
const SLACK: u64 = 2;
/// What is declined is looked at again after so many seconds.
const AGAIN: u64 = 600;
/// Gas of takeOrder, submitResult and timeTick, uncached (`surety gas`).
const WORKER_GAS: u64 = 240_000;
/// Gas of takeCase, submitSeal, reveal and settle, uncached.
const REFEREE_GAS: u64 = 320_000;

/// What an account works for.
#[derive(Clone, Debug)]
pub struct Prices {
    /// Wei for an hour of this computer.
    pub hourly: Wei,
    /// The most that is put in for one job.
    pub most_deposit: Wei,
    /// The shortest window in which a demand is sure to be answered, or a result revealed.
    pub least_response: Window,
    /// Accounts whose bare word may convict; empty: none.
    pub referees: Vec<Address>,
}

/// What the chain and this computer say at the moment.
#[derive(Clone, Copy, Debug)]
pub struct Conditions {
    pub gas_price: U256,
    pub now: u64,
    /// Seconds of computing that are promised already.
    pub backlog: u64,
}

impl Prices {
    /// A worker's look at an offer that holds together.
    pub fn worker(&self, terms: &Terms, seconds: u64, conditions: &Conditions) -> Appraisal {
        let refusal = self
            .sane(terms, U256::from(terms.deposit), "deposit")
            .or_else(|| self.judged_fairly(terms))
            .or_else(|| in_time(seconds, conditions.backlog, terms.computeWindow.into()))
            .or_else(|| self.pays(U256::from(terms.reward), seconds, WORKER_GAS, conditions));
        verdict(refusal, seconds, conditions.now)
    }

    /// A referee's look at a case. `left`: seconds until the opinion must be sealed.
    pub fn referee(&self, terms: &Terms, case: &Case, left: u64, seconds: u64, conditions: &Conditions) -> Appraisal {
        let refusal = self
            .sane(terms, U256::from(case.stake), "stake")
            .or_else(|| in_time(seconds, conditions.backlog, left))
            .or_else(|| self.pays(U256::from(case.fee), seconds, REFEREE_GAS, conditions));
        verdict(refusal, seconds, conditions.now)
    }

    fn sane(&self, terms: &Terms, stake: U256, what: &str) -> Option<String> {
        if stake > U256::from(self.most_deposit.0) {
            return Some(format!(
                "its {what} of {} is more than --max-deposit {}",
                units::ether(stake),
                units::ether(U256::from(self.most_deposit.0))
            ));
        }
        let response = terms.responseWindow;
        (response < self.least_response.0).then(|| {
            format!(
                "it leaves {} to answer a demand, less than --min-response {}",
                units::span(response.into()),
                self.least_response
            )
        })
    }

    /// Without a predicate the referee's word can take the deposit.
    fn judged_fairly(&self, terms: &Terms) -> Option<String> {
        let trusted = !terms.predicate.is_zero() || terms.referee.is_zero() || self.referees.contains(&terms.referee);
        (!trusted).then(|| {
            format!(
                "no predicate decides about it but the word of {}; name that account with --trust if you trust it",
                terms.referee
            )
        })
    }

    fn pays(&self, pay: U256, seconds: u64, gas: u64, conditions: &Conditions) -> Option<String> {
        let work = U256::from(self.hourly.0) * U256::from(seconds) / U256::from(3600);
        let cost = work + U256::from(gas) * conditions.gas_price;
        (pay < cost).then(|| {
            format!(
                "it pays {} and would cost {}: {} of computing and the gas",
                units::ether(pay),
                units::ether(cost),
                units::span(seconds)
            )
        })
    }
}

fn in_time(seconds: u64, backlog: u64, left: u64) -> Option<String> {
    (seconds.saturating_add(backlog).saturating_mul(SLACK) > left).then(|| {
        format!(
            "computing would take {} after {} of earlier jobs, too near to the {} that it leaves",
            units::span(seconds),
            units::span(backlog),
            units::span(left)
        )
    })
}

fn verdict(refusal: Option<String>, seconds: u64, now: u64) -> Appraisal {
    match refusal {
        None => Appraisal::Welcome { seconds },
        Some(reason) => decline(reason, now),
    }
}

/// Not now: prices change, and so does what this computer knows and may run.
pub fn decline(reason: String, now: u64) -> Appraisal {
    Appraisal::Declined {
        reason,
        again: now + AGAIN,
    }
}

/// Seconds that a computation will take here, rounded up: the first elements are computed and timed.
pub fn seconds(computation: &Computation) -> Result<u64> {
    let timed = match computation {
        Computation::Task(encoded) => task(&encoded.task()?)?,
        Computation::Own(job) => program(job.external())?,
    };
    Ok(timed.ceil() as u64)
}

/// For sets the single check that is timed costs more than the sieve that does the work, so this errs on the safe side.
fn task(task: &Task<'_>) -> Result<f64> {
    let backend = Native::new(task);
    let element = vec![0; task.element_len()];
    let begin = Instant::now();
    let mut done = 0;
    while done < task.domain() && begin.elapsed() < MEASURED {
        match task {
            Task::Primes(set) => _ = black_box(set.holds(&candidate(set.range.lo(), done))),
            Task::Preimage(set) => _ = black_box(set.search().holds(&candidate(set.range.lo(), done))),
            Task::ModExp(table) => _ = black_box(table.holds(done, &element, &backend)?),
            // A step from zeros costs what any step costs.
            Task::Squarings(chain) => _ = black_box(chain.holds(1, &element, &element, &backend)?),
        }
        done += 1;
    }
    let cores = match task {
        // One state needs the one before.
        Task::Squarings(_) => 1,
        _ => cores(),
    };
    Ok(begin.elapsed().as_secs_f64() * task.domain() as f64 / done.max(1) as f64 / cores as f64)
}

/// One value, then more, until the start of the program counts for little or a batch is full.
fn program(mut external: External) -> Result<f64> {
    external.timeout = external.timeout.min(LONGEST);
    let most = external.batch.min(external.count);
    let mut asked = 1;
    loop {
        let begin = Instant::now();
        external.values(&(0..asked).collect::<Vec<_>>())?;
        let time = begin.elapsed();
        if asked == most || time > 10 * MEASURED {
            return Ok(time.as_secs_f64() * external.count as f64 / asked as f64 / cores() as f64);
        }
        asked = (4 * asked).min(most);
    }
}

fn cores() -> usize {
    std::thread::available_parallelism().map_or(1, |cores| cores.get())
}

fn candidate(lo: u64, at: u64) -> [u8; 8] {
    lo.saturating_add(at).to_be_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::look::sample;
    use alloy::primitives::aliases::U96;

    fn terms() -> Terms {
        Terms {
            referee: Address::ZERO,
            predicate: Address::repeat_byte(9),
            reward: U96::from(10u64.pow(15)),
            bonus: U96::ZERO,
            deposit: U96::from(10u64.pow(16)),
            computeWindow: 3600,
            disputeWindow: 3600,
            responseWindow: 1800,
            rulingWindow: 3600,
            ..sample::terms()
        }
    }

    fn prices() -> Prices {
        Prices {
            hourly: Wei(10u128.pow(15)),
            most_deposit: Wei(10u128.pow(17)),
            least_response: Window(600),
            referees: vec![Address::repeat_byte(5)],
        }
    }

    fn reason(terms: &Terms, seconds: u64, gas_price: u64, backlog: u64) -> Option<String> {
        let conditions = Conditions {
            gas_price: U256::from(gas_price),
            now: 50,
            backlog,
        };
        match prices().worker(terms, seconds, &conditions) {
            Appraisal::Welcome { .. } => None,
            Appraisal::Declined { reason, again } => {
                assert_eq!(again, 650);
                Some(reason)
            }
        }
    }

    #[test]
    fn a_job_that_pays_is_welcome() {
        assert_eq!(reason(&terms(), 60, 1_000_000, 0), None);
    }

    #[test]
    fn each_reason_to_decline_is_named() {
        let refused = |change: &dyn Fn(&mut Terms), seconds, gas, backlog| {
            let mut terms = terms();
            change(&mut terms);
            reason(&terms, seconds, gas, backlog).unwrap_or_default()
        };
        let deposit = refused(&|terms| terms.deposit = U96::from(10u64.pow(18)), 1, 0, 0);
        assert!(deposit.contains("its deposit of 1 ETH"), "{deposit}");
        let response = refused(&|terms| terms.responseWindow = 599, 1, 0, 0);
        assert!(response.contains("--min-response 10m"), "{response}");
        let stranger = Address::repeat_byte(6);
        let word = |terms: &mut Terms| (terms.predicate, terms.referee) = (Address::ZERO, stranger);
        let word = refused(&word, 1, 0, 0);
        assert!(word.contains("--trust"), "{word}");
        let late = refused(&|_| (), 1000, 0, 900);
        assert!(late.contains("too near"), "{late}");
        let dear = refused(&|_| (), 1, 10_000_000_000, 0);
        assert!(dear.contains("would cost"), "{dear}");
        let slow = refused(&|terms| terms.computeWindow = 86_400, 7200, 0, 0);
        assert!(slow.contains("2h of computing"), "{slow}");
    }

    #[test]
    fn a_referee_that_is_trusted_may_judge_by_its_word() {
        let mut terms = terms();
        (terms.predicate, terms.referee) = (Address::ZERO, Address::repeat_byte(5));
        assert_eq!(reason(&terms, 1, 0, 0), None);
    }
}
