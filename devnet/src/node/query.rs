//! Blocks, transactions, receipts, logs, state.

use alloy::{
    eips::{BlockId, BlockNumberOrTag},
    network::{AnyRpcBlock, AnyRpcTransaction, AnyTransactionReceipt},
    rpc::types::{FeeHistory, Filter, FilterBlockOption, Log},
};
use alloy_primitives::{Address, B256, Bytes, U256};

use super::{Node, NodeError, block::Block, chain::Chain, convert};

/// Blocks that one fee history covers at most.
const MAX_FEE_HISTORY: u64 = 1_024;

/// Blocks, transactions, receipts, logs.
impl Node {
    pub fn block_number(&self) -> u64 {
        self.read().height()
    }

    /// A block with transaction hashes, or with whole transactions if `full`.
    ///
    /// # Errors
    /// Here and below: [`NodeError::Pruned`] if the block is named by its number and no longer kept.
    pub fn block(&self, id: BlockId, full: bool) -> Result<Option<AnyRpcBlock>, NodeError> {
        self.with_block(id, |block| Some(convert::block(block, full)))
    }

    pub fn block_transaction_count(&self, id: BlockId) -> Result<Option<u64>, NodeError> {
        self.with_block(id, |block| Some(block.count() as u64))
    }

    /// A transaction, mined or waiting.
    pub fn transaction(&self, hash: B256) -> Option<AnyRpcTransaction> {
        let chain = self.read();
        match chain.find(hash) {
            Some((block, position)) => convert::mined(block, position),
            None => chain.pool.iter().find(|tx| tx.hash() == hash).map(convert::pending),
        }
    }

    /// The transaction at a position of a block; the first one is ArbOS' own.
    pub fn transaction_at(&self, id: BlockId, position: u64) -> Result<Option<AnyRpcTransaction>, NodeError> {
        let position = usize::try_from(position).unwrap_or(usize::MAX);
        self.with_block(id, |block| convert::mined(block, position))
    }

    /// The hashes of what users sent into a block.
    pub fn sent_transactions(&self, id: BlockId) -> Result<Vec<B256>, NodeError> {
        let hashes = |block: &Block| block.hashes().skip(block.offset()).collect();
        Ok(self.with_block(id, |block| Some(hashes(block)))?.unwrap_or_default())
    }

    pub fn receipt(&self, hash: B256) -> Option<AnyTransactionReceipt> {
        let chain = self.read();
        let (block, position) = chain.find(hash)?;
        convert::receipt(block, position)
    }

    pub fn block_receipts(&self, id: BlockId) -> Result<Option<Vec<AnyTransactionReceipt>>, NodeError> {
        self.with_block(id, |block| {
            (0..block.count())
                .map(|position| convert::receipt(block, position))
                .collect()
        })
    }

    /// Logs in the blocks of the filter, oldest first.
    pub fn logs(&self, filter: &Filter) -> Result<Vec<Log>, NodeError> {
        let chain = self.read();
        let (from, to) = match filter.block_option {
            FilterBlockOption::AtBlockHash(hash) => {
                let number = chain.number(hash.into()).ok_or(NodeError::UnknownBlock)?;
                (number, number)
            }
            FilterBlockOption::Range { from_block, to_block } => {
                (bound(&chain, from_block)?, bound(&chain, to_block)?.min(chain.height()))
            }
        };
        let mut logs = Vec::new();
        if from <= to {
            chain.mined(from)?;
        }
        for block in (from..=to).filter_map(|number| chain.block(number)) {
            if !filter.matches_bloom(block.header.logs_bloom) {
                continue;
            }
            for index in 0..block.transactions.len() {
                logs.extend(convert::logs(block, index).filter(|log| filter.matches(&log.inner)));
            }
        }
        Ok(logs)
    }

    /// Base fees and how full the blocks were. Rewards are zero: tips are dropped.
    pub fn fee_history(
        &self,
        count: u64,
        newest: BlockNumberOrTag,
        percentiles: &[f64],
    ) -> Result<FeeHistory, NodeError> {
        if percentiles.iter().any(|p| !(0.0..=100.0).contains(p)) || !percentiles.is_sorted() {
            return Err(NodeError::InvalidRequest(
                "reward percentiles must ascend from 0 to 100".into(),
            ));
        }
        let chain = self.read();
        let newest = chain
            .number(newest.into())
            .ok_or(NodeError::UnknownBlock)?
            .min(chain.height());
        chain.mined(newest)?;
        let kept = newest + 1 - chain.oldest_block();
        let count = count.min(MAX_FEE_HISTORY).min(kept);
        let oldest = newest + 1 - count;
        let blocks: Vec<&Block> = (oldest..=newest)
            .take(count as usize)
            .filter_map(|n| chain.block(n))
            .collect();
        let mut fees: Vec<u128> = blocks.iter().map(|block| block.base_fee().into()).collect();
        if count > 0 {
            let next = chain.block(newest + 1).map_or(chain.terms.base_fee, Block::base_fee);
            fees.push(next.into());
        }
        Ok(FeeHistory {
            base_fee_per_gas: fees,
            gas_used_ratio: blocks
                .iter()
                .map(|b| b.header.gas_used as f64 / b.header.gas_limit.max(1) as f64)
                .collect(),
            oldest_block: if count == 0 { 0 } else { oldest },
            reward: (!percentiles.is_empty()).then(|| vec![vec![0; percentiles.len()]; blocks.len()]),
            ..FeeHistory::default()
        })
    }

    /// The earliest block whose state can be asked for. Later ones can too.
    pub fn oldest_state(&self) -> u64 {
        self.read().oldest_state()
    }

    /// The earliest block that is still known. Later ones are too.
    pub fn oldest_block(&self) -> u64 {
        self.read().oldest_block()
    }

    /// Reads a block, if there is one of that id. The pending one is the latest if nothing waits that could be mined, as on
    /// Arbitrum, where nothing ever waits.
    pub(super) fn with_block<T>(
        &self,
        id: BlockId,
        read: impl FnOnce(&Block) -> Option<T>,
    ) -> Result<Option<T>, NodeError> {
        let chain = self.read();
        if id.is_pending()
            && let Some(pending) = chain.pending()
        {
            return Ok(read(&chain.pending_block(pending)));
        }
        match chain.number(id) {
            Some(number) => Ok(read(chain.mined(number.min(chain.height()))?)),
            None => Ok(None),
        }
    }
}

/// State after a block.
impl Node {
    pub fn balance(&self, address: Address, block: BlockId) -> Result<U256, NodeError> {
        self.at(block, |_, view| view.account(address).unwrap_or_default().balance)
    }

    /// The nonce; with the pending tag, past the transactions that wait.
    pub fn nonce(&self, address: Address, block: BlockId) -> Result<u64, NodeError> {
        self.at(block, |chain, view| {
            if block.is_pending() {
                chain.next_nonce(address)
            } else {
                view.account(address).unwrap_or_default().nonce
            }
        })
    }

    pub fn code(&self, address: Address, block: BlockId) -> Result<Bytes, NodeError> {
        self.at(block, |_, view| {
            view.account(address)
                .map(|info| view.code(info.code_hash).original_bytes())
                .unwrap_or_default()
        })
    }

    pub fn storage_at(&self, address: Address, slot: U256, block: BlockId) -> Result<B256, NodeError> {
        self.at(block, |_, view| view.slot(address, slot).into())
    }

    fn at<T>(&self, id: BlockId, read: impl FnOnce(&Chain, &crate::state::StateView<'_>) -> T) -> Result<T, NodeError> {
        let chain = self.read();
        let number = chain.number(id).ok_or(NodeError::UnknownBlock)?;
        let view = chain.view(number)?;
        Ok(read(&chain, &view))
    }
}

fn bound(chain: &Chain, tag: Option<BlockNumberOrTag>) -> Result<u64, NodeError> {
    match tag.unwrap_or_default() {
        // A range may begin or end in the future; there is nothing in it yet.
        BlockNumberOrTag::Number(number) => Ok(number),
        tag => chain.number(tag.into()).ok_or(NodeError::UnknownBlock),
    }
}
