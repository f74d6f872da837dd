//! The chain on which the shared tests run as WASM.

mod devnet;

pub use devnet::Devnet;
