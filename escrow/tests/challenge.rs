//! Demands and their answers, disputes, confirmations.

mod world;
use alloy_primitives::{Address, B256, U256};
use alloy_sol_types::SolValue;
use surety_contracts::{contract::Contract as _, *};
use world::*;

fn no_predicate(terms: &mut Terms) {
    terms.predicate = Address::ZERO;
}

fn with_verifier(terms: &mut Terms) {
    (terms.verifier, terms.isSealed) = (VERIFIER, true);
}

const T3: u64 = START + DISPUTE;

#[test]
fn demand_is_for_the_client_by_t3_with_a_bond_for_each_index() {
    let mut world = World::new(|_| ()).committed();
    let ask = |world: &mut World, who, value, indices: &[u64]| {
        world.call(who, value, |escrow, terms| escrow.demand(terms, indices))
    };
    refused!(ask(&mut world, STRANGER, BOND, &[0]), NotClient { client: CLIENT });
    refused!(
        ask(&mut world, CLIENT, BOND, &[0, 1]),
        WrongPayment {
            expected: U256::from(2 * BOND),
            paid: U256::from(BOND)
        }
    );
    for indices in [&[][..], &[1, 1], &[2, 1]] {
        refused!(
            ask(&mut world, CLIENT, BOND * indices.len() as u128, indices),
            BadIndices {}
        );
    }
    refused!(
        ask(&mut world, CLIENT, 2 * BOND, &[0, 6]),
        IndexOutOfRange { index: 6, count: 6 }
    );
    world.at(T3 + 1);
    refused!(ask(&mut world, CLIENT, BOND, &[0]), TooLate { deadline: T3 });
    world.at(T3);
    ask(&mut world, CLIENT, 2 * BOND, &[0, 5]).expect("in the last second");
    assert_eq!((world.job().phase, world.job().clock), (Phase::Demanded, T3 + RESPONSE));
    refused!(
        ask(&mut world, CLIENT, BOND, &[0]),
        WrongPhase { phase: Phase::Demanded }
    );
}

#[test]
fn a_demand_must_be_answerable_in_one_transaction() {
    let numbers: Vec<u64> = (0..100).collect();
    let mut world = World::new(|_| ()).with_set(&numbers).committed();
    refused!(world.demand(&numbers[..65]), BadIndices {});
    // 8 + 32 x 7 + 256 = 488 bytes an index: 64 fit easily.
    world.demand(&numbers[..64]).expect("64 indices");
    // 32,768 + 32 x 7 + 256 = 33,248 bytes: one fits, two do not.
    let mut world = World::new(|terms| terms.maxElement = 32_768)
        .with_set(&numbers)
        .committed();
    refused!(
        world.demand(&[0, 1]),
        DemandTooLarge {
            size: 66_496,
            limit: 65_536
        }
    );
    world.demand(&[0]).expect("one index");
}

#[test]
fn an_empty_set_has_nothing_to_demand() {
    let mut world = World::new(|_| ()).with_set(&[]).committed();
    refused!(world.demand(&[0]), IndexOutOfRange { index: 0, count: 0 });
}

#[test]
fn an_answer_may_share_its_paths_or_show_them_whole() {
    let mut world = World::new(|_| ()).demanded(&[1, 2, 4]);
    let shared = world.leaves(&[1, 2, 4]);
    let whole: Vec<_> = [1, 2, 4].map(|index| world.work.leaf(index)).into();
    let digests = |leaves: &[Leaf]| leaves.iter().map(|leaf| leaf.proof.len()).collect::<Vec<_>>();
    assert!(digests(&shared) < digests(&whole));
    let mixed = vec![whole[0].clone(), shared[1].clone(), whole[2].clone()];
    let mut without = shared.clone();
    without[0].proof.pop();
    refused!(world.deliver(STRANGER, without), BadProof { index: 1 });
    for answer in [shared, whole, mixed] {
        world.deliver(STRANGER, answer).expect("delivered");
        world.demand(&[1, 2, 4]).expect("demanded again");
    }
}

#[test]
fn anybody_answers_with_exactly_what_was_asked() {
    let mut world = World::new(|_| ()).demanded(&[1, 4]);
    let good = world.leaves(&[1, 4]);
    refused!(world.deliver(STRANGER, Vec::new()), IndicesMismatch {});
    refused!(world.deliver(STRANGER, good[..1].to_vec()), IndicesMismatch {});
    let other = world.leaves(&[1, 3]);
    refused!(world.deliver(STRANGER, other), IndicesMismatch {});
    let mut lie = good.clone();
    lie[1].element = element(12).into();
    refused!(world.deliver(STRANGER, lie), BadProof { index: 4 });
    let mut short = good.clone();
    short[0].proof.pop();
    refused!(world.deliver(STRANGER, short), BadProof { index: 1 });
    let mut apart = good.clone();
    apart[1].proof.pop();
    refused!(world.deliver(STRANGER, apart), BadProof { index: 4 });
    let mut long = good.clone();
    long[0].element = vec![0; 9].into();
    refused!(
        world.deliver(STRANGER, long),
        ElementTooLong {
            length: 9,
            maxElement: 8
        }
    );

    let due = START + RESPONSE;
    world.at(due + 1);
    refused!(world.deliver(STRANGER, good.clone()), TooLate { deadline: due });
    world.at(due);
    world.refuses(STRANGER, 2 * BOND);
    world.deliver(STRANGER, good).expect("in the last second");
    assert_eq!(
        (world.job().phase, world.job().clock),
        (Phase::Committed, T3),
        "T3 is later than answer + response"
    );
    assert_eq!(
        world.escrow.credit(STRANGER),
        U256::from(2 * BOND),
        "the bond went to the sender"
    );
}

#[test]
fn a_late_answer_moves_the_payout_but_not_t3() {
    let mut world = World::new(|_| ()).committed();
    world.at(T3 - 5);
    world.demand(&[0]).expect("demand");
    world.at(T3 + 100);
    let leaves = world.leaves(&[0]);
    world.deliver(WORKER, leaves).expect("deliver");
    assert_eq!(world.job().clock, T3 + 100 + RESPONSE);
    refused!(world.demand(&[1]), TooLate { deadline: T3 });
    world.at(T3 + 100 + RESPONSE);
    refused!(
        world.tick(),
        TooEarly {
            notBefore: T3 + 100 + RESPONSE
        }
    );
    world.at(T3 + 101 + RESPONSE);
    world.tick().expect("payout");
    assert_eq!(world.settled(), Some((Phase::Paid, BONUS, REWARD + DEPOSIT)));
}

#[test]
fn a_second_demand_may_follow_an_answer_by_t3() {
    let mut world = World::new(|_| ()).demanded(&[0]);
    let leaves = world.leaves(&[0]);
    world.deliver(WORKER, leaves).expect("deliver");
    world.demand(&[1, 2]).expect("second demand");
    let pending = world.escrow.pending(world.id());
    assert_eq!((pending.demandBy, pending.bonds), (T3, 2));
    world.at(START + RESPONSE + 1);
    world.tick().expect("withheld");
    assert_eq!(
        world.settled(),
        Some((Phase::Convicted, REWARD + BONUS + DEPOSIT + 2 * BOND, 0))
    );
    assert_eq!(world.job().fault, Fault::Withheld);
}

#[test]
fn dispute_needs_a_referee_no_predicate_and_the_bond_before_the_payout() {
    let dispute = |world: &mut World, who, value| world.call(who, value, |escrow, terms| escrow.dispute(terms));
    let mut world = World::new(|_| ()).committed();
    refused!(dispute(&mut world, CLIENT, BOND), PredicateDecides {});
    let mut world = World::new(|terms| (terms.predicate, terms.referee) = Default::default()).committed();
    refused!(dispute(&mut world, CLIENT, BOND), NoReferee {});
    let mut world = World::new(no_predicate).committed();
    refused!(dispute(&mut world, WORKER, BOND), NotClient { client: CLIENT });
    refused!(
        dispute(&mut world, CLIENT, 0),
        WrongPayment {
            expected: U256::from(BOND),
            paid: U256::ZERO
        }
    );
    world.at(T3 + 1);
    refused!(dispute(&mut world, CLIENT, BOND), TooLate { deadline: T3 });
    world.at(T3);
    dispute(&mut world, CLIENT, BOND).expect("in the last second");
    assert_eq!((world.job().phase, world.job().clock), (Phase::Disputed, T3 + RULING));
}

#[test]
fn the_referee_confirms_once_and_the_bonus_is_earned() {
    let confirm = |world: &mut World, who| world.call(who, 0, |escrow, terms| escrow.confirm(terms));
    let mut world = World::new(no_predicate).committed();
    refused!(confirm(&mut world, STRANGER), NotReferee { referee: REFEREE });
    world.at(T3 + 1);
    refused!(confirm(&mut world, REFEREE), TooLate { deadline: T3 });
    world.at(T3);
    confirm(&mut world, REFEREE).expect("confirm");
    assert!(world.job().confirmed);
    refused!(confirm(&mut world, REFEREE), AlreadyConfirmed {});
    refused!(
        world.call(CLIENT, BOND, |escrow, terms| escrow.dispute(terms)),
        AlreadyConfirmed {}
    );
    let leaves = world.leaves(&[2]);
    refused!(
        world.judge(REFEREE, Fault::WrongElement, leaves, 2, &[]),
        AlreadyConfirmed {}
    );
    world.at(T3 + 1);
    world.tick().expect("payout");
    assert_eq!(world.settled(), Some((Phase::Paid, 0, REWARD + BONUS + DEPOSIT)));
    let mut world = World::new(|terms| terms.referee = Address::ZERO).committed();
    refused!(confirm(&mut world, STRANGER), NoReferee {});
}

#[test]
fn a_confirmation_ends_a_dispute_and_the_payout_clock_is_as_it_was() {
    let mut world = World::new(no_predicate).disputed();
    world.refuses(WORKER, BOND);
    world.at(START + RULING);
    world
        .call(REFEREE, 0, |escrow, terms| escrow.confirm(terms))
        .expect("confirm");
    assert_eq!(
        world.escrow.credit(WORKER),
        U256::from(BOND),
        "the bond went to the worker"
    );
    let job = world.job();
    assert_eq!((job.phase, job.clock, job.confirmed), (Phase::Committed, T3, true));
    world.at(T3 + 1);
    world.tick().expect("payout");
    assert_eq!(world.settled(), Some((Phase::Paid, 0, REWARD + BONUS + DEPOSIT)));
}

#[test]
fn a_confirmed_job_can_still_be_convicted_by_its_predicate_or_for_withholding() {
    let confirmed = || {
        let mut world = World::new(|_| ()).with_set(&[2, 3, 4]).committed();
        world
            .call(REFEREE, 0, |escrow, terms| escrow.confirm(terms))
            .expect("confirm");
        world
    };
    let mut world = confirmed();
    world.predicate_says(0, &[], &element(4), no());
    let leaves = world.leaves(&[2]);
    world
        .judge(STRANGER, Fault::WrongElement, leaves, 2, &[])
        .expect("convicted");
    assert_eq!(world.settled(), Some((Phase::Convicted, REWARD + BONUS + DEPOSIT, 0)));
    let mut world = confirmed();
    world.demand(&[0]).expect("demand");
    world.at(START + RESPONSE + 1);
    world.tick().expect("withheld");
    assert_eq!(
        world.settled(),
        Some((Phase::Convicted, REWARD + BONUS + DEPOSIT + BOND, 0))
    );
}

#[test]
fn anybody_confirms_what_the_verifier_reports_and_only_that() {
    let mut world = World::new(with_verifier).committed();
    let (root, count) = (world.root(), world.count());
    let confirm = |world: &mut World| world.call(STRANGER, 0, |escrow, terms| escrow.confirm(terms));
    let other = B256::repeat_byte(3);
    world.verifier_says(Ok((false, B256::ZERO, 0u64).abi_encode()));
    refused!(confirm(&mut world), NotRevealed {});
    world.verifier_says(Ok((true, other, count).abi_encode()));
    refused!(
        confirm(&mut world),
        ReportDiffers {
            root: other,
            count: count
        }
    );
    world.verifier_says(Ok((true, root, count + 1).abi_encode()));
    refused!(
        confirm(&mut world),
        ReportDiffers {
            root: root,
            count: count + 1
        }
    );
    let word = |last: u8| [&[0; 31][..], &[last]].concat();
    let garbage = [
        Vec::new(),
        vec![1; 95],
        [(true, root, count).abi_encode(), vec![0]].concat(),
        [word(2), root.to_vec(), word(count as u8)].concat(),
        [word(1), root.to_vec(), vec![0xff; 32]].concat(),
    ];
    for answer in garbage {
        world.verifier_says(Ok(answer));
        refused!(confirm(&mut world), VerifierFailed {});
    }
    world.verifier_says(Err((true, root, count).abi_encode()));
    refused!(confirm(&mut world), VerifierFailed {});
    world.verifier_says(Ok((true, root, count).abi_encode()));
    confirm(&mut world).expect("equal");
    assert!(world.job().confirmed);
}
