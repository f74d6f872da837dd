//! What the protocol says that an ending pays, computed from the terms alone and never from the chain.

use alloy::primitives::aliases::U96;
use surety_contracts::{Fault, Phase, Terms};

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
    /// The challenge was justified.
    ToClient(u8),
}

/// Changes of balance in wei, gas aside.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Net {
    pub client: i128,
    pub worker: i128,
    pub referee: i128,
    /// Of an account that the terms do not name.
    pub uninvolved: i128,
    /// Of the escrow: what goes in comes out.
    pub escrow: i128,
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

    /// What everybody has more or less than before.
    pub fn net(self, terms: &Terms, bonds: Bonds) -> Net {
        let (reward, bonus, deposit) = (wei(terms.reward), wei(terms.bonus), wei(terms.deposit));
        let bond = match bonds {
            Bonds::ToWorker(count) => wei(terms.bond) * i128::from(count),
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
