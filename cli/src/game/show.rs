//! Numbers and equilibria as text and as JSON.

use comfy_table::{Cell, CellAlignment, Table, presets::UTF8_FULL_CONDENSED};
use serde_json::{Value, json};
use surety_protocol::game::{
    Rational, Threshold,
    advice::Class,
    rational::{approximate, whole},
};

/// Wei in one ether.
pub const ETHER: u64 = 1_000_000_000_000_000_000;

/// `-0.63`, with up to six digits.
pub fn number(value: &Rational) -> String {
    let text = format!("{:.6}", approximate(value));
    let text = text.trim_end_matches('0').trim_end_matches('.');
    if text == "-0" { "0".to_owned() } else { text.to_owned() }
}

/// Wei as ether, with up to six digits.
pub fn ether(wei: &Rational) -> String {
    number(&(wei / whole(ETHER)))
}

/// `37/175 = 0.211429`; a whole number or short decimal stands alone.
pub fn exact(value: &Rational) -> String {
    if value.is_integer() {
        value.to_string()
    } else {
        format!("{value} = {}", number(value))
    }
}

/// Exact and approximate, for machines.
pub fn fraction_json(value: &Rational) -> Value {
    json!({ "exact": value.to_string(), "value": approximate(value) })
}

/// Whole wei, rounded down, for machines.
pub fn wei_json(value: &Rational) -> Value {
    json!(value.floor().to_integer().to_string())
}

pub fn threshold_json(found: Option<&Threshold>) -> Value {
    match found {
        Some(found) => json!({
            "at": fraction_json(&found.at),
            "holdsThere": found.holds_there,
            "holdsAbove": found.holds_above,
        }),
        None => Value::Null,
    }
}

pub fn table(header: &[&str]) -> Table {
    let mut table = Table::new();
    table.load_preset(UTF8_FULL_CONDENSED).set_header(header.to_vec());
    table
}

/// A number, aligned as one.
pub fn cell(text: String) -> Cell {
    Cell::new(text).set_alignment(CellAlignment::Right)
}

/// `right result, paid` or `99.05 % right result, paid; 0.95 % ...`.
pub fn ends(class: &Class) -> String {
    let parts: Vec<_> = class
        .ends
        .iter()
        .map(|(label, chance)| {
            if *chance == whole(1) {
                label.clone()
            } else {
                format!("{} {label}", percent(chance))
            }
        })
        .collect();
    parts.join("; ")
}

pub fn percent(chance: &Rational) -> String {
    format!("{} %", number(&(chance * whole(100))))
}

pub fn class_json(class: &Class) -> Value {
    let [client, worker, referee] = [0, 1, 2].map(|player| class.payoffs.get(player).map(wei_json));
    json!({
        "honest": class.is_honest(),
        "count": class.count,
        "ends": class.ends.iter().map(|(label, chance)| (label.clone(), fraction_json(chance))).collect::<serde_json::Map<_, _>>(),
        "payoffsWei": { "client": client, "worker": worker, "referee": referee },
        "example": class.example.iter().map(|(player, plans)| json!({
            "player": player,
            "plays": plans.iter().map(|(plan, chance)| json!({ "plan": plan, "chance": fraction_json(chance) })).collect::<Vec<_>>(),
        })).collect::<Vec<_>>(),
    })
}
