//! Extensive games: equilibria by simulating every profile of full strategies, subgame by subgame.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;
use surety_protocol::game::{Builder, Node, SolveError, Stage, Tree, TreeError};

use crate::brute::{Number, fraction, number};

/// A game of three in which a moves, c sees part of that and moves, chance tosses, b sees the toss and moves, and a moves
/// again knowing its first move and whether b went left. Payoffs come from a list.
struct Sample {
    /// Whether c tells a's two first moves apart.
    sees: bool,
    /// Probability of heads in quarters.
    heads: i64,
    pays: Vec<Vec<i64>>,
}

/// What everybody does: a's first move, c's by what it sees, b's by toss, a's last by (first move, b's move).
#[derive(Clone, Debug, PartialEq)]
struct Full {
    first: usize,
    middle: [usize; 2],
    by_toss: [usize; 2],
    last: [[usize; 2]; 2],
}

impl Sample {
    /// Played out, without any tree. Payoffs in quarters.
    fn simulate(&self, full: &Full) -> Vec<i64> {
        let seen = if self.sees { full.first } else { 0 };
        let c = full.middle[seen];
        let mut sum = vec![0; 3];
        for (toss, quarters) in [(0, self.heads), (1, 4 - self.heads)] {
            let b = full.by_toss[toss];
            let a = full.last[full.first][b];
            let pays = &self.pays[(((full.first * 2 + c) * 2 + toss) * 2 + b) * 2 + a];
            for (sum, pay) in sum.iter_mut().zip(pays) {
                *sum += quarters * pay;
            }
        }
        sum
    }

    fn all(&self) -> Vec<Full> {
        (0..1 << 9)
            .map(|bits: usize| {
                let bit = |at: usize| bits >> at & 1;
                Full {
                    first: bit(0),
                    middle: [bit(1), bit(2)],
                    by_toss: [bit(3), bit(4)],
                    last: [[bit(5), bit(6)], [bit(7), bit(8)]],
                }
            })
            .collect()
    }

    /// Equilibria by trying every deviation of every player, as what matters of them.
    fn equilibria(&self) -> BTreeSet<String> {
        let all = self.all();
        let stays = |full: &Full, player: usize| {
            let now = self.simulate(full)[player];
            all.iter()
                .map(|other| match player {
                    0 => Full {
                        first: other.first,
                        last: other.last,
                        ..full.clone()
                    },
                    1 => Full {
                        by_toss: other.by_toss,
                        ..full.clone()
                    },
                    _ => Full {
                        middle: other.middle,
                        ..full.clone()
                    },
                })
                .all(|deviation| self.simulate(&deviation)[player] <= now)
        };
        all.iter()
            .filter(|full| (0..3).all(|player| stays(full, player)))
            .map(|full| self.relevant(full))
            .collect()
    }

    /// A full profile without the moves that its player's own first move rules out.
    fn relevant(&self, full: &Full) -> String {
        let middle = if self.sees {
            full.middle.to_vec()
        } else {
            vec![full.middle[0]]
        };
        format!(
            "{} {:?} {:?} {:?}",
            full.first, middle, full.by_toss, full.last[full.first]
        )
    }

    fn tree(&self) -> Tree {
        let mut builder = Builder::new(&["a", "b", "c"]);
        let mut ends = self.pays.iter();
        let mut firsts = Vec::new();
        for first in 0..2 {
            let mut middles = Vec::new();
            for _ in 0..2 {
                let mut tosses = Vec::new();
                for toss in ["heads", "tails"] {
                    let mut moves = Vec::new();
                    for b in 0..2 {
                        let mut lasts = Vec::new();
                        for _ in 0..2 {
                            let pays = ends.next().unwrap().iter().map(|&pay| number(pay)).collect();
                            lasts.push(builder.end("end", pays).unwrap());
                        }
                        let name = format!("last {first} {b}");
                        moves.push(
                            builder
                                .decision(0, &name, vec![("0", lasts[0]), ("1", lasts[1])])
                                .unwrap(),
                        );
                    }
                    tosses.push(
                        builder
                            .decision(1, toss, vec![("0", moves[0]), ("1", moves[1])])
                            .unwrap(),
                    );
                }
                let chances = vec![
                    (fraction(self.heads, 4), tosses[0]),
                    (fraction(4 - self.heads, 4), tosses[1]),
                ];
                middles.push(builder.chance(chances).unwrap());
            }
            let seen = if self.sees {
                format!("saw {first}")
            } else {
                "blind".to_owned()
            };
            firsts.push(
                builder
                    .decision(2, &seen, vec![("0", middles[0]), ("1", middles[1])])
                    .unwrap(),
            );
        }
        let root = builder
            .decision(0, "first", vec![("0", firsts[0]), ("1", firsts[1])])
            .unwrap();
        builder.finish(root).unwrap()
    }

    /// What the solver finds, in the words of [`Sample::relevant`].
    fn solved(&self) -> BTreeSet<String> {
        let tree = self.tree();
        let strategic = tree.strategic();
        let set = |name: &str| tree.information().iter().position(|set| set.name == name).unwrap();
        strategic
            .normal
            .pure_equilibria()
            .into_iter()
            .map(|profile| {
                let at = |name: &str| tree.choice(&strategic.plans, &profile, set(name)).unwrap();
                let first = at("first");
                let middle = if self.sees {
                    vec![at("saw 0"), at("saw 1")]
                } else {
                    vec![at("blind")]
                };
                let last = [at(&format!("last {first} 0")), at(&format!("last {first} 1"))];
                format!("{first} {middle:?} {:?} {last:?}", [at("heads"), at("tails")])
            })
            .collect()
    }
}

/// A game of perfect information by depth: two moves at each node, the players in turn.
fn solve_backwards(pays: &[Vec<i64>], depth: usize) -> Vec<i64> {
    if pays.len() == 1 {
        return pays[0].clone();
    }
    let (left, right) = pays.split_at(pays.len() / 2);
    let (left, right) = (solve_backwards(left, depth + 1), solve_backwards(right, depth + 1));
    let player = depth % 3;
    if left[player] >= right[player] { left } else { right }
}

fn perfect_information(builder: &mut Builder, pays: &[Vec<i64>], depth: usize, name: String) -> usize {
    if let [pays] = pays {
        return builder
            .end(name, pays.iter().map(|&pay| number(pay)).collect())
            .unwrap();
    }
    let (left, right) = pays.split_at(pays.len() / 2);
    let left = perfect_information(builder, left, depth + 1, format!("{name}l"));
    let right = perfect_information(builder, right, depth + 1, format!("{name}r"));
    builder
        .decision(depth % 3, &name, vec![("l", left), ("r", right)])
        .unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn extensive_games_have_the_equilibria_of_simulation(
        sees: bool,
        heads in 0i64..=4,
        pays in proptest::collection::vec(proptest::collection::vec(0i64..6, 3), 32),
    ) {
        let sample = Sample { sees, heads, pays };
        prop_assert_eq!(sample.solved(), sample.equilibria());
    }

    #[test]
    fn subgame_perfection_is_backward_induction_where_everything_is_seen(
        order in Just((0i64..16).collect::<Vec<_>>()).prop_shuffle(),
        others in proptest::collection::vec(Just((0i64..16).collect::<Vec<_>>()).prop_shuffle(), 2),
    ) {
        // Distinct payoffs, so that the solution is unique.
        let pays: Vec<Vec<i64>> = (0..16).map(|at| vec![order[at], others[0][at], others[1][at]]).collect();
        let mut builder = Builder::new(&["a", "b", "c"]);
        let root = perfect_information(&mut builder, &pays, 0, "root".to_owned());
        let solutions = builder.finish(root).unwrap().subgame_perfect().unwrap();
        prop_assert_eq!(solutions.len(), 1);
        let wanted: Vec<Number> = solve_backwards(&pays, 0).into_iter().map(number).collect();
        prop_assert_eq!(&solutions[0].payoffs, &wanted);
        prop_assert_eq!(solutions[0].ends.values().sum::<Number>(), number(1));
    }
}

#[test]
fn an_empty_threat_is_an_equilibrium_but_not_a_subgame_perfect_one() {
    let mut builder = Builder::new(&["entrant", "holder"]);
    let pays = |a, b| vec![number(a), number(b)];
    let out = builder.end("out", pays(0, 2)).unwrap();
    let fight = builder.end("fight", pays(-1, -1)).unwrap();
    let share = builder.end("share", pays(1, 1)).unwrap();
    let reply = builder
        .decision(1, "reply", vec![("fight", fight), ("share", share)])
        .unwrap();
    let root = builder
        .decision(0, "enter?", vec![("out", out), ("in", reply)])
        .unwrap();
    let tree = builder.finish(root).unwrap();
    assert_eq!(tree.strategic().normal.pure_equilibria().len(), 2);
    let perfect = tree.subgame_perfect().unwrap();
    assert_eq!(perfect.len(), 1);
    assert_eq!(perfect[0].ends, BTreeMap::from([("share".to_owned(), number(1))]));
    assert_eq!(perfect[0].payoffs, pays(1, 1));
    let stage = |at: &str, player: usize, plan: &str| Stage {
        at: at.to_owned(),
        moves: vec![(player, vec![(plan.to_owned(), number(1))])],
    };
    let stages = [stage("enter?", 0, "enter?: in"), stage("reply", 1, "reply: share")];
    assert_eq!(perfect[0].stages, stages);
}

#[test]
fn a_subgame_without_pure_equilibrium_is_played_mixed() {
    // Matching pennies for two more, behind an outside option of 1/2 for the first player.
    let mut builder = Builder::new(&["row", "column"]);
    let pennies: Vec<usize> = [[1, 0], [0, 1], [0, 1], [1, 0]]
        .iter()
        .map(|pays| {
            builder
                .end("played", pays.iter().map(|&pay| number(2 * pay)).collect())
                .unwrap()
        })
        .collect();
    let left = builder
        .decision(1, "guess", vec![("l", pennies[0]), ("r", pennies[1])])
        .unwrap();
    let right = builder
        .decision(1, "guess", vec![("l", pennies[2]), ("r", pennies[3])])
        .unwrap();
    let play = builder.decision(0, "hide", vec![("l", left), ("r", right)]).unwrap();
    let out = builder.end("out", vec![fraction(1, 2), number(0)]).unwrap();
    let root = builder.decision(0, "play?", vec![("yes", play), ("no", out)]).unwrap();
    let perfect = builder.finish(root).unwrap().subgame_perfect().unwrap();
    assert_eq!(perfect.len(), 1);
    assert_eq!(perfect[0].payoffs, vec![number(1), number(1)]);
    assert_eq!(perfect[0].stages.len(), 2);
}

/// Two players who choose at once, and what follows each pair of moves.
fn at_once(builder: &mut Builder, name: &str, follows: [[usize; 2]; 2]) -> usize {
    let replies = follows.map(|[left, right]| {
        builder
            .decision(1, &format!("{name}, second"), vec![("l", left), ("r", right)])
            .unwrap()
    });
    builder
        .decision(0, name, vec![("l", replies[0]), ("r", replies[1])])
        .unwrap()
}

#[test]
fn a_mixed_equilibrium_ends_with_the_probabilities_of_its_draws() {
    let mut builder = Builder::new(&["row", "column"]);
    let mut end = |label: &str, row: i64| {
        let pays = vec![number(row), number(-row)];
        builder.end(label, pays).unwrap()
    };
    let [rare, often, won] = ["rare", "often", "won"].map(|label| end(label, 1));
    let lost = [end("lost", -1), end("lost", -1)];
    let drawn = builder
        .chance(vec![(fraction(1, 3), rare), (fraction(2, 3), often)])
        .unwrap();
    let root = at_once(&mut builder, "pennies", [[drawn, lost[0]], [lost[1], won]]);
    let solutions = builder.finish(root).unwrap().subgame_perfect().unwrap();
    assert_eq!(solutions.len(), 1);
    let expected = [("rare", (1, 12)), ("often", (1, 6)), ("won", (1, 4)), ("lost", (1, 2))];
    let expected = expected.map(|(label, (part, whole))| (label.to_owned(), fraction(part, whole)));
    assert_eq!(solutions[0].ends, BTreeMap::from(expected));
}

#[test]
fn more_equilibria_than_can_be_shown_are_an_error() {
    // So many games of coordination side by side, each with three equilibria.
    let solve = |games: i64| {
        let mut builder = Builder::new(&["row", "column"]);
        let branches = (0..games)
            .map(|game| {
                let mut end = |pay| builder.end("played", vec![number(pay); 2]).unwrap();
                let follows = [[end(1), end(0)], [end(0), end(1)]];
                (
                    fraction(1, games),
                    at_once(&mut builder, &format!("game {game}"), follows),
                )
            })
            .collect();
        let root = builder.chance(branches).unwrap();
        builder.finish(root).unwrap().subgame_perfect()
    };
    assert_eq!(solve(3).unwrap().len(), 27);
    assert_eq!(solve(8).unwrap_err(), SolveError::TooMany("chance".to_owned()));
}

#[test]
fn a_forced_move_is_no_part_of_a_plan() {
    let mut builder = Builder::new(&["a"]);
    let ends = [1, 2].map(|pay| builder.end("end", vec![number(pay)]).unwrap());
    let free = builder
        .decision(0, "free", vec![("l", ends[0]), ("r", ends[1])])
        .unwrap();
    let forced = builder.decision(0, "forced", vec![("on", free)]).unwrap();
    let tree = builder.finish(forced).unwrap();
    assert_eq!(tree.strategic().normal.strategies(0), ["free: l", "free: r"]);
}

#[test]
fn malformed_games_are_refused() {
    let end = |builder: &mut Builder| builder.end("end", vec![number(0)]).unwrap();

    let mut builder = Builder::new(&["a"]);
    let wrong = builder.end("end", vec![]).unwrap_err();
    assert_eq!(
        wrong,
        TreeError::PayoffCount {
            label: "end".to_owned(),
            found: 0,
            expected: 1
        }
    );
    let a = end(&mut builder);
    assert_eq!(
        builder.chance(vec![(fraction(1, 2), a)]).unwrap_err(),
        TreeError::Chances(1)
    );
    assert_eq!(
        builder.decision(3, "x", vec![("l", a)]).unwrap_err(),
        TreeError::NoSuchPlayer(3)
    );
    assert_eq!(
        builder.decision(0, "x", vec![]).unwrap_err(),
        TreeError::Actions("x".to_owned())
    );

    let mut builder = Builder::new(&["a"]);
    let a = end(&mut builder);
    let twice = builder.decision(0, "x", vec![("l", a), ("r", a)]).unwrap();
    assert_eq!(builder.finish(twice).unwrap_err(), TreeError::NotATree(a));

    let mut builder = Builder::new(&["a"]);
    let (a, b) = (end(&mut builder), end(&mut builder));
    let root = builder.decision(0, "x", vec![("l", a)]).unwrap();
    assert_eq!(builder.clone().finish(root).unwrap_err(), TreeError::NotATree(b));
    assert_eq!(builder.finish(99).unwrap_err(), TreeError::NoSuchNode(99));

    // A player that forgets its own first move.
    let mut builder = Builder::new(&["a"]);
    let seconds: Vec<usize> = (0..2)
        .map(|_| {
            let (l, r) = (end(&mut builder), end(&mut builder));
            builder.decision(0, "second", vec![("l", l), ("r", r)]).unwrap()
        })
        .collect();
    let root = builder
        .decision(0, "first", vec![("l", seconds[0]), ("r", seconds[1])])
        .unwrap();
    assert_eq!(
        builder.finish(root).unwrap_err(),
        TreeError::Recall("second".to_owned())
    );
}

#[test]
fn information_sets_hold_all_their_nodes() {
    let tree = Sample {
        sees: false,
        heads: 1,
        pays: vec![vec![0, 0, 0]; 32],
    }
    .tree();
    let blind = tree.information().iter().find(|set| set.name == "blind").unwrap();
    assert_eq!(blind.nodes.len(), 2);
    assert!(
        blind
            .nodes
            .iter()
            .all(|&node| matches!(tree.nodes()[node], Node::Decision { .. }))
    );
    // The root alone starts a game of its own: c does not see a's move, and b sees nobody's.
    assert_eq!(tree.subgame_roots(), vec![tree.root()]);
}
