//! Blocks, transactions and receipts as JSON-RPC shows them.

use alloy::consensus::Transaction as _;
use alloy::{
    consensus::{Eip658Value, Receipt, ReceiptWithBloom, transaction::Recovered},
    network::any::AnyReceiptEnvelope,
    network::{AnyHeader, AnyRpcBlock, AnyRpcHeader, AnyRpcTransaction, AnyTransactionReceipt, AnyTxEnvelope},
    rpc::types::{
        Block as RpcBlock, BlockTransactions, Header as RpcHeader, Log, Transaction as RpcTransaction,
        TransactionReceipt,
    },
    serde::{OtherFields, WithOtherFields},
};
use alloy_primitives::{B256, U64, U256};
use serde_json::json;

use super::{
    block::{Block, Mined},
    raw,
    transaction::Transaction,
};

/// The header with Arbitrum's additional fields.
pub fn header(block: &Block) -> WithOtherFields<AnyRpcHeader> {
    let header = RpcHeader {
        hash: block.hash,
        inner: AnyHeader::from(block.header.clone()),
        total_difficulty: None,
        size: Some(U256::from(raw::encode(block).len())),
    };
    WithOtherFields {
        inner: header,
        other: block_fields(block),
    }
}

/// A block with whole transactions, or only their hashes.
pub fn block(block: &Block, full: bool) -> AnyRpcBlock {
    let transactions = if full {
        BlockTransactions::Full((0..block.transactions.len()).map(|index| mined(block, index)).collect())
    } else {
        BlockTransactions::Hashes(block.transactions.iter().map(|mined| mined.tx.hash()).collect())
    };
    let WithOtherFields { inner: header, other } = header(block);
    AnyRpcBlock(WithOtherFields {
        inner: RpcBlock {
            header,
            uncles: Vec::new(),
            transactions,
            withdrawals: None,
        },
        other,
    })
}

/// The transaction at `index` of a block, which must exist.
pub fn mined(block: &Block, index: usize) -> AnyRpcTransaction {
    let base_fee = u128::from(block.header.base_fee_per_gas.unwrap_or_default());
    let place = Some((block.hash, block.header.number, index as u64, block.header.timestamp));
    transaction(&block.transactions[index].tx, base_fee, place)
}

/// A transaction that waits.
pub fn pending(tx: &Transaction) -> AnyRpcTransaction {
    transaction(tx, tx.envelope.max_fee_per_gas(), None)
}

fn transaction(tx: &Transaction, gas_price: u128, place: Option<(B256, u64, u64, u64)>) -> AnyRpcTransaction {
    AnyRpcTransaction(WithOtherFields::new(RpcTransaction {
        inner: Recovered::new_unchecked(AnyTxEnvelope::Ethereum(tx.envelope.clone()), tx.sender),
        block_hash: place.map(|place| place.0),
        block_number: place.map(|place| place.1),
        transaction_index: place.map(|place| place.2),
        effective_gas_price: Some(gas_price),
        block_timestamp: place.map(|place| place.3),
    }))
}

/// The receipt of the transaction at `index` of a block, which must exist.
pub fn receipt(block: &Block, index: usize) -> AnyTransactionReceipt {
    let mined = &block.transactions[index];
    let receipt = Receipt {
        status: Eip658Value::Eip658(mined.success),
        cumulative_gas_used: mined.cumulative_gas_used,
        logs: logs(block, index).collect(),
    };
    let inner = TransactionReceipt {
        inner: AnyReceiptEnvelope {
            inner: ReceiptWithBloom::new(receipt, mined.bloom),
            r#type: mined.tx.envelope.tx_type() as u8,
        },
        transaction_hash: mined.tx.hash(),
        transaction_index: Some(index as u64),
        block_hash: Some(block.hash),
        block_number: Some(block.header.number),
        gas_used: mined.gas_used,
        effective_gas_price: u128::from(block.header.base_fee_per_gas.unwrap_or_default()),
        blob_gas_used: None,
        blob_gas_price: None,
        from: mined.tx.sender,
        to: mined.tx.envelope.to(),
        contract_address: mined.contract_address,
    };
    let other = fields(json!({
        "gasUsedForL1": "0x0",
        "l1BlockNumber": U64::from(block.l1_number),
        "timeboosted": false,
    }));
    AnyTransactionReceipt(WithOtherFields { inner, other })
}

/// The logs of the transaction at `index` of a block, which must exist.
pub fn logs(block: &Block, index: usize) -> impl Iterator<Item = Log> + '_ {
    let mined: &Mined = &block.transactions[index];
    mined.logs.iter().enumerate().map(move |(position, log)| Log {
        inner: log.clone(),
        block_hash: Some(block.hash),
        block_number: Some(block.header.number),
        block_timestamp: Some(block.header.timestamp),
        transaction_hash: Some(mined.tx.hash()),
        transaction_index: Some(index as u64),
        log_index: Some((mined.first_log + position) as u64),
        removed: false,
    })
}

fn block_fields(block: &Block) -> OtherFields {
    fields(json!({
        "l1BlockNumber": U64::from(block.l1_number),
        "sendCount": "0x0",
        "sendRoot": B256::ZERO,
    }))
}

/// The fields of a JSON object.
fn fields(object: serde_json::Value) -> OtherFields {
    OtherFields::try_from(object).unwrap_or_default()
}
