//! The tables of escrow, referee and collusion, typed again row by row.

use surety_protocol::game::{
    rational::whole,
    settlement::{Case, Change, Ending, Guilt, Pact, Root, Stakes},
};

const LIE: Root = Root::Agreed;
const FALSE: Ending = Ending::Convicted(Guilt::False);
const WITHHELD: Ending = Ending::Convicted(Guilt::Withheld);
const PAID: Ending = Ending::Paid { confirmed: false };
const CONFIRMED: Ending = Ending::Paid { confirmed: true };

/// Amounts whose sums tell which parts they are of.
fn stakes() -> Stakes {
    let [reward, bonus, deposit, fee, fee_bonus, stake, bribe, pact_stake] =
        [1, 10, 100, 1_000, 10_000, 100_000, 1_000_000, 10_000_000].map(whole);
    Stakes {
        reward,
        bonus,
        deposit,
        fee,
        fee_bonus,
        stake,
        bribe,
        pact_stake,
    }
}

fn change(client: i64, worker: i64, referee: i64) -> Change {
    Change {
        client: whole(client),
        worker: whole(worker),
        referee: whole(referee),
    }
}

#[test]
fn the_escrow_pays_by_its_terminal_states() {
    for (ending, worker) in [
        (Ending::Refunded, 0),
        (Ending::Forfeited, -100),
        (FALSE, -100),
        (WITHHELD, -100),
        (PAID, 1),
        (CONFIRMED, 11),
    ] {
        assert_eq!(stakes().escrow(ending), change(-worker, worker, 0), "{ending:?}");
    }
}

#[test]
fn the_referee_is_paid_row_by_row() {
    let bound = |worker, referee| Case::Bound { worker, referee };
    let right = Some(Root::Right);
    for (case, ending, referee) in [
        // Never bound.
        (Case::None, FALSE, 0),
        (Case::NeverBound, PAID, 0),
        // Bound, no root revealed: with a root of the worker's, and without.
        (bound(right, None), PAID, -100_000),
        (bound(Some(LIE), None), FALSE, -100_000),
        (bound(None, None), Ending::Forfeited, 0),
        // Revealed: Forfeited, or different and Withheld.
        (bound(None, right), Ending::Forfeited, 1_000),
        (bound(Some(Root::Own), right), WITHHELD, 1_000),
        // Same root.
        (bound(right, right), WITHHELD, -100_000),
        (bound(right, right), PAID, 11_000),
        (bound(right, right), CONFIRMED, 11_000),
        (bound(Some(LIE), Some(LIE)), FALSE, -100_000),
        // Different.
        (bound(Some(LIE), right), FALSE, 11_000),
        (bound(right, Some(LIE)), PAID, 0),
        // Two that are nobody else's are not the same.
        (bound(Some(Root::Own), Some(Root::Own)), PAID, 0),
    ] {
        assert_eq!(
            stakes().case(case, ending),
            change(-referee, 0, referee),
            "{case:?} {ending:?}"
        );
    }
}

#[test]
fn a_pact_punishes_who_deviates() {
    let accepted = |worker, referee| Pact::Accepted { worker, referee };
    let right = Some(Root::Right);
    for (pact, referee) in [
        (Pact::None, 0),
        (Pact::Refused, 0),
        (accepted(Some(LIE), Some(LIE)), 1_000_000),
        (accepted(right, Some(LIE)), 11_000_000),
        (accepted(None, Some(LIE)), 11_000_000),
        (accepted(Some(LIE), right), -10_000_000),
        (accepted(Some(LIE), None), -10_000_000),
        (accepted(right, right), 0),
    ] {
        assert_eq!(stakes().pact(pact), change(0, -referee, referee), "{pact:?}");
    }
}

#[test]
fn what_is_paid_in_is_paid_out() {
    let roots = [None, Some(Root::Right), Some(LIE), Some(Root::Obvious), Some(Root::Own)];
    for ending in [Ending::Refunded, Ending::Forfeited, FALSE, WITHHELD, PAID, CONFIRMED] {
        for worker in roots {
            for referee in roots {
                for pact in [Pact::None, Pact::Accepted { worker, referee }] {
                    let change = stakes().settle(ending, Case::Bound { worker, referee }, pact);
                    assert_eq!(change.client + change.worker + change.referee, whole(0));
                }
            }
        }
    }
}
