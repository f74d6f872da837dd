//! How a job lies in storage: two slots for an honest job, a third once it saw a demand or a dispute.

use alloy_primitives::{Address, B256};
use surety_contracts::{Fault, Phase, contract::number};

/// The packed state: `[phase 4 bits | fault 3 bits | confirmed 1 bit] [clock 5 bytes] [count 6 bytes] [worker 20 bytes]`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct State {
    pub phase: Phase,
    pub fault: Fault,
    /// A referee's equal result stands behind the worker's.
    pub confirmed: bool,
    /// Zero while Open.
    pub worker: Address,
    /// The clock that runs, in seconds; zero while Open. Keeps its last value in terminal phases.
    pub clock: u64,
    /// Leaves of the committed result; zero before.
    pub count: u64,
}

impl State {
    pub const NEW: Self = Self {
        phase: Phase::Open,
        fault: Fault::None,
        confirmed: false,
        worker: Address::ZERO,
        clock: 0,
        count: 0,
    };

    #[inline(never)]
    pub fn pack(&self) -> B256 {
        let mut word = [0; 32];
        word[0] = (self.phase as u8) << 4 | (self.fault as u8) << 1 | self.confirmed as u8;
        word[1..6].copy_from_slice(&self.clock.to_be_bytes()[3..]);
        word[6..12].copy_from_slice(&self.count.to_be_bytes()[2..]);
        word[12..].copy_from_slice(self.worker.as_slice());
        B256::new(word)
    }

    /// Reads what [`State::pack`] wrote; the zero word is a job that never was.
    pub fn unpack(word: B256) -> Self {
        Self {
            phase: Phase::try_from(word[0] >> 4).unwrap_or(Phase::None),
            fault: Fault::try_from(word[0] >> 1 & 7).unwrap_or(Fault::None),
            confirmed: word[0] & 1 == 1,
            clock: number(&word[1..6]),
            count: number(&word[6..12]),
            worker: Address::from_slice(&word[12..]),
        }
    }

    /// Whether the worker's root is on chain, and stays there.
    pub fn has_result(&self) -> bool {
        use Phase::*;
        matches!(self.phase, Committed | Demanded | Disputed | Paid | Convicted)
    }
}

/// Beside the state: `[T3 5 bytes] [payout clock 5 bytes] [bonds 1 byte] [unused 1 byte] [hash of indices 20 bytes]`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Challenge {
    /// T3. Zero: there never was a demand or dispute, and the payout clock is T3.
    pub demand_by: u64,
    /// The payout clock to come back to after a dispute.
    pub payout_after: u64,
    /// Bonds held now: one an index while Demanded, one while Disputed.
    pub bonds: u8,
    /// Truncated hash of the demanded indices; whoever chose them gains nothing by a second set with the same hash.
    pub indices_hash: [u8; 20],
}

impl Challenge {
    #[inline(never)]
    pub fn pack(&self) -> B256 {
        let mut word = [0; 32];
        word[..5].copy_from_slice(&self.demand_by.to_be_bytes()[3..]);
        word[5..10].copy_from_slice(&self.payout_after.to_be_bytes()[3..]);
        word[10] = self.bonds;
        word[12..].copy_from_slice(&self.indices_hash);
        B256::new(word)
    }

    pub fn unpack(word: B256) -> Self {
        let mut indices_hash = [0; 20];
        indices_hash.copy_from_slice(&word[12..]);
        Self {
            demand_by: number(&word[..5]),
            payout_after: number(&word[5..10]),
            bonds: word[10],
            indices_hash,
        }
    }
}
