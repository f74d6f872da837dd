//! Modular exponentiation on the worker's and the client's own processor.

use crate::{ModExp, Task, modexp::MAX_WIDTH};
use crypto_bigint::{
    Odd, Uint,
    modular::{FixedMontyForm, FixedMontyParams},
};

/// The modulus is even, below 3 or wider than [`MAX_WIDTH`] bytes; no decoded task has such a one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UnsupportedModulus;

impl core::fmt::Display for UnsupportedModulus {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "expected an odd modulus above 1 of at most {MAX_WIDTH} bytes")
    }
}

impl core::error::Error for UnsupportedModulus {}

/// The native backend of [`Task::holds`], with what one modulus needs precomputed.
#[derive(Clone, Debug, Default)]
pub struct Native {
    prepared: Option<(Vec<u8>, Field)>,
}

impl Native {
    /// Prepared for `task`. Good for others too, at the price of preparing for each call.
    pub fn new(task: &Task<'_>) -> Self {
        let modulus = match task {
            Task::ModExp(table) => table.modulus,
            Task::Squarings(chain) => chain.modulus,
            Task::Primes(_) | Task::Preimage(_) => return Self::default(),
        };
        Self {
            prepared: Field::new(modulus).map(|field| (modulus.to_vec(), field)),
        }
    }

    /// Squares `state`, as wide as the prepared modulus, so many times.
    ///
    /// # Errors
    /// [`UnsupportedModulus`] if none is prepared.
    pub fn square(&self, state: &mut [u8], times: u8) -> Result<(), UnsupportedModulus> {
        let (_, field) = self.prepared.as_ref().ok_or(UnsupportedModulus)?;
        field.square(state, times);
        Ok(())
    }
}

impl ModExp for Native {
    type Error = UnsupportedModulus;

    fn modexp(&self, base: &[u8], exponent: &[u8], modulus: &[u8], power: &mut [u8]) -> Result<(), Self::Error> {
        match &self.prepared {
            Some((prepared, field)) if prepared == modulus => field.power(base, exponent, power),
            _ => Field::new(modulus)
                .ok_or(UnsupportedModulus)?
                .power(base, exponent, power),
        }
        Ok(())
    }
}

/// Does `element` belong to the result? [`Task::holds`] with a backend made for this one call; to check many elements,
/// make one [`Native`] and call that.
///
/// # Errors
/// If a modulus cannot be computed with, which that of a decoded task always can.
pub fn verify_element(
    task: &Task<'_>,
    index: u64,
    previous: &[u8],
    element: &[u8],
) -> Result<bool, UnsupportedModulus> {
    task.holds(index, previous, element, &Native::new(task))
}

/// The integers modulo an odd number, at the next fixed width of those that are compiled.
#[derive(Clone, Debug)]
enum Field {
    Bits256(Box<FixedMontyParams<4>>),
    Bits512(Box<FixedMontyParams<8>>),
    Bits1024(Box<FixedMontyParams<16>>),
    Bits2048(Box<FixedMontyParams<32>>),
}

impl Field {
    fn new(modulus: &[u8]) -> Option<Self> {
        // One divides everything, so its field has no Montgomery form worth having.
        if Bits(modulus).len() < 2 {
            return None;
        }
        Some(match modulus.len() {
            0..=32 => Self::Bits256(params(modulus)?),
            33..=64 => Self::Bits512(params(modulus)?),
            65..=128 => Self::Bits1024(params(modulus)?),
            129..=MAX_WIDTH => Self::Bits2048(params(modulus)?),
            _ => return None,
        })
    }

    fn power(&self, base: &[u8], exponent: &[u8], power: &mut [u8]) {
        match self {
            Self::Bits256(params) => pow(params, base, exponent, power),
            Self::Bits512(params) => pow(params, base, exponent, power),
            Self::Bits1024(params) => pow(params, base, exponent, power),
            Self::Bits2048(params) => pow(params, base, exponent, power),
        }
    }

    fn square(&self, state: &mut [u8], times: u8) {
        match self {
            Self::Bits256(params) => square(params, state, times),
            Self::Bits512(params) => square(params, state, times),
            Self::Bits1024(params) => square(params, state, times),
            Self::Bits2048(params) => square(params, state, times),
        }
    }
}

fn square<const LIMBS: usize>(params: &FixedMontyParams<LIMBS>, state: &mut [u8], times: u8) {
    let mut form = reduce(params, state);
    (0..times).for_each(|_| form = squared(&form));
    write(&form, state);
}

/// The square, by whichever way is faster at this width: the library's squaring pays for the widest numbers only.
fn squared<const LIMBS: usize>(form: &FixedMontyForm<LIMBS>) -> FixedMontyForm<LIMBS> {
    if LIMBS >= 32 { form.square() } else { form.mul(form) }
}

fn params<const LIMBS: usize>(modulus: &[u8]) -> Option<Box<FixedMontyParams<LIMBS>>> {
    let modulus = Odd::new(number(modulus)).into_option()?;
    Some(Box::new(FixedMontyParams::new_vartime(modulus)))
}

/// The low `LIMBS` words of a big-endian number.
fn number<const LIMBS: usize>(bytes: &[u8]) -> Uint<LIMBS> {
    let mut words = [0u64; LIMBS];
    for (word, chunk) in words.iter_mut().zip(bytes.rchunks(8)) {
        *word = chunk.iter().fold(0, |word, byte| word << 8 | u64::from(*byte));
    }
    Uint::from_words(words)
}

/// Left to right over the exponent with a sliding window: fewest multiplications for short exponents and long ones.
fn pow<const LIMBS: usize>(params: &FixedMontyParams<LIMBS>, base: &[u8], exponent: &[u8], power: &mut [u8]) {
    let base = reduce(params, base);
    let bits = Bits(exponent);
    let window = match bits.len() {
        0..=24 => 1,
        25..=80 => 3,
        81..=240 => 4,
        241..=672 => 5,
        _ => 6,
    };
    // base, base^3, base^5, ...
    let mut odd_powers = vec![base];
    if window > 1 {
        let square = base.mul(&base);
        for _ in 1..1usize << (window - 1) {
            odd_powers.push(odd_powers[odd_powers.len() - 1].mul(&square));
        }
    }
    let mut result: Option<FixedMontyForm<LIMBS>> = None;
    let mut left = bits.len();
    while left > 0 {
        // The longest run of at most `window` bits that begins here and ends with a one; a zero alone only squares.
        let mut taken = 1;
        if bits.get(left - 1) == 1 {
            taken = (1..=window.min(left))
                .rev()
                .find(|run| bits.get(left - run) == 1)
                .unwrap_or(1);
        }
        let value = (1..=taken).fold(0, |value, bit| value << 1 | bits.get(left - bit));
        if let Some(result) = &mut result {
            (0..taken).for_each(|_| *result = squared(result));
        }
        if value != 0 {
            let factor = &odd_powers[value >> 1];
            result = Some(result.map_or(*factor, |result| result.mul(factor)));
        }
        left -= taken;
    }
    write(&result.unwrap_or_else(|| FixedMontyForm::one(params)), power);
}

/// Writes a number to bytes that are as wide as the modulus, big-endian.
fn write<const LIMBS: usize>(form: &FixedMontyForm<LIMBS>, bytes: &mut [u8]) {
    bytes.fill(0);
    for (chunk, word) in bytes.rchunks_mut(8).zip(form.retrieve().to_words()) {
        let word = word.to_be_bytes();
        chunk.copy_from_slice(&word[8 - chunk.len()..]);
    }
}

/// A number of any length modulo the field's, by Horner's rule over pieces of the field's width.
fn reduce<const LIMBS: usize>(params: &FixedMontyParams<LIMBS>, bytes: &[u8]) -> FixedMontyForm<LIMBS> {
    let mut pieces = bytes.rchunks(LIMBS * 8).rev();
    let first = FixedMontyForm::new(&number(pieces.next().unwrap_or_default()), params);
    if pieces.len() == 0 {
        return first;
    }
    // 2^(width) mod n, in Montgomery form: what `new` makes of 2^width mod n, which is the form's own one.
    let shift = FixedMontyForm::new(params.one(), params);
    pieces.fold(first, |sum, piece| {
        sum.mul(&shift).add(&FixedMontyForm::new(&number(piece), params))
    })
}

/// The bits of a big-endian number.
struct Bits<'a>(&'a [u8]);

impl Bits<'_> {
    /// Up to the highest one.
    fn len(&self) -> usize {
        let zeros = self.0.iter().take_while(|byte| **byte == 0).count();
        self.0
            .get(zeros)
            .map_or(0, |high| (self.0.len() - zeros) * 8 - high.leading_zeros() as usize)
    }

    /// Bit `at`, counted from the lowest.
    fn get(&self, at: usize) -> usize {
        self.0
            .iter()
            .rev()
            .nth(at / 8)
            .map_or(0, |byte| usize::from(byte >> (at % 8) & 1))
    }
}
