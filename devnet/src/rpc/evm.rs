//! `evm_`: time, mining and snapshots, with the names and answers of ganache, hardhat and anvil.

use std::time::Duration;

use alloy::primitives::U256;
use jsonrpsee::core::RegisterMethodError;
use serde::Deserialize;
use serde_json::Value;

use super::{Context, error::RpcError, params::Argument, registry::Registry};
use crate::config::Mining;

/// What `evm_mine` accepts: nothing, a time in seconds since 1970, or an object.
#[derive(Default)]
struct MineOptions {
    timestamp: Option<u64>,
    blocks: Option<u64>,
}

impl Argument for MineOptions {
    const EXPECTED: &'static str = "a time in seconds, or {timestamp, blocks}";

    fn read(value: &Value) -> Result<Self, Option<String>> {
        #[derive(Deserialize)]
        #[serde(deny_unknown_fields)]
        struct Fields {
            timestamp: Option<Value>,
            blocks: Option<Value>,
        }
        if !value.is_object() {
            return Ok(Self {
                timestamp: Some(u64::read(value)?),
                blocks: None,
            });
        }
        let fields = Fields::deserialize(value).map_err(|error| Some(error.to_string()))?;
        let number = |field: Option<Value>| field.map_or(Ok(None), |value| Option::<u64>::read(&value));
        Ok(Self {
            timestamp: number(fields.timestamp)?,
            blocks: number(fields.blocks)?,
        })
    }
}

/// The most blocks that one request may ask for: each takes a kilobyte.
const MAX_BLOCKS: u64 = 100_000;

/// Makes blocks, the given number of seconds apart.
pub fn mine(context: &Context, blocks: u64, interval: Option<u64>) -> Result<(), RpcError> {
    if blocks > MAX_BLOCKS {
        return Err(RpcError::InvalidParams(format!(
            "expected at most {MAX_BLOCKS} blocks, got {blocks}"
        )));
    }
    context.node.mine(blocks, interval);
    Ok(())
}

fn mine_with(context: &Context, options: Option<MineOptions>) -> Result<&'static str, RpcError> {
    let MineOptions { timestamp, blocks } = options.unwrap_or_default();
    if let Some(timestamp) = timestamp {
        context.node.set_next_block_timestamp(timestamp)?;
    }
    mine(context, blocks.unwrap_or(1), None)?;
    Ok("0x0")
}

fn set_automine(context: &Context, on: bool) {
    match (on, context.node.mining()) {
        (true, _) => context.node.set_mining(Mining::Auto),
        (false, Mining::Auto) => context.node.set_mining(Mining::Manual),
        (false, _) => {}
    }
}

fn set_interval(context: &Context, seconds: u64) {
    let mining = if seconds == 0 {
        Mining::Manual
    } else {
        Mining::Interval(Duration::from_secs(seconds))
    };
    context.node.set_mining(mining);
}

fn revert(context: &Context, id: U256) -> bool {
    let done = context.node.revert(id);
    if done {
        context.rewind();
    }
    done
}

/// Tools send milliseconds where seconds are meant: refuse a time that no clock will show.
fn plausible(timestamp: u64) -> Result<u64, RpcError> {
    const YEAR_9999: u64 = 253_402_300_799;
    if timestamp > YEAR_9999 {
        return Err(RpcError::InvalidParams(format!(
            "expected a time in seconds since 1970, got {timestamp}"
        )));
    }
    Ok(timestamp)
}

pub fn register(methods: &mut Registry) -> Result<(), RegisterMethodError> {
    methods.method("evm_mine", |context, (options,): (Option<MineOptions>,)| {
        mine_with(context, options)
    })?;
    methods.method("evm_increaseTime", |context, (seconds,): (u64,)| {
        let ahead = context.node.now().saturating_add(seconds);
        plausible(ahead)?;
        Ok(context.node.increase_time(seconds))
    })?;
    methods.method("evm_setTime", |context, (timestamp,): (u64,)| {
        Ok(context.node.set_time(plausible(timestamp)?)?)
    })?;
    methods.method("evm_setNextBlockTimestamp", |context, (timestamp,): (u64,)| {
        Ok(context.node.set_next_block_timestamp(plausible(timestamp)?)?)
    })?;
    methods.method("evm_snapshot", |context, ()| Ok(context.node.snapshot()))?;
    methods.method("evm_revert", |context, (id,): (U256,)| Ok(revert(context, id)))?;
    methods.method("evm_setAutomine", |context, (on,): (bool,)| {
        set_automine(context, on);
        Ok(())
    })?;
    methods.method("evm_setIntervalMining", |context, (seconds,): (u64,)| {
        set_interval(context, seconds);
        Ok(())
    })?;
    methods.method("evm_setBlockGasLimit", |context, (gas,): (u64,)| {
        context.node.set_gas_limit(gas);
        Ok(true)
    })?;
    methods.aliases("evm_increaseTime", &["anvil_increaseTime"])?;
    methods.aliases("evm_setTime", &["anvil_setTime"])?;
    methods.aliases("evm_setNextBlockTimestamp", &["anvil_setNextBlockTimestamp"])?;
    methods.aliases("evm_snapshot", &["anvil_snapshot"])?;
    methods.aliases("evm_revert", &["anvil_revert"])?;
    methods.aliases("evm_setAutomine", &["anvil_setAutomine"])?;
    methods.aliases("evm_setIntervalMining", &["anvil_setIntervalMining"])
}
