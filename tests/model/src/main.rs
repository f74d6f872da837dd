//! Explores every setting and every kind of honesty to the end, and prints how many states there were.

use std::{io, process::ExitCode, thread, time::Instant};

use stateright::{Checker, Model, report::WriteReporter};
use surety_model::{Game, Honest, Scale, Setting};

fn main() -> ExitCode {
    let threads = thread::available_parallelism().map_or(1, |count| count.get());
    println!(
        "{:<10} {:<23} {:>12} {:>12} {:>6} {:>8}  promises",
        "setting", "honest", "steps", "states", "depth", "seconds"
    );
    let mut kept = true;
    for setting in [Setting::Predicate, Setting::Referee, Setting::Game] {
        for honest in Honest::all(setting) {
            let begin = Instant::now();
            let checker = Game::new(setting, honest, &Scale::LARGE)
                .checker()
                .threads(threads)
                .spawn_bfs();
            let checker = checker.report(&mut WriteReporter::new(&mut io::stderr()));
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
                "{:<10} {:<23} {:>12} {:>12} {:>6} {:>8}  {}",
                format!("{setting:?}"),
                honest,
                checker.state_count(),
                checker.unique_state_count(),
                checker.max_depth(),
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
