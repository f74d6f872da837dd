//! How contracts pack what they keep, and what a mark does to a score.

use surety_contracts::codec::wei;
use surety_referee::{
    ruling::Mark,
    state::{Record, Standing, amount},
};

/// The largest amount of terms: 96 bits.
const MOST: u128 = (1 << 96) - 1;

/// Amounts at the edges of the machine's words.
const AMOUNTS: [u128; 5] = [0, 1, (1 << 64) - 1, (1 << 64) + 5, MOST];

#[test]
fn a_case_is_read_as_it_was_written() {
    for (turn, fee) in AMOUNTS.into_iter().enumerate() {
        let another = |step| AMOUNTS[(turn + step) % AMOUNTS.len()];
        let record = Record {
            revealed: turn % 2 == 1,
            compute_by: (1 << 40) - 1 - turn as u64,
            count: (1 << 48) - 1 - turn as u64,
            fee,
            bonus: another(1),
            stake: another(2),
            ..Record::default()
        };
        let mut read = Record::unpack(record.pack());
        read.unpack_stakes(record.pack_stakes());
        assert_eq!(read, record);
        assert_eq!(wei(&amount(fee)), fee);
    }
}

#[test]
fn a_reputation_is_read_as_it_was_written() {
    let standing = Standing {
        upheld: 0x0102_0304,
        faulted: u32::MAX,
        colluded: 7,
        stake: u128::MAX - 1,
    };
    assert_eq!(Standing::unpack(standing.pack()), standing);
}

#[test]
fn a_mark_moves_the_score_by_the_change_that_it_announces() {
    let expected = [
        (Mark::None, 0),
        (Mark::Upheld, 1),
        (Mark::Faulted, -1),
        (Mark::Colluded, -2),
    ];
    for (mark, change) in expected {
        let score = Standing::default().marked(mark, 7).report().score;
        assert_eq!(score, change, "{mark:?}");
        assert_eq!(mark.change().map_or(0, i64::from), change, "{mark:?}");
        assert_eq!(
            mark.change().is_none(),
            mark == Mark::None,
            "who is not marked is not announced"
        );
    }
}
