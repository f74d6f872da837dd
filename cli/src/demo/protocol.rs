//! What the protocol says that an ending pays, computed from the terms alone and never from the chain.

use alloy::primitives::aliases::U96;
use surety_contracts::{Fault, Offer, Phase, Terms};

/// How a job ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// Nobody took it.
    Refunded,
    /// The client pays: reward and bonus to the worker.
    Accepted,
    /// The payout clock, or the clock of a ruling that never came: reward to the worker, bonus back to the client.
    ClockRanOut,
    /// The payout clock after the referee confirmed: reward and bonus to the worker.
    ClockRanOutConfirmed,
    /// The worker did not submit: its deposit to the client.
    Forfeited,
    /// The worker's result is proven false, or was withheld: its deposit to the client.
    Convicted(Fault),
}

/// Where the bonds of a demand or dispute end up, and how many there were.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bonds {
    None,
    /// Delivered, confirmed, accepted, or never ruled on.
    ToWorker(u8),
    /// Of every state that the search for a wrong step demanded, and the worker showed.
    ToWorkerForSearch,
    /// The challenge was justified.
    ToClient(u8),
}

/// How a case at the referee contract ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Case {
    /// There is none.
    None,
    /// No referee took it: everything back.
    NeverBound,
    /// Nothing revealed against a result of the worker's: everything to the client.
    Silent,
    /// The worker revealed nothing, or withheld another result: the fee to the referee.
    WorkerAtFault,
    /// Equal results that were paid: everything to the referee.
    Upheld,
    /// Equal results that were convicted: everything to the client.
    Colluded,
    /// Another result than the one that was convicted: everything to the referee.
    Right,
    /// Another result than the one that was paid: each its own back.
    Differed,
}

/// How a pact ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pact {
    /// There is none.
    None,
    /// Never accepted, or broken by both.
    GivenBack,
    /// Both revealed what was agreed: the bribe to the referee.
    Kept,
    /// Bribe and stake of the worker to the referee.
    WorkerBroke,
    /// The referee's stake to the worker.
    RefereeBroke,
}

/// Bribe and stake of a pact, in wei.
#[derive(Clone, Copy, Debug)]
pub struct Price {
    pub bribe: U96,
    pub stake: U96,
}

impl Case {
    /// What client and referee have more or less than before; the worker nothing.
    pub fn net(self, offer: &Offer) -> Net {
        let (fee, bonus, stake) = (wei(offer.fee), wei(offer.bonus), wei(offer.stake));
        let to_referee = match self {
            Self::None | Self::NeverBound | Self::Differed => 0,
            Self::Silent | Self::Colluded => -stake,
            Self::WorkerAtFault => fee,
            Self::Upheld | Self::Right => fee + bonus,
        };
        Net {
            client: -to_referee,
            referee: to_referee,
            ..Net::default()
        }
    }

    /// How the scores of worker and referee move.
    pub fn marks(self) -> (i64, i64) {
        match self {
            Self::None | Self::NeverBound | Self::Differed => (0, 0),
            Self::Silent => (0, -1),
            Self::WorkerAtFault => (-1, 0),
            Self::Upheld => (1, 1),
            Self::Colluded => (-1, -2),
            Self::Right => (-1, 1),
        }
    }
}

impl Pact {
    /// What worker and referee have more or less than before.
    pub fn net(self, price: Price) -> Net {
        let (bribe, stake) = (wei(price.bribe), wei(price.stake));
        let to_referee = match self {
            Self::None | Self::GivenBack => 0,
            Self::Kept => bribe,
            Self::WorkerBroke => bribe + stake,
            Self::RefereeBroke => -stake,
        };
        Net {
            worker: -to_referee,
            referee: to_referee,
            ..Net::default()
        }
    }
}

impl std::ops::Add for Net {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self {
            client: self.client + other.client,
            worker: self.worker + other.worker,
            referee: self.referee + other.referee,
            uninvolved: self.uninvolved + other.uninvolved,
            contracts: self.contracts + other.contracts,
        }
    }
}

/// Changes of balance in wei, gas aside.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Net {
    pub client: i128,
    pub worker: i128,
    pub referee: i128,
    /// Of an account that the terms do not name.
    pub uninvolved: i128,
    /// Of the contracts: what goes in comes out.
    pub contracts: i128,
}

impl Ending {
    /// The state in which the job stays readable.
    pub fn phase(self) -> (Phase, Fault) {
        match self {
            Self::Refunded => (Phase::Refunded, Fault::None),
            Self::Accepted | Self::ClockRanOut | Self::ClockRanOutConfirmed => (Phase::Paid, Fault::None),
            Self::Forfeited => (Phase::Forfeited, Fault::None),
            Self::Convicted(fault) => (Phase::Convicted, fault),
        }
    }

    /// What everybody has more or less than before; `searched` states were shown to a search.
    pub fn net(self, terms: &Terms, bonds: Bonds, searched: u64) -> Net {
        let (reward, bonus, deposit) = (wei(terms.reward), wei(terms.bonus), wei(terms.deposit));
        let bond = match bonds {
            Bonds::ToWorker(count) => wei(terms.bond) * i128::from(count),
            Bonds::ToWorkerForSearch => wei(terms.bond) * i128::from(searched),
            // Paid and given back.
            Bonds::ToClient(_) | Bonds::None => 0,
        };
        let to_worker = match self {
            Self::Refunded => 0,
            Self::Accepted | Self::ClockRanOutConfirmed => reward + bonus,
            Self::ClockRanOut => reward,
            Self::Forfeited | Self::Convicted(_) => -deposit,
        };
        Net {
            client: -to_worker - bond,
            worker: to_worker + bond,
            ..Net::default()
        }
    }
}

fn wei(amount: U96) -> i128 {
    amount.to::<u128>() as i128
}
