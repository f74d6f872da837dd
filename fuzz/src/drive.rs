//! Cases one after the other.

use std::{
    fmt::Debug,
    process,
    sync::mpsc::{self, RecvTimeoutError, Sender},
    thread,
    time::{Duration, Instant},
};

use proptest::{
    prelude::Strategy,
    strategy::ValueTree,
    test_runner::{Config, RngAlgorithm, TestRng, TestRunner},
};

/// No case takes as long as this; one that does hangs.
const PATIENCE: Duration = Duration::from_secs(120);

/// Which cases a command is to try.
#[derive(clap::Args, Clone, Copy, Debug)]
pub struct Options {
    /// Seconds to go on for
    #[arg(long, default_value_t = 60)]
    seconds: u64,
    /// Cases to try instead
    #[arg(long, conflicts_with = "seconds")]
    cases: Option<u64>,
    /// Where the cases come from
    #[arg(long, default_value_t = 0)]
    seed: u64,
    /// Number of the first case
    #[arg(long, default_value_t = 0)]
    first: u64,
}

impl Options {
    pub fn plan(&self) -> Plan {
        let time = Limit::Time(Duration::from_secs(self.seconds));
        Plan {
            seed: self.seed,
            first: self.first,
            limit: self.cases.map_or(time, Limit::Cases),
        }
    }
}

/// Which cases to try. A case is the same whenever its seed and number are.
#[derive(Clone, Copy, Debug)]
pub struct Plan {
    pub seed: u64,
    /// Number of the first case.
    pub first: u64,
    pub limit: Limit,
}

/// When it is enough.
#[derive(Clone, Copy, Debug)]
pub enum Limit {
    Cases(u64),
    Time(Duration),
}

impl Limit {
    fn is_reached(self, cases: u64, start: Instant) -> bool {
        match self {
            Self::Cases(limit) => cases >= limit,
            Self::Time(limit) => start.elapsed() >= limit,
        }
    }
}

/// Tries one case after the other, and returns how many. A case fails by a panic, and the process ends if one hangs; both
/// say how `command` finds the case again.
pub fn drive<S>(command: &str, plan: Plan, strategy: &S, mut case: impl FnMut(S::Value)) -> u64
where
    S: Strategy,
    S::Value: Debug,
{
    let start = Instant::now();
    let mut watch = Watch::new();
    let mut done = 0;
    while !plan.limit.is_reached(done, start) {
        let number = plan.first + done;
        watch.begin(format!("{command} --seed {} --first {number} --cases 1", plan.seed));
        case(value(strategy, plan.seed, number));
        done += 1;
    }
    done
}

/// What a strategy gives for a case.
fn value<S: Strategy>(strategy: &S, seed: u64, number: u64) -> S::Value {
    let mut bytes = [0; 32];
    bytes[..8].copy_from_slice(&seed.to_le_bytes());
    bytes[8..16].copy_from_slice(&number.to_le_bytes());
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &bytes);
    let mut runner = TestRunner::new_with_rng(Config::default(), rng);
    let tree = strategy
        .new_tree(&mut runner)
        .expect("no strategy here rejects what it made");
    tree.current()
}

/// Tells which case it was, if one panics or hangs.
struct Watch {
    current: String,
    cases: Sender<String>,
}

impl Watch {
    fn new() -> Self {
        let (cases, begun) = mpsc::channel::<String>();
        thread::spawn(move || {
            let mut current = String::new();
            loop {
                match begun.recv_timeout(PATIENCE) {
                    Ok(case) => current = case,
                    Err(RecvTimeoutError::Disconnected) => return,
                    Err(RecvTimeoutError::Timeout) => {
                        eprintln!("a case hangs: {current}");
                        process::abort();
                    }
                }
            }
        });
        Self {
            current: String::new(),
            cases,
        }
    }

    fn begin(&mut self, case: String) {
        self.current.clone_from(&case);
        // The thread listens for as long as this exists.
        let _ = self.cases.send(case);
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        if thread::panicking() {
            eprintln!("a case failed: {}", self.current);
        }
    }
}
