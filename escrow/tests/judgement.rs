//! Convictions: each names a fault that the contract checked against the committed root.

mod world;
use alloy_primitives::{Address, B256, Bytes};
use alloy_sol_types::SolValue;
use surety_contracts::*;
use surety_protocol::merkle::{self, Tree};
use world::*;

const CONVICTED: Option<(Phase, u128, u128)> = Some((Phase::Convicted, REWARD + BONUS + DEPOSIT, 0));

#[test]
fn anybody_convicts_a_wrong_element_with_the_predicates_no() {
    let mut world = World::new(|_| ()).with_set(&[2, 3, 4, 5]).committed();
    world.predicate_says(0, &[], &element(4), no());
    let leaves = world.leaves(&[2]);
    world
        .judge(STRANGER, Fault::WrongElement, leaves, 2, &[])
        .expect("convicted");
    assert_eq!(world.settled(), CONVICTED);
    let event = &world.events::<IEscrow::Convicted>()[0];
    assert_eq!((event.fault, event.at, event.by), (Fault::WrongElement, 2, STRANGER));
    assert_eq!(
        (world.job().fault, world.job().root),
        (Fault::WrongElement, world.root()),
        "the root stays readable"
    );
}

#[test]
fn a_false_accusation_is_refused_and_nothing_is_lost() {
    let mut world = World::new(|_| ()).committed();
    world.predicate_says(0, &[], &element(5), yes());
    let before = world.job();
    let leaves = world.leaves(&[2]);
    refused!(world.judge(CLIENT, Fault::WrongElement, leaves, 2, &[]), NotAFault {});
    assert_eq!((world.job(), world.settled()), (before, None));
}

#[test]
fn nobody_is_convicted_for_an_element_that_was_never_committed() {
    for edit in [|_: &mut Terms| (), |terms: &mut Terms| terms.predicate = Address::ZERO] {
        let mut world = World::new(edit).committed();
        world.predicate_says(0, &[], &element(4), no());
        let mut forged = world.leaves(&[2]);
        forged[0].element = element(4).into();
        refused!(
            world.judge(REFEREE, Fault::WrongElement, forged, 2, &[]),
            BadProof { index: 2 }
        );
        let leaves = world.leaves(&[2]);
        refused!(
            world.judge(REFEREE, Fault::WrongElement, leaves, 3, &[]),
            WrongEvidence {}
        );
        let mut outside = world.leaves(&[2]);
        outside[0].index = 6;
        refused!(
            world.judge(REFEREE, Fault::WrongElement, outside, 6, &[]),
            BadProof { index: 6 }
        );
        assert_eq!(world.job().phase, Phase::Committed);
    }
}

#[test]
fn without_a_predicate_the_referees_word_decides_one_bit_and_nobody_elses() {
    let mut world = World::new(|terms| terms.predicate = Address::ZERO).committed();
    for who in [CLIENT, WORKER, STRANGER] {
        let leaves = world.leaves(&[2]);
        refused!(
            world.judge(who, Fault::WrongElement, leaves, 2, &[]),
            NotReferee { referee: REFEREE }
        );
    }
    let leaves = world.leaves(&[2]);
    world
        .judge(REFEREE, Fault::WrongElement, leaves, 2, &[])
        .expect("its word");
    assert_eq!(world.settled(), CONVICTED);
    let mut world = World::new(|terms| (terms.predicate, terms.referee) = Default::default()).committed();
    let leaves = world.leaves(&[2]);
    refused!(world.judge(STRANGER, Fault::WrongElement, leaves, 2, &[]), NoReferee {});
}

#[test]
fn anybody_convicts_disorder_and_duplicates_without_asking_anyone() {
    for numbers in [&[2, 5, 3][..], &[2, 3, 3], &[3, 3, 5]] {
        let mut world = World::new(|terms| (terms.predicate, terms.referee) = Default::default()).with_set(numbers);
        world = world.committed();
        let at = numbers
            .windows(2)
            .position(|pair| pair[0] >= pair[1])
            .expect("disorder") as u64;
        let leaves = world.leaves(&[at, at + 1]);
        world
            .judge(STRANGER, Fault::Disorder, leaves, at, &[])
            .expect("convicted");
        assert_eq!((world.settled(), world.job().fault), (CONVICTED, Fault::Disorder));
    }
    let mut world = World::new(|_| ()).committed();
    let ordered = world.leaves(&[1, 2]);
    refused!(world.judge(STRANGER, Fault::Disorder, ordered, 1, &[]), InOrder {});
    let swapped = world.leaves(&[2, 1]);
    refused!(
        world.judge(STRANGER, Fault::Disorder, swapped, 1, &[]),
        WrongEvidence {}
    );
    let apart = world.leaves(&[1, 3]);
    refused!(world.judge(STRANGER, Fault::Disorder, apart, 1, &[]), WrongEvidence {});
}

#[test]
fn a_missing_element_is_shown_by_its_neighbours() {
    // (committed, missing, insertion point, neighbours)
    let cases: [(&[u64], u64, u64, &[u64]); 4] = [
        (&[3, 5], 2, 0, &[0]),
        (&[2, 5], 3, 1, &[0, 1]),
        (&[2, 3], 5, 2, &[1]),
        (&[], 2, 0, &[]),
    ];
    for (numbers, missing, at, neighbours) in cases {
        let mut world = World::new(|_| ()).with_set(numbers).committed();
        world.predicate_says(0, &[], &element(missing), yes());
        let leaves = world.leaves(neighbours);
        world
            .judge(STRANGER, Fault::MissingElement, leaves, at, &element(missing))
            .expect("convicted");
        assert_eq!((world.settled(), world.job().fault), (CONVICTED, Fault::MissingElement));
    }
}

#[test]
fn what_is_there_or_does_not_belong_is_not_missing() {
    let mut world = World::new(|_| ()).committed();
    let leaves = |world: &World| world.leaves(&[1, 2]);
    for there in [3, 5, 2, 7] {
        let evidence = leaves(&world);
        refused!(
            world.judge(STRANGER, Fault::MissingElement, evidence, 2, &element(there)),
            NotMissing {}
        );
    }
    let evidence = leaves(&world);
    refused!(
        world.judge(STRANGER, Fault::MissingElement, evidence, 2, &[0; 9]),
        ElementTooLong {
            length: 9,
            maxElement: 8
        }
    );
    world.predicate_says(0, &[], &element(4), no());
    let evidence = leaves(&world);
    refused!(
        world.judge(STRANGER, Fault::MissingElement, evidence, 2, &element(4)),
        NotAFault {}
    );
    let one = world.leaves(&[1]);
    refused!(
        world.judge(STRANGER, Fault::MissingElement, one, 2, &element(4)),
        WrongEvidence {}
    );
    let none = world.leaves(&[]);
    refused!(
        world.judge(STRANGER, Fault::MissingElement, none, 7, &element(99)),
        WrongEvidence {}
    );
    let mut world = World::new(|terms| terms.predicate = Address::ZERO).committed();
    let evidence = leaves(&world);
    refused!(
        world.judge(REFEREE, Fault::MissingElement, evidence, 2, &element(4)),
        FaultNotAdmissible {
            fault: Fault::MissingElement
        }
    );
}

#[test]
fn each_form_has_its_own_faults() {
    let cases = [
        (Form::Set, 0, vec![Fault::None, Fault::Withheld, Fault::WrongStep]),
        (
            Form::Table,
            6,
            vec![
                Fault::None,
                Fault::Withheld,
                Fault::Disorder,
                Fault::MissingElement,
                Fault::WrongStep,
            ],
        ),
        (
            Form::Chain,
            6,
            vec![
                Fault::None,
                Fault::Withheld,
                Fault::WrongElement,
                Fault::Disorder,
                Fault::MissingElement,
            ],
        ),
    ];
    for (form, count, faults) in cases {
        let mut world = World::new(|terms| (terms.form, terms.count) = (form, count)).committed();
        for fault in faults {
            refused!(
                world.judge(STRANGER, fault, Vec::new(), 0, &[]),
                FaultNotAdmissible { fault: fault }
            );
        }
    }
}

/// A stranger accuses the worker of a job of six elements; the predicate says no to what it is asked.
#[track_caller]
fn convicts(form: Form, fault: Fault, leaves: &[u64], at: u64, (previous, asked): (&[u8], &[u8])) {
    let mut world = World::new(|terms| (terms.form, terms.count) = (form, 6)).committed();
    world.predicate_says(at, previous, asked, no());
    let leaves = world.leaves(leaves);
    world.judge(STRANGER, fault, leaves, at, &[]).expect("convicted");
    assert_eq!((world.settled(), world.job().fault), (CONVICTED, fault));
}

#[test]
fn a_table_element_is_asked_with_its_index() {
    convicts(Form::Table, Fault::WrongElement, &[4], 4, (&[], &element(11)));
}

#[test]
fn a_wrong_step_is_two_neighbours_or_the_start_alone() {
    convicts(Form::Chain, Fault::WrongStep, &[3, 4], 4, (&element(7), &element(11)));
    convicts(Form::Chain, Fault::WrongStep, &[0], 0, (&[], &element(2)));
}

#[test]
fn a_predicate_that_fails_or_answers_garbage_decides_nothing() {
    let mut world = World::new(|_| ()).with_set(&[2, 3, 4]).committed();
    let word = |last: u8| [&[0; 31][..], &[last]].concat();
    let answers = [
        Ok(Vec::new()),
        Ok(vec![0; 31]),
        Ok(vec![0; 33]),
        Ok([&[1][..], &[0; 31]].concat()),
        Ok(word(2)),
        Ok(word(255)),
        Err(Vec::new()),
        Err(false.abi_encode()),
    ];
    for answer in answers {
        world.predicate_says(0, &[], &element(4), answer);
        let leaves = world.leaves(&[2]);
        refused!(
            world.judge(STRANGER, Fault::WrongElement, leaves, 2, &[]),
            PredicateFailed {}
        );
    }
    assert_eq!(world.job().phase, Phase::Committed);
}

#[test]
fn the_predicate_is_asked_only_with_what_the_terms_committed_to() {
    let mut world = World::new(|_| ()).with_set(&[2, 3, 4]).committed();
    let good = world.opening();
    let bad = [
        Opening {
            functionBytes: Bytes::from_static(b"primez"),
            ..good.clone()
        },
        Opening {
            functionSalt: B256::ZERO,
            ..good.clone()
        },
        Opening {
            dataBytes: Bytes::from_static(b"0..33"),
            ..good.clone()
        },
        Opening {
            dataSalt: B256::ZERO,
            ..good.clone()
        },
    ];
    for opening in bad {
        let leaves = world.leaves(&[2]);
        let outcome = world.judge_with(STRANGER, Fault::WrongElement, leaves, 2, &[], &opening);
        refused!(outcome, OpeningMismatch {});
    }
}

#[test]
fn judgement_comes_before_the_clock_that_runs() {
    let t3 = START + DISPUTE;
    let mut world = World::new(|terms| terms.predicate = Address::ZERO).committed();
    world.at(t3 + 1);
    let leaves = world.leaves(&[2]);
    refused!(
        world.judge(REFEREE, Fault::WrongElement, leaves.clone(), 2, &[]),
        TooLate { deadline: t3 }
    );
    world.at(t3);
    world
        .judge(REFEREE, Fault::WrongElement, leaves, 2, &[])
        .expect("in the last second");
}

#[test]
fn a_conviction_returns_the_bonds_of_a_pending_challenge() {
    let mut world = World::new(|terms| terms.predicate = Address::ZERO).disputed();
    let leaves = world.leaves(&[2]);
    world
        .judge(REFEREE, Fault::WrongElement, leaves, 2, &[])
        .expect("ruling");
    assert_eq!(
        world.settled(),
        Some((Phase::Convicted, REWARD + BONUS + DEPOSIT + BOND, 0))
    );
    let mut world = World::new(|_| ()).with_set(&[2, 3, 3]).demanded(&[0, 1, 2]);
    let leaves = world.leaves(&[1, 2]);
    world
        .judge(STRANGER, Fault::Disorder, leaves, 1, &[])
        .expect("convicted");
    assert_eq!(
        world.settled(),
        Some((Phase::Convicted, REWARD + BONUS + DEPOSIT + 3 * BOND, 0))
    );
}

#[test]
fn a_node_does_not_pass_for_a_leaf() {
    // The preimage of an inner node, claimed as an element of a smaller tree, must not verify.
    let mut world = World::new(|terms| terms.maxElement = 64).committed();
    let hashes = world.work.tree.leaves().to_vec();
    let inner = [hashes[0], hashes[1]].concat();
    let shorter = Tree::new(vec![merkle::node_hash(&hashes[0], &hashes[1]), hashes[2]]);
    let proof = shorter.prove(0).expect("in range").into_iter().map(B256::new).collect();
    let forged = vec![Leaf {
        index: 0,
        element: inner.into(),
        proof,
    }];
    refused!(
        world.judge(STRANGER, Fault::WrongElement, forged, 0, &[]),
        BadProof { index: 0 }
    );
}
