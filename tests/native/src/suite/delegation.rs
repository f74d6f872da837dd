//! What the escrow refuses before there is a result: terms, callers, payments and times, each with its error.

use alloy_primitives::{Address, B256, Bytes, U256, aliases::U96};
use alloy_sol_types::SolError;
use surety_contracts::*;

use crate::*;

pub fn terms_that_cannot_work<P: Platform + Default>() {
    type Edit = fn(&mut Terms);
    let mut world = World::<P>::plain(|_| {});
    let (good, client, verifier) = (world.terms(), world.client, world.verifier);
    let window = RESPONSE as u32;
    let cases: [(Edit, Vec<u8>); 9] = [
        (
            |terms| terms.rulingWindow = 0,
            IEscrow::BadWindow { window: 0 }.abi_encode(),
        ),
        (|terms| terms.bond = U96::ZERO, IEscrow::BondIsZero {}.abi_encode()),
        (
            |terms| terms.acceptBy = 1,
            IEscrow::AcceptByPassed { acceptBy: 1 }.abi_encode(),
        ),
        (|terms| terms.count = 1, IEscrow::BadCount { count: 1 }.abi_encode()),
        (
            |terms| terms.maxElement = 0,
            IEscrow::BadMaxElement { maxElement: 0 }.abi_encode(),
        ),
        (
            |terms| terms.referee = terms.client,
            IEscrow::BadReferee { referee: client }.abi_encode(),
        ),
        (
            |terms| (terms.referee, terms.isSealed) = (Address::ZERO, true),
            IEscrow::VerifierNeedsReferee {}.abi_encode(),
        ),
        (
            |terms| terms.isSealed = false,
            IEscrow::VerifierNeedsSealing {}.abi_encode(),
        ),
        (
            |terms| (terms.isSealed, terms.disputeWindow) = (true, terms.responseWindow),
            IEscrow::VerifierNeedsTime {
                disputeWindow: window,
                responseWindow: window,
            }
            .abi_encode(),
        ),
    ];
    for (number, (edit, error)) in cases.into_iter().enumerate() {
        world.terms = good.clone();
        // The last three are about terms with a verifier.
        if number >= 6 {
            world.terms.verifier = verifier;
        }
        edit(&mut world.terms);
        let answer = world.peek(client, world.escrow, REWARD + BONUS, &world.delegate_call());
        assert_eq!(answer.map_err(Bytes::from), Err(error.into()), "case {number}");
    }
    world.terms = good;
    world.delegate();
}

pub fn wrong_callers_payments_and_times<P: Platform + Default>() {
    let world = World::<P>::plain(|_| {});
    let (client, worker, stranger, escrow) = (world.client, world.worker, world.stranger, world.escrow);
    let delegate = world.delegate_call();
    let not_client = IEscrow::NotClient { client };
    world.refuses(stranger, escrow, REWARD + BONUS, &delegate, not_client);
    let wrong = |expected: u128| IEscrow::WrongPayment {
        expected: U256::from(expected),
        paid: U256::from(1),
    };
    world.refuses(client, escrow, 1, &delegate, wrong(REWARD + BONUS));
    world.delegate();
    let used = IEscrow::IdUsed { jobId: world.id() };
    world.refuses(client, escrow, REWARD + BONUS, &delegate, used);
    let not_worker = || IEscrow::NotWorker { worker };
    world.refuses(stranger, escrow, DEPOSIT, &world.take_call(), not_worker());
    world.refuses(stranger, escrow, 1, &world.tick_call(), wrong(0));
    let mut unknown = world.accept_call();
    unknown.terms.salt = B256::repeat_byte(9);
    world.refuses(client, escrow, 0, &unknown, IEscrow::WrongPhase { phase: Phase::None });
    let (now, last) = (world.platform.now(), world.start + ACCEPT);
    world.at(last + 1);
    world.refuses(
        worker,
        escrow,
        DEPOSIT,
        &world.take_call(),
        IEscrow::TooLate { deadline: last },
    );
    world.at(now);

    world.take();
    world.refuses(stranger, escrow, 0, &world.submit_call(), not_worker());
    world.refuses(worker, escrow, 0, &world.seal_call(), IEscrow::JobIsNotSealed {});
    let mut lied = world.submit_call();
    lied.count = 0;
    world.refuses(worker, escrow, 0, &lied, IEscrow::WrongCount { count: 0 });
    world.past_t2();
    world.refuses(
        worker,
        escrow,
        0,
        &world.submit_call(),
        IEscrow::TooLate { deadline: world.t2() },
    );
}

pub fn seals_open_after_t2_for_their_worker_alone<P: Platform + Default>() {
    let world = World::<P>::plain(|terms| terms.isSealed = true);
    world.delegate().take().seal_result();
    let (worker, escrow, reveal) = (world.worker, world.escrow, world.reveal_call());
    world.at(world.t2());
    world.refuses(worker, escrow, 0, &reveal, IEscrow::TooEarly { notBefore: world.t2() });
    world.past_t2();
    let mut forged = world.reveal_call();
    forged.salt = B256::ZERO;
    world.refuses(worker, escrow, 0, &forged, IEscrow::SealMismatch {});
    world.refuses(world.stranger, escrow, 0, &reveal, IEscrow::NotWorker { worker });
    world.reveal_result();
    assert_eq!(
        (world.job().phase, world.job().root),
        (Phase::Committed, world.work.root())
    );
}
