//! Saving a chain again and again while it runs.

use std::{
    path::PathBuf,
    sync::mpsc::{self, RecvTimeoutError, SyncSender},
    thread::{self, JoinHandle},
    time::{Duration, Instant},
};

use super::StoreError;
use crate::Node;

/// A save is followed by a rest of at least this many times its own length, so that a large chain does not spend its time
/// on saving itself.
const REST: u32 = 20;

/// Saves a node to a file whenever it has changed, from a thread of its own, and once more when it is stopped.
pub struct Autosave {
    node: Node,
    path: PathBuf,
    stop: SyncSender<()>,
    thread: JoinHandle<Option<u64>>,
}

impl Autosave {
    /// Saves every so often if anything changed. What cannot be written is logged, and tried again.
    pub fn start(node: Node, path: PathBuf, every: Duration) -> Self {
        let (stop, stopped) = mpsc::sync_channel(1);
        let worker = (node.clone(), path.clone());
        let thread = thread::spawn(move || {
            let (node, path) = worker;
            let mut saved = None;
            let mut rest = every;
            while stopped.recv_timeout(rest) == Err(RecvTimeoutError::Timeout) {
                if saved == Some(node.revision()) {
                    continue;
                }
                let start = Instant::now();
                match node.save(&path) {
                    Ok(revision) => saved = Some(revision),
                    Err(error) => tracing::error!(path = %path.display(), %error, "the chain could not be saved"),
                }
                rest = every.max(start.elapsed() * REST);
            }
            saved
        });
        Self {
            node,
            path,
            stop,
            thread,
        }
    }

    /// Saves what has changed since the last time, and ends.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub fn stop(self) -> Result<(), StoreError> {
        // A thread that is gone already has nothing left to be told.
        let _ = self.stop.try_send(());
        let saved = self.thread.join().unwrap_or(None);
        if saved != Some(self.node.revision()) {
            self.node.save(&self.path)?;
        }
        Ok(())
    }
}
