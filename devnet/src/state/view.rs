//! Reading the state, as it is or with differences laid over it.

use std::{
    collections::{HashMap, HashSet},
    convert::Infallible,
};

use alloy_primitives::{Address, B256, U256};
use revm::{
    Database, DatabaseRef,
    bytecode::Bytecode,
    state::{AccountInfo, EvmState},
};

use super::{Info, State};

/// Differences to a state: an older one, or what a caller wants to be assumed.
#[derive(Clone, Debug, Default)]
pub struct Overlay {
    accounts: HashMap<Address, Option<Info>>,
    slots: HashMap<(Address, U256), U256>,
    /// Accounts whose storage is only what the overlay says.
    replaced: HashSet<Address>,
    codes: HashMap<B256, Bytecode>,
}

impl Overlay {
    pub fn set_account(&mut self, address: Address, info: Option<Info>) {
        self.accounts.insert(address, info);
    }

    pub fn set_slot(&mut self, address: Address, slot: U256, value: U256) {
        self.slots.insert((address, slot), value);
    }

    /// Code under its hash, for accounts that the overlay gives this hash.
    pub fn add_code(&mut self, hash: B256, code: Bytecode) {
        self.codes.insert(hash, code);
    }

    /// Takes over what a transaction changed.
    pub fn commit(&mut self, changes: &EvmState) {
        for (address, account) in changes.iter().filter(|(_, account)| account.is_touched()) {
            if account.is_selfdestructed() || account.is_empty() {
                self.set_account(*address, None);
                self.clear_storage(*address);
                continue;
            }
            if let Some(code) = &account.info.code {
                self.add_code(account.info.code_hash, code.clone());
            }
            self.set_account(*address, Some(Info::from(&account.info)));
            for (slot, value) in account.storage.iter().filter(|(_, value)| value.is_changed()) {
                self.set_slot(*address, *slot, value.present_value);
            }
        }
    }

    /// Makes all slots of an account zero but for those set from now on.
    pub fn clear_storage(&mut self, address: Address) {
        self.replaced.insert(address);
        self.slots.retain(|(account, _), _| *account != address);
    }
}

/// What an execution reads. Writes stay in revm's journal until they are committed.
#[derive(Clone, Debug)]
pub struct StateView<'a> {
    state: &'a State,
    overlay: Overlay,
}

impl<'a> StateView<'a> {
    pub fn new(state: &'a State, overlay: Overlay) -> Self {
        Self { state, overlay }
    }

    /// Lays further differences over those of the view.
    pub const fn overlay_mut(&mut self) -> &mut Overlay {
        &mut self.overlay
    }

    pub fn account(&self, address: Address) -> Option<Info> {
        match self.overlay.accounts.get(&address) {
            Some(info) => *info,
            None => self.state.account(address),
        }
    }

    pub fn slot(&self, address: Address, slot: U256) -> U256 {
        match self.overlay.slots.get(&(address, slot)) {
            Some(value) => *value,
            None if self.overlay.replaced.contains(&address) => U256::ZERO,
            None => self.state.slot(address, slot),
        }
    }

    pub fn code(&self, hash: B256) -> Bytecode {
        self.overlay
            .codes
            .get(&hash)
            .or_else(|| self.state.code(hash))
            .cloned()
            .unwrap_or_default()
    }
}

impl DatabaseRef for StateView<'_> {
    type Error = Infallible;

    fn basic_ref(&self, address: Address) -> Result<Option<AccountInfo>, Infallible> {
        Ok(self.account(address).map(|info| AccountInfo {
            balance: info.balance,
            nonce: info.nonce,
            code_hash: info.code_hash,
            code: None,
            account_id: None,
        }))
    }

    fn code_by_hash_ref(&self, hash: B256) -> Result<Bytecode, Infallible> {
        Ok(self.code(hash))
    }

    fn storage_ref(&self, address: Address, slot: U256) -> Result<U256, Infallible> {
        Ok(self.slot(address, slot))
    }

    /// Contracts ask for L1 blocks, whose hashes a chain without an L1 does not know.
    fn block_hash_ref(&self, _number: u64) -> Result<B256, Infallible> {
        Ok(B256::ZERO)
    }
}

impl Database for StateView<'_> {
    type Error = Infallible;

    fn basic(&mut self, address: Address) -> Result<Option<AccountInfo>, Infallible> {
        self.basic_ref(address)
    }

    fn code_by_hash(&mut self, hash: B256) -> Result<Bytecode, Infallible> {
        self.code_by_hash_ref(hash)
    }

    fn storage(&mut self, address: Address, slot: U256) -> Result<U256, Infallible> {
        self.storage_ref(address, slot)
    }

    fn block_hash(&mut self, number: u64) -> Result<B256, Infallible> {
        self.block_hash_ref(number)
    }
}
