//! Game theory by enumeration: when does honesty pay?
//!
//! | module | what |
//! |---|---|
//! | `tree`, `strategy` | games in extensive form, their information sets and reduced strategies |
//! | `normal`, `bimatrix`, `subgame` | pure, mixed and subgame-perfect equilibria, dominance |
//! | `threshold`, `rational` | where an equilibrium appears or vanishes, in exact fractions |
//! | [`paper`], [`experiment`] | the three-party game of the second paper, and its published figures |
//! | [`settlement`], [`delegation`], [`gas`] | what the contracts pay, and the game that this makes |
//! | [`advice`] | where honesty is the only equilibrium of that game, and the smallest terms that make it so |
//!
//! Enumerated are: all equilibria in pure strategies of any number of players; all equilibria of two players, mixed and
//! degenerate ones included; of more players those mixed ones in which all but two play a pure strategy; all of them
//! again subgame by subgame. Numbers are exact.

pub mod advice;
mod bimatrix;
pub mod delegation;
pub mod experiment;
pub mod gas;
mod normal;
pub mod paper;
pub mod rational;
pub mod settlement;
mod strategy;
mod subgame;
mod threshold;
mod tree;

pub use bimatrix::{Bimatrix, Equilibria, TooLarge};
pub use normal::{Kept, Mixed, MixedProfile, NormalForm, Profile};
pub use rational::Rational;
pub use strategy::{Plan, Strategic};
pub use subgame::{Solution, SolveError, Stage};
pub use threshold::{Threshold, threshold};
pub use tree::{Builder, Information, Node, Play, Tree, TreeError};
