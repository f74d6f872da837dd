//! The contracts as native code.

use alloy_primitives::{Address, U256};
use alloy_sol_types::{SolCall, SolValue};
use stylus_sdk::call::RawCall;
use surety_collusion::Collusion;
use surety_contracts::{
    IPredicate,
    codec::CONSTRUCTOR,
    contract::{Contract as _, SHA256},
};
use surety_escrow::Escrow;
use surety_referee::Referee;

use crate::{
    chain::{Answer, Chain, GAS},
    platform::{Behaviour, Contract, Contracts, Platform},
};

pub const CLIENT: Address = Address::repeat_byte(0xc1);
pub const WORKER: Address = Address::repeat_byte(0x33);
pub const REFEREE: Address = Address::repeat_byte(0x4e);
pub const STRANGER: Address = Address::repeat_byte(0x57);
/// When the chain in memory begins, in seconds.
const GENESIS: u64 = 1_800_000_000;
const CHAIN_ID: u64 = 412_346;
/// What everybody has, in wei.
const WEALTH: u128 = 10u128.pow(24);

/// The chain in memory, with accounts that have money.
#[derive(Clone)]
pub struct Native {
    pub chain: Chain,
    accounts: [Address; 4],
    contracts: Contracts,
    /// How many contracts there are.
    deployed: u8,
}

impl Default for Native {
    fn default() -> Self {
        let [escrow, verifier, predicate, collusion] = [1, 2, 3, 4].map(deployed_at);
        let contracts = Contracts {
            escrow,
            predicate,
            verifier,
            collusion,
        };
        Self::at([CLIENT, WORKER, REFEREE, STRANGER], contracts, GENESIS)
    }
}

impl Native {
    /// A chain with the accounts and contracts of another one.
    pub fn at(accounts: [Address; 4], contracts: Contracts, time: u64) -> Self {
        let chain = Chain::new(CHAIN_ID, time);
        for account in accounts {
            chain.with(|state| state.balances.insert(account, U256::from(WEALTH)));
        }
        chain.install(SHA256, |_, data| Ok(surety_protocol::sha256(&[data]).to_vec()));
        Contracts::deploy(|contract| {
            let address = match contract {
                Contract::Escrow => contracts.escrow,
                Contract::Predicate => contracts.predicate,
                Contract::Referee { .. } => contracts.verifier,
                Contract::Collusion { .. } => contracts.collusion,
            };
            try_deploy(&chain, address, contract)
        });
        Self {
            chain,
            accounts,
            contracts,
            deployed: 4,
        }
    }
}

/// Where the contract is that was deployed as number so and so.
fn deployed_at(number: u8) -> Address {
    Address::repeat_byte(0xa0 + number)
}

/// Puts a contract at an address and constructs it.
fn try_deploy(chain: &Chain, address: Address, contract: Contract) -> Option<Address> {
    let arguments = match contract {
        Contract::Escrow => {
            chain.install(address, |vm, data| Escrow::new(vm).route(data));
            None
        }
        Contract::Predicate => {
            chain.install(address, |_, data| predicate(data));
            None
        }
        Contract::Referee { escrow } => {
            chain.install(address, |vm, data| Referee::new(vm).route(data));
            Some(escrow.abi_encode())
        }
        Contract::Collusion { escrow, referee } => {
            chain.install(address, |vm, data| Collusion::new(vm).route(data));
            Some((escrow, referee).abi_encode())
        }
    };
    if let Some(arguments) = arguments {
        let data = [&CONSTRUCTOR[..], &arguments].concat();
        chain.call(Address::ZERO, address, U256::ZERO, &data).ok()?;
    }
    Some(address)
}

impl Platform for Native {
    fn accounts(&self) -> [Address; 4] {
        self.accounts
    }

    fn contracts(&self) -> Contracts {
        self.contracts
    }

    fn try_deploy(&mut self, contract: Contract) -> Option<Address> {
        self.deployed += 1;
        try_deploy(&self.chain, deployed_at(self.deployed), contract)
    }

    fn send(&self, from: Address, to: Address, value: u128, data: Vec<u8>) -> Answer {
        self.chain.call(from, to, U256::from(value), &data)
    }

    fn peek(&self, from: Address, to: Address, value: u128, data: Vec<u8>) -> Answer {
        self.chain.peek(from, to, U256::from(value), &data)
    }

    fn send_with_gas(&self, from: Address, to: Address, data: Vec<u8>, gas: u64) -> bool {
        self.chain.set_gas_left(gas);
        let answer = self.send(from, to, 0, data);
        self.chain.set_gas_left(GAS);
        answer.is_ok()
    }

    fn undone<T>(&self, run: impl FnOnce() -> T) -> T {
        self.chain.undone(run)
    }

    fn now(&self) -> u64 {
        self.chain.with(|state| state.time)
    }

    fn set_time(&self, time: u64) {
        self.chain.with(|state| state.time = time);
    }

    fn behave(&self, account: Address, behaviour: Behaviour) {
        match behaviour {
            Behaviour::Plain => self.chain.uninstall(account),
            Behaviour::Reverts(length) => self.chain.install(account, move |_, _| Err(vec![0; length])),
            // Whoever called is left with nothing but the failure.
            Behaviour::Burns => self.chain.install(account, |_, _| Err(Vec::new())),
            Behaviour::Answers { call, answer } => self.chain.install(account, move |vm, _| {
                if let Some((to, data)) = &call {
                    // SAFETY: this program has no storage that the call could alias.
                    let _ = unsafe { RawCall::new(&vm).call(*to, data) };
                }
                Ok(answer.clone())
            }),
        }
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
