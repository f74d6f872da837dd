//! The trie of accounts, and a trie of storage for each account that has some.

use std::collections::{HashMap, HashSet};

use alloy::rlp;
use alloy_primitives::{Address, B256, U256, keccak256};
use alloy_trie::{EMPTY_ROOT_HASH, TrieAccount};

use super::Trie;
use crate::state::StateView;

/// A state in tries. A copy costs as little as its list of contracts.
#[derive(Clone, Debug, Default)]
pub struct StateTrie {
    accounts: Trie,
    storages: HashMap<Address, Trie>,
}

impl StateTrie {
    /// Takes over what accounts and slots are in `view`; an account whose slot is named need not be named itself.
    pub fn update(&mut self, changed: impl IntoIterator<Item = (Address, Option<U256>)>, view: &StateView<'_>) {
        let mut slots: HashMap<Address, HashSet<U256>> = HashMap::new();
        for (address, slot) in changed {
            slots.entry(address).or_default().extend(slot);
        }
        for (address, slots) in slots {
            for slot in slots {
                self.set_slot(address, slot, view.slot(address, slot));
            }
            let account = view.account(address).map(|info| {
                rlp::encode(TrieAccount {
                    nonce: info.nonce,
                    balance: info.balance,
                    storage_root: self.storage_root(address),
                    code_hash: info.code_hash,
                })
            });
            self.accounts.set(keccak256(address), account);
        }
    }

    fn set_slot(&mut self, address: Address, slot: U256, value: U256) {
        let storage = self.storages.entry(address).or_default();
        let value = (!value.is_zero()).then(|| rlp::encode(value));
        storage.set(keccak256(B256::from(slot)), value);
        if storage.is_empty() {
            self.storages.remove(&address);
        }
    }

    /// The root of the accounts, what a header commits to.
    pub fn root(&self) -> B256 {
        self.accounts.root()
    }

    pub fn storage_root(&self, address: Address) -> B256 {
        self.storages.get(&address).map_or(EMPTY_ROOT_HASH, Trie::root)
    }

    pub fn account_proof(&self, address: Address) -> Vec<alloy_primitives::Bytes> {
        self.accounts.proof(keccak256(address))
    }

    pub fn slot_proof(&self, address: Address, slot: B256) -> Vec<alloy_primitives::Bytes> {
        self.storages
            .get(&address)
            .map(|storage| storage.proof(keccak256(slot)))
            .unwrap_or_default()
    }
}
