//! The plays, as data.

use surety_contracts::Fault;

use super::protocol::{Bonds, Ending};

/// Who acts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    Client,
    Worker,
    Referee,
    /// Somebody whom the terms do not name.
    Uninvolved,
}

impl Role {
    pub const ALL: [Self; 4] = [Self::Client, Self::Worker, Self::Referee, Self::Uninvolved];

    pub const fn name(self) -> &'static str {
        match self {
            Self::Client => "client",
            Self::Worker => "worker",
            Self::Referee => "referee",
            Self::Uninvolved => "uninvolved",
        }
    }
}

/// What is computed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Work {
    /// Set: the primes below 10^6.
    Primes,
    /// Set: the x below 10^6 whose hash begins with enough zeros.
    Preimages,
    /// Table: powers to 65537 modulo a number of 2048 bits.
    Powers,
}

/// Who decides whether an element belongs to the result.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Judge {
    /// The predicate contract, for anybody who asks.
    Predicate,
    /// The referee's word.
    Referee,
}

/// What the worker commits to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Committing {
    /// The right result.
    Right,
    /// With an element in the middle that is not right.
    WrongElement,
    /// With the middle element twice.
    Duplicate,
    /// Without the middle element.
    Omission,
}

/// What an accuser claims.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Accusation {
    /// The fault that computing again finds.
    Found,
    /// That a right element is wrong.
    RightElementIsWrong,
    /// That a number is missing which does not belong there.
    NothingIsMissing,
    /// That the element in the middle is wrong, shown with another element than was committed.
    NeverCommitted,
}

/// A call to the escrow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Call {
    Delegate,
    TakeOrder,
    SubmitResult,
    Accept,
    /// So many elements, drawn by the fresh sampler.
    Demand(u64),
    Deliver,
    Dispute,
    Judge(Accusation),
    Confirm,
    TimeTick,
}

/// A step of a play.
#[derive(Clone, Copy, Debug)]
pub enum Act {
    /// The call goes through.
    Does(Role, Call),
    /// The call is refused, with this error of the contract's.
    Refused(Role, Call, &'static str),
    /// Time passes until the clock that runs has run out.
    ClockRunsOut,
}

/// A play and its end.
#[derive(Debug)]
pub struct Scenario {
    pub name: &'static str,
    pub about: &'static str,
    pub work: Work,
    pub judge: Judge,
    pub committing: Committing,
    pub acts: &'static [Act],
    pub ending: Ending,
    pub bonds: Bonds,
}

use Accusation::*;
use Act::*;
use Call::*;
use Role::*;

/// Every way in which a job of fair payment ends.
pub const SCENARIOS: &[Scenario] = &[
    Scenario {
        name: "honest_set",
        about: "primes below 10^6, delivered and accepted",
        work: Work::Primes,
        judge: Judge::Predicate,
        committing: Committing::Right,
        acts: &[
            Does(Client, Delegate),
            Does(Worker, TakeOrder),
            Does(Worker, SubmitResult),
            Does(Client, Accept),
        ],
        ending: Ending::Accepted,
        bonds: Bonds::None,
    },
    Scenario {
        name: "honest_table",
        about: "2048-bit powers; the client demands samples, gets them and accepts",
        work: Work::Powers,
        judge: Judge::Predicate,
        committing: Committing::Right,
        acts: &[
            Does(Client, Delegate),
            Does(Worker, TakeOrder),
            Does(Worker, SubmitResult),
            Does(Client, Demand(3)),
            Does(Worker, Deliver),
            Does(Client, Accept),
        ],
        ending: Ending::Accepted,
        bonds: Bonds::ToWorker(3),
    },
    Scenario {
        name: "wrong_element",
        about: "a false preimage, proven by somebody who is not involved",
        work: Work::Preimages,
        judge: Judge::Predicate,
        committing: Committing::WrongElement,
        acts: &[
            Does(Client, Delegate),
            Does(Worker, TakeOrder),
            Does(Worker, SubmitResult),
            Does(Uninvolved, Judge(Found)),
        ],
        ending: Ending::Convicted(Fault::WrongElement),
        bonds: Bonds::None,
    },
    Scenario {
        name: "wrong_value",
        about: "a wrong 2048-bit power, proven through the modexp precompile",
        work: Work::Powers,
        judge: Judge::Predicate,
        committing: Committing::WrongElement,
        acts: &[
            Does(Client, Delegate),
            Does(Worker, TakeOrder),
            Does(Worker, SubmitResult),
            Does(Uninvolved, Judge(Found)),
        ],
        ending: Ending::Convicted(Fault::WrongElement),
        bonds: Bonds::None,
    },
    Scenario {
        name: "duplicates",
        about: "a prime twice, proven from the order alone",
        work: Work::Primes,
        judge: Judge::Predicate,
        committing: Committing::Duplicate,
        acts: &[
            Does(Client, Delegate),
            Does(Worker, TakeOrder),
            Does(Worker, SubmitResult),
            Does(Uninvolved, Judge(Found)),
        ],
        ending: Ending::Convicted(Fault::Disorder),
        bonds: Bonds::None,
    },
    Scenario {
        name: "missing_element",
        about: "a prime left out, proven by its neighbours",
        work: Work::Primes,
        judge: Judge::Predicate,
        committing: Committing::Omission,
        acts: &[
            Does(Client, Delegate),
            Does(Worker, TakeOrder),
            Does(Worker, SubmitResult),
            Does(Client, Judge(Found)),
        ],
        ending: Ending::Convicted(Fault::MissingElement),
        bonds: Bonds::None,
    },
    Scenario {
        name: "false_accusation",
        about: "a right result accused twice in vain; its worker is paid",
        work: Work::Primes,
        judge: Judge::Predicate,
        committing: Committing::Right,
        acts: &[
            Does(Client, Delegate),
            Does(Worker, TakeOrder),
            Does(Worker, SubmitResult),
            Refused(Client, Judge(RightElementIsWrong), "NotAFault"),
            Refused(Client, Judge(NothingIsMissing), "NotAFault"),
            Refused(Uninvolved, Judge(NeverCommitted), "BadProof"),
            ClockRunsOut,
            Does(Worker, TimeTick),
        ],
        ending: Ending::ClockRanOut,
        bonds: Bonds::None,
    },
    Scenario {
        name: "referee_rules",
        about: "no predicate: the client disputes, the referee names the wrong power",
        work: Work::Powers,
        judge: Judge::Referee,
        committing: Committing::WrongElement,
        acts: &[
            Does(Client, Delegate),
            Does(Worker, TakeOrder),
            Does(Worker, SubmitResult),
            Refused(Client, Judge(Found), "NotReferee"),
            Does(Client, Dispute),
            Does(Referee, Judge(Found)),
        ],
        ending: Ending::Convicted(Fault::WrongElement),
        bonds: Bonds::ToClient(1),
    },
    Scenario {
        name: "referee_lies",
        about: "no predicate: the referee tries an element that was never committed, then gives in",
        work: Work::Powers,
        judge: Judge::Referee,
        committing: Committing::Right,
        acts: &[
            Does(Client, Delegate),
            Does(Worker, TakeOrder),
            Does(Worker, SubmitResult),
            Does(Client, Dispute),
            Refused(Referee, Judge(NeverCommitted), "BadProof"),
            Does(Referee, Confirm),
            ClockRunsOut,
            Does(Worker, TimeTick),
        ],
        ending: Ending::ClockRanOutConfirmed,
        bonds: Bonds::ToWorker(1),
    },
    Scenario {
        name: "delivery_withheld",
        about: "the worker does not show what it committed to",
        work: Work::Preimages,
        judge: Judge::Predicate,
        committing: Committing::Right,
        acts: &[
            Does(Client, Delegate),
            Does(Worker, TakeOrder),
            Does(Worker, SubmitResult),
            Does(Client, Demand(3)),
            Refused(Client, TimeTick, "TooEarly"),
            ClockRunsOut,
            Refused(Worker, Deliver, "TooLate"),
            Does(Client, TimeTick),
        ],
        ending: Ending::Convicted(Fault::Withheld),
        bonds: Bonds::ToClient(3),
    },
    Scenario {
        name: "worker_silent",
        about: "the worker takes the order and never submits",
        work: Work::Preimages,
        judge: Judge::Predicate,
        committing: Committing::Right,
        acts: &[
            Does(Client, Delegate),
            Does(Worker, TakeOrder),
            ClockRunsOut,
            Refused(Worker, SubmitResult, "TooLate"),
            Does(Uninvolved, TimeTick),
        ],
        ending: Ending::Forfeited,
        bonds: Bonds::None,
    },
    Scenario {
        name: "client_silent",
        about: "the client says nothing; the clock pays the worker",
        work: Work::Preimages,
        judge: Judge::Predicate,
        committing: Committing::Right,
        acts: &[
            Does(Client, Delegate),
            Does(Worker, TakeOrder),
            Does(Worker, SubmitResult),
            Refused(Worker, TimeTick, "TooEarly"),
            ClockRunsOut,
            Does(Worker, TimeTick),
        ],
        ending: Ending::ClockRanOut,
        bonds: Bonds::None,
    },
    Scenario {
        name: "referee_silent",
        about: "no predicate: a dispute without a ruling; the worker is presumed honest",
        work: Work::Powers,
        judge: Judge::Referee,
        committing: Committing::Right,
        acts: &[
            Does(Client, Delegate),
            Does(Worker, TakeOrder),
            Does(Worker, SubmitResult),
            Does(Client, Dispute),
            ClockRunsOut,
            Does(Worker, TimeTick),
        ],
        ending: Ending::ClockRanOut,
        bonds: Bonds::ToWorker(1),
    },
    Scenario {
        name: "nobody_comes",
        about: "no worker takes the order; the client's money comes back",
        work: Work::Primes,
        judge: Judge::Predicate,
        committing: Committing::Right,
        acts: &[
            Does(Client, Delegate),
            ClockRunsOut,
            Refused(Worker, TakeOrder, "TooLate"),
            Does(Uninvolved, TimeTick),
        ],
        ending: Ending::Refunded,
        bonds: Bonds::None,
    },
];
