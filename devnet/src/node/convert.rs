//! Blocks, transactions and receipts as JSON-RPC shows them.

use alloy::consensus::Transaction as _;
use alloy::{
    consensus::{Eip658Value, Receipt, ReceiptWithBloom, transaction::Recovered},
    network::{
        AnyHeader, AnyRpcBlock, AnyRpcHeader, AnyRpcTransaction, AnyTransactionReceipt, AnyTxEnvelope, AnyTxType,
        UnknownTxEnvelope, UnknownTypedTransaction, any::AnyReceiptEnvelope,
    },
    rpc::types::{
        Block as RpcBlock, BlockTransactions, Header as RpcHeader, Log, Transaction as RpcTransaction,
        TransactionReceipt,
    },
    serde::{OtherFields, WithOtherFields},
};
use alloy_primitives::{Address, B256, Bloom, U64, U256};
use serde_json::json;

use super::{
    block::{Block, Mined},
    raw,
    start::StartBlock,
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
        BlockTransactions::Full(
            (0..block.count())
                .filter_map(|position| mined(block, position))
                .collect(),
        )
    } else {
        BlockTransactions::Hashes(block.hashes().collect())
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

/// The transaction at a position of a block.
pub fn mined(block: &Block, position: usize) -> Option<AnyRpcTransaction> {
    let place = Some((block.hash, block.header.number, position as u64, block.header.timestamp));
    if let Some(Mined { tx, .. }) = block.user(position) {
        let envelope = AnyTxEnvelope::Ethereum(tx.envelope.clone());
        return Some(transaction(envelope, tx.sender, block.base_fee().into(), place));
    }
    let start = block.start.as_ref().filter(|_| position == 0)?;
    Some(transaction(start_envelope(start), StartBlock::ADDRESS, 0, place))
}

/// A transaction that waits.
pub fn pending(tx: &Transaction) -> AnyRpcTransaction {
    let envelope = AnyTxEnvelope::Ethereum(tx.envelope.clone());
    transaction(envelope, tx.sender, tx.envelope.max_fee_per_gas(), None)
}

fn transaction(
    envelope: AnyTxEnvelope,
    sender: Address,
    gas_price: u128,
    place: Option<(B256, u64, u64, u64)>,
) -> AnyRpcTransaction {
    AnyRpcTransaction(WithOtherFields::new(RpcTransaction {
        inner: Recovered::new_unchecked(envelope, sender),
        block_hash: place.map(|place| place.0),
        block_number: place.map(|place| place.1),
        transaction_index: place.map(|place| place.2),
        effective_gas_price: Some(gas_price),
        block_timestamp: place.map(|place| place.3),
    }))
}

/// ArbOS' transaction, with the fields that Nitro gives it: of a signature it has zeros.
fn start_envelope(start: &StartBlock) -> AnyTxEnvelope {
    AnyTxEnvelope::Unknown(UnknownTxEnvelope {
        hash: start.hash,
        inner: UnknownTypedTransaction {
            ty: AnyTxType(StartBlock::TYPE),
            fields: fields(json!({
                "chainId": U64::from(start.chain_id),
                "to": StartBlock::ADDRESS,
                "input": start.input,
                "nonce": "0x0",
                "gas": "0x0",
                "value": "0x0",
                "v": "0x0",
                "r": "0x0",
                "s": "0x0",
            })),
            memo: Default::default(),
        },
    })
}

/// The receipt of the transaction at a position of a block.
pub fn receipt(block: &Block, position: usize) -> Option<AnyTransactionReceipt> {
    let content = match block.user(position) {
        Some(mined) => Content::of(mined, logs(block, position - block.offset()).collect()),
        None => Content::of_start(block.start.as_ref().filter(|_| position == 0)?),
    };
    let inner = TransactionReceipt {
        inner: content.envelope,
        transaction_hash: content.hash,
        transaction_index: Some(position as u64),
        block_hash: Some(block.hash),
        block_number: Some(block.header.number),
        gas_used: content.gas_used,
        effective_gas_price: block.base_fee().into(),
        blob_gas_used: None,
        blob_gas_price: None,
        from: content.from,
        to: content.to,
        contract_address: content.contract_address,
    };
    let other = fields(json!({
        "gasUsedForL1": "0x0",
        "l1BlockNumber": U64::from(block.l1_number),
        "timeboosted": false,
    }));
    Some(AnyTransactionReceipt(WithOtherFields { inner, other }))
}

/// What a receipt says besides the transaction's place.
struct Content {
    hash: B256,
    from: Address,
    to: Option<Address>,
    gas_used: u64,
    contract_address: Option<Address>,
    envelope: AnyReceiptEnvelope<Log>,
}

impl Content {
    fn of(mined: &Mined, logs: Vec<Log>) -> Self {
        let receipt = Receipt {
            status: Eip658Value::Eip658(mined.success),
            cumulative_gas_used: mined.cumulative_gas_used,
            logs,
        };
        Self {
            hash: mined.tx.hash(),
            from: mined.tx.sender,
            to: mined.tx.envelope.to(),
            gas_used: mined.gas_used,
            contract_address: mined.contract_address,
            envelope: AnyReceiptEnvelope {
                inner: ReceiptWithBloom::new(receipt, mined.bloom),
                r#type: mined.tx.envelope.tx_type() as u8,
            },
        }
    }

    fn of_start(start: &StartBlock) -> Self {
        let receipt = Receipt {
            status: Eip658Value::Eip658(true),
            cumulative_gas_used: 0,
            logs: Vec::new(),
        };
        Self {
            hash: start.hash,
            from: StartBlock::ADDRESS,
            to: Some(StartBlock::ADDRESS),
            gas_used: 0,
            contract_address: None,
            envelope: AnyReceiptEnvelope {
                inner: ReceiptWithBloom::new(receipt, Bloom::ZERO),
                r#type: StartBlock::TYPE,
            },
        }
    }
}

/// The logs of a user's transaction of a block, which must exist.
pub fn logs(block: &Block, index: usize) -> impl Iterator<Item = Log> + '_ {
    let mined: &Mined = &block.transactions[index];
    mined.logs.iter().enumerate().map(move |(position, log)| Log {
        inner: log.clone(),
        block_hash: Some(block.hash),
        block_number: Some(block.header.number),
        block_timestamp: Some(block.header.timestamp),
        transaction_hash: Some(mined.tx.hash()),
        transaction_index: Some((block.offset() + index) as u64),
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
