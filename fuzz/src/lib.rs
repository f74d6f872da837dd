//! Whatever strangers send to the chain: it answers or refuses, and goes on.
//!
//! | file | what |
//! |---|---|
//! | `programs` | WebAssembly: real contracts with damage; `smith` beside this crate generates modules |
//! | `front_door` | what a program goes through: activation, compilation, execution |
//! | `bodies` | what HTTP clients may send: JSON of the right shape, real requests with damage, any bytes |
//! | `served` | a chain behind a server, to send it to |
//! | `drive` | cases one after the other, each found again by its number |
//!
//! `cargo test` tries a few hundred cases of each kind; `make fuzz-devnet` goes on for as long as it is told.

pub mod bodies;
pub mod drive;
pub mod front_door;
pub mod programs;
pub mod served;
