//! The results of the tasks, piece by piece on all threads of the rayon pool.

mod external;
mod hashing;
mod sieve;

use crate::batch::Batch;
use rayon::prelude::*;
use surety_tasks::{Native, Shape, Task, UnsupportedModulus, preimage, primes};

pub use external::{External, ExternalError};

/// Candidates hashed by one thread at a time.
const HASHES: u64 = 1 << 16;

/// Values of a Table computed by one thread at a time.
const VALUES: u64 = 16;

/// States of a Chain between two reports of progress.
const STATES: u64 = 16;

/// A computation with all that its elements have in common computed once.
pub struct Engine<'a>(Work<'a>);

enum Work<'a> {
    Task(Task<'a>, Prepared),
    External(External),
}

enum Prepared {
    Primes(sieve::Sieve),
    Preimage(preimage::Search),
    /// Tables and Chains.
    Powers(Native),
}

/// Why elements could not be computed.
#[derive(Debug, thiserror::Error)]
pub enum ComputeError {
    /// Never for a decoded task.
    #[error("{0}")]
    Modulus(#[from] UnsupportedModulus),
    #[error(transparent)]
    External(#[from] ExternalError),
}

/// An element, and whether it belongs to the result is asked.
#[derive(Clone, Copy, Debug)]
pub struct Claim<'a> {
    pub index: u64,
    /// The element before it; only a Chain's answer depends on it.
    pub previous: &'a [u8],
    pub element: &'a [u8],
}

impl<'a> Engine<'a> {
    pub fn new(task: Task<'a>) -> Self {
        let prepared = match &task {
            Task::Primes(primes) => Prepared::Primes(sieve::Sieve::new(primes.range)),
            Task::Preimage(preimage) => Prepared::Preimage(preimage.search()),
            Task::ModExp(_) | Task::Squarings(_) => Prepared::Powers(Native::new(&task)),
        };
        Self(Work::Task(task, prepared))
    }

    /// Whose values another program computes.
    pub const fn external(external: External) -> Self {
        Self(Work::External(external))
    }

    pub fn shape(&self) -> Shape {
        match &self.0 {
            Work::Task(task, _) => task.shape(),
            Work::External(external) => Shape::Table { count: external.count },
        }
    }

    /// Bytes of every element.
    pub fn element_len(&self) -> usize {
        match &self.0 {
            Work::Task(task, _) => task.element_len(),
            Work::External(external) => external.width,
        }
    }

    /// Candidates to look at, or values or states to compute: the unit of progress.
    pub fn domain(&self) -> u64 {
        match &self.0 {
            Work::Task(task, _) => task.domain(),
            Work::External(external) => external.count,
        }
    }

    /// Positions of the domain that one thread computes at a time.
    pub fn piece(&self) -> u64 {
        match &self.0 {
            Work::Task(_, Prepared::Primes(sieve)) => sieve.piece(),
            Work::Task(_, Prepared::Preimage(_)) => HASHES,
            Work::Task(_, Prepared::Powers(_)) if self.is_sequential() => STATES,
            Work::Task(_, Prepared::Powers(_)) => VALUES,
            Work::External(external) => external.batch.max(1),
        }
    }

    /// Whether every piece needs the element before it, so that only one thread can compute.
    pub const fn is_sequential(&self) -> bool {
        matches!(self.0, Work::Task(Task::Squarings(_), _))
    }

    /// The elements of positions `from..to` of the domain, in order, in as many batches as there were pieces.
    /// `previous` is the element before them, which only a Chain needs. `progress` is called from many threads with the
    /// positions done since its last call.
    ///
    /// Positions are 0 to [`Self::domain`]; those beyond have no elements.
    ///
    /// # Errors
    /// If the elements cannot be computed: never those of a decoded task.
    pub fn compute(
        &self,
        from: u64,
        to: u64,
        previous: &[u8],
        progress: impl Fn(u64) + Sync,
    ) -> Result<Vec<Batch>, ComputeError> {
        let to = to.min(self.domain());
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

    /// The whole result in memory, element by element.
    ///
    /// # Errors
    /// As [`Self::compute`].
    pub fn elements(&self, progress: impl Fn(u64) + Sync) -> Result<Vec<Vec<u8>>, ComputeError> {
        let batches = self.compute(0, self.domain(), &[], progress)?;
        Ok(batches.iter().flat_map(Batch::iter).map(<[u8]>::to_vec).collect())
    }

    /// How many claims are best checked together.
    pub(crate) fn together(&self) -> usize {
        match &self.0 {
            Work::Task(..) => 1,
            Work::External(_) => usize::try_from(self.piece()).unwrap_or(usize::MAX),
        }
    }

    /// The place of the first false one among `claims`. See [`Task::holds`].
    ///
    /// # Errors
    /// As [`Self::compute`].
    pub fn first_false(&self, claims: &[Claim<'_>]) -> Result<Option<usize>, ComputeError> {
        let native = Native::default();
        let (task, backend) = match &self.0 {
            Work::Task(task, Prepared::Powers(prepared)) => (task, prepared),
            Work::Task(task, _) => (task, &native),
            Work::External(external) => return Ok(external.first_false(claims)?),
        };
        for (place, claim) in claims.iter().enumerate() {
            if !task.holds(claim.index, claim.previous, claim.element, backend)? {
                return Ok(Some(place));
            }
        }
        Ok(None)
    }

    fn piece_of(&self, lo: u64, hi: u64, found: &mut Batch) -> Result<(), ComputeError> {
        let (task, prepared) = match &self.0 {
            Work::Task(task, prepared) => (task, prepared),
            Work::External(external) => {
                *found = external.values(&(lo..hi).collect::<Vec<_>>())?;
                return Ok(());
            }
        };
        match (task, prepared) {
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

    fn states(&self, from: u64, to: u64, previous: &[u8], progress: impl Fn(u64)) -> Result<Vec<Batch>, ComputeError> {
        let Work::Task(Task::Squarings(chain), Prepared::Powers(native)) = &self.0 else {
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

/// [`Engine::elements`] of a task.
///
/// # Errors
/// As [`Engine::compute`].
pub fn compute(task: Task<'_>, progress: impl Fn(u64) + Sync) -> Result<Vec<Vec<u8>>, ComputeError> {
    Engine::new(task).elements(progress)
}
