//! What a history pays, and who makes which calls in it.

use surety_protocol::game::{
    delegation::{Bribery, CLIENT, Client, Delegation, History, Judge, Opinion, REFEREE, WORKER, Work},
    rational::whole,
};

use crate::{
    brute::{Number, number},
    delegation::{delegation, flat_gas, plain},
    ledger::Job,
};

/// What the worker expects, alone with the client.
fn worker_expects(game: &Delegation, work: Work) -> Number {
    game.expected(&History { work, ..ALONE })[WORKER].clone()
}

#[test]
fn half_detection_is_half_of_either_fate() {
    let cheat = |detection| {
        let game = delegation(&Job { detection, ..plain() });
        let client = Client::Commits {
            appeals: false,
            checks: whole(1),
        };
        worker_expects(&Delegation { client, ..game }, Work::Cheat)
    };
    assert!(cheat(0) > cheat(4));
    assert_eq!(cheat(2), (cheat(0) + cheat(4)) / number(2));
}

#[test]
fn a_withheld_result_is_demanded_where_more_is_at_stake_than_gas() {
    let withheld = |reward, deposit| {
        let mut game = delegation(&Job {
            reward,
            deposit,
            ..plain()
        });
        (game.gas.demand, game.gas.tick) = (4, 6);
        worker_expects(&game, Work::Withhold)
    };
    // A higher reward is worth less: the deposit goes with it.
    assert!(withheld(5, 5) > withheld(6, 5));
}

const ALONE: History = History {
    appealed: false,
    opinion: None,
    bribery: Bribery::None,
    work: Work::Honest,
};

const HEARD: History = History {
    appealed: true,
    opinion: Some(Opinion::Honest),
    ..ALONE
};

const IN_PACT: History = History {
    opinion: Some(Opinion::Agreed),
    bribery: Bribery::Accepted,
    work: Work::Agreed,
    ..HEARD
};

#[test]
fn a_word_convicts_where_it_pays_more_than_its_gas() {
    let cheat = |fee| {
        let mut game = delegation(&Job {
            predicate: false,
            trusted: true,
            checks: 0,
            fee,
            fee_bonus: 5,
            ..plain()
        });
        game.gas.judge = 10;
        let work = Work::Cheat;
        game.expected(&History { work, ..HEARD })[WORKER].clone()
    };
    assert!(cheat(5) > number(0), "five and five are not more than ten");
    assert!(cheat(6) < number(0));
}

#[test]
fn a_confirmed_result_is_beyond_any_word() {
    let agreed = |bonus| {
        let mut game = delegation(&Job {
            predicate: false,
            trusted: true,
            bonus,
            ..plain()
        });
        game.gas.confirm = 10;
        game.expected(&IN_PACT)[WORKER].clone()
    };
    assert!(
        agreed(10) < number(0),
        "nobody confirms for nothing, and the client checks"
    );
    assert!(agreed(11) > number(0));
}

/// Which calls client, worker and referee make, from what each costs: a call that is made twice costs another's bit.
fn calls(change: impl Fn(&mut Delegation), history: History) -> [Vec<&'static str>; 3] {
    const RICH: i64 = 1_000_000;
    let mut game = delegation(&Job {
        reward: 10 * RICH,
        bonus: RICH,
        deposit: 20 * RICH,
        fee: 10 * RICH,
        fee_bonus: RICH,
        stake: 40 * RICH,
        ..plain()
    });
    game.verifier = history.appealed;
    change(&mut game);
    let mut free = game.clone();
    free.gas = flat_gas(0);
    for (bit, (_, call)) in game.gas.calls().into_iter().enumerate() {
        *call = 1 << bit;
    }
    let (paid, whole) = (game.expected(&history), free.expected(&history));
    [CLIENT, WORKER, REFEREE].map(|role| {
        let spent = &whole[role] - &paid[role];
        let made = |(_, call): &(&str, &mut u64)| spent.to_integer().bit(call.trailing_zeros().into());
        game.gas
            .calls()
            .into_iter()
            .filter(made)
            .map(|(name, _)| name)
            .collect()
    })
}

#[test]
fn everybody_pays_for_its_own_calls() {
    let as_is = |_: &mut Delegation| ();
    let of_word = |game: &mut Delegation| game.judge = Judge::TrustedWord;
    let work = |work, history| History { work, ..history };
    let order: &[&str] = &["delegate"];
    assert_eq!(
        calls(as_is, ALONE),
        [order, &["takeOrder", "submitResult", "timeTick"], &[]]
    );
    assert_eq!(
        calls(as_is, work(Work::Silent, ALONE)),
        [&["delegate", "timeTick"][..], &["takeOrder"], &[]]
    );
    assert_eq!(
        calls(as_is, work(Work::Withhold, ALONE)),
        [
            &["delegate", "demand", "timeTick"][..],
            &["takeOrder", "submitResult"],
            &[]
        ]
    );
    assert_eq!(
        calls(as_is, work(Work::Cheat, ALONE)),
        [&["delegate", "judge"][..], &["takeOrder", "submitResult"], &[]]
    );
    assert_eq!(
        calls(of_word, work(Work::Cheat, ALONE)),
        [&["delegate", "dispute"][..], &["takeOrder", "submitResult"], &[]]
    );
    let sealed = ["takeOrder", "submitSeal", "reveal"];
    let heard = ["submitSeal", "reveal", "takeCase", "settle"];
    assert_eq!(
        calls(as_is, HEARD),
        [
            &["delegate", "appeal"][..],
            &["takeOrder", "submitSeal", "reveal", "confirm", "timeTick"],
            &heard
        ]
    );
    let convicting = ["submitSeal", "reveal", "judge", "takeCase", "settle"];
    assert_eq!(
        calls(as_is, work(Work::Cheat, HEARD)),
        [&["delegate", "appeal"][..], &sealed, &convicting]
    );
    let declined = History { opinion: None, ..HEARD };
    assert_eq!(
        calls(as_is, declined),
        [
            &["delegate", "appeal", "settle"][..],
            &["takeOrder", "submitSeal", "reveal", "timeTick"],
            &[]
        ]
    );
    let silent = History {
        opinion: Some(Opinion::Silent),
        ..HEARD
    };
    assert_eq!(calls(as_is, silent)[REFEREE], ["takeCase", "settle"]);
    let refused = History {
        bribery: Bribery::Refused,
        ..HEARD
    };
    let offering = calls(as_is, refused)[WORKER].clone();
    assert_eq!(offering[offering.len() - 2..], ["offerBribe", "checkResults"]);
    let bought = calls(of_word, IN_PACT);
    assert_eq!(bought[WORKER].last(), Some(&"offerBribe"));
    assert_eq!(bought[REFEREE][heard.len()..], ["acceptBribe", "checkResults"]);
    let betrayed = calls(
        as_is,
        History {
            opinion: Some(Opinion::Honest),
            ..IN_PACT
        },
    );
    assert_eq!(betrayed[WORKER].last(), Some(&"checkResults"));
    assert_eq!(betrayed[REFEREE].last(), Some(&"acceptBribe"));
}
