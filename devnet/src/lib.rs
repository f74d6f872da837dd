//! An Arbitrum Stylus chain in one process.
//!
//! EVM contracts run in revm, Stylus programs in `surety-stylus`, and both call each other as frames of one loop.
//! Gas, ink, precompiles and what a contract sees of the chain follow ArbOS 61 with the EVM rules of Osaka.
//!
//! | module | what |
//! |---|---|
//! | [`config`] | what a chain is started with |
//! | [`node`] | the chain itself: state, blocks, receipts, time, snapshots |
//! | [`rpc`] | JSON-RPC over a [`Node`] |
//! | [`store`] | the chain on disk |
//!
//! ```
//! use surety_devnet::{Config, Node};
//!
//! let node = Node::new(Config::default())?;
//! assert_eq!(node.chain_id(), 412_346);
//! assert_eq!(node.block_number(), 0);
//! # Ok::<(), surety_devnet::NodeError>(())
//! ```

pub mod config;
pub mod evm;
pub mod node;
mod precompiles;
pub mod rpc;
pub mod state;
pub mod store;
mod trie;

pub use config::{Config, Mining};
pub use node::{Event, Node, NodeError};
