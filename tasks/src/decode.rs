//! From bytes to tasks, strictly: each task has one encoding.

use crate::{ModExpTable, Preimage, Primes, Range, Squarings, Task, modexp, preimage, primes, squarings};

/// Why bytes are not a task.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DecodeError {
    /// The function's bytes do not begin with the length and the name of a known task.
    UnknownFunction,
    /// The function's bytes end early or go on too long.
    FunctionLength,
    /// The data's bytes end early or go on too long.
    DataLength,
    /// `lo` is not below `hi`.
    EmptyRange,
    /// The prefix has more than [`preimage::MAX_PREFIX`] bytes.
    PrefixTooLong,
    /// The exponent is zero, has a leading zero byte or more than [`modexp::MAX_WIDTH`] bytes.
    BadExponent,
    /// The modulus is even or below 3, has a leading zero byte or more than [`modexp::MAX_WIDTH`] bytes.
    BadModulus,
    /// A table without values.
    NoValues,
    /// Steps of no squarings.
    NoSquarings,
    /// A chain of less than two states.
    NoSteps,
    /// The start is not below the modulus.
    BadStart,
}

impl core::fmt::Display for DecodeError {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        match self {
            Self::UnknownFunction => f.write_str("expected the function primes, preimage, modexp or squarings"),
            Self::FunctionLength => f.write_str("the function's bytes have the wrong length"),
            Self::DataLength => f.write_str("the data's bytes have the wrong length"),
            Self::EmptyRange => f.write_str("expected a range LO..HI with LO below HI"),
            Self::PrefixTooLong => write!(f, "expected a prefix of at most {} bytes", preimage::MAX_PREFIX),
            Self::BadExponent => {
                write!(
                    f,
                    "expected an exponent of 1 to {} bytes, not zero, without leading zeros",
                    modexp::MAX_WIDTH
                )
            }
            Self::BadModulus => {
                write!(
                    f,
                    "expected an odd modulus above 1 of at most {} bytes, without leading zeros",
                    modexp::MAX_WIDTH
                )
            }
            Self::NoValues => f.write_str("expected a count of at least 1"),
            Self::NoSquarings => f.write_str("expected 1 to 255 squarings in each step"),
            Self::NoSteps => f.write_str("expected at least 2 states"),
            Self::BadStart => f.write_str("expected a start below the modulus"),
        }
    }
}

impl core::error::Error for DecodeError {}

impl<'a> Task<'a> {
    /// Reads a task from its function's and its data's bytes (layouts in `docs/TASKS.md`).
    pub fn decode(function: &'a [u8], data: &'a [u8]) -> Result<Self, DecodeError> {
        let (name, parameters) = name(function).ok_or(DecodeError::UnknownFunction)?;
        match name {
            primes::NAME => primes(parameters, data).map(Self::Primes),
            preimage::NAME => preimage(parameters, data).map(Self::Preimage),
            modexp::NAME => modexp(parameters, data).map(Self::ModExp),
            squarings::NAME => squarings(parameters, data).map(Self::Squarings),
            _ => Err(DecodeError::UnknownFunction),
        }
    }
}

/// Splits a function's bytes into its name, which follows its length, and its parameters.
fn name(function: &[u8]) -> Option<(&[u8], &[u8])> {
    let (length, rest) = function.split_first()?;
    rest.split_at_checked(usize::from(*length))
}

fn primes(parameters: &[u8], data: &[u8]) -> Result<Primes, DecodeError> {
    if !parameters.is_empty() {
        return Err(DecodeError::FunctionLength);
    }
    match range(data)? {
        (range, []) => Ok(Primes { range }),
        _ => Err(DecodeError::DataLength),
    }
}

fn preimage<'a>(parameters: &'a [u8], data: &'a [u8]) -> Result<Preimage<'a>, DecodeError> {
    let [bits] = parameters else {
        return Err(DecodeError::FunctionLength);
    };
    let (range, prefix) = range(data)?;
    if prefix.len() > preimage::MAX_PREFIX {
        return Err(DecodeError::PrefixTooLong);
    }
    Ok(Preimage {
        bits: *bits,
        range,
        prefix,
    })
}

fn modexp<'a>(parameters: &'a [u8], data: &'a [u8]) -> Result<ModExpTable<'a>, DecodeError> {
    let (length, rest) = parameters.split_first_chunk().ok_or(DecodeError::FunctionLength)?;
    let length = usize::from(u16::from_be_bytes(*length));
    let (exponent, modulus) = rest.split_at_checked(length).ok_or(DecodeError::FunctionLength)?;
    if !is_canonical(exponent) {
        return Err(DecodeError::BadExponent);
    }
    check_modulus(modulus)?;
    let (seed, rest) = data.split_first_chunk().ok_or(DecodeError::DataLength)?;
    let count = u64::from_be_bytes(rest.try_into().map_err(|_| DecodeError::DataLength)?);
    if count == 0 {
        return Err(DecodeError::NoValues);
    }
    Ok(ModExpTable {
        exponent,
        modulus,
        seed,
        count,
    })
}

fn squarings<'a>(parameters: &'a [u8], data: &'a [u8]) -> Result<Squarings<'a>, DecodeError> {
    let (block, modulus) = parameters.split_first().ok_or(DecodeError::FunctionLength)?;
    if *block == 0 {
        return Err(DecodeError::NoSquarings);
    }
    check_modulus(modulus)?;
    let (count, start) = data.split_first_chunk().ok_or(DecodeError::DataLength)?;
    let count = u64::from_be_bytes(*count);
    if count < 2 {
        return Err(DecodeError::NoSteps);
    }
    if start.len() != modulus.len() {
        return Err(DecodeError::DataLength);
    }
    // Of the same width, so their order as bytes is that as numbers.
    if start >= modulus {
        return Err(DecodeError::BadStart);
    }
    Ok(Squarings {
        block: *block,
        modulus,
        start,
        count,
    })
}

/// Odd and above 1, in its shortest form.
fn check_modulus(modulus: &[u8]) -> Result<(), DecodeError> {
    let odd = modulus.last().is_some_and(|low| low & 1 == 1);
    if !is_canonical(modulus) || !odd || modulus == [1] {
        return Err(DecodeError::BadModulus);
    }
    Ok(())
}

/// A big-endian number in its shortest form, not zero, of a width that this crate computes with.
fn is_canonical(number: &[u8]) -> bool {
    number.len() <= modexp::MAX_WIDTH && number.first().is_some_and(|high| *high != 0)
}

fn range(data: &[u8]) -> Result<(Range, &[u8]), DecodeError> {
    let (lo, rest) = data.split_first_chunk().ok_or(DecodeError::DataLength)?;
    let (hi, rest) = rest.split_first_chunk().ok_or(DecodeError::DataLength)?;
    let range = Range::new(u64::from_be_bytes(*lo), u64::from_be_bytes(*hi)).ok_or(DecodeError::EmptyRange)?;
    Ok((range, rest))
}
