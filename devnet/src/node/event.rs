//! What happens on the chain, for those who want to hear of it.

use std::sync::Arc;

use alloy::{network::AnyRpcHeader, rpc::types::Log, serde::WithOtherFields};
use alloy_primitives::B256;

/// One thing that happened. Cheap to clone: listeners share the content.
#[derive(Clone, Debug)]
pub enum Event {
    /// A block was made; its logs in order.
    Block {
        header: Arc<WithOtherFields<AnyRpcHeader>>,
        logs: Arc<Vec<Log>>,
    },
    /// A transaction was accepted.
    Transaction(B256),
}
