//! The programs that ran in a block, which are cheaper to enter a second time.

use std::collections::VecDeque;

use alloy_primitives::B256;

/// How many programs a block remembers.
pub const CAPACITY: usize = 32;

/// The code hashes of the programs entered most recently, least recent first.
#[derive(Clone, Debug, Default)]
pub struct BlockCache {
    hashes: VecDeque<B256>,
}

impl BlockCache {
    /// Notes that a program is entered, and says whether the block still remembered it.
    pub fn enter(&mut self, code_hash: B256) -> bool {
        let known = self.hashes.iter().position(|hash| *hash == code_hash);
        match known {
            Some(position) => {
                self.hashes.remove(position);
            }
            None if self.hashes.len() == CAPACITY => {
                self.hashes.pop_front();
            }
            None => {}
        }
        self.hashes.push_back(code_hash);
        known.is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_least_recent_program_is_forgotten_first() {
        let mut cache = BlockCache::default();
        for byte in 0..CAPACITY as u8 {
            assert!(!cache.enter(B256::with_last_byte(byte)));
        }
        assert!(cache.enter(B256::with_last_byte(0)), "a hit refreshes");
        assert!(!cache.enter(B256::with_last_byte(200)));
        assert!(cache.enter(B256::with_last_byte(0)));
        assert!(!cache.enter(B256::with_last_byte(1)), "pushed out by the 33rd program");
    }
}
