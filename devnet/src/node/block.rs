//! Blocks as the chain keeps them.

use alloy::consensus::{
    EMPTY_OMMER_ROOT_HASH, Eip658Value, Header, Receipt, ReceiptEnvelope, ReceiptWithBloom, Transaction as _,
    proofs::{calculate_receipt_root, calculate_transaction_root},
};
use alloy_primitives::{Address, B64, B256, Bloom, Bytes, Log, U256, keccak256, logs_bloom};

use super::transaction::Transaction;
use crate::{
    evm::{
        BLOCK_GAS_LIMIT, BlockEnv, Execution,
        context::{SEQUENCER, block_env},
    },
    state::Mark,
};

/// A transaction in a block, with what it did.
#[derive(Clone, Debug)]
pub struct Mined {
    pub tx: Transaction,
    pub success: bool,
    pub gas_used: u64,
    /// Gas of the block up to and with this transaction.
    pub cumulative_gas_used: u64,
    pub logs: Vec<Log>,
    /// Logs of the block before this transaction.
    pub first_log: usize,
    pub bloom: Bloom,
    /// Where a creation puts its contract, whether or not it succeeded.
    pub contract_address: Option<Address>,
}

impl Mined {
    pub fn new(tx: Transaction, execution: Execution, before: Option<&Self>) -> Self {
        let gas_used = execution.gas_used();
        let success = execution.result.is_success();
        // Also if the creation failed, as geth has it.
        let contract_address = tx
            .envelope
            .kind()
            .is_create()
            .then(|| tx.sender.create(tx.envelope.nonce()));
        let logs = if success {
            execution.result.into_logs()
        } else {
            Vec::new()
        };
        Self {
            tx,
            success,
            gas_used,
            cumulative_gas_used: gas_used + before.map_or(0, |before| before.cumulative_gas_used),
            bloom: logs_bloom(&logs),
            logs,
            first_log: before.map_or(0, |before| before.first_log + before.logs.len()),
            contract_address,
        }
    }

    /// The receipt that consensus hashes.
    pub fn receipt(&self) -> ReceiptEnvelope {
        let receipt = Receipt {
            status: Eip658Value::Eip658(self.success),
            cumulative_gas_used: self.cumulative_gas_used,
            logs: self.logs.clone(),
        };
        ReceiptEnvelope::from_typed(self.tx.envelope.tx_type(), ReceiptWithBloom::new(receipt, self.bloom))
    }
}

/// A block and where in the undo log it begins.
#[derive(Clone, Debug)]
pub struct Block {
    pub header: Header,
    pub hash: B256,
    pub transactions: Vec<Mined>,
    /// The state before the block's first transaction.
    pub before: Mark,
    /// What contracts saw as the block's number.
    pub l1_number: u64,
}

impl Block {
    /// The block as its transactions saw it.
    pub fn env(&self) -> BlockEnv {
        let base_fee = self.header.base_fee_per_gas.unwrap_or_default();
        block_env(self.l1_number, self.header.timestamp, base_fee)
    }
}

/// What a new block is made from.
pub struct Draft {
    pub parent_hash: B256,
    pub parent_state_root: B256,
    pub number: u64,
    pub timestamp: u64,
    pub base_fee: u64,
    pub l1_number: u64,
    pub arbos_version: u64,
    pub before: Mark,
    pub transactions: Vec<Mined>,
}

impl Draft {
    /// Computes roots and hash.
    pub fn seal(self) -> Block {
        let envelopes: Vec<_> = self.transactions.iter().map(|mined| &mined.tx.envelope).collect();
        let receipts: Vec<_> = self.transactions.iter().map(Mined::receipt).collect();
        let transactions_root = calculate_transaction_root(&envelopes);
        let receipts_root = calculate_receipt_root(&receipts);
        let header = Header {
            parent_hash: self.parent_hash,
            ommers_hash: EMPTY_OMMER_ROOT_HASH,
            beneficiary: SEQUENCER,
            state_root: state_root(self.parent_state_root, transactions_root, receipts_root),
            transactions_root,
            receipts_root,
            logs_bloom: self
                .transactions
                .iter()
                .fold(Bloom::ZERO, |bloom, mined| bloom | mined.bloom),
            difficulty: U256::ONE,
            number: self.number,
            gas_limit: BLOCK_GAS_LIMIT,
            gas_used: self.transactions.last().map_or(0, |mined| mined.cumulative_gas_used),
            timestamp: self.timestamp,
            extra_data: Bytes::from(B256::ZERO),
            mix_hash: mix_hash(self.l1_number, self.arbos_version),
            nonce: B64::ZERO,
            base_fee_per_gas: Some(self.base_fee),
            ..Header::default()
        };
        Block {
            hash: header.hash_slow(),
            header,
            transactions: self.transactions,
            before: self.before,
            l1_number: self.l1_number,
        }
    }
}

/// No trie of the state is kept, so this commits to how the state came about instead: a hash over the parent's value, the
/// transactions and their receipts.
fn state_root(parent: B256, transactions: B256, receipts: B256) -> B256 {
    keccak256([parent, transactions, receipts].concat())
}

/// Arbitrum's header fields: messages sent to L1 (none), L1 block number, ArbOS version, flags (none).
fn mix_hash(l1_number: u64, arbos_version: u64) -> B256 {
    let mut hash = B256::ZERO;
    hash[8..16].copy_from_slice(&l1_number.to_be_bytes());
    hash[16..24].copy_from_slice(&arbos_version.to_be_bytes());
    hash
}
