//! Subgame-perfect equilibria: every subgame is solved before the moves that lead to it.

use std::collections::{BTreeMap, HashMap};

use super::{
    bimatrix::TooLarge,
    normal::MixedProfile,
    rational::Rational,
    strategy::Strategic,
    tree::{Node, Tree, TreeError},
};

/// Solutions of one subgame beyond which the search is given up.
const LIMIT: usize = 4_096;

/// Why a game was not solved.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SolveError {
    #[error(transparent)]
    Tree(#[from] TreeError),
    #[error(transparent)]
    TooLarge(#[from] TooLarge),
    #[error("the subgame at `{0}` has more than {LIMIT} equilibria")]
    TooMany(String),
}

/// What happens at one subgame's own moves.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Stage {
    /// The information set that the subgame starts at.
    pub at: String,
    /// For each player that moves in it: its plans in words, with their probabilities.
    pub moves: Vec<(usize, Vec<(String, Rational)>)>,
}

/// A subgame-perfect equilibrium.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Solution {
    pub payoffs: Vec<Rational>,
    /// Probability of each outcome, by the labels of the ends.
    pub ends: BTreeMap<String, Rational>,
    /// From the root down.
    pub stages: Vec<Stage>,
}

impl Tree {
    /// All subgame-perfect equilibria in which every subgame, with the subgames inside it replaced by their payoffs, is
    /// played in a pure equilibrium or in one of those of [`super::NormalForm::partly_mixed_equilibria`].
    pub fn subgame_perfect(&self) -> Result<Vec<Solution>, SolveError> {
        let roots = self.subgame_roots();
        self.solve(self.root(), &roots)
    }

    /// Probability of each end, by label, when everybody draws from its lottery.
    pub fn ends(&self, strategic: &Strategic, profile: &MixedProfile) -> BTreeMap<String, Rational> {
        let mut ends: BTreeMap<String, Rational> = BTreeMap::new();
        for (pure, chance) in draws(profile) {
            let play = self.play(&|information| self.choice(&strategic.plans, &pure, information));
            for (label, part) in play.ends {
                *ends.entry(label.to_owned()).or_default() += &chance * part;
            }
        }
        ends
    }

    fn solve(&self, root: usize, roots: &[usize]) -> Result<Vec<Solution>, SolveError> {
        let nested = self.outermost(root, roots);
        let mut choices: Vec<HashMap<usize, Solution>> = vec![HashMap::new()];
        for inner in nested {
            let solutions = self.solve(inner, roots)?;
            if choices.len() * solutions.len() > LIMIT {
                return Err(SolveError::TooMany(self.start(root)));
            }
            choices = choices
                .iter()
                .flat_map(|chosen| {
                    solutions.iter().map(move |solution| {
                        let mut chosen = chosen.clone();
                        chosen.insert(inner, solution.clone());
                        chosen
                    })
                })
                .collect();
        }
        let mut found: Vec<Solution> = Vec::new();
        for chosen in choices {
            let ends = chosen
                .iter()
                .map(|(&at, solution)| (at, solution.payoffs.clone()))
                .collect();
            let stage = self.part(root, &ends)?;
            let strategic = stage.strategic();
            let form = &strategic.normal;
            let kept = form.distinct(form.everything());
            let pure = form.pure_equilibria().into_iter();
            let pure = pure.filter(|profile| {
                profile
                    .iter()
                    .zip(&kept)
                    .all(|(strategy, kept)| kept.contains(strategy))
            });
            let mixed = form.partly_mixed_equilibria()?;
            for profile in pure.map(|profile| MixedProfile::pure(&profile)).chain(mixed) {
                let solution = self.solution(root, &stage, &strategic, &profile, &chosen);
                if !found.contains(&solution) {
                    found.push(solution);
                }
                if found.len() > LIMIT {
                    return Err(SolveError::TooMany(self.start(root)));
                }
            }
        }
        Ok(found)
    }

    /// Subgames below `root` that are in no other below `root`.
    fn outermost(&self, root: usize, roots: &[usize]) -> Vec<usize> {
        let mut found = Vec::new();
        let mut stack = self.children(root);
        while let Some(at) = stack.pop() {
            if roots.contains(&at) {
                found.push(at);
            } else {
                stack.extend(self.children(at));
            }
        }
        found.sort_unstable();
        found
    }

    fn start(&self, root: usize) -> String {
        match &self.nodes()[root] {
            Node::Decision { information, .. } => self.information()[*information].name.clone(),
            Node::Chance { .. } => "chance".to_owned(),
            Node::End { label, .. } => label.clone(),
        }
    }

    fn solution(
        &self,
        root: usize,
        stage: &Tree,
        strategic: &Strategic,
        profile: &MixedProfile,
        chosen: &HashMap<usize, Solution>,
    ) -> Solution {
        let here = stage.ends(strategic, profile);
        let mut ends = BTreeMap::new();
        let mut stages = vec![Stage {
            at: self.start(root),
            moves: moves(stage, strategic, profile),
        }];
        let inner: BTreeMap<_, _> = chosen.iter().map(|(at, solution)| (at.to_string(), solution)).collect();
        for (label, chance) in here {
            match inner.get(&label) {
                Some(solution) => {
                    for (label, part) in &solution.ends {
                        *ends.entry(label.clone()).or_default() += &chance * part;
                    }
                }
                None => *ends.entry(label).or_default() += chance,
            }
        }
        let mut below: Vec<_> = chosen.iter().collect();
        below.sort_by_key(|(at, _)| std::cmp::Reverse(**at));
        for (_, solution) in below {
            stages.extend(solution.stages.iter().cloned());
        }
        let payoffs = (0..self.players().len())
            .map(|player| strategic.normal.expected(player, &profile.lotteries))
            .collect();
        Solution { payoffs, ends, stages }
    }
}

/// The moves of a stage, of players that have any.
fn moves(stage: &Tree, strategic: &Strategic, profile: &MixedProfile) -> Vec<(usize, Vec<(String, Rational)>)> {
    let of = |player: usize| {
        let lottery = profile.lotteries[player].iter();
        lottery
            .map(|(strategy, chance)| (stage.describe(&strategic.plans[player][*strategy]), chance.clone()))
            .collect::<Vec<_>>()
    };
    (0..stage.players().len())
        .map(|player| (player, of(player)))
        .filter(|(_, lottery)| lottery.iter().any(|(plan, _)| !plan.is_empty()))
        .collect()
}

/// Every pure profile of a mixed one, with its probability.
fn draws(profile: &MixedProfile) -> Vec<(Vec<usize>, Rational)> {
    let mut draws = vec![(Vec::new(), Rational::from_integer(1.into()))];
    for lottery in &profile.lotteries {
        draws = draws
            .iter()
            .flat_map(|(pure, chance)| {
                lottery.iter().map(move |(strategy, part)| {
                    let mut pure = pure.clone();
                    pure.push(*strategy);
                    (pure, chance * part)
                })
            })
            .collect();
    }
    draws
}
