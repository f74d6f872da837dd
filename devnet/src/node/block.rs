//! Blocks as the chain keeps them.

use alloy::{
    consensus::{
        EMPTY_OMMER_ROOT_HASH, Eip658Value, Header, Receipt, ReceiptEnvelope, ReceiptWithBloom, Transaction as _,
        proofs::ordered_trie_root_encoded,
    },
    eips::eip2718::Encodable2718,
};
use alloy_primitives::{Address, B64, B256, Bloom, Bytes, Log, U256, logs_bloom};

use super::{start::StartBlock, transaction::Transaction};
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
    /// ArbOS' own transaction, which comes before all others. The genesis block has none.
    pub start: Option<StartBlock>,
    /// The users' transactions.
    pub transactions: Vec<Mined>,
    /// The state before the block's first transaction.
    pub before: Mark,
    /// What contracts saw as the block's number.
    pub l1_number: u64,
}

impl Block {
    /// The block as its transactions saw it.
    pub fn env(&self) -> BlockEnv {
        let header = &self.header;
        BlockEnv {
            beneficiary: header.beneficiary,
            gas_limit: header.gas_limit,
            ..block_env(self.l1_number, header.timestamp, self.base_fee())
        }
    }

    /// Wei for each unit of gas.
    pub fn base_fee(&self) -> u64 {
        self.header.base_fee_per_gas.unwrap_or_default()
    }

    /// Position of the first user's transaction.
    pub fn offset(&self) -> usize {
        usize::from(self.start.is_some())
    }

    /// Transactions in the block, ArbOS' own counted.
    pub fn count(&self) -> usize {
        self.offset() + self.transactions.len()
    }

    /// The user's transaction at a position.
    pub fn user(&self, position: usize) -> Option<&Mined> {
        self.transactions.get(position.checked_sub(self.offset())?)
    }

    /// About how many bytes of memory the block takes.
    pub fn weight(&self) -> usize {
        let log = |log: &Log| size_of::<Log>() + 32 * log.topics().len() + log.data.data.len();
        let mined = |mined: &Mined| {
            size_of::<Mined>() + mined.tx.envelope.encode_2718_len() + mined.logs.iter().map(log).sum::<usize>()
        };
        size_of::<Self>() + self.transactions.iter().map(mined).sum::<usize>()
    }

    /// The hashes of all transactions, by position.
    pub fn hashes(&self) -> impl Iterator<Item = B256> + '_ {
        let start = self.start.iter().map(|start| start.hash);
        start.chain(self.transactions.iter().map(|mined| mined.tx.hash()))
    }
}

/// What may be set for the blocks to come.
#[derive(Clone, Copy, Debug)]
pub struct Terms {
    /// Wei for each unit of gas.
    pub base_fee: u64,
    pub coinbase: Address,
    pub gas_limit: u64,
}

impl Terms {
    pub const fn new(base_fee: u64) -> Self {
        Self {
            base_fee,
            coinbase: SEQUENCER,
            gas_limit: BLOCK_GAS_LIMIT,
        }
    }

    /// A block on these terms as its transactions see it.
    pub fn env(&self, l1_number: u64, timestamp: u64) -> BlockEnv {
        BlockEnv {
            beneficiary: self.coinbase,
            gas_limit: self.gas_limit,
            ..block_env(l1_number, timestamp, self.base_fee)
        }
    }
}

/// What a new block is made from.
pub struct Draft {
    pub parent_hash: B256,
    pub state_root: B256,
    pub number: u64,
    pub timestamp: u64,
    pub terms: Terms,
    pub l1_number: u64,
    pub arbos_version: u64,
    pub before: Mark,
    pub start: Option<StartBlock>,
    pub transactions: Vec<Mined>,
}

impl Draft {
    /// Computes roots and hash.
    pub fn seal(self) -> Block {
        let (mut transactions, mut receipts) = (Vec::new(), Vec::new());
        if let Some(start) = &self.start {
            transactions.push(start.encoded());
            receipts.push(StartBlock::encoded_receipt());
        }
        for mined in &self.transactions {
            transactions.push(mined.tx.envelope.encoded_2718());
            receipts.push(mined.receipt().encoded_2718());
        }
        let transactions_root = ordered_trie_root_encoded(&transactions);
        let receipts_root = ordered_trie_root_encoded(&receipts);
        let header = Header {
            parent_hash: self.parent_hash,
            ommers_hash: EMPTY_OMMER_ROOT_HASH,
            beneficiary: self.terms.coinbase,
            state_root: self.state_root,
            transactions_root,
            receipts_root,
            logs_bloom: self
                .transactions
                .iter()
                .fold(Bloom::ZERO, |bloom, mined| bloom | mined.bloom),
            difficulty: U256::ONE,
            number: self.number,
            gas_limit: self.terms.gas_limit,
            gas_used: self.transactions.last().map_or(0, |mined| mined.cumulative_gas_used),
            timestamp: self.timestamp,
            extra_data: Bytes::from(B256::ZERO),
            mix_hash: mix_hash(self.l1_number, self.arbos_version),
            nonce: B64::ZERO,
            base_fee_per_gas: Some(self.terms.base_fee),
            ..Header::default()
        };
        Block {
            hash: header.hash_slow(),
            header,
            start: self.start,
            transactions: self.transactions,
            before: self.before,
            l1_number: self.l1_number,
        }
    }
}

/// Arbitrum's header fields: messages sent to L1 (none), L1 block number, ArbOS version, flags (none).
fn mix_hash(l1_number: u64, arbos_version: u64) -> B256 {
    let mut hash = B256::ZERO;
    hash[8..16].copy_from_slice(&l1_number.to_be_bytes());
    hash[16..24].copy_from_slice(&arbos_version.to_be_bytes());
    hash
}
