//! What is drawn, from the solver.

use anyhow::Result;
use surety_plot::Line;
use surety_protocol::{
    detection,
    game::{
        Rational, SolveError,
        advice::Knob,
        delegation::{Bribery, Client, Delegation, History, Opinion, REFEREE, WORKER, Work},
        experiment::Bar,
        rational::{approximate, whole},
        threshold,
    },
};

use super::Figure;
use crate::game::{args::JobGame, show::ETHER};

/// Columns of the honest region.
const COLUMNS: u32 = 100;
/// Halvings of a column's height.
const HALVINGS: u32 = 9;
/// Fractions of wrong elements in the first paper's curve.
const WRONG: [f64; 4] = [0.1, 0.05, 0.02, 0.01];
/// Largest sample of that curve, and how many sizes are drawn.
const SAMPLES: u64 = 1000;
const POINTS: u32 = 90;

fn ether(wei: &Rational) -> f64 {
    approximate(&(wei / whole(ETHER)))
}

/// Payoffs by strategy as the probability of being found out grows. Money moves on straight lines.
pub fn utilities(base: &Delegation) -> Vec<(&'static str, Vec<Line>)> {
    let mut game = base.clone();
    game.client = Client::Commits {
        appeals: true,
        checks: whole(1),
    };
    game.watcher = whole(0);
    // Half of what the pact saves the worker where nobody looks, and a stake below it, as the paper wants.
    let half = whole(1) / whole(2);
    game.stakes.bribe = game.with(Knob::Detection, &whole(0)).with_worst_pact().stakes.bribe * &half;
    game.stakes.pact_stake = &game.stakes.bribe * &half;
    let line = |name: &str, player: usize, work: Work, opinion: Option<Opinion>, bribery: Bribery| {
        let history = History {
            appealed: opinion.is_some(),
            opinion,
            bribery,
            work,
        };
        let point = |chance: i32| {
            let game = game.with(Knob::Detection, &whole(chance));
            (f64::from(chance), ether(&game.expected(&history)[player]))
        };
        Line {
            name: name.to_owned(),
            points: vec![point(0), point(1)],
        }
    };
    let (honest, agreed) = (Some(Opinion::Honest), Some(Opinion::Agreed));
    let (none, pact) = (Bribery::None, Bribery::Accepted);
    let worker = vec![
        line("honest", WORKER, Work::Honest, None, none),
        line("cheats, no referee", WORKER, Work::Cheat, None, none),
        line("keeps a pact", WORKER, Work::Agreed, agreed, pact),
        line("pact, referee betrays", WORKER, Work::Agreed, honest, pact),
    ];
    let referee = vec![
        line("honest", REFEREE, Work::Honest, honest, none),
        line("keeps a pact", REFEREE, Work::Agreed, agreed, pact),
        line("betrays a pact", REFEREE, Work::Agreed, honest, pact),
        line("seals junk", REFEREE, Work::Honest, Some(Opinion::Junk), none),
    ];
    vec![("Worker", worker), ("Referee", referee)]
}

/// The smallest deposit by detection probability, alone and against a pact.
pub fn region(job: &JobGame, base: &Delegation) -> Result<Figure> {
    let top = (&base.stakes.deposit * whole(4))
        .max(&base.work * whole(4))
        .max(whole(1));
    let settings = [
        ("client checks, no referee", false),
        ("client appeals and checks, worst pact", true),
    ];
    let mut lines = Vec::new();
    for (name, appeals) in settings {
        let game = Delegation {
            client: job.commits(appeals)?,
            watcher: whole(0),
            ..base.clone()
        };
        let points: Result<Vec<_>, SolveError> = (0..=COLUMNS).map(|column| least(&game, column, &top)).collect();
        lines.push(Line {
            name: name.to_owned(),
            points: points?,
        });
    }
    Ok(Figure::Region {
        lines,
        deposit: ether(&base.stakes.deposit),
        top: ether(&top),
    })
}

/// The deposit in ether above which honesty is the only equilibrium; `top` where no deposit up to that helps.
fn least(game: &Delegation, column: u32, top: &Rational) -> Result<(f64, f64), SolveError> {
    let chance = Rational::new(column.into(), COLUMNS.into());
    let game = game.with(Knob::Detection, &chance);
    let honest = |deposit: &Rational| game.with(Knob::Deposit, deposit).with_worst_pact().only_honest();
    let deposit = match threshold(&whole(0), top, HALVINGS, honest)? {
        Some(border) => border.at,
        None if honest(&whole(0))? => whole(0),
        None => top.clone(),
    };
    Ok((approximate(&chance), ether(&deposit)))
}

/// 1 - (1 - q)^m, as the first paper samples.
pub fn detection() -> Vec<Line> {
    WRONG
        .into_iter()
        .map(|wrong| Line {
            name: format!("q = {wrong}"),
            points: samples()
                .map(|samples| (samples as f64, detection::probability(wrong, samples)))
                .collect(),
        })
        .collect()
}

/// Sample sizes that stand evenly on a logarithmic axis.
fn samples() -> impl Iterator<Item = u64> {
    let mut last = 0;
    (0..=POINTS).filter_map(move |point| {
        let size = (SAMPLES as f64).powf(f64::from(point) / f64::from(POINTS)).round() as u64;
        let new = size > last;
        last = size;
        new.then_some(size)
    })
}

/// The second paper's Figure 3.
pub fn bars(bars: &[Bar]) -> Vec<(String, f64, f64)> {
    bars.iter()
        .map(|bar| {
            let name = format!("{}: {}", bar.role, bar.strategy);
            (name, approximate(&bar.cost), approximate(&bar.benefit))
        })
        .collect()
}
