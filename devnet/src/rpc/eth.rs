//! `eth_`: what wallets and libraries ask.

use std::collections::HashMap;

use alloy::{
    eips::{BlockId, BlockNumberOrTag},
    primitives::{Address, B256, Bytes, U64, U256},
    rpc::types::{BlockOverrides, Filter, TransactionRequest, simulate::SimulatePayload, state::StateOverride},
    serde::JsonStorageKey,
};
use jsonrpsee::core::RegisterMethodError;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{Context, error::RpcError, params::Argument, registry::Registry};
use crate::node::NodeError;

/// The most blocks whose fees one request may ask for. Geth's limit.
const MAX_FEE_HISTORY: u64 = 1_024;
/// The most slots that one request may ask for. Geth's limit.
const MAX_SLOTS: usize = 1_024;

pub fn register(methods: &mut Registry) -> Result<(), RegisterMethodError> {
    register_chain(methods)?;
    register_state(methods)?;
    register_blocks(methods)?;
    register_transactions(methods)?;
    register_execution(methods)
}

/// What the chain is and what it costs.
fn register_chain(methods: &mut Registry) -> Result<(), RegisterMethodError> {
    methods.method("eth_chainId", |context, ()| Ok(U64::from(context.node.chain_id())))?;
    methods.method("eth_blockNumber", |context, ()| {
        Ok(U64::from(context.node.block_number()))
    })?;
    methods.method("eth_gasPrice", |context, ()| Ok(U256::from(context.node.gas_price())))?;
    methods.method("eth_baseFee", |context, ()| Ok(U256::from(context.node.gas_price())))?;
    methods.method("eth_maxPriorityFeePerGas", |_, ()| Ok(U256::ZERO))?;
    methods.method(
        "eth_feeHistory",
        |context, (count, newest, percentiles): FeeHistoryParams| {
            let percentiles = percentiles.unwrap_or_default();
            check_percentiles(&percentiles)?;
            Ok(context
                .node
                .fee_history(count.min(MAX_FEE_HISTORY), newest, &percentiles)?)
        },
    )?;
    methods.method("eth_syncing", |_, ()| Ok(false))?;
    methods.method("eth_capabilities", |context, ()| capabilities(context))?;
    methods.method("eth_mining", |_, ()| Ok(false))?;
    methods.method("eth_hashrate", |_, ()| Ok(U64::ZERO))?;
    methods.method("eth_protocolVersion", |_, ()| Ok("0x44"))?;
    methods.method("eth_accounts", |context, ()| Ok(context.node.accounts()))?;
    methods.method("eth_coinbase", |context, ()| {
        let latest = context
            .node
            .block(BlockId::latest(), false)?
            .ok_or(RpcError::Internal)?;
        Ok(latest.header.beneficiary)
    })
}

/// What can be asked for of how old a block: the latest ones are kept, and the states after them.
fn capabilities(context: &Context) -> Result<Value, RpcError> {
    let head = context
        .node
        .block(BlockId::latest(), false)?
        .ok_or(RpcError::Internal)?;
    let window = json!({ "type": "window", "retentionBlocks": U64::from(context.node.config().history) });
    let from = |oldest| json!({ "disabled": false, "oldestBlock": U64::from(oldest), "deleteStrategy": window });
    let (kept, state) = (from(context.node.oldest_block()), from(context.node.oldest_state()));
    Ok(json!({
        "head": { "number": U64::from(head.header.number), "hash": head.header.hash },
        "state": state,
        "tx": kept,
        "logs": kept,
        "receipts": kept,
        "blocks": kept,
        "stateproofs": state,
    }))
}

type FeeHistoryParams = (u64, BlockNumberOrTag, Option<Vec<f64>>);

fn check_percentiles(percentiles: &[f64]) -> Result<(), RpcError> {
    let in_range = percentiles.iter().all(|percentile| (0.0..=100.0).contains(percentile));
    if in_range && percentiles.is_sorted() && percentiles.len() <= 100 {
        return Ok(());
    }
    Err(RpcError::InvalidParams(
        "invalid argument 2: expected at most 100 rising percentiles from 0 to 100".into(),
    ))
}

/// Accounts and storage.
fn register_state(methods: &mut Registry) -> Result<(), RegisterMethodError> {
    methods.method(
        "eth_getBalance",
        |context, (address, block): (Address, Option<BlockId>)| {
            Ok(context.node.balance(address, block.unwrap_or_default())?)
        },
    )?;
    methods.method(
        "eth_getCode",
        |context, (address, block): (Address, Option<BlockId>)| {
            Ok(context.node.code(address, block.unwrap_or_default())?)
        },
    )?;
    methods.method(
        "eth_getTransactionCount",
        |context, (address, block): (Address, Option<BlockId>)| {
            Ok(U64::from(context.node.nonce(address, block.unwrap_or_default())?))
        },
    )?;
    methods.method(
        "eth_getStorageAt",
        |context, (address, slot, block): (Address, U256, Option<BlockId>)| {
            Ok(context.node.storage_at(address, slot, block.unwrap_or_default())?)
        },
    )?;
    methods.method(
        "eth_getProof",
        |context, (address, slots, block): (Address, Vec<JsonStorageKey>, Option<BlockId>)| {
            Ok(context.node.proof(address, slots, block.unwrap_or_default())?)
        },
    )?;
    methods.method(
        "eth_getStorageValues",
        |context, (requests, block): (Slots, Option<BlockId>)| {
            let block = block.unwrap_or_default();
            let read = |address, slots: Vec<U256>| -> Result<_, NodeError> {
                slots
                    .into_iter()
                    .map(|slot| context.node.storage_at(address, slot, block))
                    .collect::<Result<Vec<_>, _>>()
            };
            let values = requests
                .0
                .into_iter()
                .map(|(address, slots)| Ok((address, read(address, slots)?)));
            values.collect::<Result<HashMap<_, _>, RpcError>>()
        },
    )
}

/// Slots by account.
struct Slots(Vec<(Address, Vec<U256>)>);

impl Argument for Slots {
    const EXPECTED: &'static str = "an object of address to a list of at most 1024 slots in all";

    fn read(value: &Value) -> Result<Self, Option<String>> {
        let accounts = HashMap::<Address, Vec<Value>>::deserialize(value).map_err(|error| Some(error.to_string()))?;
        if accounts.values().map(Vec::len).sum::<usize>() > MAX_SLOTS {
            return Err(Some("there are more".into()));
        }
        let slots = |slots: Vec<Value>| slots.iter().map(U256::read).collect::<Result<Vec<_>, _>>();
        let read = accounts.into_iter().map(|(address, list)| Ok((address, slots(list)?)));
        read.collect::<Result<_, _>>().map(Self)
    }
}

impl Argument for Vec<JsonStorageKey> {
    const EXPECTED: &'static str = "a list of at most 1024 slots (numbers in hex with 0x)";

    fn read(value: &Value) -> Result<Self, Option<String>> {
        let slots = Self::deserialize(value).map_err(|error| Some(error.to_string()))?;
        if slots.len() > MAX_SLOTS {
            return Err(Some("there are more".into()));
        }
        Ok(slots)
    }
}

/// Blocks, and what was in them.
fn register_blocks(methods: &mut Registry) -> Result<(), RegisterMethodError> {
    methods.method(
        "eth_getBlockByNumber",
        |context, (number, full): (BlockNumberOrTag, Option<bool>)| {
            Ok(context.node.block(number.into(), full.unwrap_or(false))?)
        },
    )?;
    methods.method("eth_getBlockByHash", |context, (hash, full): (B256, Option<bool>)| {
        Ok(context.node.block(hash.into(), full.unwrap_or(false))?)
    })?;
    methods.method("eth_getBlockReceipts", |context, (block,): (BlockId,)| {
        Ok(context.node.block_receipts(block)?)
    })?;
    methods.method(
        "eth_getBlockTransactionCountByNumber",
        |context, (number,): (BlockNumberOrTag,)| {
            Ok(context.node.block_transaction_count(number.into())?.map(U64::from))
        },
    )?;
    methods.method("eth_getBlockTransactionCountByHash", |context, (hash,): (B256,)| {
        Ok(context.node.block_transaction_count(hash.into())?.map(U64::from))
    })?;
    methods.method(
        "eth_getUncleCountByBlockNumber",
        |context, (number,): (BlockNumberOrTag,)| {
            Ok(context.node.block_transaction_count(number.into())?.map(|_| U64::ZERO))
        },
    )?;
    methods.method("eth_getUncleCountByBlockHash", |context, (hash,): (B256,)| {
        Ok(context.node.block_transaction_count(hash.into())?.map(|_| U64::ZERO))
    })?;
    methods.method(
        "eth_getUncleByBlockNumberAndIndex",
        |_, (_, _): (BlockNumberOrTag, u64)| Ok(None::<()>),
    )?;
    methods.method("eth_getUncleByBlockHashAndIndex", |_, (_, _): (B256, u64)| {
        Ok(None::<()>)
    })?;
    methods.method("eth_getLogs", |context, (filter,): (Filter,)| {
        Ok(context.node.logs(&filter)?)
    })
}

/// Transactions: looking them up and sending them.
fn register_transactions(methods: &mut Registry) -> Result<(), RegisterMethodError> {
    methods.method("eth_getTransactionByHash", |context, (hash,): (B256,)| {
        Ok(context.node.transaction(hash))
    })?;
    methods.method("eth_getTransactionReceipt", |context, (hash,): (B256,)| {
        Ok(context.node.receipt(hash))
    })?;
    methods.method("eth_getRawTransactionByHash", |context, (hash,): (B256,)| {
        Ok(context.node.raw_transaction(hash))
    })?;
    methods.method(
        "eth_getTransactionByBlockNumberAndIndex",
        |context, (number, index): (BlockNumberOrTag, u64)| Ok(context.node.transaction_at(number.into(), index)?),
    )?;
    methods.method(
        "eth_getTransactionByBlockHashAndIndex",
        |context, (hash, index): (B256, u64)| Ok(context.node.transaction_at(hash.into(), index)?),
    )?;
    methods.method("eth_sendRawTransaction", |context, (raw,): (Bytes,)| {
        Ok(context.node.send_raw_transaction(&raw)?)
    })?;
    methods.method("eth_sendTransaction", |context, (request,): (TransactionRequest,)| {
        Ok(context.node.send_transaction(request)?)
    })
}

type CallParams = (
    TransactionRequest,
    Option<BlockId>,
    Option<StateOverride>,
    Option<BlockOverrides>,
);

type AccessListParams = (TransactionRequest, Option<BlockId>, Option<StateOverride>);

/// Calls that leave no trace.
fn register_execution(methods: &mut Registry) -> Result<(), RegisterMethodError> {
    methods.method("eth_call", |context, (request, block, state, env): CallParams| {
        Ok(context.node.call(request, block.unwrap_or_default(), state, env)?)
    })?;
    methods.method(
        "eth_estimateGas",
        |context, (request, block, state, env): CallParams| {
            Ok(U64::from(context.node.estimate_gas(
                request,
                block.unwrap_or_default(),
                state,
                env,
            )?))
        },
    )?;
    methods.method(
        "eth_simulateV1",
        |context, (payload, block): (SimulatePayload, Option<BlockId>)| {
            Ok(context.node.simulate(payload, block.unwrap_or_default())?)
        },
    )?;
    methods.method(
        "eth_createAccessList",
        |context, (request, block, state): AccessListParams| {
            Ok(context
                .node
                .create_access_list(request, block.unwrap_or_default(), state)?)
        },
    )
}
