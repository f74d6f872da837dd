//! The short form of the model checker: small jobs of every setting, played in every way to the end.

use stateright::{Checker, Model};
use surety_model::{Game, Honest, Scale, Setting};

fn every_promise_holds(setting: Setting, scale: &Scale) {
    for honest in Honest::all(setting) {
        let game = Game::new(setting, honest, scale).checker();
        let checker = game.threads(2).spawn_bfs().join();
        println!("honest: {honest}; {} states", checker.unique_state_count());
        checker.assert_properties();
    }
}

#[test]
fn every_promise_holds_where_a_predicate_decides() {
    every_promise_holds(Setting::Predicate, &Scale::SMALL.with_refusals());
}

#[test]
fn every_promise_holds_where_the_referees_word_decides() {
    every_promise_holds(Setting::Referee, &Scale::SMALL.with_refusals());
}

#[test]
fn every_promise_holds_with_a_case_and_a_bribe() {
    every_promise_holds(Setting::Game, &Scale::SMALL);
}

/// None is taken for another one: calls to two contracts may look alike.
#[test]
fn everybody_tries_every_call() {
    let names = |setting| -> Vec<String> {
        let game = Game::new(setting, Honest::default(), &Scale::SMALL.with_refusals());
        game.steps().map(|step| game.format_action(&step)).collect()
    };
    let of_jobs = [
        "delegate",
        "cancel",
        "take",
        "accept",
        "dispute",
        "confirm",
        "publish the leaves of the right result",
        "demand [0]",
        "deliver [0] of the right result",
        "withdraw",
    ];
    let of_open_jobs = ["submit the right result", "judge WrongElement at 0 of [1, 2, 3]"];
    let of_games = [
        "seal the right result",
        "reveal the right result",
        "appeal",
        "take the case",
        "seal the opinion the right result",
        "reveal the opinion the right result",
        "offer the bribe",
        "accept the bribe",
        "withdraw the bribe",
    ];
    for (setting, more, contracts) in [
        (Setting::Referee, &of_open_jobs[..], 1),
        (Setting::Game, &of_games[..], 3),
    ] {
        let names = names(setting);
        let tried = |name: &str| names.iter().filter(|have| *have == name).count();
        for role in ["Client", "Worker", "Referee", "Stranger"] {
            for call in of_jobs.iter().chain(more) {
                let expected = if *call == "withdraw" { contracts } else { 1 };
                assert_eq!(
                    tried(&format!("{role}: {call}")),
                    expected,
                    "{setting:?}: {role}: {call}"
                );
            }
        }
        // What everybody may end alone, what one does to oneself, and what is no call.
        for other in ["Stranger: tick", "Worker: show the result", "a second passes"] {
            assert_eq!(tried(other), 1, "{setting:?}: {other}");
        }
        for role in ["Client", "Worker", "Referee"] {
            assert_eq!(tried(&format!("{role}: take payments, or refuse them")), 1);
            assert_eq!(tried(&format!("{role}: withdraw to itself")), contracts);
        }
    }
    let names = names(Setting::Game);
    for end in ["Stranger: settle the case", "Stranger: check the results"] {
        assert!(names.iter().any(|name| name == end), "{end} is missing");
    }
}
