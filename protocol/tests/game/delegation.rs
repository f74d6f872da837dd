//! The contracts' game against the ledger that plays it out, and what follows from it.

use std::collections::BTreeSet;

use proptest::prelude::*;
use surety_protocol::game::{
    advice::{Class, Goal, Knob},
    delegation::{CLIENT, Client, Delegation, Judge, Outcome, REFEREE, WORKER},
    gas::Gas,
    rational::{approximate, whole},
    settlement::Stakes,
};

use crate::{
    brute::{Number, fraction, number},
    ledger::{Job, equilibria, in_order},
};

/// Every call costs the same.
fn flat_gas(cost: i64) -> Gas {
    let mut gas = Gas {
        price: 1,
        ..Gas::default()
    };
    for (_, call) in gas.calls() {
        *call = cost as u64;
    }
    gas
}

fn delegation(job: &Job) -> Delegation {
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
fn plain() -> Job {
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
    assert!(advised.always(Goal::Confirmed).unwrap());
    let amount = |game: &Delegation, knob: Knob| -> Number {
        match knob {
            Knob::Reward => game.stakes.reward.clone(),
            Knob::Fee => game.stakes.fee.clone(),
            Knob::Deposit => game.stakes.deposit.clone(),
            _ => game.stakes.stake.clone(),
        }
    };
    let last = knobs[3];
    let least = amount(&advised, last);
    let less = advised.with(last, &(&least - number(1))).with_worst_pact();
    assert!(
        least == number(0) || !less.only_honest().unwrap(),
        "{}",
        approximate(&least)
    );
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
    let game = delegation(&plain());
    let strategic = game.tree().unwrap().strategic();
    let profiles = strategic.normal.pure_equilibria();
    let classes = game.pure_equilibria().unwrap();
    assert!(!profiles.is_empty());
    assert_eq!(classes.iter().map(|class| class.count).sum::<usize>(), profiles.len());
    for profile in profiles {
        let payoffs: Vec<_> = (0..3)
            .map(|player| strategic.normal.payoff(player, &profile).clone())
            .collect();
        assert!(classes.iter().any(|class| class.payoffs == payoffs));
    }
    for class in &classes {
        assert!(!class.example.is_empty());
        assert!(
            class.example.iter().all(|(_, plans)| !plans[0].0.is_empty()),
            "{class:?}"
        );
    }
}
