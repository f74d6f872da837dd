//! The contracts seen from outside: types, events, errors and interfaces, typed once.
//!
//! Contracts import the types, events and errors, [`codec`] to read and write them and, with the feature `contract`, what
//! they all stand on; host code imports the interfaces too. `abi/` holds the Solidity and the ABI JSON exported from
//! here; a test keeps them current.
#![cfg_attr(not(feature = "std"), no_std)]
extern crate alloc;

#[cfg(feature = "std")]
pub mod arbitrum;
pub mod codec;
#[cfg(feature = "contract")]
pub mod contract;
#[cfg(feature = "std")]
pub mod export;
#[cfg(feature = "std")]
pub mod leaves;

mod types;
pub use types::*;
