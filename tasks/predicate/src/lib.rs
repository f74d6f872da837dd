//! The predicate contract: does an element belong to the result of a task? Asked by the escrow where a conviction
//! hangs on that one bit, and by anybody else for free.
//!
//! Invariants:
//! 1. Pure: the answer depends on the arguments alone. No state, no block or gas reads, and no call but to the EVM's
//!    precompile for modular exponentiation.
//! 2. Total: bytes that are no task, and elements that are malformed or too long, are answered with false.
//! 3. No answer out of need: where gas runs out, here or inside the precompile, the call fails. It never answers
//!    false where more gas would have made it true.
//!
//! It trusts nobody and holds nothing: no storage, no money, no owner. One deployment serves every task and every job.
#![cfg_attr(not(any(test, feature = "export-abi")), no_main)]

extern crate alloc;

mod precompile;

use alloc::vec::Vec;
use alloy_sol_types::sol;
use precompile::Precompile;
use stylus_sdk::{abi::Bytes, prelude::*};

sol! {
    /// The precompile for modular exponentiation failed, for want of gas: no answer.
    #[derive(Debug, PartialEq, Eq)]
    error ModExpFailed();
}

/// Why there is no answer.
#[derive(Debug, PartialEq, Eq, SolidityError)]
pub enum PredicateError {
    ModExpFailed(ModExpFailed),
}

/// The contract; it keeps no state.
#[entrypoint]
#[storage]
pub struct Predicate {}

#[public]
impl Predicate {
    /// Does `element` belong to the result of the task that `function_bytes` and `data_bytes` say?
    ///
    /// `index` is that of `element` in a Table or Chain, and `previous` the state before it in a Chain; a Set's answer
    /// depends on neither.
    ///
    /// # Errors
    /// [`ModExpFailed`]: decides nothing; ask again with more gas.
    pub fn holds(
        &self,
        function_bytes: Bytes,
        data_bytes: Bytes,
        index: u64,
        previous: Bytes,
        element: Bytes,
    ) -> Result<bool, PredicateError> {
        let backend = Precompile::new(self.vm());
        Ok(surety_tasks::holds(
            &function_bytes,
            &data_bytes,
            index,
            &previous,
            &element,
            &backend,
        )?)
    }
}

impl From<precompile::NoResult> for PredicateError {
    fn from(_: precompile::NoResult) -> Self {
        Self::ModExpFailed(ModExpFailed {})
    }
}
