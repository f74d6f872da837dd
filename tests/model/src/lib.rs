//! Exhaustive model checking of the contracts' own code: every interleaving of every call by client, worker, referee and
//! a stranger with the clock, on the chain in memory.
//!
//! Windows are a few seconds long and the clock moves by one, so that the whole state space is finite and nothing about
//! deadlines is left out. A state is the chain itself: storage, balances and time. What merges states is that the contracts
//! forget: two histories that leave the same chain are one state.

mod moves;
mod promises;

use std::cell::RefCell;

use alloy_primitives::{Address, B256, U256};
use stateright::{Model, Property};
use surety_collusion::state::Record as Pact;
use surety_contracts::{PactPhase, Phase, Terms};
use surety_escrow::state::State as Job;
use surety_native::{Chain, Native, State, Work, World};

pub use moves::{Kind, Move, Role};

/// The right result of the job: the primes below 4.
const RIGHT: [u64; 2] = [2, 3];
/// False ones: an element that is wrong, one that is missing, two out of order.
const FALSE: [&[u64]; 3] = [&[1, 2, 3], &[2], &[3, 2]];

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
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Honest {
    Nobody,
    /// Submits the right result, answers every demand.
    Worker,
    /// Checks the result: demands what it was not shown, and has a false one judged.
    Client,
    /// Both, and the client accepts what is right.
    Both,
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
    static CHAIN: RefCell<Chain> = RefCell::new(world(Setting::Predicate).platform.chain.clone());
}

/// Small numbers, so that the clock's every second counts. The response window must be shorter than the dispute window.
fn world(setting: Setting) -> World<Native> {
    let mut world = World::<Native>::over(4, |terms| {
        let begin = terms.acceptBy - surety_native::ACCEPT;
        terms.acceptBy = begin + 1;
        (terms.computeWindow, terms.disputeWindow) = (2, 2);
        (terms.responseWindow, terms.rulingWindow) = (1, 1);
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
    world
}

impl Game {
    pub fn new(setting: Setting, honest: Honest) -> Self {
        let world = world(setting);
        let mut start = world.platform.chain.snapshot();
        start.logs.clear();
        let place = Place {
            id: world.id(),
            terms: world.terms(),
            escrow: world.escrow,
            verifier: world.verifier,
            collusion: world.collusion,
            pact: world.pact_id(),
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
            moves: moves::all(&world, setting),
            place,
        }
    }

    /// Makes a call in a position; none if the contract refuses it.
    fn call(&self, position: &Position, index: usize) -> Option<Position> {
        let Move {
            from,
            to,
            value,
            data,
            kind,
            ..
        } = &self.moves[index];
        let chain = self.on_chain(&position.chain, |chain| {
            chain.call(*from, *to, U256::from(*value), data).is_ok()
        })?;
        let shown = position.shown || matches!(kind, Kind::DeliverAll | Kind::Show);
        let next = Position { chain, shown };
        (next != *position).then_some(next)
    }

    /// The state after `run`, if it says that it did something.
    fn on_chain(&self, before: &State, run: impl FnOnce(&Chain) -> bool) -> Option<State> {
        CHAIN.with_borrow(|chain| {
            chain.restore(before.clone());
            run(chain).then(|| {
                chain.with(|state| state.logs.clear());
                chain.snapshot()
            })
        })
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

    /// What a stranger makes of a position alone: waits, ticks, settles, until nothing is left; none if it cannot.
    fn play_out(&self, before: &State) -> Option<State> {
        // Longer than any window.
        const LONG: u64 = 10;
        self.on_chain(before, |chain| {
            for _ in 0..6 {
                let state = chain.snapshot();
                if self.is_settled(&state) {
                    return true;
                }
                let due = self.job(&state).clock.max(self.place.terms.acceptBy);
                chain.with(|state| state.time = state.time.max(due) + LONG);
                for play in self.moves.iter().filter(|play| play.kind == Kind::Exit) {
                    // Whatever is not due is refused.
                    let _ = chain.call(play.from, play.to, U256::ZERO, &play.data);
                }
            }
            false
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
        match step {
            Step::Call(index) => self.call(position, index),
            Step::Second => {
                let mut next = position.clone();
                next.chain.time += 1;
                Some(next)
            }
        }
    }

    fn properties(&self) -> Vec<Property<Self>> {
        promises::of(self.honest)
    }

    fn within_boundary(&self, position: &Position) -> bool {
        // Every clock of these terms has run out by then; settled positions have no moves anyway.
        position.chain.time <= self.place.before.time + 40
    }

    fn format_action(&self, step: &Step) -> String {
        match step {
            Step::Call(index) => self.moves[*index].name.clone(),
            Step::Second => "a second passes".to_owned(),
        }
    }
}
