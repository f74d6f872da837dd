//! Every call in every phase: allowed where the protocol's table says so, refused with `WrongPhase` everywhere else.

mod world;
use alloy_primitives::{Address, B256};
use surety_contracts::*;
use surety_escrow::EscrowError;
use world::*;

type Step = fn(&mut World) -> Outcome;

/// Phases in which each call is allowed, made by whoever may make it.
const CALLS: &[(&str, &[Phase], Step)] = &[
    ("cancel", &[Phase::Open], |world| {
        world.call(CLIENT, 0, |escrow, terms| escrow.cancel(terms))
    }),
    ("takeOrder", &[Phase::Open], |world| {
        world.call(WORKER, DEPOSIT, |escrow, terms| escrow.take_order(terms))
    }),
    ("submitResult", &[Phase::Taken], |world| {
        let (root, count) = (world.root(), world.count());
        match world.terms.isSealed {
            true => world.call(WORKER, 0, |escrow, terms| escrow.submit_seal(terms, B256::ZERO)),
            false => world.call(WORKER, 0, |escrow, terms| escrow.submit_result(terms, root, count)),
        }
    }),
    ("reveal", &[Phase::Sealed], |world| {
        let (root, count) = (world.root(), world.count());
        if world.job().phase == Phase::Sealed {
            world.at(START + COMPUTE + 1);
        }
        world.call(WORKER, 0, |escrow, terms| escrow.reveal(terms, root, count, SEAL_SALT))
    }),
    (
        "publishLeaves",
        &[Phase::Committed, Phase::Demanded, Phase::Disputed],
        |world| {
            let hashes = world.tree.leaves().to_vec();
            world.call(WORKER, 0, |escrow, terms| escrow.publish_leaves(terms, &hashes))
        },
    ),
    (
        "accept",
        &[Phase::Committed, Phase::Demanded, Phase::Disputed],
        |world| world.call(CLIENT, 0, |escrow, terms| escrow.accept(terms)),
    ),
    ("demand", &[Phase::Committed], |world| world.demand(&[0, 2])),
    ("deliver", &[Phase::Demanded], |world| {
        let leaves = world.leaves(&[0, 2]);
        world.deliver(STRANGER, leaves)
    }),
    ("dispute", &[Phase::Committed], |world| {
        world.call(CLIENT, BOND, |escrow, terms| escrow.dispute(terms))
    }),
    (
        "judge",
        &[Phase::Committed, Phase::Demanded, Phase::Disputed],
        |world| {
            let leaves = world.leaves(&[1]);
            world.judge(REFEREE, Fault::WrongElement, leaves, 1, &[])
        },
    ),
    (
        "confirm",
        &[Phase::Committed, Phase::Demanded, Phase::Disputed],
        |world| world.call(REFEREE, 0, |escrow, terms| escrow.confirm(terms)),
    ),
];

fn in_phase(phase: Phase) -> World {
    let ruled = |terms: &mut Terms| terms.predicate = Address::ZERO;
    let sealed = |terms: &mut Terms| (terms.predicate, terms.isSealed) = (Address::ZERO, true);
    let ended = |mut world: World, time| {
        world.at(time);
        world.tick().expect("due");
        world.at(START);
        world
    };
    let world = match phase {
        Phase::None => World::new(ruled),
        Phase::Open => World::new(ruled).delegated(),
        Phase::Taken => World::new(ruled).taken(),
        Phase::Sealed => World::new(sealed).sealed(),
        Phase::Committed => World::new(ruled).committed(),
        Phase::Demanded => World::new(ruled).demanded(&[0, 2]),
        Phase::Disputed => World::new(ruled).disputed(),
        Phase::Refunded => ended(World::new(ruled).delegated(), START + ACCEPT + 1),
        Phase::Forfeited => ended(World::new(ruled).taken(), START + COMPUTE + 1),
        Phase::Paid => ended(World::new(ruled).committed(), START + DISPUTE + 1),
        Phase::Convicted => ended(World::new(ruled).demanded(&[0]), START + RESPONSE + 1),
        _ => unreachable!("all phases are listed"),
    };
    assert_eq!(world.job().phase, phase);
    world
}

#[test]
fn every_call_in_every_phase() {
    for number in 0..=10 {
        let phase = Phase::try_from(number).expect("eleven phases");
        for (name, allowed, call) in CALLS {
            let mut world = in_phase(phase);
            let before = world.job();
            match call(&mut world) {
                Ok(()) => assert!(allowed.contains(&phase), "{name} was allowed in {phase:?}"),
                Err(EscrowError::WrongPhase(error)) => {
                    assert!(!allowed.contains(&phase), "{name} was refused in {phase:?}");
                    assert_eq!(
                        (error.phase, world.job()),
                        (phase, before),
                        "{name} changed nothing in {phase:?}"
                    );
                }
                Err(other) => panic!("{name} in {phase:?}: {other:?}"),
            }
        }
    }
}
