//! Lists of leaves whose proofs end where they meet, and the same leaves with whole proofs.

use alloy_primitives::B256;
use surety_contracts::{Leaf, leaves};
use surety_protocol::merkle::{self, Tree};

#[test]
fn whole_proofs_come_back_from_a_list_that_was_cut() {
    for count in 1..=9u64 {
        let elements: Vec<_> = (0..count).map(|number| number.to_be_bytes()).collect();
        let tree = Tree::new(merkle::leaf_hashes(&elements));
        let root = B256::new(tree.root());
        for picked in 1u64..1 << count {
            let indices = (0..count).filter(|index| picked >> index & 1 == 1);
            let all: Vec<_> = indices
                .map(|index| Leaf {
                    index,
                    element: elements[index as usize].into(),
                    proof: tree
                        .prove(index)
                        .expect("in range")
                        .into_iter()
                        .map(B256::new)
                        .collect(),
                })
                .collect();
            let mut list = all.clone();
            leaves::cut(&mut list, count);
            leaves::whole(&mut list, &root, count).expect("leaves of this tree");
            assert_eq!(list, all, "of {count} leaves");
            leaves::cut(&mut list, count);
            leaves::whole(&mut list, &B256::ZERO, count).expect_err("leaves of another tree");
        }
    }
}
