//! The chain on which the shared tests run as WASM.

mod adversary;
mod devnet;

pub use devnet::Devnet;
