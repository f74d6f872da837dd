//! Every way in which a job of fair payment ends.

use surety_contracts::Fault;

use super::{
    protocol::{Bonds, Ending},
    scenarios::{Accusation::*, Act, Act::*, Call::*, Committing, Judge, PLAIN, Role::*, Scenario, Work},
};

/// The worker commits to a result in the open.
pub const SUBMITTED: &[Act] = &[
    Does(Client, Delegate),
    Does(Worker, TakeOrder),
    Does(Worker, SubmitResult),
];

pub const SCENARIOS: &[Scenario] = &[
    Scenario {
        name: "honest_set",
        about: "primes below 10^6, delivered and accepted",
        acts: &[SUBMITTED, &[Does(Client, Accept)]],
        ..PLAIN
    },
    Scenario {
        name: "honest_table",
        about: "2048-bit powers, all leaves on chain; the client demands samples, gets them and accepts",
        work: Work::Powers,
        acts: &[
            SUBMITTED,
            &[
                Does(Worker, PublishLeaves),
                Does(Client, Demand(3)),
                Does(Worker, Deliver),
                Does(Client, Accept),
            ],
        ],
        bonds: Bonds::ToWorker(3),
        ..PLAIN
    },
    Scenario {
        name: "wrong_element",
        about: "a false preimage, proven by somebody who is not involved",
        work: Work::Preimages,
        committing: Committing::WrongElement,
        acts: &[SUBMITTED, &[Does(Uninvolved, Judge(Found))]],
        ending: Ending::Convicted(Fault::WrongElement),
        ..PLAIN
    },
    Scenario {
        name: "wrong_value",
        about: "a wrong 2048-bit power, proven through the modexp precompile",
        work: Work::Powers,
        committing: Committing::WrongElement,
        acts: &[SUBMITTED, &[Does(Uninvolved, Judge(Found))]],
        ending: Ending::Convicted(Fault::WrongElement),
        ..PLAIN
    },
    Scenario {
        name: "duplicates",
        about: "a prime twice, proven from the order alone",
        committing: Committing::Duplicate,
        acts: &[SUBMITTED, &[Does(Uninvolved, Judge(Found))]],
        ending: Ending::Convicted(Fault::Disorder),
        ..PLAIN
    },
    Scenario {
        name: "missing_element",
        about: "a prime left out, proven by its neighbours",
        committing: Committing::Omission,
        acts: &[SUBMITTED, &[Does(Client, Judge(Found))]],
        ending: Ending::Convicted(Fault::MissingElement),
        ..PLAIN
    },
    Scenario {
        name: "false_accusation",
        about: "a right result accused twice in vain; its worker is paid",
        acts: &[
            SUBMITTED,
            &[
                Refused(Client, Judge(RightElementIsWrong), "NotAFault"),
                Refused(Client, Judge(NothingIsMissing), "NotAFault"),
                Refused(Uninvolved, Judge(NeverCommitted), "BadProof"),
                ClockRunsOut,
                Does(Worker, TimeTick),
            ],
        ],
        ending: Ending::ClockRanOut,
        ..PLAIN
    },
    Scenario {
        name: "referee_rules",
        about: "no predicate: the client disputes, the referee names the wrong power",
        work: Work::Powers,
        judge: Judge::Referee,
        committing: Committing::WrongElement,
        acts: &[
            SUBMITTED,
            &[
                Refused(Client, Judge(Found), "NotReferee"),
                Does(Client, Dispute),
                Does(Referee, Judge(Found)),
            ],
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
        acts: &[
            SUBMITTED,
            &[
                Does(Client, Dispute),
                Refused(Referee, Judge(NeverCommitted), "BadProof"),
                Does(Referee, Confirm),
                ClockRunsOut,
                Does(Worker, TimeTick),
            ],
        ],
        ending: Ending::ClockRanOutConfirmed,
        bonds: Bonds::ToWorker(1),
        ..PLAIN
    },
    Scenario {
        name: "delivery_withheld",
        about: "the worker does not show what it committed to",
        work: Work::Preimages,
        acts: &[
            SUBMITTED,
            &[
                Does(Client, Demand(3)),
                Refused(Client, TimeTick, "TooEarly"),
                ClockRunsOut,
                Refused(Worker, Deliver, "TooLate"),
                Does(Client, TimeTick),
            ],
        ],
        ending: Ending::Convicted(Fault::Withheld),
        bonds: Bonds::ToClient(3),
        ..PLAIN
    },
    Scenario {
        name: "worker_silent",
        about: "the worker takes the order and never submits",
        work: Work::Preimages,
        acts: &[&[
            Does(Client, Delegate),
            Does(Worker, TakeOrder),
            ClockRunsOut,
            Refused(Worker, SubmitResult, "TooLate"),
            Does(Uninvolved, TimeTick),
        ]],
        ending: Ending::Forfeited,
        ..PLAIN
    },
    Scenario {
        name: "client_silent",
        about: "the client says nothing; the clock pays the worker",
        work: Work::Preimages,
        acts: &[
            SUBMITTED,
            &[
                Refused(Worker, TimeTick, "TooEarly"),
                ClockRunsOut,
                Does(Worker, TimeTick),
            ],
        ],
        ending: Ending::ClockRanOut,
        ..PLAIN
    },
    Scenario {
        name: "referee_silent",
        about: "no predicate: a dispute without a ruling; the worker is presumed honest",
        work: Work::Powers,
        judge: Judge::Referee,
        acts: &[
            SUBMITTED,
            &[Does(Client, Dispute), ClockRunsOut, Does(Worker, TimeTick)],
        ],
        ending: Ending::ClockRanOut,
        bonds: Bonds::ToWorker(1),
        ..PLAIN
    },
    Scenario {
        name: "cancelled",
        about: "the client takes the order back before anybody took it",
        acts: &[
            &[Does(Client, Delegate)],
            &[Refused(Worker, Cancel, "NotClient"), Does(Client, Cancel)],
        ],
        ending: Ending::Refunded,
        ..PLAIN
    },
    Scenario {
        name: "nobody_comes",
        about: "no worker takes the order; the client's money comes back",
        acts: &[&[
            Does(Client, Delegate),
            ClockRunsOut,
            Refused(Worker, TakeOrder, "TooLate"),
            Does(Uninvolved, TimeTick),
        ]],
        ending: Ending::Refunded,
        ..PLAIN
    },
    Scenario {
        name: "wrong_step",
        about: "2^20 squarings with a wrong step in the middle, proven by computing again",
        work: Work::Squarings,
        committing: Committing::WrongStep,
        acts: &[
            SUBMITTED,
            &[
                Refused(Uninvolved, Judge(RightElementIsWrong), "NotAFault"),
                Does(Uninvolved, Judge(Found)),
            ],
        ],
        ending: Ending::Convicted(Fault::WrongStep),
        ..PLAIN
    },
    Scenario {
        name: "withheld_states",
        about: "the same, its states withheld: 64 demanded at a time until the wrong step shows",
        work: Work::Squarings,
        committing: Committing::WrongStep,
        acts: &[SUBMITTED, &[SearchesWrongStep, Does(Client, Judge(Found))]],
        ending: Ending::Convicted(Fault::WrongStep),
        bonds: Bonds::ToWorkerForSearch,
        ..PLAIN
    },
];
