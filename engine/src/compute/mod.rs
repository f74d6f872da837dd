//! The results of the tasks, piece by piece on all threads of the rayon pool.

mod hashing;
mod sieve;

use crate::batch::Batch;
use rayon::prelude::*;
use surety_tasks::{Native, Task, UnsupportedModulus, preimage, primes};

/// Candidates hashed by one thread at a time.
const HASHES: u64 = 1 << 16;

/// Values of a Table computed by one thread at a time.
const VALUES: u64 = 16;

/// States of a Chain between two reports of progress.
const STATES: u64 = 16;

/// A task with all that its elements have in common computed once.
pub struct Engine<'a> {
    task: Task<'a>,
    prepared: Prepared,
}

enum Prepared {
    Primes(sieve::Sieve),
    Preimage(preimage::Search),
    /// Tables and Chains.
    Powers(Native),
}

impl<'a> Engine<'a> {
    pub fn new(task: Task<'a>) -> Self {
        let prepared = match &task {
            Task::Primes(primes) => Prepared::Primes(sieve::Sieve::new(primes.range)),
            Task::Preimage(preimage) => Prepared::Preimage(preimage.search()),
            Task::ModExp(_) | Task::Squarings(_) => Prepared::Powers(Native::new(&task)),
        };
        Self { task, prepared }
    }

    pub fn task(&self) -> &Task<'a> {
        &self.task
    }

    /// Positions of the domain that one thread computes at a time.
    pub fn piece(&self) -> u64 {
        match &self.prepared {
            Prepared::Primes(sieve) => sieve.piece(),
            Prepared::Preimage(_) => HASHES,
            Prepared::Powers(_) if self.is_sequential() => STATES,
            Prepared::Powers(_) => VALUES,
        }
    }

    /// Whether every piece needs the element before it, so that only one thread can compute.
    pub fn is_sequential(&self) -> bool {
        matches!(self.task, Task::Squarings(_))
    }

    /// The elements of positions `from..to` of the domain, in order, in as many batches as there were pieces.
    /// `previous` is the element before them, which only a Chain needs. `progress` is called from many threads with the
    /// positions done since its last call.
    ///
    /// Positions are 0 to [`Task::domain`]; those beyond have no elements.
    ///
    /// # Errors
    /// If a modulus cannot be computed with, which that of a decoded task always can.
    pub fn compute(
        &self,
        from: u64,
        to: u64,
        previous: &[u8],
        progress: impl Fn(u64) + Sync,
    ) -> Result<Vec<Batch>, UnsupportedModulus> {
        let to = to.min(self.task.domain());
        if self.is_sequential() {
            return self.states(from, to, previous, progress);
        }
        let piece = self.piece();
        (0..to.saturating_sub(from).div_ceil(piece))
            .into_par_iter()
            .map(|number| {
                let lo = from + number * piece;
                let hi = lo + piece.min(to - lo);
                let mut found = Batch::new();
                self.piece_of(lo, hi, &mut found)?;
                progress(hi - lo);
                Ok(found)
            })
            .collect()
    }

    /// Does `element` belong to the result? See [`Task::holds`].
    ///
    /// # Errors
    /// As [`Self::compute`].
    pub fn holds(&self, index: u64, previous: &[u8], element: &[u8]) -> Result<bool, UnsupportedModulus> {
        match &self.prepared {
            Prepared::Powers(native) => self.task.holds(index, previous, element, native),
            _ => self.task.holds(index, previous, element, &Native::default()),
        }
    }

    fn piece_of(&self, lo: u64, hi: u64, found: &mut Batch) -> Result<(), UnsupportedModulus> {
        match (&self.task, &self.prepared) {
            (Task::Primes(task), Prepared::Primes(sieve)) => {
                let first = task.range.lo();
                found.reserve(sieve.expected(hi - lo), 8);
                if sieve.is_complete() {
                    sieve.survivors(first + lo, first + hi, |n| found.push_number(n));
                } else {
                    sieve.survivors(first + lo, first + hi, |n| {
                        if primes::is_prime(n) {
                            found.push_number(n);
                        }
                    });
                }
            }
            (Task::Preimage(task), Prepared::Preimage(search)) => {
                let first = task.range.lo();
                hashing::qualifying(search, task.bits, first + lo..first + hi, |x| found.push_number(x));
            }
            (Task::ModExp(table), Prepared::Powers(native)) => {
                let mut value = vec![0; table.modulus.len()];
                for index in lo..hi {
                    table.value(index, native, &mut value)?;
                    found.push(&value).map_err(|_| UnsupportedModulus)?;
                }
            }
            // A Chain has no pieces, and every other task is prepared as what it is.
            _ => {}
        }
        Ok(())
    }

    fn states(
        &self,
        from: u64,
        to: u64,
        previous: &[u8],
        progress: impl Fn(u64),
    ) -> Result<Vec<Batch>, UnsupportedModulus> {
        let (Task::Squarings(chain), Prepared::Powers(native)) = (&self.task, &self.prepared) else {
            return Ok(Vec::new());
        };
        let mut found = Batch::new();
        let mut state = previous.to_vec();
        for index in from..to {
            if index == 0 {
                state = chain.start.to_vec();
            } else {
                native.square(&mut state, chain.block)?;
            }
            found.push(&state).map_err(|_| UnsupportedModulus)?;
            if (index - from + 1).is_multiple_of(STATES) {
                progress(STATES);
            }
        }
        progress(to.saturating_sub(from) % STATES);
        Ok(vec![found])
    }
}

/// The whole result in memory, element by element.
///
/// # Errors
/// As [`Engine::compute`].
pub fn compute(task: Task<'_>, progress: impl Fn(u64) + Sync) -> Result<Vec<Vec<u8>>, UnsupportedModulus> {
    let domain = task.domain();
    let batches = Engine::new(task).compute(0, domain, &[], progress)?;
    Ok(batches.iter().flat_map(Batch::iter).map(<[u8]>::to_vec).collect())
}
