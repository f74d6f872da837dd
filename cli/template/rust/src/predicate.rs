//! The predicate contract: is an element the right one? Nothing here needs to change.
//!
//! `holds(bytes functionBytes, bytes dataBytes, uint64 index, bytes previous, bytes element) returns (bool)`, as a Stylus
//! program without any library: it reads its arguments, writes its answer, and has no other way to touch the world, so it
//! is pure whatever [`element`] does. Bytes that are no job of this computation are answered with false. Where gas runs
//! out, memory is short or [`element`] panics, the call fails: never an answer for want of gas.

use crate::{WIDTH, element};

/// keccak256("holds(bytes,bytes,uint64,bytes,bytes)"), its first bytes.
const SELECTOR: [u8; 4] = [0x10, 0xfb, 0xc7, 0x7a];

/// Answers a call; none if it is not one of `holds`.
fn answer(calldata: &[u8]) -> Option<bool> {
    let arguments = calldata.strip_prefix(&SELECTOR)?;
    let (function, data) = (bytes(arguments, 0)?, bytes(arguments, 1)?);
    let index = number(arguments, 2 * 32)?;
    let claimed = bytes(arguments, 4)?;
    Some(holds(function, data, index, claimed))
}

/// Function: `03 "own"`, width (4), digest of the sources (32). Data: count (8), input. Numbers are big-endian.
fn holds(function: &[u8], data: &[u8], index: u64, claimed: &[u8]) -> bool {
    let Some(own) = function.strip_prefix(b"\x03own") else {
        return false;
    };
    let Some((count, input)) = data.split_first_chunk() else {
        return false;
    };
    own.len() == 36
        && own[..4] == (WIDTH as u32).to_be_bytes()
        && claimed.len() == WIDTH
        && index < u64::from_be_bytes(*count)
        && element(input, index).is_some_and(|right| right[..] == *claimed)
}

/// The bytes that argument `place` points to.
fn bytes(arguments: &[u8], place: usize) -> Option<&[u8]> {
    let start = usize::try_from(number(arguments, place * 32)?).ok()?;
    let length = usize::try_from(number(arguments, start)?).ok()?;
    arguments.get(start.checked_add(32)?..)?.get(..length)
}

/// The number at `start`, in a word of 32 bytes.
fn number(arguments: &[u8], start: usize) -> Option<u64> {
    let word = arguments.get(start..)?.first_chunk::<32>()?;
    let (zeros, number) = word.split_last_chunk::<8>()?;
    zeros
        .iter()
        .all(|byte| *byte == 0)
        .then(|| u64::from_be_bytes(*number))
}

#[cfg(target_arch = "wasm32")]
mod chain {
    #[link(wasm_import_module = "vm_hooks")]
    unsafe extern "C" {
        fn read_args(to: *mut u8);
        fn write_result(from: *const u8, length: usize);
        fn pay_for_memory_grow(pages: u32);
    }

    #[unsafe(no_mangle)]
    pub extern "C" fn user_entrypoint(length: usize) -> usize {
        // Grows nothing, but imports what the chain wants to see imported where memory can grow.
        // SAFETY: takes no pointer.
        unsafe { pay_for_memory_grow(0) };
        let mut calldata = vec![0; length];
        // SAFETY: the arguments have the length of the buffer.
        unsafe { read_args(calldata.as_mut_ptr()) };
        let Some(answer) = super::answer(&calldata) else {
            // Reverts.
            return 1;
        };
        let mut word = [0; 32];
        word[31] = u8::from(answer);
        // SAFETY: the word has the length that is said.
        unsafe { write_result(word.as_ptr(), word.len()) };
        0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const INPUT: [u8; 8] = 0u64.to_be_bytes();

    /// A call as Solidity encodes it.
    fn call(function: &[u8], data: &[u8], index: u64, claimed: &[u8]) -> Vec<u8> {
        let word = |number: usize| [&[0; 24][..], &(number as u64).to_be_bytes()].concat();
        let (mut head, mut tail) = (SELECTOR.to_vec(), Vec::new());
        for (place, argument) in [function, data, &[], &[], claimed].into_iter().enumerate() {
            if place == 2 {
                head.extend(word(index as usize));
                continue;
            }
            head.extend(word(5 * 32 + tail.len()));
            tail.extend(word(argument.len()));
            tail.extend(argument);
            tail.resize(tail.len().next_multiple_of(32), 0);
        }
        [head, tail].concat()
    }

    #[test]
    fn only_the_right_element_of_a_job_of_this_computation_holds() {
        let function = [&b"\x03own"[..], &(WIDTH as u32).to_be_bytes(), &[7; 32]].concat();
        let data = [&5u64.to_be_bytes()[..], &INPUT].concat();
        let right = element(&INPUT, 4).unwrap();
        let mut wrong = right;
        wrong[WIDTH - 1] ^= 1;
        for (answered, expected) in [
            (call(&function, &data, 4, &right), Some(true)),
            (call(&function, &data, 4, &wrong), Some(false)),
            (call(&function, &data, 4, &right[1..]), Some(false)),
            (
                call(&function, &data, 5, &element(&INPUT, 5).unwrap()),
                Some(false),
            ),
            (call(&function[1..], &data, 4, &right), Some(false)),
            (call(&function[..39], &data, 4, &right), Some(false)),
            (call(&function, &data[..7], 4, &right), Some(false)),
            (call(&function, &data, 4, &right)[1..].to_vec(), None),
            (call(&function, &data, 4, &right)[..200].to_vec(), None),
            (vec![], None),
        ] {
            assert_eq!(answer(&answered), expected);
        }
    }
}
