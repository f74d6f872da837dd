//! The contracts as WASM on a chain in process, as the platform of the tests that all chains share.

use alloy::{
    eips::BlockId,
    network::{ReceiptResponse, TransactionBuilder},
    primitives::{Address, B256, Bytes, U256},
    rpc::types::TransactionRequest,
    sol_types::{SolCall, SolEvent, SolValue},
};
use std::{cell::RefCell, collections::BTreeMap};
use surety_contracts::{
    arbitrum::{STYLUS_DEPLOYER, StylusDeployer},
    codec::CONSTRUCTOR,
};
use surety_devnet::{Config, Node, NodeError};
use surety_native::{Answer, Contract, Platform};
use surety_wasm::{Artifact, COLLUSION, ESCROW, PREDICATE, REFEREE};

/// Wei sent along for an activation; the rest comes back.
const ACTIVATION: u128 = 10u128.pow(18);
/// Runtime code that refuses every payment: PUSH0, PUSH0, REVERT.
const REFUSES: Bytes = Bytes::from_static(&[0x5f, 0x5f, 0xfd]);

/// A devnet with its accounts.
pub struct Devnet {
    node: Node,
    /// Wei that each account paid for gas.
    fees: RefCell<BTreeMap<Address, U256>>,
    /// When the next block comes, in seconds.
    time: RefCell<u64>,
}

impl Default for Devnet {
    fn default() -> Self {
        let node = Node::new(Config::default()).expect("a chain");
        let time = RefCell::new(node.now() + 1);
        Self {
            node,
            fees: RefCell::default(),
            time,
        }
    }
}

impl Devnet {
    fn request(from: Address, to: Address, value: u128, data: Vec<u8>) -> TransactionRequest {
        TransactionRequest::default()
            .with_from(from)
            .with_to(to)
            .with_value(U256::from(value))
            .with_input(data)
    }

    fn try_create(&self, artifact: &Artifact, constructor: Vec<u8>) -> Option<Address> {
        let deployer = self.node.accounts()[4];
        let deploy = StylusDeployer::deployCall {
            initCode: artifact.init_code().into(),
            initData: constructor.into(),
            initValue: U256::ZERO,
            salt: B256::ZERO,
        };
        let request = Self::request(deployer, STYLUS_DEPLOYER, ACTIVATION, deploy.abi_encode());
        let hash = self.node.send_transaction(request).ok()?;
        let receipt = self.node.receipt(hash).expect("mined at once");
        let logs = &receipt.inner.inner.inner.receipt.logs;
        let deployed = logs
            .iter()
            .find_map(|log| StylusDeployer::ContractDeployed::decode_log(&log.inner).ok());
        deployed.map(|event| event.deployedContract)
    }
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
        let accounts = self.node.accounts();
        std::array::from_fn(|i| accounts[i])
    }

    fn try_deploy(&mut self, contract: Contract) -> Option<Address> {
        let constructor = |arguments: Vec<u8>| [&CONSTRUCTOR[..], &arguments].concat();
        match contract {
            Contract::Escrow => self.try_create(&ESCROW, Vec::new()),
            Contract::Predicate => self.try_create(&PREDICATE, Vec::new()),
            Contract::Referee { escrow } => self.try_create(&REFEREE, constructor(escrow.abi_encode())),
            Contract::Collusion { escrow, referee } => {
                self.try_create(&COLLUSION, constructor((escrow, referee).abi_encode()))
            }
        }
    }

    fn send(&self, from: Address, to: Address, value: u128, data: Vec<u8>) -> Answer {
        let answer = self.peek(from, to, value, data.clone())?;
        self.node
            .set_next_block_timestamp(*self.time.borrow())
            .expect("time goes forward");
        let hash = self
            .node
            .send_transaction(Self::request(from, to, value, data))
            .expect("accepted");
        let receipt = self.node.receipt(hash).expect("mined at once");
        assert!(receipt.status(), "the transaction failed where the call did not");
        let fee = U256::from(receipt.gas_used()) * U256::from(receipt.effective_gas_price());
        *self.fees.borrow_mut().entry(from).or_default() += fee;
        Ok(answer)
    }

    fn peek(&self, from: Address, to: Address, value: u128, data: Vec<u8>) -> Answer {
        self.node
            .set_next_block_timestamp(*self.time.borrow())
            .expect("time goes forward");
        let request = Self::request(from, to, value, data);
        answer(self.node.call(request, BlockId::pending(), None, None))
    }

    fn now(&self) -> u64 {
        *self.time.borrow()
    }

    fn set_time(&self, time: u64) {
        *self.time.borrow_mut() = time;
    }

    fn refuse_money(&self, account: Address, refuses: bool) {
        self.node
            .set_code(account, if refuses { REFUSES } else { Bytes::new() });
    }

    fn impostor(&self, address: Address, call: Option<(Address, Vec<u8>)>, answer: Vec<u8>) {
        /// Where the program ends and its data begins.
        const DATA: usize = 64;
        let push3 = |number: usize| [&[0x62], &(number as u32).to_be_bytes()[1..]].concat();
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
        self.node.set_code(address, [program, data, answer].concat().into());
    }

    fn money(&self, account: Address) -> U256 {
        let balance = self.node.balance(account, BlockId::latest()).expect("kept");
        balance + self.fees.borrow().get(&account).copied().unwrap_or_default()
    }
}
