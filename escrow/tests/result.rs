//! Committing to a result, openly or under seal, and logging its leaves.

mod world;
use alloy_primitives::B256;
use surety_contracts::*;
use surety_protocol::{Digest, merkle};
use world::*;

#[test]
fn submit_result_is_for_the_worker_by_t2() {
    let mut world = World::new(|_| ()).taken();
    let (root, count) = (world.root(), world.count());
    refused!(
        world.call(STRANGER, 0, |escrow, terms| escrow.submit_result(terms, root, count)),
        NotWorker { worker: WORKER }
    );
    world.at(START + COMPUTE + 1);
    refused!(
        world.call(WORKER, 0, |escrow, terms| escrow.submit_result(terms, root, count)),
        TooLate {
            deadline: START + COMPUTE
        }
    );
    world.at(START + COMPUTE);
    world
        .call(WORKER, 0, |escrow, terms| escrow.submit_result(terms, root, count))
        .expect("in the last second");
    let job = world.job();
    assert_eq!((job.phase, job.root, job.count), (Phase::Committed, root, count));
    assert_eq!(job.clock, START + COMPUTE + DISPUTE, "T3 counts from the submission");
}

fn submit(world: &mut World, root: B256, count: u64) -> Outcome {
    world.call(WORKER, 0, |escrow, terms| escrow.submit_result(terms, root, count))
}

#[test]
fn a_count_must_fit_its_root_and_the_terms() {
    let empty = B256::new(merkle::EMPTY_ROOT);
    let other = B256::repeat_byte(7);
    let mut set = World::new(|_| ()).taken();
    for (root, count) in [(empty, 1), (other, 0), (other, 1 << 48), (other, u64::MAX)] {
        refused!(submit(&mut set, root, count), WrongCount { count: count });
    }
    submit(&mut set, empty, 0).expect("an empty Set is a result");
    assert_eq!((set.job().root, set.job().count), (empty, 0));

    let mut table = World::new(|terms| (terms.form, terms.count) = (Form::Table, 6)).taken();
    for (root, count) in [(other, 5), (other, 7), (empty, 0), (empty, 6)] {
        refused!(submit(&mut table, root, count), WrongCount { count: count });
    }
    submit(&mut table, other, 6).expect("the terms' count");
}

#[test]
fn sealed_and_open_jobs_do_not_mix() {
    let mut world = World::new(|_| ()).taken();
    let seal = world.seal();
    refused!(
        world.call(WORKER, 0, |escrow, terms| escrow.submit_seal(terms, seal)),
        JobIsNotSealed {}
    );
    let mut world = World::new(|terms| terms.isSealed = true).taken();
    let (root, count) = (world.root(), world.count());
    refused!(
        world.call(WORKER, 0, |escrow, terms| escrow.submit_result(terms, root, count)),
        JobIsSealed {}
    );
}

#[test]
fn a_seal_hides_the_result_until_t2_and_opens_for_its_worker_alone() {
    let mut world = World::new(|terms| terms.isSealed = true).taken();
    let (root, count, seal) = (world.root(), world.count(), world.seal());
    refused!(
        world.call(STRANGER, 0, |escrow, terms| escrow.submit_seal(terms, seal)),
        NotWorker { worker: WORKER }
    );
    world.at(START + COMPUTE + 1);
    refused!(
        world.call(WORKER, 0, |escrow, terms| escrow.submit_seal(terms, seal)),
        TooLate {
            deadline: START + COMPUTE
        }
    );
    world.at(START + COMPUTE);
    world
        .call(WORKER, 0, |escrow, terms| escrow.submit_seal(terms, seal))
        .expect("in the last second");
    assert_eq!(
        (world.job().phase, world.job().root),
        (Phase::Sealed, B256::ZERO),
        "the seal is no root"
    );

    let mut reveal = |who, time, root, count, salt| {
        world.at(time);
        world.call(who, 0, |escrow, terms| escrow.reveal(terms, root, count, salt))
    };
    let t2 = START + COMPUTE;
    refused!(reveal(WORKER, t2, root, count, SEAL_SALT), TooEarly { notBefore: t2 });
    refused!(
        reveal(WORKER, t2 + RESPONSE + 1, root, count, SEAL_SALT),
        TooLate {
            deadline: t2 + RESPONSE
        }
    );
    refused!(
        reveal(STRANGER, t2 + 1, root, count, SEAL_SALT),
        NotWorker { worker: WORKER }
    );
    refused!(
        reveal(WORKER, t2 + 1, B256::repeat_byte(9), count, SEAL_SALT),
        SealMismatch {}
    );
    refused!(reveal(WORKER, t2 + 1, root, count + 1, SEAL_SALT), SealMismatch {});
    refused!(reveal(WORKER, t2 + 1, root, count, B256::ZERO), SealMismatch {});
    reveal(WORKER, t2 + RESPONSE, root, count, SEAL_SALT).expect("in the last second");
    let job = world.job();
    assert_eq!((job.phase, job.root, job.count), (Phase::Committed, root, count));
    assert_eq!(job.clock, t2 + RESPONSE + DISPUTE, "T3 counts from the reveal");
}

#[test]
fn a_seal_over_a_count_that_contradicts_the_terms_does_not_open() {
    let edit = |terms: &mut Terms| (terms.isSealed, terms.form, terms.count) = (true, Form::Table, 5);
    let mut world = World::new(edit).sealed();
    let (root, count) = (world.root(), world.count());
    world.at(START + COMPUTE + 1);
    refused!(
        world.call(WORKER, 0, |escrow, terms| escrow.reveal(terms, root, count, SEAL_SALT)),
        WrongCount { count: 6 }
    );
}

#[test]
fn publish_leaves_logs_hashes_that_lead_to_the_root() {
    let mut world = World::new(|_| ()).committed();
    let hashes = world.work.tree.leaves().to_vec();
    let publish = |world: &mut World, who, hashes: Vec<Digest>| {
        world.call(who, 0, |escrow, terms| escrow.publish_leaves(terms, &hashes))
    };
    refused!(
        publish(&mut world, CLIENT, hashes.clone()),
        NotWorker { worker: WORKER }
    );
    refused!(
        publish(&mut world, WORKER, hashes[1..].to_vec()),
        WrongCount { count: 5 }
    );
    let mut swapped = hashes.clone();
    swapped.swap(0, 1);
    assert!(matches!(
        publish(&mut world, WORKER, swapped),
        Err(surety_escrow::EscrowError::RootMismatch(_))
    ));
    let before = world.job();
    publish(&mut world, WORKER, hashes.clone()).expect("publish");
    assert_eq!(world.job(), before, "no effect on the job");
    assert_eq!(
        world.events::<IEscrow::LeavesPublished>()[0].hashes,
        hashes.into_iter().map(B256::new).collect::<Vec<_>>()
    );
}
