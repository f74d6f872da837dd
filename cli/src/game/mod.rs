//! `surety game`: when does honesty pay?
//!
//! | file | what |
//! |---|---|
//! | `args` | the command line, and the games that it describes |
//! | `paper` | the second paper's matrix and figures |
//! | `contracts` | the game that the contracts play, its borders, the smallest terms that keep it honest |
//! | `plot` | the same as SVG and PNG |
//! | `warning` | what `surety delegate` says about terms that make cheating pay |
//! | `show` | numbers and equilibria as text and as JSON |

pub mod args;
mod contracts;
mod paper;
mod plot;
mod show;
mod warning;

use anyhow::Result;
use serde_json::json;

use crate::context::Report;
use args::{GameArgs, GameCommand};

pub use warning::{Costs, Warning, warning};

/// Carries out `surety game`.
pub fn run(args: &GameArgs) -> Result<Report> {
    if let Some(GameCommand::Plot { out }) = &args.command {
        return plot::run(args, out);
    }
    let (paper, paper_json) = paper::report(&args.parameters()?)?;
    let (contracts, contracts_json) = contracts::report(&args.job)?;
    Ok(Report::new(
        format!("{paper}\n\n{contracts}"),
        json!({ "paper": paper_json, "contracts": contracts_json }),
    ))
}
