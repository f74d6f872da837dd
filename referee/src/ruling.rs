//! Who gets what, and who is marked, by how a job ended: the table of the protocol's section on the referee contract.

use surety_contracts::{Fault, Job, Phase};

/// Whose a part of the deposits is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Share {
    Client,
    Referee,
}

/// What a case says about an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mark {
    None,
    /// H+.
    Upheld,
    /// H-.
    Faulted,
    /// H--.
    Colluded,
}

impl Mark {
    /// By how much the score moves.
    pub fn change(self) -> Option<i8> {
        match self {
            Self::None => None,
            Self::Upheld => Some(1),
            Self::Faulted => Some(-1),
            Self::Colluded => Some(-2),
        }
    }
}

/// How a case ends: the referee's stake, the client's fee and bonus, and what is said about worker and referee.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ruling {
    pub stake: Share,
    pub fee: Share,
    pub bonus: Share,
    pub worker: Mark,
    pub referee: Mark,
}

impl Ruling {
    /// No referee took the case.
    pub const NEVER_BOUND: Self = Self {
        stake: Share::Referee,
        fee: Share::Client,
        bonus: Share::Client,
        worker: Mark::None,
        referee: Mark::None,
    };
}

/// The ruling on a bound referee, or nothing while the job runs. `opinion`: whether the result that it revealed equals
/// the worker's, root and count.
pub fn rule(opinion: Option<bool>, job: &Job) -> Option<Ruling> {
    use Mark::{Colluded, Faulted, Upheld};
    use Share::{Client, Referee};
    let withheld = job.phase == Phase::Convicted && job.fault == Fault::Withheld;
    let (stake, fee, bonus, worker, referee) = match (opinion, job.phase) {
        // Nothing revealed: at fault only if the worker had something to compare with.
        (None, Phase::Paid | Phase::Convicted) => (Client, Client, Client, Mark::None, Faulted),
        (None, Phase::Refunded | Phase::Forfeited) => (Referee, Client, Client, Mark::None, Mark::None),
        (Some(_), Phase::Refunded | Phase::Forfeited) => (Referee, Referee, Client, Faulted, Mark::None),
        (Some(false), Phase::Convicted) if withheld => (Referee, Referee, Client, Faulted, Mark::None),
        // Equal and withheld: an honest referee holds every leaf and could have delivered. Equal and false: both lied.
        (Some(true), Phase::Convicted) => (Client, Client, Client, Faulted, Colluded),
        (Some(false), Phase::Convicted) => (Referee, Referee, Referee, Faulted, Upheld),
        (Some(true), Phase::Paid) => (Referee, Referee, Referee, Upheld, Upheld),
        (Some(false), Phase::Paid) => (Referee, Client, Client, Mark::None, Mark::None),
        _ => return None,
    };
    Some(Ruling {
        stake,
        fee,
        bonus,
        worker,
        referee,
    })
}
