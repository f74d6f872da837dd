//! Merkle proofs of accounts and slots.

use alloy::{
    eips::BlockId,
    rpc::types::{EIP1186AccountProofResponse, EIP1186StorageProof},
    serde::JsonStorageKey,
};
use alloy_primitives::Address;

use super::{Node, NodeError};

impl Node {
    /// Proves an account and some of its slots, or that they are not there, against the state root of a block. State that
    /// was set by decree belongs to the block after it.
    pub fn proof(
        &self,
        address: Address,
        slots: Vec<JsonStorageKey>,
        block: BlockId,
    ) -> Result<EIP1186AccountProofResponse, NodeError> {
        let chain = self.read();
        let number = chain.number(block).ok_or(NodeError::UnknownBlock)?;
        let (trie, view) = chain.trie(number.min(chain.height()))?;
        let info = view.account(address).unwrap_or_default();
        let storage_proof = slots.into_iter().map(|key| {
            let slot = key.as_b256();
            EIP1186StorageProof {
                key,
                value: view.slot(address, slot.into()),
                proof: trie.slot_proof(address, slot),
            }
        });
        Ok(EIP1186AccountProofResponse {
            address,
            balance: info.balance,
            code_hash: info.code_hash,
            nonce: info.nonce,
            storage_hash: trie.storage_root(address),
            account_proof: trie.account_proof(address),
            storage_proof: storage_proof.collect(),
        })
    }
}
