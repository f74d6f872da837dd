//! Where honesty is the only equilibrium of the contracts' game, and the smallest terms that make it so, by search over
//! the enumeration.

use std::collections::BTreeMap;

use num_traits::{One as _, Zero as _};

use super::{
    delegation::{Client, Delegation, Outcome, PLAYERS},
    normal::MixedProfile,
    rational::{Rational, probability, whole},
    subgame::SolveError,
    threshold::{Threshold, threshold},
};

/// Bisection steps on probabilities.
const STEPS: u32 = 40;
/// Bisection steps on amounts: down to a wei from 18 ETH.
const AMOUNT_STEPS: u32 = 64;
/// Digits to which a probability of detection is rounded down.
pub const DETECTION_DIGITS: u32 = 6;

/// Equilibria that end alike and pay alike, however they differ off the path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Class {
    /// Of client, worker and referee, in wei.
    pub payoffs: Vec<Rational>,
    /// Probability of each outcome, by label.
    pub ends: BTreeMap<String, Rational>,
    /// How many of those enumerated.
    pub count: usize,
    /// One of them, in words: for each stage or player, plans with their probabilities.
    pub example: Vec<(String, Vec<(String, Rational)>)>,
}

impl Class {
    /// The client surely gets a right result and the worker its pay.
    pub fn is_honest(&self) -> bool {
        Goal::Right.met(&self.ends)
    }
}

/// What the client wants of every equilibrium.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Goal {
    /// A right result, paid for.
    Right,
    /// The same, and a referee that came to it too.
    Confirmed,
}

impl Goal {
    fn met(self, ends: &BTreeMap<String, Rational>) -> bool {
        ends.keys().all(|label| {
            label == Outcome::PaidConfirmed.label() || self == Self::Right && label == Outcome::PaidRight.label()
        })
    }
}

/// What a search moves while everything else stays.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Knob {
    Reward,
    Bonus,
    Deposit,
    Fee,
    /// The referee's stake n.
    Stake,
    /// Probability that a check meets a wrong element.
    Detection,
    /// Probability of a watcher.
    Watcher,
    /// Probability of the client's check.
    Checks,
}

impl Knob {
    /// Whether it is an amount, in wei, and not a probability.
    pub fn is_amount(self) -> bool {
        !matches!(self, Self::Detection | Self::Watcher | Self::Checks)
    }
}

impl Delegation {
    /// All equilibria of the whole game in pure strategies.
    pub fn pure_equilibria(&self) -> Result<Vec<Class>, SolveError> {
        let tree = self.tree()?;
        let strategic = tree.strategic();
        let form = &strategic.normal;
        let found = form.pure_equilibria().into_iter().map(|pure| {
            let profile = MixedProfile::pure(&pure);
            let names = pure.iter().enumerate().map(|(player, &at)| {
                let name = form.strategies(player)[at].clone();
                (form.players()[player].clone(), vec![(name, Rational::one())])
            });
            Class {
                payoffs: (0..form.players().len())
                    .map(|player| form.payoff(player, &pure))
                    .collect(),
                ends: tree.ends(&strategic, &profile),
                count: 1,
                example: names.filter(|(_, plans)| !plans[0].0.is_empty()).collect(),
            }
        });
        Ok(classes(found))
    }

    /// All subgame-perfect equilibria, pure and mixed ([`super::Tree::subgame_perfect`]).
    pub fn perfect_equilibria(&self) -> Result<Vec<Class>, SolveError> {
        let found = self.tree()?.subgame_perfect()?.into_iter().map(|solution| Class {
            example: solution
                .stages
                .into_iter()
                .flat_map(|stage| stage.moves)
                .map(|(player, plans)| (PLAYERS[player].to_owned(), plans))
                .collect(),
            payoffs: solution.payoffs,
            ends: solution.ends,
            count: 1,
        });
        Ok(classes(found))
    }

    /// Whether the client surely gets a right result in every subgame-perfect equilibrium, and there is one.
    pub fn only_honest(&self) -> Result<bool, SolveError> {
        self.always(Goal::Right)
    }

    /// Whether every subgame-perfect equilibrium meets the goal for sure, and there is one.
    pub fn always(&self, goal: Goal) -> Result<bool, SolveError> {
        let solutions = self.tree()?.subgame_perfect()?;
        Ok(!solutions.is_empty() && solutions.iter().all(|solution| goal.met(&solution.ends)))
    }

    /// The same job with one number changed. A higher deposit raises the referee's stake to twice that, below which its
    /// contract refuses a case.
    pub fn with(&self, knob: Knob, value: &Rational) -> Self {
        let mut game = self.clone();
        match knob {
            Knob::Reward => game.stakes.reward = value.clone(),
            Knob::Bonus => game.stakes.bonus = value.clone(),
            Knob::Deposit => {
                game.stakes.deposit = value.clone();
                game.stakes.stake = game.stakes.stake.max(value * whole(2));
            }
            Knob::Fee => game.stakes.fee = value.clone(),
            Knob::Stake => game.stakes.stake = value.clone(),
            Knob::Detection => game.detection = value.clone(),
            Knob::Watcher => game.watcher = value.clone(),
            Knob::Checks => {
                let appeals = matches!(game.client, Client::Commits { appeals: true, .. });
                game.client = Client::Commits {
                    appeals,
                    checks: value.clone(),
                };
            }
        }
        game
    }

    /// Where honesty starts or stops being the only equilibrium as a knob turns from `low` to `high`, against the worst
    /// pact at each setting if `worst_pact`.
    pub fn honesty_border(
        &self,
        knob: Knob,
        low: &Rational,
        high: &Rational,
        worst_pact: bool,
    ) -> Result<Option<Threshold>, SolveError> {
        let steps = if knob.is_amount() { AMOUNT_STEPS } else { STEPS };
        threshold(low, high, steps, |value| {
            let game = self.with(knob, value);
            if worst_pact { game.with_worst_pact() } else { game }.only_honest()
        })
    }

    /// Fewest of up to `most` sampled elements with which honesty is the only equilibrium, when a fraction `wrong` of
    /// them is; none if not even all suffice. Each sampled element costs the client `each`.
    pub fn smallest_sample(&self, wrong: f64, most: u64, each: &Rational) -> Result<Option<u64>, SolveError> {
        let holds = |samples: u64| {
            let mut game = self.clone();
            game.detection = probability(crate::detection::probability(wrong, samples), DETECTION_DIGITS);
            game.check = each * whole(samples);
            game.with_worst_pact().only_honest()
        };
        if !holds(most)? {
            return Ok(None);
        }
        let (mut low, mut high) = (0, most);
        while low < high {
            let middle = low + (high - low) / 2;
            if holds(middle)? {
                high = middle;
            } else {
                low = middle + 1;
            }
        }
        Ok(Some(high))
    }

    /// The least amount of each of these in turn, in wei and rounded up, at which every equilibrium meets the goal
    /// against the worst pact, the others as they are or as already lowered. None if not even `most` of each does.
    pub fn smallest_terms(&self, knobs: &[Knob], most: &Rational, goal: Goal) -> Result<Option<Self>, SolveError> {
        let mut game = self.clone();
        for &knob in knobs {
            game = game.with(knob, most);
        }
        let holds = |game: &Self, knob: Knob, value: &Rational| game.with(knob, value).with_worst_pact().always(goal);
        if !game.with_worst_pact().always(goal)? {
            return Ok(None);
        }
        for &knob in knobs {
            let (mut low, mut high) = (Rational::zero(), most.ceil());
            if holds(&game, knob, &low)? {
                high = low.clone();
            }
            // `high` holds throughout, `low` does not.
            while &high - &low > Rational::one() {
                let middle = ((&low + &high) / whole(2)).floor();
                if holds(&game, knob, &middle)? {
                    high = middle;
                } else {
                    low = middle;
                }
            }
            game = game.with(knob, &high);
        }
        Ok(Some(game.with_worst_pact()))
    }
}

fn classes(found: impl Iterator<Item = Class>) -> Vec<Class> {
    let mut classes: Vec<Class> = Vec::new();
    for one in found {
        match classes
            .iter_mut()
            .find(|class| class.ends == one.ends && class.payoffs == one.payoffs)
        {
            Some(class) => class.count += 1,
            None => classes.push(one),
        }
    }
    classes
}
