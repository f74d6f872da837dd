//! The contracts seen from outside: types, events, errors and interfaces, typed once.
//!
//! Contracts import the types, events and errors; host code the interfaces too. `abi/` holds the Solidity interfaces and ABI JSON exported from here; a test keeps them current.
#![cfg_attr(not(feature = "std"), no_std)]
extern crate alloc;

#[cfg(feature = "std")]
pub mod export;
#[cfg(feature = "stylus")]
mod stylus;

mod types;
pub use types::*;
