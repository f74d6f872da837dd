//! Every way in which a pact ends, to the wei, by itself and with the job and the case around it.

use alloy_primitives::U256;
use surety_contracts::*;

use super::{gains, wei::*};
use crate::*;

/// A world with a pact that both accepted and sealed results of which either may be the agreed one.
fn pact<P: Platform + Default>(worker_keeps: bool, referee_keeps: bool) -> World<P> {
    let mut world = World::<P>::new(|_| {});
    if worker_keeps {
        world.work = world.agreed.clone();
    }
    if referee_keeps {
        world.opinion = world.agreed.clone();
    }
    agree(&world);
    world
}

/// A pact that both accepted, and their sealed results.
fn agree<P: Platform>(world: &World<P>) {
    world.delegate().take().appeal().take_case();
    world.offer_bribe().accept_bribe().seal_result().seal_opinion();
}

/// What worker and referee get from the pact's pot once both revealed.
#[track_caller]
fn closes<P: Platform>(world: &World<P>, [worker, referee]: [i128; 2]) {
    let gained = gains(world, |world| {
        world.check_results();
    });
    assert_eq!(gained, [0, worker, referee, 0]);
    assert_eq!(world.platform.money(world.collusion), U256::ZERO);
    assert_eq!(world.pact_state().phase, PactPhase::Closed);
}

pub fn both_keep_the_pact<P: Platform + Default>() {
    let world = pact::<P>(true, true);
    world.reveal_result().reveal_opinion();
    closes(&world, [T, T + B]);
}

pub fn worker_betrays<P: Platform + Default>() {
    let world = pact::<P>(false, true);
    world.reveal_result().reveal_opinion();
    closes(&world, [0, 2 * T + B]);
}

pub fn referee_betrays<P: Platform + Default>() {
    let world = pact::<P>(true, false);
    world.reveal_result().reveal_opinion();
    closes(&world, [2 * T + B, 0]);
}

pub fn both_betray<P: Platform + Default>() {
    let world = pact::<P>(false, false);
    world.reveal_result().reveal_opinion();
    closes(&world, [T + B, T]);
}

/// A result is the agreed one if its elements are, and not because it has as many.
pub fn another_result_of_the_agreed_length_breaks_the_pact<P: Platform + Default>() {
    let mut world = World::<P>::new(|_| {});
    let mut elements = world.agreed.elements.clone();
    *elements.last_mut().expect("elements") = element(u64::MAX);
    let another = Work::new(elements);
    assert_eq!(another.count(), world.agreed.count());
    (world.work, world.opinion) = (another.clone(), another);
    agree(&world);
    world.reveal_result().reveal_opinion();
    closes(&world, [T + B, T]);
}

/// No result revealed in time is a broken pact, whatever was sealed.
pub fn neither_reveals<P: Platform + Default>() {
    let world = pact::<P>(true, true);
    world.past_reveals();
    closes(&world, [T + B, T]);
    let world = pact::<P>(true, true);
    world.reveal_opinion().past_reveals();
    closes(&world, [0, 2 * T + B]);
}

pub fn an_offer_lapses<P: Platform + Default>() {
    let world = World::<P>::new(|_| {});
    world.delegate().take().appeal().take_case().offer_bribe().past_t2();
    closes(&world, [B + T, 0]);
}

pub fn the_worker_withdraws_its_offer<P: Platform + Default>() {
    let world = World::<P>::new(|_| {});
    world.delegate().take().appeal().take_case();
    let gained = gains(&world, |world| {
        world.offer_bribe();
        world.send(world.worker, world.collusion, 0, &world.withdraw_bribe_call());
    });
    assert_eq!(gained, [0; 4]);
    assert_eq!(world.pact_state().phase, PactPhase::Closed);
}

/// Worker and referee make a pact, keep it and confirm the false result, which ends as it does.
#[track_caller]
fn collude<P: Platform + Default>(end: impl FnOnce(&World<P>), [client, worker, referee]: [i128; 3]) {
    let mut world = World::<P>::new(|_| {});
    (world.work, world.opinion) = (world.agreed.clone(), world.agreed.clone());
    let gained = gains(&world, |world| {
        agree(world);
        world.reveal_result().reveal_opinion().confirm();
        end(world);
    });
    assert_eq!(gained, [client, worker, referee, 0]);
    assert_eq!(world.held(), U256::ZERO);
}

/// Nobody looks: what the game theory has to deter.
pub fn unnoticed_collusion_pays<P: Platform + Default>() {
    let end = |world: &World<P>| {
        world.check_results().run_out().settle();
    };
    collude(end, [-R - W - R3 - W3, R + W - B, R3 + W3 + B]);
}

/// One honest watcher with the predicate, and both lose their deposits; the bribe was paid all the same.
pub fn noticed_collusion_costs_both<P: Platform + Default>() {
    let end = |world: &World<P>| {
        world.judge().settle().check_results();
    };
    collude(end, [D + N, -D - B, -N + B]);
}
