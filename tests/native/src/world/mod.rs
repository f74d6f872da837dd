//! The three-party game, step by step: who calls what, with how much, at which second.

mod calls;
mod steps;

use alloy_primitives::{Address, B256, Bytes, U256, aliases::U96};
use alloy_sol_types::{SolCall, SolError};
use surety_contracts::*;
use surety_protocol::commitment;

use crate::{
    chain::Answer,
    platform::{Contracts, Platform},
    terms::*,
    work::{FALSE, PRIMES, Work},
};

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

impl<P: Platform + Default> World<P> {
    /// All contracts, and the terms of a sealed Set job with predicate, referee and verifier, changed by `edit`: the primes
    /// below 32. Worker and referee have the right result.
    pub fn new(edit: impl FnOnce(&mut Terms)) -> Self {
        Self::over(32, edit)
    }

    /// The same for a job of the escrow alone: not sealed, and without verifier.
    pub fn plain(edit: impl FnOnce(&mut Terms)) -> Self {
        Self::new(|terms| {
            (terms.verifier, terms.isSealed) = (Address::ZERO, false);
            edit(terms);
        })
    }

    /// The same for the primes below another number.
    pub fn over(below: u64, edit: impl FnOnce(&mut Terms)) -> Self {
        let platform = P::default();
        let [client, worker, referee, stranger] = platform.accounts();
        let Contracts {
            escrow,
            predicate,
            verifier,
            collusion,
        } = platform.contracts();
        let start = platform.now() + 1_000;
        platform.set_time(start);
        let parties = Parties {
            client,
            worker,
            referee,
            verifier,
            predicate,
        };
        let mut terms = terms(parties, below, start);
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

    /// T2 of a job that is taken a second after it was delegated.
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
        opening(self.below)
    }
}
