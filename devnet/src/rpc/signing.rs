//! What only an account's key can do. The node has the keys of the development accounts.

use alloy::{
    consensus::{SignableTransaction, TxEnvelope, TypedTransaction},
    eips::Encodable2718,
    primitives::{Address, B256, Bytes, Signature},
    rpc::types::TransactionRequest,
    signers::{SignerSync, local::PrivateKeySigner},
};
use jsonrpsee::core::RegisterMethodError;
use serde::Serialize;

use super::{Context, error::RpcError, registry::Registry};
use crate::node::NodeError;

#[derive(Clone, Serialize)]
struct Signed {
    raw: Bytes,
    tx: TxEnvelope,
}

#[derive(Clone, Serialize)]
struct Filled {
    /// What there would be to sign.
    raw: Bytes,
    tx: TypedTransaction,
}

fn signer(context: &Context, address: Address) -> Result<PrivateKeySigner, RpcError> {
    Ok(context.node.signer(address).ok_or(NodeError::UnknownAccount(address))?)
}

fn sign_hash(signer: &PrivateKeySigner, hash: &B256) -> Result<Signature, RpcError> {
    // A local key signs any hash; only remote signers fail.
    signer.sign_hash_sync(hash).map_err(|_| RpcError::Internal)
}

/// An EIP-191 signature.
fn sign(context: &Context, address: Address, message: &[u8]) -> Result<Bytes, RpcError> {
    let hash = alloy::primitives::eip191_hash_message(message);
    Ok(sign_hash(&signer(context, address)?, &hash)?.as_bytes().into())
}

/// The transaction with everything filled in that was left out.
fn fill(context: &Context, request: TransactionRequest) -> Result<TypedTransaction, RpcError> {
    let filled = context.node.fill_transaction(request)?;
    filled
        .build_consensus_tx()
        .map_err(|error| RpcError::InvalidParams(error.error))
}

fn sign_transaction(context: &Context, request: TransactionRequest) -> Result<Signed, RpcError> {
    let from = request
        .from
        .ok_or_else(|| RpcError::InvalidParams("invalid argument 0: expected `from`".into()))?;
    let signer = signer(context, from)?;
    let unsigned = fill(context, request)?;
    let signature = sign_hash(&signer, &unsigned.signature_hash())?;
    let tx = TxEnvelope::from(unsigned.into_signed(signature));
    Ok(Signed {
        raw: tx.encoded_2718().into(),
        tx,
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
        Ok(Filled {
            raw: tx.encoded_for_signing().into(),
            tx,
        })
    })
}
