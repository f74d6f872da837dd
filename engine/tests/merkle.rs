//! The tree at size against the protocol's plain one.

use proptest::prelude::*;
use surety_engine::{
    batch::Batch,
    merkle::{GROUP, Stream, Tree, parents},
};
use surety_protocol::{
    Digest,
    merkle::{self, EMPTY_ROOT, verify_inclusion},
};

fn leaves(count: usize) -> Vec<Digest> {
    (0..count as u64).map(|n| merkle::leaf_hash(&n.to_be_bytes())).collect()
}

/// Around every size at which something is divided differently.
const SIZES: [usize; 22] = [
    0, 1, 2, 3, 5, 31, 32, 33, 255, 256, 257, 511, 1000, 4095, 4096, 4097, 8191, 8192, 8193, 12_289, 20_000, 70_001,
];

#[test]
fn root_and_proofs_are_those_of_the_plain_tree() {
    for count in SIZES {
        let (plain, tree) = (merkle::Tree::new(leaves(count)), Tree::new(leaves(count)));
        assert_eq!(tree.root(), plain.root(), "{count} leaves");
        for index in (0..count).step_by(count / 50 + 1).chain(count.checked_sub(1)) {
            let index = index as u64;
            assert_eq!(tree.prove(index), plain.prove(index), "{index} of {count}");
        }
        assert!(tree.prove(count as u64).is_err());
    }
}

#[test]
fn a_stream_has_the_root_of_the_tree_after_every_piece() {
    let all = leaves(20_000);
    for piece in [1, 100, 4096, 5000, 9000] {
        let mut stream = Stream::new();
        assert_eq!(stream.root(), EMPTY_ROOT);
        for (number, piece_of) in all.chunks(piece).enumerate() {
            stream.extend(piece_of);
            let count = (number * piece + piece).min(all.len());
            assert_eq!(stream.count(), count as u64);
            if number.is_multiple_of(all.len() / piece / 10 + 1) || count == all.len() {
                assert_eq!(
                    stream.root(),
                    Tree::new(all[..count].to_vec()).root(),
                    "{count} leaves by {piece}"
                );
            }
        }
    }
}

#[test]
fn the_layer_is_the_roots_of_the_groups() {
    for count in SIZES {
        let mut stream = Stream::with_layer();
        let all = leaves(count);
        all.chunks(1500).for_each(|piece| stream.extend(piece));
        let root = stream.root();
        let layer = stream.into_layer();
        let expected: Vec<_> = all
            .chunks(GROUP)
            .map(|group| Tree::new(group.to_vec()).root())
            .collect();
        assert_eq!(layer, expected, "{count} leaves");
        assert_eq!(Tree::new(layer).root(), root);
    }
}

#[test]
fn parents_are_the_hashes_of_pairs() {
    for count in 1..70 {
        let below = leaves(count);
        let mut above = vec![[0; 32]; count.div_ceil(2)];
        parents(&below, &mut above);
        for (pair, parent) in below.chunks(2).zip(above) {
            let expected = match pair {
                [left, right] => merkle::node_hash(left, right),
                _ => pair[0],
            };
            assert_eq!(parent, expected);
        }
    }
}

proptest! {
    #[test]
    fn leaves_of_any_lengths_hash_as_one_by_one(lengths in prop::collection::vec(prop_oneof![Just(8usize), 0usize..2000], 0..80)) {
        let elements: Vec<Vec<u8>> = lengths.iter().enumerate().map(|(n, length)| vec![n as u8; *length]).collect();
        let mut batch = Batch::new();
        elements.iter().for_each(|element| batch.push(element).unwrap());
        prop_assert_eq!(batch.leaf_hashes(), merkle::leaf_hashes(&elements));
    }

    #[test]
    fn proofs_hold_against_the_protocol(count in 1usize..9000, index in any::<prop::sample::Index>()) {
        let (tree, index) = (Tree::new(leaves(count)), index.index(count) as u64);
        let proof = tree.prove(index).unwrap();
        let leaf = tree.leaves()[index as usize];
        prop_assert_eq!(verify_inclusion(&tree.root(), count as u64, index, &leaf, &proof), Ok(()));
    }

    #[test]
    fn batches_hold_what_was_pushed_appended_and_parsed(
        first in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..5), 0..20),
        second in prop::collection::vec(prop::collection::vec(any::<u8>(), 4..5), 0..20),
        cut in any::<prop::sample::Index>(), most in 0usize..50,
    ) {
        let batch = |elements: &[Vec<u8>]| {
            let mut batch = Batch::new();
            elements.iter().for_each(|element| batch.push(element).unwrap());
            batch
        };
        let mut joined = batch(&first);
        joined.append(&batch(&second));
        let all = [first, second].concat();
        prop_assert_eq!(joined.iter().map(<[u8]>::to_vec).collect::<Vec<_>>(), all.clone());
        prop_assert_eq!(joined.encoded(), &batch(&all).encoded().to_vec());
        prop_assert_eq!(joined.longest(), all.iter().map(Vec::len).max().unwrap_or(0));
        // Whatever is cut off is not lost.
        let bytes = joined.encoded()[..cut.index(joined.encoded().len() + 1)].to_vec();
        let (parsed, rest) = Batch::parse(bytes.clone(), most as u64);
        prop_assert!(parsed.len() <= most);
        prop_assert_eq!([parsed.encoded(), &rest].concat(), bytes);
        prop_assert!(parsed.iter().zip(&all).all(|(a, b)| a == b));
    }
}
