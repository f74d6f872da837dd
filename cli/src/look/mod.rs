//! Where jobs stand, what happened to them, and what can come next: for people to look at.
//!
//! | module | what |
//! |---|---|
//! | `standing` | what the contracts say of a job, and what follows from that and the clock |
//! | `moves`, `money` | what each role can do next; what each has put in |
//! | `picture` | the life of a job, drawn |
//! | `seen` | a job by its id or its file |
//! | `feed`, `board` | the chain's logs and the views of jobs made from them; all jobs of an escrow, or of an account |
//! | `history` | everything that happened to a job, from the logs |
//! | `paper` | lines of text with looks, on a terminal or not |
//! | `status`, `top` | the commands |

pub mod args;
mod board;
pub mod feed;
mod history;
mod money;
mod moves;
mod paper;
mod picture;
#[cfg(test)]
pub mod sample;
mod seen;
mod standing;
mod status;
mod top;

pub use history::history;
pub use seen::Seen;
pub use standing::{Standing, View};
pub use status::status;
pub use top::top;
