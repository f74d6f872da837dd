//! Terms that work and terms that cannot; taking and cancelling orders.

mod world;
use alloy_primitives::{Address, B256, U256, aliases::U96, keccak256};
use alloy_sol_types::SolValue;
use surety_contracts::{codec::EncodedTerms, *};
use world::*;

fn delegate_with(edit: impl FnOnce(&mut Terms)) -> Outcome<B256> {
    let mut world = World::new(edit);
    world.call(CLIENT, REWARD + BONUS, |escrow, terms| escrow.delegate(terms))
}

#[test]
fn delegate_opens_a_job_under_the_hash_of_chain_contract_and_terms() {
    let world = World::new(|_| ()).delegated();
    let expected = keccak256((U256::from(412_346), ESCROW, world.terms.clone()).abi_encode_params());
    assert_eq!(world.id(), expected);
    let job = world.job();
    assert_eq!(
        (job.phase, job.fault, job.confirmed, job.worker),
        (Phase::Open, Fault::None, false, Address::ZERO)
    );
    let events = world.events::<IEscrow::Delegated>();
    assert_eq!(events.len(), 1);
    assert_eq!(events[0].terms, world.terms, "the event carries the terms");
    assert_eq!(
        (events[0].jobId, events[0].client, events[0].worker),
        (expected, CLIENT, WORKER)
    );
}

#[test]
fn an_id_serves_once_even_after_its_job_ended() {
    let mut world = World::new(|_| ()).delegated();
    let id = world.id();
    refused!(
        world.call(CLIENT, REWARD + BONUS, |escrow, terms| escrow.delegate(terms)),
        IdUsed { jobId: id }
    );
    world
        .call(CLIENT, 0, |escrow, terms| escrow.cancel(terms))
        .expect("cancel");
    refused!(
        world.call(CLIENT, REWARD + BONUS, |escrow, terms| escrow.delegate(terms)),
        IdUsed { jobId: id }
    );
}

#[test]
fn only_the_client_delegates_and_pays_exactly() {
    let mut world = World::new(|_| ());
    refused!(
        world.call(STRANGER, REWARD + BONUS, |escrow, terms| escrow.delegate(terms)),
        NotClient { client: CLIENT }
    );
    for paid in [0, REWARD, REWARD + BONUS - 1, REWARD + BONUS + 1] {
        refused!(
            world.call(CLIENT, paid, |escrow, terms| escrow.delegate(terms)),
            WrongPayment {
                expected: U256::from(REWARD + BONUS),
                paid: U256::from(paid)
            }
        );
    }
    assert_eq!(world.job().phase, Phase::None);
}

#[test]
fn windows_lie_between_a_second_and_a_year() {
    const YEAR: u32 = 365 * 24 * 3600;
    type Field = fn(&mut Terms) -> &mut u32;
    let windows: [Field; 4] = [
        |t| &mut t.computeWindow,
        |t| &mut t.disputeWindow,
        |t| &mut t.responseWindow,
        |t| &mut t.rulingWindow,
    ];
    for field in windows {
        for window in [0, YEAR + 1] {
            refused!(
                delegate_with(|terms| *field(terms) = window),
                BadWindow { window: window }
            );
        }
        for window in [1, YEAR] {
            delegate_with(|terms| *field(terms) = window).expect("a window that works");
        }
    }
}

#[test]
fn terms_that_cannot_work_are_refused() {
    refused!(delegate_with(|terms| terms.bond = U96::ZERO), BondIsZero {});
    refused!(
        delegate_with(|terms| terms.acceptBy = START - 1),
        AcceptByPassed { acceptBy: START - 1 }
    );
    delegate_with(|terms| terms.acceptBy = START).expect("by T1 means up to that second");
    for (form, bad, good) in [
        (Form::Set, vec![1, 1 << 48], vec![0]),
        (Form::Table, vec![0, 1 << 48], vec![1, (1 << 48) - 1]),
        (Form::Chain, vec![0, 1, 1 << 48], vec![2, (1 << 48) - 1]),
    ] {
        for count in bad {
            refused!(
                delegate_with(|terms| (terms.form, terms.count) = (form, count)),
                BadCount { count: count }
            );
        }
        for count in good {
            delegate_with(|terms| (terms.form, terms.count) = (form, count)).expect("a count that fits");
        }
    }
    for max in [0, 32_769] {
        refused!(
            delegate_with(|terms| terms.maxElement = max),
            BadMaxElement { maxElement: max }
        );
    }
    delegate_with(|terms| terms.maxElement = 32_768).expect("the longest element");
}

#[test]
fn a_referee_is_nobody_elses_account_and_a_verifier_needs_one() {
    for referee in [CLIENT, ESCROW] {
        refused!(
            delegate_with(|terms| terms.referee = referee),
            BadReferee { referee: referee }
        );
    }
    refused!(
        delegate_with(|terms| (terms.verifier, terms.isSealed, terms.referee) = (VERIFIER, true, VERIFIER)),
        BadReferee { referee: VERIFIER }
    );
    refused!(
        delegate_with(|terms| (terms.verifier, terms.isSealed, terms.referee) = (VERIFIER, true, Address::ZERO)),
        VerifierNeedsReferee {}
    );
    refused!(
        delegate_with(|terms| terms.verifier = VERIFIER),
        VerifierNeedsSealing {}
    );
    refused!(
        delegate_with(|terms| {
            (terms.verifier, terms.isSealed) = (VERIFIER, true);
            terms.disputeWindow = terms.responseWindow;
        }),
        VerifierNeedsTime {
            disputeWindow: RESPONSE as u32,
            responseWindow: RESPONSE as u32
        }
    );
    delegate_with(|terms| {
        (terms.verifier, terms.isSealed) = (VERIFIER, true);
        terms.disputeWindow = terms.responseWindow + 1;
    })
    .expect("one second is enough");
    delegate_with(|terms| terms.referee = Address::ZERO).expect("no referee is fine");
}

#[test]
fn terms_with_stray_bits_are_not_terms() {
    // Above the client's 20 bytes; no such form; a boolean of two; above a window's 4 bytes.
    for (word, byte, value) in [(0, 0, 1), (9, 31, 3), (12, 31, 2), (18, 27, 1)] {
        let mut world = World::new(|_| ());
        let mut words = words(&world.terms);
        words[word][byte] = value;
        let outcome = world.call(CLIENT, REWARD + BONUS, |escrow, _| {
            escrow.delegate(EncodedTerms(&words))
        });
        refused!(outcome, MalformedCalldata {});
        let id = world.escrow.job_id(EncodedTerms(&words)).map_err(|error| *error);
        refused!(id, MalformedCalldata {});
    }
}

#[test]
fn cancel_returns_what_the_client_paid_while_the_job_is_open() {
    let mut world = World::new(|_| ()).delegated();
    refused!(
        world.call(STRANGER, 0, |escrow, terms| escrow.cancel(terms)),
        NotClient { client: CLIENT }
    );
    world
        .call(CLIENT, 0, |escrow, terms| escrow.cancel(terms))
        .expect("cancel");
    assert_eq!(world.settled(), Some((Phase::Refunded, REWARD + BONUS, 0)));
}

#[test]
fn take_order_is_for_the_named_worker_by_t1_with_the_deposit() {
    let mut world = World::new(|_| ()).delegated();
    refused!(
        world.call(STRANGER, DEPOSIT, |escrow, terms| escrow.take_order(terms)),
        NotWorker { worker: WORKER }
    );
    refused!(
        world.call(WORKER, DEPOSIT + 1, |escrow, terms| escrow.take_order(terms)),
        WrongPayment {
            expected: U256::from(DEPOSIT),
            paid: U256::from(DEPOSIT + 1)
        }
    );
    world.at(START + ACCEPT + 1);
    refused!(
        world.call(WORKER, DEPOSIT, |escrow, terms| escrow.take_order(terms)),
        TooLate {
            deadline: START + ACCEPT
        }
    );
    world.at(START + ACCEPT);
    world
        .call(WORKER, DEPOSIT, |escrow, terms| escrow.take_order(terms))
        .expect("in the last second");
    let job = world.job();
    assert_eq!(
        (job.phase, job.worker, job.clock),
        (Phase::Taken, WORKER, START + ACCEPT + COMPUTE)
    );
}

#[test]
fn an_open_order_is_taken_by_anybody_but_its_client_and_referee() {
    for party in [CLIENT, REFEREE] {
        let mut world = World::new(|terms| terms.worker = Address::ZERO).delegated();
        refused!(
            world.call(party, DEPOSIT, |escrow, terms| escrow.take_order(terms)),
            WorkerIsParty { worker: party }
        );
    }
    let mut world = World::new(|terms| terms.worker = Address::ZERO).delegated();
    world
        .call(STRANGER, DEPOSIT, |escrow, terms| escrow.take_order(terms))
        .expect("take");
    assert_eq!(world.job().worker, STRANGER);
}
