//! `debug_`: traces, and the raw bytes of what the chain keeps.

use alloy::{
    eips::{BlockId, BlockNumberOrTag},
    primitives::B256,
    rpc::types::TransactionRequest,
};
use alloy_rpc_types_trace::geth::{GethDebugTracingCallOptions, GethDebugTracingOptions};
use jsonrpsee::core::RegisterMethodError;
use serde::Serialize;
use serde_json::Value;

use super::{Context, error::RpcError, registry::Registry};
use crate::node::NodeError;

/// The trace of one transaction of a block.
#[derive(Clone, Serialize)]
#[serde(rename_all = "camelCase")]
struct BlockTrace {
    tx_hash: B256,
    result: Value,
}

fn trace_block(
    context: &Context,
    block: BlockId,
    options: Option<GethDebugTracingOptions>,
) -> Result<Vec<BlockTrace>, RpcError> {
    let traces = context.node.trace_block(block, &options.unwrap_or_default())?;
    let named = |(tx_hash, result)| BlockTrace { tx_hash, result };
    Ok(traces.into_iter().map(named).collect())
}

fn unknown_block() -> RpcError {
    NodeError::UnknownBlock.into()
}

type CallParams = (TransactionRequest, Option<BlockId>, Option<GethDebugTracingCallOptions>);

pub fn register(methods: &mut Registry) -> Result<(), RegisterMethodError> {
    methods.method("debug_getRawTransaction", |context, (hash,): (B256,)| {
        let raw = context.node.raw_transaction(hash);
        raw.ok_or_else(|| RpcError::Refused(format!("transaction {hash} not found")))
    })?;
    methods.method("debug_getRawHeader", |context, (block,): (BlockId,)| {
        context.node.raw_header(block)?.ok_or_else(unknown_block)
    })?;
    methods.method("debug_getRawBlock", |context, (block,): (BlockId,)| {
        context.node.raw_block(block)?.ok_or_else(unknown_block)
    })?;
    methods.method("debug_getRawReceipts", |context, (block,): (BlockId,)| {
        context.node.raw_receipts(block)?.ok_or_else(unknown_block)
    })?;
    // The chain makes its own blocks: none is bad.
    methods.method("debug_getBadBlocks", |_, ()| Ok([(); 0]))?;
    methods.method(
        "debug_traceTransaction",
        |context, (hash, options): (B256, Option<GethDebugTracingOptions>)| {
            Ok(context.node.trace_transaction(hash, options.unwrap_or_default())?)
        },
    )?;
    methods.method("debug_traceCall", |context, (request, block, options): CallParams| {
        Ok(context
            .node
            .trace_call(request, block.unwrap_or_default(), options.unwrap_or_default())?)
    })?;
    methods.method(
        "debug_traceBlockByNumber",
        |context, (number, options): (BlockNumberOrTag, Option<GethDebugTracingOptions>)| {
            trace_block(context, number.into(), options)
        },
    )?;
    methods.method(
        "debug_traceBlockByHash",
        |context, (hash, options): (B256, Option<GethDebugTracingOptions>)| trace_block(context, hash.into(), options),
    )
}
