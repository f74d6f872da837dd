//! A worker that is stopped at any time, and the one after it.

use proptest::prelude::*;
use std::{
    fs,
    path::{Path, PathBuf},
    sync::atomic::{AtomicU64, Ordering},
    thread,
    time::Duration,
};
use surety_engine::{
    compute::Engine,
    merkle::Tree,
    result::{Reader, beside},
    work::{Done, Order, WorkError, work},
};
use surety_tasks::{Encoded, parse};

const TASKS: [&str; 4] = [
    "primes:10..30000000",
    "preimage:00:8:7..3000000",
    "modexp:65537:ffffffffffffffffffffffffffffff61:5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a:3000",
    "squarings:12345:fffffffffffffffffffffffffffffffd:20:3000",
];

fn order<'a>(path: &'a Path, encoded: &'a Encoded) -> Order<'a> {
    Order {
        path,
        max_element: 32,
        function: &encoded.function,
        data: &encoded.data,
    }
}

fn run(path: &Path, text: &str, progress: impl Fn(u64) + Sync) -> Result<Done, WorkError> {
    let encoded = parse(text).unwrap();
    work(&Engine::new(encoded.task().unwrap()), order(path, &encoded), progress)
}

/// The whole file, from a worker that nothing stops.
fn whole(text: &str) -> Vec<u8> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("result");
    run(&path, text, |_| {}).unwrap();
    fs::read(path).unwrap()
}

/// Bytes of a journal before its records, and of a record.
const HEAD: usize = 40;
const RECORD: usize = 88;

/// Every file that a worker has open, as they were at some time: what a kill at that time would leave.
#[derive(Clone, Debug)]
struct Left {
    journal: Vec<u8>,
    partial: Vec<u8>,
}

impl Left {
    /// None before the worker has begun.
    fn at(path: &Path) -> Option<Self> {
        // First the journal: what it speaks of is in the other file then, as at any one time.
        Some(Self {
            journal: fs::read(beside(path, "journal")).ok()?,
            partial: fs::read(beside(path, "partial")).ok()?,
        })
    }

    fn records(&self) -> usize {
        self.journal.len().saturating_sub(HEAD) / RECORD
    }

    /// Bytes of the partial file that the last record speaks of.
    fn noted(&self) -> usize {
        let record = &self.journal[HEAD + (self.records() - 1) * RECORD..];
        u64::from_be_bytes(record[16..24].try_into().unwrap()) as usize
    }

    fn put(&self, path: &Path) {
        fs::write(beside(path, "journal"), &self.journal).unwrap();
        fs::write(beside(path, "partial"), &self.partial).unwrap();
    }
}

/// How long a worker is held up in all, so that there is time to look at its files.
const HELD_UP: Duration = Duration::from_millis(400);

/// What a worker leaves that is stopped when it has noted so much, or all but the end.
fn stopped(text: &str, records: usize) -> Left {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("result");
    let domain = parse(text).unwrap().task().unwrap().domain();
    thread::scope(|scope| {
        let working = scope.spawn(|| {
            run(&path, text, |more| {
                thread::sleep(HELD_UP.mul_f64(more as f64 / domain as f64))
            })
            .unwrap();
        });
        let mut stopped: Option<Left> = None;
        while !working.is_finished() && stopped.as_ref().is_none_or(|left| left.records() < records.max(1)) {
            stopped = Left::at(&path).or(stopped);
            if records == 0 && stopped.is_some() {
                break;
            }
        }
        stopped.expect("a worker has a journal")
    })
}

/// Puts files where a worker is to carry on. Returns what it makes of them, with the positions that it did not do again.
fn carried_on(text: &str, left: &Left) -> (Vec<u8>, u64) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("result");
    left.put(&path);
    let done = run(&path, text, |_| {}).unwrap();
    assert_eq!(
        names(folder.path()),
        std::slice::from_ref(&path),
        "nothing is left beside the result"
    );
    (fs::read(path).unwrap(), done.resumed)
}

fn names(folder: &Path) -> Vec<PathBuf> {
    fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect()
}

#[test]
fn a_result_has_the_root_of_its_elements_and_all_progress() {
    for text in TASKS {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("result");
        let progress = AtomicU64::new(0);
        let done = run(&path, text, |more| {
            progress.fetch_add(more, Ordering::Relaxed);
        })
        .unwrap();
        let encoded = parse(text).unwrap();
        assert_eq!(progress.into_inner(), encoded.task().unwrap().domain(), "{text}");
        let mut reader = Reader::open(&path).unwrap();
        let mut leaves = Vec::new();
        while let Some(batch) = reader.batch().unwrap() {
            leaves.extend(batch.leaf_hashes());
        }
        assert_eq!((done.count, done.resumed), (leaves.len() as u64, 0));
        assert_eq!(done.root, Tree::new(leaves).root());
    }
}

#[test]
fn a_worker_that_was_stopped_is_carried_on_to_the_same_file() {
    for text in TASKS {
        let expected = whole(text);
        let (file, resumed) = carried_on(text, &stopped(text, usize::MAX));
        assert!(file == expected, "{text}");
        assert!(resumed > 0, "{text}: what was found is not found again");
        let (file, _) = carried_on(text, &stopped(text, 0));
        assert!(file == expected, "{text}, stopped at once");
    }
}

#[test]
fn records_whose_elements_are_not_there_are_not_believed() {
    let text = TASKS[2];
    let left = stopped(text, usize::MAX);
    // Another byte in the last element noted: what was noted before it is still good.
    let mut changed = left.clone();
    changed.partial[left.noted() - 1] ^= 1;
    let (file, resumed) = carried_on(text, &changed);
    assert!(file == whole(text));
    let (_, all) = carried_on(text, &left);
    assert!(resumed < all, "{resumed} of {all}");
    // No elements at all.
    let (file, resumed) = carried_on(
        text,
        &Left {
            partial: Vec::new(),
            ..left
        },
    );
    assert!(file == whole(text) && resumed == 0);
}

#[test]
fn a_journal_of_another_task_or_process_is_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("result");
    let left = stopped(TASKS[2], usize::MAX);
    left.put(&path);
    let other = run(&path, TASKS[3], |_| {});
    assert!(matches!(other, Err(WorkError::OtherTask { .. })), "{other:?}");
    let journal = fs::File::open(beside(&path, "journal")).unwrap();
    journal.lock().unwrap();
    let busy = run(&path, TASKS[2], |_| {});
    assert!(matches!(busy, Err(WorkError::Busy { .. })), "{busy:?}");
    assert_eq!(
        fs::read(beside(&path, "partial")).unwrap(),
        left.partial,
        "nothing was touched"
    );
}

#[test]
fn an_element_that_the_terms_do_not_allow_ends_the_work() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("result");
    let encoded = parse(TASKS[2]).unwrap();
    let narrow = Order {
        max_element: 15,
        ..order(&path, &encoded)
    };
    let refused = work(&Engine::new(encoded.task().unwrap()), narrow, |_| {});
    assert!(
        refused
            .unwrap_err()
            .to_string()
            .contains("does not fit into maxElement 15")
    );
    assert!(!path.exists());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn torn_files_are_carried_on_to_the_same_result(
        task in 1usize..4, records in 0usize..6, journal in any::<prop::sample::Index>(), partial in any::<prop::sample::Index>(),
        garbage in prop::collection::vec(any::<u8>(), 0..100),
    ) {
        let text = TASKS[task];
        let mut left = stopped(text, records);
        left.journal.truncate(journal.index(left.journal.len() + 1));
        left.partial.truncate(partial.index(left.partial.len() + 1));
        if left.journal.len() >= HEAD {
            // Behind the journal's head, whatever stands is no record.
            left.journal.extend(&garbage);
        }
        left.partial.extend(&garbage);
        let (file, _) = carried_on(text, &left);
        prop_assert!(file == whole(text));
    }
}
