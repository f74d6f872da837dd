//! The state as it is saved.

use std::collections::HashMap;

use alloy_primitives::KECCAK256_EMPTY;
use revm::bytecode::Bytecode;

use super::{Change, Info, Mark, State};
use crate::store::image::{AccountImage, ChangeImage, InfoImage, SlotImage, StateImage, StorageImage};

impl From<Info> for InfoImage {
    fn from(info: Info) -> Self {
        Self {
            balance: info.balance,
            nonce: info.nonce,
            code_hash: info.code_hash,
        }
    }
}

impl From<InfoImage> for Info {
    fn from(image: InfoImage) -> Self {
        Self {
            balance: image.balance,
            nonce: image.nonce,
            code_hash: image.code_hash,
        }
    }
}

impl Mark {
    pub const fn position(self) -> u64 {
        self.0
    }

    pub const fn at(position: u64) -> Self {
        Self(position)
    }
}

impl State {
    pub fn image(&self) -> StateImage {
        let account = |(address, info): (&_, &Info)| AccountImage {
            address: *address,
            info: (*info).into(),
        };
        let storage = self.storage.iter().map(|(address, slots)| StorageImage {
            address: *address,
            slots: slots.iter().map(|(&slot, &value)| SlotImage { slot, value }).collect(),
        });
        let undo = self.undo.iter().map(|change| match *change {
            Change::Account { address, before } => ChangeImage {
                address,
                slot: Vec::new(),
                account: before.map(InfoImage::from).into_iter().collect(),
            },
            Change::Slot { address, slot, before } => ChangeImage {
                address,
                slot: vec![SlotImage { slot, value: before }],
                account: Vec::new(),
            },
        });
        StateImage {
            accounts: self.accounts.iter().map(account).collect(),
            storage: storage.collect(),
            codes: self.codes.values().map(Bytecode::original_bytes).collect(),
            undo: undo.collect(),
            dropped: self.dropped,
        }
    }

    pub fn restore(image: StateImage) -> Self {
        let code = |bytes: alloy_primitives::Bytes| {
            let code = Bytecode::new_raw_checked(bytes.clone()).unwrap_or_else(|_| Bytecode::new_legacy(bytes));
            let hash = if code.is_empty() {
                KECCAK256_EMPTY
            } else {
                code.hash_slow()
            };
            (hash, code)
        };
        let slots = |slots: Vec<SlotImage>| -> HashMap<_, _> {
            slots
                .into_iter()
                .map(|SlotImage { slot, value }| (slot, value))
                .collect()
        };
        let change = |ChangeImage { address, slot, account }| match slot.first() {
            Some(&SlotImage { slot, value: before }) => Change::Slot { address, slot, before },
            None => Change::Account {
                address,
                before: account.into_iter().next().map(Info::from),
            },
        };
        Self {
            accounts: image
                .accounts
                .into_iter()
                .map(|account| (account.address, account.info.into()))
                .collect(),
            storage: image
                .storage
                .into_iter()
                .map(|account| (account.address, slots(account.slots)))
                .collect(),
            codes: image.codes.into_iter().map(code).collect(),
            undo: image.undo.into_iter().map(change).collect(),
            dropped: image.dropped,
        }
    }
}
