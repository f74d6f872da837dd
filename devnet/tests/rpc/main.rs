//! The JSON-RPC server as its clients see it: each test starts a chain of its own behind a real server on a free port.

mod chain;
mod development;
mod filters;
mod openrpc;
mod refusals;
mod specification;
mod transactions;
mod websocket;
