//! One world for all tests of the contracts: the same accounts, jobs and steps on a chain in memory, where contracts run
//! as native code, and on any other [`Platform`], such as the devnet with the contracts as WASM.

mod chain;
mod native;
mod platform;
pub mod suite;
mod table;
mod terms;
mod vm;
mod work;
mod world;

pub use chain::{Answer, Chain, Log, State};
pub use native::{CLIENT, Native, REFEREE, STRANGER, WORKER};
pub use platform::{Behaviour, Contract, Contracts, Platform};
pub use table::*;
pub use terms::*;
pub use vm::Vm;
pub use work::*;
pub use world::World;
