//! The contracts as native code.

use alloy_primitives::{Address, U256};
use alloy_sol_types::{SolCall, SolValue};
use stylus_sdk::call::RawCall;
use surety_collusion::Collusion;
use surety_contracts::{IPredicate, codec::CONSTRUCTOR, contract::Contract as _};
use surety_escrow::Escrow;
use surety_referee::Referee;

use crate::{
    chain::{Answer, Chain},
    world::{Contract, Platform},
};

/// When the chain in memory begins, in seconds.
const GENESIS: u64 = 1_800_000_000;
const CHAIN_ID: u64 = 412_346;
/// What everybody has, in wei.
const WEALTH: u128 = 10u128.pow(24);

/// The chain in memory, with accounts that have money.
#[derive(Clone)]
pub struct Native {
    pub chain: Chain,
    deployed: u8,
}

impl Default for Native {
    fn default() -> Self {
        let chain = Chain::new(CHAIN_ID, GENESIS);
        let native = Self { chain, deployed: 0 };
        for account in native.accounts() {
            native
                .chain
                .with(|state| state.balances.insert(account, U256::from(WEALTH)));
        }
        native
    }
}

impl Platform for Native {
    fn accounts(&self) -> [Address; 4] {
        [0xc1, 0x33, 0x4e, 0x57].map(Address::repeat_byte)
    }

    fn try_deploy(&mut self, contract: Contract) -> Option<Address> {
        self.deployed += 1;
        let address = Address::repeat_byte(0xa0 + self.deployed);
        let arguments = match contract {
            Contract::Escrow => {
                self.chain.install(address, |vm, data| Escrow::new(vm).route(data));
                None
            }
            Contract::Predicate => {
                self.chain.install(address, |_, data| predicate(data));
                None
            }
            Contract::Referee { escrow } => {
                self.chain.install(address, |vm, data| Referee::new(vm).route(data));
                Some(escrow.abi_encode())
            }
            Contract::Collusion { escrow, referee } => {
                self.chain.install(address, |vm, data| Collusion::new(vm).route(data));
                Some((escrow, referee).abi_encode())
            }
        };
        if let Some(arguments) = arguments {
            let data = [&CONSTRUCTOR[..], &arguments].concat();
            self.chain.call(Address::ZERO, address, U256::ZERO, &data).ok()?;
        }
        Some(address)
    }

    fn send(&self, from: Address, to: Address, value: u128, data: Vec<u8>) -> Answer {
        self.chain.call(from, to, U256::from(value), &data)
    }

    fn peek(&self, from: Address, to: Address, value: u128, data: Vec<u8>) -> Answer {
        let before = self.chain.snapshot();
        let answer = self.send(from, to, value, data);
        self.chain.restore(before);
        answer
    }

    fn now(&self) -> u64 {
        self.chain.with(|state| state.time)
    }

    fn set_time(&self, time: u64) {
        self.chain.with(|state| state.time = time);
    }

    fn refuse_money(&self, account: Address, refuses: bool) {
        match refuses {
            true => self.chain.install(account, |_, _| Err(Vec::new())),
            false => self.chain.uninstall(account),
        }
    }

    fn impostor(&self, address: Address, call: Option<(Address, Vec<u8>)>, answer: Vec<u8>) {
        self.chain.install(address, move |vm, _| {
            if let Some((to, data)) = &call {
                // SAFETY: this program has no storage that the call could alias.
                let _ = unsafe { RawCall::new(&vm).call(*to, data) };
            }
            Ok(answer.clone())
        });
    }

    fn money(&self, account: Address) -> U256 {
        self.chain.with(|state| state.balance(account))
    }
}

/// The tasks' predicate, natively.
fn predicate(data: &[u8]) -> Answer {
    let call = IPredicate::holdsCall::abi_decode_validate(data).map_err(|_| Vec::new())?;
    let backend = surety_tasks::Native::default();
    surety_tasks::holds(
        &call.functionBytes,
        &call.dataBytes,
        call.index,
        &call.previous,
        &call.element,
        &backend,
    )
    .map(|holds| holds.abi_encode())
    .map_err(|_| Vec::new())
}
