//! `surety`: fair payment for outsourced computation, from the command line.
//!
//! | module | what |
//! |---|---|
//! | `args`, `commands` | the command line and what each command does |
//! | `agent` | commands that go about the day by themselves: worker, client, referee, watchtower |
//! | `delivery` | results over HTTP |
//! | `demo` | every way a job can end, played on an embedded chain and checked to the wei |
//! | `gas` | what every call costs, in parts, beside the least that it could |
//! | `game` | when honesty pays: the solver's answers, as tables, plots and warnings |
//! | `network` | networks by name, and what was deployed on them |
//! | `look` | where jobs stand, what happened to them, and both live in the terminal |
//! | `context`, `jobfile`, `resultfile`, `keys` | what a command works on |
//! | `chain`, `arbitrum`, `revert` | the chain behind an RPC URL |
//! | `computation`, `evidence` | results: computing them, and proving them wrong |
//! | `own` | computations that people bring along |
//! | `names`, `units` | how things are written for people |

mod agent;
mod args;
mod chain;
mod commands;
mod computation;
mod context;
mod delivery;
mod demo;
mod evidence;
mod game;
mod gas;
mod jobfile;
mod keys;
mod look;
mod names;
mod network;
mod own;
mod resultfile;
mod revert;
mod units;

use std::{
    io::{self, Write as _},
    process::ExitCode,
};

use clap::Parser;
use tracing_subscriber::EnvFilter;

use crate::{args::Cli, context::Report};

#[tokio::main]
async fn main() -> ExitCode {
    // Silent unless RUST_LOG asks for more.
    tracing_subscriber::fmt()
        .with_env_filter(EnvFilter::from_default_env())
        .with_writer(io::stderr)
        .init();
    let cli = Cli::parse();
    let json = cli.global.json;
    match commands::run(cli).await {
        Ok(None) => ExitCode::SUCCESS,
        Ok(Some(report)) => match print(&report, json) {
            Ok(()) if report.bad => ExitCode::FAILURE,
            Ok(()) => ExitCode::SUCCESS,
            // Whoever read our output has had enough.
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => ExitCode::SUCCESS,
            Err(error) => fail(&error),
        },
        // The whole chain of causes, on one line.
        Err(error) => fail(&format!("{error:#}").replace('\n', " ")),
    }
}

fn print(report: &Report, json: bool) -> io::Result<()> {
    let mut out = io::stdout().lock();
    if json {
        writeln!(out, "{}", report.json)
    } else {
        writeln!(out, "{}", report.text)
    }
}

fn fail(error: &dyn std::fmt::Display) -> ExitCode {
    eprintln!("surety: {error}");
    ExitCode::FAILURE
}
