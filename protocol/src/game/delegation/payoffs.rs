//! How a play ends, and what everybody has then.

use num_traits::{One as _, Zero as _};

use super::{Client, Delegation, History, Judge, Opinion, PLAYERS, Work, moves::Bribery};
use crate::game::{
    rational::Rational,
    settlement::{Case, Change, Ending, Guilt, Pact},
};

/// How a play ended, as far as the client's result goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    NotTaken,
    PaidRight,
    /// Paid with the bonus: a referee has the same result.
    PaidConfirmed,
    PaidFalse,
    /// Paid although nothing was delivered.
    PaidNothing,
    Forfeited,
    Convicted,
    /// Convicted although the result was right.
    Framed,
}

impl Outcome {
    pub const ALL: [Self; 8] = [
        Self::NotTaken,
        Self::PaidRight,
        Self::PaidConfirmed,
        Self::PaidFalse,
        Self::PaidNothing,
        Self::Forfeited,
        Self::Convicted,
        Self::Framed,
    ];

    /// The label of the tree's ends.
    pub fn label(self) -> &'static str {
        match self {
            Self::NotTaken => "nobody takes the order",
            Self::PaidRight => "right result, paid",
            Self::PaidConfirmed => "right result, confirmed and paid",
            Self::PaidFalse => "false result, paid",
            Self::PaidNothing => "no result, paid",
            Self::Forfeited => "no result, forfeited",
            Self::Convicted => "false result, convicted",
            Self::Framed => "right result, convicted",
        }
    }
}

/// An end with its probability.
pub(super) struct Branch {
    pub chance: Rational,
    pub outcome: Outcome,
    pub payoffs: Vec<Rational>,
}

/// Who had the worker convicted, and paid the gas.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Caller {
    None,
    Client,
    Referee,
    Stranger,
}

impl Delegation {
    /// Expected payoffs of a history, by the checks that the client is committed to, or without any.
    pub fn expected(&self, history: &History) -> Vec<Rational> {
        let checks = match &self.client {
            Client::Commits { checks, .. } => checks.clone(),
            Client::Chooses => Rational::zero(),
        };
        let mut sum = vec![Rational::zero(); PLAYERS.len()];
        for (part, looks) in [(checks.clone(), true), (Rational::one() - checks, false)] {
            for branch in self.branches(history, looks) {
                for (sum, payoff) in sum.iter_mut().zip(&branch.payoffs) {
                    *sum += &part * &branch.chance * payoff;
                }
            }
        }
        sum
    }

    /// What can happen once the results are open, given whether the client checks.
    pub(super) fn branches(&self, history: &History, checks: bool) -> Vec<Branch> {
        let sure = |ending, caller| vec![(Rational::one(), ending, caller)];
        let paid = Ending::Paid {
            confirmed: self.confirmed(history),
        };
        let guilty = Ending::Convicted(Guilt::False);
        let differs = history.opinion.is_some() && !history.agree();
        let endings = match history.work {
            Work::Silent => sure(Ending::Forfeited, Caller::None),
            Work::Withhold => {
                // The bonus comes back without a demand too.
                let at_stake = &self.stakes.reward + &self.stakes.deposit;
                if at_stake > self.gas.cost(self.gas.demand + self.gas.tick) {
                    sure(Ending::Convicted(Guilt::Withheld), Caller::Client)
                } else {
                    sure(paid, Caller::None)
                }
            }
            _ if differs && self.referee_convicts(history) => sure(guilty, Caller::Referee),
            Work::Honest => sure(paid, Caller::None),
            Work::Cheat | Work::Agreed => {
                let (by_client, by_watcher) = self.found(history, checks);
                vec![
                    (by_client.clone(), guilty, Caller::Client),
                    ((Rational::one() - &by_client) * &by_watcher, guilty, Caller::Stranger),
                    (
                        (Rational::one() - by_client) * (Rational::one() - by_watcher),
                        paid,
                        Caller::None,
                    ),
                ]
            }
        };
        endings
            .into_iter()
            .filter(|(chance, ..)| !chance.is_zero())
            .map(|(chance, ending, caller)| self.branch(history, checks, chance, ending, caller))
            .collect()
    }

    /// Whether a bound referee with another root has the worker convicted.
    fn referee_convicts(&self, history: &History) -> bool {
        let pays = &self.stakes.fee + &self.stakes.fee_bonus > self.gas.cost(self.gas.judge);
        let knows = history.opinion == Some(Opinion::Honest) && history.work != Work::Honest;
        let speaks = !matches!(history.opinion, None | Some(Opinion::Silent));
        pays && match self.judge {
            Judge::Predicate | Judge::TrustedWord => knows,
            // Its word convicts of any element that the worker committed to.
            Judge::SelfishWord => speaks,
        }
    }

    /// Probabilities that the client's check, and a watcher, have a false result convicted.
    fn found(&self, history: &History, checks: bool) -> (Rational, Rational) {
        let check = if checks {
            self.detection.clone()
        } else {
            Rational::zero()
        };
        match self.judge {
            Judge::Predicate => (check, self.watcher.clone()),
            // A confirmed result is beyond any word.
            Judge::TrustedWord if !self.confirmed(history) => (check, Rational::zero()),
            Judge::TrustedWord | Judge::SelfishWord => (Rational::zero(), Rational::zero()),
        }
    }

    /// Equal results are confirmed by whom it pays: the worker.
    fn confirmed(&self, history: &History) -> bool {
        history.agree() && self.stakes.bonus > self.gas.cost(self.gas.confirm)
    }

    fn branch(&self, history: &History, checks: bool, chance: Rational, ending: Ending, caller: Caller) -> Branch {
        let change = self.stakes.settle(ending, history.case(), history.pact());
        let outcome = match (ending, history.work) {
            (Ending::Refunded, _) => Outcome::NotTaken,
            (Ending::Forfeited, _) => Outcome::Forfeited,
            (Ending::Paid { confirmed: false }, Work::Honest) => Outcome::PaidRight,
            (Ending::Paid { confirmed: true }, Work::Honest) => Outcome::PaidConfirmed,
            (Ending::Paid { .. }, Work::Withhold) => Outcome::PaidNothing,
            (Ending::Paid { .. }, _) => Outcome::PaidFalse,
            (Ending::Convicted(_), Work::Honest) => Outcome::Framed,
            (Ending::Convicted(_), _) => Outcome::Convicted,
        };
        let confirmed = ending == Ending::Paid { confirmed: true };
        let payoffs = self.payoffs(history, checks, outcome, change, confirmed, caller);
        Branch {
            chance,
            outcome,
            payoffs,
        }
    }

    fn payoffs(
        &self,
        history: &History,
        checks: bool,
        outcome: Outcome,
        change: Change,
        confirmed: bool,
        caller: Caller,
    ) -> Vec<Rational> {
        let done = Rational::one() - &self.skipped;
        let work = match history.work {
            Work::Honest => self.work.clone(),
            Work::Cheat | Work::Agreed => &done * &self.work,
            Work::Withhold | Work::Silent => Rational::zero(),
        };
        // The agreed result comes with the pact.
        let opinion = match history.opinion {
            Some(Opinion::Honest) => self.referee_work.clone(),
            Some(Opinion::Guess) => &done * &self.referee_work,
            _ => Rational::zero(),
        };
        let gains = |when: &[Outcome], amount: &Rational| {
            if when.contains(&outcome) {
                amount.clone()
            } else {
                Rational::zero()
            }
        };
        let checking = if checks { self.check.clone() } else { Rational::zero() };
        let gas = self
            .gas_used(history, outcome, confirmed, caller)
            .map(|gas| self.gas.cost(gas));
        let [client_gas, worker_gas, referee_gas] = gas;
        vec![
            change.client
                + gains(
                    &[Outcome::PaidRight, Outcome::PaidConfirmed, Outcome::Framed],
                    &self.value,
                )
                - gains(&[Outcome::PaidFalse], &self.harm)
                - checking
                - client_gas,
            change.worker + gains(&[Outcome::PaidFalse], &self.gain) - work - worker_gas,
            change.referee - opinion - referee_gas,
        ]
    }

    /// Gas of every role's calls, by what it has to do to get there.
    fn gas_used(&self, history: &History, outcome: Outcome, confirmed: bool, caller: Caller) -> [u64; 3] {
        let gas = &self.gas;
        let mut client = gas.delegate;
        let mut worker = gas.take_order;
        let mut referee = 0;
        if history.work != Work::Silent {
            worker += if self.verifier {
                gas.submit_seal + gas.reveal
            } else {
                gas.submit_result
            };
        }
        match outcome {
            Outcome::PaidRight | Outcome::PaidConfirmed | Outcome::PaidFalse | Outcome::PaidNothing => {
                worker += gas.tick + if confirmed { gas.confirm } else { 0 };
            }
            Outcome::Forfeited => client += gas.tick,
            Outcome::Convicted if history.work == Work::Withhold => client += gas.demand + gas.tick,
            Outcome::Convicted | Outcome::Framed | Outcome::NotTaken => {}
        }
        match (caller, self.judge) {
            (Caller::Client, _) if history.work == Work::Withhold => {}
            (Caller::Client, Judge::Predicate) => client += gas.judge,
            (Caller::Client, _) => client += gas.dispute,
            (Caller::Referee, _) => referee += gas.judge,
            (Caller::Stranger | Caller::None, _) => {}
        }
        if history.appealed {
            client += gas.appeal;
            match history.opinion {
                None => client += gas.settle,
                Some(opinion) => {
                    referee += gas.take_case + gas.settle;
                    if opinion != Opinion::Silent {
                        referee += gas.submit_seal + gas.reveal;
                    }
                }
            }
        }
        // Who gets money out of the pact calls for it.
        let referee_gets = history.opinion == Some(Opinion::Agreed);
        match history.bribery {
            Bribery::None => {}
            Bribery::Refused => worker += gas.offer_bribe + gas.check_results,
            Bribery::Accepted => {
                worker += gas.offer_bribe;
                referee += gas.accept_bribe;
                *(if referee_gets { &mut referee } else { &mut worker }) += gas.check_results;
            }
        }
        [client, worker, referee]
    }

    /// Nobody takes the order: the client paid for the offer and, later, for the refund.
    pub(super) fn left(&self) -> Vec<Rational> {
        let change = self.stakes.settle(Ending::Refunded, Case::None, Pact::None);
        vec![
            change.client - self.gas.cost(self.gas.delegate + self.gas.tick),
            change.worker,
            change.referee,
        ]
    }
}
