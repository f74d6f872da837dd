//! The Set of primes in a range.

use crate::Range;

/// First bytes of the function, after their length.
pub const NAME: &[u8] = b"primes";

/// All primes in `range`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Primes {
    pub range: Range,
}

impl Primes {
    /// Is `element` a prime of the range?
    pub fn holds(&self, element: &[u8]) -> bool {
        self.range.candidate(element).is_some_and(is_prime)
    }
}

/// Is `n` prime? Deterministic: strong probable-prime tests to bases that leave no composite below 2^64.
pub fn is_prime(n: u64) -> bool {
    /// Trial division is cheaper than a test, and rids the bases of common factors with `n`.
    const SMALL: [u64; 12] = [2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37];
    /// No composite has no factor up to 37 and is below the square of the next prime.
    const DIVIDED_UP_TO: u64 = 41 * 41;
    /// {2, 7, 61} suffice below this (G. Jaeschke, Math. Comp. 61, 1993).
    const THREE_BASES_UP_TO: u64 = 4_759_123_141;

    if n < 2 {
        return false;
    }
    for prime in SMALL {
        if n.is_multiple_of(prime) {
            return n == prime;
        }
    }
    if n < DIVIDED_UP_TO {
        return true;
    }
    let field = Montgomery::new(n);
    if n < THREE_BASES_UP_TO {
        return field.is_strong_probable_prime([2, 7, 61]);
    }
    // Seven bases suffice below 2^64 (J. Sinclair, 2011, against the Feitsma-Galway list of base-2 pseudoprimes). The
    // first alone rejects nearly every composite; the others run side by side, which a processor overlaps.
    field.is_strong_probable_prime([2])
        && field.is_strong_probable_prime([325, 9375, 28178, 450775, 9780504, 1795265022])
}

/// Arithmetic modulo an odd n in Montgomery form: x stands for x * 2^64 mod n.
struct Montgomery {
    n: u64,
    /// n^-1 mod 2^64.
    inverse: u64,
    /// 1, in this form.
    one: u64,
    /// 2^128 mod n.
    square: u64,
}

impl Montgomery {
    /// `n` must be odd and at least 3.
    fn new(n: u64) -> Self {
        // Newton: right to 5 bits, then twice as many with each step.
        let mut inverse = n.wrapping_mul(3) ^ 2;
        for _ in 0..4 {
            inverse = inverse.wrapping_mul(2u64.wrapping_sub(n.wrapping_mul(inverse)));
        }
        let one = n.wrapping_neg() % n;
        let mut field = Self {
            n,
            inverse,
            one,
            square: 0,
        };
        // 2^(2^k), squared six times from k = 0, is 2^64; in this form that is 2^128.
        let mut power = field.double(one);
        for _ in 0..6 {
            power = field.mul(power, power);
        }
        field.square = power;
        field
    }

    fn double(&self, a: u64) -> u64 {
        let (sum, carry) = a.overflowing_add(a);
        if carry || sum >= self.n {
            sum.wrapping_sub(self.n)
        } else {
            sum
        }
    }

    /// a * b / 2^64 mod n, for a product below n * 2^64.
    fn mul(&self, a: u64, b: u64) -> u64 {
        let product = u128::from(a).wrapping_mul(u128::from(b));
        let quotient = (product as u64).wrapping_mul(self.inverse);
        let reduce = u128::from(quotient).wrapping_mul(u128::from(self.n));
        let (difference, borrow) = ((product >> 64) as u64).overflowing_sub((reduce >> 64) as u64);
        if borrow {
            difference.wrapping_add(self.n)
        } else {
            difference
        }
    }

    /// Does n pass the strong test to every one of `bases`, none of them a multiple of n?
    fn is_strong_probable_prime<const N: usize>(&self, bases: [u64; N]) -> bool {
        let minus_one = self.n.wrapping_sub(self.one);
        let even = self.n.wrapping_sub(1);
        let twos = even.trailing_zeros();
        let odd = even.wrapping_shr(twos);
        let bases = bases.map(|base| self.mul(base, self.square));
        let mut powers = bases;
        for bit in (0..u64::BITS.wrapping_sub(1).wrapping_sub(odd.leading_zeros())).rev() {
            powers = powers.map(|power| self.mul(power, power));
            if odd.wrapping_shr(bit) & 1 == 1 {
                for (power, base) in powers.iter_mut().zip(&bases) {
                    *power = self.mul(*power, *base);
                }
            }
        }
        let mut passed = powers.map(|power| power == self.one || power == minus_one);
        for _ in 1..twos {
            powers = powers.map(|power| self.mul(power, power));
            for (passed, power) in passed.iter_mut().zip(&powers) {
                *passed |= *power == minus_one;
            }
        }
        passed.iter().all(|passed| *passed)
    }
}
