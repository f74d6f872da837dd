//! Who is paid what at each end of a job, to the wei, and nothing stays behind.

use alloy_primitives::{Address, U256};
use alloy_sol_types::SolCall;
use surety_contracts::*;

use super::{gains, signed};
use crate::*;

const ALL: u128 = REWARD + BONUS + DEPOSIT;

/// Ends the job, and compares what client and worker received.
#[track_caller]
fn settles<P: Platform>(world: &World<P>, phase: Phase, client: u128, worker: u128, end: impl FnOnce(&World<P>)) {
    let gained = gains(world, end);
    assert_eq!(world.job().phase, phase);
    let [client, worker] = [client, worker].map(|wei| signed(U256::from(wei)));
    assert_eq!(gained, [client, worker, 0, 0], "client, worker, referee, stranger");
    assert_eq!(world.held(), U256::ZERO, "what came in went out");
}

/// The last second before a clock runs out, the phase after it, wei to the client and to the worker.
type Exit<P> = (World<P>, fn(&World<P>) -> u64, Phase, u128, u128);

pub fn every_running_phase_has_an_exit_by_the_clock_and_not_a_second_earlier<P: Platform + Default>() {
    let plain = || World::<P>::plain(|_| {});
    let ruled = || World::<P>::plain(|terms| terms.predicate = Address::ZERO);
    let sealed = || World::<P>::plain(|terms| terms.isSealed = true);
    let after = |world: World<P>, phase| {
        world.walk(way_to(phase));
        world
    };
    let exits: [Exit<P>; 6] = [
        (
            after(plain(), Phase::Open),
            |world| world.start + ACCEPT,
            Phase::Refunded,
            REWARD + BONUS,
            0,
        ),
        (after(plain(), Phase::Taken), World::t2, Phase::Forfeited, ALL, 0),
        (
            after(sealed(), Phase::Sealed),
            World::reveal_by,
            Phase::Forfeited,
            ALL,
            0,
        ),
        (
            after(plain(), Phase::Committed),
            |world| world.start + 2 + DISPUTE,
            Phase::Paid,
            BONUS,
            REWARD + DEPOSIT,
        ),
        (
            after(plain(), Phase::Demanded),
            |world| world.start + 3 + RESPONSE,
            Phase::Convicted,
            ALL + 2 * BOND,
            0,
        ),
        (
            after(ruled(), Phase::Disputed),
            |world| world.start + 3 + RULING,
            Phase::Paid,
            BONUS,
            REWARD + DEPOSIT + BOND,
        ),
    ];
    for (world, last_second, phase, client, worker) in exits {
        let last = last_second(&world);
        world.at(last);
        let error = IEscrow::TooEarly { notBefore: last };
        world.refuses(world.stranger, world.escrow, 0, &world.tick_call(), error);
        world.at(last + 1);
        settles(&world, phase, client, worker, |world| {
            world.tick();
        });
    }
}

pub fn acceptance_pays_the_worker_at_once<P: Platform + Default>() {
    let world = World::<P>::plain(|_| {});
    world.walk(way_to(Phase::Committed));
    settles(&world, Phase::Paid, 0, ALL, |world| {
        world.accept();
    });
}

pub fn a_confirmed_result_earns_the_bonus<P: Platform + Default>() {
    let world = World::<P>::plain(|terms| terms.predicate = Address::ZERO);
    world.walk(way_to(Phase::Committed));
    world.send(world.referee, world.escrow, 0, &world.confirm_call());
    settles(&world, Phase::Paid, 0, ALL, |world| {
        world.run_out();
    });
}

pub fn an_uninvolved_account_convicts_through_the_predicate<P: Platform + Default>() {
    // 4 is no prime; 3 stands there twice; 5 is missing.
    type Accusation<P> = fn(&World<P>) -> IEscrow::judgeCall;
    let cases: [(&[u64], Accusation<P>); 3] = [
        (&[2, 3, 4, 5], |world| world.accuse_call(Fault::WrongElement, &[2], 2)),
        (&[2, 3, 3], |world| world.accuse_call(Fault::Disorder, &[1, 2], 1)),
        (&[2, 3, 7], |world| world.missing_call(&[1, 2], 2, 5)),
    ];
    for (numbers, accusation) in cases {
        let mut world = World::<P>::plain(|_| {});
        world.work = Work::of(numbers);
        world.walk(way_to(Phase::Committed));
        let call = accusation(&world);
        settles(&world, Phase::Convicted, ALL, 0, |world| {
            world.send(world.stranger, world.escrow, 0, &call);
        });
        assert_eq!(world.job().fault, call.fault);
    }
}

pub fn a_recipient_that_refuses_burns_or_bombs_gets_a_credit_and_the_settlement_stands<P: Platform + Default>() {
    let (refused, to) = (Address::repeat_byte(0xb1), Address::repeat_byte(0xb2));
    for behaviour in [Behaviour::Reverts(0), Behaviour::Burns, Behaviour::Reverts(100_000)] {
        let world = World::<P>::plain(|_| {});
        world.walk(way_to(Phase::Committed));
        world.platform.behave(world.worker, behaviour);
        world.run_out();
        let (escrow, owed) = (world.escrow, U256::from(REWARD + DEPOSIT));
        assert_eq!(
            (world.job().phase, world.credit(escrow, world.worker)),
            (Phase::Paid, owed)
        );
        assert_eq!(world.platform.money(escrow), owed);

        world.platform.refuse_money(world.worker, false);
        world.platform.refuse_money(refused, true);
        let withdraw = |to| IEscrow::withdrawCall { to };
        world.refuses(world.worker, escrow, 0, &withdraw(refused), IEscrow::TransferFailed {});
        world.refuses(
            world.worker,
            escrow,
            0,
            &withdraw(Address::ZERO),
            IEscrow::ZeroAddress {},
        );
        world.refuses(
            world.stranger,
            escrow,
            0,
            &withdraw(world.stranger),
            IEscrow::NoCredit {},
        );
        let before = world.platform.money(to);
        world.send(world.worker, escrow, 0, &withdraw(to));
        assert_eq!(world.platform.money(to) - before, owed);
        assert_eq!((world.credit(escrow, world.worker), world.held()), Default::default());
    }
}

pub fn no_gas_limit_turns_a_payment_into_a_credit<P: Platform + Default>() {
    let world = World::<P>::plain(|_| {});
    world.walk(way_to(Phase::Committed));
    world.at(world.job().clock + 1);
    let tick = world.tick_call().abi_encode();
    let mut paid = false;
    for gas in (40_000..400_000).step_by(4_000) {
        let (succeeded, phase, credit) = world.platform.undone(|| {
            let succeeded = world
                .platform
                .send_with_gas(world.stranger, world.escrow, tick.clone(), gas);
            (succeeded, world.job().phase, world.credit(world.escrow, world.worker))
        });
        let expected = if succeeded { Phase::Paid } else { Phase::Committed };
        assert_eq!((phase, credit), (expected, U256::ZERO), "with {gas} gas");
        assert!(succeeded || !paid, "more gas never hurts");
        paid |= succeeded;
    }
    assert!(paid, "some gas is enough");
}
