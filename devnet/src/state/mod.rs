//! Accounts, code and storage, with an undo log.
//!
//! Every change records what it replaced. A snapshot or the state after an old block is then just a position in that log:
//! going back undoes the entries after it, looking back reads them.

mod image;
mod view;

use std::collections::{HashMap, VecDeque};

use alloy_primitives::{Address, B256, KECCAK256_EMPTY, U256};
use revm::{
    bytecode::Bytecode,
    state::{AccountInfo, EvmState},
};

pub use view::{Overlay, StateView};

/// A position in the undo log. Positions of a discarded future are reused.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Mark(u64);

impl Mark {
    /// The position so many changes before.
    pub const fn back(self, changes: u64) -> Self {
        Self(self.0.saturating_sub(changes))
    }
}

/// What an account has besides storage.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Info {
    pub balance: U256,
    pub nonce: u64,
    pub code_hash: B256,
}

impl Default for Info {
    fn default() -> Self {
        Self {
            balance: U256::ZERO,
            nonce: 0,
            code_hash: KECCAK256_EMPTY,
        }
    }
}

impl From<&AccountInfo> for Info {
    fn from(info: &AccountInfo) -> Self {
        Self {
            balance: info.balance,
            nonce: info.nonce,
            code_hash: info.code_hash,
        }
    }
}

#[derive(Debug)]
enum Change {
    Account { address: Address, before: Option<Info> },
    Slot { address: Address, slot: U256, before: U256 },
}

/// The state of the chain at its head.
#[derive(Debug, Default)]
pub struct State {
    accounts: HashMap<Address, Info>,
    storage: HashMap<Address, HashMap<U256, U256>>,
    /// By hash. Never shrinks: code that a revert undid may be deployed again.
    codes: HashMap<B256, Bytecode>,
    undo: VecDeque<Change>,
    /// Entries that were dropped from the front of `undo`.
    dropped: u64,
}

impl State {
    pub fn account(&self, address: Address) -> Option<Info> {
        self.accounts.get(&address).copied()
    }

    pub fn slot(&self, address: Address, slot: U256) -> U256 {
        self.storage
            .get(&address)
            .and_then(|slots| slots.get(&slot))
            .copied()
            .unwrap_or_default()
    }

    pub fn code(&self, hash: B256) -> Option<&Bytecode> {
        self.codes.get(&hash)
    }

    pub fn set_account(&mut self, address: Address, info: Option<Info>) {
        let before = match info {
            Some(info) => self.accounts.insert(address, info),
            None => self.accounts.remove(&address),
        };
        if before != info {
            self.undo.push_back(Change::Account { address, before });
        }
    }

    pub fn set_slot(&mut self, address: Address, slot: U256, value: U256) {
        let before = self.put_slot(address, slot, value);
        if before != value {
            self.undo.push_back(Change::Slot { address, slot, before });
        }
    }

    pub fn set_code(&mut self, address: Address, code: Bytecode) {
        let hash = if code.is_empty() {
            KECCAK256_EMPTY
        } else {
            code.hash_slow()
        };
        self.codes.entry(hash).or_insert(code);
        let info = self.account(address).unwrap_or_default();
        self.set_account(
            address,
            Some(Info {
                code_hash: hash,
                ..info
            }),
        );
    }

    /// Takes over what a transaction changed.
    pub fn commit(&mut self, changes: EvmState) {
        for (address, account) in changes {
            if !account.is_touched() {
                continue;
            }
            // Only accounts of the same transaction can be destroyed, so there is no older storage to clear.
            if account.is_selfdestructed() || account.is_empty() {
                self.set_account(address, None);
                continue;
            }
            if let Some(code) = &account.info.code
                && !code.is_empty()
            {
                self.codes.entry(account.info.code_hash).or_insert_with(|| code.clone());
            }
            self.set_account(address, Some(Info::from(&account.info)));
            for (slot, value) in account.storage {
                if value.is_changed() {
                    self.set_slot(address, slot, value.present_value);
                }
            }
        }
    }

    /// The present position.
    pub fn mark(&self) -> Mark {
        Mark(self.dropped + self.undo.len() as u64)
    }

    /// The oldest position that can be gone back to.
    pub fn oldest(&self) -> Mark {
        Mark(self.dropped)
    }

    /// Undoes everything after `mark`, which must not be older than [`State::oldest`].
    pub fn undo_to(&mut self, mark: Mark) {
        let keep = usize::try_from(mark.0.saturating_sub(self.dropped)).unwrap_or(usize::MAX);
        while self.undo.len() > keep {
            match self.undo.pop_back() {
                Some(Change::Account {
                    address,
                    before: Some(info),
                }) => {
                    self.accounts.insert(address, info);
                }
                Some(Change::Account { address, before: None }) => {
                    self.accounts.remove(&address);
                }
                Some(Change::Slot { address, slot, before }) => {
                    self.put_slot(address, slot, before);
                }
                None => break,
            }
        }
    }

    /// Forgets how to go back before `mark`.
    pub fn discard_before(&mut self, mark: Mark) {
        let drop = usize::try_from(mark.0.saturating_sub(self.dropped))
            .unwrap_or(usize::MAX)
            .min(self.undo.len());
        self.undo.drain(..drop);
        self.dropped += drop as u64;
    }

    /// The accounts and slots that there are.
    pub fn keys(&self) -> impl Iterator<Item = (Address, Option<U256>)> + '_ {
        let accounts = self.accounts.keys().map(|address| (*address, None));
        let slots = self.storage.iter();
        accounts.chain(slots.flat_map(|(address, slots)| slots.keys().map(|slot| (*address, Some(*slot)))))
    }

    /// The accounts and slots that were changed after `mark`, some of them more than once.
    pub fn changed_since(&self, mark: Mark) -> impl Iterator<Item = (Address, Option<U256>)> + '_ {
        let from = usize::try_from(mark.0.saturating_sub(self.dropped)).unwrap_or(usize::MAX);
        self.undo
            .range(from.min(self.undo.len())..)
            .map(|change| match *change {
                Change::Account { address, .. } => (address, None),
                Change::Slot { address, slot, .. } => (address, Some(slot)),
            })
    }

    /// What differs at `mark` from the present.
    pub fn past(&self, mark: Mark) -> Overlay {
        let mut overlay = Overlay::default();
        let from = usize::try_from(mark.0.saturating_sub(self.dropped))
            .unwrap_or(usize::MAX)
            .min(self.undo.len());
        for change in self.undo.range(from..).rev() {
            match *change {
                Change::Account { address, before } => overlay.set_account(address, before),
                Change::Slot { address, slot, before } => overlay.set_slot(address, slot, before),
            }
        }
        overlay
    }

    fn put_slot(&mut self, address: Address, slot: U256, value: U256) -> U256 {
        let slots = self.storage.entry(address).or_default();
        let before = if value.is_zero() {
            slots.remove(&slot)
        } else {
            slots.insert(slot, value)
        };
        if slots.is_empty() {
            self.storage.remove(&address);
        }
        before.unwrap_or_default()
    }
}
