//! What can happen: one type for all fuzzers.

use surety_contracts::Fault;

/// An account, named after what it is in most jobs; it may be anything in any of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Who {
    Client,
    Worker,
    Referee,
    Stranger,
}

pub const EVERYBODY: [Who; 4] = [Who::Client, Who::Worker, Who::Referee, Who::Stranger];

/// A contract that holds money.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum House {
    Escrow,
    Referee,
    Collusion,
}

pub const HOUSES: [House; 3] = [House::Escrow, House::Referee, House::Collusion];

#[derive(Clone, Debug)]
pub enum Action {
    /// So many seconds pass.
    Wait(u64),
    /// The clock goes to a deadline of a job, or so many seconds off; never back.
    Until { job: usize, deadline: usize, off: i64 },
    /// From now on an account does this with payments.
    Manner { who: Who, manner: Manner },
    /// A call.
    Play(Play),
}

/// What an account does with payments.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Manner {
    Takes,
    Refuses,
    BurnsGas,
}

/// A call about a job.
#[derive(Clone, Debug)]
pub struct Play {
    pub by: Who,
    pub job: usize,
    pub pay: Pay,
    pub call: Call,
}

/// Wei sent along, by what the protocol asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pay {
    Right,
    OneLess,
    OneMore,
    Nothing,
}

/// A call and its arguments; results, offers and pacts are numbers of those that the scene knows for the job.
#[derive(Clone, Debug)]
pub enum Call {
    Delegate,
    Cancel,
    TakeOrder,
    SubmitResult(Claim),
    SubmitSeal(Seal),
    Reveal {
        claim: Claim,
        salt: u8,
    },
    PublishLeaves {
        work: usize,
        dropped: usize,
    },
    Accept,
    Demand {
        indices: Vec<u64>,
    },
    Deliver {
        work: usize,
        indices: Vec<u64>,
        damage: Damage,
    },
    Dispute,
    Judge(Accusation),
    Confirm,
    TimeTick,
    Appeal {
        offer: usize,
    },
    TakeCase,
    SealOpinion(Seal),
    RevealOpinion {
        claim: Claim,
        salt: u8,
    },
    Settle,
    OfferBribe {
        pact: usize,
    },
    AcceptBribe {
        pact: usize,
    },
    WithdrawBribe {
        pact: usize,
    },
    CheckResults {
        pact: usize,
    },
    Withdraw {
        house: House,
        to: Target,
    },
}

impl Call {
    /// Names of all calls.
    pub const NAMES: [&'static str; 24] = [
        "delegate",
        "cancel",
        "takeOrder",
        "submitResult",
        "submitSeal",
        "reveal",
        "publishLeaves",
        "accept",
        "demand",
        "deliver",
        "dispute",
        "judge",
        "confirm",
        "timeTick",
        "appeal",
        "takeCase",
        "submitSeal of an opinion",
        "reveal of an opinion",
        "settle",
        "offerBribe",
        "acceptBribe",
        "withdrawBribe",
        "checkResults",
        "withdraw",
    ];

    pub fn name(&self) -> &'static str {
        let number = match self {
            Self::Delegate => 0,
            Self::Cancel => 1,
            Self::TakeOrder => 2,
            Self::SubmitResult(_) => 3,
            Self::SubmitSeal(_) => 4,
            Self::Reveal { .. } => 5,
            Self::PublishLeaves { .. } => 6,
            Self::Accept => 7,
            Self::Demand { .. } => 8,
            Self::Deliver { .. } => 9,
            Self::Dispute => 10,
            Self::Judge(_) => 11,
            Self::Confirm => 12,
            Self::TimeTick => 13,
            Self::Appeal { .. } => 14,
            Self::TakeCase => 15,
            Self::SealOpinion(_) => 16,
            Self::RevealOpinion { .. } => 17,
            Self::Settle => 18,
            Self::OfferBribe { .. } => 19,
            Self::AcceptBribe { .. } => 20,
            Self::WithdrawBribe { .. } => 21,
            Self::CheckResults { .. } => 22,
            Self::Withdraw { .. } => 23,
        };
        Self::NAMES[number]
    }
}

/// The root of a result, with its count or one that is off.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Claim {
    pub work: usize,
    pub count: Count,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Count {
    Right,
    OneMore,
    Zero,
}

/// A claim sealed for an account and a job, which may be others than those that use it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Seal {
    pub claim: Claim,
    pub job: usize,
    pub by: Who,
    pub salt: u8,
}

/// What is wrong with the first leaf that is shown, or with the last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Damage {
    None,
    /// None: every proof is whole, where it could end at the one before.
    Whole,
    Element,
    TooLong,
    Proof,
    ProofTooLong,
    /// The last leaf's, and not where it meets another.
    ProofTooShort,
    Index,
}

#[derive(Clone, Debug)]
pub struct Accusation {
    pub fault: Fault,
    pub work: usize,
    pub leaves: Vec<u64>,
    pub damage: Damage,
    pub at: u64,
    pub missing: Vec<u8>,
    pub opening: Paper,
}

/// Which openings are shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Paper {
    Right,
    /// Of another function.
    WrongFunction,
    WrongSalt,
    None,
}

/// Where a credit goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Target {
    Zero,
    Account(Who),
    Elsewhere,
}
