//! The chain behind a node: what is in it, and how a block is added.

use std::{cmp::Ordering, collections::HashSet};

use alloy::consensus::Transaction as _;
use alloy::eips::{BlockId, BlockNumberOrTag};
use alloy_primitives::{Address, B256};
use revm::context::result::InvalidTransaction;
use surety_stylus::{Engine, Rules};

use super::{
    NodeError,
    accounts::Keys,
    block::{Block, Draft, Mined, Terms},
    clock::Clock,
    genesis,
    history::History,
    start::StartBlock,
    transaction::Transaction,
};
use crate::{
    config::{Config, Mining},
    evm::{self, Arb, Facts, Mode, block_cache::BlockCache},
    state::{Mark, Overlay, State, StateView},
    trie::StateTrie,
};

/// Changes of the state that can be undone. More than so many are forgotten, and with them the states of old blocks.
const MAX_CHANGES: u64 = 4_000_000;

/// Everything that a snapshot brings back.
pub struct Snapshot {
    pub id: u64,
    mark: Mark,
    /// The block that was the latest.
    head: u64,
    clock: Clock,
    terms: Terms,
    pool: Vec<Transaction>,
}

/// The chain.
pub struct Chain {
    pub config: Config,
    pub keys: Keys,
    pub engine: Engine,
    pub state: State,
    /// The state at `in_trie`, as the head commits to it.
    trie: StateTrie,
    in_trie: Mark,
    pub clock: Clock,
    /// For the blocks to come.
    pub terms: Terms,
    pub mining: Mining,
    /// Number of times that the way of mining was set: which of the threads that mine by the clock is the one to do it.
    pub miner: u64,
    /// Transactions that wait, in the order in which they came.
    pub pool: Vec<Transaction>,
    pub impersonated: HashSet<Address>,
    pub impersonates_all: bool,
    /// Counts how often somebody was in a position to change the chain.
    pub revision: u64,
    history: History,
    snapshots: Vec<Snapshot>,
    next_snapshot: u64,
}

impl Chain {
    pub fn new(config: Config) -> Result<Self, NodeError> {
        let keys = if config.dev_accounts {
            Keys::development()
        } else {
            Keys::default()
        };
        let state = genesis::state(&config, &keys);
        let clock = Clock::starting_at(config.genesis_timestamp);
        let history = History::default();
        let facts = Facts {
            chain_id: config.chain_id,
            arbos_version: config.arbos_version,
            debug_chain: config.debug_chain,
            l2_block: 0,
            block_hashes: history.hashes(),
        };
        let rules = Rules {
            version: facts.stylus_version(),
            debug_chain: config.debug_chain,
            ..Rules::default()
        };
        let engine = Engine::new(rules).map_err(|error| NodeError::Execution(error.to_string()))?;
        let mut trie = StateTrie::default();
        trie.update(state.keys(), &StateView::new(&state, Overlay::default()));
        let mut chain = Self {
            keys,
            trie,
            in_trie: state.mark(),
            engine,
            state,
            clock,
            terms: Terms::new(config.base_fee),
            mining: config.mining,
            miner: 0,
            pool: Vec::new(),
            impersonated: HashSet::new(),
            impersonates_all: false,
            revision: 0,
            history,
            snapshots: Vec::new(),
            next_snapshot: 1,
            config,
        };
        chain.append(chain.clock.now(), Vec::new(), chain.state.mark());
        Ok(chain)
    }

    /// The latest block. There is always one: the first is made with the chain.
    pub fn head(&self) -> &Block {
        self.history.head().expect("the first block is made with the chain")
    }

    pub fn height(&self) -> u64 {
        self.head().header.number
    }

    /// The number that an id stands for, whether or not there is such a block. The pending block is the next one, the earliest
    /// one the oldest that is kept.
    pub fn number(&self, id: BlockId) -> Option<u64> {
        let number = match id {
            BlockId::Hash(hash) => return self.history.number(&hash.block_hash),
            BlockId::Number(tag) => tag,
        };
        match number {
            BlockNumberOrTag::Latest | BlockNumberOrTag::Safe | BlockNumberOrTag::Finalized => Some(self.height()),
            BlockNumberOrTag::Pending => Some(self.height() + 1),
            BlockNumberOrTag::Earliest => Some(self.history.oldest()),
            BlockNumberOrTag::Number(number) => (number <= self.height()).then_some(number),
        }
    }

    pub fn block(&self, number: u64) -> Option<&Block> {
        self.history.block(number)
    }

    /// A block that there is or was. Fails if it is no longer kept, or is yet to come.
    pub fn mined(&self, number: u64) -> Result<&Block, NodeError> {
        let oldest = self.history.oldest();
        if number < oldest {
            return Err(NodeError::Pruned { block: number, oldest });
        }
        self.block(number).ok_or(NodeError::UnknownBlock)
    }

    /// Block and position of a mined transaction, ArbOS' own included.
    pub fn find(&self, hash: B256) -> Option<(&Block, usize)> {
        self.history.find(&hash)
    }

    /// The state after a block; after the pending one, if the number is that of none yet.
    pub fn view(&self, number: u64) -> Result<StateView<'_>, NodeError> {
        match number.cmp(&self.height()) {
            Ordering::Less => self.view_before(number + 1),
            Ordering::Equal => Ok(self.latest()),
            Ordering::Greater => Ok(self.pending().map_or_else(|| self.latest(), |pending| pending.view)),
        }
    }

    /// The present state.
    pub fn latest(&self) -> StateView<'_> {
        StateView::new(&self.state, Overlay::default())
    }

    /// The state that the first transaction of a block found.
    pub fn view_before(&self, number: u64) -> Result<StateView<'_>, NodeError> {
        let block = match self.mined(number) {
            Ok(block) if block.before >= self.state.oldest() => block,
            Ok(_) | Err(NodeError::Pruned { .. }) => {
                return Err(NodeError::StateDiscarded {
                    block: number.saturating_sub(1),
                    oldest: self.oldest_state(),
                });
            }
            Err(error) => return Err(error),
        };
        Ok(StateView::new(&self.state, self.state.past(block.before)))
    }

    /// The earliest block whose state is still known.
    pub fn oldest_state(&self) -> u64 {
        let first = self.history.first(|block| block.before >= self.state.oldest());
        first.map_or(self.height(), |block| block.header.number.saturating_sub(1))
    }

    /// The earliest block that is still known.
    pub fn oldest_block(&self) -> u64 {
        self.history.oldest()
    }

    /// What is so in block `number`.
    pub fn facts(&self, number: u64) -> Facts<'_> {
        Facts {
            chain_id: self.config.chain_id,
            arbos_version: self.config.arbos_version,
            debug_chain: self.config.debug_chain,
            l2_block: number,
            block_hashes: self.history.hashes(),
        }
    }

    /// The nonce that a sender's next transaction needs, those that wait counted.
    pub fn next_nonce(&self, sender: Address) -> u64 {
        let mut nonce = self.state.account(sender).unwrap_or_default().nonce;
        while self.pool.iter().any(|tx| tx.sender == sender && tx.nonce() == nonce) {
            nonce += 1;
        }
        nonce
    }

    /// Accepts a transaction into the pool. Fails if it can never be mined as the state stands.
    pub fn submit(&mut self, tx: Transaction) -> Result<B256, NodeError> {
        tx.check(self.config.chain_id)?;
        let hash = tx.hash();
        let same = |other: &Transaction| other.sender == tx.sender && other.nonce() == tx.nonce();
        if self.find(hash).is_some() || self.pool.iter().any(|other| other.hash() == hash) {
            return Err(NodeError::AlreadyKnown(hash));
        }
        let nonce = self.state.account(tx.sender).unwrap_or_default().nonce;
        if tx.nonce() < nonce {
            let error = InvalidTransaction::NonceTooLow {
                tx: tx.nonce(),
                state: nonce,
            };
            return Err(tx.refusal(&error, self.terms.base_fee));
        }
        match self.pool.iter().position(same) {
            Some(waiting) if self.pool[waiting].envelope.max_fee_per_gas() < tx.envelope.max_fee_per_gas() => {
                self.pool[waiting] = tx;
            }
            Some(_) => {
                return Err(NodeError::InvalidTransaction(
                    "replacement transaction underpriced".into(),
                ));
            }
            None => self.pool.push(tx),
        }
        Ok(hash)
    }

    /// Makes a block of the one waiting transaction `hash`. If it is not executable it leaves the pool and the reason is
    /// returned; one whose nonce is yet to come stays.
    pub fn mine_one(&mut self, hash: B256) -> Result<Option<&Block>, NodeError> {
        let Some(position) = self.pool.iter().position(|tx| tx.hash() == hash) else {
            return Ok(None);
        };
        let tx = self.pool.remove(position);
        let timestamp = self.clock.peek(self.head().header.timestamp);
        let before = self.state.mark();
        match self.execute(&tx, timestamp, BlockCache::default(), None) {
            Ok((mined, _)) => {
                self.clock.tick(self.head().header.timestamp);
                Ok(Some(self.append(timestamp, vec![mined], before)))
            }
            Err(InvalidTransaction::NonceTooHigh { .. }) => {
                self.pool.insert(position, tx);
                Ok(None)
            }
            Err(error) => Err(tx.refusal(&error, self.terms.base_fee)),
        }
    }

    /// The next waiting transaction that its sender's nonce allows.
    pub fn ready(&self) -> Option<B256> {
        let ready = |tx: &&Transaction| self.state.account(tx.sender).unwrap_or_default().nonce == tx.nonce();
        self.pool.iter().find(ready).map(Transaction::hash)
    }

    /// Makes a block with all waiting transactions whose turn it is. Those that turn out invalid are dropped.
    pub fn mine(&mut self) -> &Block {
        let timestamp = self.clock.tick(self.head().header.timestamp);
        let before = self.state.mark();
        let mut transactions: Vec<Mined> = Vec::new();
        let mut cache = BlockCache::default();
        while let Some(hash) = self.ready() {
            let Some(position) = self.pool.iter().position(|tx| tx.hash() == hash) else {
                break;
            };
            let tx = self.pool.remove(position);
            match self.execute(&tx, timestamp, cache.clone(), transactions.last()) {
                Ok((mined, after)) => {
                    transactions.push(mined);
                    cache = after;
                }
                Err(error) => tracing::warn!(hash = %tx.hash(), %error, "dropped a transaction that cannot be mined"),
            }
        }
        self.append(timestamp, transactions, before)
    }

    /// Remembers where the chain stands.
    pub fn snapshot(&mut self) -> u64 {
        let id = self.next_snapshot;
        self.next_snapshot += 1;
        self.snapshots.push(Snapshot {
            id,
            mark: self.state.mark(),
            head: self.height(),
            clock: self.clock,
            terms: self.terms,
            pool: self.pool.clone(),
        });
        id
    }

    /// Goes back to a snapshot. It and all later ones are gone then.
    pub fn revert(&mut self, id: u64) -> bool {
        let Some(position) = self.snapshots.iter().position(|snapshot| snapshot.id == id) else {
            return false;
        };
        let Some(snapshot) = self.snapshots.drain(position..).next() else {
            return false;
        };
        self.truncate(snapshot.head, snapshot.mark);
        self.clock = snapshot.clock;
        self.terms = snapshot.terms;
        self.pool = snapshot.pool;
        true
    }

    /// Takes the latest `depth` blocks back, with snapshots taken since. Fails, and changes nothing, if one of them is the
    /// genesis block or the state before them is no longer kept.
    pub fn rollback(&mut self, depth: u64) -> Result<(), NodeError> {
        let Some(head) = self.height().checked_sub(depth) else {
            return Err(NodeError::InvalidRequest(format!(
                "expected at most {} blocks to take back, got {depth}",
                self.height()
            )));
        };
        if depth == 0 {
            return Ok(());
        }
        self.view_before(head + 1)?;
        self.mined(head)?;
        let mark = self.mined(head + 1)?.before;
        self.snapshots
            .retain(|snapshot| snapshot.head <= head && snapshot.mark <= mark);
        self.truncate(head, mark);
        Ok(())
    }

    /// Goes back to the block `head` and the state at `mark`.
    fn truncate(&mut self, head: u64, mark: Mark) {
        let changed: Vec<_> = self.state.changed_since(mark).collect();
        self.state.undo_to(mark);
        let view = StateView::new(&self.state, Overlay::default());
        self.trie.update(changed, &view);
        self.in_trie = self.in_trie.min(mark);
        self.history.truncate(head);
    }

    /// Executes a transaction on the present state and takes over its changes.
    fn execute(
        &mut self,
        tx: &Transaction,
        timestamp: u64,
        cache: BlockCache,
        before: Option<&Mined>,
    ) -> Result<(Mined, BlockCache), InvalidTransaction> {
        let view = StateView::new(&self.state, Overlay::default());
        let env = self.terms.env(self.config.l1_block_number, timestamp);
        let offered = tx.offered_price(self.terms.base_fee);
        let arb = Arb::new(&self.engine, self.facts(self.height() + 1), cache).offering(offered);
        let mut execution = evm::execute(view, env, tx.env(), arb, Mode::Transaction)?;
        self.state.commit(std::mem::take(&mut execution.state));
        let cache = std::mem::take(&mut execution.block_cache);
        Ok((Mined::new(tx.clone(), execution, before), cache))
    }

    /// The root of the present state.
    fn state_root(&mut self) -> B256 {
        let view = StateView::new(&self.state, Overlay::default());
        self.trie.update(self.state.changed_since(self.in_trie), &view);
        self.in_trie = self.state.mark();
        self.trie.root()
    }

    /// The present state as a trie.
    pub fn trie_of_latest(&self) -> StateTrie {
        let mut trie = self.trie.clone();
        trie.update(self.state.changed_since(self.in_trie), &self.latest());
        trie
    }

    /// The state after a block as a trie, with what its proofs are about.
    pub fn trie(&self, number: u64) -> Result<(StateTrie, StateView<'_>), NodeError> {
        let mark = match self.block(number + 1) {
            Some(next) => next.before,
            None => self.state.mark(),
        };
        let view = self.view(number)?;
        let mut trie = self.trie.clone();
        trie.update(self.state.changed_since(self.in_trie.min(mark)), &view);
        Ok((trie, view))
    }

    /// The next block, with these transactions and this state after them.
    pub fn draft(&self, timestamp: u64, transactions: Vec<Mined>, before: Mark, state_root: B256) -> Draft {
        let parent = self.history.head();
        Draft {
            parent_hash: parent.map_or(B256::ZERO, |parent| parent.hash),
            state_root,
            number: parent.map_or(0, |parent| parent.header.number + 1),
            timestamp,
            terms: self.terms,
            l1_number: self.config.l1_block_number,
            arbos_version: self.config.arbos_version,
            before,
            start: parent.map(|parent| {
                StartBlock::new(
                    self.config.chain_id,
                    self.config.l1_block_number,
                    parent.header.number + 1,
                    timestamp.saturating_sub(parent.header.timestamp),
                )
            }),
            transactions,
        }
    }

    /// All blocks that are kept, oldest first.
    pub fn blocks(&self) -> impl Iterator<Item = &Block> {
        self.history.iter()
    }

    /// Becomes another chain, which is mined as this one was.
    pub fn give_way_to(&mut self, other: Self) {
        *self = Self {
            mining: self.mining,
            miner: self.miner,
            revision: self.revision,
            ..other
        };
    }

    /// Starts again from these blocks, of which there is at least one, and this state. Snapshots are gone then.
    pub fn replace(&mut self, blocks: Vec<Block>, state: State) {
        self.trie = StateTrie::default();
        self.trie
            .update(state.keys(), &StateView::new(&state, Overlay::default()));
        self.in_trie = state.mark();
        self.state = state;
        self.snapshots.clear();
        self.history = History::default();
        for block in blocks {
            self.history.push(block);
        }
        self.prune();
    }

    /// Adds a block with these transactions, whose changes the present state has already.
    fn append(&mut self, timestamp: u64, transactions: Vec<Mined>, before: Mark) -> &Block {
        let state_root = self.state_root();
        let block = self.draft(timestamp, transactions, before, state_root).seal();
        self.history.push(block);
        self.prune();
        self.head()
    }

    /// Gives up old blocks and states. What the first snapshot needs stays for as long as it exists.
    fn prune(&mut self) {
        let snapshot = self.snapshots.first();
        self.history
            .prune(self.config.history, snapshot.map(|snapshot| snapshot.head));
        let oldest = self.history.block(self.history.oldest());
        let mark = oldest.map_or_else(Mark::default, |block| block.before);
        let mark = mark.max(self.state.mark().back(MAX_CHANGES));
        let mark = snapshot.map_or(mark, |snapshot| snapshot.mark.min(mark));
        self.state.discard_before(mark);
    }
}
