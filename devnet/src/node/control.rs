//! Mining, time, snapshots, and state by decree.

use std::{
    sync::{Arc, Weak},
    thread,
    time::Duration,
};

use alloy_primitives::{Address, B256, Bytes, U256};
use revm::bytecode::Bytecode;

use super::{Inner, Node, NodeError, chain::Chain};
use crate::{config::Mining, state::Info};

/// How often a miner looks whether it is still wanted.
const CHECK: Duration = Duration::from_millis(100);

/// Blocks and time on demand.
impl Node {
    /// Makes `count` blocks, the first with all waiting transactions, each `interval` seconds after the one before
    /// (by the clock if absent or zero, as with anvil).
    pub fn mine(&self, count: u64, interval: Option<u64>) {
        for _ in 0..count {
            let mut chain = self.write();
            if let Some(interval) = interval.filter(|&seconds| seconds > 0) {
                let next = chain.head().header.timestamp.saturating_add(interval);
                chain.clock.set_next(next);
            }
            self.announce_block(chain.mine());
        }
    }

    pub fn mining(&self) -> Mining {
        self.read().mining
    }

    /// Changes when blocks are made. What waits is mined at once if that becomes automatic.
    pub fn set_mining(&self, mining: Mining) {
        let mut chain = self.write();
        chain.mining = mining;
        chain.miner += 1;
        match mining {
            Mining::Auto => self.mine_ready(&mut chain),
            Mining::Interval(every) => mine_every(Arc::downgrade(&self.inner), chain.miner, every),
            Mining::Manual => {}
        }
    }

    /// The time that the next block would carry, in seconds since 1970.
    pub fn now(&self) -> u64 {
        let chain = self.read();
        chain.clock.peek(chain.head().header.timestamp)
    }

    /// Moves the clock forward for good. Returns by how many seconds it is ahead of the wall clock now.
    pub fn increase_time(&self, seconds: u64) -> i64 {
        self.write().clock.increase(seconds)
    }

    /// Sets the clock; it goes on from there. Fails if that is before the latest block. Returns the offset to the
    /// wall clock.
    pub fn set_time(&self, timestamp: u64) -> Result<i64, NodeError> {
        let mut chain = self.write();
        check_time(timestamp, chain.head().header.timestamp)?;
        Ok(chain.clock.set(timestamp))
    }

    /// Gives the next block exactly this time, and lets the clock go on from there. Fails if that is before the
    /// latest block.
    pub fn set_next_block_timestamp(&self, timestamp: u64) -> Result<(), NodeError> {
        let mut chain = self.write();
        check_time(timestamp, chain.head().header.timestamp)?;
        chain.clock.set_next(timestamp);
        Ok(())
    }

    /// Every block from now on is exactly this long after the one before, in whole seconds; `None` ends that.
    pub fn set_block_interval(&self, interval: Option<Duration>) {
        self.write()
            .clock
            .set_interval(interval.map(|interval| interval.as_secs()));
    }
}

/// What the next block and all after it are like.
impl Node {
    /// Wei for each unit of gas. It stays until it is set again.
    pub fn set_base_fee(&self, wei: u64) {
        self.write().terms.base_fee = wei;
    }

    pub fn set_coinbase(&self, address: Address) {
        self.write().terms.coinbase = address;
    }

    pub fn set_gas_limit(&self, gas: u64) {
        self.write().terms.gas_limit = gas;
    }

    /// Transactions that were signed for another chain are refused from now on.
    pub fn set_chain_id(&self, id: u64) {
        self.write().config.chain_id = id;
    }
}

/// State by decree.
impl Node {
    pub fn set_balance(&self, address: Address, balance: U256) {
        self.change(address, |info| info.balance = balance);
    }

    /// Adds to a balance; what would be more than a balance can be is left out.
    pub fn add_balance(&self, address: Address, wei: U256) {
        self.change(address, |info| info.balance = info.balance.saturating_add(wei));
    }

    pub fn set_nonce(&self, address: Address, nonce: u64) {
        self.change(address, |info| info.nonce = nonce);
    }

    /// Code that only looks like an EIP-7702 designator is taken for ordinary code.
    pub fn set_code(&self, address: Address, code: Bytes) {
        let code = Bytecode::new_raw_checked(code.clone()).unwrap_or_else(|_| Bytecode::new_legacy(code));
        self.write().state.set_code(address, code);
    }

    pub fn set_storage(&self, address: Address, slot: U256, value: B256) {
        let mut chain = self.write();
        // Storage hangs on an account in the trie.
        if chain.state.account(address).is_none() {
            chain.state.set_account(address, Some(Info::default()));
        }
        chain.state.set_slot(address, slot, value.into());
    }

    /// Lets `eth_sendTransaction` act for an address without its key.
    pub fn impersonate(&self, address: Address) {
        self.write().impersonated.insert(address);
    }

    /// Returns whether it was impersonated.
    pub fn stop_impersonating(&self, address: Address) -> bool {
        self.write().impersonated.remove(&address)
    }

    /// Lets `eth_sendTransaction` act for any address.
    pub fn set_auto_impersonate(&self, on: bool) {
        self.write().impersonates_all = on;
    }

    /// Remembers the whole chain. Costs nothing until the state changes.
    pub fn snapshot(&self) -> U256 {
        U256::from(self.write().snapshot())
    }

    /// Goes back to a snapshot, which with all later ones is then gone. False if there is none of that id.
    pub fn revert(&self, id: U256) -> bool {
        id.try_into().is_ok_and(|id| self.write().revert(id))
    }

    /// Takes the latest blocks back, and with them what they did. Fails if there are not so many, or if the state before
    /// them is no longer kept.
    pub fn rollback(&self, depth: u64) -> Result<(), NodeError> {
        self.write().rollback(depth)
    }

    /// Starts the chain anew from its genesis block. How it mines stays as it is.
    pub fn reset(&self) -> Result<(), NodeError> {
        let mut chain = self.write();
        let fresh = Chain::new(chain.config.clone())?;
        chain.give_way_to(fresh);
        Ok(())
    }

    fn change(&self, address: Address, change: impl FnOnce(&mut Info)) {
        let mut chain = self.write();
        let mut info = chain.state.account(address).unwrap_or_default();
        change(&mut info);
        chain.state.set_account(address, Some(info));
    }
}

fn check_time(given: u64, latest: u64) -> Result<(), NodeError> {
    if given < latest {
        Err(NodeError::TimestampTooLow { given, latest })
    } else {
        Ok(())
    }
}

/// Mines until the node is gone or has another miner.
fn mine_every(node: Weak<Inner>, miner: u64, every: Duration) {
    thread::spawn(move || {
        let mut waited = Duration::ZERO;
        loop {
            let wait = (every - waited).min(CHECK);
            thread::sleep(wait);
            waited += wait;
            let Some(inner) = node.upgrade() else { return };
            let node = Node { inner };
            if node.read().miner != miner {
                return;
            }
            if waited < every {
                continue;
            }
            waited = Duration::ZERO;
            let mut chain = node.write();
            if chain.miner == miner {
                node.announce_block(chain.mine());
            }
        }
    });
}
