//! Results: what a worker or a referee says that the computation gives.

use alloy_primitives::B256;
use surety_contracts::{Leaf, leaves};
use surety_protocol::merkle::{self, Tree};

/// The right result of every job here: the primes below 32.
pub const PRIMES: [u64; 11] = [2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31];
/// A false one: 9 is none.
pub const FALSE: [u64; 12] = [2, 3, 5, 7, 9, 11, 13, 17, 19, 23, 29, 31];
/// Where [`FALSE`] is wrong.
pub const WRONG: u64 = 4;
/// Another false one: 31 is missing and 21 is none.
pub const OTHER: [u64; 11] = [2, 3, 5, 7, 11, 13, 17, 19, 21, 23, 29];

/// A number as the tasks' results have it: 8 bytes, big-endian.
pub fn element(number: u64) -> Vec<u8> {
    number.to_be_bytes().to_vec()
}

/// A result and its commitment.
#[derive(Clone, Debug)]
pub struct Work {
    pub elements: Vec<Vec<u8>>,
    pub tree: Tree,
}

impl Work {
    pub fn of(numbers: &[u64]) -> Self {
        Self::new(numbers.iter().copied().map(element).collect())
    }

    pub fn new(elements: Vec<Vec<u8>>) -> Self {
        let tree = Tree::new(merkle::leaf_hashes(&elements));
        Self { elements, tree }
    }

    pub fn root(&self) -> B256 {
        self.tree.root().into()
    }

    pub fn count(&self) -> u64 {
        self.tree.count()
    }

    /// The hashes of all leaves, as `publishLeaves` takes them.
    pub fn leaf_hashes(&self) -> Vec<B256> {
        self.tree.leaves().iter().copied().map(B256::new).collect()
    }

    pub fn leaf(&self, index: u64) -> Leaf {
        let proof = self.tree.prove(index).expect("in range");
        Leaf {
            index,
            element: self.elements[index as usize].clone().into(),
            proof: proof.into_iter().map(B256::new).collect(),
        }
    }

    /// Leaves whose proofs end where they meet the one before.
    pub fn leaves(&self, indices: &[u64]) -> Vec<Leaf> {
        let mut leaves: Vec<_> = indices.iter().map(|&index| self.leaf(index)).collect();
        leaves::cut(&mut leaves, self.count());
        leaves
    }
}
