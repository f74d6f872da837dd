//! Every way in which a job with a second opinion ends, with a bribe and without.

use surety_contracts::Fault;

use super::{
    protocol::{Bonds, Case, Ending, Pact},
    scenarios::{Accusation::*, Act, Act::*, Call::*, Committing, Judge, PLAIN, Role::*, Scenario, Work},
};

/// A referee is bound to the job before its result is due.
const CASE_TAKEN: &[Act] = &[
    Does(Client, Delegate),
    Does(Worker, TakeOrder),
    Does(Client, Appeal),
    Does(Referee, TakeCase),
];
/// Worker and referee agree on what both will say.
const BRIBED: &[Act] = &[Does(Worker, OfferBribe), Does(Referee, AcceptBribe)];
const SEALED: &[Act] = &[Does(Worker, SubmitSeal), Does(Referee, SealOpinion)];
const REVEALED: &[Act] = &[T2Passes, Does(Worker, Reveal), Does(Referee, RevealOpinion)];

pub const SCENARIOS: &[Scenario] = &[
    Scenario {
        name: "equal_results",
        about: "worker and referee seal the same; anybody confirms, both get their bonus",
        opinion: Some(Committing::Right),
        acts: &[
            CASE_TAKEN,
            SEALED,
            &[Refused(Worker, Reveal, "TooEarly")],
            REVEALED,
            &[
                Does(Uninvolved, Confirm),
                ClockRunsOut,
                Does(Uninvolved, TimeTick),
                Does(Uninvolved, SettleCase),
            ],
        ],
        ending: Ending::ClockRanOutConfirmed,
        case: Case::Upheld,
        ..PLAIN
    },
    Scenario {
        name: "referee_names_it",
        about: "the worker cheats alone; the referee's result shows which element is wrong",
        committing: Committing::WrongElement,
        opinion: Some(Committing::Right),
        acts: &[
            CASE_TAKEN,
            SEALED,
            REVEALED,
            &[
                Refused(Uninvolved, Confirm, "ReportDiffers"),
                Does(Referee, Judge(Found)),
                Does(Referee, SettleCase),
            ],
        ],
        ending: Ending::Convicted(Fault::WrongElement),
        case: Case::Right,
        ..PLAIN
    },
    Scenario {
        name: "collusion_unnoticed",
        about: "both reveal the agreed false result and the client does not look",
        committing: Committing::WrongElement,
        opinion: Some(Committing::WrongElement),
        acts: &[
            CASE_TAKEN,
            BRIBED,
            SEALED,
            REVEALED,
            &[
                Does(Worker, Confirm),
                Does(Referee, CheckResults),
                ClockRunsOut,
                Does(Worker, TimeTick),
                Does(Referee, SettleCase),
            ],
        ],
        ending: Ending::ClockRanOutConfirmed,
        case: Case::Upheld,
        pact: Pact::Kept,
        ..PLAIN
    },
    Scenario {
        name: "collusion_noticed",
        about: "the same, and a watcher asks the predicate: both lose their deposits",
        committing: Committing::WrongElement,
        opinion: Some(Committing::WrongElement),
        acts: &[
            CASE_TAKEN,
            BRIBED,
            SEALED,
            REVEALED,
            &[
                Does(Worker, Confirm),
                Does(Uninvolved, Judge(Found)),
                Does(Uninvolved, SettleCase),
                Does(Referee, CheckResults),
            ],
        ],
        ending: Ending::Convicted(Fault::WrongElement),
        case: Case::Colluded,
        pact: Pact::Kept,
        ..PLAIN
    },
    Scenario {
        name: "referee_betrays",
        about: "bribed, the referee reveals the right result all the same",
        committing: Committing::WrongElement,
        opinion: Some(Committing::Right),
        acts: &[
            CASE_TAKEN,
            BRIBED,
            SEALED,
            REVEALED,
            &[
                Does(Referee, Judge(Found)),
                Does(Worker, CheckResults),
                Does(Referee, SettleCase),
            ],
        ],
        ending: Ending::Convicted(Fault::WrongElement),
        case: Case::Right,
        pact: Pact::RefereeBroke,
        ..PLAIN
    },
    Scenario {
        name: "worker_betrays",
        about: "the worker bribes and then reveals the right result: the referee's is false",
        opinion: Some(Committing::WrongElement),
        acts: &[
            CASE_TAKEN,
            BRIBED,
            SEALED,
            REVEALED,
            &[
                Refused(Referee, Judge(NeverCommitted), "BadProof"),
                Does(Referee, CheckResults),
                ClockRunsOut,
                Does(Worker, TimeTick),
                Does(Client, SettleCase),
            ],
        ],
        ending: Ending::ClockRanOut,
        case: Case::Differed,
        pact: Pact::WorkerBroke,
        ..PLAIN
    },
    Scenario {
        name: "both_betray",
        about: "both take part in the pact and reveal the right result",
        opinion: Some(Committing::Right),
        acts: &[
            CASE_TAKEN,
            BRIBED,
            SEALED,
            REVEALED,
            &[
                Does(Worker, CheckResults),
                Does(Uninvolved, Confirm),
                Does(Client, Accept),
                Does(Referee, SettleCase),
            ],
        ],
        case: Case::Upheld,
        pact: Pact::GivenBack,
        ..PLAIN
    },
    Scenario {
        name: "bribe_refused",
        about: "the referee never accepts; the worker gets its offer back",
        opinion: Some(Committing::Right),
        acts: &[
            &[
                Does(Client, Delegate),
                Does(Worker, TakeOrder),
                Does(Client, Appeal),
                Does(Worker, OfferBribe),
                Refused(Referee, AcceptBribe, "WrongCasePhase"),
                Does(Referee, TakeCase),
            ],
            SEALED,
            &[
                Refused(Uninvolved, CheckResults, "TooEarly"),
                T2Passes,
                Refused(Referee, AcceptBribe, "TooLate"),
                Does(Worker, WithdrawBribe),
                Does(Worker, Reveal),
                Does(Referee, RevealOpinion),
                Does(Client, Accept),
                Does(Referee, SettleCase),
            ],
        ],
        case: Case::Upheld,
        pact: Pact::GivenBack,
        ..PLAIN
    },
    Scenario {
        name: "referee_bound_silent",
        about: "the referee takes the case and reveals nothing: its stake is the client's",
        opinion: Some(Committing::Right),
        acts: &[&[
            Does(Client, Delegate),
            Does(Client, Appeal),
            Does(Worker, TakeOrder),
            Does(Referee, TakeCase),
            Does(Worker, SubmitSeal),
            T2Passes,
            Refused(Referee, SealOpinion, "TooLate"),
            Does(Worker, Reveal),
            Does(Client, Accept),
            Refused(Client, SettleCase, "TooEarly"),
            RevealsEnd,
            Does(Client, SettleCase),
        ]],
        case: Case::Silent,
        ..PLAIN
    },
    Scenario {
        name: "referee_never_bound",
        about: "the client appeals and no referee comes: its fee comes back",
        opinion: Some(Committing::Right),
        acts: &[&[
            Does(Client, Delegate),
            Does(Client, Appeal),
            Does(Worker, TakeOrder),
            Does(Worker, SubmitSeal),
            T2Passes,
            Refused(Referee, TakeCase, "TooLate"),
            Does(Worker, Reveal),
            Does(Client, SettleCase),
            Does(Client, Accept),
        ]],
        case: Case::NeverBound,
        ..PLAIN
    },
    Scenario {
        name: "worker_forfeits",
        about: "the worker never reveals; the referee, who worked, gets its fee",
        opinion: Some(Committing::Right),
        acts: &[
            CASE_TAKEN,
            SEALED,
            &[
                T2Passes,
                Does(Referee, RevealOpinion),
                RevealsEnd,
                Refused(Worker, Reveal, "TooLate"),
                Does(Uninvolved, TimeTick),
                Does(Referee, SettleCase),
            ],
        ],
        ending: Ending::Forfeited,
        case: Case::WorkerAtFault,
        ..PLAIN
    },
    Scenario {
        name: "withheld_with_referee",
        about: "a false result that the worker does not show; the referee had another one",
        committing: Committing::WrongElement,
        opinion: Some(Committing::Right),
        acts: &[
            CASE_TAKEN,
            SEALED,
            REVEALED,
            &[
                Does(Client, Demand(3)),
                ClockRunsOut,
                Does(Client, TimeTick),
                Does(Referee, SettleCase),
            ],
        ],
        ending: Ending::Convicted(Fault::Withheld),
        bonds: Bonds::ToClient(3),
        case: Case::WorkerAtFault,
        ..PLAIN
    },
    Scenario {
        name: "never_committed",
        about: "no predicate: the referee's word against an element that was never committed",
        work: Work::Powers,
        judge: Judge::Referee,
        opinion: Some(Committing::WrongElement),
        acts: &[
            CASE_TAKEN,
            SEALED,
            REVEALED,
            &[
                Does(Client, Dispute),
                Refused(Referee, Judge(NeverCommitted), "BadProof"),
                Refused(Uninvolved, Judge(RightElementIsWrong), "NotReferee"),
                ClockRunsOut,
                Does(Worker, TimeTick),
                Does(Client, SettleCase),
            ],
        ],
        ending: Ending::ClockRanOut,
        bonds: Bonds::ToWorker(1),
        case: Case::Differed,
        ..PLAIN
    },
    Scenario {
        name: "lazy_referee",
        about: "the referee hands in the worker's seal as its own, which opens for nobody else",
        opinion: Some(Committing::Right),
        acts: &[
            CASE_TAKEN,
            &[
                Does(Worker, SubmitSeal),
                Does(Referee, CopySeal),
                T2Passes,
                Does(Worker, Reveal),
                Refused(Referee, RevealOpinion, "SealMismatch"),
                Does(Client, Accept),
                RevealsEnd,
                Does(Client, SettleCase),
            ],
        ],
        case: Case::Silent,
        ..PLAIN
    },
];
