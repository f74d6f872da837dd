//! What only an account's key can do. The node has the keys of the development accounts.

use alloy::{
    consensus::{SignableTransaction, Transaction, TxEnvelope, TypedTransaction},
    eips::Decodable2718,
    primitives::{Address, Bytes, U128},
    rpc::types::TransactionRequest,
    signers::SignerSync,
};
use jsonrpsee::core::RegisterMethodError;
use serde::Serialize;

use super::{Context, error::RpcError, registry::Registry};
use crate::node::NodeError;

/// A transaction as JSON, with the bytes that are signed or sent.
#[derive(Clone, Serialize)]
struct Encoded<T> {
    raw: Bytes,
    tx: Priced<T>,
}

/// The specification asks for a `gasPrice` in transactions of any type: what they would pay at most.
#[derive(Clone, Serialize)]
struct Priced<T> {
    #[serde(flatten)]
    transaction: T,
    #[serde(rename = "gasPrice", skip_serializing_if = "Option::is_none")]
    gas_price: Option<U128>,
}

impl<T: Transaction> Priced<T> {
    fn new(transaction: T) -> Self {
        // The others have it by themselves.
        let gas_price = transaction
            .is_dynamic_fee()
            .then(|| U128::from(transaction.max_fee_per_gas()));
        Self { transaction, gas_price }
    }
}

/// An EIP-191 signature.
fn sign(context: &Context, address: Address, message: &[u8]) -> Result<Bytes, RpcError> {
    let signer = context.node.signer(address).ok_or(NodeError::UnknownAccount(address))?;
    // A local key signs anything; only remote signers fail.
    let signature = signer.sign_message_sync(message).map_err(|_| RpcError::Internal)?;
    Ok(signature.as_bytes().into())
}

/// The transaction with everything filled in that was left out.
fn fill(context: &Context, request: TransactionRequest) -> Result<TypedTransaction, RpcError> {
    let filled = context.node.fill_transaction(request)?;
    filled
        .build_consensus_tx()
        .map_err(|error| RpcError::InvalidParams(error.error))
}

fn sign_transaction(context: &Context, request: TransactionRequest) -> Result<Encoded<TxEnvelope>, RpcError> {
    let raw = context.node.sign(request)?;
    let tx = TxEnvelope::decode_2718_exact(&raw).map_err(|_| RpcError::Internal)?;
    Ok(Encoded {
        raw,
        tx: Priced::new(tx),
    })
}

pub fn register(methods: &mut Registry) -> Result<(), RegisterMethodError> {
    methods.method("eth_sign", |context, (address, message): (Address, Bytes)| {
        sign(context, address, &message)
    })?;
    methods.method("personal_sign", |context, (message, address): (Bytes, Address)| {
        sign(context, address, &message)
    })?;
    methods.method("eth_signTransaction", |context, (request,): (TransactionRequest,)| {
        sign_transaction(context, request)
    })?;
    methods.method("eth_fillTransaction", |context, (request,): (TransactionRequest,)| {
        let tx = fill(context, request)?;
        Ok(Encoded {
            raw: tx.encoded_for_signing().into(),
            tx: Priced::new(tx),
        })
    })
}
