//! Bad input on the chain: each cause has its typed error, and nothing changes.

use alloy::primitives::{Address, B256, Bytes, U256, address, aliases::U96, bytes};
use surety_contracts::*;
use surety_tests::*;

#[test]
fn terms_that_cannot_work() {
    let refuse = |edit: fn(&mut Terms), error: fn(&World) -> Vec<u8>| {
        let world = World::new(edit);
        let outcome = world.call(world.client, REWARD + BONUS, world.delegate_call());
        assert_eq!(outcome, Err(error(&world).into()));
    };
    use alloy::sol_types::SolError;
    refuse(
        |terms| terms.rulingWindow = 0,
        |_| IEscrow::BadWindow { window: 0 }.abi_encode(),
    );
    refuse(|terms| terms.bond = U96::ZERO, |_| IEscrow::BondIsZero {}.abi_encode());
    refuse(
        |terms| terms.acceptBy = 1,
        |_| IEscrow::AcceptByPassed { acceptBy: 1 }.abi_encode(),
    );
    refuse(|terms| terms.count = 1, |_| IEscrow::BadCount { count: 1 }.abi_encode());
    refuse(
        |terms| terms.maxElement = 0,
        |_| IEscrow::BadMaxElement { maxElement: 0 }.abi_encode(),
    );
    refuse(
        |terms| terms.referee = terms.client,
        |world| IEscrow::BadReferee { referee: world.client }.abi_encode(),
    );
    refuse(
        |terms| (terms.referee, terms.verifier) = (Address::ZERO, Address::repeat_byte(1)),
        |_| IEscrow::VerifierNeedsReferee {}.abi_encode(),
    );
    refuse(
        |terms| terms.verifier = Address::repeat_byte(1),
        |_| IEscrow::VerifierNeedsSealing {}.abi_encode(),
    );
    refuse(
        |terms| {
            (terms.verifier, terms.isSealed) = (Address::repeat_byte(1), true);
            terms.disputeWindow = terms.responseWindow;
        },
        |_| {
            let window = RESPONSE as u32;
            IEscrow::VerifierNeedsTime {
                disputeWindow: window,
                responseWindow: window,
            }
            .abi_encode()
        },
    );
}

#[test]
fn wrong_callers_payments_and_times() {
    let world = World::new(|_| ());
    let (client, worker, stranger) = (world.client, world.worker, world.stranger);
    world.refuses(
        stranger,
        REWARD + BONUS,
        world.delegate_call(),
        IEscrow::NotClient { client },
    );
    let short = IEscrow::WrongPayment {
        expected: U256::from(REWARD + BONUS),
        paid: U256::from(1),
    };
    world.refuses(client, 1, world.delegate_call(), short);
    let world = world.delegated();
    let id = world.id();
    world.refuses(
        client,
        REWARD + BONUS,
        world.delegate_call(),
        IEscrow::IdUsed { jobId: id },
    );
    world.refuses(stranger, DEPOSIT, world.take_call(), IEscrow::NotWorker { worker });
    let unpaid = IEscrow::WrongPayment {
        expected: U256::ZERO,
        paid: U256::from(1),
    };
    world.refuses(stranger, 1, world.tick_call(), unpaid);
    let mut other = world.delegate_call();
    other.terms.salt = B256::repeat_byte(9);
    let unknown = IEscrow::acceptCall { terms: other.terms };
    world.refuses(client, 0, unknown, IEscrow::WrongPhase { phase: Phase::None });
    let last = world.start + ACCEPT;
    world.at(last + 1);
    world.refuses(worker, DEPOSIT, world.take_call(), IEscrow::TooLate { deadline: last });

    let world = World::new(|_| ()).taken();
    world.refuses(stranger, 0, world.submit_call(), IEscrow::NotWorker { worker });
    world.refuses(world.worker, 0, world.seal_call(), IEscrow::JobIsNotSealed {});
    let mut lied = world.submit_call();
    lied.count = 0;
    world.refuses(world.worker, 0, lied, IEscrow::WrongCount { count: 0 });
    world.at(world.t2() + 1);
    world.refuses(
        world.worker,
        0,
        world.submit_call(),
        IEscrow::TooLate { deadline: world.t2() },
    );
}

#[test]
fn seals_open_after_t2_for_their_worker_alone() {
    let world = World::new(|terms| terms.isSealed = true).sealed();
    world.at(world.t2());
    world.refuses(
        world.worker,
        0,
        world.reveal_call(),
        IEscrow::TooEarly { notBefore: world.t2() },
    );
    world.at(world.t2() + 1);
    let mut forged = world.reveal_call();
    forged.salt = B256::ZERO;
    world.refuses(world.worker, 0, forged, IEscrow::SealMismatch {});
    world.refuses(
        world.stranger,
        0,
        world.reveal_call(),
        IEscrow::NotWorker { worker: world.worker },
    );
    world.send(world.worker, 0, world.reveal_call());
    assert_eq!((world.job().phase, world.job().root), (Phase::Committed, world.root()));
}

#[test]
fn demands_and_answers_that_do_not_fit() {
    let world = World::new(|_| ()).committed();
    world.refuses(
        world.client,
        2 * BOND,
        world.demand_call(&[1, 1]),
        IEscrow::BadIndices {},
    );
    let outside = IEscrow::IndexOutOfRange { index: 11, count: 11 };
    world.refuses(world.client, BOND, world.demand_call(&[11]), outside);
    world.refuses(
        world.stranger,
        BOND,
        world.demand_call(&[1]),
        IEscrow::NotClient { client: world.client },
    );
    world.refuses(world.client, BOND, world.dispute_call(), IEscrow::PredicateDecides {});

    let world = World::new(|_| ()).demanded(&[1, 4]);
    let wrong = world.deliver_call(world.leaves(&[1, 5]));
    world.refuses(world.stranger, 0, wrong, IEscrow::IndicesMismatch {});
    let mut forged = world.leaves(&[1, 4]);
    forged[0].proof[0] = B256::ZERO;
    world.refuses(
        world.stranger,
        0,
        world.deliver_call(forged),
        IEscrow::BadProof { index: 1 },
    );
    let mut long = world.leaves(&[1, 4]);
    long[1].element = Bytes::from(vec![0; 9]);
    let too_long = IEscrow::ElementTooLong {
        length: 9,
        maxElement: 8,
    };
    world.refuses(world.stranger, 0, world.deliver_call(long), too_long);
    let before = world.balance(world.stranger);
    let gas = world.send(world.stranger, 0, world.deliver_call(world.leaves(&[1, 4])));
    assert_eq!(
        world.balance(world.stranger),
        before + U256::from(2 * BOND) - U256::from(gas)
    );
}

#[test]
fn an_empty_set_is_a_result_and_its_missing_element_a_fault() {
    let world = World::new(|_| ()).with_set(&[]).committed();
    assert_eq!((world.job().phase, world.job().count), (Phase::Committed, 0));
    let call = world.judge_call(Fault::MissingElement, Vec::new(), 0, &element(5));
    world.send(world.stranger, 0, call);
    assert_eq!(world.job().phase, Phase::Convicted);
}

#[test]
fn evidence_that_shows_nothing() {
    let world = World::new(|_| ()).committed();
    let judge = |fault, leaves, at, missing: &[u8]| world.judge_call(fault, leaves, at, missing);
    let anyone = world.stranger;
    world.refuses(
        anyone,
        0,
        judge(Fault::WrongElement, world.leaves(&[2]), 2, &[]),
        IEscrow::NotAFault {},
    );
    world.refuses(
        anyone,
        0,
        judge(Fault::WrongElement, world.leaves(&[2]), 3, &[]),
        IEscrow::WrongEvidence {},
    );
    world.refuses(
        anyone,
        0,
        judge(Fault::Disorder, world.leaves(&[2, 3]), 2, &[]),
        IEscrow::InOrder {},
    );
    let there = judge(Fault::MissingElement, world.leaves(&[1, 2]), 2, &element(5));
    world.refuses(anyone, 0, there, IEscrow::NotMissing {});
    let composite = judge(Fault::MissingElement, world.leaves(&[1, 2]), 2, &element(4));
    world.refuses(anyone, 0, composite, IEscrow::NotAFault {});
    let step = judge(Fault::WrongStep, world.leaves(&[1, 2]), 2, &[]);
    world.refuses(
        anyone,
        0,
        step,
        IEscrow::FaultNotAdmissible {
            fault: Fault::WrongStep,
        },
    );
    let mut never = world.leaves(&[2]);
    never[0].element = element(4).into();
    world.refuses(
        anyone,
        0,
        judge(Fault::WrongElement, never, 2, &[]),
        IEscrow::BadProof { index: 2 },
    );
    let mut opened = judge(Fault::WrongElement, world.leaves(&[2]), 2, &[]);
    opened.opening.dataBytes = bytes!("00");
    world.refuses(anyone, 0, opened, IEscrow::OpeningMismatch {});
}

#[test]
fn a_referee_rules_only_on_what_was_committed() {
    let world = World::new(|terms| terms.predicate = Address::ZERO)
        .with_set(&[2, 3, 4])
        .disputed();
    let word = || world.judge_call(Fault::WrongElement, world.leaves(&[2]), 2, &[]);
    world.refuses(
        world.stranger,
        0,
        word(),
        IEscrow::NotReferee { referee: world.referee },
    );
    let mut never = word();
    never.leaves[0].element = element(9).into();
    world.refuses(world.referee, 0, never, IEscrow::BadProof { index: 2 });
    world.send(world.referee, 0, word());
    assert_eq!(
        (world.job().phase, world.job().fault),
        (Phase::Convicted, Fault::WrongElement)
    );
}

#[test]
fn a_predicate_that_reverts_loops_bombs_or_returns_garbage_decides_nothing() {
    let programs = [
        Bytes::new(),                   // no code
        bytes!("60006000fd"),           // reverts
        bytes!("5b600056"),             // loops
        bytes!("fe"),                   // invalid
        bytes!("601f6000f3"),           // 31 bytes of zero
        bytes!("60216000f3"),           // 33 bytes of zero
        bytes!("620186a06000f3"),       // 100,000 bytes of zero
        bytes!("600260005260206000f3"), // two
        bytes!("60016000526020600010"), // runs off into nothing
    ];
    let predicate = address!("00000000000000000000000000000000000dead1");
    let world = World::new(|terms| terms.predicate = predicate)
        .with_set(&[2, 3, 4])
        .committed();
    for program in programs {
        world.node.set_code(predicate, program);
        let call = world.judge_call(Fault::WrongElement, world.leaves(&[2]), 2, &[]);
        world.refuses(world.stranger, 0, call, IEscrow::PredicateFailed {});
    }
    // The same evidence convicts once the predicate answers: a word of zero.
    world.node.set_code(predicate, bytes!("60206000f3"));
    world.send(
        world.stranger,
        0,
        world.judge_call(Fault::WrongElement, world.leaves(&[2]), 2, &[]),
    );
    assert_eq!(world.job().phase, Phase::Convicted);
}
