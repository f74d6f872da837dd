//! What was played, as tables and as JSON.

use comfy_table::{Cell, CellAlignment, Table, presets::UTF8_FULL_CONDENSED};
use serde_json::{Value, json};

use super::{
    play::{Played, Step},
    protocol::Net,
    stage::Stage,
};
use crate::{commands::Deployed, context::Report, units};

/// Gas of whole transactions in paper 1's table, by the call that does the same here.
const PAPER: &[(&str, u64)] = &[
    ("delegate", 21_485),
    ("takeOrder", 21_397),
    ("accept", 41_533),
    ("judge", 22_086),
    ("demand", 29_383),
];

/// Paper 1: deployment, and its two paths with deployment included.
pub const PAPER_DEPLOY: u64 = 267_202;
pub const PAPER_HONEST: u64 = 351_617;
const PAPER_DISPUTE: u64 = 403_086;

/// Published gas of other systems.
pub const OTHERS: &str = "Others, as published: FairSwap, proof of misbehaviour 194,068; OptiSwap, optimistic path 101,307 \
                      (re-run 127,808), dispute 6,412,569.";

/// Everything that was played. Bad if anything differs from the protocol.
pub fn report(stage: &Stage, played: &[Played]) -> Report {
    let contracts = stage.contracts();
    let differing: Vec<_> = played.iter().filter(|played| !played.as_expected()).collect();
    let json = json!({
        "contracts": contracts.map(contract_json),
        "scenarios": played.iter().map(scenario_json).collect::<Vec<_>>(),
    });
    let mut text = format!(
        "{}\n{}\n{}\n{}\n",
        contracts_table(&contracts),
        payments_table(played),
        gas_table(played),
        comparison(&stage.escrow, played)
    );
    if differing.is_empty() {
        text += &format!(
            "\nAll {} scenarios ended and paid as the protocol says, to the wei.",
            played.len()
        );
        return Report::new(text, json);
    }
    text += &format!(
        "\n{} of {} scenarios DIFFER from the protocol:",
        differing.len(),
        played.len()
    );
    for played in differing {
        text += &format!("\n  {}: {}", played.scenario.name, difference(played));
    }
    Report::bad(text, json)
}

fn difference(played: &Played) -> String {
    let mut parts = played.surprises.clone();
    if played.paid != played.expected {
        parts.push(format!(
            "paid {:?} where the protocol says {:?}",
            played.paid, played.expected
        ));
    }
    parts.join("; ")
}

pub fn contract_json(contract: &Deployed) -> Value {
    json!({
        "name": contract.artifact.name,
        "wasm_bytes": contract.artifact.wasm.len(),
        "code_bytes": contract.artifact.code.len(),
        "init_gas": contract.init_gas,
        "cached_init_gas": contract.cached_init_gas,
        "code_hash": contract.code_hash,
    })
}

fn scenario_json(played: &Played) -> Value {
    let steps: Vec<_> = played
        .steps
        .iter()
        .map(|step| json!({ "call": step.call, "from": step.from.name(), "gas": step.gas, "status": step.status }))
        .collect();
    let outcome = if played.as_expected() {
        played.outcome.clone()
    } else {
        format!("{}; differs: {}", played.outcome, difference(played))
    };
    json!({
        "name": played.scenario.name,
        "steps": steps,
        "outcome": outcome,
        "paid": net_json(&played.paid),
        "expected": net_json(&played.expected),
    })
}

/// Changes of balance in wei, negative for who has less than before.
fn net_json(net: &Net) -> Value {
    json!({
        "client": net.client.to_string(),
        "worker": net.worker.to_string(),
        "referee": net.referee.to_string(),
    })
}

pub fn table(header: &[&str]) -> Table {
    let mut table = Table::new();
    table.load_preset(UTF8_FULL_CONDENSED).set_header(header.to_vec());
    table
}

pub fn number(gas: u64) -> Cell {
    Cell::new(units::grouped(gas)).set_alignment(CellAlignment::Right)
}

fn contracts_table(contracts: &[&Deployed]) -> Table {
    let mut table = table(&[
        "contract",
        "WASM bytes",
        "code bytes",
        "create gas",
        "activate gas",
        "entry gas",
        "cached",
    ]);
    for contract in contracts {
        table.add_row(vec![
            Cell::new(contract.artifact.name),
            number(contract.artifact.wasm.len() as u64),
            number(contract.artifact.code.len() as u64),
            number(contract.create.gas),
            number(contract.activate.as_ref().map_or(0, |sent| sent.gas)),
            number(contract.init_gas),
            number(contract.cached_init_gas),
        ]);
    }
    table
}

/// What everybody gained or lost in ether, and whether that is what the protocol says.
fn payments_table(played: &[Played]) -> Table {
    let mut table = table(&[
        "scenario",
        "what happens",
        "ends",
        "",
        "client",
        "worker",
        "referee",
        "to the wei",
    ]);
    for played in played {
        let verdict = if played.as_expected() { "equal" } else { "DIFFERS" };
        let lines = |pick: fn(&Net) -> i128| {
            let both = format!(
                "{}\n{}",
                units::signed_ether(pick(&played.paid)),
                units::signed_ether(pick(&played.expected))
            );
            Cell::new(both).set_alignment(CellAlignment::Right)
        };
        table.add_row(vec![
            Cell::new(played.scenario.name),
            Cell::new(wrapped(played.scenario.about, 34)),
            Cell::new(played.outcome.replace(": ", ":\n")),
            Cell::new("paid\nprotocol"),
            lines(|net| net.client),
            lines(|net| net.worker),
            lines(|net| net.referee),
            Cell::new(verdict),
        ]);
    }
    table
}

/// Lines of at most `width` characters, broken between words.
fn wrapped(text: &str, width: usize) -> String {
    let mut lines = vec![String::new()];
    for word in text.split(' ') {
        match lines.last_mut() {
            Some(line) if line.is_empty() => line.push_str(word),
            Some(line) if line.len() + 1 + word.len() <= width => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines.join("\n")
}

fn gas_table(played: &[Played]) -> Table {
    let mut table = table(&["scenario", "call", "from", "gas", "paper 1", "status"]);
    for played in played {
        for (
            at,
            Step {
                call,
                from,
                gas,
                status,
                ..
            },
        ) in played.steps.iter().enumerate()
        {
            let paper = match paper_figure(call) {
                Some(figure) if status == "ok" => number(figure),
                _ => Cell::new(""),
            };
            table.add_row(vec![
                Cell::new(if at == 0 { played.scenario.name } else { "" }),
                Cell::new(call),
                Cell::new(from.name()),
                number(*gas),
                paper,
                Cell::new(status),
            ]);
        }
    }
    table
}

pub fn paper_figure(call: &str) -> Option<u64> {
    PAPER.iter().find_map(|(name, gas)| (*name == call).then_some(*gas))
}

/// The papers' paths beside the same ones here.
fn comparison(escrow: &Deployed, played: &[Played]) -> String {
    let deploy = escrow.create.gas + escrow.activate.as_ref().map_or(0, |sent| sent.gas);
    let mut text = format!(
        "Gas of whole paths. Paper 1 deploys a contract for each job ({}); here one escrow, deployed and activated once\n\
         for {}, serves all. Paper 1 leaves out storing its n result hashes (22,100 each); here the root is all.\n",
        units::grouped(PAPER_DEPLOY),
        units::grouped(deploy)
    );
    for (name, title, paper) in [
        ("honest_set", "honest path", PAPER_HONEST),
        ("referee_rules", "dispute path, a referee rules", PAPER_DISPUTE),
        ("wrong_element", "dispute path, the predicate rules", PAPER_DISPUTE),
    ] {
        if let Some(played) = played.iter().find(|played| played.scenario.name == name) {
            let successful = played.steps.iter().filter(|step| step.status == "ok");
            text += &format!(
                "  {title:<34} {:>9}   paper 1: {} with deployment\n",
                units::grouped(successful.map(|step| step.gas).sum()),
                units::grouped(paper)
            );
        }
    }
    text + OTHERS
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_wraps_between_words() {
        assert_eq!(wrapped("a bc def", 4), "a bc\ndef");
        assert_eq!(wrapped("abcdef g", 4), "abcdef\ng");
        assert_eq!(wrapped("", 4), "");
    }

    #[test]
    fn paper_figures_are_by_call() {
        assert_eq!(paper_figure("accept"), Some(41_533));
        assert_eq!(paper_figure("timeTick"), None);
    }
}
