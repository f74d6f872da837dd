//! The worker: computes a task on all processors, straight into a result file.
//!
//! One thread directs the computing, piece after piece in batches of about half a second; another hashes, writes and
//! takes note of what is done, while the next batch is computed. What was noted outlives the process, even one that is
//! killed: the next one carries on behind it, and the file becomes the same to the byte.

mod journal;

use crate::{
    batch::{Batch, PREFIX},
    compute::{ComputeError, Engine},
    result::{FileError, Form, Writer},
};
use journal::{Journal, Record};
use std::{
    io,
    path::{Path, PathBuf},
    sync::mpsc,
    thread,
    time::{Duration, Instant},
};
use surety_protocol::Digest;

/// What is computed between two notes: as much as may be lost.
const BATCH: Duration = Duration::from_millis(500);

/// Results wait in memory for the file, so a batch never has more candidates or bytes than these.
const MOST_CANDIDATES: u64 = 1 << 27;
const MOST_BYTES: u64 = 1 << 26;

/// Small batches are written together up to so many bytes.
const JOINED: usize = 1 << 20;

/// What is written where.
#[derive(Clone, Copy, Debug)]
pub struct Order<'a> {
    /// Where the result goes. Until it is whole it stands in `RESULT.partial`, beside `RESULT.journal`.
    pub path: &'a Path,
    /// Bytes that no element may exceed: what the terms say.
    pub max_element: u32,
    /// The function's and the data's bytes, so that a journal is not taken for another computation's.
    pub function: &'a [u8],
    pub data: &'a [u8],
}

/// What became of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Done {
    pub root: Digest,
    pub count: u64,
    /// Positions of the domain that an earlier process had done.
    pub resumed: u64,
}

/// Why a result was not computed.
#[derive(Debug, thiserror::Error)]
pub enum WorkError {
    #[error(transparent)]
    File(#[from] FileError),
    #[error("cannot use the journal {}: {source}", .path.display())]
    Journal { path: PathBuf, source: io::Error },
    #[error("another process is computing this result already: it holds the journal {}", .path.display())]
    Busy { path: PathBuf },
    #[error(
        "the journal {} is another computation's, which was not finished: finish it, or remove it, or write elsewhere",
        .path.display()
    )]
    OtherTask { path: PathBuf },
    #[error("the task cannot be computed: {0}")]
    Task(ComputeError),
}

/// Computes the whole result of a task to a file, or what is missing from one that was begun.
///
/// `progress` is called with the number of positions of the domain that were done since its last call, from many
/// threads; the first call has those that an earlier process had done, and all sum up to the domain.
///
/// # Errors
/// [`WorkError`]; what was noted before stays, and the next call carries on.
pub fn work(engine: &Engine<'_>, order: Order<'_>, progress: impl Fn(u64) + Sync) -> Result<Done, WorkError> {
    let domain = engine.domain();
    let form = Form::from(engine.shape());
    let (mut journal, found) = Journal::open(&order, form)?;
    let resumed = found.as_ref().map_or(0, |found| found.position);
    progress(resumed);
    let (writer, previous) = match found {
        Some(found) => {
            let writer = Writer::resume(order.path, order.max_element, found.stream, found.length)?;
            (writer, found.last)
        }
        None => (Writer::create(order.path, form, order.max_element)?, Vec::new()),
    };
    // One batch may wait while the one before it is written.
    let (sender, receiver) = mpsc::sync_channel::<(u64, Vec<Batch>)>(1);
    let (root, count) = thread::scope(|scope| {
        let writing = scope.spawn(|| write(receiver, writer, &mut journal));
        let computed = direct(engine, resumed..domain, previous, &sender, &progress);
        // With this end gone, the other one finishes.
        drop(sender);
        let written = writing
            .join()
            .unwrap_or_else(|panic| std::panic::resume_unwind(panic))?;
        computed?;
        Ok::<_, WorkError>(written.finish()?)
    })?;
    journal.remove()?;
    Ok(Done { root, count, resumed })
}

/// Computes batch after batch and sends each off with the position behind it. Ends early when nobody takes them.
fn direct(
    engine: &Engine<'_>,
    positions: std::ops::Range<u64>,
    mut previous: Vec<u8>,
    sender: &mpsc::SyncSender<(u64, Vec<Batch>)>,
    progress: &(impl Fn(u64) + Sync),
) -> Result<(), WorkError> {
    let threads = if engine.is_sequential() {
        1
    } else {
        rayon::current_num_threads() as u64
    };
    // Enough pieces that none waits long for the last.
    let least = (engine.piece() * threads).max(1);
    let most = most(engine).max(least);
    let mut size = least;
    let mut from = positions.start;
    while from < positions.end {
        let to = from.saturating_add(size).min(positions.end);
        let begun = Instant::now();
        let batches = engine.compute(from, to, &previous, progress).map_err(WorkError::Task)?;
        if let Some(last) = batches.iter().rev().find_map(Batch::last) {
            previous = last.to_vec();
        }
        // Twice as much at most, so that one measurement that came out too short does no harm.
        let ratio = BATCH.as_secs_f64() / begun.elapsed().as_secs_f64().max(f64::MIN_POSITIVE);
        let fitting = (size as f64 * ratio.min(2.0)) as u64;
        size = fitting.next_multiple_of(least).clamp(least, most);
        if sender.send((to, batches)).is_err() {
            break;
        }
        from = to;
    }
    Ok(())
}

/// Positions of the largest batch.
fn most(engine: &Engine<'_>) -> u64 {
    match Form::from(engine.shape()) {
        // The fewest of its candidates are elements.
        Form::Set => MOST_CANDIDATES,
        Form::Table | Form::Chain => MOST_BYTES / (PREFIX + engine.element_len()) as u64,
    }
}

/// Writes what comes, and takes note of it.
fn write(
    receiver: mpsc::Receiver<(u64, Vec<Batch>)>,
    mut writer: Writer,
    journal: &mut Journal,
) -> Result<Writer, WorkError> {
    for (position, batches) in receiver {
        let mut joined = Batch::new();
        for batch in batches {
            if joined.encoded().len() + batch.encoded().len() > JOINED {
                writer.append(&joined)?;
                joined.clear();
            }
            joined.append(&batch);
        }
        writer.append(&joined)?;
        let (root, count, length) = writer.settle()?;
        journal.note(&Record {
            position,
            count,
            length,
            root,
        })?;
    }
    Ok(writer)
}
