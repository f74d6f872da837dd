//! The protocol's tables: how a job, a case and a pact come to each of their phases, and in which each call is allowed.

use alloy_primitives::Address;
use alloy_sol_types::SolCall;
use surety_contracts::{CasePhase, Job, PactPhase, Phase, Terms};

use crate::{Answer, BOND, CASE_BONUS, DEPOSIT, FEE, PACT_STAKE, Platform, STAKE, World};

/// Every phase of a job.
pub const JOB_PHASES: [Phase; 11] = [
    Phase::None,
    Phase::Open,
    Phase::Taken,
    Phase::Sealed,
    Phase::Committed,
    Phase::Demanded,
    Phase::Disputed,
    Phase::Refunded,
    Phase::Forfeited,
    Phase::Paid,
    Phase::Convicted,
];

/// What is demanded on the way to [`Phase::Demanded`].
pub const DEMANDED: [u64; 2] = [0, 2];

/// What happens on the way to a phase; each by whoever may do it, in time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    Delegate,
    Take,
    Seal,
    /// A result is committed: sealed and revealed where the job is sealed.
    Submit,
    /// Of [`DEMANDED`].
    Demand,
    Dispute,
    /// The clock that runs runs out, and what is due is done.
    RunOut,
}

/// How a job without predicate comes to a phase; [`Phase::Sealed`] takes a sealed one.
pub fn way_to(phase: Phase) -> &'static [Step] {
    use Step::*;
    match phase {
        Phase::None => &[],
        Phase::Open => &[Delegate],
        Phase::Taken => &[Delegate, Take],
        Phase::Sealed => &[Delegate, Take, Seal],
        Phase::Committed => &[Delegate, Take, Submit],
        Phase::Demanded => &[Delegate, Take, Submit, Demand],
        Phase::Disputed => &[Delegate, Take, Submit, Dispute],
        Phase::Refunded => &[Delegate, RunOut],
        Phase::Forfeited => &[Delegate, Take, RunOut],
        Phase::Paid => &[Delegate, Take, Submit, RunOut],
        Phase::Convicted => &[Delegate, Take, Submit, Demand, RunOut],
        _ => unreachable!("a job has eleven phases"),
    }
}

/// The last second in which a running job waits for somebody.
pub fn waits_until(job: &Job, terms: &Terms) -> u64 {
    match job.phase {
        Phase::Open => terms.acceptBy,
        Phase::Sealed => job.clock + u64::from(terms.responseWindow),
        _ => job.clock,
    }
}

/// A call of the escrow that depends on a job's phase.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum JobCall {
    Cancel,
    TakeOrder,
    /// Of a job that is not sealed.
    SubmitResult,
    /// Of a sealed job.
    SubmitSeal,
    PublishLeaves,
    Accept,
    Demand,
    Deliver,
    Dispute,
    Judge,
    Confirm,
    Reveal,
    TimeTick,
}

impl JobCall {
    pub const ALL: [Self; 13] = [
        Self::Cancel,
        Self::TakeOrder,
        Self::SubmitResult,
        Self::SubmitSeal,
        Self::PublishLeaves,
        Self::Accept,
        Self::Demand,
        Self::Deliver,
        Self::Dispute,
        Self::Judge,
        Self::Confirm,
        Self::Reveal,
        Self::TimeTick,
    ];

    /// Whether it is a call of sealed jobs, or of those that are not.
    pub fn exists(self, is_sealed: bool) -> bool {
        match self {
            Self::SubmitResult => !is_sealed,
            Self::SubmitSeal => is_sealed,
            _ => true,
        }
    }

    /// Where it is allowed: in all other phases it is refused, whatever else is right or wrong about it.
    pub fn phases(self) -> &'static [Phase] {
        use Phase::*;
        match self {
            Self::Cancel | Self::TakeOrder => &[Open],
            Self::SubmitResult | Self::SubmitSeal => &[Taken],
            Self::Reveal => &[Sealed],
            Self::Demand | Self::Dispute => &[Committed],
            Self::Deliver => &[Demanded],
            Self::PublishLeaves | Self::Accept | Self::Judge | Self::Confirm => &[Committed, Demanded, Disputed],
            Self::TimeTick => &[Open, Taken, Sealed, Committed, Demanded, Disputed],
        }
    }

    /// Tries it, by whoever may make it and in its time: nothing but the job's phase can be wrong.
    pub fn attempt<P: Platform>(self, world: &World<P>) -> Answer {
        match self {
            Self::Reveal if world.job().phase == Phase::Sealed => {
                world.past_t2();
            }
            // Longer than all windows together.
            Self::TimeTick => world.at(world.platform.now() + 100_000),
            _ => {}
        }
        let (from, value, data) = self.transaction(world);
        world.platform.peek(from, world.escrow, value, data)
    }

    /// Makes it, now.
    pub fn make<P: Platform>(self, world: &World<P>) -> Answer {
        let (from, value, data) = self.transaction(world);
        world.platform.send(from, world.escrow, value, data)
    }

    /// Who makes it, with how many wei.
    fn transaction<P: Platform>(self, world: &World<P>) -> (Address, u128, Vec<u8>) {
        let (client, worker, referee, stranger) = (world.client, world.worker, world.referee, world.stranger);
        match self {
            Self::Cancel => (client, 0, world.cancel_call().abi_encode()),
            Self::TakeOrder => (worker, DEPOSIT, world.take_call().abi_encode()),
            Self::SubmitResult => (worker, 0, world.submit_call().abi_encode()),
            Self::SubmitSeal => (worker, 0, world.seal_call().abi_encode()),
            Self::Reveal => (worker, 0, world.reveal_call().abi_encode()),
            Self::PublishLeaves => (worker, 0, world.publish_call().abi_encode()),
            Self::Accept => (client, 0, world.accept_call().abi_encode()),
            Self::Demand => (client, 2 * BOND, world.demand_call(&DEMANDED).abi_encode()),
            Self::Deliver => (stranger, 0, world.deliver_call(&DEMANDED).abi_encode()),
            Self::Dispute => (client, BOND, world.dispute_call().abi_encode()),
            Self::Judge => (referee, 0, world.judge_call().abi_encode()),
            Self::Confirm => (referee, 0, world.confirm_call().abi_encode()),
            Self::TimeTick => (stranger, 0, world.tick_call().abi_encode()),
        }
    }
}

/// Brings the job of a world without predicate to `phase`; `between` happens once it was delegated and, where it ever is,
/// taken.
pub fn job_in<P: Platform + Default>(
    world: impl FnOnce(fn(&mut Terms)) -> World<P>,
    phase: Phase,
    between: impl Fn(&World<P>),
) -> World<P> {
    let world = world(|terms| terms.predicate = Address::ZERO);
    let way = way_to(phase);
    let begin = way
        .iter()
        .take_while(|step| matches!(step, Step::Delegate | Step::Take));
    let (begin, rest) = way.split_at(begin.count());
    world.walk(begin);
    between(&world);
    world.walk(rest);
    world
}

/// A call of the referee contract: its name, the case phases in which it is allowed, and how it is tried by whoever may
/// make it, at a time when nothing but the case's phase can be wrong.
pub type CaseCall<P> = (&'static str, &'static [CasePhase], fn(&World<P>) -> Answer);

/// Brings a case to `phase`. The job is Sealed by its worker, revealed and accepted where the case is Closed.
pub fn case_in<P: Platform + Default>(phase: CasePhase) -> World<P> {
    let world = World::new(|_| {});
    world.delegate().take().seal_result();
    if phase >= CasePhase::Offered {
        world.appeal();
    }
    if phase >= CasePhase::Bound {
        world.take_case();
    }
    if phase >= CasePhase::Sealed {
        world.seal_opinion();
    }
    if phase >= CasePhase::Revealed {
        world.reveal_opinion();
    }
    if phase >= CasePhase::Closed {
        world.reveal_result().accept().settle();
    }
    world
}

/// Every call of the referee contract that depends on a case's phase.
#[allow(non_snake_case, reason = "a table")]
pub fn CASE_CALLS<P: Platform>() -> [CaseCall<P>; 5] {
    use CasePhase::*;
    [
        ("appeal", &[None], |world| {
            world.peek(world.client, world.verifier, FEE + CASE_BONUS, &world.appeal_call())
        }),
        ("takeCase", &[Offered], |world| {
            world.peek(world.referee, world.verifier, STAKE, &world.take_case_call())
        }),
        ("submitSeal", &[Bound], |world| {
            world.peek(world.referee, world.verifier, 0, &world.seal_opinion_call())
        }),
        ("reveal", &[Sealed], |world| {
            if world.case().phase == Sealed {
                world.past_t2();
            }
            world.peek(world.referee, world.verifier, 0, &world.reveal_opinion_call())
        }),
        ("settle", &[Offered, Bound, Sealed, Revealed], |world| {
            if world.job().phase == Phase::Sealed {
                world.past_reveals().run_out();
            }
            world.peek(world.stranger, world.verifier, 0, &world.settle_call())
        }),
    ]
}

/// A call of the bribe contract, as [`CaseCall`].
pub type PactCall<P> = (&'static str, &'static [PactPhase], fn(&World<P>) -> Answer);

/// Brings a pact to `phase`; case Bound, job Sealed.
pub fn pact_in<P: Platform + Default>(phase: PactPhase) -> World<P> {
    let world = World::new(|_| {});
    world.delegate().take().appeal().take_case().seal_result();
    if phase >= PactPhase::Offered {
        world.offer_bribe();
    }
    if phase >= PactPhase::Accepted {
        world.accept_bribe();
    }
    if phase >= PactPhase::Closed {
        world.past_reveals().check_results();
    }
    world
}

/// Every call of the bribe contract that depends on a pact's phase; `offerBribe` refuses a used id with `IdUsed`.
#[allow(non_snake_case, reason = "a table")]
pub fn PACT_CALLS<P: Platform>() -> [PactCall<P>; 3] {
    use PactPhase::*;
    [
        ("acceptBribe", &[Offered], |world| {
            world.peek(world.referee, world.collusion, PACT_STAKE, &world.accept_bribe_call())
        }),
        ("withdrawBribe", &[Offered], |world| {
            world.peek(world.worker, world.collusion, 0, &world.withdraw_bribe_call())
        }),
        ("checkResults", &[Offered, Accepted], |world| {
            world.past_reveals();
            world.peek(world.stranger, world.collusion, 0, &world.check_results_call())
        }),
    ]
}
