//! The second paper's matrix and numbers.

use proptest::prelude::*;
use surety_protocol::game::{
    NormalForm,
    experiment::Costs,
    paper::{COLLUSION, HONESTY, Parameters, Violation},
};

use crate::brute::{Number, fraction, number};

/// Section 5.3 at r = 1.
fn published() -> Parameters {
    Costs::published().parameters(&number(1))
}

fn money() -> impl Strategy<Value = Number> {
    (0i64..500).prop_map(|cents| fraction(cents, 100))
}

prop_compose! {
    fn parameters()(
        pay in proptest::collection::vec(money(), 4),
        stakes in proptest::collection::vec(money(), 7),
        percent in 1i64..100,
    ) -> Parameters {
        Parameters {
            r2: pay[0].clone(), r3: pay[1].clone(), c2: pay[2].clone(), c3: pay[3].clone(),
            d: stakes[0].clone(), w: stakes[1].clone(), b: stakes[2].clone(), t: stakes[3].clone(),
            m: stakes[4].clone(), n: stakes[5].clone(), e: stakes[6].clone(), p: fraction(percent, 100),
        }
    }
}

/// Payoffs typed from the table of the specification, cell by cell.
fn expected(game: &Parameters, cell: [usize; 2]) -> [Number; 2] {
    let Parameters {
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
    } = game.clone();
    match cell {
        [0, 0] => [r2 + &w - c2, r3 + w - c3],
        [0, _] => [r2 + &w - c2 - &b - &t, r3 - w + b + t - n],
        [_, 0] => [r2 - &w - m + &t, r3 + w - c3 - t],
        _ => [r2 - &w - &b - m, r3 - w + b - n],
    }
}

fn is_pure_equilibrium(pays: impl Fn([usize; 2]) -> [Number; 2], [row, column]: [usize; 2]) -> bool {
    let here = pays([row, column]);
    pays([1 - row, column])[0] <= here[0] && pays([row, 1 - column])[1] <= here[1]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn the_published_matrix_has_the_equilibria_of_direct_comparison(game in parameters()) {
        let form = game.published();
        for cell in [[0, 0], [0, 1], [1, 0], [1, 1]] {
            let found = [form.payoff(0, &cell), form.payoff(1, &cell)];
            prop_assert_eq!(&found, &expected(&game, cell));
            prop_assert_eq!(
                form.pure_equilibria().contains(&cell.to_vec()),
                is_pure_equilibrium(|cell| expected(&game, cell), cell)
            );
        }
    }

    #[test]
    fn detection_and_telling_change_the_cells_that_they_concern(game in parameters(), reward in money()) {
        let Parameters { r2, r3, c2, c3, w, b, t, m, n, e, p, .. } = &game;
        let hidden = number(1) - p;
        let found_or_not = [
            &hidden * (r2 + w + e) + p * (number(0) - m) - b,
            &hidden * (r3 + w + e) + p * (number(0) - n) + b,
        ];
        let told = |row: usize| match row {
            0 => [r2 + w - c2 - b - t, r3 + w - c3 + b + t],
            _ => [number(0) - m - b, r3 + w - c3 + b + &reward],
        };
        let (found, whistle) = (game.with_detection(), game.with_whistle(Some(&reward)));
        for row in [0, 1] {
            for column in [0, 1, 2] {
                let pays = match [row, column] {
                    COLLUSION => found_or_not.clone(),
                    [row, 2] => told(row),
                    cell => expected(&game, cell),
                };
                let of = |form: &NormalForm| [form.payoff(0, &[row, column]).clone(), form.payoff(1, &[row, column]).clone()];
                prop_assert_eq!(&of(&whistle), &pays);
                if column < 2 {
                    prop_assert_eq!(&of(&found), &pays);
                }
            }
        }
    }

    #[test]
    fn the_closed_forms_are_what_enumeration_finds(game in parameters()) {
        let most = number(100);
        let closed = game.closed_form();
        for other in [0, 1] {
            prop_assert_eq!(game.fine_threshold(0, other, false, &most), Some(closed.worker.clone()));
            prop_assert_eq!(game.fine_threshold(1, other, false, &most), Some(closed.referee.clone()));
        }
        let most = number(100_000);
        let closed = game.closed_form_with_detection().unwrap();
        prop_assert_eq!(game.fine_threshold(0, 1, true, &most), Some(closed.worker));
        prop_assert_eq!(game.fine_threshold(1, 1, true, &most), Some(closed.referee));
    }

    #[test]
    fn collusion_is_an_equilibrium_exactly_up_to_its_threshold(game in parameters()) {
        let colludes = |p: Number| {
            let game = Parameters { p, ..game.clone() };
            let form = game.with_detection();
            is_pure_equilibrium(|cell| [form.payoff(0, &cell), form.payoff(1, &cell)], COLLUSION)
        };
        let a_bit = fraction(1, 1_000_000_000);
        match game.collusion_threshold() {
            Some(found) => {
                prop_assert!(!found.holds_above);
                prop_assert!(colludes(&found.at - &a_bit) || found.at < a_bit);
                prop_assert!(!colludes(&found.at + &a_bit));
            }
            None => prop_assert_eq!(colludes(number(0)), colludes(number(1))),
        }
    }

    #[test]
    fn a_reward_for_telling_undoes_every_pact(game in parameters()) {
        let closed = game.whistle_closed_form();
        let colludes = |reward: Number| game.with_whistle(Some(&reward)).pure_equilibria().contains(&COLLUSION.to_vec());
        prop_assert!(!colludes(&closed + fraction(1, 1000)));
        let border = game.whistle_threshold(&number(100_000)).map(|found| found.at);
        prop_assert_eq!(border, colludes(number(0)).then(|| closed.clone()));
        prop_assert_eq!(colludes(closed), game.with_detection().pure_equilibria().contains(&COLLUSION.to_vec()));
    }
}

#[test]
fn the_experiments_parameters_follow_from_its_costs() {
    let game = published();
    assert_eq!(game.b, fraction(24, 100));
    assert_eq!(game.t, fraction(96, 100));
    assert_eq!((&game.c2, &game.c3), (&fraction(52, 100), &fraction(67, 100)));
    assert_eq!((&game.d, &game.m, &game.n), (&fraction(3, 2), &number(6), &number(4)));
}

#[test]
fn at_the_papers_numbers_honesty_is_the_only_equilibrium_while_every_cheat_is_found() {
    let form = published().published();
    assert_eq!(form.pure_equilibria(), vec![HONESTY.to_vec()]);
    assert_eq!(form.two_player_equilibria().unwrap().len(), 1);
    let closed = published().closed_form();
    assert_eq!(
        (closed.worker, closed.referee),
        (fraction(148, 100), fraction(187, 100))
    );
}

#[test]
fn collusion_returns_at_the_published_detection_probabilities() {
    let found = published().collusion_threshold().unwrap();
    assert_eq!(found.at, fraction(37, 175), "0.2114");
    assert!(found.holds_there && !found.holds_above);
    let honest = published().honesty_threshold().unwrap();
    assert_eq!(honest.at, fraction(37, 175));
    assert!(honest.holds_above && !honest.holds_there);

    let capped = published().with_fines_from_escrow();
    assert_eq!((&capped.m, &capped.n), (&fraction(3, 2), &number(3)));
    assert_eq!(capped.collusion_threshold().unwrap().at, fraction(187, 400), "0.4675");
    assert_eq!(capped.honesty_threshold().unwrap().at, fraction(187, 400));
}

#[test]
fn below_the_threshold_there_is_a_mixed_equilibrium_too() {
    let game = Parameters {
        p: fraction(1, 10),
        ..published()
    };
    let form = game.with_detection();
    assert_eq!(form.pure_equilibria(), vec![HONESTY.to_vec(), COLLUSION.to_vec()]);
    let all = form.two_player_equilibria().unwrap();
    assert_eq!(all.iter().filter(|profile| profile.is_mixed()).count(), 1);
    assert!(all.iter().all(|profile| form.is_equilibrium(&profile.lotteries)));
}

#[test]
fn the_whistle_blowers_reward_is_the_published_one() {
    let game = Parameters {
        p: fraction(1, 10),
        ..published()
    };
    let found = game.whistle_threshold(&number(10)).unwrap();
    assert_eq!(found.at, fraction(17, 100), "c3 - p (n + r3 + w) = 0.67 - 0.1 x 5");
    assert_eq!(found.at, game.whistle_closed_form());
    assert!(!found.holds_above);
}

#[test]
fn the_experiment_breaks_the_papers_own_conditions() {
    assert_eq!(
        published().violations(),
        vec![Violation::Bribe, Violation::WorkerEscrow, Violation::RefereeEscrow]
    );
    assert_eq!(
        published().with_fines_from_escrow().violations(),
        vec![Violation::Bribe]
    );
    let border = Parameters {
        r2: number(3),
        c2: number(3),
        r3: number(3),
        c3: number(3),
        d: number(3),
        b: number(3),
        t: number(3),
        m: number(3),
        n: number(3),
        e: number(3),
        ..published()
    };
    assert_eq!(border.violations().len(), 6, "equal amounts break what has to be more");
    let kept = Parameters {
        r2: number(4),
        r3: number(4),
        d: number(4),
        b: number(4),
        m: number(4),
        n: number(8),
        ..border
    };
    assert_eq!(kept.violations(), [], "and a fine may be all of what is held");
    let unpaid = Parameters {
        r2: number(0),
        e: number(9),
        d: number(0),
        r3: number(0),
        ..published()
    };
    assert_eq!(unpaid.violations().len(), 8, "every condition can fail");
}

#[test]
fn the_figures_bars_follow_from_table_7() {
    let bars = Costs::published().figure(&number(1));
    let bar = |role: &str, strategy: &str| {
        let bar = bars
            .iter()
            .find(|bar| (bar.role, bar.strategy) == (role, strategy))
            .unwrap();
        (bar.cost.clone(), bar.benefit.clone())
    };
    assert_eq!(
        bar("client", "trusts, right result").0,
        fraction(115, 100),
        "r + c1 = 1.15 in the text"
    );
    assert_eq!(
        bar("worker", "honest"),
        (fraction(52, 100), fraction(48, 100)),
        "h = 0.48 in the text"
    );
    assert_eq!(bar("referee", "honest"), (fraction(67, 100), fraction(33, 100)));
    // The text says that a referee which betrays the pact gains. By its own matrix and t = 0.96 it loses.
    assert_eq!(bar("referee", "betrays the pact").1, fraction(-63, 100));
    assert_eq!(bar("referee", "colludes").1, fraction(-299, 100));
    assert_eq!(bar("worker", "cheats, referee betrays").1, fraction(-437, 100));
    assert_eq!(bar("worker", "cheats, referee colludes").1, fraction(-557, 100));
}

#[test]
fn what_is_at_stake_grows_with_the_pay() {
    let game = Costs::published().parameters(&number(3));
    assert_eq!(
        (game.d, game.m, game.n),
        (fraction(9, 2), number(18), number(12)),
        "section 5.3"
    );
    let bars = Costs::published().figure(&number(3));
    let appeals = bars.iter().find(|bar| bar.strategy == "appeals, right result").unwrap();
    let cost = fraction(634, 100);
    assert_eq!(
        (&appeals.cost, &appeals.benefit),
        (&cost, &-cost.clone()),
        "2 r and 0.34"
    );
}
