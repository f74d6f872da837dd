//! The block that would be mined now.

use alloy_primitives::{Address, U256};

use super::{
    block::{Block, Mined},
    chain::Chain,
    transaction::Transaction,
};
use crate::{
    evm::{self, Arb, Mode, block_cache::BlockCache},
    state::StateView,
};

/// What the transactions that wait would do.
pub struct Pending<'a> {
    /// The state after them.
    pub view: StateView<'a>,
    timestamp: u64,
    transactions: Vec<Mined>,
    /// Accounts and slots that they touched.
    touched: Vec<(Address, Option<U256>)>,
}

impl Chain {
    /// Runs the transactions that a block made now would take, without making it. None if there is none.
    pub fn pending(&self) -> Option<Pending<'_>> {
        self.ready()?;
        let timestamp = self.clock.peek(self.head().header.timestamp);
        let env = self.terms.env(self.config.l1_block_number, timestamp);
        let mut pending = Pending {
            view: self.latest(),
            timestamp,
            transactions: Vec::new(),
            touched: Vec::new(),
        };
        let mut cache = BlockCache::default();
        let mut waiting: Vec<&Transaction> = self.pool.iter().collect();
        while let Some(position) = waiting.iter().position(|tx| pending.takes(tx)) {
            let tx = waiting.remove(position);
            let arb = Arb::new(&self.engine, self.facts(self.height() + 1), cache.clone())
                .offering(tx.offered_price(self.terms.base_fee));
            // Mining drops what turns out to be invalid.
            if let Ok(execution) = evm::execute(pending.view.clone(), env.clone(), tx.env(), arb, Mode::Transaction) {
                cache = pending.take(tx, execution);
            }
        }
        Some(pending)
    }

    /// The block of [`Chain::pending`].
    pub fn pending_block(&self, pending: Pending<'_>) -> Block {
        let mut trie = self.trie_of_latest();
        trie.update(pending.touched, &pending.view);
        self.draft(pending.timestamp, pending.transactions, self.state.mark(), trie.root())
            .seal()
    }
}

impl Pending<'_> {
    /// Whether it is a transaction's turn.
    fn takes(&self, tx: &Transaction) -> bool {
        self.view.account(tx.sender).unwrap_or_default().nonce == tx.nonce()
    }

    /// Takes over what a transaction did. Returns the programs that the block ran so far.
    fn take(&mut self, tx: &Transaction, mut execution: evm::Execution) -> BlockCache {
        self.view.overlay_mut().commit(&execution.state);
        for (address, account) in std::mem::take(&mut execution.state) {
            self.touched.push((address, None));
            self.touched
                .extend(account.storage.keys().map(|slot| (address, Some(*slot))));
        }
        let cache = std::mem::take(&mut execution.block_cache);
        let mined = Mined::new(tx.clone(), execution, self.transactions.last());
        self.transactions.push(mined);
        cache
    }
}
