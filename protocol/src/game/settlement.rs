//! What the three contracts pay for an outcome: the rules of escrow (delegation), referee (verification) and collusion
//! (the bribe contract) as functions of who submitted what and how the job ended.
//!
//! Amounts are in wei. Results are changes of balance against the time before anybody paid in, gas aside; they sum to
//! zero.

use num_traits::Zero as _;

use super::rational::{Rational, whole};

/// What the parties pay in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stakes {
    /// r: worker's pay.
    pub reward: Rational,
    /// w: worker's bonus for a confirmed result.
    pub bonus: Rational,
    /// d: worker's deposit.
    pub deposit: Rational,
    /// r3: referee's pay.
    pub fee: Rational,
    /// w3: referee's bonus.
    pub fee_bonus: Rational,
    /// n: referee's deposit, which the contract wants to be at least 2d.
    pub stake: Rational,
    /// b: what a pact pays the referee.
    pub bribe: Rational,
    /// t: what each side of a pact puts in.
    pub pact_stake: Rational,
}

/// A committed root, as far as settlement can tell one from another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Root {
    /// The right result's.
    Right,
    /// The false one that a pact names.
    Agreed,
    /// A false one that suggests itself, so that two who never talked may both choose it.
    Obvious,
    /// One that nobody else has.
    Own,
}

impl Root {
    /// Whether the worker's and the referee's root are the same.
    pub fn equals(self, other: Self) -> bool {
        self == other && self != Self::Own
    }
}

/// What a worker was convicted of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Guilt {
    /// A wrong, disordered or missing element, or a wrong step.
    False,
    /// A demand that was not answered.
    Withheld,
}

/// The job's terminal state.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// Nobody took it.
    Refunded,
    /// The worker committed to nothing.
    Forfeited,
    /// By the clock: the bonus goes to the worker if the result was confirmed.
    Paid {
        confirmed: bool,
    },
    Convicted(Guilt),
}

/// The referee contract's case.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Case {
    /// The client did not appeal.
    None,
    /// It did, and the referee did not take the case.
    NeverBound,
    /// The referee is bound; what it and the worker revealed.
    Bound {
        worker: Option<Root>,
        referee: Option<Root>,
    },
}

/// The collusion contract's pact.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pact {
    None,
    /// Offered by the worker and never accepted.
    Refused,
    /// Accepted; what both revealed.
    Accepted {
        worker: Option<Root>,
        referee: Option<Root>,
    },
}

/// Changes of balance.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    pub client: Rational,
    pub worker: Rational,
    pub referee: Rational,
}

impl Change {
    /// What one pays the other gets.
    fn from_client(worker: Rational, referee: Rational) -> Self {
        Self {
            client: -(&worker + &referee),
            worker,
            referee,
        }
    }
}

impl std::ops::Add for Change {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self {
            client: self.client + other.client,
            worker: self.worker + other.worker,
            referee: self.referee + other.referee,
        }
    }
}

impl Stakes {
    /// Everything at once.
    pub fn settle(&self, ending: Ending, case: Case, pact: Pact) -> Change {
        self.escrow(ending) + self.case(case, ending) + self.pact(pact)
    }

    /// The escrow's timeTick and judge.
    pub fn escrow(&self, ending: Ending) -> Change {
        let to_worker = match ending {
            Ending::Refunded => Rational::zero(),
            Ending::Forfeited | Ending::Convicted(_) => -self.deposit.clone(),
            Ending::Paid { confirmed: true } => &self.reward + &self.bonus,
            Ending::Paid { confirmed: false } => self.reward.clone(),
        };
        Change::from_client(to_worker, Rational::zero())
    }

    /// The referee contract's settle, row by row.
    pub fn case(&self, case: Case, ending: Ending) -> Change {
        let all = || &self.fee + &self.fee_bonus;
        let to_referee = match case {
            Case::None | Case::NeverBound => Rational::zero(),
            Case::Bound { worker, referee: None } => match worker {
                Some(_) => -self.stake.clone(),
                None => Rational::zero(),
            },
            Case::Bound {
                worker,
                referee: Some(referee),
            } => {
                let same = worker.is_some_and(|worker| worker.equals(referee));
                match (ending, same) {
                    (Ending::Forfeited, _) | (Ending::Convicted(Guilt::Withheld), false) => self.fee.clone(),
                    (Ending::Convicted(_), true) => -self.stake.clone(),
                    (Ending::Paid { .. }, true) | (Ending::Convicted(Guilt::False), false) => all(),
                    // A bound case's job was taken, so it is never refunded.
                    (Ending::Paid { .. } | Ending::Refunded, _) => Rational::zero(),
                }
            }
        };
        Change::from_client(Rational::zero(), to_referee)
    }

    /// The collusion contract's checkResults.
    pub fn pact(&self, pact: Pact) -> Change {
        let to_referee = match pact {
            Pact::None | Pact::Refused => Rational::zero(),
            Pact::Accepted { worker, referee } => {
                let keeps = |root: Option<Root>| root == Some(Root::Agreed);
                match (keeps(worker), keeps(referee)) {
                    (true, true) => self.bribe.clone(),
                    (false, true) => &self.bribe + &self.pact_stake,
                    (true, false) => -self.pact_stake.clone(),
                    (false, false) => Rational::zero(),
                }
            }
        };
        Change {
            client: whole(0),
            worker: -to_referee.clone(),
            referee: to_referee,
        }
    }
}
