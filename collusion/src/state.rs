//! How a pact lies in storage: one slot.

use alloy_primitives::{Address, B256};
use surety_contracts::{PactPhase, contract::number};

/// The packed state: `[phase 1 byte] [T2 5 bytes] [unused 6 bytes] [worker 20 bytes]`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Record {
    pub phase: PactPhase,
    pub worker: Address,
    /// T2 of the job, in seconds.
    pub compute_by: u64,
}

impl Record {
    #[inline(never)]
    pub fn pack(&self) -> B256 {
        let mut word = [0; 32];
        word[0] = self.phase as u8;
        word[1..6].copy_from_slice(&self.compute_by.to_be_bytes()[3..]);
        word[12..].copy_from_slice(self.worker.as_slice());
        B256::new(word)
    }

    /// Reads what [`Record::pack`] wrote; the zero word is a pact that never was.
    pub fn unpack(word: B256) -> Self {
        Self {
            phase: PactPhase::try_from(word[0]).unwrap_or(PactPhase::None),
            compute_by: number(&word[1..6]),
            worker: Address::from_slice(&word[12..]),
        }
    }
}
