//! Host calls as they are recorded, and how many may be.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use alloy_primitives::Bytes;

/// One host call, laid out as Arbitrum's `stylusTracer` has it: integers big-endian, fields joined.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HostioRecord {
    pub name: &'static str,
    pub args: Bytes,
    pub outs: Bytes,
    pub start_ink: u64,
    pub end_ink: u64,
}

/// Bytes that may be recorded, shared by all who hold a clone: the frames of one execution.
///
/// Gas alone would allow more than a machine has: a host call costs less than it takes to record, and arguments that cost
/// once can be passed on again and again.
#[derive(Clone, Debug)]
pub struct TraceBudget(Arc<AtomicUsize>);

impl TraceBudget {
    /// A record takes so many bytes besides its arguments and results: itself, and what becomes of it in an answer.
    pub const RECORD: usize = 256;

    pub fn new(bytes: usize) -> Self {
        Self(Arc::new(AtomicUsize::new(bytes)))
    }

    /// Takes what a record with this much content needs. False, now and from now on, if that is not left.
    pub fn spend(&self, content: usize) -> bool {
        let needed = Self::RECORD.saturating_add(content);
        let take = |left: usize| Some(left.saturating_sub(needed));
        let before = self.0.fetch_update(Ordering::Relaxed, Ordering::Relaxed, take);
        before.is_ok_and(|left| left > needed)
    }

    /// Whether something could not be recorded.
    pub fn is_exceeded(&self) -> bool {
        self.0.load(Ordering::Relaxed) == 0
    }
}

/// What one frame records.
pub(crate) struct Trace {
    records: Vec<HostioRecord>,
    budget: TraceBudget,
}

impl Trace {
    pub const fn new(budget: TraceBudget) -> Self {
        Self {
            records: Vec::new(),
            budget,
        }
    }

    /// Adds a record, if the budget allows it.
    pub fn push(&mut self, record: HostioRecord) {
        if self.budget.spend(record.args.len() + record.outs.len()) {
            self.records.push(record);
        }
    }

    pub fn into_records(self) -> Vec<HostioRecord> {
        self.records
    }
}
