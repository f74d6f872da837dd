//! `surety demo`: plays every way a job can end on a chain of its own, and compares every payment with the protocol.
//!
//! | file | what |
//! |---|---|
//! | `scenarios` | what a play is made of: who does what, what is refused, how it ends |
//! | `payment` | the plays of client and worker |
//! | `game` | the plays with a referee and a bribe |
//! | `calls` | the transaction of each call |
//! | `protocol` | what each ending pays, from the terms alone |
//! | `stage` | chain, contracts, accounts and computations that all plays share |
//! | `play` | carries one scenario out and measures |
//! | `report` | tables for people, JSON for machines |

mod calls;
pub mod game;
pub mod payment;
pub mod play;
pub mod protocol;
pub mod report;
pub mod scenarios;
pub mod stage;

use anyhow::{Result, ensure};
use indicatif::{ProgressBar, ProgressStyle};

use crate::{args::DemoArgs, context::Report};
use scenarios::Scenario;
use stage::Stage;

/// Plays all scenarios, or those whose name contains what is asked for.
pub async fn run(args: &DemoArgs) -> Result<Report> {
    let wanted = args.only.as_deref().unwrap_or_default();
    let chosen: Vec<_> = all().filter(|scenario| scenario.name.contains(wanted)).collect();
    ensure!(
        !chosen.is_empty(),
        "no scenario is called `{wanted}`: there are {}",
        names()
    );
    let stage = Stage::set(None).await?;
    let bar = progress(chosen.len());
    let mut played = Vec::with_capacity(chosen.len());
    for scenario in chosen {
        bar.set_message(scenario.name);
        played.push(play::play(&stage, scenario).await?);
        bar.inc(1);
    }
    bar.finish_and_clear();
    let report = report::report(&stage, &played);
    stage.strike().await;
    Ok(report)
}

/// Of so many plays; its message is the name of the one that runs.
pub fn progress(plays: usize) -> ProgressBar {
    let bar = ProgressBar::new(plays as u64);
    if let Ok(style) = ProgressStyle::with_template("playing {msg} [{bar:40}] {pos}/{len}") {
        bar.set_style(style.progress_chars("=> "));
    }
    bar
}

fn all() -> impl Iterator<Item = &'static Scenario> {
    payment::SCENARIOS.iter().chain(game::SCENARIOS)
}

fn names() -> String {
    all().map(|scenario| scenario.name).collect::<Vec<_>>().join(", ")
}
