//! JSON-RPC over a [`Node`]: HTTP and WebSocket on one port.
//!
//! | file | namespace |
//! |---|---|
//! | `eth` | `eth_`, with `signing` for what needs a key, `filters` for polling, `subscribe` for WebSockets |
//! | `net` | `net_`, `web3_`, `rpc_` |
//! | `evm` | `evm_`: time, mining and snapshots, as ganache and hardhat name them |
//! | `anvil` | `anvil_` and `hardhat_`: state by decree |
//! | `txpool` | `txpool_`: transactions that wait for a block |
//! | `debug` | `debug_` |
//!
//! `registry` puts handlers under names, `params` reads their arguments, `error` says what went wrong. `server` takes
//! connections.

mod anvil;
mod debug;
mod error;
mod eth;
mod evm;
mod filters;
mod net;
mod params;
mod registry;
mod server;
mod signing;
mod subscribe;
mod txpool;

use std::sync::Arc;

use jsonrpsee::{Methods, core::RegisterMethodError};

pub use server::{ServerHandle, serve};

use crate::node::Node;
use filters::Filters;
use registry::Registry;

/// What `rpc_modules` lists.
const NAMESPACES: [&str; 9] = [
    "anvil", "debug", "eth", "evm", "hardhat", "net", "rpc", "txpool", "web3",
];

/// What handlers work on.
pub struct Context {
    node: Node,
    filters: Filters,
}

impl Context {
    /// Tells filters that the chain went back.
    fn rewind(&self) {
        self.filters.rewind(self.node.block_number());
    }
}

/// All methods, without a transport.
fn methods(node: Node) -> Result<Methods, RegisterMethodError> {
    let context = Context {
        node,
        filters: Filters::default(),
    };
    let mut registry = Registry::new(Arc::new(context));
    eth::register(&mut registry)?;
    filters::register(&mut registry)?;
    subscribe::register(&mut registry)?;
    signing::register(&mut registry)?;
    net::register(&mut registry)?;
    evm::register(&mut registry)?;
    anvil::register(&mut registry)?;
    txpool::register(&mut registry)?;
    debug::register(&mut registry)?;
    Ok(registry.finish())
}
