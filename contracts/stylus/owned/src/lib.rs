//! A number that its owner may change.
#![cfg_attr(not(any(test, feature = "export-abi")), no_main)]

extern crate alloc;

use alloy_primitives::{Address, U256};
use alloy_sol_types::sol;
use stylus_sdk::prelude::*;

sol! {
    #[derive(Debug)]
    error NotOwner(address caller);
}

#[derive(SolidityError)]
pub enum Refusal {
    NotOwner(NotOwner),
}

sol_storage! {
    #[entrypoint]
    pub struct Owned {
        address owner;
        uint256 number;
    }
}

#[public]
impl Owned {
    /// Whoever sent the transaction becomes the owner: the caller is the contract that deploys.
    #[constructor]
    pub fn constructor(&mut self, number: U256) {
        let owner = self.vm().tx_origin();
        self.owner.set(owner);
        self.number.set(number);
    }

    pub fn owner(&self) -> Address {
        self.owner.get()
    }

    pub fn number(&self) -> U256 {
        self.number.get()
    }

    pub fn change(&mut self, number: U256) -> Result<(), Refusal> {
        let caller = self.vm().msg_sender();
        if caller != self.owner.get() {
            return Err(Refusal::NotOwner(NotOwner { caller }));
        }
        self.number.set(number);
        Ok(())
    }
}
