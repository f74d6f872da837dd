//! What the clock pays, what the client's acceptance pays, and what happens when a recipient refuses.

mod world;
use alloy_primitives::{Address, U256};
use surety_contracts::{contract::Contract as _, *};
use world::*;

#[test]
fn every_running_phase_has_an_exit_by_the_clock() {
    let t2 = START + COMPUTE;
    let t3 = START + DISPUTE;
    let plain = || World::new(|_| ());
    let sealed = || World::new(|terms| terms.isSealed = true);
    let ruled = || World::new(|terms| terms.predicate = Address::ZERO);
    let all = REWARD + BONUS + DEPOSIT;
    // (job, its last second, phase after it, wei to the client, wei to the worker)
    let cases = [
        (plain().delegated(), START + ACCEPT, Phase::Refunded, REWARD + BONUS, 0),
        (plain().taken(), t2, Phase::Forfeited, all, 0),
        (sealed().sealed(), t2 + RESPONSE, Phase::Forfeited, all, 0),
        (plain().committed(), t3, Phase::Paid, BONUS, REWARD + DEPOSIT),
        (
            plain().demanded(&[0, 1]),
            START + RESPONSE,
            Phase::Convicted,
            all + 2 * BOND,
            0,
        ),
        (
            ruled().disputed(),
            START + RULING,
            Phase::Paid,
            BONUS,
            REWARD + DEPOSIT + BOND,
        ),
    ];
    for (mut world, last, phase, client, worker) in cases {
        world.at(last);
        refused!(world.tick(), TooEarly { notBefore: last });
        world.at(last + 1);
        world.tick().expect("due");
        assert_eq!(world.settled(), Some((phase, client, worker)));
        refused!(world.tick(), WrongPhase { phase: phase });
    }
}

#[test]
fn accept_pays_everything_to_the_worker_at_once() {
    let ruled = |terms: &mut Terms| terms.predicate = Address::ZERO;
    let all = REWARD + BONUS + DEPOSIT;
    let cases = [
        (World::new(|_| ()).committed(), all),
        (World::new(|_| ()).demanded(&[0, 3]), all + 2 * BOND),
        (World::new(ruled).disputed(), all + BOND),
    ];
    for (mut world, worker) in cases {
        refused!(
            world.call(WORKER, 0, |escrow, terms| escrow.accept(terms)),
            NotClient { client: CLIENT }
        );
        world
            .call(CLIENT, 0, |escrow, terms| escrow.accept(terms))
            .expect("accept");
        assert_eq!(world.settled(), Some((Phase::Paid, 0, worker)));
    }
}

#[test]
fn terms_of_another_job_name_no_job() {
    let mut world = World::new(|_| ()).committed();
    world.terms.reward += alloy_primitives::aliases::U96::from(1);
    refused!(world.tick(), WrongPhase { phase: Phase::None });
    refused!(
        world.call(CLIENT, 0, |escrow, terms| escrow.accept(terms)),
        WrongPhase { phase: Phase::None }
    );
}

#[test]
fn a_refused_payment_becomes_a_credit_and_the_settlement_stands() {
    let mut world = World::new(|_| ()).committed();
    let owed = REWARD + DEPOSIT;
    world.refuses(WORKER, owed);
    world.at(START + DISPUTE + 1);
    world.tick().expect("settles all the same");
    assert_eq!(world.settled(), Some((Phase::Paid, BONUS, owed)));
    let credited = world.events::<IEscrow::Credited>();
    assert_eq!(
        (credited.len(), credited[0].account, credited[0].amount),
        (1, WORKER, U256::from(owed))
    );
    assert_eq!(world.escrow.credit(WORKER), U256::from(owed));

    let withdraw = |world: &mut World, who, to| world.call(who, 0, |escrow, _| escrow.withdraw(to));
    refused!(withdraw(&mut world, STRANGER, STRANGER), NoCredit {});
    refused!(withdraw(&mut world, WORKER, Address::ZERO), ZeroAddress {});
    refused!(withdraw(&mut world, WORKER, WORKER), TransferFailed {});
}

#[test]
fn a_credit_is_withdrawn_once_to_any_address() {
    let mut world = World::new(|_| ()).committed();
    world.refuses(WORKER, REWARD + DEPOSIT);
    world.at(START + DISPUTE + 1);
    world.tick().expect("settles");
    world
        .call(WORKER, 0, |escrow, _| escrow.withdraw(STRANGER))
        .expect("withdraw");
    let event = &world.events::<IEscrow::Withdrawn>()[0];
    assert_eq!(
        (event.account, event.to, event.amount),
        (WORKER, STRANGER, U256::from(REWARD + DEPOSIT))
    );
    assert_eq!(world.escrow.credit(WORKER), U256::ZERO);
    refused!(
        world.call(WORKER, 0, |escrow, _| escrow.withdraw(STRANGER)),
        NoCredit {}
    );
}

#[test]
fn too_little_gas_for_a_payment_reverts_instead_of_crediting() {
    // A cold account, value, an account that is new, and what is left of it all for the 50,000 that the recipient may use.
    let needed = 2_600 + 9_000 + 25_000 + 50_793 + 400;
    let with_gas = |gas| {
        let mut world = World::new(|_| ()).committed();
        world.at(START + DISPUTE + 1);
        world.vm.set_gas_left(gas);
        (world.tick(), world)
    };
    let (outcome, world) = with_gas(needed - 1);
    refused!(outcome, NotEnoughGas { needed: needed });
    assert_eq!(world.escrow.credit(WORKER), U256::ZERO);
    let (outcome, world) = with_gas(needed);
    outcome.expect("pays");
    assert_eq!(world.settled(), Some((Phase::Paid, BONUS, REWARD + DEPOSIT)));
}
