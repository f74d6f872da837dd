//! The processor's limit: compressions of SHA-256 over data in its cache, on all threads.

use crate::{
    Args,
    timing::{Report, best, rate},
};
use rayon::prelude::*;
use sha2::block_api::compress256;
use std::hint::black_box;
use surety_engine::sha::{Backend, MAX_LANES};
use surety_protocol::{Digest, hash::INITIAL};

/// Compressions that each thread does: about half a second, since processors do not keep up their first speed for longer.
const EACH: usize = 1 << 21;
const EACH_IN_LANES: usize = 1 << 24;
/// Blocks that they go over again and again: 16 KiB.
const BLOCKS: usize = 256;

/// Seconds for one compression, on all threads together.
pub struct Limits {
    /// By the sha2 crate.
    pub single: f64,
    /// By what this processor does best.
    pub lanes: f64,
}

/// Runs `work` on all threads at once.
pub fn on_all<T: Send>(work: impl Fn() -> T + Sync) -> Vec<T> {
    (0..rayon::current_num_threads())
        .into_par_iter()
        .with_max_len(1)
        .map(|_| work())
        .collect()
}

/// So many compressions by what this processor does best.
pub fn in_lanes(compressions: usize) -> [Digest; MAX_LANES] {
    let backend = Backend::detect();
    let data = [[0x5a; 64]; BLOCKS];
    let mut digests = [[0; 32]; MAX_LANES];
    let lanes = backend.lanes();
    for _ in 0..compressions / BLOCKS {
        backend.digest(&INITIAL, black_box(&data), BLOCKS / lanes, &mut digests[..lanes]);
    }
    digests
}

pub fn measure(report: &mut Report, args: &Args) -> Limits {
    let threads = rayon::current_num_threads();
    report.part(format!("hashing, {threads} threads"));
    let data = [[0x5a; 64]; BLOCKS];
    let (single, _) = best(args.rounds, || {
        on_all(|| {
            let mut state = INITIAL;
            for _ in 0..EACH / BLOCKS {
                compress256(&mut state, black_box(&data));
            }
            state
        })
    });
    let (lanes, _) = best(args.rounds, || on_all(|| in_lanes(EACH_IN_LANES)));
    let total = |each: usize| (threads * each) as f64;
    let limits = Limits {
        single: single.as_secs_f64() / total(EACH),
        lanes: lanes.as_secs_f64() / total(EACH_IN_LANES),
    };
    report.time(
        "raw SHA-256 by the sha2 crate",
        single,
        rate(total(EACH), single, "compressions"),
    );
    report.beside(
        format!("raw SHA-256, {}", Backend::detect().name()),
        lanes,
        rate(total(EACH_IN_LANES), lanes, "compressions"),
        "sha2",
        limits.single / limits.lanes,
    );
    limits
}
