//! Exact numbers: payoffs, probabilities and thresholds are fractions of big integers, so that an equilibrium is never
//! an accident of rounding.

use num_bigint::BigInt;
use num_integer::Integer as _;
use num_traits::{One as _, Signed as _, ToPrimitive as _, Zero as _};

/// An exact fraction.
pub type Rational = num_rational::BigRational;

/// A whole number.
pub fn whole(number: impl Into<BigInt>) -> Rational {
    Rational::from_integer(number.into())
}

/// Reads `-12.5`, `3` or `148/700`; none for anything else.
pub fn parse(text: &str) -> Option<Rational> {
    if let Some((above, below)) = text.split_once('/') {
        let (above, below) = (parse(above)?, parse(below)?);
        return (!below.is_zero()).then(|| above / below);
    }
    let (negative, digits) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text),
    };
    let (before, after) = digits.split_once('.').unwrap_or((digits, ""));
    let all: String = [before, after].concat();
    if all.is_empty() || !all.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let number: BigInt = all.parse().ok()?;
    let value = Rational::new(number, BigInt::from(10).pow(after.len() as u32));
    Some(if negative { -value } else { value })
}

/// The nearest `f64`, for people and plots.
pub fn approximate(number: &Rational) -> f64 {
    number.to_f64().unwrap_or(f64::NAN)
}

/// A probability with `digits` decimal digits, rounded down, so that what holds for it holds for the true one too.
pub fn probability(value: f64, digits: u32) -> Rational {
    let scale = 10u64.saturating_pow(digits.min(15));
    let parts = (value.clamp(0.0, 1.0) * scale as f64).floor() as u64;
    Rational::new(parts.into(), scale.into())
}

/// The fraction with the smallest denominator in `low..=high` (Stern and Brocot). Arguments may come in either order.
pub fn simplest_between(low: &Rational, high: &Rational) -> Rational {
    if low > high {
        return simplest_between(high, low);
    }
    if !low.is_positive() && !high.is_negative() {
        return Rational::zero();
    }
    if high.is_negative() {
        return -simplest_between(&-high, &-low);
    }
    let (quotient, rest) = low.numer().div_mod_floor(low.denom());
    if rest.is_zero() {
        return Rational::from_integer(quotient);
    }
    let floor = Rational::from_integer(quotient);
    if high >= &(&floor + Rational::one()) {
        return floor + Rational::one();
    }
    let inner = simplest_between(&(high - &floor).recip(), &(low - &floor).recip());
    floor + inner.recip()
}
