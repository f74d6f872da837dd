//! Every call in every phase: allowed where the protocol's table says so, refused with `WrongPhase` everywhere else.

mod world;
use alloy_primitives::{Address, B256};
use surety_contracts::*;
use surety_escrow::EscrowError;
use surety_native::{JOB_PHASES, JobCall, way_to};
use world::*;

/// Makes a call as whoever may make it, in its time.
fn attempt(call: JobCall, world: &mut World) -> Outcome {
    let (root, count) = (world.root(), world.count());
    match call {
        JobCall::Cancel => world.call(CLIENT, 0, |escrow, terms| escrow.cancel(terms)),
        JobCall::TakeOrder => world.call(WORKER, DEPOSIT, |escrow, terms| escrow.take_order(terms)),
        JobCall::SubmitResult => world.call(WORKER, 0, |escrow, terms| escrow.submit_result(terms, root, count)),
        JobCall::SubmitSeal => world.call(WORKER, 0, |escrow, terms| escrow.submit_seal(terms, B256::ZERO)),
        JobCall::Reveal => {
            if world.job().phase == Phase::Sealed {
                world.at(START + COMPUTE + 1);
            }
            world.call(WORKER, 0, |escrow, terms| escrow.reveal(terms, root, count, SEAL_SALT))
        }
        JobCall::PublishLeaves => {
            let hashes = world.work.tree.leaves().to_vec();
            world.call(WORKER, 0, |escrow, terms| escrow.publish_leaves(terms, &hashes))
        }
        JobCall::Accept => world.call(CLIENT, 0, |escrow, terms| escrow.accept(terms)),
        JobCall::Demand => world.demand(&DEMANDED),
        JobCall::Deliver => {
            let leaves = world.leaves(&DEMANDED);
            world.deliver(STRANGER, leaves)
        }
        JobCall::Dispute => world.call(CLIENT, BOND, |escrow, terms| escrow.dispute(terms)),
        JobCall::Judge => {
            let leaves = world.leaves(&[1]);
            world.judge(REFEREE, Fault::WrongElement, leaves, 1, &[])
        }
        JobCall::Confirm => world.call(REFEREE, 0, |escrow, terms| escrow.confirm(terms)),
        JobCall::TimeTick => {
            world.at(START + 10 * DISPUTE);
            world.tick()
        }
    }
}

#[test]
fn every_call_in_every_phase() {
    for phase in JOB_PHASES {
        let is_sealed = phase == Phase::Sealed;
        for call in JobCall::ALL.into_iter().filter(|call| call.exists(is_sealed)) {
            let mut world = World::new(|terms| (terms.predicate, terms.isSealed) = (Address::ZERO, is_sealed));
            world.walk(way_to(phase));
            let before = world.job();
            assert_eq!(before.phase, phase);
            match attempt(call, &mut world) {
                Ok(()) => assert!(call.phases().contains(&phase), "{call:?} was allowed in {phase:?}"),
                Err(EscrowError::WrongPhase(error)) => {
                    assert!(!call.phases().contains(&phase), "{call:?} was refused in {phase:?}");
                    assert_eq!(
                        (error.phase, world.job()),
                        (phase, before),
                        "{call:?} changed nothing in {phase:?}"
                    );
                }
                Err(other) => panic!("{call:?} in {phase:?}: {other:?}"),
            }
        }
    }
}
