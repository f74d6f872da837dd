//! The three-party game, step by step: who calls what, with how much, at which second.

use alloy_primitives::{Address, B256, Bytes, U256, aliases::U96};
use alloy_sol_types::{SolCall, SolError};
use surety_contracts::*;
use surety_protocol::{
    commitment,
    merkle::{self, Tree},
};
use surety_tasks::{Encoded, Range};

use crate::chain::Answer;

pub const REWARD: u128 = 10u128.pow(18);
pub const BONUS: u128 = REWARD / 10;
pub const DEPOSIT: u128 = REWARD * 3 / 2;
pub const BOND: u128 = REWARD / 100;
/// r3, w3 and n of the case.
pub const FEE: u128 = REWARD / 5;
pub const CASE_BONUS: u128 = REWARD / 20;
pub const STAKE: u128 = 2 * DEPOSIT;
/// b and t of the pact.
pub const BRIBE: u128 = REWARD / 4;
pub const PACT_STAKE: u128 = REWARD / 8;

pub const ACCEPT: u64 = 3_600;
pub const COMPUTE: u64 = 7_200;
pub const DISPUTE: u64 = 10_800;
pub const RESPONSE: u64 = 1_800;
pub const RULING: u64 = 5_400;

const FUNCTION_SALT: B256 = B256::repeat_byte(0xf5);
const DATA_SALT: B256 = B256::repeat_byte(0xd5);
const SEAL_SALT: B256 = B256::repeat_byte(0x5e);

/// The right result of every job here: the primes below 32.
pub const PRIMES: [u64; 11] = [2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31];
/// A false one: 9 is none.
pub const FALSE: [u64; 12] = [2, 3, 5, 7, 9, 11, 13, 17, 19, 23, 29, 31];
/// Where [`FALSE`] is wrong.
pub const WRONG: u64 = 4;
/// Another false one: 31 is missing and 21 is none.
pub const OTHER: [u64; 11] = [2, 3, 5, 7, 11, 13, 17, 19, 21, 23, 29];

/// What is deployed.
#[derive(Clone, Copy, Debug)]
pub enum Contract {
    Escrow,
    Predicate,
    Referee { escrow: Address },
    Collusion { escrow: Address, referee: Address },
}

/// A chain that tests run on.
pub trait Platform {
    /// Client, worker, referee and a stranger, each with 10^21 wei or more.
    fn accounts(&self) -> [Address; 4];

    /// Deploys and constructs a contract in one transaction, unless its constructor refuses.
    fn try_deploy(&mut self, contract: Contract) -> Option<Address>;

    fn deploy(&mut self, contract: Contract) -> Address {
        self.try_deploy(contract).expect("constructed")
    }

    /// A transaction.
    fn send(&self, from: Address, to: Address, value: u128, data: Vec<u8>) -> Answer;

    /// The same, without any effect.
    fn peek(&self, from: Address, to: Address, value: u128, data: Vec<u8>) -> Answer;

    fn now(&self) -> u64;

    /// The next transaction, and every look until then, happens at `time`, in seconds.
    fn set_time(&self, time: u64);

    /// Makes an account refuse every payment, or take it again.
    fn refuse_money(&self, account: Address, refuses: bool);

    /// Puts something at `address` that answers every call, and every payment, with `answer`, after it sent `call` to a
    /// contract and did not look at what came of that.
    fn impostor(&self, address: Address, call: Option<(Address, Vec<u8>)>, answer: Vec<u8>);

    /// The wei of an account, had it never paid for gas.
    fn money(&self, account: Address) -> U256;
}

/// A result: the worker's, or the referee's opinion.
#[derive(Clone, Debug)]
pub struct Work {
    pub elements: Vec<Vec<u8>>,
    pub tree: Tree,
}

impl Work {
    /// Numbers of 8 bytes, as all tasks' Sets have them.
    pub fn of(numbers: &[u64]) -> Self {
        let elements: Vec<_> = numbers.iter().map(|x| x.to_be_bytes().to_vec()).collect();
        let tree = Tree::new(merkle::leaf_hashes(&elements));
        Self { elements, tree }
    }

    pub fn root(&self) -> B256 {
        self.tree.root().into()
    }

    pub fn count(&self) -> u64 {
        self.tree.count()
    }

    pub fn leaf(&self, index: u64) -> Leaf {
        let proof = self.tree.prove(index).expect("in range");
        Leaf {
            index,
            element: self.elements[index as usize].clone().into(),
            proof: proof.into_iter().map(B256::new).collect(),
        }
    }

    pub fn leaves(&self, indices: &[u64]) -> Vec<Leaf> {
        indices.iter().map(|&index| self.leaf(index)).collect()
    }
}

/// Who is in the world, and what they are about.
pub struct World<P> {
    pub platform: P,
    pub client: Address,
    pub worker: Address,
    pub referee: Address,
    pub stranger: Address,
    pub escrow: Address,
    pub verifier: Address,
    pub collusion: Address,
    pub predicate: Address,
    /// The job asks for the primes below this.
    pub below: u64,
    pub terms: Terms,
    pub offer: Offer,
    /// The worker's result.
    pub work: Work,
    /// The referee's.
    pub opinion: Work,
    /// What the pact agrees on.
    pub agreed: Work,
    /// When the job is delegated, in seconds; every step comes a second after the one before.
    pub start: u64,
}

fn task(below: u64) -> Encoded {
    Encoded::primes(Range::new(0, below).expect("not empty"))
}

impl<P: Platform + Default> World<P> {
    /// All contracts, and the terms of a sealed Set job with predicate, referee and verifier, changed by `edit`: the primes
    /// below 32. Worker and referee have the right result.
    pub fn new(edit: impl FnOnce(&mut Terms)) -> Self {
        Self::over(32, edit)
    }

    /// The same for the primes below another number.
    pub fn over(below: u64, edit: impl FnOnce(&mut Terms)) -> Self {
        let mut platform = P::default();
        let [client, worker, referee, stranger] = platform.accounts();
        let escrow = platform.deploy(Contract::Escrow);
        let predicate = platform.deploy(Contract::Predicate);
        let verifier = platform.deploy(Contract::Referee { escrow });
        let collusion = platform.deploy(Contract::Collusion {
            escrow,
            referee: verifier,
        });
        let start = platform.now() + 1_000;
        platform.set_time(start);
        let task = task(below);
        let mut terms = Terms {
            client,
            worker,
            referee,
            verifier,
            predicate,
            functionCommitment: commitment::commit(&FUNCTION_SALT, &task.function).into(),
            dataCommitment: commitment::commit(&DATA_SALT, &task.data).into(),
            seedHash: B256::ZERO,
            salt: B256::repeat_byte(1),
            form: Form::Set,
            count: 0,
            maxElement: 8,
            isSealed: true,
            reward: U96::from(REWARD),
            bonus: U96::from(BONUS),
            deposit: U96::from(DEPOSIT),
            bond: U96::from(BOND),
            acceptBy: start + ACCEPT,
            computeWindow: COMPUTE as u32,
            disputeWindow: DISPUTE as u32,
            responseWindow: RESPONSE as u32,
            rulingWindow: RULING as u32,
        };
        edit(&mut terms);
        Self {
            platform,
            client,
            worker,
            referee,
            stranger,
            escrow,
            verifier,
            collusion,
            predicate,
            below,
            terms,
            offer: Offer {
                fee: U96::from(FEE),
                bonus: U96::from(CASE_BONUS),
                stake: U96::from(STAKE),
            },
            work: Work::of(&PRIMES),
            opinion: Work::of(&PRIMES),
            agreed: Work::of(&FALSE),
            start,
        }
    }
}

/// Calls and looks.
impl<P: Platform> World<P> {
    /// Sends a call that must succeed; the clock goes on a second.
    #[track_caller]
    pub fn send<C: SolCall>(&self, from: Address, to: Address, value: u128, call: &C) -> C::Return {
        let time = self.platform.now();
        let answer = match self.platform.send(from, to, value, call.abi_encode()) {
            Ok(answer) => answer,
            Err(data) => panic!("{} reverted with {}", C::SIGNATURE, Bytes::from(data)),
        };
        self.at(time + 1);
        C::abi_decode_returns_validate(&answer).expect("the answer of its interface")
    }

    /// Tries a call without any effect.
    pub fn peek(&self, from: Address, to: Address, value: u128, call: &impl SolCall) -> Answer {
        self.platform.peek(from, to, value, call.abi_encode())
    }

    /// Asserts that a call reverts with exactly this error.
    #[track_caller]
    pub fn refuses<E: SolError>(&self, from: Address, to: Address, value: u128, call: &impl SolCall, error: E) {
        let answer = self.peek(from, to, value, call).map_err(Bytes::from);
        assert_eq!(answer, Err(error.abi_encode().into()), "expected {}", E::SIGNATURE);
    }

    fn view<C: SolCall>(&self, to: Address, call: C) -> C::Return {
        let answer = self.peek(self.stranger, to, 0, &call).expect("a view");
        C::abi_decode_returns_validate(&answer).expect("the answer of its interface")
    }

    pub fn at(&self, time: u64) {
        self.platform.set_time(time);
    }

    pub fn id(&self) -> B256 {
        self.view(self.escrow, IEscrow::jobIdCall { terms: self.terms() })
    }

    pub fn job(&self) -> Job {
        self.view(self.escrow, IEscrow::jobCall { jobId: self.id() })
    }

    pub fn case(&self) -> Case {
        self.view(self.verifier, IReferee::caseOfCall { jobId: self.id() })
    }

    pub fn report(&self) -> IReferee::reportReturn {
        self.view(self.verifier, IReferee::reportCall { jobId: self.id() })
    }

    pub fn reputation(&self, account: Address) -> Reputation {
        self.view(self.verifier, IReferee::reputationCall { account })
    }

    pub fn pact_id(&self) -> B256 {
        self.view(self.collusion, ICollusion::pactIdCall { pact: self.pact() })
    }

    pub fn pact_state(&self) -> PactState {
        self.view(self.collusion, ICollusion::pactOfCall { pactId: self.pact_id() })
    }

    pub fn credit(&self, contract: Address, account: Address) -> U256 {
        self.view(contract, IEscrow::creditCall { account })
    }

    /// The wei of client, worker, referee and stranger.
    pub fn money(&self) -> [U256; 4] {
        [self.client, self.worker, self.referee, self.stranger].map(|account| self.platform.money(account))
    }

    /// What is left in the three contracts that hold money.
    pub fn held(&self) -> U256 {
        [self.escrow, self.verifier, self.collusion]
            .map(|contract| self.platform.money(contract))
            .iter()
            .sum()
    }

    pub fn terms(&self) -> Terms {
        self.terms.clone()
    }

    pub fn pact(&self) -> Pact {
        Pact {
            terms: self.terms(),
            root: self.agreed.root(),
            count: self.agreed.count(),
            bribe: U96::from(BRIBE),
            stake: U96::from(PACT_STAKE),
        }
    }

    /// T2.
    pub fn t2(&self) -> u64 {
        self.start + 1 + COMPUTE
    }

    /// The last second in which results are revealed.
    pub fn reveal_by(&self) -> u64 {
        self.t2() + RESPONSE
    }

    /// What `account` submits to hide a result until T2.
    pub fn seal_of(&self, account: Address, work: &Work) -> B256 {
        let (root, count) = (work.tree.root(), work.count());
        commitment::seal(&self.id(), &account.into_array(), &root, count, &SEAL_SALT).into()
    }

    pub fn opening(&self) -> Opening {
        let task = task(self.below);
        Opening {
            functionSalt: FUNCTION_SALT,
            functionBytes: task.function.into(),
            dataSalt: DATA_SALT,
            dataBytes: task.data.into(),
        }
    }
}

/// The calls of the game, with the world's terms.
impl<P: Platform> World<P> {
    pub fn seal_call(&self) -> IEscrow::submitSealCall {
        IEscrow::submitSealCall {
            terms: self.terms(),
            seal: self.seal_of(self.worker, &self.work),
        }
    }

    pub fn reveal_call(&self) -> IEscrow::revealCall {
        IEscrow::revealCall {
            terms: self.terms(),
            root: self.work.root(),
            count: self.work.count(),
            salt: SEAL_SALT,
        }
    }

    pub fn judge_call(&self) -> IEscrow::judgeCall {
        IEscrow::judgeCall {
            terms: self.terms(),
            fault: Fault::WrongElement,
            leaves: self.work.leaves(&[WRONG]),
            at: WRONG,
            missing: Bytes::new(),
            opening: self.opening(),
        }
    }

    pub fn appeal_call(&self) -> IReferee::appealCall {
        IReferee::appealCall {
            terms: self.terms(),
            offer: self.offer.clone(),
        }
    }

    pub fn take_case_call(&self) -> IReferee::takeCaseCall {
        IReferee::takeCaseCall { terms: self.terms() }
    }

    pub fn seal_opinion_call(&self) -> IReferee::submitSealCall {
        IReferee::submitSealCall {
            terms: self.terms(),
            seal: self.seal_of(self.referee, &self.opinion),
        }
    }

    pub fn reveal_opinion_call(&self) -> IReferee::revealCall {
        IReferee::revealCall {
            terms: self.terms(),
            root: self.opinion.root(),
            count: self.opinion.count(),
            salt: SEAL_SALT,
        }
    }

    pub fn settle_call(&self) -> IReferee::settleCall {
        IReferee::settleCall { terms: self.terms() }
    }

    pub fn offer_bribe_call(&self) -> ICollusion::offerBribeCall {
        ICollusion::offerBribeCall { pact: self.pact() }
    }

    pub fn accept_bribe_call(&self) -> ICollusion::acceptBribeCall {
        ICollusion::acceptBribeCall { pact: self.pact() }
    }

    pub fn withdraw_bribe_call(&self) -> ICollusion::withdrawBribeCall {
        ICollusion::withdrawBribeCall { pact: self.pact() }
    }

    pub fn check_results_call(&self) -> ICollusion::checkResultsCall {
        ICollusion::checkResultsCall { pact: self.pact() }
    }
}

/// Steps. Each happens now, a second after the one before unless [`World::at`] moved the clock.
impl<P: Platform> World<P> {
    pub fn delegate(&self) -> &Self {
        let call = IEscrow::delegateCall { terms: self.terms() };
        self.send(self.client, self.escrow, REWARD + BONUS, &call);
        self
    }

    pub fn take(&self) -> &Self {
        let call = IEscrow::takeOrderCall { terms: self.terms() };
        self.send(self.worker, self.escrow, DEPOSIT, &call);
        self
    }

    pub fn seal_result(&self) -> &Self {
        self.send(self.worker, self.escrow, 0, &self.seal_call());
        self
    }

    /// The worker reveals; past T2 by itself.
    pub fn reveal_result(&self) -> &Self {
        self.past_t2();
        self.send(self.worker, self.escrow, 0, &self.reveal_call());
        self
    }

    pub fn appeal(&self) -> &Self {
        self.send(self.client, self.verifier, FEE + CASE_BONUS, &self.appeal_call());
        self
    }

    pub fn take_case(&self) -> &Self {
        self.send(self.referee, self.verifier, STAKE, &self.take_case_call());
        self
    }

    pub fn seal_opinion(&self) -> &Self {
        self.send(self.referee, self.verifier, 0, &self.seal_opinion_call());
        self
    }

    /// The referee reveals; past T2 by itself.
    pub fn reveal_opinion(&self) -> &Self {
        self.past_t2();
        self.send(self.referee, self.verifier, 0, &self.reveal_opinion_call());
        self
    }

    pub fn settle(&self) -> &Self {
        self.send(self.stranger, self.verifier, 0, &self.settle_call());
        self
    }

    pub fn offer_bribe(&self) -> &Self {
        let value = BRIBE + PACT_STAKE;
        self.send(self.worker, self.collusion, value, &self.offer_bribe_call());
        self
    }

    pub fn accept_bribe(&self) -> &Self {
        self.send(self.referee, self.collusion, PACT_STAKE, &self.accept_bribe_call());
        self
    }

    pub fn check_results(&self) -> &Self {
        self.send(self.stranger, self.collusion, 0, &self.check_results_call());
        self
    }

    pub fn accept(&self) -> &Self {
        let call = IEscrow::acceptCall { terms: self.terms() };
        self.send(self.client, self.escrow, 0, &call);
        self
    }

    /// Anybody confirms equal results.
    pub fn confirm(&self) -> &Self {
        let call = IEscrow::confirmCall { terms: self.terms() };
        self.send(self.stranger, self.escrow, 0, &call);
        self
    }

    /// Anybody convicts the worker of its wrong element.
    pub fn judge(&self) -> &Self {
        self.send(self.stranger, self.escrow, 0, &self.judge_call());
        self
    }

    pub fn demand(&self, indices: &[u64]) -> &Self {
        let call = IEscrow::demandCall {
            terms: self.terms(),
            indices: indices.to_vec(),
        };
        self.send(self.client, self.escrow, BOND * indices.len() as u128, &call);
        self
    }

    pub fn dispute(&self) -> &Self {
        let call = IEscrow::disputeCall { terms: self.terms() };
        self.send(self.client, self.escrow, BOND, &call);
        self
    }

    pub fn cancel(&self) -> &Self {
        let call = IEscrow::cancelCall { terms: self.terms() };
        self.send(self.client, self.escrow, 0, &call);
        self
    }

    pub fn tick_call(&self) -> IEscrow::timeTickCall {
        IEscrow::timeTickCall { terms: self.terms() }
    }

    /// Moves past the job's clock, if it did not run out yet, and does what is due.
    pub fn run_out(&self) -> &Self {
        let job = self.job();
        let due = match job.phase {
            Phase::Open => self.terms.acceptBy,
            Phase::Sealed => job.clock + RESPONSE,
            _ => job.clock,
        };
        self.at(self.platform.now().max(due + 1));
        self.send(self.stranger, self.escrow, 0, &self.tick_call());
        self
    }

    /// Past the last second in which anybody reveals.
    pub fn past_reveals(&self) -> &Self {
        self.at(self.platform.now().max(self.reveal_by() + 1));
        self
    }

    pub fn past_t2(&self) -> &Self {
        self.at(self.platform.now().max(self.t2() + 1));
        self
    }

    /// Delegated, taken, appealed, and the case taken; both sealed.
    pub fn both_sealed(&self) -> &Self {
        self.delegate().take().appeal().take_case().seal_result().seal_opinion()
    }
}
