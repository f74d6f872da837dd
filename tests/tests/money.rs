//! Who is paid what at each end of a job, to the wei, and nothing stays behind.

use alloy::primitives::{Address, Bytes, U256, bytes};
use surety_contracts::*;
use surety_tests::*;

const ALL: u128 = REWARD + BONUS + DEPOSIT;

/// Runs what ends the job from the stranger's account, and compares what client and worker received.
#[track_caller]
fn settles(world: &World, phase: Phase, client: u128, worker: u128, end: impl FnOnce(&World)) {
    let before = (world.balance(world.client), world.balance(world.worker));
    end(world);
    assert_eq!(world.job().phase, phase);
    assert_eq!(
        world.balance(world.client) - before.0,
        U256::from(client),
        "to the client"
    );
    assert_eq!(
        world.balance(world.worker) - before.1,
        U256::from(worker),
        "to the worker"
    );
    assert_eq!(world.balance(world.escrow), U256::ZERO, "what came in went out");
}

#[test]
fn every_running_phase_has_an_exit_by_the_clock_and_not_a_second_earlier() {
    let plain = || World::new(|_| ());
    let ruled = || World::new(|terms| terms.predicate = Address::ZERO);
    let sealed = || World::new(|terms| terms.isSealed = true);
    type Exit = (World, fn(&World) -> u64, Phase, u128, u128);
    let exits: [Exit; 6] = [
        (
            plain().delegated(),
            |w| w.start + ACCEPT,
            Phase::Refunded,
            REWARD + BONUS,
            0,
        ),
        (plain().taken(), World::t2, Phase::Forfeited, ALL, 0),
        (sealed().sealed(), |w| w.t2() + RESPONSE, Phase::Forfeited, ALL, 0),
        (plain().committed(), World::t3, Phase::Paid, BONUS, REWARD + DEPOSIT),
        (
            plain().demanded(&[0, 1]),
            |w| w.start + 3 + RESPONSE,
            Phase::Convicted,
            ALL + 2 * BOND,
            0,
        ),
        (
            ruled().disputed(),
            |w| w.start + 3 + RULING,
            Phase::Paid,
            BONUS,
            REWARD + DEPOSIT + BOND,
        ),
    ];
    for (world, last_second, phase, client, worker) in exits {
        let last = last_second(&world);
        world.at(last);
        world.refuses(
            world.stranger,
            0,
            world.tick_call(),
            IEscrow::TooEarly { notBefore: last },
        );
        settles(&world, phase, client, worker, |world| {
            world.at(last + 1);
            world.send(world.stranger, 0, world.tick_call());
        });
    }
}

#[test]
fn acceptance_pays_the_worker_at_once_less_only_gas() {
    let world = World::new(|_| ()).committed();
    let (client, worker) = (world.balance(world.client), world.balance(world.worker));
    let gas = world.send(
        world.client,
        0,
        IEscrow::acceptCall {
            terms: world.terms.clone(),
        },
    );
    assert_eq!(client - world.balance(world.client), U256::from(gas));
    assert_eq!(world.balance(world.worker) - worker, U256::from(ALL));
    assert_eq!(world.balance(world.escrow), U256::ZERO);
}

#[test]
fn a_confirmed_result_earns_the_bonus() {
    let world = World::new(|terms| terms.predicate = Address::ZERO).committed();
    world.send(world.referee, 0, world.confirm_call());
    settles(&world, Phase::Paid, 0, ALL, |world| {
        world.at(world.t3() + 1);
        world.send(world.stranger, 0, world.tick_call());
    });
}

#[test]
fn an_uninvolved_account_convicts_through_the_predicate() {
    // 4 is no prime; 9 is none and not in order; 5 is missing.
    type Case = (&'static [u64], Fault, &'static [u64], u64, Vec<u8>);
    let cases: [Case; 3] = [
        (&[2, 3, 4, 5], Fault::WrongElement, &[2], 2, vec![]),
        (&[2, 3, 3], Fault::Disorder, &[1, 2], 1, vec![]),
        (&[2, 3, 7], Fault::MissingElement, &[1, 2], 2, element(5)),
    ];
    for (numbers, fault, leaves, at, missing) in cases {
        let world = World::new(|_| ()).with_set(numbers).committed();
        settles(&world, Phase::Convicted, ALL, 0, |world| {
            world.send(
                world.stranger,
                0,
                world.judge_call(fault, world.leaves(leaves), at, &missing),
            );
        });
        assert_eq!(world.job().fault, fault);
    }
}

/// Runtime code that refuses every payment.
const REFUSES: Bytes = bytes!("60006000fd");
/// Runtime code that loops until its gas is gone.
const LOOPS: Bytes = bytes!("5b600056");
/// Runtime code that reverts with 100,000 bytes.
const BOMB: Bytes = bytes!("620186a06000fd");

#[test]
fn a_recipient_that_refuses_burns_or_bombs_gets_a_credit_and_the_settlement_stands() {
    for code in [REFUSES, LOOPS, BOMB] {
        let world = World::new(|_| ()).committed();
        world.node.set_code(world.worker, code);
        world.at(world.t3() + 1);
        world.send(world.stranger, 0, world.tick_call());
        let owed = U256::from(REWARD + DEPOSIT);
        assert_eq!((world.job().phase, world.credit(world.worker)), (Phase::Paid, owed));
        assert_eq!(world.balance(world.escrow), owed);

        world.node.set_code(world.worker, Bytes::new());
        let refused = world.node.accounts()[6];
        world.node.set_code(refused, REFUSES);
        let withdraw = |to| IEscrow::withdrawCall { to };
        world.refuses(world.worker, 0, withdraw(refused), IEscrow::TransferFailed {});
        world.refuses(world.worker, 0, withdraw(Address::ZERO), IEscrow::ZeroAddress {});
        world.refuses(world.stranger, 0, withdraw(world.stranger), IEscrow::NoCredit {});
        let to = world.node.accounts()[7];
        let before = world.balance(to);
        world.send(world.worker, 0, withdraw(to));
        assert_eq!(world.balance(to) - before, owed);
        assert_eq!(
            (world.credit(world.worker), world.balance(world.escrow)),
            (U256::ZERO, U256::ZERO)
        );
    }
}

#[test]
fn no_gas_limit_turns_a_payment_into_a_credit() {
    let world = World::new(|_| ()).committed();
    world.at(world.t3() + 1);
    world.node.mine(1, None);
    let mut paid = false;
    for gas in (40_000..400_000).step_by(4_000) {
        let snapshot = world.node.snapshot();
        let succeeded = world.send_with_gas(world.stranger, world.tick_call(), gas);
        let phase = if succeeded { Phase::Paid } else { Phase::Committed };
        assert_eq!(
            (world.job().phase, world.credit(world.worker)),
            (phase, U256::ZERO),
            "with {gas} gas"
        );
        assert!(succeeded || !paid, "more gas never hurts");
        paid |= succeeded;
        assert!(world.node.revert(snapshot));
    }
    assert!(paid, "some gas is enough");
}
