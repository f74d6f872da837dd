//! The second paper's matrix and figures, solved.

use std::fmt::Write as _;

use anyhow::Result;
use serde_json::{Value, json};
use surety_protocol::game::{
    MixedProfile, NormalForm, Rational, Threshold,
    experiment::Costs,
    paper::{Parameters, REFEREE, WORKER},
    rational::whole,
};

use super::show::{cell, exact, fraction_json, number, percent, table, threshold_json};

/// The most that a fine or reward is searched up to, in the paper's unit.
const MOST: i64 = 1_000_000;

pub fn report(game: &Parameters) -> Result<(String, Value)> {
    let capped = game.with_fines_from_escrow();
    let published = game.published();
    let detected = game.with_detection();
    let (equilibria, found) = (published.two_player_equilibria()?, detected.two_player_equilibria()?);
    let most = whole(MOST);
    let closed = game.closed_form();
    let (worker, referee) = (
        game.fine_threshold(0, 0, false, &most),
        game.fine_threshold(1, 0, false, &most),
    );
    let collusion = (game.collusion_threshold(), capped.collusion_threshold());
    let honesty = (game.honesty_threshold(), capped.honesty_threshold());
    let whistle = (game.whistle_threshold(&most), game.whistle_closed_form());

    let mut text = "THE SECOND PAPER'S GAME (worker; referee)\n\n".to_owned();
    text += &matrix(&published);
    write!(text, "\nEquilibria: {}", listed(&published, &equilibria))?;
    write!(
        text,
        "\nWith p = {} of being found out: {}",
        number(&game.p),
        listed(&detected, &found)
    )?;
    write!(
        text,
        "\nFines that deter while every cheat is found: n* = {} (closed form {}), m* = {} (closed form {})",
        optional(referee.as_ref()),
        number(&closed.referee),
        optional(worker.as_ref()),
        number(&closed.worker)
    )?;
    if let Some(with_p) = game.closed_form_with_detection() {
        let (n, m) = (
            game.fine_threshold(1, 1, true, &most),
            game.fine_threshold(0, 1, true, &most),
        );
        write!(
            text,
            "\nWith p: n* = {} (closed form {}), m* = {} (closed form {})",
            optional(n.as_ref()),
            number(&with_p.referee),
            optional(m.as_ref()),
            number(&with_p.worker)
        )?;
    }
    text += &border(
        "Joint cheating is an equilibrium up to p",
        &collusion.0,
        "fines as published",
    );
    text += &border(
        "Joint cheating is an equilibrium up to p",
        &collusion.1,
        "fines no larger than what is in escrow",
    );
    text += &border(
        "Honesty is the only equilibrium from p",
        &honesty.0,
        "fines as published",
    );
    text += &border(
        "Honesty is the only equilibrium from p",
        &honesty.1,
        "fines no larger than what is in escrow",
    );
    write!(
        text,
        "\nReward that makes a bribed referee tell: above {} (closed form {})",
        whistle
            .0
            .as_ref()
            .map_or_else(|| "0".to_owned(), |found| exact(&found.at)),
        number(&whistle.1)
    )?;
    let violations: Vec<String> = game.violations().iter().map(ToString::to_string).collect();
    for violation in &violations {
        write!(text, "\nViolated: {violation}")?;
    }
    let (figure, figure_json) = figure();
    text += &format!("\n\nThe paper's costs and benefits (Table 7, Figure 3), in US dollars\n{figure}");

    let json = json!({
        "matrix": matrix_json(&published),
        "equilibria": equilibria_json(&published, &equilibria),
        "equilibriaWithDetection": equilibria_json(&detected, &found),
        "fines": {
            "n": referee.as_ref().map(fraction_json), "nClosedForm": fraction_json(&closed.referee),
            "m": worker.as_ref().map(fraction_json), "mClosedForm": fraction_json(&closed.worker),
        },
        "collusionUpTo": { "published": threshold_json(collusion.0.as_ref()), "fromEscrow": threshold_json(collusion.1.as_ref()) },
        "honestyOnlyFrom": { "published": threshold_json(honesty.0.as_ref()), "fromEscrow": threshold_json(honesty.1.as_ref()) },
        "whistle": { "above": threshold_json(whistle.0.as_ref()), "closedForm": fraction_json(&whistle.1) },
        "violations": violations,
        "figure": figure_json,
    });
    Ok((text, json))
}

fn optional(value: Option<&Rational>) -> String {
    value.map_or_else(|| "none".to_owned(), number)
}

fn border(what: &str, found: &Option<Threshold>, fines: &str) -> String {
    match found {
        Some(found) => format!("\n{what} = {} ({fines})", exact(&found.at)),
        None => format!("\n{what}: no border between 0 and 1 ({fines})"),
    }
}

fn matrix(form: &NormalForm) -> String {
    let mut table = table(&["", "referee honest", "referee colludes"]);
    for (row, name) in WORKER.iter().enumerate() {
        let pays = |column: usize| {
            let [worker, referee] = [0, 1].map(|player| number(&form.payoff(player, &[row, column])));
            cell(format!("{worker}; {referee}"))
        };
        table.add_row(vec![cell(format!("worker {name}")), pays(0), pays(1)]);
    }
    table.to_string()
}

fn listed(form: &NormalForm, equilibria: &[MixedProfile]) -> String {
    let one = |profile: &MixedProfile| {
        let parts: Vec<_> = profile
            .lotteries
            .iter()
            .enumerate()
            .map(|(player, lottery)| {
                let plays: Vec<_> = lottery
                    .iter()
                    .map(|(strategy, chance)| {
                        let name = &form.strategies(player)[*strategy];
                        if lottery.len() == 1 {
                            name.clone()
                        } else {
                            format!("{} {name}", percent(chance))
                        }
                    })
                    .collect();
                format!("{} {}", form.players()[player], plays.join(" / "))
            })
            .collect();
        parts.join(", ")
    };
    equilibria.iter().map(one).collect::<Vec<_>>().join("; ")
}

fn matrix_json(form: &NormalForm) -> Value {
    let cells = form.profiles().map(|profile| {
        let payoffs = [0, 1].map(|player| fraction_json(&form.payoff(player, &profile)));
        json!({
            "worker": WORKER[profile[0]],
            "referee": REFEREE[profile[1]],
            "payoffs": payoffs,
        })
    });
    cells.collect()
}

fn equilibria_json(form: &NormalForm, equilibria: &[MixedProfile]) -> Value {
    let one = |profile: &MixedProfile| -> Value {
        let lotteries = profile.lotteries.iter().enumerate().map(|(player, lottery)| {
            let plays: serde_json::Map<String, Value> = lottery
                .iter()
                .map(|(strategy, chance)| (form.strategies(player)[*strategy].clone(), fraction_json(chance)))
                .collect();
            (form.players()[player].clone(), Value::Object(plays))
        });
        Value::Object(lotteries.collect())
    };
    equilibria.iter().map(one).collect()
}

fn figure() -> (String, Value) {
    let bars = Costs::published().figure(&whole(1));
    let mut table = table(&["role", "strategy", "cost", "benefit"]);
    for bar in &bars {
        table.add_row(vec![
            comfy_table::Cell::new(bar.role),
            comfy_table::Cell::new(bar.strategy),
            cell(number(&bar.cost)),
            cell(number(&bar.benefit)),
        ]);
    }
    let json = bars
        .iter()
        .map(|bar| {
            json!({
                "role": bar.role, "strategy": bar.strategy,
                "cost": fraction_json(&bar.cost), "benefit": fraction_json(&bar.benefit),
            })
        })
        .collect();
    (table.to_string(), json)
}
