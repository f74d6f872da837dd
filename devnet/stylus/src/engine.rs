//! Compiled programs.

use std::sync::Arc;

use alloy_primitives::B256;
use thiserror::Error;

use crate::{ActivationError, Rules};

/// Compiles programs and keeps what it compiled.
#[derive(Clone)]
pub struct Engine {
    rules: Rules,
}

/// A program ready to run. Cheap to share.
pub struct Module {}

/// A program that cannot be compiled.
#[derive(Debug, Error)]
pub enum EngineError {
    #[error(transparent)]
    Rejected(#[from] ActivationError),
    #[error("native compiler: {0}")]
    Compiler(String),
}

impl Engine {
    pub fn new(rules: Rules) -> Result<Self, EngineError> {
        Ok(Self { rules })
    }

    pub fn rules(&self) -> &Rules {
        &self.rules
    }

    /// The compiled program of a code hash, if this engine has it.
    pub fn get(&self, code_hash: B256) -> Option<Arc<Module>> {
        let _ = code_hash;
        unimplemented!()
    }

    /// Instruments and compiles `wasm`, the decompressed program of the account code with hash `code_hash`, unless it is there already.
    pub fn compile(&self, code_hash: B256, wasm: &[u8]) -> Result<Arc<Module>, EngineError> {
        let _ = (code_hash, wasm);
        unimplemented!()
    }
}
