//! Exhaustive model checking of the contracts' own code: every interleaving of every call by client, worker, referee and
//! a stranger with the clock, on the chain in memory.
//!
//! Windows are a few seconds long and the clock moves by one, so that nothing about deadlines is left out. A state is the
//! chain itself: storage, balances and time, in its [normal form](Game::normal). Two histories that leave the same chain,
//! or the same at another time, are one state, and the state space is finite.

mod moves;
mod normal;
mod promises;

use std::{cell::RefCell, fmt, mem};

use alloy_primitives::{Address, B256, U256, aliases::U96, keccak256};
use alloy_sol_types::SolValue;
use stateright::{Model, Property};
use stylus_sdk::stylus_core::host::{AccountAccess, MessageAccess, StorageAccess};
use surety_collusion::state::Record as Pact;
use surety_contracts::{PactPhase, Phase, Terms};
use surety_escrow::state::State as Job;
use surety_native::{
    Answer, BONUS, BRIBE, CASE_BONUS, Chain, DEPOSIT, FEE, Native, PACT_STAKE, REWARD, STAKE, State, Vm, Work, World,
};

pub use moves::{Kind, Move, Role};

/// The right result of the job: the primes below 4.
const RIGHT: [u64; 2] = [2, 3];
/// False ones: an element that is wrong, one that is missing, two out of order.
const FALSE: [&[u64]; 3] = [&[1, 2, 3], CUT, &[3, 2]];
/// Right as far as it goes.
const CUT: &[u64] = &[2];
/// A bond in wei: more than all else that the client may have left, so that it pays no more than its [`Scale`] says.
const BOND: u128 = REWARD;

/// How large a job is.
#[derive(Clone, Copy, Debug)]
pub struct Scale {
    /// Bonds that the client can pay.
    pub bonds: u128,
    /// From the delegation to T1, in seconds, as all that follow.
    pub accept: u64,
    pub compute: u32,
    pub dispute: u32,
    /// Shorter than the dispute window.
    pub response: u32,
    pub ruling: u32,
    /// How many of the false results are tried where a referee has one too.
    pub false_results: usize,
    /// Whether client, worker and referee may refuse payments, and take them again, at any moment.
    pub refusals: bool,
}

impl Scale {
    /// As small as it can be without losing a way to play.
    pub const SMALL: Self = Self {
        bonds: 2,
        accept: 1,
        compute: 2,
        dispute: 2,
        response: 1,
        ruling: 1,
        false_results: 1,
        refusals: false,
    };
    pub const LARGE: Self = Self {
        bonds: 4,
        accept: 3,
        compute: 4,
        dispute: 6,
        response: 3,
        ruling: 4,
        false_results: 3,
        refusals: false,
    };

    pub const fn with_refusals(self) -> Self {
        Self { refusals: true, ..self }
    }
}

/// What kind of job is played.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Setting {
    /// A predicate decides.
    Predicate,
    /// The referee's word decides.
    Referee,
    /// Sealed, with a predicate, a case at the referee contract and a pact at the bribe contract.
    Game,
}

/// Who plays by the protocol, and in time; all others do whatever the contracts allow.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Honest {
    /// Checks the result: demands what it was not shown, and has a false one judged. Beside an honest worker it also
    /// accepts what is right.
    pub client: bool,
    /// Submits the right result, answers every demand.
    pub worker: bool,
    /// Where its word decides: convicts whom it should, and nobody else.
    pub referee: bool,
}

impl Honest {
    /// Nobody, the worker, the client, both; with a referee whose word can be trusted where that counts.
    pub fn all(setting: Setting) -> [Self; 4] {
        let somebody = |client, worker| Self {
            client,
            worker,
            referee: setting == Setting::Referee,
        };
        [
            Self::default(),
            somebody(false, true),
            somebody(true, false),
            somebody(true, true),
        ]
    }
}

impl fmt::Display for Honest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names = [
            (self.client, "client"),
            (self.worker, "worker"),
            (self.referee, "referee"),
        ];
        let names: Vec<_> = names.iter().filter(|(is, _)| *is).map(|(_, name)| *name).collect();
        f.pad(&if names.is_empty() {
            "nobody".to_owned()
        } else {
            names.join(", ")
        })
    }
}

/// A job, played by everybody in every way.
pub struct Game {
    pub setting: Setting,
    pub honest: Honest,
    start: Position,
    moves: Vec<Move>,
    place: Place,
}

/// Where everything lies.
#[derive(Clone)]
struct Place {
    id: B256,
    terms: Terms,
    escrow: Address,
    verifier: Address,
    collusion: Address,
    pact: B256,
    /// Where contracts keep everybody's credit.
    credits: [B256; 4],
    right: B256,
    before: State,
}

/// The chain, and what the client has seen of the result off chain or through deliveries.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Position {
    pub chain: State,
    pub shown: bool,
}

thread_local! {
    /// The contracts' code, for this thread; its state is set before each call.
    static CHAIN: RefCell<Chain> = RefCell::new(world(Setting::Predicate, &Scale::SMALL).platform.chain.clone());
}

/// Small numbers, so that the clock's every second counts.
fn world(setting: Setting, scale: &Scale) -> World<Native> {
    let mut world = World::<Native>::over(4, |terms| {
        let begin = terms.acceptBy - surety_native::ACCEPT;
        terms.acceptBy = begin + scale.accept;
        (terms.computeWindow, terms.disputeWindow) = (scale.compute, scale.dispute);
        (terms.responseWindow, terms.rulingWindow) = (scale.response, scale.ruling);
        terms.bond = U96::from(BOND);
        if setting != Setting::Game {
            (terms.verifier, terms.isSealed) = (Address::ZERO, false);
        }
        if setting == Setting::Referee {
            terms.predicate = Address::ZERO;
        }
    });
    world.work = Work::of(&RIGHT);
    world.opinion = Work::of(&RIGHT);
    world.agreed = Work::of(FALSE[0]);
    for account in [world.client, world.worker, world.referee] {
        world.platform.chain.install(account, purse);
    }
    world
}

/// Who is paid takes it or not, as it likes: it changes its mind by a call to itself.
fn purse(vm: Vm, _: &[u8]) -> Answer {
    let refuses = !vm.storage_load_bytes32(U256::ZERO).is_zero();
    if vm.msg_sender() == vm.contract_address() {
        // SAFETY: this program has no other view of its storage.
        unsafe { vm.storage_cache_bytes32(U256::ZERO, B256::with_last_byte((!refuses).into())) };
    } else if refuses {
        return Err(Vec::new());
    }
    Ok(Vec::new())
}

/// What everybody can spend: all their stakes once, and the client a few bonds. Demands and deliveries could else move
/// money to and fro for ever.
fn purses(world: &World<Native>, bonds: u128) -> [(Address, U256); 4] {
    let pact = BRIBE + 2 * PACT_STAKE;
    [
        (world.client, REWARD + BONUS + FEE + CASE_BONUS + bonds * BOND),
        (world.worker, DEPOSIT + pact),
        (world.referee, STAKE + pact),
        (world.stranger, DEPOSIT),
    ]
    .map(|(account, wei)| (account, U256::from(wei)))
}

impl Game {
    pub fn new(setting: Setting, honest: Honest, scale: &Scale) -> Self {
        let world = world(setting, scale);
        let mut start = world.platform.chain.snapshot();
        start.logs.clear();
        start.balances.extend(purses(&world, scale.bonds));
        let place = Place {
            id: world.id(),
            terms: world.terms(),
            escrow: world.escrow,
            verifier: world.verifier,
            collusion: world.collusion,
            pact: world.pact_id(),
            credits: [world.client, world.worker, world.referee, world.stranger]
                .map(|account| keccak256((account, U256::ZERO).abi_encode())),
            right: Work::of(&RIGHT).root(),
            before: start.clone(),
        };
        Self {
            setting,
            honest,
            start: Position {
                chain: start,
                shown: false,
            },
            moves: moves::all(&world, setting, scale),
            place,
        }
    }

    /// What a step makes of the chain; none if the contract refuses the call.
    pub fn step(&self, chain: &State, step: Step) -> Option<State> {
        match step {
            Step::Call(index) => {
                let Move {
                    from, to, value, data, ..
                } = &self.moves[index];
                let mut after = at(chain, |chain| chain.outcome(*from, *to, U256::from(*value), data))?;
                after.logs.clear();
                Some(after)
            }
            Step::Second => Some(State {
                time: chain.time + 1,
                ..chain.clone()
            }),
        }
    }

    /// Every step that anybody could try, in time or not.
    pub fn steps(&self) -> impl Iterator<Item = Step> {
        (0..self.moves.len()).map(Step::Call).chain([Step::Second])
    }

    fn job(&self, state: &State) -> Job {
        Job::unpack(word(state, self.place.escrow, self.place.id, 0))
    }

    /// The worker's root, once it is committed.
    fn root(&self, state: &State) -> Option<B256> {
        self.job(state)
            .has_result()
            .then(|| word(state, self.place.escrow, self.place.id, 1))
    }

    fn is_over(&self, state: &State) -> bool {
        matches!(
            self.job(state).phase,
            Phase::Refunded | Phase::Forfeited | Phase::Paid | Phase::Convicted
        )
    }

    fn pact_phase(&self, state: &State) -> PactPhase {
        let record = word(state, self.place.collusion, self.place.pact, 0);
        Pact::unpack(record).phase
    }

    /// What a contract owes to those whom it could not pay.
    fn credited(&self, state: &State, contract: Address) -> U256 {
        self.place
            .credits
            .iter()
            .map(|slot| U256::from_be_bytes(word(state, contract, *slot, 0).0))
            .sum()
    }

    /// What a stranger makes of a position alone: waits until every clock ran out, ticks, settles, checks. Then everybody
    /// withdraws its own credits.
    fn play_out(&self, before: &State) -> State {
        let terms = &self.place.terms;
        let windows = [
            terms.computeWindow,
            terms.disputeWindow,
            terms.responseWindow,
            terms.rulingWindow,
        ];
        // No clock runs for longer than the accept window or all others together.
        let accept = terms.acceptBy - self.place.before.time;
        let long = accept + 1 + windows.map(u64::from).iter().sum::<u64>();
        at(before, |chain| {
            chain.with(|state| state.time += long);
            for kind in [Kind::Exit, Kind::Withdraw] {
                for play in self.moves.iter().filter(|play| play.kind == kind) {
                    // Whatever is not due is refused.
                    let _ = chain.call(play.from, play.to, U256::ZERO, &play.data);
                }
            }
            chain.with(mem::take)
        })
    }

    /// Nothing is left for anybody, in any contract.
    fn is_settled(&self, state: &State) -> bool {
        let Place {
            escrow,
            verifier,
            collusion,
            ..
        } = self.place;
        let held = [escrow, verifier, collusion].map(|contract| state.balance(contract));
        self.is_over(state) && held.iter().all(U256::is_zero)
    }
}

/// What `run` returns on this thread's chain in that state. Many calls are tried in each: the state is copied only if the
/// chain is in another one.
fn at<T>(state: &State, run: impl FnOnce(&Chain) -> T) -> T {
    CHAIN.with_borrow(|chain| {
        if chain.with(|current| *current != *state) {
            chain.restore(state.clone());
        }
        run(chain)
    })
}

fn word(state: &State, contract: Address, base: B256, offset: u64) -> B256 {
    let slot = U256::from_be_bytes(base.0).wrapping_add(U256::from(offset));
    state.storage.get(&(contract, slot)).copied().unwrap_or_default()
}

/// A call by its place in the list of all, or a second.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Step {
    Call(usize),
    Second,
}

impl Model for Game {
    type State = Position;
    type Action = Step;

    fn init_states(&self) -> Vec<Position> {
        vec![self.start.clone()]
    }

    fn actions(&self, position: &Position, steps: &mut Vec<Step>) {
        if self.is_settled(&position.chain) {
            return;
        }
        let allowed = (0..self.moves.len()).filter(|index| self.plays(position, &self.moves[*index]));
        steps.extend(allowed.map(Step::Call));
        // A job that nobody delegated waits for ever; everything else has an end.
        let begun = self.job(&position.chain).phase != Phase::None;
        if begun && !self.must_act(position) {
            steps.push(Step::Second);
        }
    }

    fn next_state(&self, position: &Position, step: Step) -> Option<Position> {
        let shows = match step {
            Step::Call(index) => matches!(self.moves[index].kind, Kind::DeliverAll | Kind::Show),
            Step::Second => false,
        };
        let next = Position {
            chain: self.normal(self.step(&position.chain, step)?),
            // Only who checks results looks.
            shown: self.honest.client && (position.shown || shows),
        };
        (next != *position).then_some(next)
    }

    fn properties(&self) -> Vec<Property<Self>> {
        promises::of(self.honest)
    }

    fn format_action(&self, step: &Step) -> String {
        match step {
            Step::Call(index) => self.moves[*index].name.clone(),
            Step::Second => "a second passes".to_owned(),
        }
    }
}
