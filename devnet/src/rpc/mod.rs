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
//! `registry` puts handlers under names, `params` reads their arguments, `error` says what went wrong.

mod anvil;
mod debug;
mod error;
mod eth;
mod evm;
mod filters;
mod net;
mod params;
mod registry;
mod signing;
mod subscribe;
mod txpool;

use std::{io, net::SocketAddr, sync::Arc};

use jsonrpsee::{
    Methods,
    core::RegisterMethodError,
    server::{BatchRequestConfig, Server, ServerConfig},
};
use tower_http::cors::CorsLayer;

use crate::node::Node;
use filters::Filters;
use registry::Registry;

/// Bytes of a request. Geth's limit, and room for a contract of the largest size in several encodings.
const MAX_REQUEST: u32 = 5 << 20;
/// Bytes of an answer: logs of a long range are large.
const MAX_RESPONSE: u32 = 128 << 20;
/// Requests in a batch. Geth's limit.
const MAX_BATCH: u32 = 1_000;
/// Connections that are served at a time; more are told to come back.
const MAX_CONNECTIONS: u32 = 10_000;
const MAX_SUBSCRIPTIONS: u32 = 1_000;

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

/// A running server. It stops when this is dropped.
#[derive(Debug)]
pub struct ServerHandle {
    addr: SocketAddr,
    server: jsonrpsee::server::ServerHandle,
}

impl ServerHandle {
    /// Where it listens, with the port that was chosen if 0 was asked for.
    pub const fn addr(&self) -> SocketAddr {
        self.addr
    }

    /// For HTTP clients.
    pub fn url(&self) -> String {
        format!("http://{}", self.addr)
    }

    /// For WebSocket clients.
    pub fn ws_url(&self) -> String {
        format!("ws://{}", self.addr)
    }

    /// Answers what has been asked, then closes all connections.
    pub async fn stop(self) {
        // The only error is that it has stopped before.
        let _ = self.server.stop();
        self.server.stopped().await;
    }

    /// Resolves when the server has stopped.
    pub async fn stopped(self) {
        self.server.stopped().await;
    }
}

/// Serves `node` on `addr`; port 0 takes a free one. Needs a tokio runtime.
///
/// Web pages of any origin may call it, as with other development chains: give it a loopback address.
///
/// # Errors
/// If the address can not be bound.
pub async fn serve(node: Node, addr: SocketAddr) -> io::Result<ServerHandle> {
    let methods = methods(node).map_err(io::Error::other)?;
    let config = ServerConfig::builder()
        .max_request_body_size(MAX_REQUEST)
        .max_response_body_size(MAX_RESPONSE)
        .max_connections(MAX_CONNECTIONS)
        .max_subscriptions_per_connection(MAX_SUBSCRIPTIONS)
        .set_batch_request_config(BatchRequestConfig::Limit(MAX_BATCH))
        .set_id_provider(subscribe::Ids::default())
        .build();
    let server = Server::builder()
        .set_config(config)
        .set_http_middleware(tower::ServiceBuilder::new().layer(CorsLayer::permissive()))
        .build(addr)
        .await?;
    let addr = server.local_addr()?;
    Ok(ServerHandle {
        addr,
        server: server.start(methods),
    })
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
