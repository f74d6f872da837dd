//! The chain: a shared handle over state, blocks, receipts, time and snapshots.
//!
//! All methods are synchronous and short but for the execution they ask for; an async server calls
//! [`Node::call`], [`Node::estimate_gas`] and the `send_*` methods from a blocking task. Reads and calls run in
//! parallel, whatever changes the chain is alone.
//!
//! | file | what |
//! |---|---|
//! | `submit` | transactions and calls |
//! | `query` | blocks, transactions, receipts, logs, state |
//! | `raw` | the same in the encodings that consensus hashes |
//! | `proof` | Merkle proofs of the state |
//! | `control` | mining, time, snapshots, state by decree |
//! | `chain` | the chain itself, `history` its latest blocks, `block`, `transaction` and `start` what it consists of |
//! | `pending` | the block that would be mined now |
//! | `simulate` | executions whose changes are thrown away, `sequence` whole blocks of them |
//! | `image` | the chain as it is saved |
//! | `trace` | executions again, under a tracer |

mod accounts;
mod block;
mod chain;
mod clock;
mod control;
mod convert;
mod error;
mod event;
mod genesis;
mod history;
mod image;
mod pending;
mod proof;
mod query;
mod raw;
mod revert;
mod sequence;
mod simulate;
mod start;
mod submit;
mod trace;
mod transaction;

use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use alloy::signers::local::PrivateKeySigner;
use alloy_primitives::Address;
use tokio::sync::broadcast;

pub use error::NodeError;
pub use event::Event;

use crate::config::Config;
use chain::Chain;

/// Events that a slow listener may be behind before it loses some.
const EVENT_BACKLOG: usize = 4_096;

/// A chain, shared by whoever holds a clone.
#[derive(Clone)]
pub struct Node {
    inner: Arc<Inner>,
}

struct Inner {
    chain: RwLock<Chain>,
    events: broadcast::Sender<Event>,
}

/// Starting and asking what the chain is.
impl Node {
    /// A chain with its genesis block. Fails if the Stylus engine cannot run on this machine.
    pub fn new(config: Config) -> Result<Self, NodeError> {
        Ok(Self::of(Chain::new(config)?))
    }

    fn of(chain: Chain) -> Self {
        let mining = chain.config.mining;
        let (events, _) = broadcast::channel(EVENT_BACKLOG);
        let chain = RwLock::new(chain);
        let node = Self {
            inner: Arc::new(Inner { chain, events }),
        };
        node.set_mining(mining);
        node
    }

    pub fn config(&self) -> Config {
        self.read().config.clone()
    }

    pub fn chain_id(&self) -> u64 {
        self.read().config.chain_id
    }

    /// Wei for each unit of gas; tips are dropped, so this is what everybody pays.
    pub fn gas_price(&self) -> u128 {
        self.read().terms.base_fee.into()
    }

    /// The addresses that the node signs for.
    pub fn accounts(&self) -> Vec<Address> {
        self.read().keys.addresses().to_vec()
    }

    /// The key behind one of [`Node::accounts`].
    pub fn signer(&self, address: Address) -> Option<PrivateKeySigner> {
        self.read().keys.signer(address).cloned()
    }

    /// New blocks and transactions from now on.
    pub fn subscribe(&self) -> broadcast::Receiver<Event> {
        self.inner.events.subscribe()
    }

    /// A panic while the lock was held is a bug, but the state is only ever changed by whole transactions, so the
    /// chain goes on.
    fn read(&self) -> RwLockReadGuard<'_, Chain> {
        self.inner.chain.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, Chain> {
        let mut chain = self.inner.chain.write().unwrap_or_else(PoisonError::into_inner);
        chain.revision += 1;
        chain
    }

    /// Tells listeners, if there are any.
    fn announce(&self, event: impl FnOnce() -> Event) {
        if self.inner.events.receiver_count() > 0 {
            // The last listener may have gone since.
            let _ = self.inner.events.send(event());
        }
    }

    fn announce_block(&self, block: &block::Block) {
        self.announce(|| Event::Block {
            header: Arc::new(convert::header(block)),
            logs: Arc::new(
                (0..block.transactions.len())
                    .flat_map(|index| convert::logs(block, index))
                    .collect(),
            ),
        });
    }
}
