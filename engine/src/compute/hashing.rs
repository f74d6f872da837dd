//! Hash preimages, as many candidates at once as there are lanes.

use crate::sha::{Backend, MAX_LANES};
use std::ops::Range;
use surety_protocol::hash::BLOCK;
use surety_tasks::preimage::Search;

/// Calls `found` with every x of `candidates` that qualifies, in increasing order.
pub(super) fn qualifying(search: &Search, bits: u8, candidates: Range<u64>, mut found: impl FnMut(u64)) {
    let backend = Backend::detect();
    let (state, rest, at) = search.message();
    let blocks = rest.len();
    let mut rows = [[0; BLOCK]; MAX_LANES * 2];
    rows.chunks_exact_mut(blocks).for_each(|row| row.copy_from_slice(rest));
    // A digest's first bytes tell nearly always; the function that the chain runs decides.
    let mask = u64::MAX.checked_shl(64u32.saturating_sub(u32::from(bits))).unwrap_or(0);
    let mut digests = [[0; 32]; MAX_LANES];
    let lanes = backend.lanes();
    let mut first = candidates.start;
    while first < candidates.end {
        let count = lanes.min(usize::try_from(candidates.end - first).unwrap_or(lanes));
        for (x, row) in (first..).zip(rows.chunks_exact_mut(blocks).take(count)) {
            row.as_flattened_mut()[at..at + 8].copy_from_slice(&x.to_be_bytes());
        }
        backend.digest(&state, &rows[..count * blocks], blocks, &mut digests[..count]);
        for (x, digest) in (first..).zip(&digests[..count]) {
            let leading = digest.first_chunk().map_or(0, |bytes| u64::from_be_bytes(*bytes));
            if leading & mask == 0 && search.qualifies(x) {
                found(x);
            }
        }
        first += count as u64;
    }
}
