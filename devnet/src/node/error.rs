//! Why the chain refused.

use alloy_primitives::{Address, B256, Bytes};

/// Why a request was refused or an execution failed. `Display` gives the message that goes into a JSON-RPC error.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NodeError {
    /// A call ended in a revert. `data` is what the contract returned.
    #[error("{message}")]
    Revert { message: String, data: Bytes },
    /// A call ended in any other failure: it has no data.
    #[error("{0}")]
    Execution(String),
    /// The transaction can not be put into a block.
    #[error("{0}")]
    InvalidTransaction(String),
    /// The bytes are not a transaction, or the request contradicts itself.
    #[error("{0}")]
    InvalidRequest(String),
    /// A state file cannot be used.
    #[error("{0}")]
    Store(String),
    /// A sequence of simulated blocks cannot be. The code is that of `eth_simulateV1`'s specification.
    #[error("{message}")]
    Simulation { code: i32, message: String },
    #[error("block not found")]
    UnknownBlock,
    #[error("pruned history unavailable: block {block} was given up, the oldest one kept is {oldest}")]
    Pruned { block: u64, oldest: u64 },
    #[error("the state of block {block} is no longer kept; the oldest one kept is {oldest}")]
    StateDiscarded { block: u64, oldest: u64 },
    #[error("no key for {0}: it is neither a development account nor impersonated")]
    UnknownAccount(Address),
    #[error("already known: {0}")]
    AlreadyKnown(B256),
    #[error("timestamp {given} is before the latest block's {latest}")]
    TimestampTooLow { given: u64, latest: u64 },
}

impl NodeError {
    /// The JSON-RPC error code: 3 for reverts, -32602 for requests that make no sense, geth's 4444 for what is no longer
    /// kept, those of `eth_simulateV1`, else -32000.
    pub const fn code(&self) -> i32 {
        match self {
            Self::Revert { .. } => 3,
            Self::InvalidRequest(_) => -32602,
            Self::Simulation { code, .. } => *code,
            Self::Pruned { .. } => 4444,
            _ => -32000,
        }
    }

    /// Revert data, which goes into the `data` field of a JSON-RPC error.
    pub const fn data(&self) -> Option<&Bytes> {
        match self {
            Self::Revert { data, .. } => Some(data),
            _ => None,
        }
    }
}
