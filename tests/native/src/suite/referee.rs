//! Every row of the referee contract's table: money to the wei, and reputation.

use alloy_primitives::{Address, B256, U256};
use surety_contracts::*;

use super::{gains, wei::*};
use crate::*;

/// Runs a game and checks what client, worker and referee gained, that nothing stays behind, and how the scores moved.
#[track_caller]
fn game<P: Platform + Default>(
    edit: impl FnOnce(&mut World<P>),
    play: impl FnOnce(&World<P>),
    [client, worker, referee]: [i128; 3],
    [worker_score, referee_score]: [i64; 2],
) {
    let mut world = World::new(|_| {});
    edit(&mut world);
    let gained = gains(&world, play);
    assert_eq!(world.case().phase, CasePhase::Closed);
    assert_eq!(
        gained,
        [client, worker, referee, 0],
        "client, worker, referee, stranger"
    );
    assert_eq!(world.held(), U256::ZERO, "nothing stays behind");
    let score = |account: Address| world.reputation(account).score;
    assert_eq!(
        [score(world.worker), score(world.referee)],
        [worker_score, referee_score]
    );
}

fn same<P>(_: &mut World<P>) {}

/// The worker's result is false, the referee's right.
fn worker_cheats<P>(world: &mut World<P>) {
    world.work = Work::of(&FALSE);
}

/// Both have the same false result.
fn both_cheat<P>(world: &mut World<P>) {
    world.work = Work::of(&FALSE);
    world.opinion = Work::of(&FALSE);
}

/// The worker's result is right, the referee's false.
fn referee_cheats<P>(world: &mut World<P>) {
    world.opinion = Work::of(&OTHER);
}

pub fn never_bound_while_the_job_is_refunded<P: Platform + Default>() {
    let play = |world: &World<P>| {
        world.delegate().appeal().cancel().settle();
    };
    game(same, play, [0; 3], [0; 2]);
}

pub fn never_bound_past_t2<P: Platform + Default>() {
    let play = |world: &World<P>| {
        world.delegate().take().appeal().seal_result().past_t2().settle();
        world.reveal_result().run_out();
    };
    game(same, play, [-R, R, 0], [0; 2]);
}

/// Bound, and no root revealed, though the worker's is there.
pub fn silent_against_a_result<P: Platform + Default>() {
    let play = |world: &World<P>| {
        world.both_sealed().reveal_result().run_out().settle();
    };
    game(same, play, [-R + N, R, -N], [0, -1]);
}

/// Bound, and no root revealed, as the worker's is not.
pub fn silent_without_a_result<P: Platform + Default>() {
    let play = |world: &World<P>| {
        world.both_sealed().run_out().settle();
    };
    game(same, play, [D, -D, 0], [0; 2]);
}

/// The worker forfeits after the referee worked.
pub fn reveals_against_nothing<P: Platform + Default>() {
    let play = |world: &World<P>| {
        world.both_sealed().reveal_opinion().run_out().settle();
    };
    game(same, play, [D - R3, -D, R3], [-1, 0]);
}

pub fn differs_from_a_withheld_result<P: Platform + Default>() {
    let play = |world: &World<P>| {
        world.both_revealed();
        world.demand(&[1, 3]).run_out().settle();
    };
    game(worker_cheats, play, [D - R3, -D, R3], [-1, 0]);
}

/// An equal and honest referee holds every leaf and could have delivered.
pub fn equals_a_withheld_result<P: Platform + Default>() {
    let play = |world: &World<P>| {
        world.both_revealed();
        world.demand(&[1, 3]).run_out().settle();
    };
    game(same, play, [D + N, -D, -N], [-1, -2]);
}

pub fn equal_and_paid<P: Platform + Default>() {
    let play = |world: &World<P>| {
        world.both_revealed();
        world.accept().settle();
    };
    let client = -R - W - R3 - W3;
    game(same, play, [client, R + W, R3 + W3], [1, 1]);
}

/// Both traced and punished.
pub fn equal_and_false<P: Platform + Default>() {
    let play = |world: &World<P>| {
        world.both_revealed();
        world.judge().settle();
    };
    game(both_cheat, play, [D + N, -D, -N], [-1, -2]);
}

/// The worker cheats alone, and the referee's result shows where.
pub fn names_the_wrong_element<P: Platform + Default>() {
    let play = |world: &World<P>| {
        world.both_revealed();
        world.judge().settle();
    };
    game(worker_cheats, play, [D - R3 - W3, -D, R3 + W3], [-1, 1]);
}

/// A mismatch alone convicts nobody.
pub fn differs_and_paid<P: Platform + Default>() {
    let play = |world: &World<P>| {
        world.both_revealed();
        world.run_out().settle();
    };
    game(referee_cheats, play, [-R, R, 0], [0; 2]);
}

/// The bonus is earned by the referee's report alone, whoever sends the call; a dispute ends by it.
pub fn anybody_confirms_equal_results<P: Platform + Default>() {
    let play = |world: &World<P>| {
        world.both_sealed().reveal_result();
        world.refuses(
            world.stranger,
            world.escrow,
            0,
            &world.confirm_call(),
            IEscrow::NotRevealed {},
        );
        world.reveal_opinion().confirm();
        assert!(world.job().confirmed);
        world.run_out().settle();
    };
    let client = -R - W - R3 - W3;
    game(same, play, [client, R + W, R3 + W3], [1, 1]);
}

/// Counts and stakes behind a score, over two cases of the same parties.
pub fn reputation_adds_up<P: Platform + Default>() {
    let mut world = World::<P>::new(|_| {});
    let play = |world: &World<P>| {
        world.both_revealed();
    };
    play(&world);
    world.accept().settle();
    world.terms.salt = B256::repeat_byte(2);
    world.start = world.platform.now();
    world.terms.acceptBy = world.start + ACCEPT;
    both_cheat(&mut world);
    play(&world);
    world.judge().settle();
    let expected = |colluded: u32, faulted: u32, stake: u128| Reputation {
        score: 1 - i64::from(faulted) - 2 * i64::from(colluded),
        upheld: 1,
        faulted,
        colluded,
        stake: U256::from(stake),
    };
    assert_eq!(world.reputation(world.worker), expected(0, 1, 2 * DEPOSIT));
    assert_eq!(world.reputation(world.referee), expected(1, 0, 2 * STAKE));
    assert_eq!(world.reputation(world.client).score, 0);
}
