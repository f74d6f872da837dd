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
//! connections, `ids` helps with requests whose ids are unusual.

mod anvil;
mod debug;
mod error;
mod eth;
mod evm;
mod filters;
mod ids;
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

/// All methods, without a transport: what differs between connections that can carry notifications and others.
struct Transports {
    http: Methods,
    websocket: Methods,
}

fn methods(node: Node) -> Result<Transports, RegisterMethodError> {
    let context = Context {
        node,
        filters: Filters::default(),
    };
    let context = Arc::new(context);
    let mut registry = Registry::new(context.clone());
    eth::register(&mut registry)?;
    filters::register(&mut registry)?;
    signing::register(&mut registry)?;
    net::register(&mut registry)?;
    evm::register(&mut registry)?;
    anvil::register(&mut registry)?;
    txpool::register(&mut registry)?;
    debug::register(&mut registry)?;
    let mut http = registry.finish();
    let mut websocket = http.clone();
    let (mut refusals, mut subscriptions) = (Registry::new(context.clone()), Registry::new(context));
    subscribe::refuse(&mut refusals)?;
    subscribe::register(&mut subscriptions)?;
    http.merge(refusals.finish())?;
    websocket.merge(subscriptions.finish())?;
    Ok(Transports { http, websocket })
}
