//! The contracts' game against the ledger that plays it out, and what follows from it.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;
use surety_protocol::game::{
    MixedProfile,
    advice::{Class, Goal, Knob},
    delegation::{CLIENT, Client, Delegation, Judge, Outcome, REFEREE, WORKER},
    gas::Gas,
    rational::whole,
    settlement::Stakes,
};

use crate::{
    brute::{Number, fraction, number},
    ledger::{Job, equilibria, in_order},
};

/// Every call costs the same.
pub fn flat_gas(cost: i64) -> Gas {
    let mut gas = Gas {
        price: 1,
        ..Gas::default()
    };
    for (_, call) in gas.calls() {
        *call = cost as u64;
    }
    gas
}

pub fn delegation(job: &Job) -> Delegation {
    Delegation {
        stakes: Stakes {
            reward: number(job.reward),
            bonus: number(job.bonus),
            deposit: number(job.deposit),
            fee: number(job.fee),
            fee_bonus: number(job.fee_bonus),
            stake: number(job.stake),
            bribe: number(job.bribe),
            pact_stake: number(job.pact_stake),
        },
        work: number(job.work),
        referee_work: number(job.referee_work),
        check: number(job.check),
        value: number(job.value),
        harm: number(job.harm),
        gain: number(job.gain),
        skipped: fraction(job.skipped, 4),
        detection: fraction(job.detection, 4),
        watcher: fraction(job.watcher, 4),
        judge: match (job.predicate, job.trusted) {
            (true, _) => Judge::Predicate,
            (false, true) => Judge::TrustedWord,
            (false, false) => Judge::SelfishWord,
        },
        verifier: true,
        client: Client::Commits {
            appeals: true,
            checks: fraction(job.checks, 4),
        },
        gas: flat_gas(job.call),
    }
}

prop_compose! {
    fn jobs()(
        pay in proptest::collection::vec(0i64..40, 4),
        stakes in proptest::collection::vec(0i64..80, 4),
        costs in proptest::collection::vec(0i64..8, 2),
        weights in proptest::collection::vec(0i64..30, 4),
        quarters in proptest::collection::vec(0i64..=4, 4),
        predicate: bool,
        trusted: bool,
        call in 0i64..3,
    ) -> Job {
        Job {
            reward: pay[0], bonus: pay[1], fee: pay[2], fee_bonus: pay[3],
            deposit: stakes[0], stake: stakes[1], bribe: stakes[2], pact_stake: stakes[3],
            work: 4 * costs[0], referee_work: 4 * costs[1],
            check: weights[0], value: weights[1], harm: weights[2], gain: weights[3],
            skipped: quarters[0], detection: quarters[1], watcher: quarters[2], checks: quarters[3],
            predicate, trusted, call,
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    #[test]
    fn the_contracts_game_has_the_equilibria_of_playing_it_out(job in jobs()) {
        let strategic = delegation(&job).tree().unwrap().strategic();
        let form = &strategic.normal;
        let found: BTreeSet<(String, String)> = form
            .pure_equilibria()
            .into_iter()
            .map(|profile| {
                let words = |player: usize| in_order(&form.strategies(player)[profile[player]]);
                (words(WORKER), words(REFEREE))
            })
            .collect();
        prop_assert_eq!(found, equilibria(&job));
    }
}

/// A job worth 10 with deposits of 20 and 40, where a cheat leaves out all the work.
pub fn plain() -> Job {
    Job {
        reward: 1000,
        bonus: 100,
        deposit: 2000,
        fee: 1000,
        fee_bonus: 100,
        stake: 4000,
        bribe: 100,
        pact_stake: 500,
        work: 600,
        referee_work: 600,
        check: 10,
        value: 3000,
        harm: 3000,
        gain: 0,
        skipped: 4,
        detection: 4,
        watcher: 0,
        checks: 4,
        predicate: true,
        trusted: false,
        call: 1,
    }
}

fn single(classes: &[Class]) -> &Class {
    assert_eq!(classes.len(), 1, "{classes:?}");
    &classes[0]
}

#[test]
fn a_client_that_always_checks_gets_honest_work_only() {
    let game = delegation(&plain()).with_worst_pact();
    assert!(game.only_honest().unwrap());
    let perfect = game.perfect_equilibria().unwrap();
    assert!(single(&perfect).is_honest());
}

#[test]
fn a_client_that_appeals_but_never_checks_invites_collusion() {
    let game = delegation(&Job { checks: 0, ..plain() }).with_worst_pact();
    assert!(!game.only_honest().unwrap());
    assert!(
        game.perfect_equilibria()
            .unwrap()
            .iter()
            .all(|class| !class.is_honest())
    );
    // A watcher with the predicate is as good as the client's own check.
    let watched = delegation(&Job {
        checks: 0,
        watcher: 4,
        ..plain()
    })
    .with_worst_pact();
    assert!(watched.only_honest().unwrap());
}

#[test]
fn the_stake_of_a_pact_does_not_matter_where_nobody_would_offer_it() {
    // The bribe has to come from what both save: with p(d + n + r + w + r3 + w3) above it no stake helps.
    let game = delegation(&Job { checks: 2, ..plain() });
    for pact_stake in [0, 1_000, 1_000_000] {
        let mut game = game.with_worst_pact();
        game.stakes.pact_stake = whole(pact_stake);
        assert!(game.only_honest().unwrap(), "{pact_stake}");
    }
}

#[test]
fn a_selfish_word_convicts_honest_workers() {
    let game = delegation(&Job {
        predicate: false,
        trusted: false,
        bribe: 0,
        pact_stake: 0,
        ..plain()
    });
    let framed = game.expected(&surety_protocol::game::delegation::History {
        appealed: true,
        opinion: Some(surety_protocol::game::delegation::Opinion::Junk),
        bribery: surety_protocol::game::delegation::Bribery::None,
        work: surety_protocol::game::delegation::Work::Honest,
    });
    // Fee and bonus for no work, and the worker's deposit is gone.
    assert_eq!(framed[REFEREE], number(1100 - 5));
    assert_eq!(framed[WORKER], number(-2000 - 600 - 3));
    assert!(!game.only_honest().unwrap());
}

#[test]
fn a_client_that_chooses_checks_just_often_enough() {
    let job = plain();
    let mut game = delegation(&job);
    game.client = Client::Chooses;
    game.verifier = false;
    let perfect = game.perfect_equilibria().unwrap();
    let class = single(&perfect);
    // The worker is as well off honest as cheating: 600 saved against 3,000 lost, and the payout's call saved.
    let (saved, lost) = (600, 3000 - 1);
    let checked = fraction(saved, lost);
    // The client is as well off checking as trusting: 10 for a check against 3,000 + 3,000 gained and a call.
    let cheats = fraction(10, 1000 + 2000 + 3000 - 1);
    let ended = |outcome: Outcome| class.ends.get(outcome.label()).cloned().unwrap_or_else(|| number(0));
    assert_eq!(ended(Outcome::PaidRight), number(1) - &cheats);
    assert_eq!(ended(Outcome::Convicted), cheats * checked);
}

#[test]
fn borders_are_where_the_arithmetic_puts_them() {
    // Without gas and referee: honesty pays alone from p = saved / (r + d).
    let mut game = delegation(&Job {
        call: 0,
        bonus: 0,
        ..plain()
    });
    game.verifier = false;
    game.client = Client::Commits {
        appeals: false,
        checks: whole(1),
    };
    let border = game
        .honesty_border(Knob::Detection, &number(0), &number(1), false)
        .unwrap()
        .unwrap();
    assert_eq!(border.at, fraction(600, 3000));
    assert!(border.holds_above && !border.holds_there);
    let half = game.with(Knob::Detection, &fraction(1, 2));
    let border = half
        .honesty_border(Knob::Deposit, &number(0), &number(10_000), false)
        .unwrap()
        .unwrap();
    assert_eq!(border.at, number(200), "p (r + d) = 600");
    let border = game
        .honesty_border(Knob::Reward, &number(0), &number(10_000), false)
        .unwrap()
        .unwrap();
    assert_eq!(border.at, number(600), "the worker takes the order above its cost");
}

#[test]
fn recommended_terms_are_the_smallest_that_hold() {
    let game = delegation(&Job {
        detection: 2,
        ..plain()
    });
    let knobs = [Knob::Reward, Knob::Fee, Knob::Deposit, Knob::Stake];
    let advised = game
        .smallest_terms(&knobs, &number(100_000), Goal::Confirmed)
        .unwrap()
        .unwrap();
    let amount = |knob| match knob {
        Knob::Reward => &advised.stakes.reward,
        Knob::Fee => &advised.stakes.fee,
        Knob::Deposit => &advised.stakes.deposit,
        _ => &advised.stakes.stake,
    };
    // Each in turn, with those after it as high as allowed.
    let mut reached = knobs.iter().fold(game, |game, &knob| game.with(knob, &number(100_000)));
    let met = |game: Delegation| game.with_worst_pact().always(Goal::Confirmed).unwrap();
    for knob in knobs {
        let least = amount(knob);
        assert!(*least < number(100_000), "{knob:?}");
        assert!(
            *least == number(0) || !met(reached.with(knob, &(least - number(1)))),
            "{knob:?}"
        );
        reached = reached.with(knob, least);
        assert!(met(reached.clone()), "{knob:?}");
    }
    assert_eq!(advised, reached.with_worst_pact());
    // Nothing helps where nobody ever looks.
    let blind = delegation(&Job { checks: 0, ..plain() });
    assert!(
        blind
            .smallest_terms(&knobs, &number(100_000), Goal::Confirmed)
            .unwrap()
            .is_none()
    );
}

#[test]
fn the_smallest_sample_is_the_first_that_holds() {
    let mut game = delegation(&Job {
        skipped: 1,
        gain: 100,
        ..plain()
    });
    game.verifier = false;
    game.client = Client::Commits {
        appeals: false,
        checks: whole(1),
    };
    let each = fraction(1, 100);
    let samples = game.smallest_sample(0.01, 1_000, &each).unwrap().unwrap();
    let holds = |samples: u64| {
        let detection = surety_protocol::detection::probability(0.01, samples);
        game.with(
            Knob::Detection,
            &surety_protocol::game::rational::probability(detection, 6),
        )
        .only_honest()
        .unwrap()
    };
    assert!(holds(samples) && !holds(samples - 1), "{samples}");
    assert_eq!(
        game.smallest_sample(0.0, 1_000, &each).unwrap(),
        None,
        "a sample finds nothing where nothing is wrong"
    );
}

#[test]
fn a_client_that_chooses_samples_for_nothing_or_where_others_watch() {
    let smallest = |watcher, each| {
        let mut game = delegation(&Job {
            skipped: 1,
            watcher,
            ..plain()
        });
        (game.verifier, game.client) = (false, Client::Chooses);
        game.smallest_sample(0.01, 1_000, &number(each)).unwrap()
    };
    // Who is sure that the worker is honest saves the cost of looking, whatever it is.
    assert_eq!((smallest(0, 0), smallest(0, 1)), (Some(6), None));
    assert_eq!(smallest(1, 100), Some(0));
}

#[test]
fn payoffs_are_named_by_player() {
    let mut game = delegation(&plain());
    game.client = Client::Commits {
        appeals: false,
        checks: whole(1),
    };
    let perfect = game.perfect_equilibria().unwrap();
    let class = single(&perfect);
    assert_eq!(class.payoffs[CLIENT], number(3000 - 1000 - 10 - 1));
    assert_eq!(class.payoffs[WORKER], number(1000 - 600 - 4));
    assert_eq!(class.payoffs[REFEREE], number(0));
}

#[test]
fn only_a_job_with_a_verifier_can_be_appealed() {
    let commits = Client::Commits {
        appeals: true,
        checks: whole(1),
    };
    for client in [commits, Client::Chooses] {
        let referees_plans = |verifier| {
            let game = Delegation {
                client: client.clone(),
                verifier,
                ..delegation(&plain())
            };
            let strategic = game.tree().unwrap().strategic();
            strategic.normal.strategies(REFEREE).len()
        };
        assert!(referees_plans(true) > 1, "{client:?}");
        assert_eq!(referees_plans(false), 1, "{client:?}: nothing to decide");
    }
}

#[test]
fn the_worst_pact_stakes_ten_times_all_that_moves() {
    let stakes = delegation(&Job { checks: 0, ..plain() }).with_worst_pact().stakes;
    let moves = [
        &stakes.reward,
        &stakes.bonus,
        &stakes.deposit,
        &stakes.fee,
        &stakes.fee_bonus,
        &stakes.stake,
        &stakes.bribe,
    ];
    assert!(moves.iter().all(|amount| **amount > number(0)));
    assert_eq!(stakes.pact_stake, moves.into_iter().sum::<Number>() * number(10));
}

#[test]
fn a_call_costs_its_gas_at_the_price_of_gas() {
    let gas = Gas {
        price: 3,
        ..Gas::default()
    };
    assert_eq!(gas.cost(5), number(15));
}

#[test]
fn a_client_that_chooses_tells_apart_what_was_revealed() {
    let game = Delegation {
        client: Client::Chooses,
        ..delegation(&plain())
    };
    let tree = game.tree().unwrap();
    let sets = tree.information().iter().filter(|set| set.player == CLIENT);
    let names: BTreeSet<&str> = sets.map(|set| set.name.as_str()).collect();
    let expected = [
        "appeal?",
        "different results",
        "equal results",
        "no opinion",
        "one result",
    ];
    assert_eq!(names, BTreeSet::from(expected));
}

#[test]
fn knobs_are_amounts_or_probabilities() {
    use Knob::*;
    assert!([Reward, Bonus, Deposit, Fee, Stake].iter().all(|knob| knob.is_amount()));
    assert!(![Detection, Watcher, Checks].iter().any(|knob| knob.is_amount()));
    // The referee's contract refuses a stake below twice the deposit.
    let stake = |deposit| delegation(&plain()).with(Deposit, &number(deposit)).stakes.stake;
    assert_eq!((stake(1000), stake(3000)), (number(4000), number(6000)));
}

#[test]
fn pure_equilibria_are_those_of_the_normal_form_in_classes() {
    let trusted = Job {
        predicate: false,
        trusted: true,
        ..plain()
    };
    for game in [delegation(&plain()), delegation(&trusted)] {
        let tree = game.tree().unwrap();
        let strategic = tree.strategic();
        let form = &strategic.normal;
        let mut expected = BTreeMap::new();
        for pure in form.pure_equilibria() {
            let payoffs: Vec<_> = (0..3).map(|player| form.payoff(player, &pure)).collect();
            let ends = tree.ends(&strategic, &MixedProfile::pure(&pure));
            *expected.entry((ends, payoffs)).or_insert(0) += 1;
        }
        assert!(!expected.is_empty());
        let classes = game.pure_equilibria().unwrap();
        assert_eq!(classes.len(), expected.len());
        for class in classes {
            assert_eq!(expected[&(class.ends.clone(), class.payoffs.clone())], class.count);
            assert!(!class.example.is_empty());
            assert!(
                class.example.iter().all(|(_, plans)| !plans[0].0.is_empty()),
                "{class:?}"
            );
        }
    }
}
