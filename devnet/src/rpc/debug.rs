//! `debug_`: the raw bytes of what the chain keeps.

use alloy::primitives::B256;
use jsonrpsee::core::RegisterMethodError;

use super::{error::RpcError, registry::Registry};

pub fn register(methods: &mut Registry) -> Result<(), RegisterMethodError> {
    methods.method("debug_getRawTransaction", |context, (hash,): (B256,)| {
        let raw = context.node.raw_transaction(hash);
        raw.ok_or_else(|| RpcError::Refused(format!("transaction {hash} not found")))
    })
}
