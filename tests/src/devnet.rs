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
    arbitrum::{STYLUS_DEPLOYER, StylusDeployer},
    codec::CONSTRUCTOR,
};
use surety_devnet::{Config, Node, NodeError};
use surety_native::{Answer, Behaviour, Contract, Contracts, Log, Platform};
use surety_wasm::{COLLUSION, ESCROW, PREDICATE, REFEREE};

/// What a call may use, in gas: what a transaction may on Arbitrum.
const GAS: u64 = 32_000_000;
/// Wei sent along for an activation; the rest comes back.
const ACTIVATION: u128 = 10u128.pow(18);
/// A devnet with its accounts and the contracts.
pub struct Devnet {
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

impl Default for Devnet {
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

impl Drop for Devnet {
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

impl Devnet {
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

/// PUSH3.
fn push3(number: usize) -> Vec<u8> {
    [&[0x62], &(number as u32).to_be_bytes()[1..]].concat()
}

/// Code that sends `call`, and answers.
fn answering(call: Option<(Address, Vec<u8>)>, answer: Vec<u8>) -> Vec<u8> {
    /// Where the program ends and its data begins.
    const DATA: usize = 64;
    let calls = call.is_some();
    let (to, data) = call.unwrap_or_default();
    // CODECOPY(0, DATA, data.len())
    let mut program = [push3(data.len()), push3(DATA), vec![0x5f, 0x39]].concat();
    // CALL(GAS, to, 0, 0, data.len(), 0, 0), POP; or only POPs
    program.extend([&[0x5f, 0x5f][..], &push3(data.len()), &[0x5f, 0x5f, 0x73]].concat());
    program.extend(to);
    program.extend(if calls { [0x5a, 0xf1, 0x50] } else { [0x50; 3] });
    // CODECOPY(0, DATA + data.len(), answer.len()), RETURN(0, answer.len())
    program.extend([push3(answer.len()), push3(DATA + data.len()), vec![0x5f, 0x39]].concat());
    program.extend([push3(answer.len()), vec![0x5f, 0xf3]].concat());
    program.resize(DATA, 0);
    [program, data, answer].concat()
}

fn answer(result: Result<Bytes, NodeError>) -> Answer {
    result.map(Vec::from).map_err(|error| {
        let data = error.data().cloned();
        data.unwrap_or_else(|| panic!("neither answer nor revert: {error}"))
            .into()
    })
}

impl Platform for Devnet {
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
        let code = match behaviour {
            Behaviour::Plain => Vec::new(),
            // REVERT(0, length)
            Behaviour::Reverts(length) => [push3(length), vec![0x5f, 0xfd]].concat(),
            // JUMPDEST, PUSH0, JUMP
            Behaviour::Burns => vec![0x5b, 0x5f, 0x56],
            Behaviour::Answers { call, answer } => answering(call, answer),
        };
        self.chain.node.set_code(account, code.into());
    }

    fn money(&self, account: Address) -> U256 {
        let balance = self.chain.node.balance(account, BlockId::latest()).expect("kept");
        balance + self.fees.borrow().get(&account).copied().unwrap_or_default()
    }
}
