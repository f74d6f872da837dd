//! What plays are made of.

use super::protocol::{Bonds, Case, Ending, Pact};

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
    /// Chain: 2^20 squarings modulo a number of 2048 bits, 64 a step.
    Squarings,
    /// Set: the half of the x below 2^21 whose hash begins with a zero, some 2^20.
    Million,
}

impl Work {
    pub const COUNT: usize = 5;
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
    /// A Chain that takes a wrong step in its middle and goes on from there.
    WrongStep,
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

/// A call to one of the contracts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Call {
    Delegate,
    TakeOrder,
    SubmitResult,
    SubmitSeal,
    Reveal,
    Accept,
    Cancel,
    /// So many elements, drawn by the fresh sampler.
    Demand(u64),
    /// The states that the search for a wrong step wants next.
    DemandNext,
    Deliver,
    /// Logs every leaf hash, as the first paper has it.
    PublishLeaves,
    Dispute,
    Judge(Accusation),
    Confirm,
    TimeTick,
    Appeal,
    TakeCase,
    SealOpinion,
    /// The worker's seal, as it stands on chain, handed in as the referee's own.
    CopySeal,
    RevealOpinion,
    SettleCase,
    OfferBribe,
    AcceptBribe,
    WithdrawBribe,
    CheckResults,
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
    /// Time passes until T2 has.
    T2Passes,
    /// Time passes until nobody may reveal any more.
    RevealsEnd,
    /// The client demands states and the worker shows them, until the client holds a wrong step.
    SearchesWrongStep,
}

/// A play and its end.
#[derive(Debug)]
pub struct Scenario {
    pub name: &'static str,
    pub about: &'static str,
    pub work: Work,
    pub judge: Judge,
    pub committing: Committing,
    /// The referee's own result: then the job is sealed, and the referee contract its verifier.
    pub opinion: Option<Committing>,
    /// One run of steps after the other.
    pub acts: &'static [&'static [Act]],
    pub ending: Ending,
    pub bonds: Bonds,
    pub case: Case,
    pub pact: Pact,
}

/// A job between client and worker, without a case.
pub const PLAIN: Scenario = Scenario {
    name: "",
    about: "",
    work: Work::Primes,
    judge: Judge::Predicate,
    committing: Committing::Right,
    opinion: None,
    acts: &[],
    ending: Ending::Accepted,
    bonds: Bonds::None,
    case: Case::None,
    pact: Pact::None,
};
