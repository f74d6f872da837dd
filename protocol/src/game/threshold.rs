//! Where an answer of the enumeration changes.

use num_traits::Signed as _;

use super::rational::{Rational, simplest_between, whole};

/// The border of a condition on one parameter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Threshold {
    /// The simplest fraction at which the condition can change; exact where its denominator is small against the
    /// number of steps.
    pub at: Rational,
    /// Whether the condition holds at `at` itself.
    pub holds_there: bool,
    /// Whether it holds above, so not below.
    pub holds_above: bool,
}

/// Halves `low..=high` as often as `steps` says and names the simplest fraction in what is left; none if the condition
/// is the same at both ends. A condition that changes more than once is caught at one of its borders.
pub fn threshold<E>(
    low: &Rational,
    high: &Rational,
    steps: u32,
    mut holds: impl FnMut(&Rational) -> Result<bool, E>,
) -> Result<Option<Threshold>, E> {
    let (mut below, mut above) = (low.clone(), high.clone());
    let (at_low, at_high) = (holds(low)?, holds(high)?);
    if at_low == at_high {
        return Ok(None);
    }
    for _ in 0..steps {
        let middle = (&below + &above) / whole(2);
        if holds(&middle)? == at_low {
            below = middle;
        } else {
            above = middle;
        }
    }
    debug_assert!(!(&above - &below).is_negative());
    let at = simplest_between(&below, &above);
    Ok(Some(Threshold {
        holds_there: holds(&at)?,
        holds_above: at_high,
        at,
    }))
}
