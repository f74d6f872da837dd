//! Random plays of several jobs by four accounts: every call of the three contracts with right and wrong arguments, at
//! and around every deadline. Each play runs against a reference written from the protocol's text, natively and as WASM.

mod action;
mod decoder;
mod differential;
mod draw;
mod play;
mod reference;
mod scene;
mod task;
mod watch;

pub use action::Action;
pub use decoder::{Decoder, question_predicate};
pub use differential::Twins;
pub use play::{Failure, Script, Tally};
pub use watch::Watch;
