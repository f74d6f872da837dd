//! The pieces of sending a transaction, for callers that keep their own books of what is on its way.

use alloy::{
    consensus::TxEnvelope,
    eips::Encodable2718,
    network::{NetworkTransactionBuilder, TransactionBuilder},
    primitives::{B256, Bytes, U64, U256},
    providers::Provider,
};
use serde_json::{Value, json};

use super::{Chain, ChainError, Request, Sent, Signed};

/// Twice the price now, so that a rising base fee does not strand a transaction; what is above the base fee comes back,
/// and Arbitrum drops tips.
pub fn max_fee(price: U256) -> u128 {
    price.saturating_to::<u128>().saturating_mul(2)
}

impl Chain {
    /// The time that the next block would have, as far as the node tells; on a chain where nobody makes blocks the latest
    /// one's is long past.
    pub async fn clock(&self) -> Result<u64, ChainError> {
        const METHOD: &str = "eth_getBlockByNumber";
        let block = self.provider.raw_request(METHOD.into(), json!(["pending", false]));
        // Not every node knows a pending block.
        let pending: Value = match self.ask(METHOD, block).await {
            Err(ChainError::Refused { .. }) => Value::Null,
            answer => answer?,
        };
        let time = pending.get("timestamp").cloned().unwrap_or_default();
        match serde_json::from_value::<U64>(time) {
            Ok(time) => Ok(time.to()),
            Err(_) => self.now().await,
        }
    }

    /// Transactions of the account that signs which are in blocks: the nonce of the next one.
    pub async fn mined_nonce(&self) -> Result<u64, ChainError> {
        let count = self.provider.get_transaction_count(self.account()?);
        self.ask("eth_getTransactionCount", count).await
    }

    /// The same, with those counted that the node has and that wait for a block.
    pub async fn pending_nonce(&self) -> Result<u64, ChainError> {
        let count = self.provider.get_transaction_count(self.account()?).pending();
        self.ask("eth_getTransactionCount", count).await
    }

    /// What became of a transaction; none while no block has it.
    pub async fn outcome(&self, hash: B256) -> Result<Option<Sent>, ChainError> {
        let receipt = self.provider.get_transaction_receipt(hash);
        let receipt = self.ask("eth_getTransactionReceipt", receipt).await?;
        Ok(receipt.as_ref().map(Sent::new))
    }

    /// Gas that a transaction would take now.
    ///
    /// # Errors
    /// [`ChainError::Reverted`] if it would fail.
    pub async fn estimate(&self, request: &Request) -> Result<u64, ChainError> {
        self.provider
            .estimate_gas(request.transaction(Some(self.account()?)))
            .await
            .map_err(|error| self.refusal(request.call, "eth_estimateGas", error))
    }

    /// Signs without sending. `max_fee`: wei for each unit of gas.
    pub async fn sign(&self, request: &Request, nonce: u64, gas: u64, max_fee: u128) -> Result<Signed, ChainError> {
        let (account, wallet) = self.signer.as_ref().ok_or(ChainError::NoKey)?;
        let transaction = request
            .transaction(Some(*account))
            .with_chain_id(self.id)
            .with_nonce(nonce)
            .with_gas_limit(gas)
            .with_max_fee_per_gas(max_fee)
            .with_max_priority_fee_per_gas(0);
        let envelope: TxEnvelope = transaction.build(wallet).await.map_err(|error| ChainError::Refused {
            call: request.call,
            reason: error.to_string(),
        })?;
        Ok(Signed {
            hash: *envelope.tx_hash(),
            raw: envelope.encoded_2718().into(),
        })
    }

    /// Hands a signed transaction to the node. `call`: for messages.
    pub async fn broadcast(&self, call: &'static str, raw: &Bytes) -> Result<(), ChainError> {
        self.provider
            .send_raw_transaction(raw)
            .await
            .map(drop)
            .map_err(|error| self.refusal(call, "eth_sendRawTransaction", error))
    }
}
