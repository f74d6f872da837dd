//! The rules of Surety as pure functions: what a result is committed to, how it is sampled, and what proves it wrong.
//!
//! The escrow contract verifies with this crate and the tools build with it, so prover and verifier cannot drift apart.
//! Hashing is SHA-256 throughout. Without features nothing is allocated; `alloc` adds trees ([`merkle::Tree`],
//! [`merkle::Frontier`]) and the samplers of distinct indices, `std` [`detection`] and [`game`].
#![cfg_attr(not(feature = "std"), no_std)]
#![forbid(unsafe_code)]

#[cfg(feature = "alloc")]
extern crate alloc;

pub mod commitment;
#[cfg(feature = "std")]
pub mod detection;
pub mod fault;
#[cfg(feature = "std")]
pub mod game;
pub mod hash;
pub mod merkle;
pub mod sample;
#[cfg(feature = "alloc")]
pub mod search;

pub use hash::sha256;

/// A SHA-256 digest, or a 32-byte salt, seed or id.
pub type Digest = [u8; 32];

/// First byte of everything hashed with a meaning of its own, so that no digest can pass for one of another kind.
mod tag {
    /// A leaf of a Merkle tree (RFC 9162, 2.1.1).
    pub const LEAF: u8 = 0x00;
    /// An inner node of a Merkle tree (RFC 9162, 2.1.1).
    pub const NODE: u8 = 0x01;
    /// A worker's or referee's sealed result.
    pub const SEAL: u8 = 0x02;
    /// The commitment to a client's sampling seed.
    pub const SEED: u8 = 0x03;
    /// A client's sampling seed mixed with a root.
    #[cfg(feature = "alloc")]
    pub const MIX: u8 = 0x04;
    /// The stream that distinct indices are drawn from.
    #[cfg(feature = "alloc")]
    pub const DRAW: u8 = 0x05;
}
