//! The computations that Surety outsources: each is one function, used by worker and client natively and by the
//! predicate contract as WASM.
//!
//! A task is what two byte strings say: the function's and the data's, the messages of the job's commitments s1 and s2.
//! Every task has exactly one encoding (`docs/TASKS.md`), so equal tasks have equal bytes.
//!
//! Without `std` there is only what the chain needs: [`Task::decode`] and [`Task::holds`], free of allocation.
#![cfg_attr(not(feature = "std"), no_std)]
#![forbid(unsafe_code)]

mod decode;
pub mod modexp;
pub mod preimage;
pub mod primes;
pub mod squarings;

#[cfg(feature = "std")]
mod describe;
#[cfg(feature = "std")]
mod encode;
#[cfg(feature = "std")]
mod native;
#[cfg(feature = "std")]
mod parse;

pub use decode::DecodeError;
pub use modexp::{ModExp, ModExpTable};
pub use preimage::Preimage;
pub use primes::Primes;
pub use squarings::Squarings;

#[cfg(feature = "std")]
pub use {
    encode::Encoded,
    native::{Native, UnsupportedModulus, verify_element},
    parse::{ParseError, parse},
};

/// The shape of a task's result.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// All elements of the domain that qualify, in strictly increasing order.
    Set,
    /// Leaf i is the i-th value, `count` of them.
    Table { count: u64 },
    /// Leaf i is the state after i steps, `count` of them, the start among them.
    Chain { count: u64 },
}

/// A computation, borrowed from the bytes that say it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Task<'a> {
    Primes(Primes),
    Preimage(Preimage<'a>),
    ModExp(ModExpTable<'a>),
    Squarings(Squarings<'a>),
}

impl Task<'_> {
    pub fn shape(&self) -> Shape {
        match self {
            Self::Primes(_) | Self::Preimage(_) => Shape::Set,
            Self::ModExp(table) => Shape::Table { count: table.count },
            Self::Squarings(chain) => Shape::Chain { count: chain.count },
        }
    }

    /// Bytes of every element: what a job's `maxElement` has to allow.
    pub fn element_len(&self) -> usize {
        match self {
            Self::Primes(_) | Self::Preimage(_) => 8,
            Self::ModExp(table) => table.modulus.len(),
            Self::Squarings(chain) => chain.modulus.len(),
        }
    }

    /// Candidates to look at, or values or states to compute: the unit of progress.
    pub fn domain(&self) -> u64 {
        match self {
            Self::Primes(task) => task.range.len(),
            Self::Preimage(task) => task.range.len(),
            Self::ModExp(table) => table.count,
            Self::Squarings(chain) => chain.count,
        }
    }

    /// Does `element` belong to the result? For a Table, is it value number `index`? For a Chain, is it the state after
    /// `previous`, or the start for index 0? A Set's elements stand for themselves: neither makes a difference to it.
    ///
    /// Total: any element has an answer, unless `backend` has none.
    ///
    /// # Errors
    /// Only the backend's: a modular exponentiation that could not be done decides nothing.
    pub fn holds<B: ModExp>(&self, index: u64, previous: &[u8], element: &[u8], backend: &B) -> Result<bool, B::Error> {
        match self {
            Self::Primes(task) => Ok(task.holds(element)),
            Self::Preimage(task) => Ok(task.search().holds(element)),
            Self::ModExp(table) => table.holds(index, element, backend),
            Self::Squarings(chain) => chain.holds(index, previous, element, backend),
        }
    }
}

/// [`Task::holds`] on bytes that may not be a task at all: nothing belongs to the result of those.
///
/// # Errors
/// As [`Task::holds`].
pub fn holds<B: ModExp>(
    function: &[u8],
    data: &[u8],
    index: u64,
    previous: &[u8],
    element: &[u8],
    backend: &B,
) -> Result<bool, B::Error> {
    match Task::decode(function, data) {
        Ok(task) => task.holds(index, previous, element, backend),
        Err(_) => Ok(false),
    }
}

/// The candidates lo, lo + 1, ..., hi - 1 of a Set task; never empty.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Range {
    lo: u64,
    hi: u64,
}

impl Range {
    /// None unless `lo` < `hi`.
    pub const fn new(lo: u64, hi: u64) -> Option<Self> {
        if lo < hi { Some(Self { lo, hi }) } else { None }
    }

    pub const fn lo(&self) -> u64 {
        self.lo
    }

    /// The first number beyond.
    pub const fn hi(&self) -> u64 {
        self.hi
    }

    #[allow(clippy::len_without_is_empty, reason = "a range of candidates is never empty")]
    pub const fn len(&self) -> u64 {
        self.hi.wrapping_sub(self.lo)
    }

    /// The candidate that `element` encodes: 8 bytes, big-endian, inside the range.
    fn candidate(&self, element: &[u8]) -> Option<u64> {
        let x = u64::from_be_bytes(element.try_into().ok()?);
        (self.lo <= x && x < self.hi).then_some(x)
    }
}
