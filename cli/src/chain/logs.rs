//! Logs, asked for in ranges of blocks as wide as the node takes: public ones refuse more than some thousands.

use std::sync::atomic::{AtomicU64, Ordering};

use alloy::{
    eips::BlockId,
    primitives::{Address, B256},
    providers::Provider,
    rpc::types::{Filter, Log},
    sol_types::SolEvent,
};

use super::{Chain, ChainError};

/// A refusal of so few blocks is not about their number.
const LEAST: u64 = 16;
/// How much narrower the next try is.
const STEP: u64 = 8;

/// The widest range that a node took, as far as it is known. Clones of a connection share it.
#[derive(Debug)]
pub(super) struct Reach(AtomicU64);

impl Reach {
    pub(super) fn new() -> Self {
        Self(AtomicU64::new(u64::MAX))
    }
}

impl Chain {
    /// All logs that `filter` lets through in a range of blocks, both ends included, oldest first.
    pub async fn scan(&self, filter: &Filter, mut from: u64, to: u64) -> Result<Vec<Log>, ChainError> {
        let mut found = Vec::new();
        while from <= to {
            let span = self.reach.0.load(Ordering::Relaxed).min(to - from + 1);
            let end = from + span - 1;
            let part = filter.clone().from_block(from).to_block(end);
            match self.ask("eth_getLogs", self.provider.get_logs(&part)).await {
                Ok(logs) => {
                    found.extend(logs);
                    from = end + 1;
                }
                Err(ChainError::Refused { .. }) if span > LEAST => {
                    self.reach.0.store((span / STEP).max(LEAST), Ordering::Relaxed);
                }
                Err(error) => return Err(error),
            }
        }
        Ok(found)
    }

    /// All logs of some contracts in a range of blocks, both ends included.
    pub async fn logs(&self, contracts: Vec<Address>, from: u64, to: u64) -> Result<Vec<Log>, ChainError> {
        self.scan(&Filter::new().address(contracts), from, to).await
    }

    /// Time of the block that a log is in, in seconds since 1970.
    pub async fn time_of(&self, log: &Log) -> Result<u64, ChainError> {
        if let Some(time) = log.block_timestamp {
            return Ok(time);
        }
        let number = log.block_number.unwrap_or_default();
        let block = self.provider.get_block(BlockId::number(number));
        match self.ask("eth_getBlockByNumber", block).await? {
            Some(block) => Ok(block.header.timestamp),
            None => Err(self.answer("eth_getBlockByNumber", format!("no block {number}"))),
        }
    }

    /// Events of one kind that name `topic` first, from a block on, oldest first, with their places in the chain.
    pub async fn event_logs<E: SolEvent>(
        &self,
        contract: Address,
        topic: B256,
        since: u64,
    ) -> Result<Vec<Log>, ChainError> {
        let filter = Filter::new()
            .address(contract)
            .event_signature(E::SIGNATURE_HASH)
            .topic1(topic);
        self.scan(&filter, since, self.latest().await?.number).await
    }
}
