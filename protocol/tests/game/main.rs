//! The solver against enumerations that share no code with it, and the published figures.

mod brute;
mod calls;
mod delegation;
mod ledger;
mod paper;
mod settlement;
mod solver;
mod trees;
