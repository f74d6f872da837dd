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
    let game = Game::new(Setting::Game, Honest::default(), &Scale::SMALL.with_refusals());
    let names: Vec<_> = game.steps().map(|step| game.format_action(&step)).collect();
    let calls = [
        "delegate",
        "cancel",
        "take",
        "accept",
        "dispute",
        "confirm",
        "seal",
        "reveal",
        "publish",
        "demand",
        "deliver",
        "appeal",
        "take the case",
        "seal the opinion",
        "reveal the opinion",
        "offer the bribe",
        "accept the bribe",
        "withdraw the bribe",
    ];
    for role in ["Client", "Worker", "Referee", "Stranger"] {
        for call in calls {
            let tries = |name: &String| name.starts_with(&format!("{role}: {call}"));
            assert!(names.iter().any(tries), "{role} does not try to {call}");
        }
        let withdrawals = names.iter().filter(|name| **name == format!("{role}: withdraw"));
        assert_eq!(withdrawals.count(), 3, "one from each contract");
    }
    // What does not depend on who calls, what one does to oneself, and what is no call.
    let others = [
        "Stranger: tick",
        "Stranger: judge",
        "Stranger: settle the case",
        "Stranger: check the results",
        "Client: take payments",
        "Worker: take payments",
        "Referee: take payments",
        "Worker: show the result",
        "a second passes",
    ];
    for other in others {
        assert!(names.iter().any(|name| name.starts_with(other)), "{other} is missing");
    }
}
