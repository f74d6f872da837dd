//! Finds what is wrong with a committed result, and builds the evidence that the escrow checks.

use alloy::primitives::{B256, Bytes};
use anyhow::{Context, Result, bail, ensure};
use surety_contracts::{Fault, Form, Leaf};
use surety_protocol::{
    Digest,
    merkle::{Tree, leaf_hashes},
};

/// A result with the tree that proves its elements.
pub struct Committed {
    elements: Vec<Vec<u8>>,
    tree: Tree,
}

/// A fault by name and place, before it has proofs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    pub fault: Fault,
    /// Index of the fault, or insertion point of what is missing.
    pub at: u64,
    /// The missing element; empty for every other fault.
    pub missing: Vec<u8>,
}

/// Arguments of `judge`.
#[derive(Clone, Debug)]
pub struct Evidence {
    pub fault: Fault,
    pub leaves: Vec<Leaf>,
    pub at: u64,
    pub missing: Bytes,
}

impl Committed {
    pub fn new(elements: Vec<Vec<u8>>) -> Self {
        let tree = Tree::new(leaf_hashes(&elements));
        Self { elements, tree }
    }

    pub fn elements(&self) -> &[Vec<u8>] {
        &self.elements
    }

    pub fn root(&self) -> Digest {
        self.tree.root()
    }

    /// Every leaf's hash, in order.
    pub fn leaf_hashes(&self) -> Vec<B256> {
        leaf_hashes(&self.elements).into_iter().map(B256::new).collect()
    }

    pub fn count(&self) -> u64 {
        self.tree.count()
    }

    /// An element with its inclusion proof.
    pub fn leaf(&self, index: u64) -> Result<Leaf> {
        let proof = self
            .tree
            .prove(index)
            .with_context(|| format!("there is no element {index}: the result has {}", self.count()))?;
        Ok(Leaf {
            index,
            element: self.elements[index as usize].clone().into(),
            proof: proof.into_iter().map(Into::into).collect(),
        })
    }

    /// The first fault against the right result, if there is one.
    pub fn fault(&self, form: Form, right: &[Vec<u8>]) -> Option<Finding> {
        match form {
            Form::Set => self.disorder().or_else(|| self.difference(right)),
            Form::Chain => self.mismatch(right, Fault::WrongStep),
            _ => self.mismatch(right, Fault::WrongElement),
        }
    }

    /// The first neighbours of a Set that are not strictly increasing.
    pub fn disorder(&self) -> Option<Finding> {
        let at = self.elements.windows(2).position(|pair| pair[0] >= pair[1])?;
        Some(Finding::at(Fault::Disorder, at))
    }

    /// The first element that an ordered Set has too many or too few.
    fn difference(&self, right: &[Vec<u8>]) -> Option<Finding> {
        let agreeing = self.elements.iter().zip(right).take_while(|(a, b)| a == b).count();
        match (self.elements.get(agreeing), right.get(agreeing)) {
            (None, None) => None,
            (Some(have), Some(want)) if have < want => Some(Finding::at(Fault::WrongElement, agreeing)),
            (Some(_), None) => Some(Finding::at(Fault::WrongElement, agreeing)),
            (_, Some(want)) => Some(Finding {
                missing: want.clone(),
                ..Finding::at(Fault::MissingElement, agreeing)
            }),
        }
    }

    /// The first leaf that differs. Those before are right, so of a Chain it is also the first wrong step.
    fn mismatch(&self, right: &[Vec<u8>], fault: Fault) -> Option<Finding> {
        let at = self.elements.iter().zip(right).position(|(a, b)| a != b)?;
        Some(Finding::at(fault, at))
    }

    /// Where an element would have to stand in an ordered Set.
    pub fn insertion_point(&self, element: &[u8]) -> u64 {
        self.elements.partition_point(|have| have.as_slice() < element) as u64
    }

    /// The leaves that prove a finding.
    pub fn evidence(&self, finding: Finding) -> Result<Evidence> {
        let Finding { fault, at, missing } = finding;
        let last = self.count().checked_sub(1);
        let indices: Vec<u64> = match fault {
            Fault::WrongElement => vec![at],
            Fault::Disorder => vec![at, at.saturating_add(1)],
            Fault::WrongStep => at.checked_sub(1).into_iter().chain([at]).collect(),
            Fault::MissingElement => {
                ensure!(
                    at <= self.count(),
                    "nothing can be missing at {at} of {} elements",
                    self.count()
                );
                let after = last.filter(|last| at <= *last).map(|_| at);
                at.checked_sub(1).into_iter().chain(after).collect()
            }
            Fault::None | Fault::Withheld | Fault::__Invalid => bail!("this fault takes no evidence"),
        };
        Ok(Evidence {
            fault,
            leaves: indices
                .into_iter()
                .map(|index| self.leaf(index))
                .collect::<Result<_>>()?,
            at,
            missing: missing.into(),
        })
    }
}

impl Finding {
    fn at(fault: Fault, at: usize) -> Self {
        Self {
            fault,
            at: at as u64,
            missing: Vec::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use surety_protocol::fault;

    fn set(elements: &[u8]) -> Vec<Vec<u8>> {
        elements.iter().map(|element| vec![*element]).collect()
    }

    fn found(form: Form, committed: &[u8], right: &[u8]) -> Option<(Fault, u64, Vec<u8>)> {
        Committed::new(set(committed))
            .fault(form, &set(right))
            .map(|finding| (finding.fault, finding.at, finding.missing))
    }

    #[test]
    fn a_right_result_has_no_fault() {
        for form in [Form::Set, Form::Table, Form::Chain] {
            assert_eq!(found(form, &[1, 2, 3], &[1, 2, 3]), None);
        }
        assert_eq!(found(Form::Set, &[], &[]), None);
    }

    #[test]
    fn the_first_fault_of_a_set_is_found() {
        assert_eq!(
            found(Form::Set, &[1, 3, 4], &[1, 4]),
            Some((Fault::WrongElement, 1, vec![]))
        );
        assert_eq!(
            found(Form::Set, &[1, 4, 5], &[1, 4]),
            Some((Fault::WrongElement, 2, vec![]))
        );
        assert_eq!(
            found(Form::Set, &[1, 4], &[1, 3, 4]),
            Some((Fault::MissingElement, 1, vec![3]))
        );
        assert_eq!(
            found(Form::Set, &[1], &[1, 4]),
            Some((Fault::MissingElement, 1, vec![4]))
        );
        assert_eq!(found(Form::Set, &[], &[4]), Some((Fault::MissingElement, 0, vec![4])));
        assert_eq!(
            found(Form::Set, &[1, 1, 4], &[1, 4]),
            Some((Fault::Disorder, 0, vec![]))
        );
        assert_eq!(
            found(Form::Set, &[1, 4, 3], &[1, 3, 4]),
            Some((Fault::Disorder, 1, vec![]))
        );
    }

    #[test]
    fn the_first_wrong_leaf_of_table_and_chain_is_found() {
        assert_eq!(
            found(Form::Table, &[1, 2, 9, 9], &[1, 2, 3, 4]),
            Some((Fault::WrongElement, 2, vec![]))
        );
        assert_eq!(
            found(Form::Chain, &[1, 2, 9, 9], &[1, 2, 3, 4]),
            Some((Fault::WrongStep, 2, vec![]))
        );
        assert_eq!(
            found(Form::Chain, &[9, 2], &[1, 2]),
            Some((Fault::WrongStep, 0, vec![]))
        );
    }

    #[test]
    fn the_protocol_accepts_the_evidence() {
        for (committed, right) in [
            (vec![1, 3, 4], vec![1, 4]),
            (vec![1, 4], vec![1, 3, 4]),
            (vec![4], vec![3, 4]),
            (vec![1], vec![1, 4]),
            (vec![], vec![4]),
            (vec![1, 4, 4], vec![1, 4]),
        ] {
            let committed = Committed::new(set(&committed));
            let finding = committed.fault(Form::Set, &set(&right)).unwrap();
            let evidence = committed.evidence(finding).unwrap();
            let proofs: Vec<Vec<Digest>> = evidence
                .leaves
                .iter()
                .map(|leaf| leaf.proof.iter().map(|digest| digest.0).collect())
                .collect();
            let leaves: Vec<_> = evidence
                .leaves
                .iter()
                .zip(&proofs)
                .map(|(leaf, proof)| fault::Leaf {
                    index: leaf.index,
                    element: &leaf.element,
                    proof,
                })
                .collect();
            let (root, count, at) = (committed.root(), committed.count(), evidence.at);
            match evidence.fault {
                Fault::Disorder => fault::disorder(&root, count, &leaves, at),
                Fault::WrongElement => fault::wrong_element(&root, count, &leaves, at).map(drop),
                Fault::MissingElement => {
                    fault::missing_element(&root, count, &leaves, at, &evidence.missing, 8).map(drop)
                }
                other => panic!("unexpected {other:?}"),
            }
            .unwrap();
        }
    }

    #[test]
    fn evidence_outside_of_the_result_is_refused() {
        let committed = Committed::new(set(&[1, 2]));
        for (fault, at) in [
            (Fault::WrongElement, 2),
            (Fault::Disorder, 1),
            (Fault::MissingElement, 3),
            (Fault::WrongStep, 2),
        ] {
            let finding = Finding {
                fault,
                at,
                missing: vec![],
            };
            assert!(committed.evidence(finding).is_err(), "{fault:?}");
        }
        assert_eq!(committed.insertion_point(&[2]), 1);
        assert_eq!(committed.insertion_point(&[3]), 2);
    }
}
