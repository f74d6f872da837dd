//! A position and its normal form: no call can tell them apart.

use proptest::prelude::*;
use stateright::Model;
use surety_model::{Game, Honest, Scale, Setting};

/// Plays at random, without normal forms, and tries every step wherever it comes by, in both.
fn cannot_be_told_apart(setting: Setting, picks: &[u16]) {
    let game = Game::new(setting, Honest::default(), &Scale::SMALL.with_refusals());
    let mut chain = game.init_states().remove(0).chain;
    for pick in picks {
        let normal = game.normal(chain.clone());
        let mut nexts = Vec::new();
        for step in game.steps() {
            let next = game.step(&chain, step);
            let of_normal = game.step(&normal, step);
            let forms = [&next, &of_normal].map(|state| state.clone().map(|state| game.normal(state)));
            assert_eq!(forms[0], forms[1], "after {}", game.format_action(&step));
            nexts.extend(next);
        }
        // A second always passes, here in a quarter of all steps.
        let seconds = nexts.len() - 1;
        let next = if seconds == 0 || pick % 4 == 0 {
            seconds
        } else {
            usize::from(pick / 4) % seconds
        };
        chain = nexts.swap_remove(next);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn in_jobs_with_a_predicate(picks in prop::collection::vec(any::<u16>(), 24)) {
        cannot_be_told_apart(Setting::Predicate, &picks);
    }

    #[test]
    fn in_jobs_that_a_referee_decides(picks in prop::collection::vec(any::<u16>(), 24)) {
        cannot_be_told_apart(Setting::Referee, &picks);
    }

    #[test]
    fn in_jobs_with_a_case_and_a_pact(picks in prop::collection::vec(any::<u16>(), 32)) {
        cannot_be_told_apart(Setting::Game, &picks);
    }
}
