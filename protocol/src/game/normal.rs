//! Games in normal form: best replies, dominance, pure equilibria, and what is left when one player's move is fixed.

use num_bigint::BigInt;
use num_integer::Integer as _;
use num_traits::One as _;
use rayon::prelude::*;

use super::{
    bimatrix::{Bimatrix, TooLarge},
    rational::Rational,
};

/// One strategy for each player, by index.
pub type Profile = Vec<usize>;

/// A lottery over a player's strategies, without those that it never plays.
pub type Mixed = Vec<(usize, Rational)>;

/// Any number of players, each with finitely many strategies.
#[derive(Clone, Debug)]
pub struct NormalForm {
    players: Vec<String>,
    strategies: Vec<Vec<String>>,
    /// For each player, its payoff in every profile, times its scale: whole numbers compare fast.
    payoffs: Vec<Vec<BigInt>>,
    scales: Vec<BigInt>,
}

/// Strategies of each player that a reduction left, by their indices in the whole game.
pub type Kept = Vec<Vec<usize>>;

/// Profiles that differ in one player's strategy alone: `stride` apart, from each of `starts`.
struct Lines {
    starts: Vec<usize>,
    stride: usize,
}

/// A lottery of each player.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct MixedProfile {
    pub lotteries: Vec<Mixed>,
}

impl NormalForm {
    /// `payoffs` gives every player's payoff in a profile.
    pub fn from_fn(
        players: Vec<String>,
        strategies: Vec<Vec<String>>,
        payoffs: impl Fn(&[usize]) -> Vec<Rational>,
    ) -> Self {
        let mut form = Self {
            payoffs: vec![Vec::new(); players.len()],
            scales: vec![BigInt::one(); players.len()],
            players,
            strategies,
        };
        let all: Vec<Vec<Rational>> = form.profiles().map(|profile| payoffs(&profile)).collect();
        for player in 0..form.players.len() {
            let scale = all.iter().fold(BigInt::one(), |scale, payoffs| {
                let part = payoffs[player].denom();
                if part.is_one() { scale } else { scale.lcm(part) }
            });
            form.payoffs[player] = all
                .iter()
                .map(|payoffs| payoffs[player].numer() * (&scale / payoffs[player].denom()))
                .collect();
            form.scales[player] = scale;
        }
        form
    }

    /// Two players: rows, columns, and (row's payoff, column's payoff) in each cell.
    pub fn two(
        players: [&str; 2],
        rows: &[&str],
        columns: &[&str],
        cell: impl Fn(usize, usize) -> [Rational; 2],
    ) -> Self {
        let names = |names: &[&str]| names.iter().map(|&name| name.to_owned()).collect::<Vec<_>>();
        Self::from_fn(names(&players), vec![names(rows), names(columns)], |profile| {
            cell(profile[0], profile[1]).to_vec()
        })
    }

    pub fn players(&self) -> &[String] {
        &self.players
    }

    /// Names of a player's strategies.
    pub fn strategies(&self, player: usize) -> &[String] {
        &self.strategies[player]
    }

    /// Every profile, the last player's strategy running fastest.
    pub fn profiles(&self) -> impl Iterator<Item = Profile> + use<> {
        let counts: Vec<usize> = self.strategies.iter().map(Vec::len).collect();
        let total = counts.iter().product::<usize>();
        (0..total).map(move |mut number| {
            let mut profile = vec![0; counts.len()];
            for (strategy, &count) in profile.iter_mut().zip(&counts).rev() {
                *strategy = number % count;
                number /= count;
            }
            profile
        })
    }

    fn number(&self, profile: &[usize]) -> usize {
        profile
            .iter()
            .zip(&self.strategies)
            .fold(0, |number, (&strategy, names)| number * names.len() + strategy)
    }

    fn scaled(&self, player: usize, profile: &[usize]) -> &BigInt {
        &self.payoffs[player][self.number(profile)]
    }

    /// What a player gets in a profile.
    pub fn payoff(&self, player: usize, profile: &[usize]) -> Rational {
        Rational::new(self.scaled(player, profile).clone(), self.scales[player].clone())
    }

    /// What a player expects when everybody draws from its lottery.
    pub fn expected(&self, player: usize, lotteries: &[Mixed]) -> Rational {
        let mut sum = Rational::from_integer(0.into());
        let mut profile = vec![0; lotteries.len()];
        self.draw(player, lotteries, &mut profile, 0, &Rational::one(), &mut sum);
        sum
    }

    fn draw(
        &self,
        player: usize,
        lotteries: &[Mixed],
        profile: &mut Profile,
        at: usize,
        chance: &Rational,
        sum: &mut Rational,
    ) {
        let Some(lottery) = lotteries.get(at) else {
            *sum += chance * self.payoff(player, profile);
            return;
        };
        for (strategy, part) in lottery {
            profile[at] = *strategy;
            self.draw(player, lotteries, profile, at + 1, &(chance * part), sum);
        }
    }

    /// Whether no player gains by any other strategy, in exact arithmetic.
    pub fn is_equilibrium(&self, lotteries: &[Mixed]) -> bool {
        (0..self.players.len()).all(|player| self.is_best_reply(player, lotteries))
    }

    /// Whether a player's lottery is among its best against those of the others.
    pub fn is_best_reply(&self, player: usize, lotteries: &[Mixed]) -> bool {
        let now = self.expected(player, lotteries);
        (0..self.strategies[player].len()).all(|strategy| {
            let mut other = lotteries.to_vec();
            other[player] = vec![(strategy, Rational::one())];
            self.expected(player, &other) <= now
        })
    }

    /// All strategies of all players.
    pub fn everything(&self) -> Kept {
        self.strategies.iter().map(|names| (0..names.len()).collect()).collect()
    }

    /// All equilibria in pure strategies.
    pub fn pure_equilibria(&self) -> Vec<Profile> {
        let best: Vec<Vec<bool>> = (0..self.players.len())
            .map(|player| self.best_replies(player))
            .collect();
        self.profiles()
            .enumerate()
            .filter(|(number, _)| best.iter().all(|best| best[*number]))
            .map(|(_, profile)| profile)
            .collect()
    }

    /// For each profile, whether the player's strategy is a best reply to the others'.
    fn best_replies(&self, player: usize) -> Vec<bool> {
        let payoffs = &self.payoffs[player];
        // Profiles that differ in this player's strategy alone stand `stride` apart.
        let stride: usize = self.strategies[player + 1..].iter().map(Vec::len).product();
        let count = self.strategies[player].len();
        let mut best = vec![false; payoffs.len()];
        for start in (0..payoffs.len()).filter(|number| (number / stride).is_multiple_of(count)) {
            let line = || (0..count).map(|strategy| start + strategy * stride);
            let most = line().map(|number| &payoffs[number]).max();
            for number in line() {
                best[number] = Some(&payoffs[number]) == most;
            }
        }
        best
    }

    /// Drops strategies that another one strictly dominates until none is left: no equilibrium uses one.
    pub fn undominated(&self, mut kept: Kept) -> Kept {
        loop {
            let mut changed = false;
            for player in 0..kept.len() {
                let lines = self.lines(&kept, player);
                let payoffs = &self.payoffs[player];
                let dominates = |better: usize, worse: usize| {
                    let stride = lines.stride;
                    lines
                        .starts
                        .iter()
                        .all(|start| payoffs[start + better * stride] > payoffs[start + worse * stride])
                };
                let before = &kept[player];
                let after: Vec<usize> = before
                    .iter()
                    .copied()
                    .filter(|&worse| !before.iter().any(|&better| dominates(better, worse)))
                    .collect();
                changed |= after.len() < before.len();
                kept[player] = after;
            }
            if !changed {
                return kept;
            }
        }
    }

    /// Keeps the first of strategies that make no difference to anybody's payoff.
    pub fn distinct(&self, mut kept: Kept) -> Kept {
        let everybody: Vec<usize> = (0..kept.len()).collect();
        for player in 0..kept.len() {
            kept[player] = self.distinct_of(&kept, player, &everybody);
        }
        kept
    }

    /// The first of a player's strategies that make no difference to what these players get.
    fn distinct_of(&self, kept: &Kept, player: usize, to: &[usize]) -> Vec<usize> {
        let lines = self.lines(kept, player);
        let same = |one: usize, other: usize| {
            lines.starts.iter().all(|start| {
                let (one, other) = (start + one * lines.stride, start + other * lines.stride);
                to.iter().all(|&to| self.payoffs[to][one] == self.payoffs[to][other])
            })
        };
        let mut first: Vec<usize> = Vec::new();
        for &strategy in &kept[player] {
            if !first.iter().any(|&one| same(one, strategy)) {
                first.push(strategy);
            }
        }
        first
    }

    /// Where the profiles stand in which the others play kept strategies and the player its first.
    fn lines(&self, kept: &Kept, player: usize) -> Lines {
        let mut starts = vec![0];
        for (at, (strategies, names)) in kept.iter().zip(&self.strategies).enumerate() {
            let own = [0];
            let strategies = if at == player { own.as_slice() } else { strategies };
            starts = starts
                .iter()
                .flat_map(|start| strategies.iter().map(move |strategy| start * names.len() + strategy))
                .collect();
        }
        let stride = self.strategies[player + 1..].iter().map(Vec::len).product();
        Lines { starts, stride }
    }

    /// The game of the two players `pair` while everybody else plays as in `profile`.
    fn between(&self, kept: &Kept, pair: [usize; 2], profile: &[usize]) -> Bimatrix {
        let [row, column] = pair;
        let table = |player: usize| {
            let line = |&r: &usize| {
                let mut at = profile.to_vec();
                at[row] = r;
                kept[column]
                    .iter()
                    .map(|&c| {
                        at[column] = c;
                        self.scaled(player, &at).clone()
                    })
                    .collect()
            };
            kept[row].iter().map(line).collect()
        };
        Bimatrix::new(table(row), table(column))
    }

    /// The extreme equilibria, pure and mixed, of a game whose players are two, among strategies that are undominated
    /// and distinct. They span all equilibria: see [`Bimatrix`]. Of a game with more, those of the first two players
    /// while the others play their first strategies; none of a game with fewer.
    pub fn two_player_equilibria(&self) -> Result<Vec<MixedProfile>, TooLarge> {
        if self.players.len() < 2 {
            return Ok(Vec::new());
        }
        self.restricted_equilibria([0, 1], &vec![0; self.players.len()])
    }

    fn restricted_equilibria(&self, pair: [usize; 2], profile: &[usize]) -> Result<Vec<MixedProfile>, TooLarge> {
        let mut kept: Kept = profile.iter().map(|&strategy| vec![strategy]).collect();
        for player in pair {
            kept[player] = (0..self.strategies[player].len()).collect();
        }
        let kept = self.reduce_pair(kept, pair);
        let solved = self.between(&kept, pair, profile).equilibria()?;
        Ok(solved
            .extreme
            .iter()
            .map(|&(row, column)| {
                let mut lotteries: Vec<Mixed> = profile
                    .iter()
                    .map(|&strategy| vec![(strategy, Rational::one())])
                    .collect();
                lotteries[pair[0]] = lottery(&kept[pair[0]], &solved.rows[row]);
                lotteries[pair[1]] = lottery(&kept[pair[1]], &solved.columns[column]);
                MixedProfile { lotteries }
            })
            .collect())
    }

    /// Undominated and distinct strategies of two players while the others' are fixed. Only the two's payoffs count.
    fn reduce_pair(&self, mut kept: Kept, pair: [usize; 2]) -> Kept {
        loop {
            let size: usize = kept.iter().map(Vec::len).sum();
            for player in pair {
                kept[player] = self.distinct_of(&kept, player, &pair);
            }
            kept = self.undominated(kept);
            if kept.iter().map(Vec::len).sum::<usize>() == size {
                return kept;
            }
        }
    }

    /// Equilibria in which at most two players mix: each two in turn, while the others are held to each profile of
    /// theirs. The extreme equilibria of the two are enumerated, and those stay to which everybody else's strategy is a
    /// best reply. Pure ones are left to [`NormalForm::pure_equilibria`]. Of two players that is everything. Of more, not
    /// enumerated are equilibria in which three mix, and inner points of a continuum whose extreme points fail the
    /// test of the players held.
    pub fn partly_mixed_equilibria(&self) -> Result<Vec<MixedProfile>, TooLarge> {
        let kept = self.distinct(self.undominated(self.everything()));
        let small = self.part(&kept);
        let players = small.players.len();
        let mut held: Vec<([usize; 2], Profile)> = Vec::new();
        for row in 0..players {
            for column in row + 1..players {
                let others = small
                    .profiles()
                    .filter(|profile| profile[row] == 0 && profile[column] == 0);
                held.extend(others.map(|profile| ([row, column], profile)));
            }
        }
        let each: Result<Vec<_>, _> = held
            .into_par_iter()
            .map(|(pair, profile)| {
                let mut found = small.restricted_equilibria(pair, &profile)?;
                found.retain(|candidate| {
                    let mut held = (0..players).filter(|player| !pair.contains(player));
                    candidate.is_mixed() && held.all(|player| small.is_best_reply(player, &candidate.lotteries))
                });
                Ok(found)
            })
            .collect();
        let mut found: Vec<MixedProfile> = each?.into_iter().flatten().collect();
        for profile in &mut found {
            for (lottery, kept) in profile.lotteries.iter_mut().zip(&kept) {
                for (strategy, _) in lottery {
                    *strategy = kept[*strategy];
                }
            }
        }
        found.sort();
        found.dedup();
        Ok(found)
    }

    /// The game that is left when players have only these strategies.
    pub fn part(&self, kept: &Kept) -> Self {
        let mut part = Self {
            players: self.players.clone(),
            strategies: kept
                .iter()
                .zip(&self.strategies)
                .map(|(kept, names)| kept.iter().map(|&strategy| names[strategy].clone()).collect())
                .collect(),
            payoffs: Vec::new(),
            scales: self.scales.clone(),
        };
        let numbers: Vec<usize> = part
            .profiles()
            .map(|profile| {
                let whole: Profile = profile.iter().zip(kept).map(|(&at, kept)| kept[at]).collect();
                self.number(&whole)
            })
            .collect();
        part.payoffs = self
            .payoffs
            .iter()
            .map(|payoffs| numbers.iter().map(|&number| payoffs[number].clone()).collect())
            .collect();
        part
    }
}

impl MixedProfile {
    /// Everybody plays one strategy for sure.
    pub fn pure(profile: &[usize]) -> Self {
        Self {
            lotteries: profile
                .iter()
                .map(|&strategy| vec![(strategy, Rational::one())])
                .collect(),
        }
    }

    pub fn is_mixed(&self) -> bool {
        self.lotteries.iter().any(|lottery| lottery.len() > 1)
    }
}

fn lottery(kept: &[usize], chances: &[Rational]) -> Mixed {
    use num_traits::Zero as _;
    kept.iter()
        .zip(chances)
        .filter(|(_, chance)| !chance.is_zero())
        .map(|(&strategy, chance)| (strategy, chance.clone()))
        .collect()
}
