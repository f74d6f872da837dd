//! Evidence: what is a fault is provable, what is none is refused with its reason.

use proptest::prelude::*;
use std::collections::BTreeSet;
use surety_protocol::{
    Digest,
    fault::{EvidenceError, Leaf, Question, disorder, missing_element, wrong_element, wrong_step},
    merkle::{ProofError, Tree, joining_len, leaf_hashes},
};

#[derive(Debug)]
struct Committed {
    elements: Vec<Vec<u8>>,
    tree: Tree,
    proofs: Vec<Vec<Digest>>,
}

impl Committed {
    fn new(elements: Vec<Vec<u8>>) -> Self {
        let tree = Tree::new(leaf_hashes(&elements));
        let proofs = (0..tree.count()).map(|index| tree.prove(index).unwrap()).collect();
        Self { elements, tree, proofs }
    }

    fn count(&self) -> u64 {
        self.tree.count()
    }

    fn leaf(&self, index: u64) -> Leaf<'_, Digest> {
        let at = index as usize;
        Leaf {
            index,
            element: &self.elements[at],
            proof: &self.proofs[at],
        }
    }

    /// Leaves of `indices` that exist.
    fn leaves(&self, indices: impl IntoIterator<Item = Option<u64>>) -> Vec<Leaf<'_, Digest>> {
        indices
            .into_iter()
            .flatten()
            .filter(|index| *index < self.count())
            .map(|index| self.leaf(index))
            .collect()
    }

    fn neighbours(&self, at: u64) -> Vec<Leaf<'_, Digest>> {
        self.leaves([at.checked_sub(1), Some(at)])
    }

    fn missing<'a>(&self, at: u64, missing: &'a [u8]) -> Result<Question<'a>, EvidenceError> {
        missing_element(&self.tree.root(), self.count(), &self.neighbours(at), at, missing, 8)
    }
}

/// Elements in any order, with repetitions.
fn any_result() -> impl Strategy<Value = Committed> {
    prop::collection::vec(prop::collection::vec(0u8..4, 0..4), 0..40).prop_map(Committed::new)
}

/// A well-formed Set.
fn any_set() -> impl Strategy<Value = Committed> {
    prop::collection::btree_set(prop::collection::vec(0u8..4, 0..4), 0..40)
        .prop_map(|set| Committed::new(set.into_iter().collect()))
}

#[test]
fn an_empty_set_lacks_whatever_belongs_there() {
    let empty = Committed::new(vec![]);
    assert_eq!(
        empty.missing(0, b"x"),
        Ok(Question {
            index: 0,
            previous: b"",
            element: b"x"
        })
    );
    assert_eq!(empty.missing(1, b"x"), Err(EvidenceError::WrongLeaves));
}

#[test]
fn lengths_are_held_to_the_terms() {
    let set = Committed::new(vec![b"b".to_vec()]);
    assert!(set.missing(1, &[b'c'; 8]).is_ok());
    assert_eq!(set.missing(1, &[b'c'; 9]), Err(EvidenceError::TooLong));
}

#[test]
fn the_first_and_the_last_number_are_no_panic() {
    let one = Committed::new(vec![b"b".to_vec()]);
    let (root, leaf) = (one.tree.root(), one.leaf(0));
    let far = Leaf {
        index: u64::MAX,
        ..leaf
    };
    for at in [1, u64::MAX - 1, u64::MAX] {
        assert!(disorder(&root, u64::MAX, &[far, leaf], at).is_err());
        assert!(wrong_element(&root, u64::MAX, &[far], at).is_err());
        assert!(wrong_step(&root, u64::MAX, &[leaf, far], at).is_err());
        assert!(missing_element(&root, u64::MAX, &[far], at, b"c", 8).is_err());
    }
}

#[test]
fn every_error_has_a_text_of_its_own() {
    use EvidenceError::*;
    let evidence = [WrongLeaves, Proof { index: 7 }, InOrder, NotMissing, TooLong].map(|error| error.to_string());
    let proof = [
        ProofError::IndexOutOfRange,
        ProofError::WrongLength,
        ProofError::RootMismatch,
    ];
    let texts: BTreeSet<_> = evidence
        .into_iter()
        .chain(proof.map(|error| error.to_string()))
        .collect();
    assert_eq!(texts.len(), 8, "{texts:?}");
    assert!(texts.iter().all(|text| !text.is_empty()));
    assert!(texts.iter().any(|text| text.contains("leaf 7")));
}

proptest! {
    #[test]
    fn every_committed_element_can_be_questioned(result in any_result(), other in any::<u64>()) {
        let root = result.tree.root();
        for at in 0..result.count() {
            let leaf = result.leaf(at);
            let expected = Question { index: at, previous: &[][..], element: leaf.element };
            prop_assert_eq!(wrong_element(&root, result.count(), &[leaf], at), Ok(expected));
            if other != at {
                prop_assert_eq!(wrong_element(&root, result.count(), &[leaf], other), Err(EvidenceError::WrongLeaves));
                let moved = Leaf { index: other, ..leaf };
                let refused = wrong_element(&root, result.count(), &[moved], other);
                prop_assert_eq!(refused, Err(EvidenceError::Proof { index: other }));
            }
            let foreign = Leaf { element: b"never committed", ..leaf };
            let refused = wrong_element(&root, result.count(), &[foreign], at);
            prop_assert_eq!(refused, Err(EvidenceError::Proof { index: at }));
            prop_assert_eq!(wrong_element(&root, result.count(), &[leaf, leaf], at), Err(EvidenceError::WrongLeaves));
        }
        prop_assert_eq!(wrong_element::<Digest>(&root, result.count(), &[], 0), Err(EvidenceError::WrongLeaves));
    }

    #[test]
    fn neighbours_may_share_their_paths(result in any_result(), missing in prop::collection::vec(0u8..4, 0..4)) {
        let (root, count) = (result.tree.root(), result.count());
        for at in 1..count {
            let whole = result.neighbours(at);
            let mut cut = whole.clone();
            cut[1].proof = &whole[1].proof[..joining_len(at, at - 1, count).unwrap() as usize];
            prop_assert_eq!(disorder(&root, count, &cut, at - 1), disorder(&root, count, &whole, at - 1));
            prop_assert_eq!(wrong_step(&root, count, &cut, at), wrong_step(&root, count, &whole, at));
            let missing = |leaves| missing_element(&root, count, leaves, at, &missing, 8);
            prop_assert_eq!(missing(&cut), missing(&whole));
            // Of other elements the path does not meet.
            let foreign = Leaf { element: b"never committed", ..cut[1] };
            prop_assert_eq!(wrong_step(&root, count, &[cut[0], foreign], at), Err(EvidenceError::Proof { index: at }));
        }
    }

    #[test]
    fn disorder_is_proven_exactly_where_it_is(result in any_result()) {
        let root = result.tree.root();
        for at in 1..result.count() {
            let (left, right) = (result.leaf(at - 1), result.leaf(at));
            let expected = if left.element < right.element { Err(EvidenceError::InOrder) } else { Ok(()) };
            prop_assert_eq!(disorder(&root, result.count(), &[left, right], at - 1), expected);
            prop_assert_eq!(disorder(&root, result.count(), &[right, left], at - 1), Err(EvidenceError::WrongLeaves));
            prop_assert_eq!(disorder(&root, result.count(), &[left, left], at - 1), Err(EvidenceError::WrongLeaves));
            prop_assert_eq!(disorder(&root, result.count(), &[left], at - 1), Err(EvidenceError::WrongLeaves));
        }
    }

    #[test]
    fn an_element_is_missing_at_one_point_exactly_if_the_set_lacks_it(set in any_set(), element in prop::collection::vec(0u8..4, 0..4)) {
        let proven: Vec<u64> = (0..=set.count()).filter(|at| set.missing(*at, &element).is_ok()).collect();
        match set.elements.binary_search(&element) {
            Ok(_) => prop_assert!(proven.is_empty()),
            Err(at) => prop_assert_eq!(proven, vec![at as u64]),
        }
    }

    #[test]
    fn missing_takes_exactly_its_neighbours(set in any_set(), element in prop::collection::vec(0u8..4, 0..4)) {
        let root = set.tree.root();
        let judge = |leaves: &[Leaf<'_, Digest>], at| missing_element(&root, set.count(), leaves, at, &element, 8);
        for at in 0..=set.count() {
            let neighbours = set.neighbours(at);
            // The one element of a Set of one is the neighbour at both ends.
            for other in (0..=set.count()).filter(|other| *other != at && set.count() > 1) {
                prop_assert_eq!(judge(&neighbours, other), Err(EvidenceError::WrongLeaves));
            }
            if let Some((_, fewer)) = neighbours.split_last() {
                prop_assert_eq!(judge(fewer, at), Err(EvidenceError::WrongLeaves));
                let mut more = neighbours.clone();
                more.push(neighbours[0]);
                prop_assert_eq!(judge(&more, at), Err(EvidenceError::WrongLeaves));
                let mut swapped = neighbours.clone();
                swapped[0].element = b"never committed";
                prop_assert_eq!(judge(&swapped, at), Err(EvidenceError::Proof { index: swapped[0].index }));
            }
        }
        prop_assert_eq!(judge(&[], set.count() + 1), Err(EvidenceError::WrongLeaves));
    }

    #[test]
    fn every_step_can_be_questioned(result in any_result()) {
        let root = result.tree.root();
        for at in 0..result.count() {
            let expected = Question {
                index: at,
                previous: at.checked_sub(1).map_or(&[][..], |before| &result.elements[before as usize]),
                element: &result.elements[at as usize],
            };
            let states = result.neighbours(at);
            prop_assert_eq!(wrong_step(&root, result.count(), &states, at), Ok(expected));
            if at > 0 {
                prop_assert_eq!(wrong_step(&root, result.count(), &states[1..], at), Err(EvidenceError::WrongLeaves));
                let mut foreign = states.clone();
                foreign[0].element = b"never committed";
                let refused = wrong_step(&root, result.count(), &foreign, at);
                prop_assert_eq!(refused, Err(EvidenceError::Proof { index: at - 1 }));
            } else {
                let twice = [states[0], states[0]];
                prop_assert_eq!(wrong_step(&root, result.count(), &twice, at), Err(EvidenceError::WrongLeaves));
            }
        }
    }
}
