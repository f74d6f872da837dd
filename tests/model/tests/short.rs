//! The short form of the model checker: small jobs of every setting, played in every way to the end.

use stateright::{Checker, Model};
use surety_model::{Game, Honest, Scale, Setting};

fn every_promise_holds(setting: Setting) {
    for honest in Honest::all(setting) {
        let game = Game::new(setting, honest, &Scale::SMALL).checker();
        let checker = game.threads(2).spawn_bfs().join();
        println!("honest: {honest}; {} states", checker.unique_state_count());
        checker.assert_properties();
    }
}

#[test]
fn every_promise_holds_where_a_predicate_decides() {
    every_promise_holds(Setting::Predicate);
}

#[test]
fn every_promise_holds_where_the_referees_word_decides() {
    every_promise_holds(Setting::Referee);
}

#[test]
fn every_promise_holds_with_a_case_and_a_bribe() {
    every_promise_holds(Setting::Game);
}
