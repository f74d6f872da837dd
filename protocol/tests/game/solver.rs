//! Equilibria of two players, and of three in normal form.

use num_bigint::BigInt;
use proptest::prelude::*;
use surety_protocol::game::{Bimatrix, Equilibria, MixedProfile, NormalForm, Rational, TooLarge, rational, threshold};

use crate::brute::{Number, Pair, Tables, number, two_by_two};

type Table = Vec<Vec<i64>>;

/// Two tables of the same shape with payoffs in `-most..=most`.
fn tables(sizes: std::ops::RangeInclusive<usize>, most: i64) -> impl Strategy<Value = (Table, Table)> {
    (sizes.clone(), sizes).prop_flat_map(move |(rows, columns)| {
        let table = proptest::collection::vec(proptest::collection::vec(-most..=most, columns), rows);
        (table.clone(), table)
    })
}

fn solve(row: &Table, column: &Table) -> Equilibria {
    let big = |table: &Table| {
        table
            .iter()
            .map(|line| line.iter().map(|&v| BigInt::from(v)).collect())
            .collect()
    };
    Bimatrix::new(big(row), big(column)).equilibria().unwrap()
}

fn extreme(found: &Equilibria) -> Vec<Pair> {
    let mut pairs: Vec<Pair> = found
        .extreme
        .iter()
        .map(|&(x, y)| (found.rows[x].clone(), found.columns[y].clone()))
        .collect();
    pairs.sort();
    pairs
}

/// Some inner point of the convex hull of lotteries.
fn blend(lotteries: &[&Vec<Number>]) -> Vec<Number> {
    let weights: Vec<i64> = (1..=lotteries.len() as i64).collect();
    let total = number(weights.iter().sum());
    (0..lotteries[0].len())
        .map(|at| {
            let sum: Number = lotteries
                .iter()
                .zip(&weights)
                .map(|(lottery, &weight)| &lottery[at] * number(weight))
                .sum();
            sum / &total
        })
        .collect()
}

#[test]
fn games_of_127_strategies_are_solved_and_larger_ones_refused() {
    // The first row, and the first column, are better than all others.
    let table = |columns: usize| -> Vec<Vec<BigInt>> {
        let payoff = |row: usize, column: usize| BigInt::from(i32::from(row == 0) + i32::from(column == 0));
        (0..2)
            .map(|row| (0..columns).map(|column| payoff(row, column)).collect())
            .collect()
    };
    let solve = |columns: usize| Bimatrix::new(table(columns), table(columns)).equilibria();
    let found = solve(125).unwrap();
    let pure = |size: usize| (0..size).map(|at| number(i64::from(at == 0))).collect::<Vec<_>>();
    assert_eq!((found.rows, found.columns), (vec![pure(2)], vec![pure(125)]));
    assert_eq!(solve(126).unwrap_err(), TooLarge { rows: 2, columns: 126 });
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn generic_games_have_the_equilibria_of_support_enumeration((row, column) in tables(1..=4, 1000)) {
        let found = extreme(&solve(&row, &column));
        prop_assert_eq!(found, Tables { row: &row, column: &column }.extreme_equilibria());
    }

    #[test]
    fn degenerate_games_have_the_extreme_equilibria_of_support_enumeration((row, column) in tables(1..=4, 1)) {
        let found = extreme(&solve(&row, &column));
        prop_assert_eq!(found, Tables { row: &row, column: &column }.extreme_equilibria());
    }

    #[test]
    fn every_mixture_within_an_exchangeable_set_is_an_equilibrium((row, column) in tables(1..=4, 1)) {
        let found = solve(&row, &column);
        let tables = Tables { row: &row, column: &column };
        prop_assert!(!found.sets.is_empty(), "every finite game has an equilibrium");
        for (xs, ys) in &found.sets {
            let x = blend(&xs.iter().map(|&x| &found.rows[x]).collect::<Vec<_>>());
            let y = blend(&ys.iter().map(|&y| &found.columns[y]).collect::<Vec<_>>());
            prop_assert!(tables.is_equilibrium(&x, &y));
        }
        let mut sets: Vec<usize> = found.components.concat();
        sets.sort_unstable();
        prop_assert_eq!(sets, (0..found.sets.len()).collect::<Vec<_>>(), "each set is in one component");
    }

    #[test]
    fn two_by_two_games_have_the_equilibria_of_the_formulas(
        values in proptest::collection::vec(-50i64..50, 8)
            .prop_filter("no ties", |v| v[0] != v[2] && v[1] != v[3] && v[4] != v[5] && v[6] != v[7])
    ) {
        let row = vec![vec![values[0], values[1]], vec![values[2], values[3]]];
        let column = vec![vec![values[4], values[5]], vec![values[6], values[7]]];
        prop_assert_eq!(extreme(&solve(&row, &column)), two_by_two(&row, &column));
    }

    #[test]
    fn reduced_games_keep_every_equilibrium_of_two((row, column) in tables(1..=4, 3)) {
        // Dominated and duplicate strategies go before the solver looks; what is found must hold in the whole game.
        let names = ["a", "b", "c", "d"];
        let form = NormalForm::two(["row", "column"], &names[..row.len()], &names[..row[0].len()], |r, c| {
            [number(row[r][c]), number(column[r][c])]
        });
        let found = form.two_player_equilibria().unwrap();
        let tables = Tables { row: &row, column: &column };
        prop_assert!(!found.is_empty());
        for profile in &found {
            let spread = |player: usize, size: usize| {
                let mut lottery = vec![number(0); size];
                for (strategy, chance) in &profile.lotteries[player] {
                    lottery[*strategy] = chance.clone();
                }
                lottery
            };
            prop_assert!(tables.is_equilibrium(&spread(0, row.len()), &spread(1, row[0].len())));
        }
        // A pure equilibrium may go with a twin strategy, but never its payoffs.
        for pure in form.pure_equilibria() {
            let pays = |profile: &MixedProfile| [0, 1].map(|player| form.expected(player, &profile.lotteries));
            let wanted = pays(&MixedProfile::pure(&pure));
            prop_assert!(found.iter().any(|profile| pays(profile) == wanted));
        }
    }

    #[test]
    fn three_players_have_the_pure_equilibria_of_direct_deviations(
        payoffs in proptest::collection::vec(proptest::collection::vec(0i64..4, 3), 12)
    ) {
        let sizes = [2usize, 3, 2];
        let at = |profile: &[usize]| (profile[0] * 3 + profile[1]) * 2 + profile[2];
        let names = |size: usize| (0..size).map(|n| n.to_string()).collect::<Vec<_>>();
        let players = ["a", "b", "c"].map(str::to_owned).to_vec();
        let form = NormalForm::from_fn(players, sizes.map(names).to_vec(), |profile| {
            payoffs[at(profile)].iter().map(|&v| number(v)).collect()
        });
        let mut expected = Vec::new();
        for a in 0..2 { for b in 0..3 { for c in 0..2 {
            let profile = [a, b, c];
            let stays = (0..3).all(|player| (0..sizes[player]).all(|other| {
                let mut deviation = profile;
                deviation[player] = other;
                payoffs[at(&deviation)][player] <= payoffs[at(&profile)][player]
            }));
            if stays { expected.push(profile.to_vec()); }
        }}}
        prop_assert_eq!(form.pure_equilibria(), expected);
        for mixed in form.partly_mixed_equilibria().unwrap() {
            // Expected payoffs by summing over all profiles.
            let pays = |player: usize, lotteries: &[Vec<(usize, Rational)>]| -> Number {
                lotteries[0].iter().flat_map(|a| lotteries[1].iter().map(move |b| (a, b)))
                    .flat_map(|(a, b)| lotteries[2].iter().map(move |c| (a, b, c)))
                    .map(|(a, b, c)| &a.1 * &b.1 * &c.1 * number(payoffs[at(&[a.0, b.0, c.0])][player]))
                    .sum()
            };
            for player in 0..3 {
                let now = pays(player, &mixed.lotteries);
                for other in 0..sizes[player] {
                    let mut deviation = mixed.lotteries.clone();
                    deviation[player] = vec![(other, number(1))];
                    prop_assert!(pays(player, &deviation) <= now);
                }
            }
        }
    }

    #[test]
    fn the_simplest_fraction_is_the_first_that_a_search_meets(low in 1i64..400, width in 0i64..40, scale in 1i64..97) {
        let (low, high) = (Number::new(low.into(), scale.into()), Number::new((low + width).into(), scale.into()));
        let searched = (1i64..).find_map(|below| {
            let above = (&low * number(below)).ceil();
            let candidate = above / number(below);
            (candidate <= high).then_some(candidate)
        });
        prop_assert_eq!(Some(rational::simplest_between(&low, &high)), searched);
        prop_assert_eq!(rational::simplest_between(&-high.clone(), &-low.clone()), -rational::simplest_between(&low, &high));
    }
}

#[test]
fn a_game_with_a_continuum_of_equilibria_is_one_component() {
    // The row player never cares, the column player prefers the left against the upper row.
    let found = solve(&vec![vec![1, 1], vec![1, 1]], &vec![vec![1, 0], vec![0, 0]]);
    assert_eq!(found.components.len(), 1);
    assert_eq!(found.extreme.len(), 3);
    assert_eq!(found.sets.len(), 2);
}

#[test]
fn what_lies_between_two_corners_is_none() {
    // Many best replies at once: two rays that share enough facets for an edge may still have a third between them.
    let row = vec![vec![0, 1, 0, 0], vec![0, 0, 1, 0], vec![0, 0, 0, 0]];
    let column = vec![vec![-1, 0, -1, 0], vec![1, 0, 1, 0], vec![0, 1, 0, -1]];
    let tables = Tables {
        row: &row,
        column: &column,
    };
    assert_eq!(extreme(&solve(&row, &column)), tables.extreme_equilibria());
}

#[test]
fn matching_pennies_has_its_mixed_equilibrium_alone() {
    let found = solve(&vec![vec![1, -1], vec![-1, 1]], &vec![vec![-1, 1], vec![1, -1]]);
    let half = vec![Number::new(1.into(), 2.into()); 2];
    assert_eq!(extreme(&found), vec![(half.clone(), half)]);
}

fn form(sizes: &[usize], payoffs: impl Fn(&[usize]) -> Vec<i64>) -> NormalForm {
    let names = |count: usize| (0..count).map(|n| n.to_string()).collect::<Vec<_>>();
    let strategies = sizes.iter().map(|&size| names(size)).collect();
    NormalForm::from_fn(names(sizes.len()), strategies, |profile| {
        payoffs(profile).into_iter().map(number).collect()
    })
}

#[test]
fn only_best_replies_to_each_other_are_an_equilibrium() {
    // Both gain by confessing, strategy 1, whatever the other does.
    let dilemma = form(&[2, 2], |at| {
        let years = |own: usize, other: usize| [[3, 0], [5, 1]][own][other];
        vec![years(at[0], at[1]), years(at[1], at[0])]
    });
    let holds = |profile: [usize; 2]| dilemma.is_equilibrium(&MixedProfile::pure(&profile).lotteries);
    assert_eq!([[0, 0], [0, 1], [1, 0], [1, 1]].map(holds), [false, false, false, true]);
}

#[test]
fn dominated_strategies_go_until_none_is_left() {
    // The second player's left is better in any case; only then the first player's upper row.
    let game = form(&[2, 2], |at| vec![i64::from(at[0] == at[1]), i64::from(at[1] == 0)]);
    assert_eq!(game.undominated(game.everything()), [[0], [0]]);
}

#[test]
fn strategies_are_distinct_if_anybody_sees_a_difference() {
    let kept = |special: usize, seen_by: usize| {
        let game = form(&[3, 2], |at| {
            let bonus = |player: usize| i64::from(player == seen_by && at[0] == special);
            (0..2).map(|player| bonus(player) + at[1] as i64).collect()
        });
        game.distinct(game.everything())
    };
    for seen_by in [0, 1] {
        assert_eq!(
            kept(1, seen_by),
            [[0, 1], [0, 1]],
            "the first row and the last are the same"
        );
        assert_eq!(kept(0, seen_by), [[0, 1], [0, 1]], "the last two are");
    }
    assert_eq!(kept(1, 2), [vec![0], vec![0, 1]]);
}

#[test]
fn the_first_two_play_while_others_stay_at_their_first_strategy() {
    assert_eq!(form(&[2], |at| vec![at[0] as i64]).two_player_equilibria(), Ok(vec![]));
    let pennies = form(&[2, 2, 2], |at| {
        let same = if at[0] == at[1] { 1 } else { -1 };
        if at[2] == 0 {
            vec![same, -same, 0]
        } else {
            vec![0, 0, 1]
        }
    });
    let found = pennies.two_player_equilibria().unwrap();
    let half = || {
        vec![
            (0, Number::new(1.into(), 2.into())),
            (1, Number::new(1.into(), 2.into())),
        ]
    };
    let lotteries = vec![half(), half(), vec![(0, number(1))]];
    assert_eq!(found, [MixedProfile { lotteries }]);
    // The third would leave.
    assert_eq!(pennies.partly_mixed_equilibria(), Ok(vec![]));
}

#[test]
fn games_beyond_enumeration_are_refused() {
    let table = vec![vec![BigInt::from(0); 100]; 100];
    let error = Bimatrix::new(table.clone(), table).equilibria().unwrap_err();
    assert!(error.to_string().contains("100 by 100"), "{error}");
}

#[test]
fn fractions_are_shown_as_the_nearest_float() {
    assert_eq!(rational::approximate(&Number::new((-3).into(), 8.into())), -0.375);
}

#[test]
fn a_threshold_is_found_exactly_and_told_from_none() {
    let border = Number::new(37.into(), 175.into());
    let holds = |p: &Number| Ok::<_, ()>(*p <= border);
    let found = threshold(&number(0), &number(1), 60, holds).unwrap().unwrap();
    assert_eq!(
        (&found.at, found.holds_there, found.holds_above),
        (&border, true, false)
    );
    assert_eq!(threshold(&number(0), &number(1), 60, |_| Ok::<_, ()>(true)), Ok(None));
    assert_eq!(threshold(&number(0), &number(1), 60, |_| Err("no")), Err("no"));
}

#[test]
fn numbers_are_read_as_decimals_or_fractions() {
    assert_eq!(rational::parse("0.24"), Some(Number::new(6.into(), 25.into())));
    assert_eq!(rational::parse("-3"), Some(number(-3)));
    assert_eq!(rational::parse("37/175"), Some(Number::new(37.into(), 175.into())));
    for text in ["", ".", "-", "1/0", "1e3", "abc", "1.2.3", "--1"] {
        assert_eq!(rational::parse(text), None, "{text}");
    }
    assert_eq!(
        rational::probability(0.123_456_789, 4),
        Number::new(1234.into(), 10_000.into())
    );
    assert_eq!(rational::probability(7.0, 4), number(1));
}
