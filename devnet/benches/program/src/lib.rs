//! Work to measure: the same Rust code for the host and, as a Stylus program, for the chain.

#[cfg(target_arch = "wasm32")]
mod entrypoint;
mod sha256;

pub use sha256::chain;
