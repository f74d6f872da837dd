//! Activation: is a program acceptable, and what will it cost.

use alloy_primitives::B256;
use thiserror::Error;

use crate::{Rules, entry::EntryCosts};

/// What the chain stores about an activated program, and what activating it costs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Activation {
    /// Stylus version it was activated for.
    pub version: u16,
    /// `init`, `cached` and `footprint`.
    pub entry: EntryCosts,
    /// Estimated size of the native code in bytes; sets the data fee.
    pub asm_estimate: u32,
    /// Gas for parsing and instrumenting, on top of the fixed price of activation.
    pub prover_gas: u64,
    /// keccak-256 of the instrumented module. Arbitrum's prover hashes another representation of it, so the value differs there.
    pub module_hash: B256,
}

/// Why a program is rejected. On chain, each takes all the gas of the activation.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum ActivationError {
    #[error("invalid WASM: {0}")]
    Invalid(String),
}

/// Validates, instruments and prices `wasm`. `page_budget` is 128 less the pages open in the transaction.
pub fn activate(wasm: &[u8], page_budget: u16, rules: &Rules) -> Result<Activation, ActivationError> {
    let _ = (wasm, page_budget, rules);
    unimplemented!()
}
