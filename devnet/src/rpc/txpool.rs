//! `txpool_`: transactions that wait for a block.

use std::collections::BTreeMap;

use alloy::{
    consensus::Transaction,
    network::{AnyRpcTransaction, TransactionResponse},
    primitives::{Address, U64},
};
use jsonrpsee::core::RegisterMethodError;
use serde::Serialize;

use super::{Context, registry::Registry};

/// Transactions by nonce, in decimal as geth writes them.
type ByNonce = BTreeMap<String, AnyRpcTransaction>;
type BySender = BTreeMap<Address, ByNonce>;

/// `pending` can be mined now; `queued` waits for an earlier nonce.
#[derive(Clone, Debug, Default, Serialize)]
struct Pool<T> {
    pending: T,
    queued: T,
}

fn content(context: &Context) -> Pool<BySender> {
    let mut pool = Pool::<BySender>::default();
    for transaction in context.node.pending_transactions() {
        let sender = pool.pending.entry(transaction.from()).or_default();
        sender.insert(transaction.nonce().to_string(), transaction);
    }
    pool
}

pub fn register(methods: &mut Registry) -> Result<(), RegisterMethodError> {
    methods.method("txpool_content", |context, ()| Ok(content(context)))?;
    methods.method("txpool_contentFrom", |context, (sender,): (Address,)| {
        let pending = content(context).pending.remove(&sender).unwrap_or_default();
        Ok(Pool {
            pending,
            queued: ByNonce::new(),
        })
    })?;
    methods.method("txpool_status", |context, ()| {
        Ok(Pool {
            pending: U64::from(context.node.pending_transactions().len()),
            queued: U64::ZERO,
        })
    })
}
