//! How a case and a reputation lie in storage.

use alloy_primitives::{B256, U256, aliases::U96};
use surety_contracts::{CasePhase, Reputation, contract::number};

use crate::ruling::Mark;

/// A case. Amounts in wei.
///
/// First slot: `[phase 4 bits | revealed 1 bit, lowest] [T2 5 bytes] [count 6 bytes] [fee 12 bytes] [unused 8 bytes]`,
/// second: `[bonus 12 bytes] [stake 12 bytes] [unused 8 bytes]`, third: the seal, then the root.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Record {
    pub phase: CasePhase,
    /// Whether the third slot holds a root; stays when the case is closed.
    pub revealed: bool,
    /// T2 of the job, in seconds; zero until bound.
    pub compute_by: u64,
    /// Leaves of the revealed result; zero before.
    pub count: u64,
    pub fee: u128,
    pub bonus: u128,
    pub stake: u128,
}

impl Default for Record {
    fn default() -> Self {
        Self::unpack(B256::ZERO)
    }
}

impl Record {
    #[inline(never)]
    pub fn pack(&self) -> B256 {
        let mut word = [0; 32];
        word[0] = (self.phase as u8) << 4 | self.revealed as u8;
        word[1..6].copy_from_slice(&self.compute_by.to_be_bytes()[3..]);
        word[6..12].copy_from_slice(&self.count.to_be_bytes()[2..]);
        word[12..24].copy_from_slice(&self.fee.to_be_bytes()[4..]);
        B256::new(word)
    }

    /// Reads what [`Record::pack`] wrote, without bonus and stake; the zero word is a case that never was.
    pub fn unpack(word: B256) -> Self {
        Self {
            phase: CasePhase::try_from(word[0] >> 4).unwrap_or(CasePhase::None),
            revealed: word[0] & 1 == 1,
            compute_by: number(&word[1..6]),
            count: number(&word[6..12]),
            fee: wide(&word[12..24]),
            bonus: 0,
            stake: 0,
        }
    }

    pub fn pack_stakes(&self) -> B256 {
        let mut word = [0; 32];
        word[..12].copy_from_slice(&self.bonus.to_be_bytes()[4..]);
        word[12..24].copy_from_slice(&self.stake.to_be_bytes()[4..]);
        B256::new(word)
    }

    /// Reads what [`Record::pack_stakes`] wrote.
    pub fn unpack_stakes(&mut self, word: B256) {
        self.bonus = wide(&word[..12]);
        self.stake = wide(&word[12..24]);
    }
}

/// What is kept of an account: `[upheld 4 bytes] [faulted 4 bytes] [colluded 4 bytes] [stake 20 bytes]`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Standing {
    pub upheld: u32,
    pub faulted: u32,
    pub colluded: u32,
    /// Wei; 96 bits of it 2^32 times over fit the half of its room.
    pub stake: u128,
}

impl Standing {
    #[inline(never)]
    pub fn pack(&self) -> B256 {
        let mut word = [0; 32];
        word[..4].copy_from_slice(&self.upheld.to_be_bytes());
        word[4..8].copy_from_slice(&self.faulted.to_be_bytes());
        word[8..12].copy_from_slice(&self.colluded.to_be_bytes());
        word[16..].copy_from_slice(&self.stake.to_be_bytes());
        B256::new(word)
    }

    pub fn unpack(word: B256) -> Self {
        Self {
            upheld: number(&word[..4]) as u32,
            faulted: number(&word[4..8]) as u32,
            colluded: number(&word[8..12]) as u32,
            stake: wide(&word[16..]),
        }
    }

    /// After one more case. Counts stop at their largest value: a case must close however often it was repeated.
    pub fn marked(mut self, mark: Mark, stake: u128) -> Self {
        let count = match mark {
            Mark::None => return self,
            Mark::Upheld => &mut self.upheld,
            Mark::Faulted => &mut self.faulted,
            Mark::Colluded => &mut self.colluded,
        };
        *count = count.saturating_add(1);
        self.stake = self.stake.saturating_add(stake);
        self
    }

    pub fn report(&self) -> Reputation {
        let [upheld, faulted, colluded] = [self.upheld, self.faulted, self.colluded].map(i64::from);
        Reputation {
            score: upheld - faulted - 2 * colluded,
            upheld: self.upheld,
            faulted: self.faulted,
            colluded: self.colluded,
            stake: U256::from(self.stake),
        }
    }
}

/// An amount that was read from 12 bytes.
pub fn amount(wei: u128) -> U96 {
    U96::from_limbs([wei as u64, (wei >> 64) as u64])
}

fn wide(big_endian: &[u8]) -> u128 {
    big_endian.iter().fold(0, |value, &byte| value << 8 | u128::from(byte))
}
