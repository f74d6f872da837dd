//! What an adversary tries, and does not get.

use alloy_primitives::{Address, U256};
use alloy_sol_types::{SolCall, SolValue};
use surety_contracts::*;

use crate::*;

/// A lazy referee copies the worker's seal, and cannot open it: until T2 there is nothing else to copy.
pub fn a_copied_seal_opens_for_nobody_else<P: Platform + Default>() {
    let world = World::<P>::new(|_| {});
    world.delegate().take().appeal().take_case().seal_result();
    let job = world.job();
    assert_eq!(
        (job.root, job.count),
        Default::default(),
        "the escrow shows no result yet"
    );
    let IEscrow::submitSealCall { seal, .. } = world.seal_call();
    let copy = IReferee::submitSealCall {
        terms: world.terms(),
        seal,
    };
    world.send(world.referee, world.verifier, 0, &copy);
    world.reveal_result();
    // What the worker revealed is public now: root, count and salt.
    let IEscrow::revealCall { root, count, salt, .. } = world.reveal_call();
    let reveal = IReferee::revealCall {
        terms: world.terms(),
        root,
        count,
        salt,
    };
    world.refuses(world.referee, world.verifier, 0, &reveal, IReferee::SealMismatch {});
    world.run_out().settle();
    assert_eq!(world.reputation(world.referee).score, -1);
}

/// Without a predicate the referee's word decides, but only about what the worker committed to.
pub fn a_word_against_an_element_never_committed<P: Platform + Default>() {
    let world = World::<P>::new(|terms| terms.predicate = Address::ZERO);
    world.both_sealed().reveal_result().dispute();
    let forged = IEscrow::judgeCall {
        leaves: Work::of(&FALSE).leaves(&[WRONG]),
        ..world.judge_call()
    };
    world.refuses(
        world.referee,
        world.escrow,
        0,
        &forged,
        IEscrow::BadProof { index: WRONG },
    );
    let word = world.judge_call();
    world.refuses(
        world.stranger,
        world.escrow,
        0,
        &word,
        IEscrow::NotReferee { referee: world.referee },
    );
    assert!(world.peek(world.referee, world.escrow, 0, &word).is_ok());
}

/// A false result that the referee does not share, though it took the bribe: the escrow owes the client, the referee
/// contract the referee, the bribe contract the worker. With what each owes whom.
fn to_be_paid<P: Platform + Default>() -> (World<P>, [(Address, Address, u128); 3]) {
    let mut world = World::<P>::new(|_| {});
    world.work = world.agreed.clone();
    world.both_sealed().offer_bribe().accept_bribe();
    world.reveal_result().reveal_opinion();
    let due = [
        (world.escrow, world.client, REWARD + BONUS + DEPOSIT),
        (world.verifier, world.referee, STAKE + FEE + CASE_BONUS),
        (world.collusion, world.worker, 2 * PACT_STAKE + BRIBE),
    ];
    (world, due)
}

/// Who takes no money holds nobody up: what it was due is kept for it, in each contract.
pub fn a_refused_payment_becomes_a_credit<P: Platform + Default>() {
    let (world, due) = to_be_paid::<P>();
    let before = world.money();
    world.platform.refuse_money(world.client, true);
    world.platform.refuse_money(world.referee, true);
    world.platform.refuse_money(world.worker, true);
    world.judge().settle().check_results();
    assert_eq!(world.money(), before, "nobody was paid");
    for (contract, account, amount) in due {
        assert_eq!(world.credit(contract, account), U256::from(amount));
        world.platform.refuse_money(account, false);
        world.send(account, contract, 0, &IEscrow::withdrawCall { to: world.stranger });
        assert_eq!(world.credit(contract, account), U256::ZERO);
        world.refuses(
            account,
            contract,
            0,
            &IEscrow::withdrawCall { to: world.stranger },
            IEscrow::NoCredit {},
        );
    }
    let total: u128 = due.iter().map(|(_, _, amount)| amount).sum();
    assert_eq!(world.money()[3] - before[3], U256::from(total));
    assert_eq!(world.held(), U256::ZERO);
}

/// Whatever a verifier answers that is no report, and whatever it calls while it is asked, confirms nothing.
pub fn a_verifier_that_is_none_confirms_nothing<P: Platform + Default>() {
    let impostor = Address::repeat_byte(0x1e);
    let world = World::<P>::new(|terms| terms.verifier = impostor);
    world.delegate().take().submit();
    let confirm = world.confirm_call();
    let (root, count) = (world.work.root(), U256::from(world.work.count()));
    let word = |number: u64| U256::from(number).to_be_bytes::<32>().to_vec();
    let report = |revealed: u64| [word(revealed), root.to_vec(), count.to_be_bytes::<32>().to_vec()].concat();
    let garbage = [
        Vec::new(),
        report(1)[..95].to_vec(),
        [report(1), word(0)].concat(),
        report(2),
        [word(1), root.to_vec(), vec![0xff; 32]].concat(),
        vec![0; 70_000],
    ];
    let before = world.job();
    let tick = world.tick_call().abi_encode();
    for reentry in [
        None,
        Some((world.escrow, confirm.abi_encode())),
        Some((world.escrow, tick)),
    ] {
        for answer in &garbage {
            world.platform.impostor(impostor, reentry.clone(), answer.clone());
            world.refuses(world.stranger, world.escrow, 0, &confirm, IEscrow::VerifierFailed {});
        }
        for behaviour in [Behaviour::Plain, Behaviour::Reverts(100_000), Behaviour::Burns] {
            world.platform.behave(impostor, behaviour);
            world.refuses(world.stranger, world.escrow, 0, &confirm, IEscrow::VerifierFailed {});
        }
        world.platform.impostor(impostor, reentry, report(0));
        world.refuses(world.stranger, world.escrow, 0, &confirm, IEscrow::NotRevealed {});
        assert_eq!(world.job(), before);
    }
    world.platform.impostor(impostor, None, report(1));
    world.confirm();
    assert!(world.job().confirmed);
}

/// A party that calls back while it is paid is paid once.
pub fn who_re_enters_is_paid_once<P: Platform + Default>() {
    let (world, due) = to_be_paid::<P>();
    let before = due.map(|(_, account, _)| world.platform.money(account));
    let reentries = [
        world.judge_call().abi_encode(),
        world.settle_call().abi_encode(),
        world.check_results_call().abi_encode(),
    ];
    for ((contract, account, _), call) in due.into_iter().zip(reentries) {
        world.platform.impostor(account, Some((contract, call)), Vec::new());
    }
    world.judge().settle().check_results();
    // Paid or credited, once.
    for ((contract, account, amount), before) in due.into_iter().zip(before) {
        let credit = world.credit(contract, account);
        assert_eq!(world.platform.money(account) - before + credit, U256::from(amount));
        assert_eq!(world.platform.money(contract), credit);
    }
}

/// Whoever is paid may call any contract in that moment, and has no more of it than who does not.
pub fn who_is_paid_may_call_everything_and_gains_nothing<P: Platform + Default>() {
    let (world, due) = to_be_paid::<P>();
    let ends = [
        (world.escrow, world.judge_call().abi_encode()),
        (world.escrow, world.accept_call().abi_encode()),
        (world.escrow, world.tick_call().abi_encode()),
        (world.escrow, world.confirm_call().abi_encode()),
        (world.escrow, IEscrow::withdrawCall { to: world.stranger }.abi_encode()),
        (world.verifier, world.settle_call().abi_encode()),
        (
            world.verifier,
            IEscrow::withdrawCall { to: world.stranger }.abi_encode(),
        ),
        (world.collusion, world.check_results_call().abi_encode()),
        (world.collusion, world.withdraw_bribe_call().abi_encode()),
        (
            world.collusion,
            IEscrow::withdrawCall { to: world.stranger }.abi_encode(),
        ),
    ];
    let finish = |world: &World<P>| {
        let anybody = world.stranger;
        // Some of these were done already, by who was paid: then they are refused.
        let _ = world
            .peek(anybody, world.escrow, 0, &world.judge_call())
            .map(|_| world.judge());
        let _ = world
            .peek(anybody, world.verifier, 0, &world.settle_call())
            .map(|_| world.settle());
        let check = world.check_results_call();
        let _ = world
            .peek(anybody, world.collusion, 0, &check)
            .map(|_| world.check_results());
    };
    let totals = |world: &World<P>| {
        due.map(|(_, account, _)| {
            let credits = [world.escrow, world.verifier, world.collusion].map(|house| world.credit(house, account));
            credits.into_iter().sum::<U256>() + world.platform.money(account)
        })
    };
    let expected = world.platform.undone(|| {
        finish(&world);
        totals(&world)
    });
    for call in ends {
        world.platform.undone(|| {
            for (_, account, _) in due {
                world.platform.impostor(account, Some(call.clone()), Vec::new());
            }
            finish(&world);
            assert_eq!(totals(&world), expected, "while {} is called", call.0);
            let kept: U256 = due
                .map(|(house, account, _)| world.credit(house, account))
                .into_iter()
                .sum();
            assert_eq!(world.held(), kept, "nothing but credits is left");
            for (_, account, _) in due {
                world.platform.behave(account, Behaviour::Plain);
            }
        });
    }
}

/// A predicate that calls the escrow while it is asked changes nothing there; its answer counts as any other.
pub fn a_predicate_that_calls_back_only_answers<P: Platform + Default>() {
    let predicate = Address::repeat_byte(0xad);
    let mut world = World::<P>::plain(|terms| terms.predicate = predicate);
    world.work = Work::of(&FALSE);
    world.walk(way_to(Phase::Committed));
    let before = world.job();
    let reentries = [
        world.accept_call().abi_encode(),
        world.judge_call().abi_encode(),
        IEscrow::withdrawCall { to: predicate }.abi_encode(),
    ];
    for call in reentries {
        let answers = |holds: bool| {
            let call = Some((world.escrow, call.clone()));
            world.platform.impostor(predicate, call, holds.abi_encode());
        };
        answers(true);
        let judge = world.judge_call();
        world.refuses(world.stranger, world.escrow, 0, &judge, IEscrow::NotAFault {});
        assert_eq!(world.job(), before);
        answers(false);
        world.platform.undone(|| {
            world.judge();
            assert_eq!(world.job().phase, Phase::Convicted);
            assert_eq!(world.held(), U256::ZERO, "paid once");
        });
    }
}
