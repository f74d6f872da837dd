//! The chain in process: what blocks, contracts and programs do on it.

mod arbos;
mod cache_manager;
mod contracts;
mod evm;
mod history;
mod hostile;
mod pending;
mod programs;
mod proofs;
mod pruning;
mod store;
mod support;
mod traces;
