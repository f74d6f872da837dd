//! One job in the SDK's test VM: accounts, a clock, terms, a committed result, and what was settled.
#![allow(dead_code)] // each test binary uses its part

use alloy_primitives::{Address, B256, Bytes, U256, aliases::U96};
use alloy_sol_types::{SolCall, SolEvent, SolValue};
use stylus_sdk::testing::TestVM;
use surety_contracts::codec::{EncodedTerms, Word};
use surety_contracts::*;
use surety_escrow::{self as escrow, EscrowError};
use surety_protocol::{
    commitment, fault,
    merkle::{self, Tree},
};

pub const CLIENT: Address = Address::repeat_byte(0xc1);
pub const WORKER: Address = Address::repeat_byte(0x33);
pub const REFEREE: Address = Address::repeat_byte(0x4e);
pub const STRANGER: Address = Address::repeat_byte(0x57);
pub const PREDICATE: Address = Address::repeat_byte(0x9d);
pub const VERIFIER: Address = Address::repeat_byte(0x7e);
pub const ESCROW: Address = Address::repeat_byte(0xe5);

pub const START: u64 = 1_800_000_000;
pub const REWARD: u64 = 1_000;
pub const BONUS: u64 = 100;
pub const DEPOSIT: u64 = 1_500;
pub const BOND: u64 = 10;
pub const ACCEPT: u64 = 3_600;
pub const COMPUTE: u64 = 7_200;
pub const DISPUTE: u64 = 10_800;
pub const RESPONSE: u64 = 1_800;
pub const RULING: u64 = 5_400;

pub const FUNCTION_SALT: [u8; 32] = [0xf5; 32];
pub const DATA_SALT: [u8; 32] = [0xd5; 32];
pub const SEAL_SALT: B256 = B256::repeat_byte(0x5e);

pub type Outcome<T = ()> = Result<T, EscrowError>;
pub type Escrow = escrow::Escrow<TestVM>;

pub struct World {
    pub vm: TestVM,
    pub escrow: Escrow,
    pub terms: Terms,
    pub elements: Vec<Vec<u8>>,
    pub tree: Tree,
}

/// A Set job with referee and predicate.
pub fn terms() -> Terms {
    Terms {
        client: CLIENT,
        worker: WORKER,
        referee: REFEREE,
        verifier: Address::ZERO,
        predicate: PREDICATE,
        functionCommitment: commitment::commit(&FUNCTION_SALT, b"primes").into(),
        dataCommitment: commitment::commit(&DATA_SALT, b"0..32").into(),
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
        acceptBy: START + ACCEPT,
        computeWindow: COMPUTE as u32,
        disputeWindow: DISPUTE as u32,
        responseWindow: RESPONSE as u32,
        rulingWindow: RULING as u32,
    }
}

/// The terms' encoding.
pub fn words(terms: &Terms) -> [Word; 22] {
    let bytes = terms.abi_encode();
    *bytes.as_chunks().0.first_chunk().expect("22 words")
}

fn borrowed(leaves: &[Leaf]) -> Vec<fault::Leaf<'_, B256>> {
    leaves
        .iter()
        .map(|leaf| fault::Leaf {
            index: leaf.index,
            element: &leaf.element,
            proof: &leaf.proof,
        })
        .collect()
}

pub fn element(x: u64) -> Vec<u8> {
    x.to_be_bytes().to_vec()
}

impl World {
    /// A world where nothing happened yet; `edit` changes the terms.
    pub fn new(edit: impl FnOnce(&mut Terms)) -> Self {
        let vm = TestVM::new();
        vm.set_chain_id(412_346);
        vm.set_contract_address(ESCROW);
        vm.set_block_timestamp(START);
        let mut terms = terms();
        edit(&mut terms);
        let escrow = Escrow::new(vm.clone());
        Self {
            vm,
            escrow,
            terms,
            elements: Vec::new(),
            tree: Tree::new(Vec::new()),
        }
        .with_set(&[2, 3, 5, 7, 11, 13])
    }

    /// What the worker will commit to.
    pub fn with_set(mut self, numbers: &[u64]) -> Self {
        self.elements = numbers.iter().copied().map(element).collect();
        self.tree = Tree::new(merkle::leaf_hashes(&self.elements));
        self
    }

    pub fn root(&self) -> B256 {
        self.tree.root().into()
    }

    pub fn count(&self) -> u64 {
        self.tree.count()
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
        if self.terms.predicate.is_zero() {
            return Opening {
                functionSalt: B256::ZERO,
                functionBytes: Bytes::new(),
                dataSalt: B256::ZERO,
                dataBytes: Bytes::new(),
            };
        }
        Opening {
            functionSalt: FUNCTION_SALT.into(),
            functionBytes: Bytes::from_static(b"primes"),
            dataSalt: DATA_SALT.into(),
            dataBytes: Bytes::from_static(b"0..32"),
        }
    }

    /// Sends a call as `who` with `value` wei.
    pub fn call<T>(&mut self, who: Address, value: u64, run: impl FnOnce(&mut Escrow, EncodedTerms<'_>) -> T) -> T {
        self.vm.set_sender(who);
        self.vm.set_value(U256::from(value));
        run(&mut self.escrow, EncodedTerms(&words(&self.terms)))
    }

    pub fn at(&self, time: u64) {
        self.vm.set_block_timestamp(time);
    }

    pub fn id(&self) -> B256 {
        self.escrow
            .job_id(EncodedTerms(&words(&self.terms)))
            .expect("terms decode")
    }

    pub fn job(&self) -> Job {
        self.escrow.job(self.id())
    }

    pub fn delegated(mut self) -> Self {
        let value = REWARD + BONUS;
        self.call(CLIENT, value, |escrow, terms| escrow.delegate(terms))
            .expect("delegate");
        self
    }

    pub fn taken(self) -> Self {
        let mut world = self.delegated();
        world
            .call(WORKER, DEPOSIT, |escrow, terms| escrow.take_order(terms))
            .expect("take");
        world
    }

    pub fn seal(&self) -> B256 {
        let worker = WORKER.into_array();
        commitment::seal(&self.id(), &worker, &self.tree.root(), self.count(), &SEAL_SALT).into()
    }

    pub fn sealed(self) -> Self {
        let mut world = self.taken();
        let seal = world.seal();
        world
            .call(WORKER, 0, |escrow, terms| escrow.submit_seal(terms, seal))
            .expect("seal");
        world
    }

    /// A committed result, sealed and revealed where the terms say so.
    pub fn committed(self) -> Self {
        let (root, count) = (self.root(), self.count());
        if self.terms.isSealed {
            let mut world = self.sealed();
            world.at(START + COMPUTE + 1);
            world
                .call(WORKER, 0, |escrow, terms| escrow.reveal(terms, root, count, SEAL_SALT))
                .expect("reveal");
            return world;
        }
        let mut world = self.taken();
        world
            .call(WORKER, 0, |escrow, terms| escrow.submit_result(terms, root, count))
            .expect("submit");
        world
    }

    pub fn demanded(self, indices: &[u64]) -> Self {
        let mut world = self.committed();
        world.demand(indices).expect("demand");
        world
    }

    pub fn disputed(self) -> Self {
        let mut world = self.committed();
        world
            .call(CLIENT, BOND, |escrow, terms| escrow.dispute(terms))
            .expect("dispute");
        world
    }

    pub fn demand(&mut self, indices: &[u64]) -> Outcome {
        self.call(CLIENT, BOND * indices.len() as u64, |escrow, terms| {
            escrow.demand(terms, indices)
        })
    }

    pub fn deliver(&mut self, who: Address, leaves: Vec<Leaf>) -> Outcome {
        self.call(who, 0, |escrow, terms| escrow.deliver(terms, &borrowed(&leaves)))
    }

    pub fn tick(&mut self) -> Outcome {
        self.call(STRANGER, 0, |escrow, terms| escrow.time_tick(terms))
    }

    pub fn judge(&mut self, who: Address, fault: Fault, leaves: Vec<Leaf>, at: u64, missing: &[u8]) -> Outcome {
        let opening = self.opening();
        self.judge_with(who, fault, leaves, at, missing, &opening)
    }

    pub fn judge_with(
        &mut self,
        who: Address,
        fault: Fault,
        leaves: Vec<Leaf>,
        at: u64,
        missing: &[u8],
        opening: &Opening,
    ) -> Outcome {
        let opening = escrow::Opening {
            function_salt: &opening.functionSalt,
            function: &opening.functionBytes,
            data_salt: &opening.dataSalt,
            data: &opening.dataBytes,
        };
        self.call(who, 0, |escrow, terms| {
            escrow.judge(terms, fault, &borrowed(&leaves), at, missing, opening)
        })
    }

    /// The predicate will give `answer` when asked about `element`.
    pub fn predicate_says(&self, index: u64, previous: &[u8], element: &[u8], answer: Result<Vec<u8>, Vec<u8>>) {
        let opening = self.opening();
        let question = IPredicate::holdsCall {
            functionBytes: opening.functionBytes,
            dataBytes: opening.dataBytes,
            index,
            previous: Bytes::copy_from_slice(previous),
            element: Bytes::copy_from_slice(element),
        };
        self.vm
            .mock_static_call(self.terms.predicate, question.abi_encode(), answer);
    }

    /// The verifier will give `answer` about this job.
    pub fn verifier_says(&self, answer: Result<Vec<u8>, Vec<u8>>) {
        let question = IVerifier::reportCall { jobId: self.id() }.abi_encode();
        self.vm.mock_static_call(self.terms.verifier, question, answer);
    }

    /// A push of `amount` wei to `to` will be refused.
    pub fn refuses(&self, to: Address, amount: u64) {
        self.vm.mock_call(to, Vec::new(), U256::from(amount), Err(Vec::new()));
    }

    pub fn events<E: SolEvent>(&self) -> Vec<E> {
        let logs = self.vm.get_emitted_logs();
        logs.into_iter()
            .filter_map(|(topics, data)| E::decode_raw_log_validate(topics, &data).ok())
            .collect()
    }

    /// Phase, wei to the client, wei to the worker; a job settles at most once.
    pub fn settled(&self) -> Option<(Phase, u64, u64)> {
        let events = self.events::<IEscrow::Settled>();
        assert!(events.len() <= 1, "settled twice");
        let event = events.into_iter().next()?;
        assert_eq!(event.jobId, self.id());
        assert_eq!(event.phase, self.job().phase);
        Some((event.phase, event.toClient.to(), event.toWorker.to()))
    }
}

pub fn yes() -> Result<Vec<u8>, Vec<u8>> {
    Ok(true.abi_encode())
}

pub fn no() -> Result<Vec<u8>, Vec<u8>> {
    Ok(false.abi_encode())
}

/// Asserts that a call is refused with exactly this error of `IEscrow`.
#[macro_export]
macro_rules! refused {
    ($outcome:expr, $error:ident { $($field:ident: $value:expr),* $(,)? }) => {
        match $outcome {
            Err(surety_escrow::EscrowError::$error(error)) => {
                assert_eq!(error, surety_contracts::IEscrow::$error { $($field: $value),* });
            }
            other => panic!("expected {}, got {other:?}", stringify!($error)),
        }
    };
}
