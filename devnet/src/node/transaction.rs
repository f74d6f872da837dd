//! A transaction on its way into a block.

use alloy::{
    consensus::{Transaction as _, TxEnvelope, TxType, transaction::SignerRecoverable},
    eips::eip2718::Decodable2718,
};
use alloy_primitives::{Address, B256, Signature, U256};
use revm::context::{TxEnv, either::Either, result::InvalidTransaction};

use super::NodeError;

/// A transaction with its sender.
#[derive(Clone, Debug)]
pub struct Transaction {
    pub envelope: TxEnvelope,
    pub sender: Address,
}

impl Transaction {
    /// Reads EIP-2718 or legacy bytes and recovers the sender.
    pub fn decode(raw: &[u8]) -> Result<Self, NodeError> {
        let envelope = TxEnvelope::decode_2718_exact(raw)
            .map_err(|error| NodeError::InvalidRequest(format!("not a transaction: {error}")))?;
        Self::signed(envelope)
    }

    pub fn signed(envelope: TxEnvelope) -> Result<Self, NodeError> {
        let sender = envelope
            .recover_signer()
            .map_err(|_| NodeError::InvalidTransaction("invalid sender: the signature does not recover".into()))?;
        Ok(Self { envelope, sender })
    }

    /// A signature for an impersonated sender: never valid, and different for each sender so that hashes are too.
    pub fn impersonated_signature(sender: Address) -> Signature {
        Signature::new(U256::from_be_bytes(sender.into_word().0), U256::ONE, false)
    }

    pub fn hash(&self) -> B256 {
        *self.envelope.tx_hash()
    }

    pub fn nonce(&self) -> u64 {
        self.envelope.nonce()
    }

    /// What revm is to execute. Every type pays the base fee and no tip, as EIP-1559 transactions without one do.
    pub fn env(&self) -> TxEnv {
        let tx = &self.envelope;
        let tx_type = if tx.tx_type() == TxType::Eip7702 {
            TxType::Eip7702
        } else {
            TxType::Eip1559
        };
        TxEnv {
            tx_type: tx_type as u8,
            caller: self.sender,
            gas_limit: tx.gas_limit(),
            gas_price: tx.max_fee_per_gas(),
            gas_priority_fee: Some(0),
            kind: tx.kind(),
            value: tx.value(),
            data: tx.input().clone(),
            nonce: tx.nonce(),
            chain_id: tx.chain_id(),
            access_list: tx.access_list().cloned().unwrap_or_default(),
            authorization_list: tx
                .authorization_list()
                .unwrap_or_default()
                .iter()
                .map(|authorization| Either::Left(authorization.clone()))
                .collect(),
            ..TxEnv::default()
        }
    }

    /// Wei for each unit of gas, tip included.
    pub fn offered_price(&self, base_fee: u64) -> u128 {
        self.envelope.effective_gas_price(Some(base_fee))
    }

    /// Refuses what no block of this chain can hold.
    pub fn check(&self, chain_id: u64) -> Result<(), NodeError> {
        if self.envelope.tx_type() == TxType::Eip4844 {
            return Err(NodeError::InvalidTransaction(
                "transaction type not supported: blobs".into(),
            ));
        }
        match self.envelope.chain_id() {
            Some(given) if given != chain_id => Err(NodeError::InvalidTransaction(format!(
                "invalid chain id for signer: have {given} want {chain_id}"
            ))),
            _ => Ok(()),
        }
    }

    /// Says in the words of geth why a block could not take the transaction.
    pub fn refusal(&self, error: &InvalidTransaction, base_fee: u64) -> NodeError {
        let sender = self.sender;
        NodeError::InvalidTransaction(match error {
            InvalidTransaction::NonceTooLow { tx, state } => {
                format!("nonce too low: address {sender}, tx: {tx} state: {state}")
            }
            InvalidTransaction::NonceTooHigh { tx, state } => {
                format!("nonce too high: address {sender}, tx: {tx} state: {state}")
            }
            InvalidTransaction::LackOfFundForMaxFee { fee, balance } => {
                format!("insufficient funds for gas * price + value: address {sender} have {balance} want {fee}")
            }
            InvalidTransaction::GasPriceLessThanBasefee => format!(
                "max fee per gas less than block base fee: address {sender}, maxFeePerGas: {}, baseFee: {base_fee}",
                self.envelope.max_fee_per_gas()
            ),
            InvalidTransaction::CallGasCostMoreThanGasLimit { initial_gas, gas_limit } => {
                format!("intrinsic gas too low: have {gas_limit}, want {initial_gas}")
            }
            InvalidTransaction::CallerGasLimitMoreThanBlock => "gas limit exceeds the block's".into(),
            other => other.to_string(),
        })
    }
}
