//! The solver against enumerations that share no code with it, and the published figures.

mod brute;
mod paper;
mod solver;
mod trees;
