//! `surety gas`: what every call costs, its parts, and the least that any contract with this interface must pay.
//!
//! Each action is a step of a play, so its gas is that of a real transaction. Plays are at fixed times with fixed keys and
//! salts: the figures are exact, and a snapshot of them is kept in `contracts/snapshots`.

mod actions;
mod parts;
mod twin;

use std::collections::BTreeMap;

use alloy::primitives::{Address, address};
use anyhow::{Context as _, Result, ensure};
use comfy_table::{Cell, Table};
use indicatif::ProgressBar;
use serde_json::{Value, json};
use surety_wasm::COMPILER;

use crate::{
    args::GasArgs,
    chain::Request,
    commands::{Deployed, ICacheManager},
    context::Report,
    demo::{
        self,
        play::{self, Played},
        report::{OTHERS, PAPER_DEPLOY, PAPER_HONEST, contract_json, number, paper_figure, table},
        stage::Stage,
    },
    units,
};
use actions::{ACTIONS, Action, plays};
use parts::Parts;
use twin::{Beside, Twins};

/// When the chain begins, in seconds, and how long after one play the next begins: longer than any play takes, and short
/// enough for all to come before the programs expire, a year after their activation.
const START: u64 = 2_000_000_000;
const APART: u64 = 7 * 24 * 3600;

/// The cache manager of Arbitrum Sepolia, where the embedded chain has its own too.
const CACHE_MANAGER: Address = address!("A6E41fFD769491a42A6e5Ce453259b93983a22EF");

/// An action, measured.
struct Measured {
    action: &'static Action,
    call: &'static str,
    uncached: u64,
    cached: Parts,
    /// In Solidity, if that was asked for and the call is one of the escrow's.
    beside: Option<Beside>,
}

pub async fn run(args: &GasArgs) -> Result<Report> {
    let twins = args.twins.as_deref().map(Twins::read).transpose()?;
    let runs = if twins.is_some() { 3 } else { 2 };
    let bar = demo::progress(runs * plays().count());
    let stage = Stage::set(Some(START)).await?;
    let uncached = played(&stage, &bar).await?;
    stage.strike().await;

    let beside = match &twins {
        Some(twins) => {
            let stage = Stage::set_around(Some(START), Some(&twins.sha256)).await?;
            cache(&stage, &[&stage.verifier, &stage.collusion, &stage.predicate]).await?;
            let played = played(&stage, &bar).await?;
            let beside = twin::beside(twins, &stage, &played, ACTIONS.iter()).await?;
            stage.strike().await;
            beside
        }
        None => BTreeMap::new(),
    };

    let stage = Stage::set(Some(START)).await?;
    cache(&stage, &stage.contracts()).await?;
    let cached = played(&stage, &bar).await?;
    let mut measured = Vec::with_capacity(ACTIONS.len());
    for action in ACTIONS {
        let (before, after) = (action.step(&uncached)?, action.step(&cached)?);
        measured.push(Measured {
            action,
            call: after.call,
            uncached: before.gas,
            cached: Parts::of(&stage, after.transaction)
                .await
                .with_context(|| format!("cannot take apart: {}", action.name))?,
            beside: beside.get(action.name).copied(),
        });
    }
    bar.finish_and_clear();
    let report = report(&stage, &measured);
    stage.strike().await;
    Ok(report)
}

/// Bids for the programs at the cache manager.
async fn cache(stage: &Stage, contracts: &[&Deployed]) -> Result<()> {
    for contract in contracts {
        let program = contract.address;
        let bid = ICacheManager::placeBidCall { program };
        stage.deployer().send(&Request::call(CACHE_MANAGER, &bid)).await?;
    }
    Ok(())
}

/// All plays that actions are taken from, by name.
async fn played(stage: &Stage, bar: &ProgressBar) -> Result<BTreeMap<&'static str, Played>> {
    let mut all = BTreeMap::new();
    for (at, scenario) in plays().enumerate() {
        bar.set_message(scenario.name);
        stage.pass(START + (at as u64 + 1) * APART).await?;
        let played = play::play(stage, scenario).await?;
        ensure!(
            played.as_expected(),
            "{} did not go as the protocol says; `surety demo --only {}` tells how",
            scenario.name,
            scenario.name
        );
        all.insert(scenario.name, played);
        bar.inc(1);
    }
    Ok(all)
}

fn report(stage: &Stage, measured: &[Measured]) -> Report {
    let mut table = table(&[
        "action",
        "uncached",
        "cached",
        "floor",
        "of it",
        "calldata",
        "entry",
        "execution",
        "storage",
        "logs",
        "calls",
        "paper 1",
    ]);
    for Measured {
        action,
        call,
        uncached,
        cached,
        ..
    } in measured
    {
        let mut row = vec![
            Cell::new(action.name),
            number(*uncached),
            number(cached.total),
            number(cached.floor),
            Cell::new(format!("{:.2}", cached.of_floor())),
        ];
        row.extend(
            [
                cached.calldata,
                cached.entry,
                cached.execution,
                cached.storage,
                cached.logs,
                cached.calls,
            ]
            .map(number),
        );
        row.push(paper_figure(call).map_or_else(|| Cell::new(""), number));
        table.add_row(row);
    }
    let honest: u64 = measured
        .iter()
        .filter(|measured| measured.action.is_on_honest_path())
        .map(|measured| measured.cached.total)
        .sum();
    let mut text = format!(
        "Gas of each call, a transaction each; parts are of the cached one, beside 21,000 for the transaction itself.\n\
         Floor: transaction, calldata, and the storage, logs, calls and transfers at the EVM's prices.\n{table}\n\
         Honest path, cached: {}, {:.2} of paper 1's {} (of which {} deploy a contract for each job).\n{OTHERS}",
        units::grouped(honest),
        honest as f64 / PAPER_HONEST as f64,
        units::grouped(PAPER_HONEST),
        units::grouped(PAPER_DEPLOY),
    );
    if measured.iter().any(|measured| measured.beside.is_some()) {
        text += &format!(
            "\n\nThe escrow's calls beside the same contract in Solidity, programs cached; keccak: with that for the tree's \
             hash.\n{}",
            beside_table(measured)
        );
    }
    let actions: serde_json::Map<String, Value> = measured
        .iter()
        .map(|measured| {
            let mut parts = measured.cached.json();
            parts["uncached"] = json!(measured.uncached);
            if let Some(beside) = &measured.beside {
                parts["solidity"] = beside.json();
            }
            (measured.action.name.to_owned(), parts)
        })
        .collect();
    Report::new(
        text,
        json!({
            "compiler": COMPILER,
            "contracts": stage.contracts().map(contract_json),
            "honestPath": honest,
            "actions": actions,
        }),
    )
}

fn beside_table(measured: &[Measured]) -> Table {
    let mut table = table(&["action", "ours", "Solidity", "ours of it", "keccak", "ours of it"]);
    for measured in measured {
        let Some(Beside { sha256, keccak }) = measured.beside else {
            continue;
        };
        let ours = measured.cached.total;
        let share = |theirs: u64| Cell::new(format!("{:.2}", ours as f64 / theirs as f64));
        let mut row = vec![
            Cell::new(measured.action.name),
            number(ours),
            number(sha256),
            share(sha256),
        ];
        row.extend(
            keccak
                .map(|keccak| [number(keccak), share(keccak)])
                .into_iter()
                .flatten(),
        );
        table.add_row(row);
    }
    table
}
