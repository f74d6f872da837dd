//! One job on the real chain: contracts as WASM, accounts with money, a clock, and what everybody was paid.
//!
//! Tests drive the chain in process. Calls that must be refused are made as `eth_call`, which gives the revert's data
//! and changes nothing.

mod devnet;

use alloy::{
    eips::BlockId,
    network::{ReceiptResponse, TransactionBuilder},
    primitives::{Address, B256, Bytes, U256, aliases::U96},
    rpc::types::TransactionRequest,
    sol_types::{SolCall, SolError},
};
pub use devnet::Devnet;
use surety_contracts::{
    arbitrum::{ARB_WASM, ArbWasm},
    *,
};
use surety_devnet::{Config, Node};
use surety_protocol::{
    commitment,
    merkle::{self, Tree},
};
use surety_tasks::{Encoded, Range};
use surety_wasm::Artifact;

pub const REWARD: u128 = 10u128.pow(18);
pub const BONUS: u128 = REWARD / 10;
pub const DEPOSIT: u128 = REWARD * 3 / 2;
pub const BOND: u128 = REWARD / 100;
pub const ACCEPT: u64 = 3_600;
pub const COMPUTE: u64 = 7_200;
pub const DISPUTE: u64 = 10_800;
pub const RESPONSE: u64 = 1_800;
pub const RULING: u64 = 5_400;

const FUNCTION_SALT: B256 = B256::repeat_byte(0xf5);
const DATA_SALT: B256 = B256::repeat_byte(0xd5);
const SEAL_SALT: B256 = B256::repeat_byte(0x5e);

pub struct World {
    pub node: Node,
    pub client: Address,
    pub worker: Address,
    pub referee: Address,
    pub stranger: Address,
    pub escrow: Address,
    pub predicate: Address,
    pub terms: Terms,
    pub elements: Vec<Vec<u8>>,
    pub tree: Tree,
    /// When the world began, in seconds.
    pub start: u64,
}

pub fn element(x: u64) -> Vec<u8> {
    x.to_be_bytes().to_vec()
}

/// The task of every job here: the primes below 32.
fn task() -> Encoded {
    Encoded::primes(Range::new(0, 32).expect("not empty"))
}

pub const PRIMES: [u64; 11] = [2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31];

impl World {
    /// A chain with the contracts, and terms of a Set job with referee and predicate, changed by `edit`.
    pub fn new(edit: impl FnOnce(&mut Terms)) -> Self {
        let node = Node::new(Config::default()).expect("a chain");
        let accounts = node.accounts();
        let [client, worker, referee, stranger, deployer] = accounts[..5] else {
            panic!("ten accounts")
        };
        let start = node.now() + 1_000;
        let task = task();
        let mut world = Self {
            client,
            worker,
            referee,
            stranger,
            escrow: Address::ZERO,
            predicate: Address::ZERO,
            terms: Terms {
                client,
                worker,
                referee,
                verifier: Address::ZERO,
                predicate: Address::ZERO,
                functionCommitment: commitment::commit(&FUNCTION_SALT, &task.function).into(),
                dataCommitment: commitment::commit(&DATA_SALT, &task.data).into(),
                seedHash: B256::ZERO,
                salt: B256::repeat_byte(1),
                form: Form::Set,
                count: 0,
                maxElement: 8,
                isSealed: false,
                reward: U96::from(REWARD),
                bonus: U96::from(BONUS),
                deposit: U96::from(DEPOSIT),
                bond: U96::from(BOND),
                acceptBy: start + ACCEPT,
                computeWindow: COMPUTE as u32,
                disputeWindow: DISPUTE as u32,
                responseWindow: RESPONSE as u32,
                rulingWindow: RULING as u32,
            },
            elements: Vec::new(),
            tree: Tree::new(Vec::new()),
            start,
            node,
        };
        world.predicate = world.deploy(deployer, &surety_wasm::PREDICATE);
        world.escrow = world.deploy(deployer, &surety_wasm::ESCROW);
        world.terms.predicate = world.predicate;
        edit(&mut world.terms);
        world.with_set(&PRIMES)
    }

    /// What the worker will commit to.
    pub fn with_set(mut self, numbers: &[u64]) -> Self {
        self.elements = numbers.iter().copied().map(element).collect();
        self.tree = Tree::new(merkle::leaf_hashes(&self.elements));
        self
    }

    fn deploy(&self, from: Address, artifact: &Artifact) -> Address {
        let create = TransactionRequest::default().with_deploy_code(artifact.init_code());
        let address = self.transact(from, create).contract_address().expect("a contract");
        let value = U256::from(REWARD);
        let input = ArbWasm::activateProgramCall { program: address }.abi_encode();
        let activate = TransactionRequest::default()
            .with_to(ARB_WASM)
            .with_value(value)
            .with_input(input);
        self.transact(from, activate);
        address
    }

    fn transact(&self, from: Address, request: TransactionRequest) -> impl ReceiptResponse + use<> {
        let hash = self.node.send_transaction(request.with_from(from)).expect("accepted");
        let receipt = self.node.receipt(hash).expect("mined at once");
        assert!(receipt.status(), "the transaction failed");
        receipt
    }

    fn request(&self, from: Address, value: u128, input: Vec<u8>) -> TransactionRequest {
        TransactionRequest::default()
            .with_from(from)
            .with_to(self.escrow)
            .with_value(U256::from(value))
            .with_input(input)
    }

    /// Sends a call to the escrow that must succeed, at the next second. Returns its cost to the sender in wei.
    pub fn send(&self, from: Address, value: u128, call: impl SolCall) -> u128 {
        let receipt = self.transact(from, self.request(from, value, call.abi_encode()));
        u128::from(receipt.gas_used()) * receipt.effective_gas_price()
    }

    /// The same with a gas limit; whether it succeeded.
    pub fn send_with_gas(&self, from: Address, call: impl SolCall, gas: u64) -> bool {
        let request = self.request(from, 0, call.abi_encode()).with_gas_limit(gas);
        let hash = self.node.send_transaction(request).expect("accepted");
        self.node.receipt(hash).expect("mined at once").status()
    }

    /// What a call to the escrow answers, or the data with which it reverts.
    pub fn call(&self, from: Address, value: u128, call: impl SolCall) -> Result<Bytes, Bytes> {
        let request = self.request(from, value, call.abi_encode());
        self.node
            .call(request, BlockId::pending(), None, None)
            .map_err(|error| {
                error
                    .data()
                    .cloned()
                    .unwrap_or_else(|| panic!("neither answer nor revert: {error}"))
            })
    }

    /// Asserts that a call reverts with exactly this error.
    #[track_caller]
    pub fn refuses<E: SolError>(&self, from: Address, value: u128, call: impl SolCall, error: E) {
        let expected = Bytes::from(error.abi_encode());
        assert_eq!(self.call(from, value, call), Err(expected), "expected {}", E::SIGNATURE);
    }

    /// Makes the next block, and the pending one that calls see, come at `time`.
    pub fn at(&self, time: u64) {
        self.node.set_next_block_timestamp(time).expect("time goes forward");
    }

    pub fn id(&self) -> B256 {
        let answer = self
            .call(
                self.stranger,
                0,
                IEscrow::jobIdCall {
                    terms: self.terms.clone(),
                },
            )
            .expect("terms");
        IEscrow::jobIdCall::abi_decode_returns_validate(&answer).expect("an id")
    }

    pub fn job(&self) -> Job {
        let answer = self
            .call(self.stranger, 0, IEscrow::jobCall { jobId: self.id() })
            .expect("a view");
        IEscrow::jobCall::abi_decode_returns_validate(&answer).expect("a job")
    }

    pub fn credit(&self, account: Address) -> U256 {
        let answer = self
            .call(self.stranger, 0, IEscrow::creditCall { account })
            .expect("a view");
        IEscrow::creditCall::abi_decode_returns_validate(&answer).expect("an amount")
    }

    pub fn balance(&self, account: Address) -> U256 {
        self.node.balance(account, BlockId::latest()).expect("kept")
    }

    pub fn root(&self) -> B256 {
        self.tree.root().into()
    }

    pub fn leaf(&self, index: u64) -> Leaf {
        Leaf {
            index,
            element: self.elements[index as usize].clone().into(),
            proof: self
                .tree
                .prove(index)
                .expect("in range")
                .into_iter()
                .map(B256::new)
                .collect(),
        }
    }

    pub fn leaves(&self, indices: &[u64]) -> Vec<Leaf> {
        indices.iter().map(|&index| self.leaf(index)).collect()
    }

    pub fn opening(&self) -> Opening {
        let task = task();
        Opening {
            functionSalt: FUNCTION_SALT,
            functionBytes: task.function.into(),
            dataSalt: DATA_SALT,
            dataBytes: task.data.into(),
        }
    }
}

/// Calls, with the world's terms.
impl World {
    pub fn delegate_call(&self) -> IEscrow::delegateCall {
        IEscrow::delegateCall {
            terms: self.terms.clone(),
        }
    }

    pub fn take_call(&self) -> IEscrow::takeOrderCall {
        IEscrow::takeOrderCall {
            terms: self.terms.clone(),
        }
    }

    pub fn submit_call(&self) -> IEscrow::submitResultCall {
        IEscrow::submitResultCall {
            terms: self.terms.clone(),
            root: self.root(),
            count: self.tree.count(),
        }
    }

    pub fn seal_call(&self) -> IEscrow::submitSealCall {
        let (id, root, count) = (self.id(), self.tree.root(), self.tree.count());
        let seal = commitment::seal(&id, &self.worker.into_array(), &root, count, &SEAL_SALT).into();
        IEscrow::submitSealCall {
            terms: self.terms.clone(),
            seal,
        }
    }

    pub fn reveal_call(&self) -> IEscrow::revealCall {
        let (root, count) = (self.root(), self.tree.count());
        IEscrow::revealCall {
            terms: self.terms.clone(),
            root,
            count,
            salt: SEAL_SALT,
        }
    }

    pub fn demand_call(&self, indices: &[u64]) -> IEscrow::demandCall {
        IEscrow::demandCall {
            terms: self.terms.clone(),
            indices: indices.to_vec(),
        }
    }

    pub fn deliver_call(&self, leaves: Vec<Leaf>) -> IEscrow::deliverCall {
        IEscrow::deliverCall {
            terms: self.terms.clone(),
            leaves,
        }
    }

    pub fn dispute_call(&self) -> IEscrow::disputeCall {
        IEscrow::disputeCall {
            terms: self.terms.clone(),
        }
    }

    pub fn judge_call(&self, fault: Fault, leaves: Vec<Leaf>, at: u64, missing: &[u8]) -> IEscrow::judgeCall {
        let missing = Bytes::copy_from_slice(missing);
        IEscrow::judgeCall {
            terms: self.terms.clone(),
            fault,
            leaves,
            at,
            missing,
            opening: self.opening(),
        }
    }

    pub fn confirm_call(&self) -> IEscrow::confirmCall {
        IEscrow::confirmCall {
            terms: self.terms.clone(),
        }
    }

    pub fn tick_call(&self) -> IEscrow::timeTickCall {
        IEscrow::timeTickCall {
            terms: self.terms.clone(),
        }
    }
}

/// Worlds in which something happened. Every step comes a second after the one before.
impl World {
    pub fn delegated(self) -> Self {
        self.at(self.start);
        self.send(self.client, REWARD + BONUS, self.delegate_call());
        self
    }

    pub fn taken(self) -> Self {
        let world = self.delegated();
        world.at(world.start + 1);
        world.send(world.worker, DEPOSIT, world.take_call());
        world
    }

    pub fn sealed(self) -> Self {
        let world = self.taken();
        world.at(world.start + 2);
        world.send(world.worker, 0, world.seal_call());
        world
    }

    /// T2: the end of the compute window.
    pub fn t2(&self) -> u64 {
        self.start + 1 + COMPUTE
    }

    pub fn committed(self) -> Self {
        let world = self.taken();
        world.at(world.start + 2);
        world.send(world.worker, 0, world.submit_call());
        world
    }

    /// T3: the end of the dispute window.
    pub fn t3(&self) -> u64 {
        self.start + 2 + DISPUTE
    }

    pub fn demanded(self, indices: &[u64]) -> Self {
        let world = self.committed();
        world.at(world.start + 3);
        world.send(world.client, BOND * indices.len() as u128, world.demand_call(indices));
        world
    }

    pub fn disputed(self) -> Self {
        let world = self.committed();
        world.at(world.start + 3);
        world.send(world.client, BOND, world.dispute_call());
        world
    }
}
