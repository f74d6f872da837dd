//! Explores every setting and every kind of honesty to the end, and prints how many states there were.

use std::{
    process::ExitCode,
    thread,
    time::{Duration, Instant},
};

use indicatif::ProgressBar;
use stateright::{Checker, Model};
use surety_model::{Game, Honest, Scale, Setting};

fn main() -> ExitCode {
    let threads = thread::available_parallelism().map_or(1, |count| count.get());
    println!(
        "{:<14} {:<23} {:>12} {:>12} {:>8}  promises",
        "setting", "honest", "steps", "states", "seconds"
    );
    let mut kept = true;
    let plays = [
        ("predicate", Setting::Predicate, Scale::LARGE.with_refusals()),
        ("referee", Setting::Referee, Scale::LARGE.with_refusals()),
        ("case and bribe", Setting::Game, Scale::LARGE),
        ("with refusals", Setting::Game, Scale::SMALL.with_refusals()),
    ];
    for (name, setting, scale) in plays {
        for honest in Honest::all(setting) {
            let begin = Instant::now();
            let checker = Game::new(setting, honest, &scale)
                .checker()
                .threads(threads)
                .spawn_bfs();
            let progress = ProgressBar::new_spinner();
            while !checker.is_done() {
                let (steps, states) = (checker.state_count(), checker.unique_state_count());
                progress.set_message(format!("{name}, honest: {honest}: {steps} steps to {states} states"));
                thread::sleep(Duration::from_millis(100));
            }
            progress.finish_and_clear();
            let checker = checker.join();
            let broken: Vec<_> = checker
                .discoveries()
                .into_iter()
                .filter(|(name, _)| !name.starts_with("a worker is"))
                .map(|(name, path)| {
                    let steps = path.into_actions();
                    let steps: Vec<_> = steps.iter().map(|step| checker.model().format_action(step)).collect();
                    format!("{name}: {}", steps.join(", "))
                })
                .collect();
            println!(
                "{:<14} {:<23} {:>12} {:>12} {:>8}  {}",
                name,
                honest,
                checker.state_count(),
                checker.unique_state_count(),
                begin.elapsed().as_secs(),
                if broken.is_empty() {
                    "kept".to_owned()
                } else {
                    broken.join("; ")
                }
            );
            kept &= broken.is_empty();
        }
    }
    if kept { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
