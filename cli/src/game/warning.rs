//! What to say about terms that make cheating pay, before they are signed.

use std::fmt;

use serde_json::{Value, json};
use surety_contracts::{Form, Terms};
use surety_protocol::game::{
    Rational, SolveError,
    advice::{DETECTION_DIGITS, Knob},
    delegation::{Client, Delegation, Judge},
    gas::Gas,
    rational::{approximate, probability, whole},
    settlement::Stakes,
};

use super::show::{ether, percent, wei_json};
use crate::units::Wei;

/// Deposits are searched up to this many times what cheating can save.
const SEARCH: u64 = 1_000;

/// What the client thinks about its job.
#[derive(Clone, Debug)]
pub struct Costs {
    /// What computing costs the worker, in wei; none counts the whole reward as saved by a cheat, which no worker that
    /// takes the order can exceed.
    pub work: Option<Rational>,
    /// Probability that the client finds a false result and has it judged.
    pub detection: Rational,
    /// Wei for one gas.
    pub gas_price: u64,
}

impl Costs {
    /// From what `surety delegate` was told; `odds` is a probability.
    pub fn new(work: Option<Wei>, odds: f64, gas_price: u64) -> anyhow::Result<Self> {
        anyhow::ensure!(
            (0.0..=1.0).contains(&odds),
            "--check-odds {odds} is no probability: it must be between 0 and 1"
        );
        Ok(Self {
            work: work.map(|work| whole(work.0)),
            detection: probability(odds, DETECTION_DIGITS),
            gas_price,
        })
    }
}

/// Terms under which something else than honest work is an equilibrium.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Warning {
    /// Honest work costs the worker more than it earns.
    NoPay { reward: Rational, needed: Rational },
    /// A false result pays; a deposit above `needed` would do, or the detection probability `found`.
    CheatingPays {
        deposit: Rational,
        detection: Rational,
        needed: Option<Rational>,
        found: Option<Rational>,
    },
    /// An empty or truncated Set cannot be proven false without a predicate.
    NothingMissing,
}

/// Solves the job as it is delegated: no referee contract, and a client that checks. None if honesty is its only
/// equilibrium.
pub fn warning(terms: &Terms, costs: &Costs) -> Result<Option<Warning>, SolveError> {
    if terms.predicate.is_zero() && terms.form == Form::Set {
        return Ok(Some(Warning::NothingMissing));
    }
    let game = game(terms, costs);
    if game.only_honest()? {
        return Ok(None);
    }
    // Found out for sure, a worker still leaves the order that does not pay.
    let most = (&game.work + &game.stakes.reward + whole(1)) * whole(SEARCH);
    let certain = game.with(Knob::Detection, &whole(1)).with(Knob::Deposit, &most);
    if !certain.only_honest()? {
        let border = certain.honesty_border(Knob::Reward, &whole(0), &most, false)?;
        return Ok(Some(Warning::NoPay {
            reward: game.stakes.reward,
            needed: border.map_or(game.work, |border| border.at),
        }));
    }
    let needed = game.honesty_border(Knob::Deposit, &whole(0), &most, false)?;
    let found = game.honesty_border(Knob::Detection, &whole(0), &whole(1), false)?;
    Ok(Some(Warning::CheatingPays {
        deposit: game.stakes.deposit,
        detection: game.detection,
        needed: needed.map(|border| border.at),
        found: found.map(|border| border.at),
    }))
}

fn game(terms: &Terms, costs: &Costs) -> Delegation {
    let wei = |amount: alloy::primitives::aliases::U96| whole(amount.to::<u128>());
    let reward = wei(terms.reward);
    let gas = Gas {
        price: costs.gas_price,
        ..Gas::default()
    };
    // Whoever takes the order expects to earn its calls; what is left is the most that honest work can cost it.
    let calls = gas.cost(gas.take_order + gas.submit_result + gas.tick);
    let left = (&reward - &calls - whole(1)).max(whole(0));
    Delegation {
        work: costs.work.clone().unwrap_or(left),
        referee_work: whole(0),
        check: whole(0),
        value: whole(0),
        harm: whole(0),
        gain: whole(0),
        skipped: whole(1),
        detection: costs.detection.clone(),
        watcher: whole(0),
        judge: if terms.predicate.is_zero() {
            Judge::TrustedWord
        } else {
            Judge::Predicate
        },
        verifier: false,
        client: Client::Commits {
            appeals: false,
            checks: whole(1),
        },
        stakes: Stakes {
            reward,
            bonus: wei(terms.bonus),
            deposit: wei(terms.deposit),
            fee: whole(0),
            fee_bonus: whole(0),
            stake: whole(0),
            bribe: whole(0),
            pact_stake: whole(0),
        },
        gas,
    }
}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoPay { reward, needed } => write!(
                f,
                "the reward of {} ETH does not pay for honest work: its cost and gas take {} ETH",
                ether(reward),
                ether(needed)
            ),
            Self::CheatingPays {
                deposit,
                detection,
                needed,
                found,
            } => {
                write!(
                    f,
                    "a worker that cheats is better off: with a deposit of {} ETH and a false result found in {} of cases",
                    ether(deposit),
                    percent(detection)
                )?;
                match (needed, found) {
                    (Some(needed), Some(found)) => write!(
                        f,
                        "; honesty pays with a deposit above {} ETH, or if more than {} are found",
                        ether(needed),
                        percent(found)
                    ),
                    (Some(needed), None) => write!(f, "; honesty pays with a deposit above {} ETH", ether(needed)),
                    (None, Some(found)) => write!(f, "; no deposit helps, but honesty pays if more than {} are found", percent(found)),
                    (None, None) => f.write_str("; neither a deposit nor checking helps"),
                }
            }
            Self::NothingMissing => f.write_str(
                "a worker that submits an empty or a short set is paid: without a predicate nobody can prove that elements \
                 are missing",
            ),
        }
    }
}

impl Warning {
    /// For machines: kind, numbers and the sentence.
    pub fn json(&self) -> Value {
        let mut json = match self {
            Self::NoPay { reward, needed } => {
                json!({ "kind": "no pay", "rewardWei": wei_json(reward), "neededWei": wei_json(needed) })
            }
            Self::CheatingPays {
                deposit,
                detection,
                needed,
                found,
            } => json!({
                "kind": "cheating pays",
                "depositWei": wei_json(deposit),
                "detection": approximate(detection),
                "depositAboveWei": needed.as_ref().map(wei_json),
                "detectionAbove": found.as_ref().map(approximate),
            }),
            Self::NothingMissing => json!({ "kind": "nothing missing" }),
        };
        json["message"] = json!(self.to_string());
        json
    }
}

#[cfg(test)]
mod tests {
    use alloy::primitives::{Address, aliases::U96};

    use super::super::show::ETHER;

    use super::*;

    /// Milliether.
    fn terms(reward: u64, deposit: u64) -> Terms {
        let amount = |milli: u64| U96::from(milli) * U96::from(ETHER / 1000);
        Terms {
            client: Address::repeat_byte(1),
            worker: Address::ZERO,
            referee: Address::ZERO,
            verifier: Address::ZERO,
            predicate: Address::repeat_byte(2),
            functionCommitment: Default::default(),
            dataCommitment: Default::default(),
            seedHash: Default::default(),
            salt: Default::default(),
            form: Form::Table,
            count: 100,
            maxElement: 32,
            isSealed: false,
            reward: amount(reward),
            bonus: U96::ZERO,
            deposit: amount(deposit),
            bond: amount(1),
            acceptBy: 0,
            computeWindow: 1,
            disputeWindow: 1,
            responseWindow: 1,
            rulingWindow: 1,
        }
    }

    fn costs(work: Option<u64>, percent: i64) -> Costs {
        Costs {
            work: work.map(|milli| whole(milli) * whole(ETHER / 1000)),
            detection: Rational::new(percent.into(), 100.into()),
            gas_price: 0,
        }
    }

    #[test]
    fn terms_that_keep_workers_honest_are_passed() {
        assert_eq!(warning(&terms(10, 20), &costs(Some(5), 99)), Ok(None));
        assert_eq!(warning(&terms(10, 20), &costs(None, 99)), Ok(None));
    }

    #[test]
    fn a_deposit_that_is_too_small_is_named_with_the_one_that_would_do() {
        // Honesty pays alone where p (r + d) > c: 0.25 (10 + d) > 5.
        let found = warning(&terms(10, 5), &costs(Some(5), 25)).unwrap().unwrap();
        let Warning::CheatingPays {
            needed,
            found: detection,
            ..
        } = &found
        else {
            panic!("{found:?}");
        };
        assert_eq!(needed, &Some(whole(10) * whole(ETHER / 1000)));
        assert_eq!(detection, &Some(Rational::new(1.into(), 3.into())));
        assert!(found.to_string().contains("deposit above 0.01 ETH"), "{found}");
        assert_eq!(found.json()["depositAboveWei"], "10000000000000000");
    }

    #[test]
    fn unchecked_results_are_warned_of_whatever_the_deposit() {
        let found = warning(&terms(10, 1_000_000), &costs(Some(5), 0)).unwrap().unwrap();
        assert!(found.to_string().contains("no deposit helps"), "{found}");
    }

    #[test]
    fn a_reward_below_cost_is_warned_of() {
        let found = warning(&terms(4, 20), &costs(Some(5), 99)).unwrap().unwrap();
        assert_eq!(
            found,
            Warning::NoPay {
                reward: whole(4) * whole(ETHER / 1000),
                needed: whole(5) * whole(ETHER / 1000)
            }
        );
        // Gas counts too.
        let dear = Costs {
            gas_price: u64::MAX / 1_000_000,
            ..costs(None, 99)
        };
        assert!(matches!(warning(&terms(1, 20), &dear), Ok(Some(Warning::NoPay { .. }))));
    }

    #[test]
    fn a_set_that_nobody_can_find_incomplete_is_warned_of() {
        let open = Terms {
            form: Form::Set,
            count: 0,
            predicate: Address::ZERO,
            ..terms(10, 20)
        };
        assert_eq!(warning(&open, &costs(None, 99)), Ok(Some(Warning::NothingMissing)));
    }
}
