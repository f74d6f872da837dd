//! Every way in which a job of fair payment ends.

use surety_contracts::Fault;

use super::{
    protocol::{Bonds, Ending},
    scenarios::{Accusation::*, Act::*, Call::*, Committing, Judge, PLAIN, Role::*, Scenario, Work},
};

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
        ..PLAIN
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
        ..PLAIN
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
        ..PLAIN
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
        ..PLAIN
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
        ..PLAIN
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
        ..PLAIN
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
        ..PLAIN
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
        ..PLAIN
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
        ..PLAIN
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
        ..PLAIN
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
        ..PLAIN
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
        ..PLAIN
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
        ..PLAIN
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
        ..PLAIN
    },
    Scenario {
        name: "wrong_step",
        about: "2^20 squarings with a wrong step in the middle, proven by computing again",
        work: Work::Squarings,
        committing: Committing::WrongStep,
        acts: &[
            Does(Client, Delegate),
            Does(Worker, TakeOrder),
            Does(Worker, SubmitResult),
            Refused(Uninvolved, Judge(RightElementIsWrong), "NotAFault"),
            Does(Uninvolved, Judge(Found)),
        ],
        ending: Ending::Convicted(Fault::WrongStep),
        ..PLAIN
    },
    Scenario {
        name: "withheld_states",
        about: "the same, its states withheld: 64 demanded at a time until the wrong step shows",
        work: Work::Squarings,
        committing: Committing::WrongStep,
        acts: &[
            Does(Client, Delegate),
            Does(Worker, TakeOrder),
            Does(Worker, SubmitResult),
            SearchesWrongStep,
            Does(Client, Judge(Found)),
        ],
        ending: Ending::Convicted(Fault::WrongStep),
        bonds: Bonds::ToWorkerForSearch,
        ..PLAIN
    },
];
