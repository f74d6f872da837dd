//! Every call in every phase, on the chain: allowed where the protocol's table says so, `WrongPhase` everywhere else.

use alloy::{
    primitives::{Address, Bytes},
    sol_types::{SolCall, SolError},
};
use surety_contracts::*;
use surety_tests::*;

/// Makes a world without predicate in a phase; the clocks of a running phase have not run out.
fn in_phase(phase: Phase) -> World {
    let ruled = |terms: &mut Terms| terms.predicate = Address::ZERO;
    let sealed = |terms: &mut Terms| (terms.predicate, terms.isSealed) = (Address::ZERO, true);
    let ended = |world: World, time| {
        world.at(time);
        world.send(world.stranger, 0, world.tick_call());
        world
    };
    match phase {
        Phase::None => World::new(ruled),
        Phase::Open => World::new(ruled).delegated(),
        Phase::Taken => World::new(ruled).taken(),
        Phase::Sealed => World::new(sealed).sealed(),
        Phase::Committed => World::new(ruled).committed(),
        Phase::Demanded => World::new(ruled).demanded(&[0, 2]),
        Phase::Disputed => World::new(ruled).disputed(),
        Phase::Refunded => {
            let world = World::new(ruled).delegated();
            let time = world.start + ACCEPT + 1;
            ended(world, time)
        }
        Phase::Forfeited => {
            let world = World::new(ruled).taken();
            let time = world.t2() + 1;
            ended(world, time)
        }
        Phase::Paid => {
            let world = World::new(ruled).committed();
            let time = world.t3() + 1;
            ended(world, time)
        }
        Phase::Convicted => {
            let world = World::new(ruled).demanded(&[0]);
            let time = world.start + 3 + RESPONSE + 1;
            ended(world, time)
        }
        _ => panic!("eleven phases"),
    }
}

/// Tries a call; whether it is allowed. Any refusal but `WrongPhase` with this phase fails the test.
#[track_caller]
fn allowed(world: &World, phase: Phase, from: Address, value: u128, call: impl SolCall) -> bool {
    match world.call(from, value, call) {
        Ok(_) => true,
        Err(data) => {
            assert_eq!(
                data,
                Bytes::from(IEscrow::WrongPhase { phase }.abi_encode()),
                "in {phase:?}"
            );
            false
        }
    }
}

#[test]
fn every_call_in_every_phase() {
    use Phase::*;
    for number in 0..=10 {
        let phase = Phase::try_from(number).expect("eleven phases");
        let world = in_phase(phase);
        assert_eq!(world.job().phase, phase);
        let (client, worker, referee, stranger) = (world.client, world.worker, world.referee, world.stranger);
        let terms = || world.terms.clone();
        let challenge = [Committed, Demanded, Disputed];
        let check = |name: &str, expected: &[Phase], allowed: bool| {
            assert_eq!(allowed, expected.contains(&phase), "{name} in {phase:?}");
        };
        check(
            "cancel",
            &[Open],
            allowed(&world, phase, client, 0, IEscrow::cancelCall { terms: terms() }),
        );
        check(
            "takeOrder",
            &[Open],
            allowed(&world, phase, worker, DEPOSIT, world.take_call()),
        );
        if world.terms.isSealed {
            check(
                "submitSeal",
                &[Taken],
                allowed(&world, phase, worker, 0, world.seal_call()),
            );
        } else {
            check(
                "submitResult",
                &[Taken],
                allowed(&world, phase, worker, 0, world.submit_call()),
            );
        }
        let hashes = world.tree.leaves().iter().map(|&hash| hash.into()).collect();
        let publish = IEscrow::publishLeavesCall { terms: terms(), hashes };
        check("publishLeaves", &challenge, allowed(&world, phase, worker, 0, publish));
        check(
            "accept",
            &challenge,
            allowed(&world, phase, client, 0, IEscrow::acceptCall { terms: terms() }),
        );
        check(
            "demand",
            &[Committed],
            allowed(&world, phase, client, 2 * BOND, world.demand_call(&[0, 2])),
        );
        let answer = world.deliver_call(world.leaves(&[0, 2]));
        check("deliver", &[Demanded], allowed(&world, phase, stranger, 0, answer));
        check(
            "dispute",
            &[Committed],
            allowed(&world, phase, client, BOND, world.dispute_call()),
        );
        let word = world.judge_call(Fault::WrongElement, world.leaves(&[1]), 1, &[]);
        check("judge", &challenge, allowed(&world, phase, referee, 0, word));
        check(
            "confirm",
            &challenge,
            allowed(&world, phase, referee, 0, world.confirm_call()),
        );
        if phase == Sealed {
            world.at(world.t2() + 1);
        }
        check(
            "reveal",
            &[Sealed],
            allowed(&world, phase, worker, 0, world.reveal_call()),
        );
        world.at(world.start + 10 * DISPUTE);
        let running = [Open, Taken, Sealed, Committed, Demanded, Disputed];
        check(
            "timeTick",
            &running,
            allowed(&world, phase, stranger, 0, world.tick_call()),
        );
    }
}
