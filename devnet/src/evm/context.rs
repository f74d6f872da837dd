//! What an execution carries along besides revm's own context.

use std::collections::VecDeque;

use alloy_primitives::{Address, B256, U256, address};
use revm::{Journal, context::Context};
use surety_stylus::{Engine, memory::Pages};

use super::{block_cache::BlockCache, recorder::Recorder};
use crate::state::StateView;

pub use revm::context::{BlockEnv, CfgEnv, TxEnv};

/// The context in which revm runs here.
pub type Ctx<'a> = Context<BlockEnv, TxEnv, CfgEnv, StateView<'a>, Journal<StateView<'a>>, Arb<'a>>;

/// The sequencer, coinbase of every block.
pub const SEQUENCER: Address = address!("A4b000000000000000000073657175656e636572");

/// What is so for all transactions of a block.
#[derive(Clone, Copy, Debug)]
pub struct Facts<'a> {
    pub chain_id: u64,
    pub arbos_version: u64,
    pub debug_chain: bool,
    /// Height of the block on this chain; `BlockEnv::number` is L1's.
    pub l2_block: u64,
    /// Of the blocks before it; there may be more.
    pub block_hashes: &'a BlockHashes,
}

/// Hashes of consecutive blocks.
#[derive(Clone, Debug, Default)]
pub struct BlockHashes {
    /// Number of the first one.
    first: u64,
    hashes: VecDeque<B256>,
}

impl BlockHashes {
    /// Adds the hash of the block that follows the last one; of any block, if there is none yet.
    pub fn push(&mut self, number: u64, hash: B256) {
        if self.hashes.is_empty() {
            self.first = number;
        }
        self.hashes.push_back(hash);
    }

    pub fn get(&self, number: u64) -> Option<B256> {
        let position = number.checked_sub(self.first)?;
        self.hashes.get(usize::try_from(position).ok()?).copied()
    }

    /// Takes back those after block `last`.
    pub fn truncate(&mut self, last: u64) {
        let keep = (last + 1).saturating_sub(self.first);
        self.hashes.truncate(usize::try_from(keep).unwrap_or(usize::MAX));
    }

    /// Gives up those of the blocks before `number`.
    pub fn forget_before(&mut self, number: u64) {
        while self.first < number && self.hashes.pop_front().is_some() {
            self.first += 1;
        }
    }
}

impl Facts<'_> {
    /// The Stylus version that new activations get.
    pub const fn stylus_version(&self) -> u16 {
        match self.arbos_version {
            0..=30 => 1,
            31..=58 => 2,
            _ => 3,
        }
    }

    /// From ArbOS 60 on, a program that ran earlier in the block counts as cached.
    pub const fn has_block_cache(&self) -> bool {
        self.arbos_version >= 60
    }

    /// From ArbOS 60 on, programs may come in pieces.
    pub const fn has_fragments(&self) -> bool {
        self.arbos_version >= 60
    }

    /// Largest decompressed program.
    pub const fn max_wasm_size(&self) -> usize {
        if self.arbos_version >= 60 { 262_144 } else { 131_072 }
    }
}

/// A contract that is running.
#[derive(Clone, Copy, Debug)]
pub struct Running {
    /// Whose storage it acts on.
    pub address: Address,
    pub caller: Address,
    /// Entered by a delegating call, which opens no new span of its address.
    pub delegated: bool,
}

/// The part of an execution that is Arbitrum's.
pub struct Arb<'a> {
    pub engine: &'a Engine,
    pub facts: Facts<'a>,
    /// Wasm pages of the transaction. Not undone by a revert.
    pub pages: Pages,
    /// Programs that ran in the block. Not undone by a revert.
    pub block_cache: BlockCache,
    /// The contracts that are running, outermost first, EVM and Stylus alike.
    pub running: Vec<Running>,
    /// Gas above the transaction's limit, not available to the execution.
    pub held_gas: u64,
    /// Wei for each unit of gas that a real transaction offers, tip included. Programs see it; everything else sees the
    /// price without the tip.
    pub offered_price: Option<u128>,
    /// Why the transaction failed, where revm has no word for it.
    pub failure: Option<String>,
    /// Where host calls are recorded, if they are.
    pub recorder: Option<Recorder>,
}

impl<'a> Arb<'a> {
    pub fn new(engine: &'a Engine, facts: Facts<'a>, block_cache: BlockCache) -> Self {
        Self {
            engine,
            facts,
            pages: Pages::default(),
            block_cache,
            running: Vec::new(),
            held_gas: 0,
            offered_price: None,
            failure: None,
            recorder: None,
        }
    }

    /// The same for a real transaction that offers this price.
    pub const fn offering(mut self, price: u128) -> Self {
        self.offered_price = Some(price);
        self
    }

    /// Remembers why the transaction fails, if it is its outermost call that does.
    pub fn fail(&mut self, depth: usize, reason: impl Into<String>) {
        if depth == 0 {
            self.failure = Some(reason.into());
        }
    }
}

/// The block as contracts see it: number of L1, difficulty 1, no blobs.
pub fn block_env(l1_number: u64, timestamp: u64, base_fee: u64) -> BlockEnv {
    let mut env = BlockEnv {
        number: U256::from(l1_number),
        beneficiary: SEQUENCER,
        timestamp: U256::from(timestamp),
        gas_limit: super::BLOCK_GAS_LIMIT,
        basefee: base_fee,
        difficulty: U256::ONE,
        prevrandao: Some(B256::with_last_byte(1)),
        ..BlockEnv::default()
    };
    env.set_blob_excess_gas_and_price(0, revm::primitives::eip4844::BLOB_BASE_FEE_UPDATE_FRACTION_PRAGUE);
    env
}
