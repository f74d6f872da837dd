//! A transaction's gas in parts, from what the chain's tracers say.

use std::collections::BTreeMap;

use alloy::primitives::{Address, B256, Bytes, U256};
use anyhow::{Context as _, Result};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::demo::{scenarios::Role, stage::Stage};

/// Ink of one gas.
const INK: u64 = 10_000;

/// Prices of the EVM (EIP-2028, 2929, 2200, 3529), in gas.
mod price {
    pub const TRANSACTION: u64 = 21_000;
    pub const ZERO_BYTE: u64 = 4;
    pub const BYTE: u64 = 16;
    pub const COLD_SLOT: u64 = 2_100;
    pub const NEW_SLOT: u64 = 20_000;
    pub const CHANGED_SLOT: u64 = 2_900;
    pub const LOG: u64 = 375;
    pub const LOG_BYTE: u64 = 8;
    pub const COLD_ACCOUNT: u64 = 2_600;
    pub const WARM_ACCOUNT: u64 = 100;
    /// Of a call with value, without the stipend, which comes back.
    pub const VALUE: u64 = 9_000 - 2_300;
}

/// Where the gas of a transaction went.
#[derive(Clone, Copy, Debug)]
pub struct Parts {
    pub total: u64,
    pub calldata: u64,
    /// Of the program that was called.
    pub entry: u64,
    /// Storage as the program paid for it, with the host's part.
    pub storage: u64,
    pub logs: u64,
    /// Calls to others, with all that these did.
    pub calls: u64,
    /// What is left: the program's own instructions and small host calls.
    pub execution: u64,
    pub floor: u64,
}

/// A host call, as `stylusTracer` has it.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct HostCall {
    name: String,
    args: Bytes,
    start_ink: u64,
    end_ink: u64,
}

/// Accounts before and after, as `prestateTracer` has them.
#[derive(Default, Deserialize)]
struct State {
    #[serde(default)]
    storage: BTreeMap<B256, B256>,
}

#[derive(Deserialize)]
struct Diff {
    pre: BTreeMap<Address, State>,
    post: BTreeMap<Address, State>,
}

impl Parts {
    pub async fn of(stage: &Stage, transaction: B256) -> Result<Self> {
        let chain = stage.role(Role::Client)?;
        let trace = async |options: Value| {
            let parameters = json!([transaction, options]);
            chain.develop("debug_traceTransaction", parameters).await
        };
        let host: Vec<HostCall> = serde_json::from_value(trace(json!({ "tracer": "stylusTracer" })).await?)?;
        let touched: BTreeMap<Address, State> =
            serde_json::from_value(trace(json!({ "tracer": "prestateTracer" })).await?)?;
        let diff = json!({ "tracer": "prestateTracer", "tracerConfig": { "diffMode": true } });
        let diff: Diff = serde_json::from_value(trace(diff).await?)?;
        let (sent, from, to, input) = chain.mined(transaction).await?;
        let entry = stage
            .contracts()
            .iter()
            .find_map(|contract| (contract.address == to).then_some(contract.cached_init_gas))
            .context("the call is to none of the contracts")?;

        let gas = |names: &[&str]| -> u64 {
            let calls = host.iter().filter(|call| names.contains(&call.name.as_str()));
            calls.map(|call| call.start_ink - call.end_ink).sum::<u64>() / INK
        };
        let zeros = input.iter().filter(|byte| **byte == 0).count() as u64;
        let calldata = zeros * price::ZERO_BYTE + (input.len() as u64 - zeros) * price::BYTE;
        let storage = gas(&["storage_load_bytes32", "storage_flush_cache"]);
        let logs = gas(&["emit_log"]);
        let calls = gas(&["call_contract", "static_call_contract"]);
        let known = price::TRANSACTION + calldata + entry + storage + logs + calls;

        let logged: u64 = sent
            .logs
            .iter()
            .filter(|log| log.address == to)
            .map(|log| {
                let topics = log.topics().len() as u64;
                (1 + topics) * price::LOG + log.data.data.len() as u64 * price::LOG_BYTE
            })
            .sum();
        let called: u64 = host.iter().map(|call| least_of_call(call, from)).sum();
        let floor = price::TRANSACTION + calldata + least_of_storage(to, &touched, &diff) + logged + called;
        Ok(Self {
            total: sent.gas,
            calldata,
            entry,
            storage,
            logs,
            calls,
            execution: sent.gas.saturating_sub(known),
            floor,
        })
    }

    /// How many times the floor.
    pub fn of_floor(&self) -> f64 {
        self.total as f64 / self.floor as f64
    }

    pub fn json(&self) -> Value {
        json!({
            "cached": self.total,
            "floor": self.floor,
            "parts": {
                "transaction": price::TRANSACTION,
                "calldata": self.calldata,
                "entry": self.entry,
                "execution": self.execution,
                "storage": self.storage,
                "logs": self.logs,
                "calls": self.calls,
            },
        })
    }
}

/// Every slot of the contract is read or written once; what changes is paid for by its old and new value.
fn least_of_storage(contract: Address, touched: &BTreeMap<Address, State>, diff: &Diff) -> u64 {
    let none = State::default();
    let read = &touched.get(&contract).unwrap_or(&none).storage;
    let before = &diff.pre.get(&contract).unwrap_or(&none).storage;
    let after = &diff.post.get(&contract).unwrap_or(&none).storage;
    let word = |state: &BTreeMap<B256, B256>, slot: &B256| state.get(slot).copied().unwrap_or_default();
    let changed = before
        .keys()
        .chain(after.keys().filter(|slot| !before.contains_key(*slot)));
    let writes: u64 = changed
        .map(
            |slot| match (word(before, slot).is_zero(), word(after, slot).is_zero()) {
                (true, true) => 0,
                (true, false) => price::NEW_SLOT,
                _ => price::CHANGED_SLOT,
            },
        )
        .sum();
    read.len() as u64 * price::COLD_SLOT + writes
}

/// A call touches an account and moves value; what the other does with gas is its own affair. Nobody has to call a
/// precompile for what it computes.
fn least_of_call(call: &HostCall, sender: Address) -> u64 {
    if !matches!(call.name.as_str(), "call_contract" | "static_call_contract") {
        return 0;
    }
    // Arguments: address, gas, and for calls that are not static the value.
    let account = call.args.get(..20).map(Address::from_slice);
    if account.is_some_and(|account| account.0[..19] == [0; 19]) {
        return 0;
    }
    let value = match call.name.as_str() {
        "call_contract" => call.args.get(28..60).map(U256::from_be_slice).unwrap_or_default(),
        _ => U256::ZERO,
    };
    let access = if account == Some(sender) {
        price::WARM_ACCOUNT
    } else {
        price::COLD_ACCOUNT
    };
    access + if value.is_zero() { 0 } else { price::VALUE }
}
