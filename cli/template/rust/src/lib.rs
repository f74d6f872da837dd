//! The computation: change this file. Worker and client run [`element`] on their processors, and the predicate contract
//! runs it on chain, to judge.
//!
//! So it has to give the same bytes everywhere: no floats, no clock, no randomness, no files, no `usize` in its
//! arithmetic (it has 64 bits here and 32 on chain). And it has to come to an end for every input and every index: where
//! it panics, or needs more gas than a transaction has, nobody can judge.

#[cfg(any(target_arch = "wasm32", test))]
mod predicate;

/// Bytes of each element; `width` in task.toml says the same.
pub const WIDTH: usize = 16;

/// Element `index`: the sum of the divisors of start + index, where `input` is start as 8 bytes, big-endian.
///
/// None if there is no such element: then a job with this input cannot be computed, and the predicate holds nothing for
/// right.
pub fn element(input: &[u8], index: u64) -> Option<[u8; WIDTH]> {
    let start = u64::from_be_bytes(input.try_into().ok()?);
    let number = start.checked_add(index)?;
    let mut sum: u128 = 0;
    let mut divisor = 1;
    while divisor <= number / divisor {
        if number.is_multiple_of(divisor) {
            let other = number / divisor;
            sum += u128::from(divisor);
            if other != divisor {
                sum += u128::from(other);
            }
        }
        divisor += 1;
    }
    Some(sum.to_be_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sums_of_divisors_are_right() {
        let start = 0u64.to_be_bytes();
        let sums: Vec<u128> = (0..13)
            .map(|index| u128::from_be_bytes(element(&start, index).unwrap()))
            .collect();
        // OEIS A000203.
        assert_eq!(sums, [0, 1, 3, 4, 7, 6, 12, 8, 15, 13, 18, 12, 28]);
    }

    #[test]
    fn an_input_of_another_length_has_no_elements() {
        assert_eq!(element(&[0; 7], 0), None);
        assert_eq!(element(&u64::MAX.to_be_bytes(), 1), None);
    }
}
