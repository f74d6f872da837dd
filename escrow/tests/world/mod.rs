//! One job in the SDK's test VM: accounts, a clock, terms, a committed result, and what was settled.
#![allow(dead_code, unused_imports)] // each test binary uses its part

use alloy_primitives::{Address, B256, Bytes, U256};
use alloy_sol_types::{SolCall, SolEvent, SolValue};
use stylus_sdk::testing::TestVM;
use surety_contracts::{
    codec::{EncodedTerms, Word},
    *,
};
use surety_escrow::{self as escrow, EscrowError};
pub use surety_native::{
    ACCEPT, BOND, BONUS, CLIENT, COMPUTE, DEMANDED, DEPOSIT, DISPUTE, REFEREE, RESPONSE, REWARD, RULING, SEAL_SALT,
    STRANGER, WORKER, Work, element,
};
use surety_native::{Parties, Step, no_opening, opening, terms, waits_until, way_to};
use surety_protocol::{commitment, fault};

pub const PREDICATE: Address = Address::repeat_byte(0x9d);
pub const VERIFIER: Address = Address::repeat_byte(0x7e);
pub const ESCROW: Address = Address::repeat_byte(0xe5);

pub const START: u64 = 1_800_000_000;
/// The task of every job here: the primes below this.
const BELOW: u64 = 32;

pub type Outcome<T = ()> = Result<T, EscrowError>;
pub type Escrow = escrow::Escrow<TestVM>;

pub struct World {
    pub vm: TestVM,
    pub escrow: Escrow,
    pub terms: Terms,
    pub work: Work,
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

impl World {
    /// A world where nothing happened yet: a Set job with referee and predicate, of which `edit` changes the terms.
    pub fn new(edit: impl FnOnce(&mut Terms)) -> Self {
        let vm = TestVM::new();
        vm.set_chain_id(412_346);
        vm.set_contract_address(ESCROW);
        vm.set_block_timestamp(START);
        let parties = Parties {
            client: CLIENT,
            worker: WORKER,
            referee: REFEREE,
            verifier: Address::ZERO,
            predicate: PREDICATE,
        };
        let mut terms = terms(parties, BELOW, START);
        edit(&mut terms);
        let escrow = Escrow::new(vm.clone());
        Self {
            vm,
            escrow,
            terms,
            work: Work::of(&[2, 3, 5, 7, 11, 13]),
        }
    }

    /// What the worker will commit to.
    pub fn with_set(mut self, numbers: &[u64]) -> Self {
        self.work = Work::of(numbers);
        self
    }

    pub fn root(&self) -> B256 {
        self.work.root()
    }

    pub fn count(&self) -> u64 {
        self.work.count()
    }

    pub fn leaves(&self, indices: &[u64]) -> Vec<Leaf> {
        self.work.leaves(indices)
    }

    pub fn opening(&self) -> Opening {
        match self.terms.predicate.is_zero() {
            true => no_opening(),
            false => opening(BELOW),
        }
    }

    /// Sends a call as `who` with `value` wei.
    pub fn call<T>(
        &mut self,
        who: Address,
        value: u128,
        run: impl FnOnce(&mut Escrow, EncodedTerms<'_>) -> Result<T, Box<EscrowError>>,
    ) -> Outcome<T> {
        self.by(who, value, run).map_err(|error| *error)
    }

    pub fn by<T>(&mut self, who: Address, value: u128, run: impl FnOnce(&mut Escrow, EncodedTerms<'_>) -> T) -> T {
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

    pub fn seal(&self) -> B256 {
        let worker = WORKER.into_array();
        commitment::seal(&self.id(), &worker, &self.work.tree.root(), self.count(), &SEAL_SALT).into()
    }

    /// Brings the job along the way to a phase; the clock stands still but where it runs out and where a seal opens.
    pub fn walk(&mut self, steps: &[Step]) {
        for step in steps {
            self.step(*step).unwrap_or_else(|error| panic!("{step:?}: {error:?}"));
        }
    }

    fn step(&mut self, step: Step) -> Outcome {
        let (root, count) = (self.root(), self.count());
        match step {
            Step::Delegate => self
                .call(CLIENT, REWARD + BONUS, |escrow, terms| escrow.delegate(terms))
                .map(|_| ()),
            Step::Take => self.call(WORKER, DEPOSIT, |escrow, terms| escrow.take_order(terms)),
            Step::Seal => {
                let seal = self.seal();
                self.call(WORKER, 0, |escrow, terms| escrow.submit_seal(terms, seal))
            }
            Step::Submit if self.terms.isSealed => {
                self.step(Step::Seal)?;
                self.at(START + COMPUTE + 1);
                self.call(WORKER, 0, |escrow, terms| escrow.reveal(terms, root, count, SEAL_SALT))
            }
            Step::Submit => self.call(WORKER, 0, |escrow, terms| escrow.submit_result(terms, root, count)),
            Step::Demand => self.demand(&DEMANDED),
            Step::Dispute => self.call(CLIENT, BOND, |escrow, terms| escrow.dispute(terms)),
            Step::RunOut => {
                self.at(waits_until(&self.job(), &self.terms) + 1);
                self.tick()
            }
        }
    }

    fn walked(mut self, phase: Phase) -> Self {
        self.walk(way_to(phase));
        self
    }

    pub fn delegated(self) -> Self {
        self.walked(Phase::Open)
    }

    pub fn taken(self) -> Self {
        self.walked(Phase::Taken)
    }

    pub fn sealed(self) -> Self {
        self.walked(Phase::Sealed)
    }

    /// A committed result, sealed and revealed where the terms say so.
    pub fn committed(self) -> Self {
        self.walked(Phase::Committed)
    }

    pub fn disputed(self) -> Self {
        self.walked(Phase::Disputed)
    }

    pub fn demanded(self, indices: &[u64]) -> Self {
        let mut world = self.committed();
        world.demand(indices).expect("demand");
        world
    }

    pub fn demand(&mut self, indices: &[u64]) -> Outcome {
        self.call(CLIENT, BOND * indices.len() as u128, |escrow, terms| {
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
    pub fn refuses(&self, to: Address, amount: u128) {
        self.vm.mock_call(to, Vec::new(), U256::from(amount), Err(Vec::new()));
    }

    pub fn events<E: SolEvent>(&self) -> Vec<E> {
        let logs = self.vm.get_emitted_logs();
        logs.into_iter()
            .filter_map(|(topics, data)| E::decode_raw_log_validate(topics, &data).ok())
            .collect()
    }

    /// Phase, wei to the client, wei to the worker; a job settles at most once.
    pub fn settled(&self) -> Option<(Phase, u128, u128)> {
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
