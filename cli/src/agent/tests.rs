//! Every role's decision in every phase, before, at and after the clock.

use alloy::primitives::{Address, B256, Bytes, aliases::U96};
use surety_contracts::{Case, CasePhase, Fault, Form, Job, Pending, Phase, Terms};

use super::{
    action::{Action, Facts, Move},
    client, referee,
    store::{Appraisal, Held, Judged, OfferRecord, Record, Verdict},
    tower, worker,
};
use crate::look::{Standing, View};

const CLIENT: Address = Address::repeat_byte(1);
const WORKER: Address = Address::repeat_byte(2);
const REFEREE: Address = Address::repeat_byte(3);
const OTHER: Address = Address::repeat_byte(4);
const CONTRACT: Address = Address::repeat_byte(9);
/// T1, and the clock that runs in every other phase.
const ACCEPT_BY: u64 = 1_000;
const CLOCK: u64 = 5_000;
const RESPONSE: u64 = 100;
const ROOT: B256 = B256::repeat_byte(0x11);
const OTHER_ROOT: B256 = B256::repeat_byte(0x22);

/// A job with what somebody knows of it; by default one that the worker holds, with a predicate.
struct Scene {
    terms: Terms,
    view: View,
    known: Record,
}

fn scene(phase: Phase) -> Scene {
    let has_result = matches!(
        phase,
        Phase::Committed | Phase::Demanded | Phase::Disputed | Phase::Paid | Phase::Convicted
    );
    Scene {
        terms: Terms {
            client: CLIENT,
            worker: Address::ZERO,
            referee: REFEREE,
            verifier: Address::ZERO,
            predicate: CONTRACT,
            functionCommitment: B256::ZERO,
            dataCommitment: B256::ZERO,
            seedHash: B256::ZERO,
            salt: B256::ZERO,
            form: Form::Table,
            count: 4,
            maxElement: 8,
            isSealed: false,
            reward: U96::from(10),
            bonus: U96::ZERO,
            deposit: U96::from(20),
            bond: U96::from(1),
            acceptBy: ACCEPT_BY,
            computeWindow: 100,
            disputeWindow: 400,
            responseWindow: RESPONSE as u32,
            rulingWindow: 100,
        },
        view: View {
            job: Job {
                phase,
                fault: Fault::None,
                confirmed: false,
                worker: if matches!(phase, Phase::None | Phase::Open) {
                    Address::ZERO
                } else {
                    WORKER
                },
                clock: if phase == Phase::Open { 0 } else { CLOCK },
                root: if has_result { ROOT } else { B256::ZERO },
                count: if has_result { 4 } else { 0 },
            },
            pending: Pending {
                demandBy: 0,
                payoutAfter: 0,
                bonds: 0,
                indicesHash: Default::default(),
            },
            case: None,
        },
        known: Record {
            has_file: true,
            ..Record::default()
        },
    }
}

impl Scene {
    fn with(mut self, change: impl FnOnce(&mut Self)) -> Self {
        change(&mut self);
        self
    }

    /// With a referee contract, and a case in this phase; `root` is what the referee revealed.
    fn with_case(self, phase: CasePhase, root: B256) -> Self {
        self.with(|scene| {
            scene.terms.verifier = CONTRACT;
            scene.terms.isSealed = true;
            scene.view.case = Some(Case {
                phase,
                fee: U96::from(2),
                bonus: U96::from(1),
                stake: U96::from(40),
                computeBy: CLOCK,
                root,
                count: if root.is_zero() { 0 } else { 4 },
            });
        })
    }

    fn facts(&self, me: Address, now: u64) -> Facts<'_> {
        Facts {
            me,
            standing: Standing {
                now,
                terms: &self.terms,
                view: &self.view,
            },
            known: &self.known,
        }
    }

    fn worker(&self, now: u64) -> Action {
        worker::next(&self.facts(WORKER, now))
    }

    fn client(&self, now: u64) -> Action {
        let policy = client::Policy {
            demand: 4,
            patience: 50,
        };
        client::next(&policy, &self.facts(CLIENT, now))
    }

    fn referee(&self, now: u64) -> Action {
        referee::next(&self.facts(REFEREE, now))
    }

    fn tower(&self, now: u64) -> Action {
        tower::next(&self.facts(OTHER, now))
    }
}

fn held(root: B256) -> Option<Held> {
    Some(Held { root, count: 4 })
}

fn judged(verdict: Verdict) -> Option<Judged> {
    Some(Judged { root: ROOT, verdict })
}

fn wrong(fault: Fault) -> Option<Judged> {
    judged(Verdict::Wrong {
        fault: fault as u8,
        at: 2,
        missing: Bytes::new(),
    })
}

#[test]
fn a_worker_takes_what_it_found_welcome_and_in_time() {
    let open = scene(Phase::Open);
    assert_eq!(open.worker(ACCEPT_BY), Action::Appraise);
    assert_eq!(open.worker(ACCEPT_BY + 1), Action::Wait);
    let welcome = scene(Phase::Open).with(|scene| scene.known.appraisal = Some(Appraisal::Welcome { seconds: 1 }));
    assert_eq!(welcome.worker(5), Move::Take.by(ACCEPT_BY));
    let declined = |again| {
        let reason = String::new();
        scene(Phase::Open).with(|scene| scene.known.appraisal = Some(Appraisal::Declined { reason, again }))
    };
    assert_eq!(declined(50).worker(49), Action::Wait);
    assert_eq!(declined(50).worker(50), Action::Appraise);
    for unfit in [
        scene(Phase::Open).with(|scene| scene.terms.worker = OTHER),
        scene(Phase::Open).with(|scene| scene.terms.client = WORKER),
        scene(Phase::Open).with(|scene| scene.terms.referee = WORKER),
    ] {
        assert_eq!(unfit.worker(5), Action::Wait);
    }
}

#[test]
fn a_worker_computes_commits_and_reveals_within_its_windows() {
    let computed = |phase| scene(phase).with(|scene| scene.known.own = held(ROOT));
    assert_eq!(scene(Phase::Taken).worker(CLOCK), Action::Work);
    assert_eq!(computed(Phase::Taken).worker(CLOCK), Move::Submit.by(CLOCK));
    assert_eq!(computed(Phase::Taken).worker(CLOCK + 1), Action::Wait);
    let sealed = computed(Phase::Sealed);
    assert_eq!(sealed.worker(CLOCK), Action::Wait);
    assert_eq!(sealed.worker(CLOCK + 1), Move::Reveal.by(CLOCK + RESPONSE));
    assert_eq!(sealed.worker(CLOCK + RESPONSE), Move::Reveal.by(CLOCK + RESPONSE));
    assert_eq!(sealed.worker(CLOCK + RESPONSE + 1), Action::Wait);
}

#[test]
fn a_worker_answers_confirms_and_collects() {
    let computed = |phase| scene(phase).with(|scene| scene.known.own = held(ROOT));
    assert_eq!(computed(Phase::Demanded).worker(CLOCK), Move::Deliver.by(CLOCK));
    assert_eq!(computed(Phase::Demanded).worker(CLOCK + 1), Action::Wait);
    assert_eq!(computed(Phase::Committed).worker(CLOCK), Action::Wait);
    assert_eq!(computed(Phase::Committed).worker(CLOCK + 1), Move::Tick.anytime());
    assert_eq!(computed(Phase::Disputed).worker(CLOCK), Action::Wait);
    assert_eq!(computed(Phase::Disputed).worker(CLOCK + 1), Move::Tick.anytime());
    let equal = computed(Phase::Committed).with_case(CasePhase::Revealed, ROOT);
    assert_eq!(equal.worker(CLOCK), Move::Confirm.by(CLOCK));
    let other = computed(Phase::Committed).with_case(CasePhase::Revealed, OTHER_ROOT);
    assert_eq!(other.worker(CLOCK), Action::Wait);
    for phase in [Phase::Paid, Phase::Convicted, Phase::Forfeited, Phase::Refunded] {
        assert_eq!(computed(phase).worker(CLOCK), Action::Finish);
    }
}

#[test]
fn a_client_delegates_what_was_ordered_once() {
    assert_eq!(scene(Phase::None).client(5), Action::Wait);
    let ordered = scene(Phase::None).with(|scene| scene.known.ordered = true);
    assert_eq!(ordered.client(ACCEPT_BY), Move::Delegate.by(ACCEPT_BY));
    assert_eq!(ordered.client(ACCEPT_BY + 1), Action::Finish);
    assert_eq!(
        scene(Phase::Open).with(|scene| scene.known.ordered = true).client(5),
        Action::Wait
    );
}

#[test]
fn a_client_appeals_while_it_can() {
    let offer = OfferRecord {
        fee: Default::default(),
        bonus: Default::default(),
        stake: None,
    };
    let wants = |phase| {
        scene(phase)
            .with_case(CasePhase::None, B256::ZERO)
            .with(|scene| scene.known.offer = Some(offer))
    };
    assert!(matches!(
        wants(Phase::Open).client(5),
        Action::Send { step: Move::Appeal, .. }
    ));
    assert!(matches!(
        wants(Phase::Sealed).client(CLOCK),
        Action::Send { step: Move::Appeal, .. }
    ));
    assert_eq!(wants(Phase::Sealed).client(CLOCK + 1), Action::Wait);
    let appealed = wants(Phase::Open).with_case(CasePhase::Offered, B256::ZERO);
    assert_eq!(appealed.client(5), Action::Wait);
}

#[test]
fn a_client_checks_a_result_before_it_pays() {
    let committed = || scene(Phase::Committed);
    assert_eq!(committed().client(CLOCK), Action::Fetch);
    assert_eq!(
        committed().with(|scene| scene.known.theirs = held(ROOT)).client(CLOCK),
        Action::Verify
    );
    let stale = committed().with(|scene| scene.known.theirs = held(OTHER_ROOT));
    assert_eq!(
        stale.client(CLOCK),
        Action::Fetch,
        "after a reorganisation the worker may have committed to another"
    );
    let right = || committed().with(|scene| scene.known.verdict = judged(Verdict::Right));
    assert_eq!(right().client(CLOCK), Move::Accept.by(CLOCK));
    assert_eq!(right().client(CLOCK + 1), Move::Tick.anytime());
    let of_another = right().with(|scene| scene.view.job.root = OTHER_ROOT);
    assert_eq!(of_another.client(CLOCK), Action::Fetch);
    let bonus = || right().with(|scene| scene.terms.bonus = U96::from(1));
    assert_eq!(
        bonus().client(CLOCK),
        Action::Wait,
        "accepting would give the bonus away"
    );
    assert_eq!(
        bonus().with(|scene| scene.view.job.confirmed = true).client(CLOCK),
        Move::Accept.by(CLOCK)
    );
}

#[test]
fn a_client_challenges_in_the_way_that_can_succeed() {
    let found = |fault| scene(Phase::Committed).with(|scene| scene.known.verdict = wrong(fault));
    let by_word = |fault| found(fault).with(|scene| scene.terms.predicate = Address::ZERO);
    assert_eq!(found(Fault::WrongElement).client(CLOCK), Move::Judge.by(CLOCK));
    assert_eq!(by_word(Fault::WrongElement).client(CLOCK), Move::Dispute.by(CLOCK));
    assert_eq!(by_word(Fault::Disorder).client(CLOCK), Move::Judge.by(CLOCK));
    assert_eq!(by_word(Fault::MissingElement).client(CLOCK), Action::Wait);
    let confirmed = by_word(Fault::WrongElement).with(|scene| scene.view.job.confirmed = true);
    assert_eq!(confirmed.client(CLOCK), Action::Wait);
    assert_eq!(found(Fault::WrongElement).client(CLOCK + 1), Move::Tick.anytime());
}

#[test]
fn a_client_demands_once_when_its_patience_ends() {
    let undelivered = || scene(Phase::Committed).with(|scene| scene.known.undelivered = Some(4_000));
    assert_eq!(undelivered().client(4_049), Action::Fetch);
    assert_eq!(undelivered().client(4_050), Move::Demand.by(CLOCK));
    assert_eq!(
        undelivered()
            .with(|scene| (scene.known.demanded, scene.known.examined) = (true, true))
            .client(4_050),
        Action::Fetch
    );
    let late = undelivered().with(|scene| scene.view.pending.demandBy = 4_500);
    assert_eq!(late.client(4_501), Action::Fetch);
    let modest = client::Policy {
        demand: 0,
        patience: 50,
    };
    assert_eq!(
        client::next(&modest, &undelivered().facts(CLIENT, 4_050)),
        Action::Fetch
    );
    assert_eq!(scene(Phase::Demanded).client(CLOCK + 1), Move::Tick.anytime());
}

#[test]
fn a_client_looks_at_what_was_delivered_on_chain() {
    let demanded = |phase| {
        scene(phase).with(|scene| {
            scene.known.undelivered = Some(4_000);
            scene.known.demanded = true;
        })
    };
    assert_eq!(demanded(Phase::Demanded).client(4_050), Action::Fetch);
    assert_eq!(demanded(Phase::Committed).client(4_050), Action::Examine);
    let examined = demanded(Phase::Committed).with(|scene| scene.known.examined = true);
    assert_eq!(examined.client(4_050), Action::Fetch);
}

#[test]
fn everybody_who_may_ticks_what_is_due_and_not_before() {
    for phase in [Phase::Taken, Phase::Committed, Phase::Demanded, Phase::Disputed] {
        assert!(!scene(phase).facts(OTHER, CLOCK).tick_due(), "{phase:?}");
        assert_eq!(scene(phase).tower(CLOCK + 1), Move::Tick.anytime(), "{phase:?}");
        assert_eq!(scene(phase).client(CLOCK + 1), Move::Tick.anytime(), "{phase:?}");
    }
    assert_eq!(scene(Phase::Open).tower(ACCEPT_BY), Action::Wait);
    assert_eq!(scene(Phase::Open).tower(ACCEPT_BY + 1), Move::Tick.anytime());
    assert_eq!(scene(Phase::Sealed).tower(CLOCK + RESPONSE), Action::Wait);
    assert_eq!(scene(Phase::Sealed).tower(CLOCK + RESPONSE + 1), Move::Tick.anytime());
    assert_eq!(scene(Phase::None).tower(CLOCK), Action::Wait);
    assert_eq!(scene(Phase::Paid).tower(CLOCK), Action::Finish);
}

#[test]
fn a_referee_carries_a_case_through() {
    let offered = scene(Phase::Sealed).with_case(CasePhase::Offered, B256::ZERO);
    assert_eq!(offered.referee(CLOCK), Action::Appraise);
    assert_eq!(offered.referee(CLOCK + 1), Action::Wait);
    let welcome = offered.with(|scene| scene.known.appraisal = Some(Appraisal::Welcome { seconds: 1 }));
    assert_eq!(welcome.referee(CLOCK), Move::TakeCase.by(CLOCK));
    let bound = |phase| {
        scene(Phase::Sealed)
            .with_case(phase, B256::ZERO)
            .with(|scene| scene.known.own = held(ROOT))
    };
    assert_eq!(
        bound(CasePhase::Bound)
            .with(|scene| scene.known.own = None)
            .referee(CLOCK),
        Action::Work
    );
    assert_eq!(bound(CasePhase::Bound).referee(CLOCK), Move::SealOpinion.by(CLOCK));
    assert_eq!(bound(CasePhase::Bound).referee(CLOCK + 1), Action::Wait);
    assert_eq!(bound(CasePhase::Sealed).referee(CLOCK), Action::Wait);
    assert_eq!(
        bound(CasePhase::Sealed).referee(CLOCK + 1),
        Move::RevealOpinion.by(CLOCK + RESPONSE)
    );
    assert_eq!(bound(CasePhase::Sealed).referee(CLOCK + RESPONSE + 1), Action::Wait);
}

#[test]
fn a_referee_stands_by_its_opinion() {
    let revealed = |phase, root| {
        let known = |scene: &mut Scene| scene.known.own = held(root);
        scene(phase).with_case(CasePhase::Revealed, root).with(known)
    };
    assert_eq!(revealed(Phase::Committed, ROOT).referee(CLOCK), Move::Confirm.by(CLOCK));
    assert_eq!(revealed(Phase::Demanded, ROOT).referee(CLOCK), Move::Deliver.by(CLOCK));
    let differs = || revealed(Phase::Committed, OTHER_ROOT);
    assert_eq!(differs().referee(CLOCK), Action::Fetch);
    assert_eq!(
        differs().with(|scene| scene.known.theirs = held(ROOT)).referee(CLOCK),
        Action::Verify
    );
    let found = differs().with(|scene| scene.known.verdict = wrong(Fault::WrongElement));
    assert_eq!(found.referee(CLOCK), Move::Judge.by(CLOCK));
    assert_eq!(revealed(Phase::Paid, ROOT).referee(CLOCK), Move::Settle.anytime());
    assert_eq!(
        scene(Phase::Paid).with_case(CasePhase::Closed, ROOT).referee(CLOCK),
        Action::Finish
    );
}

#[test]
fn a_referee_rules_when_it_is_asked() {
    let disputed = || scene(Phase::Disputed).with(|scene| scene.terms.predicate = Address::ZERO);
    assert_eq!(scene(Phase::Committed).referee(CLOCK), Action::Wait);
    assert_eq!(disputed().referee(CLOCK), Action::Work);
    assert_eq!(
        disputed().with(|scene| scene.known.own = held(ROOT)).referee(CLOCK),
        Move::Confirm.by(CLOCK)
    );
    let differs = || disputed().with(|scene| scene.known.own = held(OTHER_ROOT));
    assert_eq!(differs().referee(CLOCK), Action::Fetch);
    assert_eq!(
        differs().with(|scene| scene.known.theirs = held(ROOT)).referee(CLOCK),
        Action::Verify
    );
    let found = || differs().with(|scene| scene.known.verdict = wrong(Fault::WrongElement));
    assert_eq!(found().referee(CLOCK), Move::Judge.by(CLOCK));
    assert_eq!(found().referee(CLOCK + 1), Action::Wait);
}

#[test]
fn cases_are_settled_when_the_contract_lets_them() {
    let due = |phase, case, now| scene(phase).with_case(case, B256::ZERO).facts(OTHER, now).settle_due();
    assert!(!due(Phase::Sealed, CasePhase::Offered, CLOCK));
    assert!(due(Phase::Paid, CasePhase::Offered, 0));
    assert!(!due(Phase::Forfeited, CasePhase::Bound, CLOCK + RESPONSE));
    assert!(due(Phase::Forfeited, CasePhase::Bound, CLOCK + RESPONSE + 1));
    assert!(due(Phase::Convicted, CasePhase::Revealed, 0));
    assert!(!due(Phase::Paid, CasePhase::Closed, u64::MAX));
    let waiting = scene(Phase::Forfeited).with_case(CasePhase::Bound, B256::ZERO);
    assert_eq!(waiting.client(CLOCK), Action::Wait);
    assert_eq!(waiting.client(CLOCK + RESPONSE + 1), Move::Settle.anytime());
}

#[test]
fn a_watchtower_challenges_only_what_a_predicate_decides() {
    assert_eq!(scene(Phase::Committed).tower(CLOCK), Action::Fetch);
    let found = || scene(Phase::Committed).with(|scene| scene.known.verdict = wrong(Fault::WrongElement));
    assert_eq!(found().tower(CLOCK), Move::Judge.by(CLOCK));
    assert_eq!(
        found().with(|scene| scene.terms.predicate = Address::ZERO).tower(CLOCK),
        Action::Wait
    );
    let blind = scene(Phase::Committed).with(|scene| scene.known.has_file = false);
    assert_eq!(blind.tower(CLOCK), Action::Wait);
    let equal = scene(Phase::Committed).with_case(CasePhase::Revealed, ROOT);
    assert_eq!(equal.tower(CLOCK), Move::Confirm.by(CLOCK));
}
