//! The client: checks the result in a file, in one reading, on all threads of the rayon pool.

use crate::{
    batch::Batch,
    compute::{Claim, ComputeError, Engine},
    result::{FileError, Form, Reader},
};
use rayon::prelude::*;
use std::{collections::VecDeque, path::Path};
use surety_protocol::Digest;

/// Elements of which one thread checks the order.
const RUN: usize = 1 << 12;

/// Which elements are looked at. Root, form and order always are.
#[derive(Clone, Copy, Debug)]
pub enum Extent<'a> {
    /// The elements with these indices, strictly increasing.
    Sample(&'a [u64]),
    /// All elements, by computing them again; of a Set also what is missing.
    All,
    /// As `All`, by comparing with the result in this file, which is known to be right.
    Against(&'a Path),
}

/// What is wrong with a result. A fault by name and place, before it has proofs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Finding {
    /// Elements `at` and `at + 1` of a Set are not strictly increasing.
    Disorder { at: u64 },
    /// Element `at` does not belong to the result, or is not what follows from the one before it.
    Wrong { at: u64 },
    /// `element` belongs before element `at` of a Set, or behind the last, and is not there.
    Missing { at: u64, element: Vec<u8> },
}

/// What a reading showed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checked {
    pub root: Digest,
    pub count: u64,
    /// None: nothing was found. Disorder comes before all else, then what comes first.
    pub finding: Option<Finding>,
}

/// Why a result was not checked.
#[derive(Debug, thiserror::Error)]
pub enum VerifyError {
    #[error(transparent)]
    File(#[from] FileError),
    #[error("the task cannot be computed: {0}")]
    Task(#[from] ComputeError),
}

/// Reads the result of a task and looks for what is wrong with it.
///
/// `progress` is called from many threads with the elements checked since its last call: in all as many as `extent` has,
/// with [`Extent::All`] the positions of the task's domain.
///
/// # Errors
/// If the file cannot be read or is corrupt. A false result is no error.
pub fn verify(
    engine: &Engine<'_>,
    path: &Path,
    extent: Extent<'_>,
    progress: impl Fn(u64) + Sync,
) -> Result<Checked, VerifyError> {
    let mut reader = Reader::open(path)?;
    let form = Form::from(engine.shape());
    let mut elements = match extent {
        Extent::Sample(indices) => Elements::Sample(indices),
        Extent::All if form == Form::Set => Elements::Stream(Right::new(Source::Engine { engine, position: 0 })),
        Extent::All => Elements::Each,
        Extent::Against(path) => Elements::Stream(Right::new(Source::File(Box::new(Reader::open(path)?)))),
    };
    let mut search = Search::new(form);
    while let Some(batch) = reader.batch()? {
        search.part(&batch, |part| elements.difference(engine, part, &progress))?;
    }
    if let (None, Elements::Stream(right)) = (&search.difference, &mut elements) {
        let next = right.next(&progress)?;
        search.end(next);
    }
    Ok(Checked {
        root: reader.root(),
        count: reader.count(),
        finding: search.finding(),
    })
}

/// What is wrong with elements in memory, beside the right ones; as [`verify`] with [`Extent::Against`].
///
/// # Errors
/// None: nothing is read.
pub fn compare(form: Form, elements: &Batch, right: Batch) -> Result<Option<Finding>, VerifyError> {
    let mut right = Right {
        batches: VecDeque::from([right]),
        ..Right::new(Source::Memory)
    };
    let mut search = Search::new(form);
    search.part(elements, |part| right.difference(part, &|_| {}))?;
    if search.difference.is_none() {
        let next = right.next(&|_| {})?;
        search.end(next);
    }
    Ok(search.finding())
}

/// The first disorder and the first difference, part by part.
struct Search {
    form: Form,
    /// Elements looked at.
    count: u64,
    last: Option<Vec<u8>>,
    disorder: Option<Finding>,
    difference: Option<Finding>,
}

impl Search {
    fn new(form: Form) -> Self {
        Self {
            form,
            count: 0,
            last: None,
            disorder: None,
            difference: None,
        }
    }

    /// Looks at the elements that come next; `difference` finds the first among them that is not right.
    fn part(
        &mut self,
        batch: &Batch,
        difference: impl FnOnce(&Part<'_>) -> Result<Option<Finding>, VerifyError>,
    ) -> Result<(), VerifyError> {
        let part = Part {
            is_set: self.form == Form::Set,
            first: self.count,
            last: self.last.as_deref(),
            batch,
        };
        if self.form == Form::Set && self.disorder.is_none() {
            self.disorder = part.disorder().map(|at| Finding::Disorder { at });
        }
        if self.difference.is_none() {
            self.difference = difference(&part)?;
        }
        self.count += batch.len() as u64;
        self.last = batch.last().map(<[u8]>::to_vec);
        Ok(())
    }

    /// No element is left, but of the right ones this one is.
    fn end(&mut self, next: Option<Vec<u8>>) {
        let at = self.count;
        self.difference = next.map(|element| Finding::Missing { at, element });
    }

    fn finding(self) -> Option<Finding> {
        self.disorder.or(self.difference)
    }
}

/// How elements are checked.
enum Elements<'a> {
    /// Those with these indices, by themselves.
    Sample(&'a [u64]),
    /// Each by itself.
    Each,
    /// All beside the right result.
    Stream(Right<'a>),
}

impl Elements<'_> {
    /// The first thing wrong in a part.
    fn difference(
        &mut self,
        engine: &Engine<'_>,
        part: &Part<'_>,
        progress: &(impl Fn(u64) + Sync),
    ) -> Result<Option<Finding>, VerifyError> {
        let wrong = match self {
            Self::Stream(right) => return right.difference(part, progress),
            Self::Each => part.first_wrong(engine, (0..part.batch.len()).into_par_iter(), progress)?,
            Self::Sample(indices) => {
                let end = part.first + part.batch.len() as u64;
                let (here, later) = indices.split_at(indices.partition_point(|index| *index < end));
                *indices = later;
                let here = here.par_iter().map(|index| (index - part.first) as usize);
                part.first_wrong(engine, here, progress)?
            }
        };
        Ok(wrong.map(|at| Finding::Wrong { at }))
    }
}

/// Elements of a result that stand behind each other.
struct Part<'a> {
    is_set: bool,
    /// Index of the first.
    first: u64,
    /// The element before the first.
    last: Option<&'a [u8]>,
    batch: &'a Batch,
}

impl Part<'_> {
    /// Index of the first element that is not below the one after it.
    fn disorder(&self) -> Option<u64> {
        if let (Some(last), false) = (self.last, self.batch.is_empty())
            && last >= self.batch.element(0)
        {
            return Some(self.first - 1);
        }
        let runs = (0..self.batch.len().saturating_sub(1))
            .into_par_iter()
            .with_min_len(RUN);
        let at = runs.find_first(|&at| self.batch.element(at) >= self.batch.element(at + 1))?;
        Some(self.first + at as u64)
    }

    /// The first of the elements at `places` that does not belong to the result.
    fn first_wrong(
        &self,
        engine: &Engine<'_>,
        places: impl IndexedParallelIterator<Item = usize>,
        progress: &(impl Fn(u64) + Sync),
    ) -> Result<Option<u64>, VerifyError> {
        let found = places.chunks(engine.together()).map(|places| {
            let claims: Vec<Claim<'_>> = places.iter().map(|place| self.claim(engine, *place)).collect();
            let wrong = engine.first_false(&claims);
            progress(claims.len() as u64);
            wrong.map(|wrong| wrong.map(|at| claims[at].index))
        });
        // An error is found like a wrong element, and both in the order of the elements.
        let first = found.find_first(|found| !matches!(found, Ok(None)));
        Ok(first.transpose()?.flatten())
    }

    fn claim(&self, engine: &Engine<'_>, place: usize) -> Claim<'_> {
        let previous = match place.checked_sub(1) {
            _ if !engine.is_sequential() => None,
            Some(before) => Some(self.batch.element(before)),
            None => self.last,
        };
        Claim {
            index: self.first + place as u64,
            previous: previous.unwrap_or_default(),
            element: self.batch.element(place),
        }
    }
}

/// The right result, batch by batch as it is asked for.
struct Right<'a> {
    source: Source<'a>,
    batches: VecDeque<Batch>,
    /// Elements of the first batch that were used.
    used: usize,
}

/// Where right elements come from.
enum Source<'a> {
    Engine {
        engine: &'a Engine<'a>,
        position: u64,
    },
    File(Box<Reader>),
    /// All are there already.
    Memory,
}

impl Source<'_> {
    /// The next ones; none at the end.
    fn next(&mut self, progress: &(impl Fn(u64) + Sync)) -> Result<VecDeque<Batch>, VerifyError> {
        match self {
            Self::Memory => Ok(VecDeque::new()),
            Self::File(reader) => Ok(reader.batch()?.into_iter().collect()),
            Self::Engine { engine, position } => {
                let domain = engine.domain();
                let pieces = 8 * rayon::current_num_threads() as u64;
                let mut found = VecDeque::new();
                // Where elements are rare, many pieces have none.
                while found.is_empty() && *position < domain {
                    let end = position
                        .saturating_add(engine.piece().saturating_mul(pieces))
                        .min(domain);
                    found = engine.compute(*position, end, &[], progress)?.into();
                    found.retain(|batch| !batch.is_empty());
                    *position = end;
                }
                Ok(found)
            }
        }
    }
}

impl<'a> Right<'a> {
    fn new(source: Source<'a>) -> Self {
        Self {
            source,
            batches: VecDeque::new(),
            used: 0,
        }
    }

    /// The batch of the first element that was not used; none at the end.
    fn front(&mut self, progress: &(impl Fn(u64) + Sync)) -> Result<Option<&Batch>, VerifyError> {
        while self.batches.front().is_some_and(|batch| self.used >= batch.len()) {
            self.batches.pop_front();
            self.used = 0;
        }
        if self.batches.is_empty() {
            self.batches = self.source.next(progress)?;
        }
        Ok(self.batches.front())
    }

    /// The first element that was not used.
    fn next(&mut self, progress: &(impl Fn(u64) + Sync)) -> Result<Option<Vec<u8>>, VerifyError> {
        self.front(progress)?;
        Ok(self.batches.front().map(|batch| batch.element(self.used).to_vec()))
    }

    /// The first difference between the part and what comes next, which is used then.
    fn difference(
        &mut self,
        part: &Part<'_>,
        progress: &(impl Fn(u64) + Sync),
    ) -> Result<Option<Finding>, VerifyError> {
        let mut place = 0;
        while place < part.batch.len() {
            self.front(progress)?;
            let at = part.first + place as u64;
            let Some(right) = self.batches.front() else {
                return Ok(Some(Finding::Wrong { at }));
            };
            let count = (part.batch.len() - place).min(right.len() - self.used);
            let pairs = (0..count).map(|i| (part.batch.element(place + i), right.element(self.used + i)));
            if let Some((alike, (have, want))) = pairs.enumerate().find(|(_, (have, want))| have != want) {
                let at = at + alike as u64;
                // Only a Set can lack an element; in the others each has its place.
                return Ok(Some(if part.is_set && have > want {
                    let element = want.to_vec();
                    Finding::Missing { at, element }
                } else {
                    Finding::Wrong { at }
                }));
            }
            place += count;
            self.used += count;
        }
        Ok(None)
    }
}
