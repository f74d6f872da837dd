//! A chain small enough to check single frames on.

pub mod chain;
