//! The short form of the model checker: jobs of the escrow alone, every play of so many steps.

use stateright::{Checker, Model};
use surety_model::{Game, Honest, Setting};

/// Steps of the longest play, the first position among them: enough to be paid and to be convicted.
const DEPTH: usize = 12;

fn every_promise_holds(setting: Setting, honest: Honest) {
    let game = Game::new(setting, honest).checker();
    let checker = game.threads(2).target_max_depth(DEPTH).spawn_bfs().join();
    println!("{} states, depth {}", checker.unique_state_count(), checker.max_depth());
    checker.assert_properties();
}

#[test]
fn nobody_is_honest() {
    every_promise_holds(Setting::Predicate, Honest::Nobody);
}

#[test]
fn the_worker_is_honest() {
    every_promise_holds(Setting::Predicate, Honest::Worker);
}

#[test]
fn the_client_is_honest() {
    every_promise_holds(Setting::Predicate, Honest::Client);
}

#[test]
fn both_are_honest() {
    every_promise_holds(Setting::Predicate, Honest::Both);
}

#[test]
fn the_referees_word_decides() {
    every_promise_holds(Setting::Referee, Honest::Nobody);
}
