//! Merkle trees over leaves of 32 bytes.

use crate::{
    Args,
    hashing::{Limits, in_lanes, on_all},
    memory::peak,
    timing::{Report, best, best_in_turn, rate, ratio},
};
use ct_merkle::mem_backed_tree::MemoryBackedTree;
use rayon::prelude::*;
use rs_merkle::{Hasher, MerkleTree};
use sha2::{Digest as _, Sha256};
use std::{hint::black_box, time::Duration};
use surety_engine::merkle::{Stream, Tree, leaf_hashes, parents, room};
use surety_protocol::{
    Digest,
    merkle::{leaf_hash, verify_inclusion},
    sample,
};

/// The hash of RFC 9162's nodes for rs_merkle, by the same sha2 crate as everywhere here.
#[derive(Clone)]
struct Tagged;

impl Hasher for Tagged {
    type Hash = Digest;

    fn hash(data: &[u8]) -> Digest {
        Sha256::new_with_prefix([1]).chain_update(data).finalize().into()
    }
}

/// Leaves that are hashed, with what is above them, while they are in a processor's cache.
const PART: usize = 1 << 12;

/// Compressions of a tree: one for each leaf of 33 bytes, two for each node of 65.
fn compressions(leaves: usize) -> f64 {
    3.0 * leaves as f64 - 2.0
}

fn element(number: usize) -> [u8; 32] {
    let mut element = [0x5a; 32];
    element[..8].copy_from_slice(&(number as u64).to_be_bytes());
    element
}

fn elements(count: usize) -> Vec<[u8; 32]> {
    (0..count).into_par_iter().map(element).collect()
}

fn build(elements: &[[u8; 32]]) -> Tree {
    Tree::of(elements.len(), |index| &elements[index])
}

/// The root alone, from leaves that nothing holds.
fn stream(count: usize) -> Digest {
    const PIECE: usize = 1 << 16;
    let mut stream = Stream::new();
    let (mut first, mut leaves) = (0, vec![[0; 32]; PIECE]);
    while first < count {
        let piece = elements(PIECE.min(count - first));
        leaves.truncate(piece.len());
        leaf_hashes(|index| &piece[index], &mut leaves);
        stream.extend(&leaves);
        first += piece.len();
    }
    stream.root()
}

pub fn measure(report: &mut Report, args: &Args, limits: &Limits) {
    let count = args.leaves;
    report.part(format!("Merkle tree of {count} leaves of 32 bytes"));
    let elements = elements(count);
    let (bytes, tree) = peak(|| build(&elements));
    in_memory(report, args.rounds, &elements, limits);
    memory_of(report, bytes, count);
    let (time, _) = best(args.rounds, || black_box(stream(count)));
    let (bytes, _) = peak(|| stream(count));
    show(report, "root of a stream", count, time, limits);
    memory_of(report, bytes, count);

    let indices = sample::fresh(&[7; 32], count as u64, args.proofs);
    let (ours, proofs) = best(args.rounds, || {
        let proofs = indices.par_iter().map(|index| tree.prove(*index));
        proofs.collect::<Result<Vec<_>, _>>().unwrap_or_default()
    });
    report.time(
        format!("{} proofs", indices.len()),
        ours,
        rate(indices.len() as f64, ours, "proofs"),
    );
    let root = tree.root();
    let (verifying, right) = best(args.rounds, || {
        let pairs = indices.par_iter().zip(&proofs);
        let right = pairs.filter(|(index, proof)| {
            let leaf = leaf_hash(&elements[**index as usize]);
            verify_inclusion(&root, count as u64, **index, &leaf, proof).is_ok()
        });
        right.count()
    });
    assert_eq!(right, indices.len(), "every proof holds");
    report.time(
        format!("{right} verified"),
        verifying,
        rate(right as f64, verifying, "proofs"),
    );
    drop((tree, proofs));
    rs_merkle(report, &elements, &indices, root);
    ct_merkle(report, elements, &indices, root);
    if let Some(count) = args.large {
        large(report, count, limits);
    }
}

fn show(report: &mut Report, what: &str, count: usize, time: Duration, limits: &Limits) {
    let work = compressions(count);
    let of = |limit: f64| work * limit / time.as_secs_f64();
    report.beside(
        what,
        time,
        rate(work, time, "compressions"),
        "raw sha2",
        of(limits.single),
    );
    report.beside("", time, "", "raw lanes", of(limits.lanes));
}

/// The tree, in turn with what it is made of: the same hashing in the cache, the same memory without the hashing.
fn in_memory(report: &mut Report, rounds: usize, elements: &[[u8; 32]], limits: &Limits) {
    let count = elements.len();
    let each = compressions(count) as usize / rayon::current_num_threads();
    let [time, lanes, cached, memory] = best_in_turn(
        rounds,
        [
            &mut || Box::new(build(elements)),
            &mut || Box::new(on_all(|| in_lanes(each))),
            &mut || Box::new(on_all(|| in_cache(elements, each))),
            &mut || Box::new(without_hashing(elements)),
        ],
    );
    let lanes = Limits {
        lanes: lanes.as_secs_f64() / compressions(count),
        ..*limits
    };
    show(report, "tree in memory", count, time, &lanes);
    report.beside("", time, "", "the next two", ratio(time, cached + memory));
    let hashed = rate(compressions(count), cached, "compressions");
    report.beside(
        "  its hashing in the cache",
        cached,
        hashed,
        "raw lanes",
        lanes.lanes * compressions(count) / cached.as_secs_f64(),
    );
    // Its elements are read, and two digests written for each.
    let bytes = rate(96e-9 * count as f64, memory, "GB");
    report.time("  its memory without hashing", memory, bytes);
}

/// As many compressions of a tree's, over one part of it again and again on this thread.
fn in_cache(elements: &[[u8; 32]], compressions: usize) -> Vec<Vec<Digest>> {
    let part = &elements[..PART.min(elements.len())];
    let mut levels = vec![vec![[0; 32]; part.len()]];
    while let size @ 2.. = levels[levels.len() - 1].len() {
        levels.push(vec![[0; 32]; size.div_ceil(2)]);
    }
    for _ in 0..compressions / self::compressions(part.len()) as usize {
        leaf_hashes(|index| &black_box(part)[index], &mut levels[0]);
        for height in 1..levels.len() {
            let (below, above) = levels.split_at_mut(height);
            parents(&below[height - 1], &mut above[0]);
        }
    }
    levels
}

/// Asks for a tree's memory and writes all of it for the first time, a part of the leaves and of what is above them at a time.
fn without_hashing(elements: &[[u8; 32]]) -> [Vec<Digest>; 2] {
    let (mut leaves, mut above) = (room(elements.len()), room(elements.len()));
    leaves
        .par_chunks_mut(PART)
        .zip(above.par_chunks_mut(PART))
        .zip(elements.par_chunks(PART))
        .for_each(|((leaves, above), elements)| {
            leaves.copy_from_slice(elements);
            above.copy_from_slice(leaves);
        });
    [leaves, above]
}

fn memory_of(report: &mut Report, bytes: usize, count: usize) {
    let megabytes = format!("{:.1} MB", bytes as f64 / 1e6);
    report.memory(megabytes, bytes as f64 / (32 * count) as f64);
}

/// One tree alone, with its leaves made as they are hashed.
fn large(report: &mut Report, count: usize, limits: &Limits) {
    report.part(format!("Merkle tree of {count} leaves of 32 bytes"));
    let (bytes, (time, tree)) = peak(|| best(1, || Tree::of(count, element)));
    black_box(tree.root());
    show(report, "tree in memory", count, time, limits);
    memory_of(report, bytes, count);
}

fn rs_merkle(report: &mut Report, elements: &[[u8; 32]], indices: &[u64], root: Digest) {
    let (time, tree) = best(1, || {
        let leaves: Vec<Digest> = elements.iter().map(|element| leaf_hash(element)).collect();
        MerkleTree::<Tagged>::from_leaves(&leaves)
    });
    assert_eq!(tree.root(), Some(root), "rs_merkle makes the same root");
    report.time(
        "rs_merkle: tree (one thread)",
        time,
        rate(elements.len() as f64, time, "leaves"),
    );
    let (time, _) = best(1, || {
        let prove = |index: &u64| tree.proof(&[*index as usize]);
        black_box(
            indices
                .iter()
                .map(prove)
                .map(|proof| proof.proof_hashes().len())
                .sum::<usize>(),
        )
    });
    report.time(
        format!("rs_merkle: {} proofs", indices.len()),
        time,
        rate(indices.len() as f64, time, "proofs"),
    );
}

fn ct_merkle(report: &mut Report, elements: Vec<[u8; 32]>, indices: &[u64], root: Digest) {
    let count = elements.len();
    let (time, tree) = best(1, || {
        let mut tree = MemoryBackedTree::<Sha256, [u8; 32]>::new();
        elements.iter().for_each(|element| tree.push(*element));
        tree
    });
    assert_eq!(tree.root().as_bytes()[..], root, "ct-merkle makes the same root");
    report.time("ct-merkle: tree (one thread)", time, rate(count as f64, time, "leaves"));
    let (time, _) = best(1, || {
        let prove = |index: &u64| tree.prove_inclusion(*index as usize);
        black_box(
            indices
                .iter()
                .map(prove)
                .map(|proof| proof.as_bytes().len())
                .sum::<usize>(),
        )
    });
    report.time(
        format!("ct-merkle: {} proofs", indices.len()),
        time,
        rate(indices.len() as f64, time, "proofs"),
    );
}
