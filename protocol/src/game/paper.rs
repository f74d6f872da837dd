//! The game that the second paper analyses: its 2x2 matrix between worker and referee (sections 2.5 and 4), as it can
//! be recovered from equations 4 to 13, and the same with a probability of being found out.
//!
//! Money is in any one unit. Strategy 0 is honesty for either player.

use num_traits::{One as _, Zero as _};

use super::{
    normal::{NormalForm, Profile},
    rational::{Rational, whole},
    threshold::{Threshold, threshold},
};

/// Strategies of the worker.
pub const WORKER: [&str; 2] = ["honest", "cheats"];
/// Strategies of the referee towards the client.
pub const REFEREE: [&str; 2] = ["honest", "colludes"];
/// Both are honest.
pub const HONESTY: [usize; 2] = [0, 0];
/// The worker cheats and the referee covers it.
pub const COLLUSION: [usize; 2] = [1, 1];

/// Bisection steps: the interval left is below 2^-60 of the first.
const STEPS: u32 = 60;

/// The paper's parameters, under its own letters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parameters {
    /// Worker's pay.
    pub r2: Rational,
    /// Referee's pay.
    pub r3: Rational,
    /// Worker's cost of honest computation.
    pub c2: Rational,
    /// Referee's cost of honest computation.
    pub c3: Rational,
    /// Worker's deposit; the referee's is twice that.
    pub d: Rational,
    /// Bonus of either for equal and right results.
    pub w: Rational,
    /// Bribe.
    pub b: Rational,
    /// Stake of either in the pact.
    pub t: Rational,
    /// Worker's fine.
    pub m: Rational,
    /// Referee's fine.
    pub n: Rational,
    /// What an undiscovered false result is worth to either.
    pub e: Rational,
    /// Probability that a joint false result is found out.
    pub p: Rational,
}

/// A relation that the paper asks of its parameters and that does not hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Violation {
    #[error("r2 > c2: the worker would not take the job")]
    WorkerPay,
    #[error("r3 > c3: the referee would not take the case")]
    RefereePay,
    #[error("d > c2: the deposit is below what cheating saves")]
    Deposit,
    #[error("b > t: by the paper's own condition the referee would not carry out the pact")]
    Bribe,
    #[error("m > e: cheating is worth more than the worker's fine")]
    WorkerFine,
    #[error("n > e: cheating is worth more than the referee's fine")]
    RefereeFine,
    #[error("m <= d: the contract holds less than the worker's fine")]
    WorkerEscrow,
    #[error("n <= 2d: the contract holds less than the referee's fine")]
    RefereeEscrow,
}

/// The largest fines below which something else than honesty is as good.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fines {
    /// n*: the referee's.
    pub referee: Rational,
    /// m*: the worker's.
    pub worker: Rational,
}

impl Parameters {
    /// The published matrix: cheating is always found out, the fine comes on top of the pay, and a convicted player
    /// hands back a bonus.
    pub fn published(&self) -> NormalForm {
        NormalForm::two(["worker", "referee"], &WORKER, &REFEREE, |worker, referee| {
            let Self {
                r2,
                r3,
                c2,
                c3,
                w,
                b,
                t,
                m,
                n,
                ..
            } = self;
            match (worker, referee) {
                (0, 0) => [r2 + w - c2, r3 + w - c3],
                (0, _) => [r2 + w - c2 - b - t, r3 - w + b + t - n],
                (_, 0) => [r2 - w - m + t, r3 + w - c3 - t],
                (_, _) => [r2 - w - b - m, r3 - w + b - n],
            }
        })
    }

    /// The published matrix with one cell replaced: joint cheating is found out with probability p. Undiscovered it
    /// earns pay, bonus and e; discovered it costs pay, bonus and fine, which is what an escrow can take.
    pub fn with_detection(&self) -> NormalForm {
        self.with_whistle(None)
    }

    /// With a third strategy of the referee if there is a reward for it: it keeps to the pact and tells the client in
    /// secret, so that the worker is convicted and the referee keeps bribe, pay and bonus.
    pub fn with_whistle(&self, reward: Option<&Rational>) -> NormalForm {
        let published = self.published();
        let mut referee = REFEREE.to_vec();
        if reward.is_some() {
            referee.push("colludes and tells");
        }
        let Self {
            r2,
            r3,
            c2,
            c3,
            w,
            b,
            t,
            m,
            n,
            e,
            p,
            ..
        } = self;
        let hidden = Rational::one() - p;
        NormalForm::two(["worker", "referee"], &WORKER, &referee, |row, column| {
            match (row, column, reward) {
                (1, 1, _) => [&hidden * (r2 + w + e) - b - p * m, &hidden * (r3 + w + e) + b - p * n],
                // Who breaks a pact pays b + t or t, whatever the other tells; there is nothing false to tell of.
                (0, 2, _) => [r2 + w - c2 - b - t, r3 + w - c3 + b + t],
                (1, 2, Some(reward)) => [-m - b, r3 + w - c3 + b + reward],
                _ => [published.payoff(0, &[row, column]), published.payoff(1, &[row, column])],
            }
        })
    }

    /// n* and m* as published (equations 7 and 11): n* = b + t - 2w + c3, m* = t - 2w + c2. Equations 12 and 13 are
    /// these without bonuses.
    pub fn closed_form(&self) -> Fines {
        let twice = whole(2) * &self.w;
        Fines {
            referee: &self.b + &self.t - &twice + &self.c3,
            worker: &self.t - &twice + &self.c2,
        }
    }

    /// The same with detection, where conviction also costs pay and bonus:
    /// n = (b + t + c3 + e) / p - r3 - w - e and m = (t + c2 + e) / p - r2 - w - e. None for p = 0.
    pub fn closed_form_with_detection(&self) -> Option<Fines> {
        if self.p.is_zero() {
            return None;
        }
        Some(Fines {
            referee: (&self.b + &self.t + &self.c3 + &self.e) / &self.p - &self.r3 - &self.w - &self.e,
            worker: (&self.t + &self.c2 + &self.e) / &self.p - &self.r2 - &self.w - &self.e,
        })
    }

    /// The fine below which a player's second strategy pays, found on the enumerated game: n for the referee (1), m for
    /// the worker (0), while the other plays `other`. None if no fine up to `most` changes anything.
    pub fn fine_threshold(&self, player: usize, other: usize, detection: bool, most: &Rational) -> Option<Rational> {
        let honest_pays = |fine: &Rational| {
            let mut game = self.clone();
            *(if player == 0 { &mut game.m } else { &mut game.n }) = fine.clone();
            let form = if detection {
                game.with_detection()
            } else {
                game.published()
            };
            let mut honest = [other; 2];
            let mut second = [other; 2];
            (honest[player], second[player]) = (0, 1);
            Ok::<_, std::convert::Infallible>(form.payoff(player, &honest) >= form.payoff(player, &second))
        };
        let Ok(found) = threshold(&-most.clone(), most, STEPS, honest_pays);
        found.map(|found| found.at)
    }

    /// The detection probability up to which joint cheating is an equilibrium, by enumeration; none if it is for no
    /// probability or for every one.
    pub fn collusion_threshold(&self) -> Option<Threshold> {
        self.probability_threshold(|equilibria| equilibria.contains(&COLLUSION.to_vec()))
    }

    /// The detection probability from which honesty is the only equilibrium, mixed ones counted.
    pub fn honesty_threshold(&self) -> Option<Threshold> {
        self.probability_threshold(|equilibria| equilibria == [HONESTY.to_vec()])
    }

    /// As [`Parameters::collusion_threshold`] by the reward for a referee that tells, between zero and `most`.
    pub fn whistle_threshold(&self, most: &Rational) -> Option<Threshold> {
        let colluding = |reward: &Rational| {
            let form = self.with_whistle(Some(reward));
            Ok::<_, std::convert::Infallible>(form.pure_equilibria().contains(&COLLUSION.to_vec()))
        };
        let Ok(found) = threshold(&Rational::zero(), most, STEPS, colluding);
        found
    }

    /// The closed form of that reward: c3 - p (n + r3 + w) + (1 - p) e. Bribe and stake cancel out.
    pub fn whistle_closed_form(&self) -> Rational {
        let hidden = Rational::one() - &self.p;
        &self.c3 - &self.p * (&self.n + &self.r3 + &self.w) + hidden * &self.e
    }

    fn probability_threshold(&self, holds: impl Fn(&[Profile]) -> bool) -> Option<Threshold> {
        let condition = |p: &Rational| {
            let game = Self {
                p: p.clone(),
                ..self.clone()
            };
            // A 2x2 game with one pure equilibrium has no mixed one unless it is degenerate, on the border itself.
            Ok::<_, std::convert::Infallible>(holds(&game.with_detection().pure_equilibria()))
        };
        let Ok(found) = threshold(&Rational::zero(), &Rational::one(), STEPS, condition);
        found
    }

    /// The same game with fines no larger than what the contracts hold: d of the worker, 2d of the referee.
    pub fn with_fines_from_escrow(&self) -> Self {
        Self {
            m: self.m.clone().min(self.d.clone()),
            n: self.n.clone().min(whole(2) * &self.d),
            ..self.clone()
        }
    }

    /// The paper's conditions, and those of an escrow, that these parameters break.
    pub fn violations(&self) -> Vec<Violation> {
        let twice = whole(2) * &self.d;
        [
            (self.r2 > self.c2, Violation::WorkerPay),
            (self.r3 > self.c3, Violation::RefereePay),
            (self.d > self.c2, Violation::Deposit),
            (self.b > self.t, Violation::Bribe),
            (self.m > self.e, Violation::WorkerFine),
            (self.n > self.e, Violation::RefereeFine),
            (self.m <= self.d, Violation::WorkerEscrow),
            (self.n <= twice, Violation::RefereeEscrow),
        ]
        .into_iter()
        .filter(|(holds, _)| !holds)
        .map(|(_, violation)| violation)
        .collect()
    }
}
