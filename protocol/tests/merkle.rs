//! The tree against published vectors and against RFC 9162 written out.

use proptest::prelude::*;
use surety_protocol::{
    Digest,
    merkle::{
        EMPTY_ROOT, Frontier, ProofError, Tree, depth, joining_len, leaf_hash, leaf_hashes, node_hash, proof_len,
        verify_beside, verify_inclusion, whole_proofs,
    },
    sha256,
};

/// The reference leaves of Certificate Transparency implementations.
const LEAVES: [&str; 8] = [
    "",
    "00",
    "10",
    "2021",
    "3031",
    "40414243",
    "5051525354555657",
    "606162636465666768696a6b6c6d6e6f",
];

/// Their published roots for sizes 0 to 8.
const ROOTS: [&str; 9] = [
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
];

/// Published inclusion paths: (index, size, path).
const PATHS: [(u64, usize, &[&str]); 5] = [
    (0, 1, &[]),
    (
        0,
        8,
        &[
            "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
            "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
            "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
        ],
    ),
    (
        5,
        8,
        &[
            "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
            "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
            "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        ],
    ),
    (
        2,
        3,
        &["fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"],
    ),
    (
        1,
        5,
        &[
            "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
            "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
            "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
        ],
    ),
];

fn digest(text: &str) -> Digest {
    hex::decode(text).unwrap().try_into().unwrap()
}

fn reference_leaves(count: usize) -> Vec<Vec<u8>> {
    LEAVES[..count].iter().map(|leaf| hex::decode(leaf).unwrap()).collect()
}

fn numbered(count: u64) -> Vec<Digest> {
    (0..count).map(|i| leaf_hash(&i.to_be_bytes())).collect()
}

/// MTH(D[n]) of RFC 9162, 2.1.1, word for word.
fn rfc_root(leaves: &[Digest]) -> Digest {
    match leaves {
        [] => sha256(&[b""]),
        [leaf] => *leaf,
        _ => {
            let k = leaves.len().next_power_of_two() / 2;
            node_hash(&rfc_root(&leaves[..k]), &rfc_root(&leaves[k..]))
        }
    }
}

/// RFC 9162, 2.1.3.2, step by step.
fn rfc_verify(root: &Digest, count: u64, index: u64, leaf: &Digest, proof: &[Digest]) -> bool {
    if index >= count {
        return false;
    }
    let (mut fn_, mut sn, mut r) = (index, count - 1, *leaf);
    for p in proof {
        if sn == 0 {
            return false;
        }
        if fn_ & 1 == 1 || fn_ == sn {
            r = node_hash(p, &r);
            while fn_ & 1 == 0 && fn_ != 0 {
                fn_ >>= 1;
                sn >>= 1;
            }
        } else {
            r = node_hash(&r, p);
        }
        fn_ >>= 1;
        sn >>= 1;
    }
    sn == 0 && r == *root
}

#[test]
fn published_roots() {
    for (count, root) in ROOTS.iter().enumerate() {
        let hashes = leaf_hashes(&reference_leaves(count));
        assert_eq!(Tree::new(hashes.clone()).root(), digest(root), "{count} leaves");
        let mut frontier = Frontier::new();
        hashes.iter().for_each(|hash| frontier.push(*hash));
        assert_eq!((frontier.root(), frontier.count()), (digest(root), count as u64));
    }
    assert_eq!(EMPTY_ROOT, digest(ROOTS[0]));
}

#[test]
fn published_paths() {
    for (index, size, path) in PATHS {
        let leaves = reference_leaves(size);
        let path: Vec<Digest> = path.iter().map(|node| digest(node)).collect();
        let hashes = leaf_hashes(&leaves);
        let leaf = hashes[index as usize];
        assert_eq!(Tree::new(hashes).prove(index), Ok(path.clone()));
        assert_eq!(
            verify_inclusion(&digest(ROOTS[size]), size as u64, index, &leaf, &path),
            Ok(())
        );
    }
}

#[test]
fn every_leaf_of_every_small_tree_proves_and_only_where_it_is() {
    for count in 0..=70u64 {
        let leaves = numbered(count);
        let tree = Tree::new(leaves.clone());
        let root = tree.root();
        assert_eq!(root, rfc_root(&leaves));
        assert_eq!(tree.prove(count), Err(ProofError::IndexOutOfRange));
        for index in 0..count {
            let proof = tree.prove(index).unwrap();
            assert_eq!(proof_len(index, count), Some(proof.len() as u32));
            assert!(proof.len() as u32 <= depth(count));
            for claimed in 0..count + 2 {
                for size in [count.saturating_sub(1), count, count + 1] {
                    let held = verify_inclusion(&root, size, claimed, &leaves[index as usize], &proof).is_ok();
                    assert_eq!(held, rfc_verify(&root, size, claimed, &leaves[index as usize], &proof));
                    if size == count {
                        assert_eq!(held, claimed == index);
                    }
                }
            }
        }
    }
}

#[test]
fn depth_is_the_longest_proof() {
    assert_eq!([0, 1, 2, 3, 4, 5, 8, 9].map(depth), [0, 0, 1, 2, 2, 3, 3, 4]);
    assert_eq!(depth(u64::MAX), 64);
    assert_eq!(
        (proof_len(0, 0), proof_len(7, 7), proof_len(u64::MAX, u64::MAX)),
        (None, None, None)
    );
    assert_eq!(proof_len(0, u64::MAX), Some(64));
    for count in 1..=600 {
        assert_eq!(
            (0..count).filter_map(|index| proof_len(index, count)).max(),
            Some(depth(count))
        );
    }
}

#[test]
fn a_node_does_not_pass_for_a_leaf() {
    let leaves = numbered(4);
    let tree = Tree::new(leaves.clone());
    let node = [leaves[0], leaves[1]].concat();
    let top = tree.prove(0).unwrap()[1];
    assert_eq!(
        verify_inclusion(&tree.root(), 2, 0, &leaf_hash(&node), &[top]),
        Err(ProofError::RootMismatch)
    );
}

#[test]
fn hashes_of_every_length_agree_with_the_library() {
    use sha2::{Digest as _, Sha256};
    let bytes: Vec<u8> = (0..=255).cycle().take(400).collect();
    for length in 0..bytes.len() {
        let (head, tail) = bytes[..length].split_at(length / 3);
        assert_eq!(
            sha256(&[head, tail]),
            <[u8; 32]>::from(Sha256::digest(&bytes[..length]))
        );
    }
}

/// A list of leaves whose proofs end where they meet the one before.
struct List {
    tree: Tree,
    indices: Vec<u64>,
    proofs: Vec<Vec<Digest>>,
}

impl List {
    fn new(count: u64, indices: Vec<u64>) -> Self {
        let tree = Tree::new(numbered(count));
        let mut proofs: Vec<_> = indices.iter().map(|index| tree.prove(*index).unwrap()).collect();
        for at in 1..indices.len() {
            let length = joining_len(indices[at], indices[at - 1], count).unwrap();
            proofs[at].truncate(length as usize);
        }
        Self { tree, indices, proofs }
    }

    fn verify(&self, at: usize) -> Result<(), ProofError> {
        let index = self.indices[at];
        let earlier = self
            .indices
            .iter()
            .copied()
            .zip(self.proofs.iter().map(Vec::as_slice))
            .take(at);
        let leaf = &self.tree.leaves()[index as usize];
        verify_beside(
            &self.tree.root(),
            self.tree.count(),
            index,
            leaf,
            &self.proofs[at],
            earlier,
        )
    }

    fn holds(&self) -> bool {
        (0..self.indices.len()).all(|at| self.verify(at).is_ok())
    }

    fn whole(&self) -> Result<Vec<Vec<Digest>>, ProofError> {
        let leaf = |index: u64| self.tree.leaves()[index as usize];
        let list = self.indices.iter().zip(&self.proofs);
        let list: Vec<_> = list
            .map(|(index, proof)| (*index, leaf(*index), proof.clone()))
            .collect();
        whole_proofs(&self.tree.root(), self.tree.count(), &list)
    }
}

#[test]
fn a_proof_ends_where_it_meets_an_earlier_one_and_nowhere_else() {
    for count in 2..=35 {
        for index in 1..count {
            for earlier in 0..index {
                let list = List::new(count, vec![earlier, index]);
                assert!(list.holds(), "{earlier} and {index} of {count}");
                let whole = list.tree.prove(index).unwrap();
                let length = list.proofs[1].len();
                assert!(length < whole.len());
                for other in (0..whole.len()).filter(|other| *other != length) {
                    let mut cut = List::new(count, vec![earlier, index]);
                    cut.proofs[1] = whole[..other].to_vec();
                    assert_eq!(
                        cut.verify(1),
                        Err(ProofError::WrongLength),
                        "{other} for {earlier}, {index} of {count}"
                    );
                }
                // The earlier leaf has to come first.
                let alone = List::new(count, vec![index]);
                let (leaf, root) = (alone.tree.leaves()[index as usize], alone.tree.root());
                let cut = verify_inclusion(&root, count, index, &leaf, &list.proofs[1]);
                assert_eq!(cut, Err(ProofError::WrongLength));
            }
        }
    }
    assert_eq!(
        (joining_len(3, 3, 8), joining_len(2, 3, 8), joining_len(8, 3, 8)),
        (None, None, None)
    );
    assert_eq!(joining_len(u64::MAX - 1, 0, u64::MAX), Some(62));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn a_list_is_proven_by_every_digest_that_it_shows(
        (count, indices) in (2u64..600).prop_flat_map(|count| {
            (Just(count), prop::collection::btree_set(0..count, 1..12))
        }),
        pick in any::<prop::sample::Index>(),
        byte in 0usize..32,
    ) {
        let mut list = List::new(count, indices.into_iter().collect());
        prop_assert!(list.holds());
        let whole = list.indices.iter().map(|index| list.tree.prove(*index).unwrap()).collect();
        prop_assert_eq!(list.whole(), Ok(whole));
        let places: Vec<_> = (0..list.proofs.len())
            .flat_map(|at| (0..list.proofs[at].len()).map(move |level| (at, level)))
            .collect();
        let (at, level) = places[pick.index(places.len())];
        list.proofs[at][level][byte] ^= 1;
        prop_assert!(!list.holds());
        prop_assert!(list.whole().is_err());
        list.proofs[at][level][byte] ^= 1;
        list.proofs[at].pop();
        prop_assert!(!list.holds());
        prop_assert!(list.whole().is_err());
    }

    #[test]
    fn tree_frontier_and_rfc_agree(count in 0u64..5000, picks in prop::collection::vec(any::<u64>(), 8)) {
        let leaves = numbered(count);
        let tree = Tree::new(leaves.clone());
        let mut frontier = Frontier::default();
        leaves.iter().for_each(|leaf| frontier.push(*leaf));
        prop_assert_eq!(frontier.root(), tree.root());
        prop_assert_eq!(tree.root(), rfc_root(&leaves));
        prop_assert_eq!(tree.count(), count);
        for pick in picks {
            if count > 0 {
                let index = pick % count;
                let proof = tree.prove(index).unwrap();
                prop_assert_eq!(verify_inclusion(&tree.root(), count, index, &leaves[index as usize], &proof), Ok(()));
            }
        }
    }

    #[test]
    fn any_mutation_fails(count in 1u64..3000, pick in any::<u64>(), level in any::<usize>(), byte in 0usize..32, bit in 0u8..8) {
        let leaves = numbered(count);
        let tree = Tree::new(leaves.clone());
        let index = pick % count;
        let (root, leaf, proof) = (tree.root(), leaves[index as usize], tree.prove(index).unwrap());
        let flip = |digest: &Digest| { let mut flipped = *digest; flipped[byte] ^= 1 << bit; flipped };
        let mismatch = Err(ProofError::RootMismatch);
        prop_assert_eq!(verify_inclusion(&flip(&root), count, index, &leaf, &proof), mismatch);
        prop_assert_eq!(verify_inclusion(&root, count, index, &flip(&leaf), &proof), mismatch);
        if !proof.is_empty() {
            let mut bad = proof.clone();
            let level = level % bad.len();
            bad[level] = flip(&bad[level]);
            prop_assert_eq!(verify_inclusion(&root, count, index, &leaf, &bad), mismatch);
            bad.pop();
            prop_assert_eq!(verify_inclusion(&root, count, index, &leaf, &bad), Err(ProofError::WrongLength));
        }
        let mut long = proof.clone();
        long.push(leaf);
        prop_assert_eq!(verify_inclusion(&root, count, index, &leaf, &long), Err(ProofError::WrongLength));
    }

    #[test]
    fn malformed_input_is_an_error_that_the_rfc_shares(
        root in any::<Digest>(), count in any::<u64>(), index in any::<u64>(), leaf in any::<Digest>(),
        proof in prop::collection::vec(any::<Digest>(), 0..70),
    ) {
        prop_assert!(verify_inclusion(&root, count, index, &leaf, &proof).is_err());
        prop_assert!(!rfc_verify(&root, count, index, &leaf, &proof));
    }
}
