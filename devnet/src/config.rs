//! What a chain is started with.

use std::time::Duration;

use alloy_primitives::{Address, U256, address};

/// The account that Nitro's development mode funds and makes chain owner. Its key is published.
pub const NITRO_DEV_ACCOUNT: Address = address!("3f1Eae7D46d88F08fc2F8ed27FCb2AB183EB2d0E");

/// When blocks are made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mining {
    /// One block for each transaction, at once.
    Auto,
    /// A block with all pending transactions every so often, also if there are none.
    Interval(Duration),
    /// Only when [`crate::Node::mine`] is called.
    Manual,
}

/// Parameters of a chain. The default is what `nitro-devnode` gives after its set-up script: chain id 412346,
/// ArbOS 61, L1 data price 0.
#[derive(Clone, Debug)]
pub struct Config {
    pub chain_id: u64,
    /// 51, 60 and 61 are meaningful: below 60 there is no per-block program cache and no fragmented code.
    pub arbos_version: u64,
    /// Debug chains accept `console` imports and start functions and have the ArbDebug precompile.
    pub debug_chain: bool,
    pub mining: Mining,
    /// Wei for each unit of gas; the base fee never moves.
    pub base_fee: u64,
    /// What contracts see as `block.number`. A chain without an L1 reader records 0.
    pub l1_block_number: u64,
    /// Seconds since 1970 of block 0; the wall clock if absent.
    pub genesis_timestamp: Option<u64>,
    /// Whether the published development accounts start with money and sign for `eth_sendTransaction`.
    pub dev_accounts: bool,
    /// Wei of each of the ten accounts that anvil and hardhat also have.
    pub dev_balance: U256,
    /// Latest blocks that are kept, with their transactions, receipts and logs and the states after them. At least 256 are,
    /// and fewer than this if they are very large. Blocks since the first snapshot stay for as long as it exists.
    pub history: u64,
    /// Gas that `eth_call` and `eth_estimateGas` may use.
    pub call_gas_cap: u64,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            chain_id: 412_346,
            arbos_version: 61,
            debug_chain: true,
            mining: Mining::Auto,
            base_fee: 100_000_000,
            l1_block_number: 0,
            genesis_timestamp: None,
            dev_accounts: true,
            dev_balance: U256::from(10_000) * U256::from(10).pow(U256::from(18)),
            history: 10_000,
            call_gas_cap: 50_000_000,
        }
    }
}
