//! From parameters to bytes.

use crate::{DecodeError, Range, Task, modexp, preimage, primes, squarings};

/// A task as the two messages that a job commits to, s1 and s2.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Encoded {
    pub function: Vec<u8>,
    pub data: Vec<u8>,
}

impl Encoded {
    /// The primes in `range`.
    pub fn primes(range: Range) -> Self {
        Self {
            function: function(primes::NAME, &[]),
            data: bounds(range),
        }
    }

    /// The x in `range` where SHA-256(prefix || x) begins with at least `bits` zero bits.
    ///
    /// # Errors
    /// [`DecodeError::PrefixTooLong`].
    pub fn preimage(prefix: &[u8], bits: u8, range: Range) -> Result<Self, DecodeError> {
        let data = [bounds(range), prefix.to_vec()].concat();
        Self {
            function: function(preimage::NAME, &[&[bits]]),
            data,
        }
        .checked()
    }

    /// x_i^exponent mod modulus for i in 0..count. `exponent` and `modulus` are big-endian; leading zeros are dropped.
    ///
    /// # Errors
    /// [`DecodeError::BadExponent`], [`DecodeError::BadModulus`], [`DecodeError::NoValues`].
    pub fn modexp(exponent: &[u8], modulus: &[u8], seed: &[u8; 32], count: u64) -> Result<Self, DecodeError> {
        let (exponent, modulus) = (shortest(exponent), shortest(modulus));
        let length = u16::try_from(exponent.len()).map_err(|_| DecodeError::BadExponent)?;
        let function = function(modexp::NAME, &[&length.to_be_bytes(), exponent, modulus]);
        Self {
            function,
            data: [&seed[..], &count.to_be_bytes()].concat(),
        }
        .checked()
    }

    /// `start` squared over and over modulo `modulus`, `block` squarings a step, in `count` states with the start.
    /// `modulus` and `start` are big-endian; leading zeros make no difference.
    ///
    /// # Errors
    /// [`DecodeError::BadModulus`], [`DecodeError::NoSquarings`], [`DecodeError::NoSteps`], [`DecodeError::BadStart`].
    pub fn squarings(start: &[u8], modulus: &[u8], block: u8, count: u64) -> Result<Self, DecodeError> {
        let (start, modulus) = (shortest(start), shortest(modulus));
        let zeros = modulus.len().checked_sub(start.len()).ok_or(DecodeError::BadStart)?;
        let start = [vec![0; zeros], start.to_vec()].concat();
        Self {
            function: function(squarings::NAME, &[&[block], modulus]),
            data: [&count.to_be_bytes()[..], &start].concat(),
        }
        .checked()
    }

    /// The task that the bytes say.
    ///
    /// # Errors
    /// If they say none; never for what this type's own functions made.
    pub fn task(&self) -> Result<Task<'_>, DecodeError> {
        Task::decode(&self.function, &self.data)
    }

    fn checked(self) -> Result<Self, DecodeError> {
        self.task()?;
        Ok(self)
    }
}

fn function(name: &[u8], parameters: &[&[u8]]) -> Vec<u8> {
    let mut bytes = vec![name.len() as u8];
    bytes.extend_from_slice(name);
    parameters
        .iter()
        .for_each(|parameter| bytes.extend_from_slice(parameter));
    bytes
}

fn bounds(range: Range) -> Vec<u8> {
    [range.lo().to_be_bytes(), range.hi().to_be_bytes()].concat()
}

fn shortest(number: &[u8]) -> &[u8] {
    let zeros = number.iter().take_while(|byte| **byte == 0).count();
    &number[zeros..]
}
