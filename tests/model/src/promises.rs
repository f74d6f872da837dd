//! What must hold in every position. The names are those of `docs/INVARIANTS.md`.

use alloy_primitives::U256;
use stateright::Property;
use surety_contracts::{CasePhase, Fault, PactPhase, Phase, codec::wei};
use surety_escrow::state::Challenge;
use surety_native::State;
use surety_referee::state::Record as Case;

use crate::{Game, Honest, Place, Position, Setting, word};

type Check = fn(&Game, &Position) -> bool;

/// The promises of every play, and those to whoever is honest.
pub fn of(honest: Honest) -> Vec<Property<Game>> {
    let mut promises: Vec<(&'static str, Check)> = Vec::new();
    if honest == Honest::default() {
        // Whatever happens while somebody is honest happens here too.
        promises.extend([
            ("conservation", conservation as Check),
            ("solvency", solvency),
            ("exit", exit),
            ("a conviction names a real fault", real_fault),
            ("no reputation without a case", reputation),
        ]);
    }
    if honest.worker {
        promises.push(("fairness for the worker", fair_to_worker));
        promises.push(("the worker is paid in the end", worker_is_paid));
    }
    if honest.client {
        promises.push(("fairness for the client", fair_to_client));
    }
    if honest.client && honest.worker {
        promises.push(("correctness", correct));
    }
    let mut properties: Vec<_> = promises
        .into_iter()
        .map(|(name, check)| Property::always(name, check))
        .collect();
    // Not every play may fall short of these, or the checks above would say nothing.
    properties.push(Property::sometimes(
        "a worker is paid",
        |game: &Game, position: &Position| game.job(&position.chain).phase == Phase::Paid,
    ));
    if !honest.worker {
        properties.push(Property::sometimes(
            "a worker is convicted",
            |game: &Game, position: &Position| game.job(&position.chain).phase == Phase::Convicted,
        ));
    }
    properties
}

/// Money neither appears nor disappears.
fn conservation(game: &Game, position: &Position) -> bool {
    let sum = |state: &State| state.balances.values().copied().sum::<U256>();
    sum(&position.chain) == sum(&game.place.before)
}

/// Each contract holds exactly what it owes.
fn solvency(game: &Game, position: &Position) -> bool {
    let Place {
        id,
        escrow,
        verifier,
        collusion,
        ref terms,
        ..
    } = game.place;
    let state = &position.chain;
    let job = game.job(state);
    let bonds = Challenge::unpack(word(state, escrow, id, 2)).bonds;
    let [reward, bonus, deposit, bond] = [terms.reward, terms.bonus, terms.deposit, terms.bond].map(|a| wei(&a));
    let owed = match job.phase {
        Phase::Open => reward + bonus,
        Phase::Taken | Phase::Sealed | Phase::Committed => reward + bonus + deposit,
        Phase::Demanded | Phase::Disputed => reward + bonus + deposit + bond * u128::from(bonds),
        _ => 0,
    };
    let mut case = Case::unpack(word(state, verifier, id, 0));
    case.unpack_stakes(word(state, verifier, id, 1));
    let at_case = match case.phase {
        CasePhase::Offered => case.fee + case.bonus,
        CasePhase::Bound | CasePhase::Sealed | CasePhase::Revealed => case.fee + case.bonus + case.stake,
        _ => 0,
    };
    let in_pact = match game.pact_phase(state) {
        PactPhase::Offered => surety_native::BRIBE + surety_native::PACT_STAKE,
        PactPhase::Accepted => surety_native::BRIBE + 2 * surety_native::PACT_STAKE,
        _ => 0,
    };
    [(escrow, owed), (verifier, at_case), (collusion, in_pact)]
        .iter()
        .all(|(contract, owed)| state.balance(*contract) == U256::from(*owed) + game.credited(state, *contract))
}

/// Whatever happened, a stranger ends everything by waiting and ticking.
fn exit(game: &Game, position: &Position) -> bool {
    if game.job(&position.chain).phase == Phase::None {
        return true;
    }
    game.is_settled(&game.play_out(&position.chain))
}

/// A right result is convicted of nothing but withholding; with a predicate at least.
fn real_fault(game: &Game, position: &Position) -> bool {
    let job = game.job(&position.chain);
    let is_right = game.root(&position.chain) == Some(game.place.right);
    game.setting == Setting::Referee
        || job.phase != Phase::Convicted
        || job.fault == Fault::Withheld
        || !is_right && job.fault != Fault::None
}

/// The referee contract's second mapping stays empty until the case is closed.
fn reputation(game: &Game, position: &Position) -> bool {
    let Place { id, verifier, .. } = game.place;
    let case = Case::unpack(word(&position.chain, verifier, id, 0));
    // The escrow's address, and up to three words of a case; a reputation is a fourth.
    let words = position
        .chain
        .storage
        .keys()
        .filter(|(contract, _)| *contract == verifier)
        .count();
    case.phase == CasePhase::Closed || words <= 4
}

/// Who submits what is right and shows it when asked is never convicted and never forfeits.
fn fair_to_worker(game: &Game, position: &Position) -> bool {
    let job = game.job(&position.chain);
    !matches!(job.phase, Phase::Convicted | Phase::Forfeited)
}

/// Once it took the order, its wealth ends above what it was, by the reward at least.
fn worker_is_paid(game: &Game, position: &Position) -> bool {
    let job = game.job(&position.chain);
    if job.phase != Phase::Committed {
        return true;
    }
    let end = game.play_out(&position.chain);
    // A bribe that was offered can be lost: that is no part of the job.
    let worker = game.place.terms.worker;
    let staked = match game.pact_phase(&position.chain) {
        PactPhase::None => U256::ZERO,
        _ => U256::from(surety_native::BRIBE + surety_native::PACT_STAKE),
    };
    let reward = U256::from(game.place.terms.reward);
    end.balance(worker) + staked >= game.place.before.balance(worker) + reward
}

/// A result that can be proven false is never paid.
fn fair_to_client(game: &Game, position: &Position) -> bool {
    let job = game.job(&position.chain);
    !(job.phase == Phase::Paid && game.can_be_proven_false(position))
}

/// Both honest: the result on chain is right, and an ended job that was taken is paid.
fn correct(game: &Game, position: &Position) -> bool {
    let job = game.job(&position.chain);
    let is_right = game.root(&position.chain).is_none_or(|root| root == game.place.right);
    is_right && !matches!(job.phase, Phase::Convicted | Phase::Forfeited)
}
