//! `net_`, `web3_` and `rpc_`: what the server is.

use std::collections::BTreeMap;

use alloy::primitives::{B256, Bytes, U64, keccak256};
use jsonrpsee::core::RegisterMethodError;

use super::registry::Registry;

/// Name and version, in the form that geth uses.
pub fn client_version() -> String {
    format!(
        "surety/v{}/{}-{}",
        env!("CARGO_PKG_VERSION"),
        std::env::consts::OS,
        std::env::consts::ARCH
    )
}

pub fn register(methods: &mut Registry) -> Result<(), RegisterMethodError> {
    methods.method("net_version", |context, ()| Ok(context.node.chain_id().to_string()))?;
    methods.method("net_listening", |_, ()| Ok(true))?;
    methods.method("net_peerCount", |_, ()| Ok(U64::ZERO))?;
    methods.method("web3_clientVersion", |_, ()| Ok(client_version()))?;
    methods.method("web3_sha3", |_, (data,): (Bytes,)| Ok::<B256, _>(keccak256(data)))?;
    methods.method("rpc_modules", |_, ()| {
        Ok(super::NAMESPACES
            .iter()
            .map(|name| (*name, "1.0"))
            .collect::<BTreeMap<_, _>>())
    })
}
