//! What the worker does: the whole result, in parallel over the domain.

use crate::{Native, Range, Task, UnsupportedModulus, primes, sieve};
use rayon::prelude::*;

/// Candidates hashed between two reports of progress.
const HASHES: u64 = 1 << 14;

/// Computes the whole result of `task`: every element, in order, on all threads of the current rayon pool.
///
/// `progress` is called from those threads with the number of candidates or values done since its caller's last report;
/// the sum of all reports is [`Task::domain`].
///
/// # Errors
/// If a modulus cannot be computed with, which that of a decoded task always can.
pub fn compute(task: &Task<'_>, progress: impl Fn(u64) + Sync) -> Result<Vec<Vec<u8>>, UnsupportedModulus> {
    match task {
        Task::Primes(task) => {
            let sieve = sieve::Sieve::new(task.range.hi());
            Ok(search(task.range, sieve::SEGMENT, &progress, |lo, hi, found| {
                sieve.candidates(lo, hi, |n| {
                    if primes::is_prime(n) {
                        found.push(element(n));
                    }
                });
            }))
        }
        Task::Preimage(task) => {
            let hashed = task.search();
            Ok(search(task.range, HASHES, &progress, |lo, hi, found| {
                found.extend((lo..hi).filter(|x| hashed.qualifies(*x)).map(element));
            }))
        }
        Task::Squarings(chain) => {
            let mut states = vec![chain.start.to_vec()];
            progress(1);
            continue_chain(task, &mut states, chain.count, progress)?;
            Ok(states)
        }
        Task::ModExp(table) => {
            let backend = Native::new(task);
            (0..table.count)
                .into_par_iter()
                .map(|index| {
                    let mut value = vec![0; table.modulus.len()];
                    table.value(index, &backend, &mut value)?;
                    progress(1);
                    Ok(value)
                })
                .collect()
        }
    }
}

/// Carries a Chain on from its last state until there are `count` states. Each step needs the one before, so this runs on
/// one thread.
///
/// # Errors
/// As [`compute`], also if `task` is no Chain.
pub fn continue_chain(
    task: &Task<'_>,
    states: &mut Vec<Vec<u8>>,
    count: u64,
    progress: impl Fn(u64),
) -> Result<(), UnsupportedModulus> {
    let Task::Squarings(chain) = task else {
        return Err(UnsupportedModulus);
    };
    let backend = Native::new(task);
    let mut state = states.last().map_or(chain.start, Vec::as_slice).to_vec();
    while (states.len() as u64) < count {
        backend.square(&mut state, chain.block)?;
        states.push(state.clone());
        progress(1);
    }
    Ok(())
}

/// Does `element` belong to the result? [`Task::holds`] with a backend made for this one call; to check many elements,
/// make one [`Native`] and call that.
///
/// # Errors
/// As [`compute`].
pub fn verify_element(
    task: &Task<'_>,
    index: u64,
    previous: &[u8],
    element: &[u8],
) -> Result<bool, UnsupportedModulus> {
    task.holds(index, previous, element, &Native::new(task))
}

impl Task<'_> {
    /// What the task asks for, in one line.
    pub fn describe(&self) -> String {
        match self {
            Self::Primes(task) => format!("the primes in [{}, {})", task.range.lo(), task.range.hi()),
            Self::Preimage(task) => format!(
                "the x in [{}, {}) for which SHA-256({}x) begins with {} zero bits",
                task.range.lo(),
                task.range.hi(),
                if task.prefix.is_empty() {
                    String::new()
                } else {
                    format!("0x{} || ", hex::encode(task.prefix))
                },
                task.bits,
            ),
            Self::Squarings(chain) => {
                let (steps, block) = (chain.count - 1, chain.block);
                let bits = chain.modulus.len() * 8 - chain.modulus[0].leading_zeros() as usize;
                format!("{steps} steps of {block} squarings modulo a number of {bits} bits")
            }
            Self::ModExp(table) => {
                let bits = table.modulus.len() * 8 - table.modulus[0].leading_zeros() as usize;
                let exponent =
                    match <[u8; 8]>::try_from([&[0; 8][..], table.exponent].concat().split_off(table.exponent.len())) {
                        Ok(short) if table.exponent.len() <= 8 => u64::from_be_bytes(short).to_string(),
                        _ => format!("a {}-byte exponent", table.exponent.len()),
                    };
                format!("{} powers to {exponent} modulo a number of {bits} bits", table.count)
            }
        }
    }
}

fn element(n: u64) -> Vec<u8> {
    n.to_be_bytes().to_vec()
}

/// Runs `find(lo, hi, found)` over the range cut into pieces of `step`, and joins what they find in order.
fn search(
    range: Range,
    step: u64,
    progress: &(impl Fn(u64) + Sync),
    find: impl Fn(u64, u64, &mut Vec<Vec<u8>>) + Sync,
) -> Vec<Vec<u8>> {
    (0..range.len().div_ceil(step))
        .into_par_iter()
        .flat_map_iter(|piece| {
            let lo = range.lo() + piece * step;
            let hi = lo + step.min(range.hi() - lo);
            let mut found = Vec::new();
            find(lo, hi, &mut found);
            progress(hi - lo);
            found
        })
        .collect()
}
