//! What is wrong with a committed result, as the evidence that the escrow checks.

use std::path::Path;

use alloy::primitives::{B256, Bytes};
use anyhow::{Context, Result, bail, ensure};
use surety_contracts::{Fault, Form, Leaf, leaves};
use surety_engine::{
    batch::Batch,
    merkle::Tree,
    result::{Reader, Stored},
    verify,
};
use surety_protocol::Digest;

use crate::resultfile::engine_form;

/// A result that proves its elements: in a file, or of a demo in memory.
pub struct Committed<S = Stored>(S);

/// Where elements and their proofs come from.
pub trait Source {
    fn root(&self) -> Digest;
    fn count(&self) -> u64;
    /// Element `index` with its inclusion proof.
    fn prove(&self, index: u64) -> Result<(Vec<u8>, Vec<Digest>)>;
}

impl Source for Stored {
    fn root(&self) -> Digest {
        self.root()
    }

    fn count(&self) -> u64 {
        self.count()
    }

    fn prove(&self, index: u64) -> Result<(Vec<u8>, Vec<Digest>)> {
        Ok(self.prove(index)?)
    }
}

/// A result in memory with its whole tree.
pub struct InMemory {
    elements: Vec<Vec<u8>>,
    tree: Tree,
}

impl Source for InMemory {
    fn root(&self) -> Digest {
        self.tree.root()
    }

    fn count(&self) -> u64 {
        self.tree.count()
    }

    fn prove(&self, index: u64) -> Result<(Vec<u8>, Vec<Digest>)> {
        let proof = self
            .tree
            .prove(index)
            .with_context(|| format!("there is no element {index}: the result has {}", self.count()))?;
        Ok((self.elements[index as usize].clone(), proof))
    }
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

impl Committed<InMemory> {
    pub fn new(elements: Vec<Vec<u8>>) -> Result<Self> {
        let tree = Tree::new(Batch::of(&elements)?.leaf_hashes());
        Ok(Self(InMemory { elements, tree }))
    }

    pub fn elements(&self) -> &[Vec<u8>] {
        &self.0.elements
    }

    /// Every leaf's hash, in order.
    pub fn leaf_hashes(&self) -> Vec<B256> {
        self.0.tree.leaves().iter().copied().map(B256::new).collect()
    }

    /// The first fault against the right result, if there is one.
    pub fn fault(&self, form: Form, right: &[Vec<u8>]) -> Result<Option<Finding>> {
        let form_there = engine_form(form).context("there is no such form of result")?;
        let found = verify::compare(form_there, &Batch::of(&self.0.elements)?, Batch::of(right)?)?;
        Ok(found.map(|found| Finding::new(form, found)))
    }
}

impl Committed {
    pub fn open(stored: Stored) -> Self {
        Self(stored)
    }

    pub fn path(&self) -> &Path {
        self.0.path()
    }

    /// Every leaf's hash, in order.
    pub fn leaf_hashes(&self) -> Result<Vec<B256>> {
        let mut reader = Reader::open(self.path())?;
        let mut hashes = Vec::new();
        while let Some(batch) = reader.batch()? {
            hashes.extend(batch.leaf_hashes().into_iter().map(B256::new));
        }
        Ok(hashes)
    }

    /// Where an element would have to stand in an ordered Set.
    pub fn insertion_point(&self, element: &[u8]) -> Result<u64> {
        Ok(self.0.insertion_point(element)?)
    }
}

impl<S: Source> Committed<S> {
    pub fn root(&self) -> Digest {
        self.0.root()
    }

    pub fn count(&self) -> u64 {
        self.0.count()
    }

    /// An element with its inclusion proof.
    pub fn leaf(&self, index: u64) -> Result<Leaf> {
        let (element, proof) = self.0.prove(index)?;
        Ok(Leaf {
            index,
            element: element.into(),
            proof: proof.into_iter().map(Into::into).collect(),
        })
    }

    /// Elements as a list, whose proofs end where they meet the one before.
    pub fn leaves(&self, indices: &[u64]) -> Result<Vec<Leaf>> {
        let mut leaves = indices
            .iter()
            .map(|index| self.leaf(*index))
            .collect::<Result<Vec<_>>>()?;
        leaves::cut(&mut leaves, self.count());
        Ok(leaves)
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
            leaves: self.leaves(&indices)?,
            at,
            missing: missing.into(),
        })
    }
}

impl Finding {
    /// What the engine found, as the escrow calls it.
    pub fn new(form: Form, found: verify::Finding) -> Self {
        let wrong = if form == Form::Chain {
            Fault::WrongStep
        } else {
            Fault::WrongElement
        };
        let (fault, at, missing) = match found {
            verify::Finding::Disorder { at } => (Fault::Disorder, at, Vec::new()),
            verify::Finding::Wrong { at } => (wrong, at, Vec::new()),
            verify::Finding::Missing { at, element } => (Fault::MissingElement, at, element),
        };
        Self { fault, at, missing }
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
        let committed = Committed::new(set(committed)).unwrap();
        let found = committed.fault(form, &set(right)).unwrap();
        found.map(|finding| (finding.fault, finding.at, finding.missing))
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
            let committed = Committed::new(set(&committed)).unwrap();
            let finding = committed.fault(Form::Set, &set(&right)).unwrap().unwrap();
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
        let committed = Committed::new(set(&[1, 2])).unwrap();
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
    }
}
