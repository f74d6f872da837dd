//! `anvil_` and `hardhat_`: state by decree, impersonation, mining, going back.

use std::time::Duration;

use alloy::primitives::{Address, B256, Bytes, U256};
use jsonrpsee::core::RegisterMethodError;
use serde_json::{Value, json};

use super::{Context, error::RpcError, evm, net, params::Argument, registry::Registry};
use crate::config::Mining;

/// The chain in the shape of anvil's `anvil_nodeInfo`.
fn node_info(context: &Context) -> Result<Value, RpcError> {
    let number = context.node.block_number();
    let block = context.node.block(number.into(), false)?.ok_or(RpcError::Internal)?;
    Ok(json!({
        "currentBlockNumber": U256::from(number),
        "currentBlockTimestamp": block.header.timestamp,
        "currentBlockHash": block.header.hash,
        "hardFork": "osaka",
        "transactionOrder": "fifo",
        "environment": {
            "baseFee": U256::from(block.header.base_fee_per_gas.unwrap_or_default()),
            "chainId": context.node.chain_id(),
            "gasLimit": U256::from(block.header.gas_limit),
            "gasPrice": U256::from(context.node.gas_price()),
        },
        "forkConfig": { "forkUrl": null, "forkBlockNumber": null, "forkRetryBackoff": null },
    }))
}

fn metadata(context: &Context) -> Result<Value, RpcError> {
    let number = context.node.block_number();
    let block = context.node.block(number.into(), false)?.ok_or(RpcError::Internal)?;
    Ok(json!({
        "clientVersion": net::client_version(),
        "chainId": context.node.chain_id(),
        "latestBlockNumber": number,
        "latestBlockHash": block.header.hash,
    }))
}

pub fn register(methods: &mut Registry) -> Result<(), RegisterMethodError> {
    register_state(methods)?;
    register_impersonation(methods)?;
    register_mining(methods)?;
    register_blocks(methods)?;
    register_history(methods)?;
    methods.method("anvil_nodeInfo", |context, ()| node_info(context))?;
    methods.method("anvil_metadata", |context, ()| metadata(context))?;
    methods.aliases("anvil_metadata", &["hardhat_metadata"])
}

fn register_state(methods: &mut Registry) -> Result<(), RegisterMethodError> {
    methods.method("anvil_setBalance", |context, (address, wei): (Address, U256)| {
        context.node.set_balance(address, wei);
        Ok(())
    })?;
    methods.method("anvil_addBalance", |context, (address, wei): (Address, U256)| {
        context.node.add_balance(address, wei);
        Ok(())
    })?;
    methods.method("anvil_setNonce", |context, (address, nonce): (Address, u64)| {
        context.node.set_nonce(address, nonce);
        Ok(())
    })?;
    methods.method("anvil_setCode", |context, (address, code): (Address, Bytes)| {
        context.node.set_code(address, code);
        Ok(())
    })?;
    methods.method(
        "anvil_setStorageAt",
        |context, (address, slot, value): (Address, U256, U256)| {
            context.node.set_storage(address, slot, B256::from(value));
            Ok(true)
        },
    )?;
    methods.aliases("anvil_setBalance", &["hardhat_setBalance"])?;
    methods.aliases("anvil_setNonce", &["hardhat_setNonce"])?;
    methods.aliases("anvil_setCode", &["hardhat_setCode"])?;
    methods.aliases("anvil_setStorageAt", &["hardhat_setStorageAt"])
}

fn register_impersonation(methods: &mut Registry) -> Result<(), RegisterMethodError> {
    methods.method("anvil_impersonateAccount", |context, (address,): (Address,)| {
        context.node.impersonate(address);
        Ok(())
    })?;
    methods.method("anvil_stopImpersonatingAccount", |context, (address,): (Address,)| {
        context.node.stop_impersonating(address);
        Ok(())
    })?;
    methods.method("anvil_autoImpersonateAccount", |context, (on,): (bool,)| {
        context.node.set_auto_impersonate(on);
        Ok(())
    })?;
    methods.aliases("anvil_impersonateAccount", &["hardhat_impersonateAccount"])?;
    methods.aliases("anvil_stopImpersonatingAccount", &["hardhat_stopImpersonatingAccount"])
}

fn register_mining(methods: &mut Registry) -> Result<(), RegisterMethodError> {
    methods.method(
        "anvil_mine",
        |context, (blocks, seconds): (Option<u64>, Option<u64>)| evm::mine(context, blocks.unwrap_or(1), seconds),
    )?;
    methods.method("anvil_getAutomine", |context, ()| {
        Ok(context.node.mining() == Mining::Auto)
    })?;
    methods.method("anvil_getIntervalMining", |context, ()| {
        Ok(match context.node.mining() {
            Mining::Interval(interval) => Some(interval.as_secs()),
            Mining::Auto | Mining::Manual => None,
        })
    })?;
    methods.method("anvil_setBlockTimestampInterval", |context, (seconds,): (u64,)| {
        context.node.set_block_interval(Some(Duration::from_secs(seconds)));
        Ok(())
    })?;
    methods.method("anvil_removeBlockTimestampInterval", |context, ()| {
        context.node.set_block_interval(None);
        Ok(true)
    })?;
    methods.method("anvil_dropTransaction", |context, (hash,): (B256,)| {
        Ok(context.node.drop_transaction(hash))
    })?;
    methods.method("anvil_dropAllTransactions", |context, ()| {
        context.node.drop_transactions(None);
        Ok(())
    })?;
    methods.method("anvil_removePoolTransactions", |context, (sender,): (Address,)| {
        context.node.drop_transactions(Some(sender));
        Ok(())
    })?;
    methods.aliases("anvil_mine", &["hardhat_mine"])?;
    methods.aliases("anvil_getAutomine", &["hardhat_getAutomine"])?;
    methods.aliases("anvil_dropTransaction", &["hardhat_dropTransaction"])
}

/// What the blocks to come are like.
fn register_blocks(methods: &mut Registry) -> Result<(), RegisterMethodError> {
    methods.method("anvil_setNextBlockBaseFeePerGas", |context, (wei,): (u64,)| {
        context.node.set_base_fee(wei);
        Ok(())
    })?;
    methods.method("anvil_setCoinbase", |context, (address,): (Address,)| {
        context.node.set_coinbase(address);
        Ok(())
    })?;
    methods.method("anvil_setChainId", |context, (id,): (u64,)| {
        context.node.set_chain_id(id);
        Ok(())
    })?;
    methods.aliases(
        "anvil_setNextBlockBaseFeePerGas",
        &["hardhat_setNextBlockBaseFeePerGas"],
    )?;
    methods.aliases("anvil_setCoinbase", &["hardhat_setCoinbase"])
}

/// What `anvil_reset` accepts: nothing, or an object that names no chain to fork.
struct ResetOptions;

impl Argument for ResetOptions {
    const EXPECTED: &'static str =
        "nothing, or an object that names no `jsonRpcUrl` and no block: there is no chain to fork";

    fn read(value: &Value) -> Result<Self, Option<String>> {
        let fields = value.as_object().ok_or(None)?;
        // Clients that fork nothing send the fields of a fork without values.
        let forking = fields.get("forking").and_then(Value::as_object).unwrap_or(fields);
        if forking.values().all(Value::is_null) {
            Ok(Self)
        } else {
            Err(None)
        }
    }
}

/// Going back.
fn register_history(methods: &mut Registry) -> Result<(), RegisterMethodError> {
    methods.method("anvil_reset", |context, (_,): (Option<ResetOptions>,)| {
        context.node.reset()?;
        context.rewind();
        Ok(())
    })?;
    methods.method("anvil_rollback", |context, (depth,): (Option<u64>,)| {
        context.node.rollback(depth.unwrap_or(1))?;
        context.rewind();
        Ok(())
    })?;
    // Anvil's argument asks for old states too: they are always in it.
    methods.method("anvil_dumpState", |context, (_,): (Option<bool>,)| {
        Ok(context.node.dump())
    })?;
    methods.method("anvil_loadState", |context, (dump,): (Bytes,)| {
        context.node.load(&dump)?;
        context.rewind();
        Ok(true)
    })?;
    methods.aliases("anvil_dumpState", &["hardhat_dumpState"])?;
    methods.aliases("anvil_loadState", &["hardhat_loadState"])?;
    methods.aliases("anvil_reset", &["hardhat_reset"])
}
