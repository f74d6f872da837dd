//! Every call that anybody makes, with every argument that matters, and who plays by the protocol.

use std::collections::BTreeSet;

use alloy_primitives::{Address, B256, Bytes};
use alloy_sol_types::SolCall;
use surety_contracts::{Fault, IEscrow, Leaf, Opening, Phase};
use surety_native::{BONUS, DEPOSIT, Native, PACT_STAKE, REWARD, STAKE, Work, World};

use crate::{BOND, CUT, FALSE, Game, Position, RIGHT, Scale, Setting};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    Client,
    Worker,
    Referee,
    Stranger,
}

/// What a move is, for those who play by the protocol.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Delegate,
    Take,
    /// Submits, seals or reveals the right result.
    SubmitRight,
    SubmitFalse,
    Accept,
    /// Of so many elements.
    Demand(u64),
    /// Of every element.
    DeliverAll,
    DeliverSome,
    /// Shows the result off chain: no call at all.
    Show,
    /// Whether what is claimed is so.
    Judge {
        real: bool,
    },
    Dispute,
    Confirm,
    Cancel,
    /// What a stranger can do to end things.
    Exit,
    /// Has one's credit paid to an account that takes it.
    Withdraw,
    Other,
}

/// A call that somebody makes.
pub struct Move {
    pub name: String,
    pub role: Role,
    pub from: Address,
    pub to: Address,
    pub value: u128,
    pub data: Vec<u8>,
    pub kind: Kind,
}

/// Adds a call, made by each of `roles`.
struct Moves<'a> {
    world: &'a World<Native>,
    all: Vec<Move>,
}

const EVERYBODY: [Role; 4] = [Role::Client, Role::Worker, Role::Referee, Role::Stranger];

impl Moves<'_> {
    fn add(&mut self, roles: &[Role], what: &str, to: Address, value: u128, call: &impl SolCall, kind: Kind) {
        for role in roles {
            let from = match role {
                Role::Client => self.world.client,
                Role::Worker => self.world.worker,
                Role::Referee => self.world.referee,
                Role::Stranger => self.world.stranger,
            };
            self.all.push(Move {
                name: format!("{role:?}: {what}"),
                role: *role,
                from,
                to,
                value,
                data: call.abi_encode(),
                kind,
            });
        }
    }
}

/// Every move of a setting. Who may make a call at all is for the contracts to decide: everybody tries, but where the caller
/// makes no difference: there a stranger does.
pub fn all(world: &World<Native>, setting: Setting, scale: &Scale) -> Vec<Move> {
    let mut moves = Moves { world, all: Vec::new() };
    let results = match setting {
        Setting::Game => results(scale.false_results),
        _ => results(FALSE.len()),
    };
    escrow(&mut moves, setting, &results);
    let mut contracts = vec![world.escrow];
    if setting == Setting::Game {
        game(&mut moves, &results);
        contracts.extend([world.verifier, world.collusion]);
    }
    credits(&mut moves, &contracts, scale.refusals);
    moves.all
}

/// Refusals of payments, and what becomes of them.
fn credits(moves: &mut Moves<'_>, contracts: &[Address], refusals: bool) {
    let world = moves.world;
    let withdraw = |to| IEscrow::withdrawCall { to };
    for contract in contracts {
        let call = withdraw(world.stranger);
        moves.add(&EVERYBODY, "withdraw", *contract, 0, &call, Kind::Withdraw);
    }
    let parties = [
        (Role::Client, world.client),
        (Role::Worker, world.worker),
        (Role::Referee, world.referee),
    ];
    for (role, account) in parties.into_iter().filter(|_| refusals) {
        let call = withdraw(account);
        // The account does not look at the call.
        moves.add(&[role], "take payments, or refuse them", account, 0, &call, Kind::Other);
        for contract in contracts {
            moves.add(&[role], "withdraw to itself", *contract, 0, &call, Kind::Other);
        }
    }
}

/// A result with its name.
type Named = (String, Work, Kind);

fn results(false_ones: usize) -> Vec<Named> {
    let mut results = vec![("the right result".to_owned(), Work::of(&RIGHT), Kind::SubmitRight)];
    for numbers in &FALSE[..false_ones] {
        results.push((format!("{numbers:?}"), Work::of(numbers), Kind::SubmitFalse));
    }
    results
}

fn escrow(moves: &mut Moves<'_>, setting: Setting, results: &[Named]) {
    let world = moves.world;
    let (escrow, terms) = (world.escrow, || world.terms());
    let call = IEscrow::delegateCall { terms: terms() };
    moves.add(&EVERYBODY, "delegate", escrow, REWARD + BONUS, &call, Kind::Delegate);
    let call = IEscrow::cancelCall { terms: terms() };
    moves.add(&EVERYBODY, "cancel", escrow, 0, &call, Kind::Cancel);
    let call = IEscrow::takeOrderCall { terms: terms() };
    moves.add(&EVERYBODY, "take", escrow, DEPOSIT, &call, Kind::Take);
    let call = IEscrow::acceptCall { terms: terms() };
    moves.add(&EVERYBODY, "accept", escrow, 0, &call, Kind::Accept);
    let call = IEscrow::disputeCall { terms: terms() };
    moves.add(&EVERYBODY, "dispute", escrow, BOND, &call, Kind::Dispute);
    let call = IEscrow::confirmCall { terms: terms() };
    moves.add(&EVERYBODY, "confirm", escrow, 0, &call, Kind::Confirm);
    let call = IEscrow::timeTickCall { terms: terms() };
    moves.add(&[Role::Stranger], "tick", escrow, 0, &call, Kind::Exit);
    // An account without code: the call does nothing, the client has seen the result.
    let shows = IEscrow::acceptCall { terms: terms() };
    moves.add(
        &[Role::Worker],
        "show the result",
        world.stranger,
        0,
        &shows,
        Kind::Show,
    );
    for (name, work, kind) in results {
        let kind = *kind;
        let (root, count) = (work.root(), work.count());
        if setting == Setting::Game {
            let seal = world.seal_of(world.worker, work);
            let call = IEscrow::submitSealCall { terms: terms(), seal };
            moves.add(&EVERYBODY, &format!("seal {name}"), escrow, 0, &call, kind);
            let mut revealing = world.reveal_call();
            (revealing.root, revealing.count) = (root, count);
            let what = format!("reveal {name}");
            moves.add(&EVERYBODY, &what, escrow, 0, &revealing, kind);
        } else {
            let call = IEscrow::submitResultCall {
                terms: terms(),
                root,
                count,
            };
            moves.add(&EVERYBODY, &format!("submit {name}"), escrow, 0, &call, kind);
        }
        let call = IEscrow::publishLeavesCall {
            terms: terms(),
            hashes: work.leaf_hashes(),
        };
        moves.add(
            &EVERYBODY,
            &format!("publish the leaves of {name}"),
            escrow,
            0,
            &call,
            Kind::Other,
        );
        for indices in [vec![0], (0..count).collect()] {
            let call = IEscrow::demandCall {
                terms: terms(),
                indices: indices.clone(),
            };
            let value = BOND * indices.len() as u128;
            let size = indices.len() as u64;
            let kind = Kind::Demand(size);
            moves.add(&EVERYBODY, &format!("demand {indices:?}"), escrow, value, &call, kind);
            let call = IEscrow::deliverCall {
                terms: terms(),
                leaves: work.leaves(&indices),
            };
            let kind = match size == count {
                true => Kind::DeliverAll,
                false => Kind::DeliverSome,
            };
            let what = format!("deliver {indices:?} of {name}");
            moves.add(&EVERYBODY, &what, escrow, 0, &call, kind);
        }
        accusations(moves, name, work, setting);
    }
    // Results share demands.
    let mut seen = BTreeSet::new();
    moves
        .all
        .retain(|play| seen.insert((play.from, play.to, play.value, play.data.clone())));
}

/// Every fault that could be named, at every place, with the leaves that it takes.
fn accusations(moves: &mut Moves<'_>, name: &str, work: &Work, setting: Setting) {
    let world = moves.world;
    let last = work.count() - 1;
    let right = RIGHT.map(u64::to_be_bytes);
    let is_right = |element: &[u8]| right.iter().any(|right| right == element);
    let mut faults: Vec<(Fault, u64, Vec<Leaf>, Bytes, bool)> = Vec::new();
    for at in 0..=last {
        let real = !is_right(&work.elements[at as usize]);
        faults.push((Fault::WrongElement, at, work.leaves(&[at]), Bytes::new(), real));
    }
    for at in 0..last {
        let real = work.elements[at as usize] >= work.elements[at as usize + 1];
        faults.push((Fault::Disorder, at, work.leaves(&[at, at + 1]), Bytes::new(), real));
    }
    for missing in 1..=3u64 {
        let element = missing.to_be_bytes();
        let at = work.elements.iter().filter(|have| have[..] < element[..]).count() as u64;
        let neighbours: Vec<u64> = at
            .checked_sub(1)
            .into_iter()
            .chain((at <= last).then_some(at))
            .collect();
        let real = is_right(&element) && !work.elements.iter().any(|have| have[..] == element[..]);
        let missing = Bytes::copy_from_slice(&element);
        faults.push((Fault::MissingElement, at, work.leaves(&neighbours), missing, real));
    }
    for (fault, at, leaves, missing, real) in faults {
        let opening = match setting {
            Setting::Referee => Opening {
                functionSalt: B256::ZERO,
                functionBytes: Bytes::new(),
                dataSalt: B256::ZERO,
                dataBytes: Bytes::new(),
            },
            _ => world.opening(),
        };
        let call = IEscrow::judgeCall {
            terms: world.terms(),
            fault,
            leaves,
            at,
            missing,
            opening,
        };
        let what = format!("judge {fault:?} at {at} of {name}");
        // Whoever calls, a predicate's answer is the same.
        let roles: &[Role] = match setting {
            Setting::Referee => &EVERYBODY,
            _ => &[Role::Stranger],
        };
        moves.add(roles, &what, world.escrow, 0, &call, Kind::Judge { real });
    }
}

/// The referee contract and the bribe contract.
fn game(moves: &mut Moves<'_>, results: &[Named]) {
    let world = moves.world;
    let (verifier, collusion) = (world.verifier, world.collusion);
    let pay = surety_native::FEE + surety_native::CASE_BONUS;
    moves.add(&EVERYBODY, "appeal", verifier, pay, &world.appeal_call(), Kind::Other);
    moves.add(
        &EVERYBODY,
        "take the case",
        verifier,
        STAKE,
        &world.take_case_call(),
        Kind::Other,
    );
    for (name, work, _) in results {
        let mut call = world.seal_opinion_call();
        call.seal = world.seal_of(world.referee, work);
        moves.add(
            &EVERYBODY,
            &format!("seal the opinion {name}"),
            verifier,
            0,
            &call,
            Kind::Other,
        );
        let mut call = world.reveal_opinion_call();
        (call.root, call.count) = (work.root(), work.count());
        moves.add(
            &EVERYBODY,
            &format!("reveal the opinion {name}"),
            verifier,
            0,
            &call,
            Kind::Other,
        );
    }
    moves.add(
        &[Role::Stranger],
        "settle the case",
        verifier,
        0,
        &world.settle_call(),
        Kind::Exit,
    );
    let pot = surety_native::BRIBE + PACT_STAKE;
    moves.add(
        &EVERYBODY,
        "offer the bribe",
        collusion,
        pot,
        &world.offer_bribe_call(),
        Kind::Other,
    );
    moves.add(
        &EVERYBODY,
        "accept the bribe",
        collusion,
        PACT_STAKE,
        &world.accept_bribe_call(),
        Kind::Other,
    );
    moves.add(
        &EVERYBODY,
        "withdraw the bribe",
        collusion,
        0,
        &world.withdraw_bribe_call(),
        Kind::Other,
    );
    moves.add(
        &[Role::Stranger],
        "check the results",
        collusion,
        0,
        &world.check_results_call(),
        Kind::Exit,
    );
}

impl Game {
    fn honest(&self, role: Role) -> bool {
        match role {
            Role::Worker => self.honest.worker,
            Role::Client => self.honest.client,
            Role::Referee => self.honest.referee,
            Role::Stranger => false,
        }
    }

    /// Whether somebody would make a move: who is honest makes only those of the protocol.
    pub(crate) fn plays(&self, position: &Position, play: &Move) -> bool {
        if !self.honest(play.role) {
            return true;
        }
        let job = self.job(&position.chain);
        match play.role {
            Role::Worker => matches!(
                play.kind,
                Kind::Take | Kind::SubmitRight | Kind::DeliverAll | Kind::DeliverSome | Kind::Show
            ),
            Role::Client => match play.kind {
                Kind::Delegate => true,
                Kind::Accept => self.honest.worker && self.root(&position.chain) == Some(self.place.right),
                // Everything at once: after T3 there is no second demand.
                Kind::Demand(size) => self.is_false(position) && !position.shown && size == job.count,
                Kind::Dispute => self.is_false(position),
                Kind::Cancel => true,
                _ => false,
            },
            Role::Referee => match play.kind {
                Kind::Judge { real } => real,
                Kind::Confirm => self.root(&position.chain) == Some(self.place.right),
                _ => false,
            },
            Role::Stranger => true,
        }
    }

    /// Whether an honest party has something to do before the clock moves on: they are prompt.
    pub(crate) fn must_act(&self, position: &Position) -> bool {
        let job = self.job(&position.chain);
        let worker = match job.phase {
            Phase::Taken | Phase::Demanded => position.chain.time >= job.clock,
            // The seal opens after T2.
            Phase::Sealed => position.chain.time > job.clock,
            _ => false,
        };
        let in_time = position.chain.time <= job.clock;
        let client = job.phase == Phase::Committed && self.can_be_proven_false(position) && in_time;
        let referee = job.phase == Phase::Disputed && self.can_be_proven_false(position) && in_time;
        self.honest.worker && worker || self.honest.client && client || self.honest.referee && referee
    }

    /// Whether a result is on chain with a fault that somebody can be convicted of. Without a predicate nobody is for what
    /// is missing.
    pub(crate) fn can_be_proven_false(&self, position: &Position) -> bool {
        let is_cut = self.root(&position.chain) == Some(Work::of(CUT).root());
        self.is_false(position) && !(self.setting == Setting::Referee && is_cut)
    }

    /// Whether a result is on chain that is not the right one.
    fn is_false(&self, position: &Position) -> bool {
        self.root(&position.chain).is_some_and(|root| root != self.place.right)
    }
}
