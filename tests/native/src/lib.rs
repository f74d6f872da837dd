//! One world for all tests of the contracts: the same accounts, jobs and steps on a chain in memory, where contracts run
//! as native code, and on any other [`Platform`], such as the devnet with the contracts as WASM.

mod chain;
mod native;
pub mod suite;
mod table;
mod world;

pub use chain::{Answer, Chain, Log, State, Vm};
pub use native::Native;
pub use table::{CASE_CALLS, JOB_PHASES, PACT_CALLS, case_in, job_in, pact_in};
pub use world::*;
