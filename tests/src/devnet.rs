//! The contracts as WASM on a chain in process, as the platform of the tests that all chains share.

use alloy::{
    eips::BlockId,
    network::{ReceiptResponse, TransactionBuilder},
    primitives::{Address, B256, Bytes, U256},
    rpc::types::TransactionRequest,
    sol_types::{SolCall, SolEvent, SolValue},
};
use std::{
    cell::{Cell, RefCell},
    collections::BTreeMap,
    sync::Mutex,
    thread,
};
use surety_contracts::{
    arbitrum::{ARB_WASM, ArbWasm, STYLUS_DEPLOYER, StylusDeployer},
    codec::CONSTRUCTOR,
};
use surety_devnet::{Config, Node, NodeError};
use surety_native::{Answer, Behaviour, Contract, Contracts, Log, Platform};
use surety_wasm::{COLLUSION, ESCROW, PREDICATE, REFEREE};

use crate::adversary;

/// What a call may use, in gas: what a transaction may on Arbitrum.
const GAS: u64 = 32_000_000;
/// Wei sent along for an activation; the rest comes back.
const ACTIVATION: u128 = 10u128.pow(18);

/// A devnet with its accounts and the contracts. Accounts that misbehave do it as Stylus programs if `STYLUS`, else as EVM
/// programs.
pub struct Devnet<const STYLUS: bool = false> {
    chain: Chain,
    /// What it was before the test.
    fresh: U256,
    /// Wei that each account paid for gas.
    fees: RefCell<BTreeMap<Address, U256>>,
    /// When the next block comes, in seconds.
    time: Cell<u64>,
    /// Events that nobody has taken yet.
    logs: RefCell<Vec<Log>>,
}

/// A chain with nothing but the contracts on it.
struct Chain {
    node: Node,
    contracts: Contracts,
    begins: u64,
}

/// Chains of tests that ended, as they were before: to deploy and compile the contracts takes longer than most tests.
static SPARE: Mutex<Vec<Chain>> = Mutex::new(Vec::new());

impl<const STYLUS: bool> Default for Devnet<STYLUS> {
    fn default() -> Self {
        let spare = SPARE.lock().expect("nobody panics with it").pop();
        let chain = spare.unwrap_or_else(Chain::new);
        Self {
            fresh: chain.node.snapshot(),
            fees: RefCell::default(),
            time: Cell::new(chain.begins),
            logs: RefCell::default(),
            chain,
        }
    }
}

impl<const STYLUS: bool> Drop for Devnet<STYLUS> {
    fn drop(&mut self) {
        let Chain {
            ref node,
            contracts,
            begins,
        } = self.chain;
        if !thread::panicking() && node.revert(self.fresh) {
            let node = node.clone();
            let chain = Chain {
                node,
                contracts,
                begins,
            };
            SPARE.lock().expect("nobody panics with it").push(chain);
        }
    }
}

impl Chain {
    fn new() -> Self {
        let node = Node::new(Config::default()).expect("a chain");
        let contracts = Contracts::deploy(|contract| try_deploy(&node, contract));
        let begins = node.now() + 1;
        Self {
            node,
            contracts,
            begins,
        }
    }
}

impl<const STYLUS: bool> Devnet<STYLUS> {
    /// Events since they were last taken.
    pub fn take_logs(&self) -> Vec<Log> {
        self.logs.take()
    }

    /// The root of a contract's storage.
    pub fn storage_root(&self, contract: Address) -> B256 {
        let proof = self.chain.node.proof(contract, Vec::new(), BlockId::latest());
        proof.expect("the state is kept").storage_hash
    }

    /// Sends a transaction in a block of its own at the time that is set; whether it succeeded.
    fn transact(&self, from: Address, request: TransactionRequest) -> bool {
        self.chain
            .node
            .set_next_block_timestamp(self.now())
            .expect("time goes forward");
        let hash = self.chain.node.send_transaction(request).expect("accepted");
        let receipt = self.chain.node.receipt(hash).expect("mined at once");
        let fee = U256::from(receipt.gas_used()) * U256::from(receipt.effective_gas_price());
        *self.fees.borrow_mut().entry(from).or_default() += fee;
        let logs = receipt.inner.inner.inner.receipt.logs.iter().map(|log| Log {
            address: log.inner.address,
            topics: log.inner.data.topics().to_vec(),
            data: log.inner.data.data.to_vec(),
        });
        self.logs.borrow_mut().extend(logs);
        receipt.status()
    }
}

fn request(from: Address, to: Address, value: u128, data: Vec<u8>) -> TransactionRequest {
    TransactionRequest::default()
        .with_from(from)
        .with_to(to)
        .with_value(U256::from(value))
        .with_input(data)
}

fn try_deploy(node: &Node, contract: Contract) -> Option<Address> {
    let (artifact, arguments) = match contract {
        Contract::Escrow => (&ESCROW, None),
        Contract::Predicate => (&PREDICATE, None),
        Contract::Referee { escrow } => (&REFEREE, Some(escrow.abi_encode())),
        Contract::Collusion { escrow, referee } => (&COLLUSION, Some((escrow, referee).abi_encode())),
    };
    let constructor = arguments.map(|arguments| [&CONSTRUCTOR[..], &arguments].concat());
    let deploy = StylusDeployer::deployCall {
        initCode: artifact.init_code().into(),
        initData: constructor.unwrap_or_default().into(),
        initValue: U256::ZERO,
        salt: B256::ZERO,
    };
    let deployer = node.accounts()[4];
    let request = request(deployer, STYLUS_DEPLOYER, ACTIVATION, deploy.abi_encode());
    let hash = node.send_transaction(request).ok()?;
    let receipt = node.receipt(hash).expect("mined at once");
    let logs = &receipt.inner.inner.inner.receipt.logs;
    let deployed = logs
        .iter()
        .find_map(|log| StylusDeployer::ContractDeployed::decode_log(&log.inner).ok());
    deployed.map(|event| event.deployedContract)
}

fn answer(result: Result<Bytes, NodeError>) -> Answer {
    result.map(Vec::from).map_err(|error| {
        let data = error.data().cloned();
        data.unwrap_or_else(|| panic!("neither answer nor revert: {error}"))
            .into()
    })
}

impl<const STYLUS: bool> Platform for Devnet<STYLUS> {
    fn accounts(&self) -> [Address; 4] {
        let accounts = self.chain.node.accounts();
        std::array::from_fn(|i| accounts[i])
    }

    fn contracts(&self) -> Contracts {
        self.chain.contracts
    }

    fn try_deploy(&mut self, contract: Contract) -> Option<Address> {
        try_deploy(&self.chain.node, contract)
    }

    fn send(&self, from: Address, to: Address, value: u128, data: Vec<u8>) -> Answer {
        let answer = self.peek(from, to, value, data.clone())?;
        let succeeded = self.transact(from, request(from, to, value, data).with_gas_limit(GAS));
        assert!(succeeded, "the transaction failed where the call did not");
        Ok(answer)
    }

    fn send_with_gas(&self, from: Address, to: Address, data: Vec<u8>, gas: u64) -> bool {
        self.transact(from, request(from, to, 0, data).with_gas_limit(gas))
    }

    fn undone<T>(&self, run: impl FnOnce() -> T) -> T {
        let (snapshot, fees, time) = (self.chain.node.snapshot(), self.fees.borrow().clone(), self.now());
        let outcome = run();
        assert!(self.chain.node.revert(snapshot), "the snapshot is there");
        *self.fees.borrow_mut() = fees;
        self.set_time(time);
        outcome
    }

    fn peek(&self, from: Address, to: Address, value: u128, data: Vec<u8>) -> Answer {
        self.chain
            .node
            .set_next_block_timestamp(self.now())
            .expect("time goes forward");
        answer(
            self.chain
                .node
                .call(request(from, to, value, data), BlockId::pending(), None, None),
        )
    }

    fn now(&self) -> u64 {
        self.time.get()
    }

    fn set_time(&self, time: u64) {
        self.time.set(time);
    }

    fn behave(&self, account: Address, behaviour: Behaviour) {
        let node = &self.chain.node;
        if !STYLUS {
            node.set_code(account, adversary::evm(behaviour).into());
            return;
        }
        let program = adversary::stylus(behaviour);
        let activates = program.is_some();
        node.set_code(account, program.unwrap_or_default().into());
        if activates {
            // By somebody who is no party. The same program may be active already, at another address.
            let activate = ArbWasm::activateProgramCall { program: account }.abi_encode();
            let activator = node.accounts()[4];
            self.transact(
                activator,
                request(activator, ARB_WASM, ACTIVATION, activate).with_gas_limit(GAS),
            );
        }
    }

    fn money(&self, account: Address) -> U256 {
        let balance = self.chain.node.balance(account, BlockId::latest()).expect("kept");
        balance + self.fees.borrow().get(&account).copied().unwrap_or_default()
    }
}
