//! Why a program is rejected.

use thiserror::Error;

/// A program that cannot be activated. On chain, each of these takes all the gas of the activation.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum ActivationError {
    #[error("invalid WASM: {0}")]
    Invalid(String),
    #[error("operator {0} is not supported")]
    Operator(String),
    #[error("{0} sections are not supported")]
    Section(&'static str),
    #[error("import {module}.{name}: only functions of vm_hooks can be imported")]
    Import { module: String, name: String },
    #[error("import {module}.{name}: expected type {expected}, found {found}")]
    ImportType {
        module: String,
        name: String,
        expected: String,
        found: String,
    },
    #[error("missing import pay_for_memory_grow: a program whose memory can grow must import it from vm_hooks")]
    MissingMemoryGrow,
    #[error("missing export user_entrypoint: expected a function of type (i32) -> (i32)")]
    Entrypoint,
    #[error("missing export memory: expected exactly one memory, exported under this name")]
    Memory,
    #[error("export {0} is reserved or has the name of an import")]
    ReservedExport(String),
    #[error("start functions are not supported")]
    Start,
    #[error("global {0}: the initial value must be a single constant")]
    Global(usize),
    #[error(
        "element segment {0}: expected an active segment of function indices at a constant offset within its table"
    )]
    Elements(usize),
    #[error("data segment {0}: expected a constant offset and an end within the initial memory")]
    Data(usize),
    #[error("memory of {found} pages, at most {budget} are left")]
    Pages { found: u64, budget: u16 },
    #[error("{what}: {found}, at most {limit} allowed")]
    Limit { what: &'static str, found: u64, limit: u64 },
}

impl From<wasmparser::BinaryReaderError> for ActivationError {
    fn from(error: wasmparser::BinaryReaderError) -> Self {
        Self::Invalid(error.to_string())
    }
}

/// Fails unless `found <= limit`.
pub(crate) fn check_limit(what: &'static str, found: impl TryInto<u64>, limit: u64) -> Result<(), ActivationError> {
    let found = found.try_into().unwrap_or(u64::MAX);
    if found <= limit {
        Ok(())
    } else {
        Err(ActivationError::Limit { what, found, limit })
    }
}
