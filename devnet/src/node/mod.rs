//! The chain: a shared handle over state, blocks, receipts, time and snapshots.
//!
//! All methods are synchronous and short but for the execution they ask for; an async server calls
//! [`Node::call`], [`Node::estimate_gas`] and the `send_*` methods from a blocking task. Reads and calls run in
//! parallel, whatever changes the chain is alone.

mod error;
mod event;

use std::{sync::Arc, time::Duration};

use alloy::{
    eips::{BlockId, BlockNumberOrTag},
    network::{AnyRpcBlock, AnyRpcTransaction, AnyTransactionReceipt},
    rpc::types::{AccessListResult, BlockOverrides, FeeHistory, Filter, Log, TransactionRequest, state::StateOverride},
    signers::local::PrivateKeySigner,
};
use alloy_primitives::{Address, B256, Bytes, U256};
use tokio::sync::broadcast;

pub use error::NodeError;
pub use event::Event;

use crate::config::{Config, Mining};

/// A chain, shared by whoever holds a clone.
#[derive(Clone)]
pub struct Node {
    inner: Arc<()>,
}

/// Starting and asking what the chain is.
impl Node {
    /// A chain with its genesis block.
    pub fn new(config: Config) -> Self {
        todo!()
    }

    pub fn config(&self) -> Config {
        todo!()
    }

    pub fn chain_id(&self) -> u64 {
        todo!()
    }

    /// Wei for each unit of gas; tips are dropped, so this is what everybody pays.
    pub fn gas_price(&self) -> u128 {
        todo!()
    }

    /// The addresses that the node signs for.
    pub fn accounts(&self) -> Vec<Address> {
        todo!()
    }

    /// The key behind one of [`Node::accounts`].
    pub fn signer(&self, address: Address) -> Option<PrivateKeySigner> {
        todo!()
    }

    /// New blocks and transactions from now on.
    pub fn subscribe(&self) -> broadcast::Receiver<Event> {
        todo!()
    }
}

/// Transactions and calls.
impl Node {
    /// Accepts a signed transaction in EIP-2718 or legacy encoding.
    pub fn send_raw_transaction(&self, raw: &[u8]) -> Result<B256, NodeError> {
        todo!()
    }

    /// Fills in what is missing, signs with the key of `from`, or takes `from` as given if it is impersonated.
    pub fn send_transaction(&self, request: TransactionRequest) -> Result<B256, NodeError> {
        todo!()
    }

    /// Fills in nonce, gas, fees and chain id as [`Node::send_transaction`] would.
    pub fn fill_transaction(&self, request: TransactionRequest) -> Result<TransactionRequest, NodeError> {
        todo!()
    }

    /// The output of a call on the state after `block`.
    pub fn call(
        &self,
        request: TransactionRequest,
        block: BlockId,
        state: Option<StateOverride>,
        env: Option<BlockOverrides>,
    ) -> Result<Bytes, NodeError> {
        todo!()
    }

    /// A gas limit with which the transaction succeeds as it stands.
    pub fn estimate_gas(
        &self,
        request: TransactionRequest,
        block: BlockId,
        state: Option<StateOverride>,
        env: Option<BlockOverrides>,
    ) -> Result<u64, NodeError> {
        todo!()
    }

    /// The addresses and slots that a call touches, and the gas it takes when they are listed.
    pub fn create_access_list(
        &self,
        request: TransactionRequest,
        block: BlockId,
    ) -> Result<AccessListResult, NodeError> {
        todo!()
    }

    /// Transactions that wait for a block (none while mining is automatic).
    pub fn pending_transactions(&self) -> Vec<AnyRpcTransaction> {
        todo!()
    }

    /// Removes a waiting transaction.
    pub fn drop_transaction(&self, hash: B256) -> Option<B256> {
        todo!()
    }
}

/// Blocks, transactions, receipts, logs.
impl Node {
    pub fn block_number(&self) -> u64 {
        todo!()
    }

    /// The number that an id stands for; `None` if there is no such block.
    pub fn resolve_block(&self, id: BlockId) -> Option<u64> {
        todo!()
    }

    /// A block with transaction hashes, or with whole transactions if `full`.
    pub fn block(&self, id: BlockId, full: bool) -> Option<AnyRpcBlock> {
        todo!()
    }

    pub fn block_transaction_count(&self, id: BlockId) -> Option<u64> {
        todo!()
    }

    /// A transaction, mined or waiting.
    pub fn transaction(&self, hash: B256) -> Option<AnyRpcTransaction> {
        todo!()
    }

    pub fn transaction_at(&self, id: BlockId, index: u64) -> Option<AnyRpcTransaction> {
        todo!()
    }

    /// The EIP-2718 bytes of a transaction.
    pub fn raw_transaction(&self, hash: B256) -> Option<Bytes> {
        todo!()
    }

    pub fn receipt(&self, hash: B256) -> Option<AnyTransactionReceipt> {
        todo!()
    }

    pub fn block_receipts(&self, id: BlockId) -> Option<Vec<AnyTransactionReceipt>> {
        todo!()
    }

    /// Logs in the blocks of the filter, oldest first.
    pub fn logs(&self, filter: &Filter) -> Result<Vec<Log>, NodeError> {
        todo!()
    }

    pub fn fee_history(
        &self,
        count: u64,
        newest: BlockNumberOrTag,
        percentiles: &[f64],
    ) -> Result<FeeHistory, NodeError> {
        todo!()
    }
}

/// State after a block.
impl Node {
    pub fn balance(&self, address: Address, block: BlockId) -> Result<U256, NodeError> {
        todo!()
    }

    /// The nonce; with the pending tag, past the transactions that wait.
    pub fn nonce(&self, address: Address, block: BlockId) -> Result<u64, NodeError> {
        todo!()
    }

    pub fn code(&self, address: Address, block: BlockId) -> Result<Bytes, NodeError> {
        todo!()
    }

    pub fn storage_at(&self, address: Address, slot: U256, block: BlockId) -> Result<B256, NodeError> {
        todo!()
    }
}

/// Blocks and time on demand.
impl Node {
    /// Makes `count` blocks, the first with all waiting transactions, each `interval` seconds after the one before
    /// (by the clock if absent).
    pub fn mine(&self, count: u64, interval: Option<u64>) {
        todo!()
    }

    pub fn mining(&self) -> Mining {
        todo!()
    }

    pub fn set_mining(&self, mining: Mining) {
        todo!()
    }

    /// The time that the next block would carry, in seconds since 1970.
    pub fn now(&self) -> u64 {
        todo!()
    }

    /// Moves the clock forward for good. Returns by how many seconds it is ahead of the wall clock now.
    pub fn increase_time(&self, seconds: u64) -> i64 {
        todo!()
    }

    /// Sets the clock; it goes on from there. Fails if that is before the latest block. Returns the offset to the
    /// wall clock.
    pub fn set_time(&self, timestamp: u64) -> Result<i64, NodeError> {
        todo!()
    }

    /// Gives the next block exactly this time, and lets the clock go on from there. Fails if that is before the
    /// latest block.
    pub fn set_next_block_timestamp(&self, timestamp: u64) -> Result<(), NodeError> {
        todo!()
    }

    /// Every block from now on is exactly this long after the one before; `None` ends that.
    pub fn set_block_interval(&self, interval: Option<Duration>) {
        todo!()
    }
}

/// State by decree.
impl Node {
    pub fn set_balance(&self, address: Address, balance: U256) {
        todo!()
    }

    pub fn set_nonce(&self, address: Address, nonce: u64) {
        todo!()
    }

    pub fn set_code(&self, address: Address, code: Bytes) {
        todo!()
    }

    pub fn set_storage(&self, address: Address, slot: U256, value: B256) {
        todo!()
    }

    /// Lets `eth_sendTransaction` act for an address without its key.
    pub fn impersonate(&self, address: Address) {
        todo!()
    }

    /// Returns whether it was impersonated.
    pub fn stop_impersonating(&self, address: Address) -> bool {
        todo!()
    }

    /// Lets `eth_sendTransaction` act for any address.
    pub fn set_auto_impersonate(&self, on: bool) {
        todo!()
    }

    /// Remembers the whole chain. Costs nothing until the state changes.
    pub fn snapshot(&self) -> U256 {
        todo!()
    }

    /// Goes back to a snapshot, which with all later ones is then gone. False if there is none of that id.
    pub fn revert(&self, id: U256) -> bool {
        todo!()
    }
}
