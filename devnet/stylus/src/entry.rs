//! What entering a program costs, and the least that its output costs.

use crate::memory::{Pages, page_cost};

const MIN_INIT_GAS: u64 = 69 * 128;
const MIN_CACHED_GAS: u64 = 11 * 32;

/// Gas added for a program that is not cached, from the `init` cost stored at activation.
pub fn init_gas(init: u16) -> u64 {
    MIN_INIT_GAS + u64::from(init)
}

/// Gas that every entry pays, from the `cached` cost stored at activation.
pub fn cached_gas(cached: u16) -> u64 {
    MIN_CACHED_GAS + u64::from(cached)
}

/// The stored figures of an activated program that set its entry price.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct EntryCosts {
    pub init: u16,
    pub cached: u16,
    /// Pages of memory that the program starts with.
    pub footprint: u16,
}

impl EntryCosts {
    /// Gas for entering the program with the transaction's pages as they are. `is_cached`: the cache manager holds the
    /// program, or it ran earlier in the block.
    pub fn gas(&self, pages: Pages, is_cached: bool) -> u64 {
        let init = if is_cached { 0 } else { init_gas(self.init) };
        page_cost(self.footprint, pages).saturating_add(cached_gas(self.cached) + init)
    }
}

/// Gas that output of `len` bytes costs at least: what that much memory costs in the EVM.
pub fn output_gas(len: usize) -> u64 {
    let words = (len as u64).div_ceil(32);
    words
        .saturating_mul(3)
        .saturating_add(words.saturating_mul(words) / 512)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entry_of_the_golden_program() {
        let costs = EntryCosts {
            init: 67,
            cached: 41,
            footprint: 1,
        };
        assert_eq!(costs.gas(Pages::default(), false), 9_292);
        assert_eq!(costs.gas(Pages::default(), true), 393);
    }

    #[test]
    fn output_costs_evm_memory() {
        assert_eq!(output_gas(0), 0);
        assert_eq!(output_gas(1), 3);
        assert_eq!(output_gas(32 * 512), 3 * 512 + 512);
    }
}
