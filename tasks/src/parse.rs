//! Tasks as people write them.

use crate::{DecodeError, Encoded, Range};
use std::str::FromStr;

/// Why a text is not a task.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ParseError {
    /// The text does not begin with the name of a known task and a colon.
    UnknownTask(String),
    /// Another number of fields; the form that was expected.
    Fields(&'static str),
    /// Not a number in range.
    Number(String),
    /// Not a range LO..HI with LO below HI.
    Range(String),
    /// Not whole bytes in hexadecimal.
    Hex(String),
    /// A seed of another length than 32 bytes.
    SeedLength(usize),
    /// Well written, but no task.
    Task(DecodeError),
}

impl core::fmt::Display for ParseError {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        match self {
            Self::UnknownTask(name) => write!(
                f,
                "unknown task {name:?}: expected {PRIMES}, {PREIMAGE}, {MODEXP} or {SQUARINGS}"
            ),
            Self::Fields(form) => write!(f, "expected {form}"),
            Self::Number(text) => write!(f, "expected a whole number in range, not {text:?}"),
            Self::Range(text) => write!(f, "expected a range LO..HI with LO below HI, not {text:?}"),
            Self::Hex(text) => write!(f, "expected bytes in hexadecimal, not {text:?}"),
            Self::SeedLength(bytes) => write!(f, "expected a seed of 32 bytes in hexadecimal, not {bytes}"),
            Self::Task(error) => error.fmt(f),
        }
    }
}

impl core::error::Error for ParseError {}

impl From<DecodeError> for ParseError {
    fn from(error: DecodeError) -> Self {
        Self::Task(error)
    }
}

const PRIMES: &str = "primes:LO..HI";
const PREIMAGE: &str = "preimage:PREFIXHEX:BITS:LO..HI";
const MODEXP: &str = "modexp:EXPONENT:MODULUSHEX:SEEDHEX:COUNT";
const SQUARINGS: &str = "squarings:STARTHEX:MODULUSHEX:BLOCK:STEPS";

/// Reads `primes:LO..HI`, `preimage:PREFIXHEX:BITS:LO..HI` (the prefix may be empty),
/// `modexp:EXPONENT:MODULUSHEX:SEEDHEX:COUNT` (the exponent decimal below 2^64, or hexadecimal after `0x`) or
/// `squarings:STARTHEX:MODULUSHEX:BLOCK:STEPS` (BLOCK squarings in each of STEPS steps).
///
/// # Errors
/// What was expected, and what stood there.
pub fn parse(text: &str) -> Result<Encoded, ParseError> {
    let (name, rest) = text
        .split_once(':')
        .ok_or_else(|| ParseError::UnknownTask(text.to_owned()))?;
    let fields: Vec<&str> = rest.split(':').collect();
    match name {
        "primes" => {
            let [bounds] = fields[..] else {
                return Err(ParseError::Fields(PRIMES));
            };
            Ok(Encoded::primes(range(bounds)?))
        }
        "preimage" => {
            let [prefix, bits, bounds] = fields[..] else {
                return Err(ParseError::Fields(PREIMAGE));
            };
            Ok(Encoded::preimage(&bytes(prefix)?, number(bits)?, range(bounds)?)?)
        }
        "modexp" => {
            let [exponent, modulus, seed, count] = fields[..] else {
                return Err(ParseError::Fields(MODEXP));
            };
            let exponent = match exponent.strip_prefix("0x") {
                Some(digits) => digits_of_any_length(digits)?,
                None => number::<u64>(exponent)?.to_be_bytes().to_vec(),
            };
            let modulus = digits_of_any_length(modulus)?;
            let seed = bytes(seed)?;
            let seed = seed
                .try_into()
                .map_err(|seed: Vec<u8>| ParseError::SeedLength(seed.len()))?;
            Ok(Encoded::modexp(&exponent, &modulus, &seed, number(count)?)?)
        }
        "squarings" => {
            let [start, modulus, block, steps] = fields[..] else {
                return Err(ParseError::Fields(SQUARINGS));
            };
            let (start, modulus) = (digits_of_any_length(start)?, digits_of_any_length(modulus)?);
            // With the start there is one state more than steps.
            let states = number::<u64>(steps)?.checked_add(1);
            let states = states.ok_or_else(|| ParseError::Number(steps.to_owned()))?;
            Ok(Encoded::squarings(&start, &modulus, number(block)?, states)?)
        }
        _ => Err(ParseError::UnknownTask(name.to_owned())),
    }
}

fn number<N: FromStr>(text: &str) -> Result<N, ParseError> {
    text.parse().map_err(|_| ParseError::Number(text.to_owned()))
}

fn range(text: &str) -> Result<Range, ParseError> {
    let error = || ParseError::Range(text.to_owned());
    let (lo, hi) = text.split_once("..").ok_or_else(error)?;
    Range::new(number(lo)?, number(hi)?).ok_or_else(error)
}

fn bytes(text: &str) -> Result<Vec<u8>, ParseError> {
    hex::decode(text.strip_prefix("0x").unwrap_or(text)).map_err(|_| ParseError::Hex(text.to_owned()))
}

/// A big-endian number, which unlike a byte string may have an odd number of digits.
fn digits_of_any_length(text: &str) -> Result<Vec<u8>, ParseError> {
    let digits = text.strip_prefix("0x").unwrap_or(text);
    if digits.len().is_multiple_of(2) {
        bytes(digits)
    } else {
        bytes(&format!("0{digits}"))
    }
}
