//! The money in a job: what each role has put in, and what it can get.

use alloy::primitives::{Address, U256};
use surety_contracts::{CasePhase, Phase};

use super::Standing;
use crate::{context::total, units};

/// One role's part.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stake {
    pub role: &'static str,
    /// Zero if nobody has the role yet.
    pub account: Address,
    /// Wei that it has in the contracts for this job now.
    pub put_in: U256,
    /// What that is made of, and what can come of it.
    pub outlook: String,
}

/// Money that the escrow holds for the job, in wei.
pub fn in_escrow(standing: &Standing<'_>) -> U256 {
    let terms = standing.terms;
    match standing.phase() {
        Phase::Open => total(&[terms.reward, terms.bonus]),
        Phase::Taken | Phase::Sealed | Phase::Committed => total(&[terms.reward, terms.bonus, terms.deposit]),
        Phase::Demanded | Phase::Disputed => total(&[terms.reward, terms.bonus, terms.deposit]) + bonds(standing),
        _ => U256::ZERO,
    }
}

fn bonds(standing: &Standing<'_>) -> U256 {
    U256::from(standing.terms.bond) * U256::from(standing.view.pending.bonds)
}

/// Each role's part, whether it has put money in or not.
pub fn stakes(standing: &Standing<'_>) -> Vec<Stake> {
    let (terms, job) = (standing.terms, standing.job());
    let ether = units::ether;
    let running = !in_escrow(standing).is_zero();
    let taken = running && standing.phase() != Phase::Open;
    let bonds = if running { bonds(standing) } else { U256::ZERO };
    let offered = if running {
        total(&[terms.reward, terms.bonus])
    } else {
        U256::ZERO
    };
    let everything = ether(total(&[terms.reward, terms.bonus, terms.deposit]) + bonds);
    let mut client = Stake {
        role: "client",
        account: terms.client,
        put_in: offered + bonds,
        outlook: format!(
            "reward {}, bonus {}{}",
            ether(U256::from(terms.reward)),
            ether(U256::from(terms.bonus)),
            match bonds.is_zero() {
                true => String::new(),
                false => format!(", bonds {}", ether(bonds)),
            }
        ),
    };
    let paid = ether(total(&[terms.reward, terms.deposit]));
    let confirmed = ether(total(&[terms.reward, terms.deposit, terms.bonus]));
    let mut worker = Stake {
        role: "worker",
        account: if job.worker.is_zero() { terms.worker } else { job.worker },
        put_in: if taken { U256::from(terms.deposit) } else { U256::ZERO },
        outlook: format!("deposit {}", ether(U256::from(terms.deposit))),
    };
    if taken {
        client.outlook += &format!("; gets {everything} if the worker fails");
        worker.outlook += &match job.confirmed {
            true => format!("; gets {confirmed} when paid"),
            false if terms.bonus.is_zero() => format!("; gets {paid} when paid"),
            false => format!("; gets {paid} when paid, {confirmed} if confirmed or accepted"),
        };
    }
    let mut stakes = vec![client, worker];
    if !terms.referee.is_zero() {
        stakes.push(referee(standing));
    }
    stakes
}

fn referee(standing: &Standing<'_>) -> Stake {
    let ether = |amount| units::ether(U256::from(amount));
    let (put_in, outlook) = match &standing.view.case {
        Some(case) if case.phase != CasePhase::None => {
            let bound = matches!(case.phase, CasePhase::Bound | CasePhase::Sealed | CasePhase::Revealed);
            let put_in = if bound { U256::from(case.stake) } else { U256::ZERO };
            let outlook = format!(
                "case {}: stake {}, fee {}, bonus {}",
                crate::names::case_phase(case.phase),
                ether(case.stake),
                ether(case.fee),
                ether(case.bonus)
            );
            (put_in, outlook)
        }
        Some(_) => (U256::ZERO, "no second opinion was asked for".to_owned()),
        None => (U256::ZERO, "its word, without a stake".to_owned()),
    };
    Stake {
        role: "referee",
        account: standing.terms.referee,
        put_in,
        outlook,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::look::sample::{self, CLOCK};

    #[test]
    fn the_stake_is_what_was_paid_in() {
        let held = |phase, bonds| {
            let mut seen = sample::job(phase);
            seen.view.pending.bonds = bonds;
            let standing = seen.at(CLOCK);
            let held = in_escrow(&standing);
            let sum: U256 = stakes(&standing).iter().map(|stake| stake.put_in).sum();
            assert_eq!(sum, held, "what the roles put in is what the escrow holds");
            held
        };
        assert_eq!(held(Phase::Open, 0), U256::from(110));
        assert_eq!(held(Phase::Committed, 0), U256::from(160));
        assert_eq!(held(Phase::Demanded, 4), U256::from(172));
        assert_eq!(held(Phase::Convicted, 0), U256::ZERO);
    }

    #[test]
    fn a_referee_with_a_case_has_its_stake_in_it() {
        let seen = sample::with_case(Phase::Taken, CasePhase::Bound);
        let stakes = stakes(&seen.at(CLOCK));
        let referee = stakes.iter().find(|stake| stake.role == "referee").unwrap();
        assert_eq!(referee.put_in, U256::from(200));
        assert!(referee.outlook.starts_with("case bound: stake"), "{}", referee.outlook);
    }
}
